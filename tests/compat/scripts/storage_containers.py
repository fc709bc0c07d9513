"""A storage service with containers inside containers."""

import os
import sys

from metadata.generated.schema.api.data.createContainer import CreateContainerRequest
from metadata.generated.schema.api.services.createStorageService import CreateStorageServiceRequest
from metadata.generated.schema.entity.data.container import (
    Container,
    ContainerDataModel,
    FileFormat,
)
from metadata.generated.schema.entity.data.table import Column, DataType
from metadata.generated.schema.entity.services.connections.metadata.openMetadataConnection import (
    AuthProvider,
    OpenMetadataConnection,
)
from metadata.generated.schema.entity.services.connections.storage.s3Connection import S3Connection
from metadata.generated.schema.entity.services.storageService import (
    StorageConnection,
    StorageService,
    StorageServiceType,
)
from metadata.generated.schema.security.client.openMetadataJWTClientConfig import (
    OpenMetadataJWTClientConfig,
)
from metadata.generated.schema.security.credentials.awsCredentials import AWSCredentials
from metadata.generated.schema.type.entityReference import EntityReference
from metadata.ingestion.ometa.ometa_api import OpenMetadata

create_service = CreateStorageServiceRequest(
    name="lake",
    serviceType=StorageServiceType.S3,
    connection=StorageConnection(
        config=S3Connection(awsConfig=AWSCredentials(awsRegion="eu-central-1"))
    ),
)
create_bucket = CreateContainerRequest(name="raw", service="lake", prefix="/", numberOfObjects=3)
model = ContainerDataModel(
    isPartitioned=True,
    columns=[Column(name="day", dataType=DataType.DATE), Column(name="kg", dataType="DOUBLE")],
)

if "--offline" in sys.argv:
    sys.exit()

metadata = OpenMetadata(
    OpenMetadataConnection(
        hostPort=os.environ["OM_HOST"],
        authProvider=AuthProvider.openmetadata,
        securityConfig=OpenMetadataJWTClientConfig(jwtToken=os.environ["OM_TOKEN"]),
    )
)

service = metadata.create_or_update(create_service)
bucket = metadata.create_or_update(create_bucket)
folder = metadata.create_or_update(
    CreateContainerRequest(
        name="orders",
        service="lake",
        parent=EntityReference(id=bucket.id, type="container"),
        dataModel=model,
        fileFormats=[FileFormat.parquet],
    )
)
assert folder.fullyQualifiedName.root == "lake.raw.orders"
assert folder.parent.id == bucket.id

found = metadata.get_by_name(Container, "lake.raw.orders", fields=["dataModel", "parent"])
assert found.dataModel.isPartitioned is True
assert [column.dataType for column in found.dataModel.columns] == [DataType.DATE, DataType.DOUBLE]
assert found.fileFormats == [FileFormat.parquet]

metadata.delete(StorageService, service.id, recursive=True, hard_delete=True)
assert metadata.get_by_name(Container, "lake.raw") is None
