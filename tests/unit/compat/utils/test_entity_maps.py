"""Constants that follow the release, and those of patches."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dynclient import compat
from dynclient.compat.ometa.patch_builder import build_patch
from dynclient.compat.utils.entity_maps import (
    ALLOWED_COMMON_PATCH_FIELDS,
    ARRAY_ENTITY_FIELDS,
    ENTITY_REFERENCE_CLASS_MAP,
    ENTITY_REFERENCE_TYPE_MAP,
    RESTRICT_UPDATE_LIST,
)
from tests.support.trees import release_named


@pytest.fixture(autouse=True)
def _installed() -> Iterator[None]:
    compat.install(release_named("starter"))
    yield
    compat.uninstall()


def test_entity_types_are_those_of_the_release() -> None:
    assert ENTITY_REFERENCE_TYPE_MAP["DatabaseService"] == "databaseService"
    assert len(ENTITY_REFERENCE_TYPE_MAP) == len(release_named("starter").entities)
    assert ENTITY_REFERENCE_CLASS_MAP["table"].__name__ == "Table"
    assert set(ENTITY_REFERENCE_CLASS_MAP) == set(ENTITY_REFERENCE_TYPE_MAP.values())


def test_a_patch_of_ingestion_keeps_what_people_set() -> None:
    before = {
        "name": "orders", "description": "by hand", "domain": "sales",
        "columns": [{"name": "id", "dataType": "INT", "description": "key", "extension": 1}],
    }  # fmt: skip
    after = {
        "name": "orders", "description": "by a crawler", "tableType": "View",
        "columns": [{"name": "id", "dataType": "BIGINT"}],
    }  # fmt: skip
    patch = build_patch(
        before, after, ALLOWED_COMMON_PATCH_FIELDS, RESTRICT_UPDATE_LIST, ARRAY_ENTITY_FIELDS
    )
    assert patch is not None
    assert {each["path"]: each["value"] for each in patch} == {
        "/tableType": "View",
        "/columns": [{"name": "id", "dataType": "BIGINT", "description": "key"}],
    }
