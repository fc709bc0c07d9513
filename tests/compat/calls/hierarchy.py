"""A service, its databases and tables: created, read, changed, deleted and restored."""

from metadata.generated.schema.api.data.createDatabase import CreateDatabaseRequest
from metadata.generated.schema.api.data.createDatabaseSchema import CreateDatabaseSchemaRequest
from metadata.generated.schema.api.data.createTable import CreateTableRequest
from metadata.generated.schema.api.services.createDatabaseService import (
    CreateDatabaseServiceRequest,
)
from metadata.generated.schema.entity.data.database import Database
from metadata.generated.schema.entity.data.databaseSchema import DatabaseSchema
from metadata.generated.schema.entity.data.table import (
    Column,
    Constraint,
    ConstraintType,
    DataType,
    Table,
    TableConstraint,
    TableType,
)
from metadata.generated.schema.entity.services.connections.database.common.basicAuth import (
    BasicAuth,
)
from metadata.generated.schema.entity.services.connections.database.mysqlConnection import (
    MysqlConnection,
)
from metadata.generated.schema.entity.services.databaseService import (
    DatabaseConnection,
    DatabaseService,
    DatabaseServiceType,
)

from calls.registry import call

ABSENT_ID = "00000000-0000-4000-8000-000000000000"
SCHEMA = "shop.sales.public"


@call
def create_service(om, _):
    return om.create_or_update(
        CreateDatabaseServiceRequest(
            name="shop",
            serviceType=DatabaseServiceType.Mysql,
            connection=DatabaseConnection(
                config=MysqlConnection(
                    username="reader",
                    authType=BasicAuth(password="not-for-logs"),
                    hostPort="mysql:3306",
                )
            ),
        )
    )


@call
def create_database(om, _):
    return om.create_or_update(CreateDatabaseRequest(name="sales", service="shop"))


@call
def create_schema(om, seen):
    return om.create_or_update(
        CreateDatabaseSchemaRequest(
            name="public", database=seen.create_database.fullyQualifiedName, description="Open."
        )
    )


def orders():
    return CreateTableRequest(
        name="orders",
        databaseSchema=SCHEMA,
        tableType=TableType.Regular,
        description="One row each.",
        columns=[
            Column(name="id", dataType=DataType.BIGINT, constraint=Constraint.PRIMARY_KEY),
            Column(name="note", dataType=DataType.VARCHAR, dataLength=80, description="Free text."),
            Column(
                name="box",
                dataType=DataType.STRUCT,
                children=[Column(name="weight", dataType=DataType.DOUBLE)],
            ),
        ],
        tableConstraints=[
            TableConstraint(constraintType=ConstraintType.PRIMARY_KEY, columns=["id"])
        ],
    )


@call
def build_request(*_):
    return orders()


@call
def create_table(om, _):
    return om.create_or_update(orders())


@call
def create_table_again(om, _):
    return om.create_or_update(orders())


@call
def create_table_with_one_more_column(om, _):
    request = orders()
    request.columns.append(Column(name="day", dataType=DataType.DATE))
    return om.create_or_update(request)


@call
def create_by_post(om, _):
    return om.create(
        CreateTableRequest(
            name="customers",
            databaseSchema=SCHEMA,
            columns=[
                Column(name="id", dataType="BIGINT"),
                Column(name="name", dataType="VARCHAR", dataLength=40),
            ],
        )
    )


@call
def create_what_exists(om, _):
    return om.create(CreateDatabaseRequest(name="sales", service="shop"))


@call
def create_below_an_unknown_parent(om, _):
    return om.create_or_update(
        CreateTableRequest(name="lost", databaseSchema="shop.sales.absent", columns=[])
    )


@call
def create_an_entity_instead_of_a_request(om, seen):
    return om.create_or_update(seen.create_database)


@call
def create_table_with_odd_names(om, _):
    return om.create_or_update(
        CreateTableRequest(
            name="a.b > d::e/f é",
            databaseSchema=SCHEMA,
            columns=[
                Column(name="x.y", dataType="INT"),
                Column(name="a::b>c", dataType="INT"),
            ],
        )
    )


