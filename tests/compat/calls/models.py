"""Models without a server: building, reading, comparing, copying, dumping; names and links."""

import json
from copy import deepcopy

from metadata.generated.schema.api.data.createTable import CreateTableRequest
from metadata.generated.schema.api.teams.createUser import CreateUserRequest
from metadata.generated.schema.entity.data.dashboard import Dashboard
from metadata.generated.schema.entity.data.table import Column, DataType, Table
from metadata.generated.schema.entity.services.connections.database.mysqlConnection import (
    MysqlConnection,
)
from metadata.generated.schema.entity.services.databaseService import DatabaseServiceType
from metadata.generated.schema.type.basic import EntityName, FullyQualifiedEntityName, Timestamp
from metadata.generated.schema.type.entityReference import EntityReference
from metadata.utils import fqn
from metadata.utils.entity_link import get_decoded_column, get_table_fqn, split

from calls.registry import call

ID = "2f0a4bd1-2e2f-4a5e-9d7e-0a6c54ad3f0a"
TABLE = {
    "id": ID,
    "name": "orders",
    "columns": [
        {"name": "id", "dataType": "BIGINT"},
        {"name": "box", "dataType": "STRUCT", "children": [{"name": "kg", "dataType": "DOUBLE"}]},
    ],
    "owners": [{"id": ID, "type": "user"}],
    "updatedAt": 1700000000000,
    "version": 0.3,
    "href": "http://example.com/tables/1",
}


@call
def validate_entity(*_):
    return Table.model_validate(TABLE)


@call
def validate_json(*_):
    return Table.model_validate_json(json.dumps(TABLE))


@call
def parse_obj(*_):
    return Column.parse_obj({"name": "a", "dataType": "INT"})


@call
def dump(*_):
    return Table.model_validate(TABLE).model_dump(mode="json", exclude_none=True)


@call
def dump_what_is_set(*_):
    return Table.model_validate(TABLE).model_dump(mode="json", exclude_unset=True)


@call
def dump_some(*_):
    table = Table.model_validate(TABLE)
    return table.model_dump(mode="json", include={"name", "columns"}, exclude_defaults=True)


@call
def dump_json(*_):
    text = Table.model_validate(TABLE).model_dump_json(exclude_none=True)
    return json.loads(text)


@call
def fields_that_are_set(*_):
    column = Column(name="a", dataType="INT", description=None)
    return sorted(column.model_fields_set)


@call
def build_with_missing_fields(*_):
    return CreateTableRequest(name="a")


@call
def build_with_an_unknown_field(*_):
    return CreateTableRequest(name="a", databaseSchema="a.b.c", columns=[], colums=[])


@call
def build_with_a_wrong_enum(*_):
    return Column(name="a", dataType="INTT")


@call
def build_with_wrong_types(*_):
    return Column(name=7, dataType="INT", dataLength="long", tags="PII", ordinalPosition=1.5)


@call
def build_with_a_wrong_email(*_):
    return CreateUserRequest(name="a", email="no address")


@call
def build_with_a_wrong_id(*_):
    return EntityReference(id="7", type="table")


@call
def build_with_a_name_that_is_too_long(*_):
    return EntityName("x" * 300)


@call
def build_with_text_for_numbers(*_):
    return Column(name="a", dataType="INT", dataLength="7", precision="3")


@call
def texts_of_values(*_):
    column = Column(name="a", dataType="INT")
    return [column.name.root, column.dataType.value, column.dataType.name, DataType.INT.value]


@call
def compare(*_):
    one, other = (Column(name="a", dataType="INT") for _ in range(2))
    third = Column(name="b", dataType="INT")
    return [one == other, one == third, one.dataType is DataType.INT, one.name == other.name]


@call
def copy(*_):
    column = Column(name="a", dataType="INT", children=[Column(name="b", dataType="INT")])
    deep, update = deepcopy(column), column.model_copy(update={"displayName": "A"})
    deep.children[0].displayName = "B"
    return [column.children[0].displayName, deep, update, column.displayName]


@call
def assign(*_):
    column = Column(name="a", dataType="INT")
    column.description = "By hand."
    column.dataType = DataType.DATE
    return column


@call
def members_of_an_enum(*_):
    return [len(list(DatabaseServiceType)) > 40, DatabaseServiceType("Mysql").name]


@call
def member_of_an_enum_that_is_absent(*_):
    return DatabaseServiceType("Nothing")


@call
def defaults_of_a_connection(*_):
    connection = MysqlConnection(username="a", hostPort="b:1")
    return [connection.scheme.value, connection.type.value]


@call
def dump_without_secrets(*_):
    connection = MysqlConnection(username="a", hostPort="b:1", authType={"password": "not-this"})
    return connection.model_dump(mode="json", exclude_none=True)["authType"]


@call
def roots(*_):
    values = EntityName("a"), FullyQualifiedEntityName("a.b"), Timestamp(5), Timestamp(root=6)
    return [value.root for value in values]


@call
def build_names(*_):
    return [
        fqn._build("shop", "sales", "a.b", "t"),
        fqn.split('shop.sales."a.b".t'),
        fqn.split_table_name("sales.public.orders"),
        fqn.build(None, Dashboard, service_name="looks", dashboard_name="sales"),
        fqn.build(
            None,
            Table,
            service_name="shop",
            database_name="sales",
            schema_name="public",
            table_name="o.o",
            skip_es_search=True,
        ),
    ]


@call
def split_a_link(*_):
    link = "<#E::table::shop.sales.public.orders::columns::id>"
    return [split(link), get_decoded_column(link), get_table_fqn(link)]
