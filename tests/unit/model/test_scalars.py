"""Named scalars and enumerations are what they stand for, and know what they are."""

from __future__ import annotations

import json
import pickle

from dynclient.model import load, schema_of


def test_enum_members_equal_their_strings(named, table) -> None:
    found = table.columns[0].dataType
    assert found == "BIGINT"
    assert found is type(found).BIGINT
    assert f"{found} {found!s}" == "BIGINT BIGINT"
    assert {found: 1}["BIGINT"] == 1
    assert json.dumps(found) == '"BIGINT"'
    assert pickle.loads(pickle.dumps(found)) is found
    assert type(found)("BIGINT") is found


def test_members_are_accepted_as_their_values(named, table) -> None:
    kind = type(table.columns[0].dataType)
    assert named.Column(name="x", dataType=kind.INT)["dataType"] is kind.INT
    assert type(named.Column(name="x", dataType=kind.INT)._raw["dataType"]) is str


def test_every_enumeration_has_a_member_for_every_value(named) -> None:
    from dynclient.model.classes import class_for
    from dynclient.schema.pointers import walk

    release = schema_of(named.Table).release
    for path in release.paths:
        for pointer, schema in walk(release.document(path)):
            values = schema.get("enum")
            if isinstance(values, list) and all(isinstance(value, str) for value in values):
                cls = class_for(release.node(path, pointer))
                assert {member.value for member in cls} == set(values), (path, pointer)
                assert all(member.name.isidentifier() for member in cls)


def test_named_scalars(table) -> None:
    found = table.fullyQualifiedName
    assert type(found).__name__ == "FullyQualifiedEntityName"
    assert isinstance(found, str)
    assert repr(found) == "'svc.db.sch.orders'"
    assert pickle.loads(pickle.dumps(found)) == found
    assert type(pickle.loads(pickle.dumps(found))) is type(found)
    assert table.version == 0.1
    assert isinstance(table.version, float)


def test_what_does_not_fit_stays_as_it_is(named) -> None:
    odd = load(named.Table, {"name": ["x"], "columns": {"a": 1}, "version": "0.1", "tags": 5})
    assert list(odd.name) == ["x"]
    assert odd.columns["a"] == 1
    assert odd.version == "0.1"
    assert odd.tags == 5
