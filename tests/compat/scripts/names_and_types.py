"""Names built and split, references, and classes distinguished from each other."""

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
from metadata.generated.schema.type.entityReference import EntityReference
from metadata.ingestion.ometa.ometa_api import OpenMetadata
from metadata.ingestion.ometa.utils import format_name, get_entity_type, model_str
from metadata.utils import fqn

creates = [
    CreateDatabaseServiceRequest(name="named", serviceType=DatabaseServiceType.Mysql),
    CreateDatabaseRequest(name="shop", service="named"),
    CreateDatabaseSchemaRequest(name="public", database="named.shop"),
]
built = fqn.build(
    None,
    Table,
    service_name="named",
    database_name="shop",
    schema_name="public",
    table_name="orders.2024",
    skip_es_search=True,
)
assert built == 'named.shop.public."orders.2024"'
assert fqn.split(built) == ["named", "shop", "public", '"orders.2024"']
assert fqn.unquote_name(fqn.split(built)[-1]) == "orders.2024"
assert fqn.quote_name("a.b") == '"a.b"'
assert fqn.build(None, Database, service_name="named", database_name="shop") == "named.shop"
assert get_entity_type(Table) == "table"
assert get_entity_type(DatabaseService) == "databaseService"
assert format_name("a b.c") == "a_b_c"

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
table = metadata.create_or_update(
    CreateTableRequest(
        name="orders.2024",
        databaseSchema=schema.fullyQualifiedName,
        columns=[Column(name="a/b c", dataType=DataType.BIGINT)],
    )
)
assert model_str(table.fullyQualifiedName) == built
assert metadata.get_by_name(entity=Table, fqn=built).id == table.id
reference = metadata.get_entity_reference(entity=Table, fqn=built)
assert isinstance(reference, EntityReference)
assert (reference.id, reference.type) == (table.id, "table")
assert metadata.get_entity_reference(entity=Table, fqn="named.no.such.table") is None
assert metadata.get_suffix(Table) == "/tables"
assert metadata.get_entity_from_create(CreateTableRequest) is Table
assert metadata.get_create_entity_type(Table) is CreateTableRequest

metadata.delete(DatabaseService, service.id, recursive=True, hard_delete=True)
