"""The ways in which data becomes a model give the same models, and the same errors."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient import compat
from dynclient.compat.models.validation_errors import FieldError, ValidationError
from dynclient.schema import Release
from tests.property.data import draw_instance, mutate
from tests.support.trees import ALL_RELEASES, TREES, release_named

RELEASES = [name for name in ("1.0.4", "1.13.0") if name in TREES] or ["starter"]
REQUESTS = [
    *("data/createTable", "data/createPipeline", "data/createDashboard", "data/createTopic"),
    *("data/createGlossaryTerm", "data/createMlModel", "data/createQuery", "data/createDatabase"),
    *("services/createDatabaseService", "teams/createUser", "teams/createTeam"),
    *("tests/createTestCase", "classification/createTag", "data/createContainer"),
]
COLUMN = {"name": "id", "dataType": "INT", "description": "an id"}


@pytest.fixture(params=["starter", ALL_RELEASES[-1]])
def release(request: pytest.FixtureRequest) -> Release:
    return release_named(request.param)


def table_request(release: Release) -> Any:
    return compat.entity_class(release, "api/data/createTable.json")


def coerced(cls: Any, data: Any) -> tuple[Any, list[FieldError]]:
    """Return what the checks alone make of data, and the errors."""
    errors: list[FieldError] = []
    return cls._check(copy.deepcopy(data), (), errors), errors


def assert_equal(model: Any, other: Any) -> None:
    assert model == other
    assert repr(model) == repr(other)
    assert model.model_fields_set == other.model_fields_set
    assert model.model_dump(mode="json") == other.model_dump(mode="json")
    assert compat.payload(model) == compat.payload(other)


@pytest.mark.parametrize("name", RELEASES)
def test_all_ways_give_the_same(name: str) -> None:
    release = release_named(name)
    paths = [path for each in REQUESTS if (path := f"api/{each}.json") in release.paths]
    assert len(paths) >= 5

    @given(st.data())
    def check(data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(paths))
        cls = compat.entity_class(release, path)
        sent = draw_instance(data.draw, release.node(path))
        for _ in range(data.draw(st.integers(0, 2))):
            sent = mutate(data.draw, sent)
        before = copy.deepcopy(sent)
        expected, errors = coerced(cls, sent)
        if errors:
            with pytest.raises(ValidationError) as caught:
                cls.model_validate(sent)
            reference = ValidationError(title=cls.__name__, field_errors=errors)
            assert caught.value.errors() == reference.errors()
        else:
            assert_equal(cls.model_validate(sent), expected)
            assert_equal(cls(**sent), expected)
        assert sent == before

    check()


def test_a_model_does_not_change_with_the_data_it_was_made_of(release: Release) -> None:
    column = {**COLUMN, "tags": []}
    data: dict[str, Any] = {"name": "t", "databaseSchema": "a.b.c", "columns": [column]}
    request = table_request(release).model_validate(data)
    data["name"] = column["name"] = column["dataType"] = "changed"
    column["tags"].append("changed")
    data["columns"].append(column)
    data["description"] = "changed"
    assert [(one.name.root, one.dataType.value, one.tags) for one in request.columns] == [
        ("id", "INT", [])
    ]
    assert (request.name.root, request.description) == ("t", None)


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))]
)
def test_models_of_valid_data_are_copied_and_changed_as_others(
    release: Release, copied: Any
) -> None:
    data = {"name": "a::b", "databaseSchema": "a.b.c", "columns": [COLUMN]}
    cls = table_request(release)
    expected, _ = coerced(cls, data)
    assert_equal(copied(cls.model_validate(data)), expected)
    changed = cls.model_validate(data)
    changed.description = "new"
    del changed.columns[0].description
    assert changed.columns[0].description is None
    assert compat.payload(changed) == {
        "name": "a__reserved__colon__b",
        "databaseSchema": "a.b.c",
        "columns": [{"name": "id", "dataType": "INT"}],
        "description": "new",
    }


def test_what_only_a_branch_check_accepts_is_accepted(release: Release) -> None:
    column = compat.entity_class(release, "entity/data/table.json#/definitions/column")
    kind = column(name="a", dataType="INT").dataType
    made = table_request(release)(
        name="t", databaseSchema="a.b.c", columns=({"name": "a", "dataType": kind, "tags": None},)
    )
    assert made.columns[0].dataType is kind
    assert made.columns[0].tags is None


def test_more_sets_of_fields_than_are_kept_are_planned_anew(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dynclient.compat.models.construction._MAX_PLANS", 0)
    column = compat.entity_class(release, "entity/data/table.json#/definitions/column")
    for extra in ({}, {"description": "d"}, {"dataLength": 5}, {"dataLength": "5"}):
        made = column(**{**COLUMN, "ordinalPosition": 3, **extra})
        assert made.ordinalPosition == 3
