"""Checks of data against other releases: validated and translated as requests are."""

from __future__ import annotations

import copy
import warnings
from typing import Any

import pytest

import dynclient
from dynclient import check_releases
from dynclient.drift.upgrade_check import ReleaseCheck
from dynclient.errors import AmbiguousName, SchemaNotFound, UsageError
from dynclient.releases import Cache
from dynclient.releases.registry import add_documents
from tests.support.small_tree import SMALL
from tests.support.trees import TREES, real_release

ADA = {"id": "3f0b6ae0-1111-4222-8333-abcdefabcdef", "type": "user"}
TABLE = {"name": "t", "databaseSchema": "a.b.c", "columns": [{"name": "id", "dataType": "INT"}]}


@pytest.fixture
def releases(tmp_path) -> list[dynclient.Release]:
    """Return two small releases: of the second, things have `owners` and another colour."""
    releases = []
    for name, field, schema in (
        ("7.0.0", "owner", {"type": "string"}),
        ("7.1.0", "owners", {"type": "array", "items": {"type": "string"}}),
    ):
        tree: dict[str, Any] = copy.deepcopy(SMALL)
        tree["api/data/createThing.json"]["properties"][field] = schema
        tree["api/data/createThing.json"]["properties"]["key"] = {
            "type": "string", "format": "password", "minLength": 20 if name == "7.1.0" else 1
        }  # fmt: skip
        releases.append(add_documents(tree, name, cache=Cache(tmp_path), origin="a test"))
    return releases


def test_what_fits_everywhere(releases) -> None:
    assert check_releases({"name": "a"}, "CreateThingRequest", releases) == [
        ReleaseCheck("7.0.0", (), (), ()), ReleaseCheck("7.1.0", (), (), ())
    ]  # fmt: skip


