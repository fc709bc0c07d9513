"""The bare validation engine, set up without dynclient: the floor of what validation can cost."""

from __future__ import annotations

from typing import Any

import jsonschema_rs

ROOT = "tree:///"


def validator(release: Any, ref: str) -> Any:
    """Return a ``jsonschema_rs`` validator for a place of a release, formats as annotations."""
    path = ref.partition("#")[0]
    documents = [(ROOT + each, release.document(each)) for each in release.closure(path)]
    registry = jsonschema_rs.Registry(documents, draft=jsonschema_rs.Draft7)
    return jsonschema_rs.Draft7Validator(
        {"$ref": ROOT + ref}, registry=registry, validate_formats=False
    )
