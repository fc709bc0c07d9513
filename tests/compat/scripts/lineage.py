"""Lineage between tables: written, read around each end, extended, and removed."""

import os
import sys

from metadata.generated.schema.api.data.createDatabase import CreateDatabaseRequest
from metadata.generated.schema.api.data.createDatabaseSchema import CreateDatabaseSchemaRequest
from metadata.generated.schema.api.data.createTable import CreateTableRequest
from metadata.generated.schema.api.lineage.addLineage import AddLineageRequest
from metadata.generated.schema.api.services.createDatabaseService import (
    CreateDatabaseServiceRequest,
)
from metadata.generated.schema.entity.data.table import Column, DataType, Table
from metadata.generated.schema.entity.services.connections.metadata.openMetadataConnection import (
    AuthProvider,
    OpenMetadataConnection,
)
from metadata.generated.schema.entity.services.databaseService import (
    DatabaseService,
    DatabaseServiceType,
)
from metadata.generated.schema.security.client.openMetadataJWTClientConfig import (
    OpenMetadataJWTClientConfig,
)
from metadata.generated.schema.type.entityLineage import (
    ColumnLineage,
    EntitiesEdge,
    LineageDetails,
)
from metadata.generated.schema.type.entityReference import EntityReference
from metadata.ingestion.ometa.ometa_api import OpenMetadata


def edge(begin, end, *columns):
    return EntitiesEdge(
        fromEntity=EntityReference(id=begin.id, type="table"),
        toEntity=EntityReference(id=end.id, type="table"),
        lineageDetails=LineageDetails(
            sqlQuery="INSERT INTO b SELECT id, day FROM a",
            columnsLineage=[
                ColumnLineage(
                    fromColumns=[f"{begin.fullyQualifiedName.root}.{name}"],
                    toColumn=f"{end.fullyQualifiedName.root}.{name}",
                )
                for name in columns
            ],
        ),
    )


if "--offline" in sys.argv:
    sys.exit()

metadata = OpenMetadata(
    OpenMetadataConnection(
        hostPort=os.environ["OM_HOST"],
        authProvider=AuthProvider.openmetadata,
        securityConfig=OpenMetadataJWTClientConfig(jwtToken=os.environ["OM_TOKEN"]),
    )
)

service = metadata.create_or_update(
    CreateDatabaseServiceRequest(name="flows", serviceType=DatabaseServiceType.Mysql)
)
metadata.create_or_update(CreateDatabaseRequest(name="shop", service="flows"))
metadata.create_or_update(CreateDatabaseSchemaRequest(name="public", database="flows.shop"))
a, b, c = (
    metadata.create_or_update(
        CreateTableRequest(
            name=name,
            databaseSchema="flows.shop.public",
            columns=[
                Column(name="id", dataType=DataType.BIGINT),
                Column(name="day", dataType=DataType.DATE),
            ],
        )
    )
    for name in ("a", "b", "c")
)

around = metadata.add_lineage(data=AddLineageRequest(edge=edge(a, b, "id")))
assert [each["toEntity"] for each in around["downstreamEdges"]] == [str(b.id.root)]
metadata.add_lineage(data=AddLineageRequest(edge=edge(b, c)))

before = metadata.get_lineage_by_name(Table, fqn=c.fullyQualifiedName.root, up_depth=2)
assert {node["name"] for node in before["nodes"]} == {"a", "b"}
after = metadata.get_lineage_by_id(entity="table", entity_id=str(c.id.root), up_depth=1)
assert {node["name"] for node in after["nodes"]} == {"b"}

# A second mapping of columns, and the first one is kept.
metadata.add_lineage(data=AddLineageRequest(edge=edge(a, b, "day")), check_patch=True)
known = metadata.get_lineage_edge(str(a.id.root), str(b.id.root))["edge"]
assert [each["toColumn"] for each in known["columnsLineage"]] == [
    "flows.shop.public.b.id",
    "flows.shop.public.b.day",
]

metadata.delete_lineage_edge(edge=edge(a, b))
alone = metadata.get_lineage_by_name(Table, fqn=a.fullyQualifiedName.root)
assert not alone["downstreamEdges"]

metadata.delete(DatabaseService, service.id, recursive=True, hard_delete=True)
