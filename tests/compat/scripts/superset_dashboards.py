"""A dashboard service with charts, and a dashboard that shows them."""

import os
import sys

from metadata.generated.schema.api.data.createChart import CreateChartRequest
from metadata.generated.schema.api.data.createDashboard import CreateDashboardRequest
from metadata.generated.schema.api.services.createDashboardService import (
    CreateDashboardServiceRequest,
)
from metadata.generated.schema.entity.data.chart import Chart, ChartType
from metadata.generated.schema.entity.data.dashboard import Dashboard
from metadata.generated.schema.entity.services.connections.dashboard.metabaseConnection import (
    MetabaseConnection,
)
from metadata.generated.schema.entity.services.connections.metadata.openMetadataConnection import (
    AuthProvider,
    OpenMetadataConnection,
)
from metadata.generated.schema.entity.services.dashboardService import (
    DashboardConnection,
    DashboardService,
    DashboardServiceType,
)
from metadata.generated.schema.security.client.openMetadataJWTClientConfig import (
    OpenMetadataJWTClientConfig,
)
from metadata.ingestion.ometa.ometa_api import OpenMetadata

create_service = CreateDashboardServiceRequest(
    name="bi",
    serviceType=DashboardServiceType.Metabase,
    connection=DashboardConnection(
        config=MetabaseConnection(
            hostPort="http://metabase:3000", username="reader", password="open-sesame"
        )
    ),
)
create_charts = [
    CreateChartRequest(
        name=f"chart-{kind.value}",
        displayName=kind.name,
        chartType=kind,
        service="bi",
        sourceUrl=f"http://metabase:3000/chart/{kind.value}",
    )
    for kind in (ChartType.Bar, ChartType.Line)
]
create_dashboard = CreateDashboardRequest(
    name="sales",
    service="bi",
    sourceUrl="http://metabase:3000/dashboard/1",
    charts=["bi.chart-Bar", "bi.chart-Line"],
)
assert [chart.chartType.value for chart in create_charts] == ["Bar", "Line"]

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
charts = [metadata.create_or_update(create) for create in create_charts]
assert charts[0].chartType == ChartType.Bar
dashboard = metadata.create_or_update(create_dashboard)

found = metadata.get_by_name(Dashboard, "bi.sales", fields=["charts"])
assert {reference.id.root for reference in found.charts.root} == {each.id.root for each in charts}
assert {reference.type for reference in found.charts.root} == {"chart"}
assert found.sourceUrl.root == "http://metabase:3000/dashboard/1"

metadata.delete(DashboardService, service.id, recursive=True, hard_delete=True)
assert metadata.get_by_name(Chart, "bi.chart-Bar") is None
assert metadata.get_by_id(Dashboard, dashboard.id) is None
