"""Models converted to JSON and back, copied and compared."""

import json
import os
import sys

from metadata.generated.schema.api.data.createTable import CreateTableRequest
from metadata.generated.schema.entity.data.table import Column, DataType, Table
from metadata.generated.schema.entity.services.connections.metadata.openMetadataConnection import (
    AuthProvider,
    OpenMetadataConnection,
)
from metadata.generated.schema.security.client.openMetadataJWTClientConfig import (
    OpenMetadataJWTClientConfig,
)
from metadata.generated.schema.type.entityReference import EntityReference
from metadata.ingestion.ometa.ometa_api import OpenMetadata

column = Column(name="id", dataType=DataType.BIGINT, description="Given by the shop.")
assert column.model_dump(exclude_none=True, exclude_unset=True, mode="json") == {
    "name": "id",
    "dataType": "BIGINT",
    "description": "Given by the shop.",
}
assert json.loads(column.model_dump_json(exclude_none=True))["dataType"] == "BIGINT"
assert Column.model_validate(column.model_dump()) == column
assert Column.model_validate_json(column.model_dump_json()) == column
copied = column.model_copy(update={"displayName": "Id"})
assert (copied.displayName, column.displayName) == ("Id", None)
assert copied != column

request = CreateTableRequest(
    name="orders", databaseSchema="a.b.c", columns=[{"name": "id", "dataType": "BIGINT"}]
)
assert isinstance(request.columns[0], Column)
assert request.columns[0].dataType is DataType.BIGINT
assert request.name.root == "orders"
assert request.tableType is None
assert "name" in CreateTableRequest.model_fields
assert request.model_fields_set == {"name", "databaseSchema", "columns"}
reference = EntityReference(id="6c4fd3bf-c0af-5331-bf78-b4edd4a86ed0", type="table")
assert str(reference.id.root) == "6c4fd3bf-c0af-5331-bf78-b4edd4a86ed0"
table = Table.model_validate(
    {"id": reference.id, "name": "orders", "columns": [column], "version": 0.1}
)
assert table.version.root == 0.1
assert table.columns[0].name.root == "id"

if "--offline" in sys.argv:
    sys.exit()

metadata = OpenMetadata(
    OpenMetadataConnection(
        hostPort=os.environ["OM_HOST"],
        authProvider=AuthProvider.openmetadata,
        securityConfig=OpenMetadataJWTClientConfig(jwtToken=os.environ["OM_TOKEN"]),
    )
)

assert metadata.health_check() is True
metadata.close()
