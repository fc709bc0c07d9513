"""What goes wrong, caught by its official name."""

import os
import sys

from metadata.generated.schema.api.data.createDatabase import CreateDatabaseRequest
from metadata.generated.schema.api.data.createDatabaseSchema import CreateDatabaseSchemaRequest
from metadata.generated.schema.api.data.createTable import CreateTableRequest
from metadata.generated.schema.api.services.createDatabaseService import (
    CreateDatabaseServiceRequest,
)
from metadata.generated.schema.entity.data.database import Database
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
from metadata.ingestion.ometa.client import APIError
from metadata.ingestion.ometa.ometa_api import InvalidEntityException, OpenMetadata

creates = [
    CreateDatabaseServiceRequest(name="faulty", serviceType=DatabaseServiceType.Mysql),
    CreateDatabaseRequest(name="shop", service="faulty"),
    CreateDatabaseSchemaRequest(name="public", database="faulty.shop"),
]
for wrong in (
    {"name": "orders"},
    {"name": "orders", "databaseSchema": "a.b.c", "columns": [{"name": "id", "dataType": "BIGNT"}]},
    {"name": "orders", "databaseSchema": "a.b.c", "columns": [], "colums": []},
):
    try:
        CreateTableRequest(**wrong)
    except ValueError as error:
        assert error.errors()
    else:
        raise AssertionError(f"{wrong} was accepted")

if "--offline" in sys.argv:
    sys.exit()

metadata = OpenMetadata(
    OpenMetadataConnection(
        hostPort=os.environ["OM_HOST"],
        authProvider=AuthProvider.openmetadata,
        securityConfig=OpenMetadataJWTClientConfig(jwtToken=os.environ["OM_TOKEN"]),
    )
)

service, database, schema = (metadata.create_or_update(create) for create in creates)
assert metadata.get_by_name(Database, "faulty.absent") is None
try:
    metadata.get_by_name(Database, "faulty.absent", nullable=False)
except APIError as error:
    assert error.status_code == 404
    assert error.code == 404
else:
    raise AssertionError("there is no such database")

try:
    metadata.create(creates[1])
except APIError as error:
    assert error.status_code == 409
    assert "already exists" in str(error)
else:
    raise AssertionError("there is such a database already")

try:
    metadata.list_entities(entity=Table, fields=["colums"])
except APIError as error:
    assert error.status_code == 400
    assert "colums" in str(error)
else:
    raise AssertionError("tables have no such field")

try:
    metadata.create_or_update(
        CreateTableRequest(
            name="orphan",
            databaseSchema="faulty.shop.absent",
            columns=[Column(name="id", dataType=DataType.BIGINT)],
        )
    )
except APIError as error:
    assert error.status_code == 404
else:
    raise AssertionError("the schema of the table is not there")

try:
    metadata.create_or_update(database)
except InvalidEntityException as error:
    assert "Database" in str(error)
else:
    raise AssertionError("an entity is no request")

metadata.delete(DatabaseService, service.id, recursive=True, hard_delete=True)
