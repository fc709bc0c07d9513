"""``changeDescription``: what is compared, how it is written, and which version follows."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from dynclient.sandbox.entities.entity_model import EntityModels
from dynclient.sandbox.entities.version_changes import Change, Differ, next_version
from tests.support.trees import release_named


@pytest.fixture(scope="module")
def models() -> EntityModels:
    return EntityModels(release_named("starter"))


@pytest.fixture(scope="module")
def tables(models: EntityModels) -> Differ:
    return Differ(models["table"], models.rules)


def model_of(type: str, *fields: str) -> Any:
    """Return what a differ reads of the model of a type that the starter release lacks."""
    none: frozenset[str] = frozenset()
    return SimpleNamespace(
        type=type, fields=fields, on_request=none, for_update=none, members=(), secret_fields=none
    )


def column(name: str, type: str = "INT", **more: Any) -> dict[str, Any]:
    return {"name": name, "dataType": type, **more}


def reference(id: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "type": "user", **more}


def record(change: Change) -> dict[str, Any]:
    """Return the recorded fields; values that are JSON text are decoded."""
    out: dict[str, Any] = {}
    for kind, entries in (
        ("added", change.added), ("updated", change.updated), ("deleted", change.deleted),
    ):  # fmt: skip
        for entry in entries:
            values = {key: _decode(value) for key, value in entry.items() if key != "name"}
            out[f"{kind} {entry['name']}"] = values
    return out


def _decode(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value[:1] in "[{" else value


@pytest.mark.parametrize(
    ("version", "major", "expected"),
    [
        (0.1, False, 0.2), (0.2, False, 0.3), (0.7, False, 0.8), (0.9, False, 1.0),
        (1.9, False, 2.0), (0.1, True, 1.1), (1.9, True, 2.9), (9.9, False, 10.0),
    ],
)  # fmt: skip
def test_the_next_version_is_a_tenth_or_a_whole_step(
    version: float, major: bool, expected: float
) -> None:
    assert next_version(version, major=major) == expected


def test_a_change_is_added_updated_or_deleted() -> None:
    change = Change()
    assert not change
    change.record("a", None, 1)
    change.record("b", 1, 2)
    change.record("c", 1, None)
    change.record("d", 0, False)
    assert change
    assert not change.major
    assert change.description(0.3) == {
        "fieldsAdded": [{"name": "a", "newValue": 1}],
        "fieldsUpdated": [
            {"name": "b", "oldValue": 1, "newValue": 2},
            {"name": "d", "oldValue": 0, "newValue": False},
        ],
        "fieldsDeleted": [{"name": "c", "oldValue": 1}],
        "previousVersion": 0.3,
    }


@pytest.mark.parametrize(("kind", "values"), [
    ("added", (None, 1)), ("updated", (1, 2)), ("deleted", (1, None)),
])  # fmt: skip
def test_each_kind_of_change_counts(kind: str, values: tuple[Any, Any]) -> None:
    change = Change()
    change.record("field", *values)
    assert bool(change)
    assert [bool(change.added), bool(change.updated), bool(change.deleted)] == [
        kind == each for each in ("added", "updated", "deleted")
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {"description": "x"}, {"added description": {"newValue": "x"}}),
        ({"description": "x"}, {}, {"deleted description": {"oldValue": "x"}}),
        ({"description": "x"}, {"description": "y"},
         {"updated description": {"oldValue": "x", "newValue": "y"}}),
        ({"description": "x"}, {"description": "x"}, {}),
        ({"deleted": False}, {"deleted": True},
         {"updated deleted": {"oldValue": False, "newValue": True}}),
        ({"tablePartition": {"columns": ["a"]}}, {"tablePartition": {"columns": ["b"]}},
         {"updated tablePartition":
          {"oldValue": {"columns": ["a"]}, "newValue": {"columns": ["b"]}}}),
    ],
)  # fmt: skip
def test_plain_fields_are_compared(
    tables: Differ, old: dict[str, Any], new: dict[str, Any], expected: dict[str, Any]
) -> None:
    change = tables.compare(old, new)
    assert record(change) == expected
    assert bool(change) is bool(expected)
    assert not change.major


def test_objects_are_written_as_json_text(tables: Differ) -> None:
    change = tables.compare({}, {"tablePartition": {"columns": []}})
    assert change.added == [{"name": "tablePartition", "newValue": '{"columns":[]}'}]


@pytest.mark.parametrize(
    "name", ["version", "updatedAt", "updatedBy", "href", "followers", "votes", "usageSummary",
             "sampleData", "profile", "customMetrics", "unknown"],
)  # fmt: skip
def test_untracked_fields_make_no_version(tables: Differ, name: str) -> None:
    assert not tables.compare({name: "old"}, {name: "new"})


def test_labels_are_compared_by_their_tag(tables: Differ) -> None:
    old = [{"tagFQN": "a.b", "labelType": "Manual"}, {"tagFQN": "a.c"}]
    new = [{"tagFQN": "a.b", "labelType": "Derived"}, {"tagFQN": "a.d"}]
    assert record(tables.compare({"tags": old}, {"tags": new})) == {
        "added tags": {"newValue": [{"tagFQN": "a.d"}]},
        "deleted tags": {"oldValue": [{"tagFQN": "a.c"}]},
    }


def test_references_are_compared_by_id(tables: Differ) -> None:
    old, new = reference("1", name="ann"), reference("1", name="anna")
    assert not tables.compare({"owners": [old]}, {"owners": [new]})
    other = reference("2")
    assert record(tables.compare({"owners": [old]}, {"owners": [other]})) == {
        "added owners": {"newValue": [other]},
        "deleted owners": {"oldValue": [old]},
    }
    moved = {"databaseSchema": reference("9")}
    assert not tables.compare({"databaseSchema": reference("9", name="x")}, moved)
    assert tables.compare({"databaseSchema": reference("8")}, moved)


def test_inherited_references_are_not_changes(tables: Differ) -> None:
    inherited = reference("1", inherited=True)
    assert not tables.compare({"owners": []}, {"owners": [inherited]})
    assert not tables.compare({"owners": [inherited]}, {})
    own = tables.compare({"owners": [inherited]}, {"owners": [reference("1")]})
    assert record(own) == {"added owners": {"newValue": [reference("1")]}}
    assert not tables.compare({"databaseSchema": {**inherited}}, {})


def test_an_added_column_is_minor_and_a_removed_one_major(tables: Differ) -> None:
    one, two = {"columns": [column("a")]}, {"columns": [column("a"), column("b")]}
    added, removed = tables.compare(one, two), tables.compare(two, one)
    assert record(added) == {"added columns": {"newValue": [column("b")]}}
    assert record(removed) == {"deleted columns": {"oldValue": [column("b")]}}
    assert (added.major, removed.major) == (False, True)


def test_a_column_of_another_type_is_another_column(tables: Differ) -> None:
    change = tables.compare({"columns": [column("a")]}, {"columns": [column("a", "TEXT")]})
    assert record(change) == {
        "added columns": {"newValue": [column("a", "TEXT")]},
        "deleted columns": {"oldValue": [column("a")]},
    }
    assert change.major


def test_fields_of_a_column_are_named_after_it(tables: Differ) -> None:
    old = column("a", tags=[{"tagFQN": "x.y"}], description="old", ordinalPosition=1)
    new = column("a", tags=[], description="new", ordinalPosition=2, dataLength=5)
    change = tables.compare({"columns": [old]}, {"columns": [new]})
    assert record(change) == {
        "updated columns.a.description": {"oldValue": "old", "newValue": "new"},
        "added columns.a.dataLength": {"newValue": 5},
        "deleted columns.a.tags": {"oldValue": [{"tagFQN": "x.y"}]},
    }
    assert not change.major


def test_nested_columns_are_compared_too(tables: Differ) -> None:
    old = column("a", "STRUCT", children=[column("b"), column("c", description="x")])
    new = column("a", "STRUCT", children=[column("c", description="y"), column("d")])
    change = tables.compare({"columns": [old]}, {"columns": [new]})
    assert record(change) == {
        "added columns": {"newValue": [column("d")]},
        "deleted columns": {"oldValue": [column("b")]},
        "updated columns.c.description": {"oldValue": "x", "newValue": "y"},
    }
    assert change.major


def test_custom_values_are_compared_by_property(tables: Differ) -> None:
    old = {"kept": 1, "changed": 1, "removed": "x"}
    new = {"kept": 1, "changed": True, "added": [1]}
    assert record(tables.compare({"extension": old}, {"extension": new})) == {
        "added extension": {"newValue": [{"added": [1]}]},
        "deleted extension": {"oldValue": [{"removed": "x"}]},
        "updated extension.changed": {"oldValue": "1", "newValue": "true"},
    }
    assert not tables.compare({"extension": old}, {"extension": dict(old)})


def test_custom_properties_are_compared_by_name_and_type(models: EntityModels) -> None:
    types = Differ(models["type"], models.rules)
    old = {"name": "p", "propertyType": {"id": "1", "type": "type"}, "description": "x"}
    described = {**old, "description": "y"}
    retyped = {**old, "propertyType": {"id": "2", "type": "type"}}
    change = types.compare({"customProperties": [old]}, {"customProperties": [described]})
    assert record(change) == {
        "updated customProperties.p.description": {"oldValue": "x", "newValue": "y"}
    }
    change = types.compare({"customProperties": [old]}, {"customProperties": [retyped]})
    assert set(record(change)) == {"added customProperties", "deleted customProperties"}
    assert not change.major


def test_values_that_a_rule_keeps_are_not_written_as_text(models: EntityModels) -> None:
    pipelines = Differ(model_of("ingestionPipeline", "airflowConfig"), models.rules)
    config = {"scheduleInterval": "0 * * * *"}
    change = pipelines.compare({}, {"airflowConfig": config})
    assert change.added == [{"name": "airflowConfig", "newValue": config}]
    cases = Differ(model_of("testCase", "parameterValues"), models.rules)
    values = [{"name": "max", "value": "1"}]
    change = cases.compare({"parameterValues": []}, {"parameterValues": values})
    assert change.added == [{"name": "parameterValues", "newValue": values}]


def test_some_fields_change_with_any_patch(models: EntityModels) -> None:
    same = {"data": {"name": "x"}}
    document = model_of("document", "data")
    by_patch = Differ(document, models.rules, patched=True)
    assert set(record(by_patch.compare(same, dict(same)))) == {"updated data"}
    assert not by_patch.compare({}, {})
    assert not Differ(document, models.rules).compare(same, dict(same))


def test_a_change_of_a_connection_does_not_show_its_secrets(models: EntityModels) -> None:
    service = Differ(models["databaseService"], models.rules)
    old, new = (
        {"connection": {"config": {"type": "Mysql", "username": "u", "hostPort": port}}}
        for port in ("a:1", "a:2")
    )
    assert record(service.compare(old, new)) == {
        "updated connection": {
            "oldValue": '"old-encrypted-value"', "newValue": '"new-encrypted-value"',
        }
    }  # fmt: skip
    assert not service.compare(old, old)


def test_any_other_secret_is_masked_in_a_change(models: EntityModels) -> None:
    model = models["databaseService"]
    no_rules = SimpleNamespace(
        names=lambda section, type, base=(): frozenset(), table=lambda section: {}
    )
    differ = Differ(model, no_rules)
    secret = {"config": {"type": "Mysql", "authType": {"password": "hidden"}, "username": "u"}}
    change = differ.compare({}, {"connection": secret})
    assert "connection" in str(change.added)
    assert "hidden" not in str(change.added)
