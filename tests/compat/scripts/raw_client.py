"""Requests by path, where there is no method."""

import json
import os
import sys

from metadata.generated.schema.api.services.createDatabaseService import (
    CreateDatabaseServiceRequest,
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
from metadata.ingestion.ometa.client import APIError
from metadata.ingestion.ometa.ometa_api import OpenMetadata
from metadata.ingestion.ometa.utils import model_str, quote

create = CreateDatabaseServiceRequest(name="raw.service", serviceType=DatabaseServiceType.Mysql)
assert quote('"raw.service"') == "%22raw.service%22"

if "--offline" in sys.argv:
    sys.exit()

metadata = OpenMetadata(
    OpenMetadataConnection(
        hostPort=os.environ["OM_HOST"],
        authProvider=AuthProvider.openmetadata,
        securityConfig=OpenMetadataJWTClientConfig(jwtToken=os.environ["OM_TOKEN"]),
    )
)

service = metadata.create_or_update(create)
path = metadata.get_suffix(DatabaseService)
assert path == "/services/databaseServices"

response = metadata.client.get(f"{path}/name/{quote(service.fullyQualifiedName)}")
assert response["id"] == model_str(service.id)
listed = metadata.client.get(path, {"limit": 1000})
assert "raw.service" in [each["name"] for each in listed["data"]]
assert metadata.client.get("/system/version")["version"]

body = {"name": "by.hand", "serviceType": "Mysql"}
posted = metadata.client.post(path, data=json.dumps(body))
again = metadata.client.put(path, data=json.dumps({**body, "description": "By hand."}))
assert again["id"] == posted["id"]
operations = [{"op": "add", "path": "/displayName", "value": "Hand"}]
patched = metadata.client.patch(f"{path}/{posted['id']}", data=json.dumps(operations))
assert (patched["description"], patched["displayName"]) == ("By hand.", "Hand")

try:
    metadata.client.get(f"{path}/name/absent")
except APIError as error:
    assert error.status_code == 404
else:
    raise AssertionError("there is no such service")

for identity in (posted["id"], model_str(service.id)):
    metadata.client.delete(f"{path}/{identity}?recursive=true&hardDelete=true")
assert metadata.get_by_name(DatabaseService, '"raw.service"') is None
