"""Methods of ``Metrics``: relations between metrics."""

from __future__ import annotations

from typing import Any

from dynclient.compat.sdk.facade import BaseEntity
from dynclient.compat.sdk.identifiers import id_of, listed, text_of
from dynclient.tracebacks import public_calls


@public_calls
class MetricMethods(BaseEntity[Any, Any]):
    """What metrics have in addition to the methods of all entities."""

    @classmethod
    def add_related_metrics(cls, metric_id: Any, related_metric_ids: Any) -> Any:
        """Relate a metric to others, and return it with its relations.

        Args:
            metric_id: id of the metric.
            related_metric_ids: ids of the others.
        """
        others = [id_of(each) for each in listed(related_metric_ids)]
        if not others:
            return cls.retrieve(metric_id, fields=["relatedMetrics"])
        return cls._changed(
            lambda metrics: metrics.add_related_metrics(text_of(metric_id), *others)
        )
