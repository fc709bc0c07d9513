"""A pipeline, and the states of its runs."""

import os

from metadata.generated.schema.api.data.createPipeline import CreatePipelineRequest
from metadata.generated.schema.api.services.createPipelineService import (
    CreatePipelineServiceRequest,
)
from metadata.generated.schema.entity.data.pipeline import (
    PipelineStatus,
    StatusType,
    Task,
    TaskStatus,
)
from metadata.sdk import Pipelines, configure
from metadata.sdk.entities import PipelineServices

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])

service = PipelineServices.create(
    CreatePipelineServiceRequest(name="sdk_flow", serviceType="Airflow")
)
pipeline = Pipelines.create(
    CreatePipelineRequest(
        name="nightly", service="sdk_flow", tasks=[Task(name="load"), Task(name="check")]
    )
)
assert pipeline.fullyQualifiedName.root == "sdk_flow.nightly"


def status(time, outcome):
    """Return the state of a run at a time."""
    return PipelineStatus(
        timestamp=time,
        executionStatus=outcome,
        taskStatus=[TaskStatus(name="load", executionStatus=outcome)],
    )


start = 1_700_000_000_000
Pipelines.add_pipeline_status("sdk_flow.nightly", status(start, StatusType.Failed))
Pipelines.add_bulk_pipeline_status(
    "sdk_flow.nightly",
    [status(start + 60_000 * each, StatusType.Successful) for each in (1, 2)],
)

found = Pipelines.list_pipeline_statuses("sdk_flow.nightly", start - 1, start + 600_000)
assert all(isinstance(each, PipelineStatus) for each in found)
assert sorted(each.timestamp.root for each in found) == [start, start + 60_000, start + 120_000]
assert sum(each.executionStatus == StatusType.Successful for each in found) == 2
assert len(Pipelines.list_pipeline_statuses("sdk_flow.nightly", start - 1, start + 9, 1)) == 1

read = Pipelines.retrieve(pipeline.id, fields=["tasks", "pipelineStatus"])
assert [task.name for task in read.tasks] == ["load", "check"]
PipelineServices.delete(service.id, recursive=True, hard_delete=True)
