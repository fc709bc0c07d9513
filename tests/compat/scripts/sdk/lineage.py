"""Edges between tables, and the graph around one."""

import os

from metadata.generated.schema.api.data.createDatabase import CreateDatabaseRequest
from metadata.generated.schema.api.data.createDatabaseSchema import CreateDatabaseSchemaRequest
from metadata.generated.schema.api.data.createTable import CreateTableRequest
from metadata.generated.schema.api.lineage.addLineage import AddLineageRequest
from metadata.generated.schema.api.services.createDatabaseService import (
    CreateDatabaseServiceRequest,
)
from metadata.generated.schema.entity.data.table import Column, DataType, Table
from metadata.generated.schema.type.entityLineage import EntitiesEdge, EntityLineage
from metadata.generated.schema.type.entityReference import EntityReference
from metadata.sdk import Databases, DatabaseSchemas, DatabaseServices, Tables, configure
from metadata.sdk.api import Lineage
from metadata.sdk.api.lineage import LineageBuilder

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])

service = DatabaseServices.create(
    CreateDatabaseServiceRequest(name="sdk_graph", serviceType="Mysql")
)
Databases.create(CreateDatabaseRequest(name="shop", service="sdk_graph"))
DatabaseSchemas.create(CreateDatabaseSchemaRequest(name="public", database="sdk_graph.shop"))
items, orders, report = (
    Tables.create(
        CreateTableRequest(
            name=name,
            databaseSchema="sdk_graph.shop.public",
            columns=[Column(name="id", dataType=DataType.INT)],
        )
    )
    for name in ("items", "orders", "report")
)

answer = Lineage.add_lineage(items.id, "table", orders.id, "table", description="Every night.")
assert answer["entity"]["name"] == "items"
Lineage.add_lineage_by_name(
    "sdk_graph.shop.public.orders", "table", "sdk_graph.shop.public.report", "table"
)

lineage = Lineage.get_lineage(
    "sdk_graph.shop.public.orders", upstream_depth=1, downstream_depth=1, entity_type="table"
)
assert isinstance(lineage, EntityLineage)
assert [edge.fromEntity for edge in lineage.upstreamEdges] == [items.id]
assert [edge.toEntity for edge in lineage.downstreamEdges] == [report.id]
assert sorted(node.name for node in lineage.nodes) == ["items", "report"]

by_id = Lineage.get_entity_lineage(Table, items.id, upstream_depth=0, downstream_depth=2)
assert len(by_id.downstreamEdges) == 2
built = Lineage.builder().entity_type("table").entity_id(items.id).downstream_depth(2).execute()
assert built == by_id
assert Lineage.export_lineage("table", str(orders.id.root))["entity"]["name"] == "orders"

Lineage.delete_lineage(str(items.id.root), "table", str(orders.id.root), "table")
Lineage.delete_lineage_by_name(
    "sdk_graph.shop.public.orders", "table", "sdk_graph.shop.public.report", "table"
)
lineage = Lineage.get_lineage("sdk_graph.shop.public.orders", entity_type=Table)
assert not lineage.upstreamEdges
assert not lineage.downstreamEdges

builder = LineageBuilder().from_entity(items.id, "table").to_entity(report.id, "table")
assert builder.description("Directly.").execute()["entity"]["name"] == "items"
ends = {
    "fromEntity": EntityReference(id=orders.id, type="table"),
    "toEntity": EntityReference(id=report.id, type="table"),
}
Lineage.add_lineage_request(AddLineageRequest(edge=EntitiesEdge(**ends)))
lineage = Lineage.get_lineage("sdk_graph.shop.public.report", entity_type="table")
assert len(lineage.upstreamEdges) == 2

DatabaseServices.delete(service.id, recursive=True, hard_delete=True)
