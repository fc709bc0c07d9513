"""JSON Patch: by two states of an entity, and by the methods for one field."""

from copy import deepcopy

from metadata.generated.schema.entity.data.table import (
    Column,
    ConstraintType,
    DataType,
    Table,
    TableConstraint,
)
from metadata.generated.schema.type.basic import Markdown
from metadata.generated.schema.type.lifeCycle import AccessDetails, LifeCycle
from metadata.ingestion.models.table_metadata import ColumnDescription

from calls.registry import call

FQN = "shop.sales.public.orders"
OTHER = "shop.sales.public.t"
"""What the names of tables begin with that no call after these reads."""


def current(om, fields=("columns",), fqn=FQN):
    return om.get_by_name(Table, fqn, fields=list(fields))


def patched(om, change, fields=("columns",), fqn=FQN, **options):
    """Patch what a function changes in a copy of a table."""
    source = current(om, fields, fqn)
    destination = deepcopy(source)
    change(destination)
    return om.patch(entity=Table, source=source, destination=destination, **options)


@call
def patch_description(om, seen):
    return om.patch_description(Table, source=seen.create_by_post, description="Who buys.")


@call
def patch_description_that_is_there_already(om, seen):
    return om.patch_description(Table, source=seen.create_by_post, description="Others.")


@call
def patch_description_by_force(om, seen):
    return om.patch_description(
        Table, source=seen.create_by_post, description="Others.", force=True
    )


@call
def patch_nothing(om, _):
    return patched(om, lambda table: None)


@call
def patch_one_field(om, _):
    def change(table):
        table.displayName = "Orders"

    return patched(om, change)


@call
def patch_one_field_away(om, _):
    def change(table):
        table.displayName = None

    return patched(om, change)


@call
def patch_description_of_the_table(om, _):
    def change(table):
        table.description = Markdown("Another one.")

    return patched(om, change)


@call
def patch_a_column(om, _):
    def change(table):
        table.columns[1].description = Markdown("A remark.")

    return patched(om, change)


@call
def patch_a_column_more(om, _):
    def change(table):
        table.columns.append(Column(name="price", dataType=DataType.DOUBLE))

    return patched(om, change)


@call
def patch_a_column_less(om, _):
    def change(table):
        del table.columns[-1]

    return patched(om, change)


@call
def patch_columns_in_another_order(om, _):
    def change(table):
        table.columns.reverse()

    return patched(om, change, fqn=f"{OTHER}2", array_entity_fields=["columns"])


@call
def patch_columns_in_another_order_by_place(om, _):
    def change(table):
        table.columns.reverse()

    return patched(om, change, fqn=f"{OTHER}4")


@call
def patch_with_allowed_fields(om, _):
    def change(table):
        table.displayName = "Not allowed"
        table.description = Markdown("Allowed.")

    return patched(om, change, allowed_fields={"description": True})


@call
def patch_with_restricted_fields(om, _):
    def change(table):
        table.displayName = "New"
        table.description = Markdown("Not overwritten.")

    return patched(om, change, restrict_update_fields=["description"])


@call
def patch_table_constraints(om, _):
    constraints = [TableConstraint(constraintType=ConstraintType.UNIQUE, columns=["note"])]
    return om.patch_table_constraints(table=current(om), constraints=constraints)


@call
def patch_column_description(om, seen):
    return om.patch_column_description(
        table=seen.create_table, column_fqn=f"{FQN}.id", description="Number."
    )


@call
def patch_column_description_that_is_there_already(om, seen):
    return om.patch_column_description(
        table=seen.create_table, column_fqn=f"{FQN}.id", description="Key."
    )


@call
def patch_column_descriptions_by_force(om, seen):
    return om.patch_column_descriptions(
        table=seen.create_table,
        column_descriptions=[
            ColumnDescription(column_fqn=f"{FQN}.id", description="Key."),
            ColumnDescription(column_fqn=f"{FQN}.box.weight", description="In kg."),
        ],
        force=True,
    )


@call
def patch_life_cycle(om, _):
    life_cycle = LifeCycle(created=AccessDetails(timestamp=1700000000000))
    return om.patch_life_cycle(entity=current(om, ("lifeCycle",)), life_cycle=life_cycle)


@call
def get_after_the_patches(om, _):
    return current(om, ("columns", "tags", "lifeCycle", "tableConstraints"))
