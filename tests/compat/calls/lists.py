"""Lists: pages, cursors, filters, and everything one after the other."""

from metadata.generated.schema.api.data.createTable import CreateTableRequest
from metadata.generated.schema.entity.data.table import Column, Table
from metadata.generated.schema.entity.services.databaseService import DatabaseService
from metadata.generated.schema.entity.teams.user import User

from calls.registry import call

SCHEMA = {"databaseSchema": "shop.sales.public"}


def names(entities):
    return [entity.name.root for entity in entities]


def page(listed):
    """Return what is of interest about a page; cursors are opaque."""
    return {
        "names": names(listed.entities),
        "total": listed.total,
        "after": listed.after is not None,
        "before": listed.before is not None,
    }


@call
def create_many(om, _):
    return [
        om.create_or_update(
            CreateTableRequest(
                name=f"t{number}",
                databaseSchema="shop.sales.public",
                columns=[Column(name=name, dataType="INT") for name in ("id", "day", "note")],
            )
        ).name
        for number in range(5)
    ]


@call
def list_first_page(om, _):
    return page(om.list_entities(Table, limit=3, params=SCHEMA))


@call
def list_next_page(om, _):
    first = om.list_entities(Table, limit=3, params=SCHEMA)
    return page(om.list_entities(Table, limit=3, params=SCHEMA, after=first.after))


@call
def list_previous_page(om, _):
    first = om.list_entities(Table, limit=3, params=SCHEMA)
    second = om.list_entities(Table, limit=3, params=SCHEMA, after=first.after)
    return page(om.list_entities(Table, limit=3, params=SCHEMA, before=second.before))


@call
def list_with_fields(om, _):
    return om.list_entities(Table, fields=["tags", "owners"], params=SCHEMA, limit=2).entities


@call
def list_all(om, _):
    return names(om.list_all_entities(Table, limit=2, params=SCHEMA))


@call
def list_all_with_fields(om, _):
    found = om.list_all_entities(Table, limit=50, params=SCHEMA, fields=["owners"])
    return [[table.name, table.owners] for table in found]


@call
def list_all_below_what_is_absent(om, _):
    return list(om.list_all_entities(Table, params={"databaseSchema": "shop.sales.absent"}))


@call
def list_with_an_unknown_field(om, _):
    return om.list_entities(Table, fields=["colums"])


@call
def list_services(om, _):
    return names(om.list_services(DatabaseService))


@call
def list_users(om, _):
    return names(om.list_entities(User, limit=50).entities)


@call
def list_skipping_failures(om, _):
    return page(om.list_entities(Table, params=SCHEMA, skip_on_failure=True))
