"""Metrics that are related to each other. Releases before 1.6 have no metrics."""

import os

try:
    from metadata.generated.schema.api.data.createMetric import CreateMetricRequest
    from metadata.generated.schema.entity.data.metric import MetricGranularity, MetricType
except ImportError as error:
    raise SystemExit(0) from error
from metadata.sdk import Metrics, configure

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])

revenue, orders = (
    Metrics.create(
        CreateMetricRequest(
            name=name, metricType=MetricType.SUM, granularity=MetricGranularity.MONTH
        )
    )
    for name in ("sdk_revenue", "sdk_orders")
)
related = Metrics.add_related_metrics(revenue.id, [str(orders.id.root)])
assert [each.name for each in related.relatedMetrics.root] == ["sdk_orders"]
assert Metrics.add_related_metrics(revenue.id, []).id == revenue.id

read = Metrics.retrieve_by_name("sdk_revenue", fields=["relatedMetrics"])
assert [each.id for each in read.relatedMetrics.root] == [orders.id]
assert read.metricType == MetricType.SUM
for metric in (revenue, orders):
    Metrics.delete(metric.id, hard_delete=True)
