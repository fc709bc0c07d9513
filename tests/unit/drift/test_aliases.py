"""The rules of aliases on plain JSON: what replaces a field that this release does not have."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from dynclient import DriftWarning, Release
from dynclient.drift import table
from dynclient.drift.aliases import (
    BareItemAlias,
    BoxedItemAlias,
    FlattenedAlias,
    NestedAlias,
    NotTranslatable,
    RenamedAlias,
    aliases_of,
    own_field_names,
    removed_field_message,
    translate_object,
    unknown_field_problem,
    with_own_names,
)
from tests.support.trees import TREES, real_release, release_named

TABLE = "entity/data/table.json"
MYSQL = "entity/services/connections/database/mysqlConnection.json"
USER = {"id": "6f6c8a34-2e0c-4a3a-9d25-6d8c9b8b9a01", "type": "user"}
OTHER = {"id": "00000000-2e0c-4a3a-9d25-6d8c9b8b9a02", "type": "user"}

needs_old_tree = pytest.mark.skipif("1.0.4" not in TREES, reason="needs the tree of 1.0.4")
needs_new_tree = pytest.mark.skipif("1.13.0" not in TREES, reason="needs the tree of 1.13.0")


def renamed(release: Release, name: str = "owner") -> RenamedAlias:
    alias = aliases_of(release.node(TABLE))[name]
    assert isinstance(alias, RenamedAlias)
    return alias


def test_a_renamed_field_is_put_under_its_own_name() -> None:
    alias = renamed(release_named("starter"))
    assert (alias.name, alias.own_name, alias.own_names) == ("owner", "owners", ("owners",))
    assert alias.conversion == "wrap"
    assert alias.sentence == "Table.owner is called owners in release starter"
    fields: dict[str, Any] = {"name": "t"}
    alias.put(fields, USER)
    assert fields == {"name": "t", "owners": [USER]}
    with pytest.raises(NotTranslatable, match="and owners is set too"):
        alias.put(fields, OTHER)
    assert fields == {"name": "t", "owners": [USER]}


def test_none_under_the_own_name_does_not_count_as_set() -> None:
    fields: dict[str, Any] = {"owners": None}
    renamed(release_named("starter")).put(fields, USER)
    assert fields == {"owners": [USER]}


@pytest.mark.parametrize("value", [(USER, OTHER), [USER, OTHER]])
def test_lists_of_any_kind_stay_lists(value: Any) -> None:
    assert renamed(release_named("starter")).convert(value) == [USER, OTHER]


def test_values_are_opened_by_the_caller() -> None:
    class Root:
        def __init__(self, root: Any) -> None:
            self.root = root

    def unwrap(_node: object, value: Any) -> Any:
        return value.root if isinstance(value, Root) else value

    alias = renamed(release_named("starter"))
    assert alias.convert(Root([USER, OTHER]), unwrap) == [USER, OTHER]
    single = Root(USER)  # what is not a list stays as it is
    assert alias.convert(single, unwrap) == [single]


@needs_old_tree
def test_several_values_are_rejected_where_one_is_expected() -> None:
    alias = renamed(real_release("1.0.4"), "owners")
    assert alias.convert([USER]) == USER
    with pytest.raises(NotTranslatable) as caught:
        alias.convert((USER, OTHER))
    assert str(caught.value) == "is called owner in release 1.0.4 and takes one value, not 2"


@needs_new_tree
def test_a_nested_field_is_put_into_its_object() -> None:
    alias = aliases_of(real_release("1.13.0").node(MYSQL))["password"]
    assert isinstance(alias, NestedAlias)
    assert (alias.outer, alias.part, alias.own_names) == ("authType", "password", ("authType",))
    assert alias.place == "is authType.password"
    fields: dict[str, Any] = {}
    alias.put(fields, "mellon")
    assert fields == {"authType": {"password": "mellon"}}
    shared = {"other": 1}
    fields = {"authType": shared}
    alias.put(fields, "mellon")
    assert fields == {"authType": {"other": 1, "password": "mellon"}}
    assert shared == {"other": 1}
    for current in ({"password": "x"}, "text"):
        with pytest.raises(NotTranslatable, match="and authType is set too"):
            alias.put({"authType": current}, "mellon")


@needs_old_tree
def test_an_object_is_split_into_its_parts() -> None:
    alias = aliases_of(real_release("1.0.4").node(MYSQL))["authType"]
    assert isinstance(alias, FlattenedAlias)
    assert alias.parts == {"password": "password"}
    assert alias.own_names == ("password",)
    assert alias.place == "is password"
    fields: dict[str, Any] = {"username": "u"}
    alias.put(fields, {"password": "mellon"})
    assert fields == {"username": "u", "password": "mellon"}
    assert alias.split(None) == {"password": None}
    with pytest.raises(NotTranslatable, match="and password is set too"):
        alias.put({"password": "x"}, {"password": "mellon"})
    with pytest.raises(NotTranslatable, match="must be an object"):
        alias.split("text")
    with pytest.raises(NotTranslatable, match="which has no awsConfig"):
        alias.split({"password": "x", "awsConfig": {}})


def item_row() -> table.Items:
    return next(row for row in table.items() if row.inner == "term")


@needs_new_tree
def test_a_field_of_a_boxed_item_is_put_into_the_box() -> None:
    row = item_row()
    aliases = aliases_of(real_release("1.13.0").node(row.new))
    alias = aliases["id"]
    assert isinstance(alias, BoxedItemAlias)
    assert (alias.place, alias.own_names) == ("is term.id", ("term",))
    fields: dict[str, Any] = {}
    alias.put(fields, "7")
    aliases["type"].put(fields, "glossaryTerm")
    assert fields == {"term": {"id": "7", "type": "glossaryTerm"}}
    with pytest.raises(NotTranslatable, match="and term is set too"):
        alias.put({"term": "text"}, "7")


@needs_old_tree
def test_a_bare_item_takes_the_place_of_its_box() -> None:
    row = item_row()
    aliases = aliases_of(real_release("1.0.4").node(row.old))
    term = aliases["term"]
    assert isinstance(term, BareItemAlias)
    assert term.is_item
    assert term.place == "is the item itself"
    assert term.document == row.document
    fields: dict[str, Any] = {}
    term.put(fields, USER)
    assert fields == USER
    for wrong, value in (({"id": "1"}, USER), ({}, "text")):
        with pytest.raises(NotTranslatable, match="is the item itself in release"):
            term.put(dict(wrong), value)
    (name, only), *_ = row.others.items()
    other = aliases[name]
    assert isinstance(other, BareItemAlias)
    assert not other.is_item
    assert other.place == f"is always {only!r}"
    fields = {}
    other.put(fields, only)
    assert fields == {}
    with pytest.raises(NotTranslatable, match="is always"):
        other.put(fields, "synonym")
    with pytest.raises(NotTranslatable):
        term.require_same(None)


def test_aliases_are_built_once_for_each_type() -> None:
    release = release_named("starter")
    node = release.node(TABLE)
    assert aliases_of(node) is aliases_of(node)
    assert aliases_of(node) is not aliases_of(release.find("Column"))


# -- objects ---------------------------------------------------------------------------------------


def test_own_names_come_with_one_warning_each() -> None:
    node = release_named("starter").with_drift("warn").node(TABLE)
    given = {"name": "t", "owner": USER}
    with pytest.warns(DriftWarning, match="Table.owner is called owners in release") as caught:
        fields, problems = with_own_names(node, given)
    assert len(caught) == 1
    assert (fields, problems) == ({"name": "t", "owners": [USER]}, {})
    assert given == {"name": "t", "owner": USER}


def test_none_is_dropped_under_a_foreign_name() -> None:
    node = release_named("starter").with_drift("warn").node(TABLE)
    with pytest.warns(DriftWarning):
        assert with_own_names(node, {"owner": None}) == ({}, {})


def test_what_does_not_fit_stays_and_is_a_problem() -> None:
    node = release_named("starter").node(TABLE)
    given = {"owner": USER, "owners": [OTHER]}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fields, problems = with_own_names(node, given)
    assert fields == given
    assert [*problems] == ["owner"]
    problem = problems["owner"]
    assert (problem.path, problem.rule, problem.nearest) == ("owner", "drift", ("owners",))
    assert problem.message == "is called owners in release starter, and owners is set too"


def test_nothing_is_translated_where_drift_is_an_error() -> None:
    node = release_named("starter").with_drift("error").node(TABLE)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fields, problems = with_own_names(node, {"owner": USER})
    assert fields == {"owner": USER}
    assert problems["owner"].message == "is called owners in release starter"


def test_removed_fields_are_problems_that_name_the_replacement() -> None:
    checked = 0
    release = release_named("starter")
    for removed in table.removed_fields():
        for path in removed.documents:
            if path not in release.paths or removed.field in release.node(path).properties:
                continue
            node = release.node(path)
            fields, problems = with_own_names(node, {removed.field: 1})
            expected = f"was accepted before release {removed.since}; {removed.way}"
            assert fields == {removed.field: 1}
            assert problems[removed.field].message == expected
            assert removed_field_message(node, removed.field) == expected
            checked += 1
    assert checked
    assert removed_field_message(release.node(TABLE), "colour") is None


def test_objects_of_other_releases_are_translated_without_warnings() -> None:
    node = release_named("starter").with_drift("error").node(TABLE)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert translate_object(node, {"name": "t", "owner": USER}) == {
            "name": "t", "owners": [USER],
        }  # fmt: skip
        both = {"owner": USER, "owners": [OTHER]}
        assert translate_object(node, both) == both
        assert translate_object(node, {"owner": None, "colour": 1}) == {
            "owners": None, "colour": 1,
        }  # fmt: skip


@needs_old_tree
def test_what_cannot_be_translated_stays_in_the_object() -> None:
    two = {"owners": [USER, OTHER]}
    assert translate_object(real_release("1.0.4").node(TABLE), two) == two


# -- names in fields= ------------------------------------------------------------------------------


def test_names_of_fields_are_replaced_with_a_warning() -> None:
    release = release_named("starter").with_drift("warn")
    entity = release.entities["table"]
    message = "Table.owner is called owners in release starter"
    with pytest.warns(DriftWarning, match=message) as caught:
        assert own_field_names(entity, release, "owner, tags,owners") == ["owners", "tags"]
    assert len(caught) == 1
    with pytest.warns(DriftWarning):
        assert own_field_names(entity, release, ["owner", " columns "]) == ["owners", "columns"]


def test_unknown_names_stay_and_so_do_foreign_ones_where_drift_is_an_error() -> None:
    strict = release_named("starter").with_drift("error")
    entity = strict.entities["table"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert own_field_names(entity, strict, "owner") == ["owner"]
        assert own_field_names(entity, None, "owner") == ["owner"]
        assert own_field_names(entity, release_named("starter"), "colour,*") == ["colour", "*"]


def test_a_name_that_is_not_a_field_is_a_problem_with_close_names() -> None:
    release = release_named("starter")
    entity = release.entities["table"]
    problem = unknown_field_problem(entity, release, "ownrs")
    assert (problem.path, problem.value, problem.rule) == ("fields", "ownrs", "enum")
    assert problem.message == "Table has no field 'ownrs'"
    assert problem.nearest[0] == "owners"
    renamed_one = unknown_field_problem(entity, release, "owner", "include")
    assert (renamed_one.path, renamed_one.rule) == ("include", "drift")
    assert renamed_one.message == "Table.owner is called owners in release starter"
    assert renamed_one.nearest == ("owners",)
    assert unknown_field_problem(entity, None, "owner").rule == "enum"
