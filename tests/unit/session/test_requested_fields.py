"""Which fields servers return only on request, and what requests them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from dynclient.data import data_file
from dynclient.releases import release
from dynclient.schema import Release
from dynclient.session import requested_fields as module
from dynclient.session.requested_fields import (
    RequestedFields,
    is_stored_apart,
    repeated_once,
    requested_fields,
)
from tests.facts.requested_fields import PROBES, derived, probes, text, tree
from tests.support.small_tree import SMALL, files, make_folder
from tests.support.trees import ALL_RELEASES, release_named, shared

needs_facts = pytest.mark.skipif(
    shared(PROBES) is None, reason="the shared folder with the probes of servers is not there"
)

STALE = {
    ("1.2.0", "user", "personas"),
    ("1.6.0", "user", "domains"),
    ("1.6.0", "user", "personas"),
    ("1.6.0", "team", "domains"),
}
"""Fields that probed entities had without a request, but only as the empty list that was stored
with their last change; with values they come on request only."""


def of(name: str) -> RequestedFields:
    return requested_fields(release_named(name))


# -- the answers of real servers -------------------------------------------------------------------


def probed() -> Iterator[tuple[str, str, dict[str, Any], RequestedFields]]:
    for version, types in probes().items():
        own = tree(version)
        for type, probe in types.items():
            if type in own.entities:
                yield version, type, probe, requested_fields(own)


@needs_facts
def test_the_data_file_is_what_the_facts_say() -> None:
    written = Path(module.__file__).parents[1] / "data" / "requested_fields.json"
    assert written.read_text("utf-8") == text(derived()), "run python -m tests.facts"


@needs_facts
def test_what_a_plain_answer_contains_is_not_absent() -> None:
    kinds = {"get": "plain", "list": "list_row", "write": "create_answer"}
    plain = {
        (version, type, name)
        for version, type, probe, fields in probed()
        for kind, key in kinds.items()
        for name in set(probe["plain"]) & set(probe[key] or probe["plain"])
        if name in fields.absent(type, kind)  # type: ignore[arg-type]
    }
    assert plain == STALE


@needs_facts
def test_what_a_list_row_or_the_answer_to_a_post_lacks_is_absent() -> None:
    # These change when an entity is changed; a new one has none of them.
    changed = {"changeDescription", "description", "displayName"}
    missing = [
        (version, type, kind, name)
        for version, type, probe, fields in probed()
        for kind, key in (("list", "list_row"), ("write", "create_answer"))
        if probe[key] is not None
        for name in set(probe["plain"]) - set(probe[key]) - changed
        if name not in fields.absent(type, kind)  # type: ignore[arg-type]
    ]
    assert not missing


def first_object(path: str) -> str:
    """Return a path without what is below the objects in a list: ``columns[].tags[].name``."""
    return ".".join(path.split(".")[:2]).removesuffix("[]")


@needs_facts
def test_what_a_name_adds_is_absent_without_it_and_given_with_it() -> None:
    count = 0
    for version, type, probe, fields in probed():
        for name, paths in probe["on_request"].items():
            for path in paths:
                place = first_object(path)
                case = (version, type, name, place)
                assert place in fields.absent(type, "get"), case
                assert fields.needed(type, place) == (name,), case
                assert place in fields.given(type, [name]), case
                count += 1
    assert count > 500


@needs_facts
def test_what_two_names_add_is_given_by_both() -> None:
    count = 0
    for version, type, probe, fields in probed():
        for names, paths in probe["together"].items():
            for path in paths:
                place = first_object(path)
                assert place in fields.given(type, names.split(",")), (version, type, names, place)
                count += 1
    assert count > 15


@needs_facts
def test_a_name_that_a_server_refuses_is_never_needed() -> None:
    refused = [
        (version, type, name)
        for version, type, probe, fields in probed()
        for name in probe["refused"]
        if fields.needed(type, name)
    ]
    assert not refused


@pytest.mark.parametrize(
    ("name", "expected"),
    [("1.0.4", ("tags",)), ("1.6.0", ("columns", "tags")), ("1.13.0", ("columns", "tags"))],
)
def test_labels_of_columns_need_what_the_release_needs(
    name: str, expected: tuple[str, ...]
) -> None:
    fields = of(name)
    assert fields.needed("table", "columns[].tags") == expected
    assert fields.needed("table", "columns[].children[].children[].tags") == expected
    assert "columns[].tags" in fields.given("table", expected)
    assert ("columns[].tags" in fields.given("table", ["tags"])) == (expected == ("tags",))


def test_roles_request_inherited_roles_too() -> None:
    fields = of("1.6.0")
    assert fields.needed("user", "inheritedRoles") == ("roles",)
    assert fields.given("user", ["roles"]) == {"roles", "inheritedRoles"}


def test_a_release_that_no_server_showed_follows_the_nearest() -> None:
    fields = of("1.13.0")
    absent = fields.absent("table", "get")
    assert {"tableConstraints", "schemaDefinition", "testSuite", "joins"} <= absent
    assert not {"database", "databaseSchema", "service", "columns", "description"} & absent
    assert {"dataContract", "certification", "domains"} <= absent  # new since
    assert "domain" not in absent
    # A list of references in 1.6, of objects with a reference each in this release.
    assert "relatedTerms" in fields.absent("glossaryTerm", "get")


def test_types_that_no_server_showed_are_decided_by_their_schemas() -> None:
    absent = of("1.13.0").absent("worksheet", "list")
    assert {"owners", "tags", "extension", "votes", "followers", "columns[].tags"} <= absent
    assert not {"name", "description", "sourceUrl", "columns", "rowCount"} & absent


# -- any release -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_every_absent_path_can_be_requested(name: str) -> None:
    own = release_named(name)
    fields = requested_fields(own)
    for type, entity in own.entities.items():
        absent = fields.absent(type, "get")
        assert absent == fields.given(type, ["*"])
        for path in absent:
            needed = fields.needed(type, path)
            assert needed
            assert needed[0] in entity.properties
            assert path in fields.given(type, needed)
            assert needed == fields.needed(type, f"{path}[].name")


def test_identity_is_never_absent() -> None:
    fields = of("starter")
    for type in release("starter").entities:
        always = {"id", "name", "fullyQualifiedName", "version", "updatedAt", "description"}
        assert not always & fields.absent(type, "get")
    assert fields.needed("table", "name") == ()
    assert fields.needed("table", "columns[].name") == ()


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_names_of_other_releases_follow_the_field_of_this_one(name: str) -> None:
    fields = of(name)
    (own,) = {"owner", "owners"} & fields.absent("table", "get")
    for each in ("owner", "owners"):
        assert fields.needed("table", each) == (own,)
        assert fields.given("table", [f" {each} "]) == {own}


def test_unknown_types_and_time_series_have_no_requested_fields() -> None:
    fields = of("starter")
    for type in ("nonsense", *release("starter").time_series):
        assert fields.absent(type, "get") == frozenset()
        assert fields.needed(type, "tags") == ()
        assert fields.given(type, ["tags", "*"]) == frozenset()


def test_the_answer_is_kept_with_the_release() -> None:
    own = release("starter")
    assert requested_fields(own) is requested_fields(own)
    fields = requested_fields(own)
    assert fields.absent("table", "get") is fields.absent("table", "write")
    assert repr(fields) == f"<RequestedFields of {own.name}>"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tags", "tags"),
        ("columns[].children[].children[].children[].tags", "columns[].children[].tags"),
        ("a.b.a.b", "a.b.a.b"),
    ],
)
def test_repeated_names_are_written_once(path: str, expected: str) -> None:
    assert repeated_once(path) == expected


# -- the facts and the schema ----------------------------------------------------------------------


@pytest.fixture
def own_tree(tmp_path: Path) -> Release:
    """A tree with a type of its own that has one property of each sort."""
    reference = {"$ref": "../../type/entityReference.json"}
    label = {"$ref": "../../type/tagLabel.json"}
    labels = {"type": "array", "items": label}
    thing = SMALL["entity/data/thing.json"]
    part = thing["definitions"]["part"]
    documents = {
        **SMALL,
        "type/entityReference.json": {
            "title": "EntityReference", "type": "object", "properties": {"id": {"type": "string"}},
        },
        "type/tagLabel.json": {
            "title": "TagLabel", "type": "object", "properties": {"tagFQN": {"type": "string"}},
        },
        "entity/data/thing.json": {
            **thing,
            "definitions": {
                **thing["definitions"],
                "part": {**part, "properties": {**part["properties"], "tags": labels}},
            },
            "properties": {
                **thing["properties"],
                "keeper": reference,
                "keepers": {"type": "array", "items": reference},
                "tags": labels,
                "seal": {"type": "object", "properties": {"label": label}},
                "extension": {},
                "last": {"type": "object", "properties": {"timestamp": {"type": "integer"}}},
                "log": {
                    "type": "array",
                    "items": {"type": "object", "properties": {"timestamp": {"type": "integer"}}},
                },
                "text": {"type": "string"},
                "size": {"type": "object", "properties": {"width": {"type": "integer"}}},
            },
        },
    }  # fmt: skip
    return release("7.0.0", source=make_folder(tmp_path / "tree", files(documents)))


def test_references_labels_extension_and_last_values_are_stored_apart(own_tree: Release) -> None:
    node = own_tree.find("Thing")
    apart = {name for name in node.properties if is_stored_apart(node, name)}
    assert apart == {"keeper", "keepers", "tags", "seal", "extension", "last"}
    assert requested_fields(own_tree).absent("thing", "get") == apart | {
        "parts[].tags",
        "parts[].parts[].tags",
    }
    assert requested_fields(own_tree).needed("thing", "parts[].parts[].tags") == ("parts", "tags")


def test_rows_decide_before_the_schema_and_the_nearest_row_counts(
    own_tree: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = {
        "1.0": {"thing": {"on_request": ["size", "colour"]}},
        "7.1": {"thing": {"on_request": ["text"], "plain": ["keeper"], "needs": {"last": ["log"]}}},
        "9.0": {"thing": {"plain": ["tags"]}, "other": {"on_request": ["log", "nothing"]}},
        "9.1": {"other": {"on_request": ["size"]}, "third": {"on_request": ["size", "seal"]},
                "fourth": {"plain": ["seal"]}},
    }  # fmt: skip
    monkeypatch.setattr(module, "data_file", lambda _: {"releases": rows})
    fields = RequestedFields(own_tree)
    absent = fields.absent("thing", "get")
    assert "text" in absent
    assert not {"keeper", "colour", "log"} & absent
    assert "size" in absent  # several types of another release have it on request
    assert fields.needed("thing", "last") == ("log",)


def test_the_row_of_the_release_itself_is_complete(
    own_tree: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = {
        "7.0": {"thing": {}, "other": {"on_request": ["size"]}, "third": {"on_request": ["size"]}}
    }
    monkeypatch.setattr(module, "data_file", lambda _: {"releases": rows})
    assert "size" not in RequestedFields(own_tree).absent("thing", "get")


def test_the_data_file_fits_its_schema() -> None:
    schema = data_file("requested_fields.schema.json")
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.validate(data_file("requested_fields.json"), schema)
