"""The starter release: sound by itself, and a part of the real 1.13.0 where that is available."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from dynclient.releases import release
from dynclient.releases.cache import bundled
from dynclient.schema import Release
from dynclient.schema.pointers import escape, join, look_up, walk
from dynclient.validation import validator
from tests.property.data import draw_instance
from tests.support.trees import real_release, shared

ROOT = bundled()
assert ROOT is not None, "the starter release lies in schema_cache/starter"
DOCUMENTS: dict[str, Any] = {
    file.relative_to(ROOT).as_posix(): json.loads(file.read_text("utf-8"))
    for file in sorted(ROOT.rglob("*.json"))
}
BASE = "file:///starter/"

ENTITIES = {
    "bot", "chart", "classification", "container", "dashboard", "dashboardService", "dataProduct",
    "database", "databaseSchema", "databaseService", "domain", "glossary", "glossaryTerm",
    "messagingService", "mlmodel", "mlmodelService", "pipeline", "pipelineService", "policy",
    "role", "storageService", "table", "tag", "team", "testCase", "testDefinition", "testSuite",
    "topic", "type", "user",
}  # fmt: skip
KINDS = {
    "database": {"mysqlConnection", "postgresConnection"},
    "messaging": {"kafkaConnection", "redpandaConnection"},
    "dashboard": {"supersetConnection", "metabaseConnection"},
    "pipeline": {"airflowConnection", "dagsterConnection"},
    "mlmodel": {"mlflowConnection", "sklearnConnection"},
    "storage": {"s3Connection", "gcsConnection"},
}
USUAL = {
    "id", "name", "fullyQualifiedName", "displayName", "description", "version", "updatedAt",
    "updatedBy", "impersonatedBy", "href", "changeDescription", "incrementalChangeDescription",
    "deleted", "owners", "tags", "domains", "dataProducts", "followers", "votes", "extension",
    "sourceUrl", "service", "serviceType", "entityStatus", "reviewers", "experts", "style",
    "provider", "lifeCycle", "certification", "sourceHash", "usageSummary", "retentionPeriod",
}  # fmt: skip
"""Fields that entities share, and that the starter's have wherever the real ones do."""


@pytest.fixture(scope="module")
def starter() -> Release:
    return release("starter")


@pytest.fixture(scope="module")
def real() -> Release:
    return real_release("1.13.0")


# by itself


def test_files_are_pretty_printed_and_end_with_a_newline() -> None:
    assert ROOT is not None
    for path, document in DOCUMENTS.items():
        text = (ROOT / path).read_text("utf-8")
        assert text == json.dumps(document, indent=2, ensure_ascii=False) + "\n", path


def test_documents_are_valid_schemas_of_draft_07() -> None:
    for path, document in DOCUMENTS.items():
        assert document["$schema"] == "http://json-schema.org/draft-07/schema#", path
        jsonschema.Draft7Validator.check_schema(document)
        assert {"title", "description"} <= set(document), path


def test_nothing_needs_repair(starter: Release) -> None:
    # That one of several is read as any of them is no repair of what is written.
    assert {repair.step for repair in starter.repairs} <= {"alternatives"}
    assert set(starter.paths) == set(DOCUMENTS)


def test_every_reference_is_relative_and_resolves() -> None:
    for path, document in DOCUMENTS.items():
        for pointer, schema in walk(document):
            if "$ref" in schema:
                assert not re.match(r"/|[a-z]+:", schema["$ref"]), (path, pointer)
                assert isinstance(Place(DOCUMENTS, path, pointer).target().schema, dict)


def test_every_document_compiles() -> None:
    registry: Registry[Any] = Registry().with_resources(
        (BASE + path, Resource(document, DRAFT7)) for path, document in DOCUMENTS.items()
    )
    for path in DOCUMENTS:
        fast = _fast(path)
        slow = jsonschema.Draft7Validator({"$ref": BASE + path}, registry=registry)
        for raw in ({}, {"name": 1}, [], "text"):
            assert fast.is_valid(raw) == slow.is_valid(raw), (path, raw)


