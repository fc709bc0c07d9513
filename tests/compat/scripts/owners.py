"""A table that gets owners: with its request, by a patch, and none again."""

import os
import sys

from metadata.generated.schema.api.data.createDatabase import CreateDatabaseRequest
from metadata.generated.schema.api.data.createDatabaseSchema import CreateDatabaseSchemaRequest
from metadata.generated.schema.api.data.createTable import CreateTableRequest
from metadata.generated.schema.api.services.createDatabaseService import (
    CreateDatabaseServiceRequest,
)
from metadata.generated.schema.api.teams.createUser import CreateUserRequest
from metadata.generated.schema.entity.data.table import Column, DataType, Table
from metadata.generated.schema.entity.services.connections.metadata.openMetadataConnection import (
    AuthProvider,
    OpenMetadataConnection,
)
from metadata.generated.schema.entity.services.databaseService import (
    DatabaseService,
    DatabaseServiceType,
)
from metadata.generated.schema.entity.teams.user import User
from metadata.generated.schema.security.client.openMetadataJWTClientConfig import (
    OpenMetadataJWTClientConfig,
)
from metadata.generated.schema.type.entityReference import EntityReference
from metadata.generated.schema.type.entityReferenceList import EntityReferenceList
from metadata.ingestion.ometa.ometa_api import OpenMetadata

creates = [
    CreateDatabaseServiceRequest(name="owned", serviceType=DatabaseServiceType.Mysql),
    CreateDatabaseRequest(name="shop", service="owned"),
    CreateDatabaseSchemaRequest(name="public", database="owned.shop"),
]
create_table = CreateTableRequest(
    name="orders",
    databaseSchema="owned.shop.public",
    columns=[Column(name="id", dataType=DataType.BIGINT)],
)
create_users = [
    CreateUserRequest(name=f"owner-{name}", email=f"owner-{name}@example.com")
    for name in ("eve", "fay")
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
eve, fay = (metadata.create_or_update(create) for create in create_users)
create_table.owners = EntityReferenceList(root=[EntityReference(id=eve.id, type="user")])
table = metadata.create_or_update(create_table)
owners = metadata.get_by_id(Table, table.id, fields=["owners"]).owners
assert [owner.id.root for owner in owners.root] == [eve.id.root]
assert owners.root[0].name == "owner-eve"

to_fay = EntityReferenceList(root=[EntityReference(id=fay.id, type="user")])
assert metadata.patch_owner(entity=Table, source=table, owners=to_fay) is None  # has one
removed = metadata.patch_owner(entity=Table, source=table, owners=None, force=True)
assert not (removed.owners and removed.owners.root)
changed = metadata.patch_owner(entity=Table, source=table, owners=to_fay)
assert [owner.id.root for owner in changed.owners.root] == [fay.id.root]

metadata.delete(DatabaseService, service.id, recursive=True, hard_delete=True)
for user in (eve, fay):
    metadata.delete(User, user.id, hard_delete=True)