@call
def get_table_with_odd_name(om, seen):
    return om.get_by_name(Table, seen.create_table_with_odd_names.fullyQualifiedName)


@call
def create_table_with_a_quote_in_its_name(om, _):
    return om.create_or_update(
        CreateTableRequest(
            name='a "b"', databaseSchema=SCHEMA, columns=[Column(name='q"u', dataType="INT")]
        )
    )


@call
def delete_table_with_a_quote_in_its_name(om, seen):
    table = getattr(seen, "create_table_with_a_quote_in_its_name", None)
    return table and om.delete(Table, table.id, hard_delete=True)


@call
def get_by_name(om, _):
    return om.get_by_name(entity=Table, fqn=f"{SCHEMA}.orders")


@call
def get_by_name_with_fields(om, _):
    return om.get_by_name(entity=Table, fqn=f"{SCHEMA}.orders", fields=["tags", "owners"])


@call
def get_by_name_with_all_fields(om, _):
    return om.get_by_name(entity=Table, fqn=f"{SCHEMA}.orders", fields=["*"])


@call
def get_by_name_that_is_absent(om, _):
    return om.get_by_name(Table, f"{SCHEMA}.absent")


@call
def get_by_name_that_must_exist(om, _):
    return om.get_by_name(Table, f"{SCHEMA}.absent", nullable=False)


@call
def get_by_name_with_an_unknown_field(om, _):
    return om.get_by_name(Table, f"{SCHEMA}.orders", fields=["colums"])


@call
def get_by_id(om, seen):
    return om.get_by_id(Table, seen.create_table.id)


@call
def get_by_id_as_text(om, seen):
    return om.get_by_id(Table, str(seen.create_table.id.root), fields=["columns", "owners"])


@call
def get_by_id_that_is_absent(om, _):
    return om.get_by_id(Table, ABSENT_ID)


@call
def get_service_with_its_connection(om, _):
    return om.get_by_name(DatabaseService, "shop")


@call
def get_entity_reference(om, _):
    return om.get_entity_reference(Table, f"{SCHEMA}.orders")


@call
def get_entity_reference_that_is_absent(om, _):
    return om.get_entity_reference(Table, f"{SCHEMA}.absent")


@call
def list_versions(om, seen):
    return om.list_versions(seen.create_table.id, Table)


@call
def get_list_entity_versions(om, seen):
    return om.get_list_entity_versions(seen.create_table.id, Table)


@call
def get_entity_version(om, seen):
    return om.get_entity_version(Table, seen.create_table.id, 0.1)


@call
def get_entity_version_that_is_absent(om, seen):
    return om.get_entity_version(Table, seen.create_table.id, 7.7)


@call
def version_to_str(om, _):
    return [om.version_to_str(version) for version in (0.1, "0.2", 1.0)]


@call
def delete_softly(om, seen):
    return om.delete(Table, seen.create_by_post.id)


@call
def get_what_is_deleted(om, _):
    return om.get_by_name(Table, f"{SCHEMA}.customers")


@call
def list_what_is_deleted(om, _):
    listed = om.list_entities(Table, params={"database": "shop.sales", "include": "deleted"})
    return listed.entities


@call
def restore_by_its_path(om, seen):
    data = f'{{"id": "{seen.create_by_post.id.root}"}}'
    return om.client.put("/tables/restore", data=data)


@call
def delete_what_is_absent(om, _):
    return om.delete(Table, ABSENT_ID)


@call
def delete_what_has_children(om, seen):
    return om.delete(DatabaseSchema, seen.create_schema.id)


@call
def delete_for_good(om, seen):
    return om.delete(Table, seen.create_table_with_odd_names.id, recursive=True, hard_delete=True)


@call
def list_databases(om, _):
    return om.list_entities(Database, params={"service": "shop"}).entities