def test_a_translatable_field_breaks_and_is_translated(releases) -> None:
    data = {"name": "a", "owner": "ada"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # no warning: the result lists it
        first, second = check_releases(data, "CreateThingRequest", releases)
    assert not first.breaks
    assert (second.breaks, second.translatable, second.remaining) == (True, True, ())
    assert [problem.path for problem in second.problems] == ["owner"]
    assert second.translations == ("CreateThingRequest.owner is called owners in release 7.1.0",)
    assert data == {"name": "a", "owner": "ada"}


def test_remaining_problems_are_returned(releases) -> None:
    first, second = check_releases(
        {"owners": ["ada", "bob"], "colour": 1}, "CreateThingRequest", releases
    )
    assert {problem.path for problem in first.problems} == {"owners", "colour", "name"}
    assert first.breaks
    assert not first.translatable
    assert any("takes one value, not 2" in problem.message for problem in first.remaining)
    assert {problem.path for problem in second.remaining} == {"colour", "name"}


def test_old_names_of_results_work_with_a_warning(releases) -> None:
    _, second = check_releases({"name": "a", "owner": "ada"}, "CreateThingRequest", releases)
    renamed = {"left": "remaining", "bridged": "translations", "bridges": "translatable"}
    for old, new in renamed.items():
        with pytest.warns(DeprecationWarning, match=f"{old} is deprecated: use .*{new}") as caught:
            assert getattr(second, old) == getattr(second, new)
        assert caught[0].filename == __file__


def test_secrets_are_never_shown(releases) -> None:
    _, second = check_releases({"name": "a", "key": "sesame-open"}, "CreateThingRequest", releases)
    assert second.breaks
    assert "sesame" not in repr(second)


def test_a_type_that_a_release_lacks_breaks_there(releases, tmp_path) -> None:
    tree = {path: copy.deepcopy(SMALL[path]) for path in ("type/basic.json",)}
    tree["entity/data/thing.json"] = copy.deepcopy(SMALL["entity/data/thing.json"])
    lacking = add_documents(tree, "6.0.0", cache=Cache(tmp_path), origin="a test")
    first, second = check_releases({"name": "a"}, "CreateThingRequest", [lacking, releases[0]])
    assert "release 6.0.0 has no type 'CreateThingRequest'" in first.problems[0].message
    assert not second.breaks


def test_names_are_those_of_types_entities_and_documents(releases) -> None:
    good = {"id": "3f0b6ae0-1111-4222-8333-abcdefabcdef"}
    for kind in ("thing", "Thing", "entity/data/thing.json", releases[0].find("Thing")):
        assert not any(each.breaks for each in check_releases(good, kind, releases))
    assert not check_releases({"name": "x"}, "entity/data/thing.json#/definitions/part", releases)[
        0
    ].breaks
    with pytest.raises(SchemaNotFound, match="did you mean CreateThingRequest"):
        check_releases({}, "CreateThngRequest", releases)


@pytest.mark.parametrize("data", [None, [], 1, "x", float("nan")])
def test_all_given_data_is_validated(releases, data: Any) -> None:
    assert all(each.breaks for each in check_releases(data, "CreateThingRequest", releases))


# -- real trees ------------------------------------------------------------------------------------


def on(data: Any, kind: str, *names: str) -> list[tuple[bool, bool]]:
    found = check_releases(data, kind, [real_release(name) for name in names])
    return [(each.breaks, each.translatable) for each in found]


FITS, BRIDGED, BREAKS = (False, False), (True, True), (True, False)


def test_a_table_of_1_0() -> None:
    data = {**TABLE, "owner": ADA, "viewDefinition": "select 1"}
    assert on(data, "CreateTableRequest", "1.0.4", "1.6.0", "1.11.0", "1.13.0") == [
        FITS, BRIDGED, BRIDGED, BRIDGED
    ]  # fmt: skip


def test_two_owners_have_no_room_in_1_0() -> None:
    data = {**TABLE, "owners": [ADA, ADA]}
    assert on(data, "CreateTableRequest", "1.0.4", "1.13.0") == [BREAKS, FITS]


def test_a_term_relation_and_a_connection() -> None:
    term = {"id": ADA["id"], "name": "a", "description": "", "glossary": ADA}
    old = {**term, "relatedTerms": [{"id": ADA["id"], "type": "glossaryTerm"}]}
    assert on(old, "glossaryTerm", "1.11.0", "1.13.0") == [FITS, BRIDGED]
    config = {"type": "Mysql", "username": "u", "hostPort": "h:1", "password": "p"}
    service = {"name": "s", "serviceType": "Mysql", "connection": {"config": config}}
    assert on(service, "CreateDatabaseServiceRequest", "1.0.4", "1.6.0") == [FITS, BRIDGED]


def test_a_document_is_found_where_it_moved() -> None:
    path, releases = "security/credentials/gcsValues.json", ("1.0.4", "1.13.0")
    assert path not in real_release("1.13.0").paths
    found = check_releases({"type": 7}, path, [real_release(name) for name in releases])
    assert all("type" in [problem.path for problem in each.problems] for each in found)


def test_an_ambiguous_name_lists_the_candidates() -> None:
    with pytest.raises(AmbiguousName):
        check_releases("INT", "DataType", [real_release("1.13.0")])


def test_trees_go_by_path() -> None:
    if not TREES:
        pytest.skip("no real tree is available (see tests/support/trees.py)")
    (found,) = check_releases(TABLE, "CreateTableRequest", [next(iter(TREES.values()))])
    assert not found.breaks


def test_one_release_instead_of_a_list_is_rejected() -> None:
    for one in ("starter", dynclient.release("starter")):
        with pytest.raises(UsageError, match="releases= must be a list of releases, not"):
            check_releases({}, "table", one)  # type: ignore[arg-type]


@pytest.mark.parametrize("levels", [1001, 100_000])
def test_data_that_is_nested_too_deeply_is_a_problem_of_each_release(releases, levels: int) -> None:
    data: Any = "red"
    for _ in range(levels):
        data = [data]
    for result in check_releases({"name": data}, "CreateThingRequest", releases):
        assert [problem.rule for problem in result.problems] == ["depth"]
        assert result.remaining == result.problems


def test_data_that_is_too_deep_to_be_translated_keeps_its_problems(
    releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    def translate(*_: Any) -> None:
        raise RecursionError

    monkeypatch.setattr("dynclient.drift.upgrade_check.translate", translate)
    (result,) = check_releases({"name": 5.5}, "CreateThingRequest", releases[:1])
    assert result.remaining == result.problems != ()
