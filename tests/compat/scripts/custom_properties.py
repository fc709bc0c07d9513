"""Custom properties: defined for tables, given with a request, and set by patches."""

import os
import sys

from metadata.generated.schema.api.data.createCustomProperty import CreateCustomPropertyRequest
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
from metadata.generated.schema.type.basic import EntityExtension
from metadata.ingestion.models.custom_properties import (
    CustomPropertyDataTypes,
    OMetaCustomProperties,
)
from metadata.ingestion.ometa.ometa_api import OpenMetadata

given = EntityExtension(root={"shelfCity": "Berlin"})
assert given.root["shelfCity"] == "Berlin"

if "--offline" in sys.argv:
    sys.exit()

metadata = OpenMetadata(
    OpenMetadataConnection(
        hostPort=os.environ["OM_HOST"],
        authProvider=AuthProvider.openmetadata,
        securityConfig=OpenMetadataJWTClientConfig(jwtToken=os.environ["OM_TOKEN"]),
    )
)

kinds = {"shelfCity": CustomPropertyDataTypes.STRING, "shelfRank": CustomPropertyDataTypes.INTEGER}
for name, kind in kinds.items():
    metadata.create_or_update_custom_property(
        OMetaCustomProperties(
            entity_type=Table,
            createCustomPropertyRequest=CreateCustomPropertyRequest(
                name=name,
                description="Where it stands.",
                propertyType=metadata.get_property_type_ref(kind),
            ),
        )
    )
assert set(kinds) <= {each["name"] for each in metadata.get_entity_custom_properties(Table)}

service = metadata.create_or_update(
    CreateDatabaseServiceRequest(name="shelves", serviceType=DatabaseServiceType.Mysql)
)
metadata.create_or_update(CreateDatabaseRequest(name="shop", service="shelves"))
metadata.create_or_update(CreateDatabaseSchemaRequest(name="public", database="shelves.shop"))
table = metadata.create_or_update(
    CreateTableRequest(
        name="labelled",
        databaseSchema="shelves.shop.public",
        columns=[Column(name="id", dataType=DataType.BIGINT)],
        extension=given,
    )
)
found = metadata.get_by_name(Table, table.fullyQualifiedName, fields=["extension"])
assert found.extension.root == {"shelfCity": "Berlin"}

after = found.model_copy(deep=True)
after.extension.root["shelfCity"] = "Oslo"
after.extension.root["shelfRank"] = 1
assert metadata.patch(entity=Table, source=found, destination=after).extension.root == {
    "shelfCity": "Oslo",
    "shelfRank": 1,
}

metadata.delete(DatabaseService, service.id, recursive=True, hard_delete=True)
