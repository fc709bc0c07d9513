"""Dotted names of places."""

from __future__ import annotations

import pytest

from dynclient.explore.places import find_place, find_spec, steps_of
from tests.support.trees import release_named


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("table", ["table"]),
        (" table.columns[0].name ", ["table", "columns", "name"]),
        ("type/basic.json", ["type/basic.json"]),
        ("type/basic.json#/definitions/email", ["type/basic.json#/definitions/email"]),
        ("type/entityReference.json.name", ["type/entityReference.json", "name"]),
    ],
)
def test_a_path_is_split_into_names(path: str, steps: list[str]) -> None:
    assert steps_of(path) == steps


def test_a_field_is_found_in_items_and_in_branches_of_unions() -> None:
    release = release_named("starter")
    place = find_place(release, ["databaseService", "connection", "config", "hostPort"])
    assert place is not None
    assert place.owner is not None
    assert place.name == "hostPort"
    assert find_place(release, ["table", "columns", "nothing"]) is None
    assert find_place(release, ["nothing"]) is None


def test_a_collection_is_found_by_its_name_and_its_type() -> None:
    release = release_named("starter")
    assert find_spec(release, "tables") is find_spec(release, "table")
    assert find_spec(release, "tabel") is None
