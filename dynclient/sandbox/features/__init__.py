"""The sandbox's features, one module each, with ``NEEDS`` and ``mount(routes, models, where)``.

``NEEDS`` are the paths of the documents that a release must have for the feature. Modules that
are not in ``FEATURES`` are used by those that are.
"""

from __future__ import annotations

FEATURES = (
    "system",
    "assets",
    "offset_lists",
    "feed",
    "kpis",
    "lineage",
    "query_usage",
    "profiles",
    "custom_properties",
    "test_results",
    "incidents",
    "search",
    "csv_files",
    "run_status",
    "usage",
    "collection_routes",
    "time_series",
)
"""Module names in the order they are mounted: of two routes for one path the first counts."""
