"""The sandbox's features, one module each, with ``NEEDS`` and ``mount(routes, models, where)``.

``NEEDS`` are the paths of the documents that a release must have for the feature. Modules that
are not in ``FEATURES`` are used by those that are.
"""

from __future__ import annotations

FEATURES = (
    "system",
    "apps",
    "automations",
    "assets",
    "offset_lists",
    "bulk_upsert",
    "change_events",
    "event_subscriptions",
    "feed",
    "feed_counts",
    "suggestions",
    "kpis",
    "lineage",
    "query_usage",
    "profiles",
    "custom_properties",
    "test_results",
    "incidents",
    "quality_search",
    "case_samples",
    "search",
    "reindex",
    "csv_files",
    "run_status",
    "usage",
    "web_analytics",
    "report_data",
    "collection_routes",
    "time_series",
    "background_deletes",
    "pipeline_service",
)
"""Module names in the order they are mounted: of two routes for one path the first counts.

The last two build on routes of others.
"""
