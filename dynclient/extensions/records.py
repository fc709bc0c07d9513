"""Instances of the classes of a release, made of what a server returned without a schema."""

from __future__ import annotations

from typing import Any

from dynclient import model
from dynclient.schema import Release


def load_record(release: Release, reference: str, raw: Any) -> Any:
    """Return decoded JSON as an instance of a class; None for None, an empty response.

    Args:
        release: the release of the server.
        reference: the schema, ``dataInsight/kpi/basic.json#/definitions/kpiResult``.
        raw: the JSON.
    """
    if raw is None:
        return None
    path, _, pointer = reference.partition("#")
    return model.load(release.node(path, pointer), raw)
