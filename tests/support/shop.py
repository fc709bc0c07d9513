"""A small catalogue for functional tests of extensions, in a sandbox that others use too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, NamedTuple
from uuid import uuid4

from dynclient.client.client import Client
from dynclient.errors import NotFound

COLUMNS = [
    {"name": "id", "dataType": "BIGINT"},
    {"name": "email", "dataType": "STRING"},
    {
        "name": "address",
        "dataType": "STRUCT",
        "children": [{"name": "city", "dataType": "STRING"}],
    },
]


class Shop(NamedTuple):
    """A service with a schema and a table, and the names of people that are free."""

    om: Client
    schema: Any
    table: Any
    suffix: str
    stack: ExitStack

    def name(self, name: str) -> str:
        """Return a name that no other test uses."""
        return f"{name}{self.suffix}"

    def create(self, collection: str, name: str, **fields: Any) -> Any:
        """Create an entity that is deleted at the end of the test."""
        entities = getattr(self.om, collection)
        created = entities.create(name=self.name(name), **fields)
        self.stack.callback(delete_for_good, entities, created.id)
        return created

    def user(self, name: str) -> Any:
        """Create a user with an e-mail address of example.org."""
        return self.create("users", name, email=f"{self.name(name)}@example.org")


def delete_for_good(entities: Any, identity: Any) -> None:
    """Delete an entity and what is below it, if it exists.

    1.0.4 answers 404 for a nested term that it deleted already, and goes on when it is asked again.
    """
    for _ in range(5):
        if entities.get(identity, include="all") is None:
            return
        with suppress(NotFound):
            entities.delete(identity, recursive=True, hard=True)


@contextmanager
def shop(om: Client) -> Iterator[Shop]:
    """Create the catalogue, and delete it afterwards with all that was created in it."""
    suffix = uuid4().hex[:8]
    with ExitStack() as stack:
        service = om.database_services.create(
            name=f"shop{suffix}",
            serviceType="Mysql",
            connection={"config": {"type": "Mysql", "username": "u", "hostPort": "h:1"}},
        )
        stack.callback(om.database_services.delete, service, recursive=True, hard=True)
        database = om.databases.create(name="d", service=service)
        schema = om.database_schemas.create(name="s", database=database)
        table = om.tables.create(name="t", databaseSchema=schema, columns=COLUMNS)
        yield Shop(om, schema, table, suffix, stack)
