"""A table with nested columns, constraints and lengths."""

import os
import sys

from metadata.generated.schema.api.data.createDatabase import CreateDatabaseRequest
from metadata.generated.schema.api.data.createDatabaseSchema import CreateDatabaseSchemaRequest
from metadata.generated.schema.api.data.createTable import CreateTableRequest
from metadata.generated.schema.api.services.createDatabaseService import (
    CreateDatabaseServiceRequest,
)
from metadata.generated.schema.entity.data.table import (
    Column,
    Constraint,
    ConstraintType,
    DataType,
    Table,
    TableConstraint,
    TableType,
)
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
from metadata.ingestion.ometa.ometa_api import OpenMetadata

creates = [
    CreateDatabaseServiceRequest(name="nested", serviceType=DatabaseServiceType.Mysql),
    CreateDatabaseRequest(name="shop", service="nested"),
    CreateDatabaseSchemaRequest(name="public", database="nested.shop"),
]
create_table = CreateTableRequest(
    name="orders",
    databaseSchema="nested.shop.public",
    tableType=TableType.Regular,
    columns=[
        Column(name="id", dataType=DataType.BIGINT, constraint=Constraint.NOT_NULL),
        Column(name="code", dataType=DataType.VARCHAR, dataLength=32),
        Column(
            name="address",
            dataType=DataType.STRUCT,
            dataTypeDisplay="struct<city:string,place:struct<lat:double>>",
            children=[
                Column(name="city", dataType=DataType.STRING),
                Column(
                    name="place",
                    dataType=DataType.STRUCT,
                    children=[Column(name="lat", dataType=DataType.DOUBLE)],
                ),
            ],
        ),
        Column(name="labels", dataType=DataType.ARRAY, arrayDataType=DataType.STRING),
    ],
    tableConstraints=[
        TableConstraint(constraintType=ConstraintType.PRIMARY_KEY, columns=["id"]),
    ],
)
assert create_table.columns[2].children[1].children[0].name.root == "lat"

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
table = metadata.create_or_update(create_table)
assert isinstance(table.columns[0], Column)
deep = table.columns[2].children[1].children[0]
assert deep.fullyQualifiedName.root == "nested.shop.public.orders.address.place.lat"
assert deep.dataType == DataType.DOUBLE
assert table.columns[1].dataLength == 32
assert table.columns[3].arrayDataType == DataType.STRING
assert table.tableConstraints[0].constraintType == ConstraintType.PRIMARY_KEY
assert table.tableType == TableType.Regular

create_table.columns.append(Column(name="placed_at", dataType=DataType.TIMESTAMP))
wider = metadata.create_or_update(create_table)
assert [column.name.root for column in wider.columns][-1] == "placed_at"
assert wider.version.root > table.version.root
assert metadata.get_by_name(Table, "nested.shop.public.orders").columns[4].dataType.value == (
    "TIMESTAMP"
)

metadata.delete(DatabaseService, service.id, recursive=True, hard_delete=True)
