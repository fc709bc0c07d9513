"""The drift table: each row holds in the real trees, in both directions."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

import dynclient
from dynclient.drift import table
from dynclient.drift.table import (
    Items,
    Move,
    Reference,
    RemovedField,
    Rename,
    convert_value,
    find_alias,
    items,
    moved,
    moves,
    references,
    removed_field,
    removed_fields,
    renames,
)
from dynclient.schema import Release
from tests.support.trees import TREES, real_release, skip_without

DATA = Path(dynclient.__file__).parent / "data"

each_rename = pytest.mark.parametrize(
    "rename", renames(), ids=lambda rename: f"{rename.old}-{rename.new}"
)


def test_the_table_fits_its_schema() -> None:
    schema = json.loads((DATA / "drift.schema.json").read_text("utf-8"))
    Draft7Validator.check_schema(schema)
    table = json.loads((DATA / "drift.json").read_text("utf-8"))
    assert [str(error) for error in Draft7Validator(schema).iter_errors(table)] == []


def _documents(release: Release, rename: Rename) -> list[str]:
    """Return the documents that may hold the field: those named, or all entities and requests."""
    if rename.documents:
        return [path for path in rename.documents if path in release.paths]
    kinds = release.entities.values()
    return [path for kind in kinds for path in (kind.path, kind.create) if path]


@each_rename
@pytest.mark.parametrize("name", TREES)
def test_a_release_has_one_name_or_the_other(rename: Rename, name: str) -> None:
    """The older name before, the newer one since; a document with both is never translated."""
    release = real_release(name)
    since = tuple(int(part) for part in rename.since.split("."))
    wanted, other = (
        (rename.new, rename.old) if release.version >= since else (rename.old, rename.new)
    )
    fields = {path: release.node(path).properties for path in _documents(release, rename)}
    having = [path for path, known in fields.items() if wanted in known]
    # A field may be younger than the oldest tree under any name; never is it there under the other
    # one in most places.
    late = [path for path, known in fields.items() if other in known and wanted not in known]
    assert len(late) <= (0 if rename.documents else len(having) // 4), late


@each_rename
def test_some_release_has_it_under_either_name(rename: Rename) -> None:
    if not TREES:
        pytest.skip("renames show in real trees only")
    known = {
        field
        for name in TREES
        for path in _documents(real_release(name), rename)
        for field in real_release(name).node(path).properties
    }
    assert {rename.old, rename.new} <= known


@each_rename
@pytest.mark.parametrize("name", TREES)
def test_lists_hold_what_was_single(rename: Rename, name: str) -> None:
    release = real_release(name)
    for path in _documents(release, rename):
        known = release.node(path).properties
        if rename.change == "list" and rename.new in known:
            assert known[rename.new].kind == "array", path
        elif rename.change == "list" and rename.old in known:
            assert known[rename.old].kind != "array", path


MOVED = json.loads((DATA / "drift.json").read_text("utf-8"))["documents"]


@pytest.mark.parametrize("row", MOVED, ids=lambda row: Path(row["new"]).stem)
def test_a_document_has_one_path_or_the_other(row: dict[str, str]) -> None:
    before = [name for name in TREES if row["old"] in real_release(name).paths]
    after = [name for name in TREES if row["new"] in real_release(name).paths]
    if not before or not after:
        pytest.skip("no trees of both sides are available")
    assert [*before, *after] == [name for name in TREES if name in {*before, *after}]
    assert not set(before) & set(after)
    assert moved(row["old"], real_release(after[0]).paths) == row["new"]
    assert moved(row["new"], real_release(before[-1]).paths) == row["old"]
    assert moved(row["old"], real_release(before[0]).paths) is None


def test_what_a_schema_lacks_is_found_under_its_other_name() -> None:
    found = find_alias("owner", {"owners"}, "entity/data/table.json")
    assert found is not None
    assert (found.name, found.conversion) == ("owners", "wrap")
    back = find_alias("owners", {"owner"}, "entity/data/table.json")
    assert back is not None
    assert (back.name, back.conversion) == ("owner", "unwrap")
    assert find_alias("owner", {"name"}, "entity/data/table.json") is None
    assert find_alias("status", {"entityStatus"}, "entity/data/table.json") is None


@pytest.mark.parametrize(
    ("value", "conversion", "expected"),
    [
        ({"id": "1"}, "wrap", [{"id": "1"}]),
        ([{"id": "1"}], "wrap", [{"id": "1"}]),
        ([{"id": "1"}], "unwrap", {"id": "1"}),
        ([], "unwrap", None),
        ("sql", "same", "sql"),
        (None, "wrap", None),
    ],
)
def test_values_change_with_the_name(value: Any, conversion: str, expected: Any) -> None:
    assert convert_value(value, conversion) == expected


def test_several_cannot_be_one() -> None:
    with pytest.raises(ValueError, match="takes one value, not 2"):
        convert_value(["a", "b"], "unwrap")


def _versions(since: str) -> tuple[list[str], list[str]]:
    """Return the names of the trees before a release, and from it on."""
    first = tuple(int(part) for part in since.split("."))
    before = [name for name in TREES if real_release(name).version < first]
    return before, [name for name in TREES if name not in before]


each_move = pytest.mark.parametrize(
    ("move", "path"),
    [(move, path) for move in moves() for path in move.documents],
    ids=lambda value: value.old if isinstance(value, Move) else Path(value).stem,
)


@each_move
def test_a_moved_field_is_a_field_before_and_in_an_object_since(move: Move, path: str) -> None:
    before, since = _versions(move.since)
    for name in skip_without(before):
        release = real_release(name)
        if path in release.paths:
            known = release.node(path).properties
            assert move.old in known, name
            assert move.into not in known, name
    for name in skip_without(since):
        known = real_release(name).node(path).properties
        assert move.old not in known, name
        outer = known[move.into]
        places = outer.branches if outer.kind == "union" else (outer,)
        assert any(move.new in place.properties for place in places), name


@pytest.mark.parametrize("row", items(), ids=lambda row: row.field)
@pytest.mark.parametrize("name", TREES)
def test_items_are_bare_before_and_in_objects_since(row: Items, name: str) -> None:
    release = real_release(name)
    below = release.node(row.document).properties[row.field].items
    assert below is not None
    new = name in _versions(row.since)[1]
    assert below.target.path == (row.new if new else row.old)
    assert (row.new in release.paths) == new
    if new:
        assert set(below.properties) == {row.inner, *row.others}
        assert below.properties[row.inner].target.path == row.old
        assert below.required == {row.inner}
        for other, value in row.others.items():
            assert below.properties[other].default == value


@pytest.mark.parametrize(
    ("removed", "path"),
    [(removed, path) for removed in removed_fields() for path in removed.documents],
    ids=lambda value: value.field if isinstance(value, RemovedField) else Path(value).stem,
)
def test_removed_fields_exist_in_older_releases(removed: RemovedField, path: str) -> None:
    before, since = _versions(removed.since)
    fields = {
        name: real_release(name).node(path).properties
        for name in TREES
        if path in real_release(name).paths
    }
    assert all(removed.field in fields[name] for name in before if name in fields)
    assert not any(removed.field in fields[name] for name in since if name in fields)
    assert removed_field(removed.field, path) == removed
    assert removed_field(removed.field, "entity/data/table.json") is None


@pytest.mark.parametrize(
    "row", references(), ids=lambda row: f"{Path(row.document).stem}-{row.field}"
)
@pytest.mark.parametrize("name", TREES)
def test_a_field_takes_a_name_or_a_reference(row: Reference, name: str) -> None:
    release = real_release(name)
    place = release.node(row.document).properties.get(row.field)
    if place is None:
        assert removed_field(row.field, row.document) is not None
        return
    assert row.type in release.entities
    inner = place.items if place.kind == "array" else place
    assert inner is not None
    new = name in _versions(row.since)[1]
    wanted = row.now if new else {"name": "reference", "reference": "name"}[row.now]
    assert inner.kind == {"name": "string", "reference": "object"}[wanted]


def test_a_trial_translates_without_warnings() -> None:
    release = dynclient.release("starter")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with table.trial():
            with table.trial():
                table.warn_drift(release, "inner")
            table.warn_drift(release, "outer")
        table.warn_drift(release, "after")
    assert [str(one.message) for one in caught] == ["after"]
