"""Databases and schemas: pages, filters, updates, and what is deleted with its parent."""

import os

from metadata.generated.schema.api.data.createDatabase import CreateDatabaseRequest
from metadata.generated.schema.api.data.createDatabaseSchema import CreateDatabaseSchemaRequest
from metadata.generated.schema.api.services.createDatabaseService import (
    CreateDatabaseServiceRequest,
)
from metadata.generated.schema.type.basic import Markdown
from metadata.sdk import configure, database_schemas, database_services, databases

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])

service = database_services.create(
    CreateDatabaseServiceRequest(name="sdk_tree", serviceType="Postgres")
)
for name in ("first", "second", "third"):
    databases.create(CreateDatabaseRequest(name=name, service="sdk_tree"))
schema = database_schemas.create(
    CreateDatabaseSchemaRequest(name="public", database="sdk_tree.first")
)

page = databases.list(limit=2, filters={"service": "sdk_tree"})
assert [each.name.root for each in page.entities] == ["first", "second"]
assert page.after
following = databases.list(limit=2, after=page.after, filters={"service": "sdk_tree"})
assert [each.name.root for each in following.entities] == ["third"]
assert following.after is None
everything = databases.list_all(batch_size=1, filters={"service": "sdk_tree"})
assert [each.name.root for each in everything] == ["first", "second", "third"]

database = databases.retrieve_by_name("sdk_tree.first")
copied = database.model_copy(deep=True)
copied.description = Markdown("The first of three.")
copied.displayName = "First"
assert databases.update(copied).displayName == "First"
again = databases.retrieve(database.id)
assert again.description.root == "The first of three."

# Nothing has changed, so no new version is made.
assert databases.update(again).version == again.version

databases.delete(database.id, recursive=True)
assert database_schemas.retrieve(schema.id) is None
database_services.delete(service.id, recursive=True, hard_delete=True)
assert databases.list_all(filters={"service": "sdk_tree"}) == []
