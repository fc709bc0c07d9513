"""Dashboards with charts and data models. The starter release has no data models."""

import os

try:
    from metadata.generated.schema.api.data.createDashboardDataModel import (
        CreateDashboardDataModelRequest,
    )
except ImportError as error:
    raise SystemExit(0) from error
from metadata.generated.schema.api.data.createChart import CreateChartRequest
from metadata.generated.schema.api.data.createDashboard import CreateDashboardRequest
from metadata.generated.schema.api.services.createDashboardService import (
    CreateDashboardServiceRequest,
)
from metadata.generated.schema.entity.data.table import Column, DataType
from metadata.sdk import Charts, DashboardDataModels, Dashboards, DashboardServices, configure

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])

service = DashboardServices.create(
    CreateDashboardServiceRequest(name="sdk_boards", serviceType="Looker")
)
chart = Charts.create(CreateChartRequest(name="sales", service="sdk_boards", chartType="Line"))
model = DashboardDataModels.create(
    CreateDashboardDataModelRequest(
        name="orders",
        service="sdk_boards",
        dataModelType="LookMlView",
        columns=[Column(name="id", dataType=DataType.INT)],
    )
)
board = Dashboards.create(
    CreateDashboardRequest(
        name="overview",
        displayName="Overview",
        service="sdk_boards",
        charts=[chart.fullyQualifiedName.root],
        dataModels=[model.fullyQualifiedName.root],
    )
)
found = Dashboards.retrieve_by_name("sdk_boards.overview", fields=["charts", "dataModels"])
assert [each.name for each in found.charts.root] == ["sales"]
assert [each.name for each in found.dataModels.root] == ["orders"]

# The lists were read and did not change, so they are not sent.
found.description = "All at a glance."
changed = Dashboards.update(found)
assert changed.description.root == "All at a glance."
again = Dashboards.retrieve(board.id, fields=["charts"])
assert [each.name for each in again.charts.root] == ["sales"]

DashboardServices.delete(service.id, recursive=True, hard_delete=True)
assert Charts.retrieve(chart.id) is None
