"""The ways in which data becomes a model give the same models, and the same errors."""

from __future__ import annotations

import copy
import pickle
from typing import Any
from uuid import UUID

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


def column_class(release: Release) -> Any:
    return compat.entity_class(release, "entity/data/table.json#/definitions/column")


def tag(name: str) -> dict[str, str]:
    return {"tagFQN": name, "labelType": "Manual", "state": "Confirmed", "source": "Glossary"}


def test_a_list_of_objects_with_different_fields_keeps_its_order(release: Release) -> None:
    columns: list[Any] = [
        {"name": "a", "dataType": "INT", "tags": [tag("g.a"), tag("g.b")]},
        {"name": "b", "dataType": "STRUCT", "children": [{**COLUMN, "tags": [tag("g.c")]}]},
        {"dataType": "INT", "name": "c", "tags": []},
        column_class(release)(name="d", dataType="INT", tags=[tag("g.d")]),
        {"name": "e", "dataType": "INT", "dataLength": "7", "tags": [tag("g.e")]},
        {"name": "f", "dataType": "INT", "tags": None},
        {"name": "g", "dataType": "INT", "tags": ({**tag("g.f")},)},
    ]
    request = table_request(release).model_validate(
        {"name": "t", "databaseSchema": "a.b.c", "columns": columns}
    )
    assert [column.name.root for column in request.columns] == list("abcdefg")
    assert [
        column.tags and [str(each.tagFQN) for each in column.tags] for column in request.columns
    ] == [["g.a", "g.b"], request.columns[1].tags, [], ["g.d"], ["g.e"], None, ["g.f"]]
    (child,) = request.columns[1].children
    assert (child.name.root, str(child.tags[0].tagFQN)) == ("id", "g.c")
    assert request.columns[3] is columns[3]
    assert request.columns[4].dataLength == 7
    assert request.columns[2].model_fields_set == {"name", "dataType", "tags"}


def test_one_bad_object_of_a_list_is_the_only_one_reported(release: Release) -> None:
    columns = [COLUMN, {**COLUMN, "tags": [tag("g.a"), {**tag("g.b"), "source": "x"}]}, COLUMN]
    with pytest.raises(ValidationError) as caught:
        table_request(release).model_validate(
            {"name": "t", "databaseSchema": "a.b.c", "columns": columns}
        )
    assert [each["loc"] for each in caught.value.errors()] == [("columns", 1, "tags", 1, "source")]


def test_short_names_share_an_instance_and_long_texts_do_not(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dynclient.compat.models.root_models._MOST_KNOWN", 2)
    column = column_class(release)
    first, second = (column(**COLUMN) for _ in range(2))
    assert first.name is second.name
    assert type(first.name).__name__ == "ColumnName"
    text = "x" * 200
    first, second = (column(**{**COLUMN, "description": text}) for _ in range(2))
    assert first.description == second.description == text
    assert first.description is not second.description
    for number in range(5):  # more than are kept
        assert column(**{**COLUMN, "name": f"n{number}"}).name.root == f"n{number}"
    assert len(type(first.name)._known) <= 2


@pytest.mark.parametrize(
    "body", [{"__slots__": ("note",)}, {"__new__": lambda cls, **_: cls.made(cls)}]
)
def test_subclasses_with_their_own_layout_or_creation(release: Release, body: Any) -> None:
    column = column_class(release)
    made: Any = type("Own", (column,), {**body, "made": staticmethod(object.__new__)})
    for own in (made.model_validate(COLUMN), made(**COLUMN)):
        assert type(own) is made
        assert (own.name.root, own.dataType.value) == ("id", "INT")
        assert own.model_fields_set >= {"name", "dataType", "description"}


@pytest.mark.parametrize(
    "text",
    ["9442D114-C97D-57F9-8852-09B02164DFE6", "9442d114c97d57f9885209b02164dfe6",
     "{9442d114-c97d-57f9-8852-09b02164dfe6}", "9442d114-c97d-57f9-8852-09b02164dfe6"],
)  # fmt: skip
def test_a_uuid_is_the_same_in_all_its_spellings(release: Release, text: str) -> None:
    reference = compat.entity_class(release, "type/entityReference.json")
    made = reference(id=text, type="user")
    assert str(made.id) == "9442d114-c97d-57f9-8852-09b02164dfe6"
    assert made.id.root == UUID(text)


def test_the_frame_of_a_failed_constructor_has_none_of_its_arguments(release: Release) -> None:
    with pytest.raises(ValidationError) as caught:
        column_class(release)(name="id", dataType="INT", dataLength="hidden value")
    frames = [entry.frame for entry in caught.traceback]
    own = [frame.f_locals for frame in frames if frame.code.name == "__init__"]
    assert own
    assert "hidden value" not in repr(own)
