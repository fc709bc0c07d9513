"""Lineage, pipelines and dashboards: edges by id and by name, with and without columns."""

from metadata.generated.schema.api.data.createDashboard import CreateDashboardRequest
from metadata.generated.schema.api.data.createPipeline import CreatePipelineRequest
from metadata.generated.schema.api.lineage.addLineage import AddLineageRequest
from metadata.generated.schema.api.services.createDashboardService import (
    CreateDashboardServiceRequest,
)
from metadata.generated.schema.api.services.createPipelineService import (
    CreatePipelineServiceRequest,
)
from metadata.generated.schema.entity.data.pipeline import (
    Pipeline,
    PipelineStatus,
    StatusType,
    Task,
    TaskStatus,
)
from metadata.generated.schema.entity.data.table import Table
from metadata.generated.schema.entity.services.dashboardService import DashboardServiceType
from metadata.generated.schema.entity.services.pipelineService import PipelineServiceType
from metadata.generated.schema.type.entityLineage import (
    ColumnLineage,
    EntitiesEdge,
    LineageDetails,
)
from metadata.generated.schema.type.entityReference import EntityReference

from calls.registry import call

FROM, TO = "shop.sales.public.t0", "shop.sales.public.t1"


def ends(om):
    return (om.get_by_name(Table, fqn) for fqn in (FROM, TO))


def edge(om, *columns, pipeline=None):
    begin, end = ends(om)
    return EntitiesEdge(
        fromEntity=EntityReference(id=begin.id, type="table"),
        toEntity=EntityReference(id=end.id, type="table"),
        lineageDetails=LineageDetails(
            sqlQuery="INSERT INTO t1 SELECT * FROM t0",
            pipeline=pipeline,
            columnsLineage=[
                ColumnLineage(fromColumns=[f"{FROM}.{name}"], toColumn=f"{TO}.{name}")
                for name in columns
            ],
        ),
    )


@call
def create_pipeline_service(om, _):
    return om.create_or_update(
        CreatePipelineServiceRequest(name="flow", serviceType=PipelineServiceType.Airflow)
    )


@call
def create_pipeline(om, _):
    return om.create_or_update(
        CreatePipelineRequest(
            name="nightly",
            service="flow",
            tasks=[Task(name="load", downstreamTasks=["report"]), Task(name="report")],
        )
    )


@call
def add_pipeline_status(om, seen):
    status = PipelineStatus(
        timestamp=1700000000000,
        executionStatus=StatusType.Successful,
        taskStatus=[TaskStatus(name="load", executionStatus=StatusType.Successful)],
    )
    return om.add_pipeline_status(seen.create_pipeline.fullyQualifiedName.root, status)


@call
def get_pipeline_with_status(om, _):
    return om.get_by_name(Pipeline, "flow.nightly", fields=["pipelineStatus", "tasks"])


@call
def add_task_to_pipeline(om, seen):
    return om.add_task_to_pipeline(seen.create_pipeline, Task(name="archive"))


@call
def clean_pipeline_tasks(om, seen):
    return om.clean_pipeline_tasks(seen.create_pipeline, ["load", "report"])


@call
def create_dashboard(om, _):
    om.create_or_update(
        CreateDashboardServiceRequest(name="looks", serviceType=DashboardServiceType.Superset)
    )
    return om.create_or_update(CreateDashboardRequest(name="sales", service="looks"))


@call
def add_lineage(om, _):
    return om.add_lineage(AddLineageRequest(edge=edge(om, "id")))


@call
def add_lineage_again_with_its_pipeline(om, seen):
    pipeline = EntityReference(id=seen.create_pipeline.id, type="pipeline")
    return om.add_lineage(AddLineageRequest(edge=edge(om, "id", pipeline=pipeline)))


@call
def add_lineage_of_what_is_absent(om, _):
    absent = EntityReference(id="00000000-0000-4000-8000-000000000000", type="table")
    wrong = edge(om).model_copy(update={"toEntity": absent})
    return om.add_lineage(AddLineageRequest(edge=wrong))


@call
def add_lineage_checking_the_edge(om, _):
    return om.add_lineage(AddLineageRequest(edge=edge(om)), check_patch=True)


@call
def get_lineage_by_name(om, _):
    return om.get_lineage_by_name(Table, TO, up_depth=2, down_depth=2)


@call
def get_lineage_by_id(om, _):
    begin, _end = ends(om)
    return om.get_lineage_by_id(Table, str(begin.id.root))


@call
def get_lineage_of_what_is_absent(om, _):
    return om.get_lineage_by_name(Table, "shop.sales.public.absent")


@call
def get_lineage_edge(om, _):
    begin, end = ends(om)
    return om.get_lineage_edge(str(begin.id.root), str(end.id.root))


@call
def get_lineage_edge_that_is_absent(om, _):
    begin, end = ends(om)
    return om.get_lineage_edge(str(end.id.root), str(begin.id.root))


@call
def delete_lineage_edge(om, _):
    return om.delete_lineage_edge(edge(om))


@call
def get_lineage_after_that(om, _):
    return om.get_lineage_by_name(Table, FROM)
