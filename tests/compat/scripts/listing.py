"""Tables listed page by page and all at once, filtered, with more of their fields."""

import os
import sys

from metadata.generated.schema.api.data.createDatabase import CreateDatabaseRequest
from metadata.generated.schema.api.data.createDatabaseSchema import CreateDatabaseSchemaRequest
from metadata.generated.schema.api.data.createTable import CreateTableRequest
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
from metadata.ingestion.ometa.models import EntityList
from metadata.ingestion.ometa.ometa_api import OpenMetadata

creates = [
    CreateDatabaseServiceRequest(name="listed", serviceType=DatabaseServiceType.Mysql),
    CreateDatabaseRequest(name="shop", service="listed"),
    CreateDatabaseSchemaRequest(name="public", database="listed.shop"),
]
create_tables = [
    CreateTableRequest(
        name=f"t{number}",
        databaseSchema="listed.shop.public",
        columns=[Column(name="id", dataType=DataType.BIGINT)],
    )
    for number in range(5)
]

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
for create in create_tables:
    metadata.create_or_update(create)
params = {"database": "listed.shop"}

page = metadata.list_entities(entity=Table, limit=2, params=params)
assert isinstance(page, EntityList)
assert page.total == 5
assert [table.name.root for table in page.entities] == ["t0", "t1"]
assert page.before is None
second = metadata.list_entities(entity=Table, limit=2, after=page.after, params=params)
assert [table.name.root for table in second.entities] == ["t2", "t3"]
back = metadata.list_entities(entity=Table, limit=2, before=second.before, params=params)
assert [table.name.root for table in back.entities] == ["t0", "t1"]
last = metadata.list_entities(entity=Table, limit=2, after=second.after, params=params)
assert last.after is None

everything = metadata.list_all_entities(entity=Table, limit=2, params=params)
assert [table.name.root for table in everything] == [f"t{number}" for number in range(5)]
fields = metadata.list_entities(
    entity=Table, fields=["tags", "owners"], params=params, limit=10
).entities
assert all(table.tags == [] for table in fields)
assert fields[0].databaseSchema.id == schema.id

metadata.delete(Table, fields[0].id)
names = [table.name.root for table in metadata.list_all_entities(Table, params=params)]
assert names == ["t1", "t2", "t3", "t4"]
gone = metadata.list_entities(entity=Table, params={**params, "include": "deleted"})
assert [table.name.root for table in gone.entities] == ["t0"]

metadata.delete(DatabaseService, service.id, recursive=True, hard_delete=True)
