"""A data contract of a table. Releases before 1.8 have no contracts."""

import os

try:
    from metadata.generated.schema.api.data.createDataContract import CreateDataContractRequest
    from metadata.generated.schema.entity.data.dataContract import DataContract
except ImportError as error:
    raise SystemExit(0) from error
from metadata.generated.schema.api.data.createDatabase import CreateDatabaseRequest
from metadata.generated.schema.api.data.createDatabaseSchema import CreateDatabaseSchemaRequest
from metadata.generated.schema.api.data.createTable import CreateTableRequest
from metadata.generated.schema.api.services.createDatabaseService import (
    CreateDatabaseServiceRequest,
)
from metadata.generated.schema.entity.data.table import Column, DataType
from metadata.generated.schema.type.entityReference import EntityReference
from metadata.sdk import (
    Databases,
    DatabaseSchemas,
    DatabaseServices,
    DataContracts,
    Tables,
    configure,
)
from metadata.sdk.entities.datacontracts import ODCSExportOperation, ODCSImportOperation

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])

service = DatabaseServices.create(
    CreateDatabaseServiceRequest(name="sdk_contract", serviceType="Mysql")
)
Databases.create(CreateDatabaseRequest(name="shop", service="sdk_contract"))
DatabaseSchemas.create(CreateDatabaseSchemaRequest(name="public", database="sdk_contract.shop"))
table = Tables.create(
    CreateTableRequest(
        name="orders",
        databaseSchema="sdk_contract.shop.public",
        columns=[Column(name="id", dataType=DataType.INT)],
    )
)
request = CreateDataContractRequest(
    name="orders_contract",
    entity=EntityReference(id=table.id, type="table"),
    schema=[Column(name="id", dataType=DataType.INT)],
)
contract = DataContracts.create(request)
assert isinstance(contract, DataContract)
assert DataContracts.retrieve(contract.id).entity.id == table.id
assert isinstance(DataContracts.export_odcs(contract.id), ODCSExportOperation)
assert isinstance(DataContracts.import_odcs(table.id, "table"), ODCSImportOperation)
contract.description = "What users of orders may expect."
assert DataContracts.update(contract).description.root == "What users of orders may expect."

DataContracts.delete(contract.id, hard_delete=True)
DatabaseServices.delete(service.id, recursive=True, hard_delete=True)
