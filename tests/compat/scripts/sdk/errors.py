"""What goes wrong is reported before it is sent, or as the server says it."""

import os

from metadata.generated.schema.api.data.createDatabase import CreateDatabaseRequest
from metadata.ingestion.ometa.client import APIError
from metadata.sdk import Databases, Tables, configure, to_entity_reference

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])
nowhere = "00000000-0000-4000-8000-000000000000"

assert Tables.retrieve(nowhere) is None
try:
    Tables.retrieve(nowhere, nullable=False)
except APIError as error:
    assert error.status_code == 404
else:
    raise AssertionError("there is no such table")

try:
    Databases.create(CreateDatabaseRequest(name="lost", service="sdk_no_such_service"))
except APIError as error:
    assert error.code in {400, 404}
else:
    raise AssertionError("there is no such service")

for wrong in (
    lambda: Tables.create(CreateDatabaseRequest(name="lost", service="nothing")),
    lambda: Tables.update("a name"),
    lambda: to_entity_reference("a name"),
):
    try:
        wrong()
    except TypeError as error:
        assert "Databases.create()" in str(error) or "takes an entity" in str(error)
    else:
        raise AssertionError("a wrong argument was taken")

try:
    from metadata.sdk import Tabels
except ImportError as error:
    assert "did you mean Tables" in str(error)
else:
    raise AssertionError(Tabels)
