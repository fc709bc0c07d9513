"""A pipeline service, and a pipeline whose tasks run one after the other."""

import os
import sys

from metadata.generated.schema.api.data.createPipeline import CreatePipelineRequest
from metadata.generated.schema.api.services.createPipelineService import (
    CreatePipelineServiceRequest,
)
from metadata.generated.schema.entity.data.pipeline import Pipeline, Task
from metadata.generated.schema.entity.services.connections.metadata.openMetadataConnection import (
    AuthProvider,
    OpenMetadataConnection,
)
from metadata.generated.schema.entity.services.connections.pipeline.airflowConnection import (
    AirflowConnection,
)
from metadata.generated.schema.entity.services.connections.pipeline.backendConnection import (
    BackendConnection,
)
from metadata.generated.schema.entity.services.pipelineService import (
    PipelineConnection,
    PipelineService,
    PipelineServiceType,
)
from metadata.generated.schema.security.client.openMetadataJWTClientConfig import (
    OpenMetadataJWTClientConfig,
)
from metadata.ingestion.ometa.ometa_api import OpenMetadata

create_service = CreatePipelineServiceRequest(
    name="airflow-nightly",
    serviceType=PipelineServiceType.Airflow,
    connection=PipelineConnection(
        config=AirflowConnection(hostPort="http://airflow:8080", connection=BackendConnection())
    ),
)
create_pipeline = CreatePipelineRequest(
    name="load-orders",
    service="airflow-nightly",
    tasks=[
        Task(name="extract", downstreamTasks=["load"], taskType="PythonOperator"),
        Task(name="load", displayName="Load it"),
    ],
)
assert create_pipeline.tasks[0].downstreamTasks == ["load"]

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
assert type(service.connection.config) is AirflowConnection
pipeline = metadata.create_or_update(create_pipeline)

found = metadata.get_by_name(Pipeline, fqn="airflow-nightly.load-orders", fields=["tasks"])
assert [task.name for task in found.tasks] == ["extract", "load"]
assert found.tasks[1].displayName == "Load it"

changed = found.model_copy(deep=True)
changed.tasks.append(Task(name="report"))
patched = metadata.patch(entity=Pipeline, source=found, destination=changed)
assert [task.name for task in patched.tasks] == ["extract", "load", "report"]
assert patched.id == pipeline.id

metadata.delete(PipelineService, service.id, recursive=True, hard_delete=True)
