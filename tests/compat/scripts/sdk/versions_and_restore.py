"""The history of a database, and how it is restored after a soft delete."""

import os

from metadata.generated.schema.api.data.createDatabase import CreateDatabaseRequest
from metadata.generated.schema.api.services.createDatabaseService import (
    CreateDatabaseServiceRequest,
)
from metadata.generated.schema.entity.data.database import Database
from metadata.sdk import Databases, DatabaseServices, configure
from metadata.sdk.entities.base import AsyncJobResponse, RestoreOperation

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])

service = DatabaseServices.create(
    CreateDatabaseServiceRequest(name="sdk_history", serviceType="Mysql")
)
database = Databases.create(CreateDatabaseRequest(name="shop", service="sdk_history"))
database.description = "All shops."
assert Databases.update(database).version.root == 0.2

versions = Databases.get_versions(database.id)
assert all(isinstance(each, Database) for each in versions)
assert [each.version.root for each in versions] == [0.2, 0.1]
assert Databases.get_specific_version(database.id, "0.1").description is None
assert Databases.get_specific_version(database.id, "0.2").description.root == "All shops."

Databases.delete(database.id)
assert Databases.retrieve(database.id) is None
restored = Databases.restore(str(database.id.root))
assert (restored.id, restored.deleted) == (database.id, False)

Databases.delete(database.id)
operation = Databases.restore_request(database.id)
assert isinstance(operation, RestoreOperation)
answer = operation.with_async().execute()
assert isinstance(answer, AsyncJobResponse)
assert Databases.retrieve(database.id).deleted is False
job = AsyncJobResponse.from_response({"jobId": "8f2a", "message": "Restore started."})
assert (job.job_id, job.message) == ("8f2a", "Restore started.")

DatabaseServices.delete(service.id, recursive=True, hard_delete=True)
