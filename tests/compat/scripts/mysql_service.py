"""A MySQL service with its databases and schemas, found again by name and by id."""

import os
import sys

from metadata.generated.schema.api.data.createDatabase import CreateDatabaseRequest
from metadata.generated.schema.api.data.createDatabaseSchema import CreateDatabaseSchemaRequest
from metadata.generated.schema.api.services.createDatabaseService import (
    CreateDatabaseServiceRequest,
)
from metadata.generated.schema.entity.data.database import Database
from metadata.generated.schema.entity.data.databaseSchema import DatabaseSchema
from metadata.generated.schema.entity.services.connections.database.common.basicAuth import (
    BasicAuth,
)
from metadata.generated.schema.entity.services.connections.database.mysqlConnection import (
    MysqlConnection,
)
from metadata.generated.schema.entity.services.connections.metadata.openMetadataConnection import (
    AuthProvider,
    OpenMetadataConnection,
)
from metadata.generated.schema.entity.services.databaseService import (
    DatabaseConnection,
    DatabaseService,
    DatabaseServiceType,
)
from metadata.generated.schema.security.client.openMetadataJWTClientConfig import (
    OpenMetadataJWTClientConfig,
)
from metadata.ingestion.ometa.ometa_api import OpenMetadata

create_service = CreateDatabaseServiceRequest(
    name="ms-shop",
    serviceType=DatabaseServiceType.Mysql,
    connection=DatabaseConnection(
        config=MysqlConnection(
            username="reader",
            authType=BasicAuth(password="open-sesame"),
            hostPort="mysql:3306",
        )
    ),
)
create_database = CreateDatabaseRequest(name="shop", service="ms-shop")
create_schemas = [
    CreateDatabaseSchemaRequest(name=name, database="ms-shop.shop") for name in ("public", "audit")
]
assert "open-sesame" not in repr(create_service)
config = create_service.connection.config
assert config.authType.password.get_secret_value() == "open-sesame"

if "--offline" in sys.argv:
    sys.exit()

metadata = OpenMetadata(
    OpenMetadataConnection(
        hostPort=os.environ["OM_HOST"],
        authProvider=AuthProvider.openmetadata,
        securityConfig=OpenMetadataJWTClientConfig(jwtToken=os.environ["OM_TOKEN"]),
    )
)

service = metadata.create_or_update(create_service)
assert type(service) is DatabaseService
assert service.serviceType == DatabaseServiceType.Mysql
database = metadata.create_or_update(data=create_database)
schemas = [metadata.create_or_update(create) for create in create_schemas]
assert [schema.fullyQualifiedName.root for schema in schemas] == [
    "ms-shop.shop.public",
    "ms-shop.shop.audit",
]

assert metadata.get_by_name(entity=Database, fqn="ms-shop.shop").id == database.id
assert metadata.get_by_id(entity=Database, entity_id=database.id).name.root == "shop"
assert metadata.get_by_id(entity=Database, entity_id=str(database.id.root)) is not None
assert metadata.get_by_name(entity=DatabaseSchema, fqn="ms-shop.shop.absent") is None
assert database.service.name == "ms-shop"
assert database.service.type == "databaseService"

metadata.delete(DatabaseService, service.id, recursive=True, hard_delete=True)
assert metadata.get_by_name(entity=DatabaseSchema, fqn="ms-shop.shop.public") is None
