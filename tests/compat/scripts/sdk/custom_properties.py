"""Custom properties of a table: set, changed, cleared."""

import os

from metadata.generated.schema.api.data.createCustomProperty import CreateCustomPropertyRequest
from metadata.generated.schema.api.data.createDatabase import CreateDatabaseRequest
from metadata.generated.schema.api.data.createDatabaseSchema import CreateDatabaseSchemaRequest
from metadata.generated.schema.api.data.createTable import CreateTableRequest
from metadata.generated.schema.api.services.createDatabaseService import (
    CreateDatabaseServiceRequest,
)
from metadata.generated.schema.entity.data.table import Column, DataType, Table
from metadata.ingestion.models.custom_properties import (
    CustomPropertyDataTypes,
    OMetaCustomProperties,
)
from metadata.sdk import Databases, DatabaseSchemas, DatabaseServices, Tables, configure
from metadata.sdk.entities.custom_properties import CustomProperties, TableCustomProperties

metadata = configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"]).ometa

for name, kind in (("sdkTeam", "STRING"), ("sdkCost", "INTEGER")):
    data_type = metadata.get_property_type_ref(CustomPropertyDataTypes[kind])
    metadata.create_or_update_custom_property(
        OMetaCustomProperties(
            entity_type=Table,
            createCustomPropertyRequest=CreateCustomPropertyRequest(
                name=name, description="For the script.", propertyType=data_type
            ),
        )
    )
service = DatabaseServices.create(
    CreateDatabaseServiceRequest(name="sdk_props", serviceType="Mysql")
)
Databases.create(CreateDatabaseRequest(name="shop", service="sdk_props"))
DatabaseSchemas.create(CreateDatabaseSchemaRequest(name="public", database="sdk_props.shop"))
table = Tables.create(
    CreateTableRequest(
        name="orders",
        databaseSchema="sdk_props.shop.public",
        columns=[Column(name="id", dataType=DataType.INT)],
    )
)
name = table.fullyQualifiedName.root


def values():
    """Return the properties that the table has now."""
    extension = Tables.retrieve(table.id, fields=["extension"]).extension
    return getattr(extension, "root", extension) or {}


updated = (
    Tables.update_custom_properties(table.id).with_property("sdkTeam", "Engineering").execute()
)
assert isinstance(updated, Table)
assert values() == {"sdkTeam": "Engineering"}
Tables.update_custom_properties_by_name(name).with_properties({"sdkCost": 3}).execute()
assert values() == {"sdkTeam": "Engineering", "sdkCost": 3}
CustomProperties.update(Table, table.id).clear_property("sdkTeam").execute()
assert values() == {"sdkCost": 3}
TableCustomProperties.update_by_name(name).clear_all().with_property("sdkTeam", "Data").execute()
assert values() == {"sdkTeam": "Data"}
Tables.update_custom_properties(table.id).clear_all().execute()
assert values() == {}

DatabaseServices.delete(service.id, recursive=True, hard_delete=True)