def _fast(path: str) -> jsonschema_rs.Draft7Validator:
    registry = jsonschema_rs.Registry(
        [(BASE + each, document) for each, document in DOCUMENTS.items()],
        draft=jsonschema_rs.Draft7,
    )
    return jsonschema_rs.Draft7Validator(
        {"$ref": BASE + path}, registry=registry, validate_formats=False
    )


def test_entities_are_found_and_each_has_its_create_request(starter: Release) -> None:
    assert set(starter.entities) == ENTITIES
    assert {name for name, entity in starter.entities.items() if entity.create is None} == set()
    assert set(starter.time_series) == {"testCaseResult"}
    for entity in starter.entities.values():
        node = starter.node(entity.path)
        assert node.closed
        assert {"name", "description", "version", "href"} <= set(node.properties)
        assert entity.create is not None
        request = starter.node(entity.create)
        assert request.closed
        assert "name" in request.required
        assert request.type_name.casefold().startswith(f"create{entity.name}".casefold())


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_service_has_two_connectors(starter: Release, kind: str) -> None:
    service = starter.entities[f"{kind}Service"]
    node = starter.node(service.path)
    branches = node.properties["connection"].properties["config"].branches
    stems = {posixpath.basename(branch.target.path).removesuffix(".json") for branch in branches}
    assert stems == KINDS[kind]
    types = {branch.properties["type"].enum for branch in branches}
    assert {value for (value,) in types} == set(node.properties["serviceType"].enum or ())


def test_passwords_and_tokens_are_marked() -> None:
    for path, document in DOCUMENTS.items():
        for pointer, schema in walk(document):
            name = pointer.rpartition("/")[2].casefold()
            if "/connections/" in path or path.startswith("security/"):
                is_secret = re.search(
                    r"password$|secret.*key$|^(jwt)?token$|privatekey$|apikey$", name
                )
                assert not is_secret or schema.get("format") == "password", (path, pointer)


def test_nothing_is_left_over(starter: Release) -> None:
    """Each document is an entity, a request or response, or is referred to by one of those."""
    used = set()
    for path in starter.paths:
        if path.startswith(("api/", "auth/")) or starter.entity_of(path) is not None:
            used.update(starter.closure(path))
    alone = {
        "entity/services/connections/metadata/openMetadataConnection.json",
        "entity/services/serviceType.json",
        "type/bulkOperationResult.json", "type/changeEvent.json", "type/csvImportResult.json",
        "type/include.json", "type/paging.json",
        "type/customProperties/complexTypes.json",
    }  # fmt: skip
    used |= {path for root in alone for path in starter.closure(root)}
    assert set(starter.paths) == used


@pytest.mark.parametrize(
    ("root", "payload"),
    [
        ("api/data/createTable.json", "create_table50.json"),
        ("entity/data/table.json", "table50.json"),
    ],
)
def test_known_payloads_are_accepted(root: str, payload: str) -> None:
    file = shared(f"openmetadata/payloads/{payload}")
    if file is None:
        pytest.skip("the payloads are not available")
    raw = json.loads(file.read_text("utf-8"))
    assert [error.message for error in _fast(root).iter_errors(raw)] == []


# beside the real 1.13.0


class Place(NamedTuple):
    """A schema inside a tree."""

    documents: Any
    path: str
    pointer: str = ""

    @property
    def schema(self) -> Any:
        return look_up(self.documents[self.path], self.pointer)

    @property
    def key(self) -> str:
        return f"{self.path}#{self.pointer}"

    def below(self, *steps: str) -> Place:
        return self._replace(pointer=self.pointer + "".join("/" + escape(step) for step in steps))

    def target(self) -> Place:
        """Follow references to the schema that they stand for."""
        place = self
        while "$ref" in place.schema:
            place = Place(self.documents, *join(place.path, place.schema["$ref"]))
        return place

    def default(self) -> Any:
        return self.schema.get("default", self.target().schema.get("default"))

    def missing(self) -> bool:
        """Tell whether it is a list that is missing where it is not given, rather than empty."""
        target = self.target().schema
        has_default = "default" in self.schema or "default" in target
        return target.get("type") == "array" and has_default and self.default() is None


