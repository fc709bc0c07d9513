"""Containers within containers: children and ancestors."""

import os

from metadata.generated.schema.api.data.createContainer import CreateContainerRequest
from metadata.generated.schema.api.services.createStorageService import CreateStorageServiceRequest
from metadata.generated.schema.type.entityReference import EntityReference
from metadata.sdk import Containers, StorageServices, configure

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])

service = StorageServices.create(CreateStorageServiceRequest(name="sdk_lake", serviceType="S3"))
bucket = Containers.create(CreateContainerRequest(name="raw", service="sdk_lake", prefix="/"))
parent = EntityReference(id=bucket.id, type="container")
for name in ("orders", "people"):
    container = Containers.create(
        CreateContainerRequest(name=name, service="sdk_lake", parent=parent, fileFormats=["csv"])
    )
assert container.fullyQualifiedName.root == "sdk_lake.raw.people"

children = Containers.list_children("sdk_lake.raw")
assert sorted(child.name.root for child in children.entities) == ["orders", "people"]
assert len(Containers.list_children("sdk_lake.raw", limit=1).entities) == 1
assert len(Containers.list_children("sdk_lake.raw", offset=2).entities) == 0

ancestors = Containers.list_ancestors("sdk_lake.raw.people")
assert [each.fullyQualifiedName for each in ancestors] == ["sdk_lake.raw"]
assert [each.type for each in ancestors] == ["container"]

listed = Containers.list_all(filters={"service": "sdk_lake"})
assert sorted(each.name.root for each in listed) == ["orders", "people", "raw"]

StorageServices.delete(service.id, recursive=True, hard_delete=True)
