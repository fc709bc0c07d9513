"""Changes between two releases: of small trees, and of real ones by known figures."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

import dynclient
from dynclient.drift import table
from dynclient.drift.change import KINDS, Change
from dynclient.drift.diff import Diff, diff
from dynclient.errors import AmbiguousName, SchemaNotFound, UnknownRelease, UsageError
from dynclient.releases import Cache
from dynclient.releases.registry import add_documents
from dynclient.schema import Release
from dynclient.validation import validator
from tests.support.small_tree import SMALL
from tests.support.trees import ALL_RELEASES, real_release, release_named, shared

THING, CREATE = "entity/data/thing.json", "api/data/createThing.json"
Edit = Callable[[dict[str, Any]], None]


@pytest.fixture
def changed(tmp_path) -> Callable[..., Diff]:
    """Return what differs between the small tree, edited, and the same, edited otherwise."""

    def compare(new: Edit, old: Edit = lambda tree: None) -> Diff:
        releases = []
        for name, edit in (("7.0.0", old), ("7.1.0", new)):
            tree = copy.deepcopy(SMALL)
            edit(tree)
            releases.append(add_documents(tree, name, cache=Cache(tmp_path), origin="a test"))
        return diff(*releases)

    return compare


def summary(found: Diff) -> list[tuple[str, str]]:
    return [(change.kind, change.name) for change in found]


def properties(tree: dict[str, Any], path: str = THING) -> dict[str, Any]:
    found: dict[str, Any] = tree[path]["properties"]
    return found


# -- kinds of changes ------------------------------------------------------------------------------


def test_nothing_differs_from_itself(changed) -> None:
    found = changed(lambda tree: None)
    assert (list(found), bool(found)) == ([], False)
    assert set(found.counts) == set(KINDS)


def test_descriptions_are_not_changes(changed) -> None:
    def reword(tree: dict[str, Any]) -> None:
        tree[THING]["description"] = "Something else."
        properties(tree)["id"]["description"] = "Which."

    assert not changed(reword)


def test_fields_come_and_go(changed) -> None:
    def edit(tree: dict[str, Any]) -> None:
        del properties(tree)["deleted"]
        properties(tree)["size"] = {"type": "number"}
        properties(tree, CREATE)["kind"] = {"type": "string"}
        tree[CREATE]["required"].append("kind")

    found = changed(edit)
    assert list(found) == [
        Change("field_added", "kind", CREATE, "CreateThingRequest",
               new="string", required=True, breaks=True),
        Change("field_removed", "deleted", THING, "Thing", old="boolean", breaks=True),
        Change("field_added", "size", THING, "Thing", new="number"),
    ]  # fmt: skip
    assert [str(change) for change in found] == [
        "CreateThingRequest: + kind: string, required",
        "Thing: - deleted: boolean",
        "Thing: + size: number",
    ]
    assert [change.name for change in found.breaking] == ["kind", "deleted"]


def test_an_open_place_takes_what_it_no_longer_names(changed) -> None:
    def opened(tree: dict[str, Any]) -> None:
        del tree[THING]["additionalProperties"]

    def edit(tree: dict[str, Any]) -> None:
        opened(tree)
        del properties(tree)["deleted"]

    assert [change.breaks for change in changed(edit, opened)] == [False]


def test_what_is_required(changed) -> None:
    def edit(tree: dict[str, Any]) -> None:
        tree[THING]["required"] = ["colour"]

    assert [(c.kind, c.name, c.breaks) for c in changed(edit)] == [
        ("required", "colour", True),
        ("optional", "id", False),
    ]


def test_values_of_enumerations(changed) -> None:
    def edit(tree: dict[str, Any]) -> None:
        tree[THING]["definitions"]["colour"]["enum"] = ["green", "blue"]

    found = changed(edit)
    assert [(c.kind, c.type_name, c.old or c.new, c.breaks) for c in found] == [
        ("value_removed", "Colour", "red", True),
        ("value_added", "Colour", "blue", False),
    ]
    assert found.changes[0].place == f"{THING}#/definitions/colour"


def test_values_of_an_enumeration_that_is_written_elsewhere_now(changed) -> None:
    def edit(tree: dict[str, Any]) -> None:
        del tree[THING]["definitions"]["colour"]
        tree["type/basic.json"]["definitions"]["tint"] = {"type": "string", "enum": ["red", "blue"]}
        properties(tree)["colour"] = {"$ref": "../../type/basic.json#/definitions/tint"}

    found = changed(edit).of("value_added", "value_removed", "field_retyped")
    assert [(c.kind, c.name, c.old or c.new) for c in found] == [
        ("value_removed", "colour", "green"),
        ("value_added", "colour", "blue"),
    ]


def test_a_definition_that_moved_is_the_same(changed) -> None:
    def edit(tree: dict[str, Any]) -> None:
        tree["type/part.json"] = {
            **tree[THING]["definitions"].pop("part"), "title": "Part"
        }  # fmt: skip
        tree["type/part.json"]["properties"]["name"] = {"$ref": "basic.json#/definitions/name"}
        tree["type/part.json"]["properties"]["parts"]["items"] = {"$ref": "part.json"}
        properties(tree)["parts"]["items"] = {"$ref": "../../type/part.json"}

    assert not changed(edit).of("field_retyped")


@pytest.mark.parametrize(
    ("before", "after", "words", "breaks"),
    [
        ({"type": "string"}, {"type": "integer"}, "string → integer", True),
        ({"type": "integer"}, {"type": "number"}, "integer → number", False),
        ({"type": "number"}, {"type": "integer"}, "number → integer", True),
        ({"type": "string"}, {"type": "string", "format": "uri"}, "string → string (uri)", False),
        ({"type": "string"}, {}, "string → any", False),
        (
            {"type": "array", "items": {"type": "string"}},
            {"type": "array", "items": {"type": "integer"}}, "string[] → integer[]", True,
        ),
        ({"$ref": "#/definitions/part"}, {"type": "string"}, "Part → string", True),
        (
            {"$ref": "#/definitions/part"},
            {"type": "array", "items": {"$ref": "#/definitions/part"}}, "Part → Part[]", True,
        ),
        (
            {"$ref": "#/definitions/part"},
            {"anyOf": [{"type": "string"}, {"$ref": "#/definitions/part"}]}, "Part → ThingX", False,
        ),
        (
            {"type": "object", "additionalProperties": {"type": "string"}},
            {"type": "object", "additionalProperties": {"type": "boolean"}},
            "{string} → {boolean}", True,
        ),
    ],
)  # fmt: skip
def test_retyped_fields(changed, before: Any, after: Any, words: str, breaks: bool) -> None:
    def with_x(schema: Any) -> Edit:
        return lambda tree: properties(tree).update(x=schema)

    (change,) = changed(with_x(after), with_x(before)).of("field_retyped")
    assert (str(change), change.breaks) == (f"Thing: ~ x: {words}", breaks)


def test_a_recursive_definition_ends(changed) -> None:
    def edit(tree: dict[str, Any]) -> None:
        tree[THING]["definitions"]["part"]["properties"]["parts"]["items"] = {"type": "string"}

    assert summary(changed(edit)) == [("field_retyped", "parts")]


def test_fields_in_fields_are_translated_by_their_rule(changed) -> None:
    def edit(tree: dict[str, Any]) -> None:
        size = tree[THING]["definitions"]["part"]["properties"]["size"]
        size["properties"]["height"] = {"type": "integer"}

    (change,) = changed(edit)
    assert (change.kind, change.name, change.type_name) == ("field_added", "size.height", "Part")


def test_one_more_alternative_changes_none_of_the_others(changed) -> None:
    def union(*names: str) -> Edit:
        def edit(tree: dict[str, Any]) -> None:
            for name in names:
                tree[f"type/{name}.json"] = {
                    "title": name, "type": "object", "properties": {name: {"type": "string"}}
                }  # fmt: skip
            refs = [{"$ref": f"../../type/{name}.json"} for name in names]
            properties(tree)["config"] = {"oneOf": refs}

        return edit

    found = changed(union("Ant", "Bee", "Cat"), union("Bee", "Cat", "Dog"))
    kinds = found.of("alternative_added", "alternative_removed", "field_retyped", "field_added")
    assert [(c.kind, c.name, c.old or c.new, c.breaks) for c in kinds] == [
        ("alternative_removed", "config", "Dog", True),
        ("alternative_added", "config", "Ant", False),
    ]


def test_definitions_and_documents_come_and_go(changed) -> None:
    def edit(tree: dict[str, Any]) -> None:
        tree[THING]["definitions"]["spare"] = {"type": "object", "properties": {"a": {}}}
        tree["type/other.json"] = {"title": "Other"}

    assert summary(changed(edit)) == [
        ("document_added", "type/other.json"),
        ("definition_added", "spare"),
        ("field_added", "a"),
    ]


def test_entities_come_and_go(changed) -> None:
    def edit(tree: dict[str, Any]) -> None:
        tree["entity/data/box.json"] = {
            **tree[THING], "title": "Box", "javaType": "org.openmetadata.schema.entity.data.Box"
        }  # fmt: skip

    found = changed(edit).of("entity_added", "entity_removed")
    assert [(c.kind, c.name, c.path, c.type_name) for c in found] == [
        ("entity_added", "box", "entity/data/box.json", "Box")
    ]


# -- the drift table -------------------------------------------------------------------------------


def test_renames_of_the_drift_table(changed) -> None:
    def old(tree: dict[str, Any]) -> None:
        properties(tree)["owner"] = {"$ref": "#/definitions/part"}

    def new(tree: dict[str, Any]) -> None:
        properties(tree)["owners"] = {"type": "array", "items": {"$ref": "#/definitions/part"}}

    (there,) = changed(new, old)
    assert (there.kind, there.name, there.to, there.breaks) == (
        "field_renamed", "owner", "owners", True
    )  # fmt: skip
    assert str(there) == "Thing: → owner is renamed to owners: Part → Part[]"
    (back,) = changed(old, new)
    assert (back.name, back.to) == ("owners", "owner")


def test_a_name_of_both_releases_is_not_a_rename(changed) -> None:
    def both(tree: dict[str, Any]) -> None:
        properties(tree).update(owner={"type": "string"}, owners={"type": "array"})

    def one(tree: dict[str, Any]) -> None:
        properties(tree).update(owners={"type": "array"})

    assert summary(changed(one, both)) == [("field_removed", "owner")]


# -- narrowed --------------------------------------------------------------------------------------


def test_only_an_entity_with_its_request(changed) -> None:
    def edit(tree: dict[str, Any]) -> None:
        properties(tree)["x"] = properties(tree, CREATE)["y"] = {"type": "string"}
        tree["type/basic.json"]["definitions"]["more"] = {"type": "string", "enum": ["a"]}
        tree[THING]["definitions"]["part"]["properties"]["z"] = {"type": "string"}

    found = changed(edit)
    for name in ("thing", "Thing", "CreateThingRequest", THING):
        assert {c.name for c in found.only(name)} == {"x", "y", "z"}
    assert {c.name for c in found.only("thing", deep=True)} == {"x", "y", "z", "more"}
    assert [c.name for c in found.only("Part")] == ["z"]
    assert not found.only("type/basic.json").only("thing")


def test_unknown_names_show_close_names(changed) -> None:
    found = changed(lambda tree: None)
    with pytest.raises(SchemaNotFound, match=r"neither 7\.0\.0 nor 7\.1\.0 .*did you mean Thing"):
        found.only("Thng")
    with pytest.raises(
        UsageError, match=r"kinds must be of entity_added, .*, not 'field_lost'; did you mean"
    ):
        found.of("field_lost")


def test_releases_go_by_name_and_path(tmp_path, small_zip, monkeypatch) -> None:
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path / "cache"))
    found = dynclient.diff(small_zip, small_zip)
    assert found.old.name == "7.1.0"
    with pytest.raises(UnknownRelease, match=r"7\.1\.O"):
        dynclient.diff("7.1.O", "7.1.0")


def test_all_of_it_as_json(changed) -> None:
    found = changed(lambda tree: properties(tree).update(x={"type": "string"}))
    read = json.loads(json.dumps(found.asdict()))
    assert (read["old"]["name"], read["new"]["name"]) == ("7.0.0", "7.1.0")
    assert read["counts"]["field_added"] == 1
    assert [Change(**change) for change in read["changes"]] == list(found)


def test_a_diff_is_frozen(changed) -> None:
    with pytest.raises(AttributeError):
        changed(lambda tree: None).changes = ()


# -- real trees ------------------------------------------------------------------------------------


def count(found: Diff, *kinds: str) -> int:
    return len(found.of(*kinds))


def shared_files(found: Diff) -> Diff:
    """Return the changes in documents whose path stayed, which is what the known figures count."""
    moved = {path for c in found.of("document_renamed") for path in (c.name, c.to)}
    kept = tuple(c for c in found if c.path not in moved or c.kind == "document_renamed")
    return Diff(found.old, found.new, kept)


@pytest.mark.parametrize(
    ("old", "new", "figures"),
    [
        # files +/-, entities +/-, fields +/-, newly required, enum values +/-
        ("1.6.0", "1.11.0", (208, 3, 9, 0, 990, 161, 11, 122, 16)),
        # Across two steps; what was added and removed between them counts once.
        ("1.11.0", "1.13.0", (117, 8, 8, 0, 288, 30, 1, 44, 2)),
    ],
)
def test_figures_of_real_trees(old: str, new: str, figures: tuple[int, ...]) -> None:
    """Those that were counted from the raw trees, by another program."""
    found = shared_files(diff(real_release(old), real_release(new)))
    there = {c.to for c in found.of("field_renamed")}
    assert len(there) >= (2 if old == "1.6.0" else 0)
    # An enumeration that is written elsewhere is not counted there.
    values = [
        count(Diff(found.old, found.new, tuple(c for c in found if written_there(found, c))), kind)
        for kind in ("value_added", "value_removed")
    ]
    assert figures == (
        count(found, "document_added", "document_renamed"),
        count(found, "document_removed", "document_renamed"),
        count(found, "entity_added"),
        count(found, "entity_removed"),
        count(found, "field_added", "field_renamed"),
        count(found, "field_removed", "field_renamed", "field_moved"),
        # A field that is required under its new name is neither of the two there.
        sum(c.name not in there for c in found.of("required")),
        *values,
    )


def written_there(found: Diff, change: Change) -> bool:
    """Tell whether the values of an enumeration are written at the place that changed."""
    if not change.kind.startswith("value") or not change.name or "." in change.name:
        return True
    name = change.name.removesuffix("[]")
    for release in (found.old, found.new):
        path, _, pointer = change.place.partition("#")
        schema = release.node(path, pointer).schema["properties"].get(name, {})
        if "enum" not in schema and "enum" not in schema.get("items", {}):
            return False
    return True


def test_entities_from_1_0_to_1_13() -> None:
    found = diff(real_release("1.0.4"), real_release("1.13.0"))
    assert (count(found, "entity_added"), count(found, "entity_removed")) == (31, 1)
    assert [c.name for c in found.of("entity_removed")] == ["metrics"]
    files = count(found, "document_renamed")
    assert count(found, "document_added") + files == 511
    assert count(found, "document_removed") + files == 11


def pairs(found: Diff, kind: str) -> set[tuple[str, str]]:
    return {(c.type_name, c.name) for c in found.of(kind)}


def test_owner_and_domain_became_lists() -> None:
    first = diff(real_release("1.0.4"), real_release("1.6.0")).of("field_renamed")
    second = diff(real_release("1.6.0"), real_release("1.11.0")).of("field_renamed")
    for found, old, new in ((first, "owner", "owners"), (second, "domain", "domains")):
        rows = [c for c in found if c.name == old]
        assert {c.to for c in rows} == {new}
        assert {"Table", "CreateTableRequest", "Pipeline"} <= {c.type_name for c in rows}
        assert all(c.breaks for c in rows)
        assert len(rows) > 40
        roots = {e.path for e in found.old.entities.values()}
        assert sum(c.place in roots for c in rows) > 20


def test_every_breakage_that_these_trees_show_is_found() -> None:
    first = diff(real_release("1.0.4"), real_release("1.6.0"))
    second = diff(real_release("1.6.0"), real_release("1.11.0"))
    third = diff(real_release("1.11.0"), real_release("1.13.0"))
    renamed = {(c.type_name, c.name, c.to) for c in (*first, *second) if c.kind == "field_renamed"}
    assert {
        ("GlossaryTerm", "status", "entityStatus"),
        ("Chart", "chartUrl", "sourceUrl"),
        ("Dashboard", "dashboardUrl", "sourceUrl"),
        ("CreatePipelineRequest", "pipelineUrl", "sourceUrl"),
        ("Table", "viewDefinition", "schemaDefinition"),
    } <= renamed
    (terms,) = [c for c in third.only("GlossaryTerm").of("field_retyped") if c.breaks]
    assert (terms.name, terms.old, terms.new) == (
        "relatedTerms", "EntityReference[]", "TermRelation[]"
    )  # fmt: skip
    assert ("CreateGlossaryTermRequest", "reviewers") in pairs(first, "field_retyped")
    assert ("CreateTestCaseRequest", "testSuite") in pairs(second, "field_removed")
    assert ("EventSubscription", "subscriptionType") in pairs(first, "field_removed")
    assert ("CreateThreadRequest", "from") in pairs(third, "field_removed")
    assert {c.old for c in third.only("DatabaseServiceType").of("value_removed")} == {"Iceberg"}
    grown = diff(real_release("1.0.4"), real_release("1.13.0")).only("TableDataType")
    assert count(grown, "value_added") > 10
    entities = {c.name for c in first.of("entity_added", "entity_removed")}
    assert {"metric", "metrics"} <= entities


def test_removed_fields_say_what_to_do_instead() -> None:
    found = diff(real_release("1.6.0"), real_release("1.13.0"))
    (gone,) = [c for c in found.only("CreateTestCaseRequest") if c.name == "testSuite"]
    assert "leave it out" in str(gone)
    moved = {(c.type_name, c.name, c.to) for c in found.of("field_moved")}
    assert ("RedshiftConnection", "password", "authType.password") in moved


def test_an_ambiguous_name_lists_the_candidates() -> None:
    with pytest.raises(AmbiguousName, match="TableDataType"):
        diff(real_release("1.6.0"), real_release("1.13.0")).only("DataType")


OPPOSITE = {
    **{f"{what}_{a}": f"{what}_{b}"
       for what in ("entity", "document", "definition", "field", "value", "alternative")
       for a, b in (("added", "removed"), ("removed", "added"))},
    "required": "optional",
    "optional": "required",
}  # fmt: skip


@pytest.mark.parametrize("new", ALL_RELEASES)
@pytest.mark.parametrize("old", ALL_RELEASES)
def test_a_reversed_diff_has_the_opposite_changes(old: str, new: str) -> None:
    there, back = (
        diff(a, b) for a, b in (
            (release_named(old), release_named(new)), (release_named(new), release_named(old))
        )
    )  # fmt: skip
    assert bool(there) == (old != new)
    moving = {"field_moved", "field_added", "field_removed"}  # what moves in is added, going back
    for kind in set(KINDS) - moving:
        assert there.counts[kind] == back.counts[OPPOSITE.get(kind, kind)], kind
    for change in there:
        assert change.kind in KINDS
        assert str(change)


def recorded_requests(name: str, release: Release) -> list[tuple[str, Any]]:
    """Return the bodies that a real server was sent, with the documents that they are of."""
    folder = shared(f"openmetadata/recordings/{name}")
    if folder is None:
        pytest.skip("the recordings are not available (see tests/support/trees.py)")
    from dynclient.operations.catalogue import catalogue

    creates = {spec.route: spec.entity.create for spec in catalogue(release)}
    found = []
    for file in sorted(folder.glob("*.json")):
        for exchange in json.loads(file.read_text("utf-8")):
            request = exchange["request"]
            create, body = creates.get(request["path"]), request["body"]
            if request["method"] in {"POST", "PUT"} and create and isinstance(body, dict):
                found.append((create, body))
    return found


def keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*map(keys, value.values()))
    return set().union(*map(keys, value)) if isinstance(value, list) else set()


@pytest.mark.parametrize(
    ("old", "new"),
    [("1.0.4", "1.6.0"), ("1.0.4", "1.13.0"), ("1.6.0", "1.13.0"), ("1.6.0", "1.0.4")],
)
def test_whatever_breaks_recorded_requests_is_among_the_breaking_changes(
    old: str, new: str
) -> None:
    before, after = real_release(old), real_release(new)
    found = diff(before, after)
    broken: dict[str, int] = {}
    for create, body in recorded_requests(old, before):
        if create not in after.paths or not validator(before).is_valid(create, body):
            continue
        if validator(after).is_valid(create, body):
            continue
        broken[create] = broken.get(create, 0) + 1
        breaking = found.only(create, deep=True).breaking
        names = {c.name.rpartition(".")[2].split("[")[0] for c in breaking}
        values = {c.old for c in breaking.of("value_removed")}
        for problem in validator(after).problems(create, body):
            first, last = (problem.path.split(".")[end].split("[")[0] for end in (0, -1))
            # The reported branch of a union may differ from the intended one.
            near = keys(body.get(first)) & names
            assert last in names or problem.value in values or near, (create, problem)
    assert len(broken) > 2


# -- the record ------------------------------------------------------------------------------------


def test_a_diff_is_a_collection_of_its_changes(changed) -> None:
    def edit(tree: dict[str, Any]) -> None:
        properties(tree).update(x={"type": "string"}, y={"type": "string"})
        del properties(tree)["deleted"]

    found = changed(edit)
    assert len(found) == 3
    assert repr(found) == "<Diff of 7.0.0 and 7.1.0, 3 changes>"
    assert {kind: n for kind, n in found.counts.items() if n} == {
        "field_added": 2, "field_removed": 1,
    }  # fmt: skip
    assert [change.name for change in found.of("field_removed")] == ["deleted"]
    assert [change.name for change in found.of("field_removed", "field_added")] == [
        "deleted", "x", "y",
    ]  # fmt: skip
    assert isinstance(found.breaking, Diff)
    assert found.breaking.old is found.old
    assert found.asdict()["old"]["digest"] == found.old.digest
    assert found.asdict()["new"]["digest"] == found.new.digest
    assert found.asdict()["counts"] == found.counts


def test_an_equal_release_has_no_changes_whatever_its_name(tmp_path) -> None:
    one = add_documents(copy.deepcopy(SMALL), "7.0.0", cache=Cache(tmp_path), origin="a test")
    other = add_documents(copy.deepcopy(SMALL), "7.1.0", cache=Cache(tmp_path), origin="a test")
    assert diff(one, other).changes == ()


def test_a_name_of_one_release_is_enough(changed) -> None:
    def edit(tree: dict[str, Any]) -> None:
        tree[THING]["definitions"]["spare"] = {"type": "object", "properties": {"a": {}}}
        properties(tree)["x"] = {"type": "string"}

    found = changed(edit)
    assert {c.name for c in found.only("Spare")} == {"spare", "a"}
    backwards = diff(found.new, found.old)
    assert {c.name for c in backwards.only("Spare")} == {"spare", "a"}


def test_an_ambiguous_name_of_a_release_is_refused(changed) -> None:
    def edit(tree: dict[str, Any]) -> None:
        for path in ("type/one.json", "type/two.json"):
            tree[path] = {"title": "Twin", "definitions": {"twin": {"type": "object",
                          "properties": {"a": {"type": "string"}}}}}  # fmt: skip

    with pytest.raises(AmbiguousName):
        changed(edit).only("Twin")


@pytest.mark.parametrize("row", table.removed_fields(), ids=lambda row: row.field)
def test_a_removed_field_says_what_to_do_instead(changed, row: table.RemovedField) -> None:
    path = row.documents[0]

    def old(tree: dict[str, Any]) -> None:
        tree[path] = {"title": "Some", "properties": {row.field: {}, "other": {}, "kept": {}}}

    def new(tree: dict[str, Any]) -> None:
        tree[path] = {"title": "Some", "properties": {"kept": {}}}

    assert {c.name: c.way for c in changed(new, old)} == {row.field: row.way, "other": ""}


def test_a_suggestion_is_for_the_first_of_several_unknown_kinds(changed) -> None:
    found = changed(lambda tree: None)
    with pytest.raises(UsageError) as caught:
        found.of("field_rename", "entity_added", "entity_remove")
    message = str(caught.value)
    assert "not 'field_rename', 'entity_remove'; did you mean field_renamed" in message