KNOWN = {
    ("api/voteRequest.json#", "type"): "it says string, though it has fields and an object is sent",
    ("api/voteRequest.json#", "required"): "it asks for fields that it does not have",
}
"""Slips of the real tree that the starter does not repeat."""
SAME = ("additionalProperties", "format", "mask", "multipleOf", "uniqueItems", "const", "expose")
LEAST, MOST = ("minimum", "minLength", "minItems"), ("maximum", "maxLength", "maxItems")
Difference = tuple[str, str, Any, Any]


class Comparison:
    """What the starter says otherwise than the real tree, schema by schema."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, str]] = set()
        self.unlike: list[Difference] = []

    def compare(self, ours: Place, theirs: Place) -> list[Difference]:
        """Compare two schemas and all they consist of; return the differences seen so far."""
        # A default that is null says nothing but for lists; some real ones are text where a number
        # is intended.
        self._same(ours, "default", ours.missing(), theirs.missing())
        if ours.default() is not None:
            self._same(ours, "default", str(ours.default()).lower(), str(theirs.default()).lower())
        ours, theirs = ours.target(), theirs.target()
        if (ours.key, theirs.key) in self.seen:
            return self.unlike
        self.seen.add((ours.key, theirs.key))
        mine, other = ours.schema, theirs.schema
        if "type" in other and "oneOf" not in mine:
            self._same(ours, "type", mine.get("type"), other["type"])
        self._limits(ours, mine, other)
        self._branches(ours, theirs)
        self._fields(ours, theirs)
        for keyword in ("items", "additionalProperties"):
            if isinstance(mine.get(keyword), dict) and isinstance(other.get(keyword), dict):
                self.compare(ours.below(keyword), theirs.below(keyword))
        return self.unlike

    def _same(self, place: Place, keyword: str, mine: Any, other: Any) -> None:
        if mine != other and (place.key, keyword) not in KNOWN:
            self.unlike.append((place.key, keyword, mine, other))

    def _limits(self, place: Place, mine: Any, other: Any) -> None:
        if "enum" in mine or "enum" in other:
            foreign = [value for value in mine.get("enum", [None]) if value not in other["enum"]]
            self._same(place, "enum", foreign, [])
        for keyword in SAME:
            if keyword == "additionalProperties" and other.get("type") == "string":
                continue  # it says nothing about text
            if not isinstance(other.get(keyword), dict):
                self._same(place, keyword, mine.get(keyword), other.get(keyword))
        for keyword in (*LEAST, *MOST):
            self._same(place, keyword, mine.get(keyword), other.get(keyword))
        self._same(place, "pattern", "pattern" in mine, "pattern" in other)
        self._same(place, "required", {*mine.get("required", ())}, {*other.get("required", ())})

    def _branches(self, ours: Place, theirs: Place) -> None:
        for keyword in ("oneOf", "anyOf", "allOf"):
            if keyword not in ours.schema:
                continue
            other = keyword
            if keyword == "oneOf" and keyword not in theirs.schema:
                other = "anyOf"  # releases are read so
            branches = [
                theirs.below(other, str(n)).target()
                for n in range(len(theirs.schema.get(other, ())))
            ]
            for number in range(len(ours.schema[keyword])):
                written = ours.below(keyword, str(number))
                branch = written.target()
                named = [each for each in branches if written != branch and each.key == branch.key]
                alike = named or [
                    each for each in branches if not Comparison().compare(branch, each)
                ]
                if alike:
                    self.compare(branch, alike[0])
                else:
                    self._same(ours, keyword, branch.key, [each.key for each in branches])

    def _fields(self, ours: Place, theirs: Place) -> None:
        for keyword in ("properties", "definitions"):
            mine, other = ours.schema.get(keyword, {}), theirs.schema.get(keyword, {})
            for name in mine:
                if name in other:
                    self.compare(ours.below(keyword, name), theirs.below(keyword, name))
                else:
                    self._same(ours, keyword, name, sorted(other))


def test_all_of_it_is_in_the_real_tree_as_it_is_here(real: Release) -> None:
    theirs = {path: real.document(path) for path in real.paths}
    assert set(DOCUMENTS) <= set(theirs)
    comparison = Comparison()
    for path in DOCUMENTS:
        comparison.compare(Place(DOCUMENTS, path), Place(theirs, path))
    assert comparison.unlike == []
    assert len(comparison.seen) > 1000


def test_a_field_that_is_missing_or_of_another_type_would_be_reported() -> None:
    ours = {"a": {"type": "object", "properties": {"x": {"type": "string"}, "y": {"$ref": "b"}}}}
    ours["b"] = {"type": "string", "enum": ["one", "two"]}
    theirs = {"a": {"type": "object", "properties": {"x": {"type": "integer"}, "y": {"$ref": "b"}}}}
    theirs["b"] = {"type": "string", "enum": ["one"]}
    theirs["a"]["required"] = ["x"]
    found = Comparison().compare(Place(ours, "a"), Place(theirs, "a"))
    assert found == [
        ("a#", "required", set(), {"x"}),
        ("a#/properties/x", "type", "string", "integer"),
        ("b#", "enum", ["two"], []),
    ]


@pytest.mark.parametrize("name", sorted(ENTITIES))
def test_valid_requests_are_valid_in_the_real_tree(
    starter: Release, real: Release, name: str
) -> None:
    path = starter.entities[name].create
    assert path is not None
    accepted = 0

    @settings(
        max_examples=20,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def holds(drawn: st.DataObject) -> None:
        nonlocal accepted
        raw = draw_instance(drawn.draw, starter.node(path))
        if validator(starter).is_valid(path, raw):
            accepted += 1
            assert validator(real).is_valid(path, raw), validator(real).problems(path, raw)

    holds()
    assert accepted


def test_marks_that_code_depends_on_are_the_same(real: Release) -> None:
    for path, document in DOCUMENTS.items():
        for pointer, schema in walk(document):
            try:
                other = look_up(real.document(path), pointer)
            except LookupError:
                continue  # branches of unions and parts of those are numbered otherwise
            if re.search(r"/(oneOf|anyOf)/", pointer):
                continue
            assert schema.get("javaInterfaces") == other.get("javaInterfaces"), (path, pointer)
            assert schema.get("javaType") == other.get("javaType"), (path, pointer)
            if "@om-" in str(other.get("$comment")) and "/properties/" not in pointer:
                assert schema.get("$comment") == other["$comment"], (path, pointer)


def test_types_have_the_names_they_have_in_the_real_tree(starter: Release, real: Release) -> None:
    for path in DOCUMENTS:
        assert starter.node(path).type_name == real.node(path).type_name
    for name, entity in starter.entities.items():
        other = real.entities[name]
        assert entity[:5] == other[:5]
        assert (entity.followers, entity.votes, entity.deleted) == (
            other.followers, other.votes, other.deleted,
        )  # fmt: skip


def test_usual_fields_are_there_wherever_they_really_are(starter: Release, real: Release) -> None:
    for name, entity in starter.entities.items():
        usual = USUAL & set(real.entities[name].properties)
        assert usual <= set(entity.properties), name
        assert entity.create is not None
        usual = USUAL & set(real.node(entity.create).properties)
        assert usual <= set(starter.node(entity.create).properties), name


def test_every_sentence_is_its_own(real: Release) -> None:
    """No description says what one of the real tree says, nor has six words in a row of one."""
    sentences = set()
    for path in real.paths:
        for sentence in _sentences(real.document(path)):
            sentences |= {sentence, *_runs(sentence)}
    for path, document in DOCUMENTS.items():
        for sentence in _sentences(document):
            assert not sentences & {sentence, *_runs(sentence)}, (path, sentence)


def _sentences(document: Any) -> Iterator[tuple[str, ...]]:
    for _, schema in walk(document):
        if isinstance(text := schema.get("description"), str):
            yield tuple(re.findall(r"\w+", text.casefold()))


def _runs(words: tuple[str, ...], length: int = 6) -> Iterator[tuple[str, ...]]:
    return (words[start : start + length] for start in range(len(words) - length + 1))
