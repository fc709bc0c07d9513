"""Arguments as parts of a request: each type of parameter, its limits and its problems."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from dynclient.dispatch.binding import BoundArguments, bad_arguments, label
from dynclient.errors import BadArguments, Problem
from dynclient.model import load
from dynclient.operations import Operation, Parameter, catalogue
from dynclient.operations.entity_filters import entity_filter
from dynclient.schema import Release
from tests.support.trees import ALL_RELEASES, real_release, release_named


def operation(*parameters: Parameter, name: str = "find", route: str = "/v1/x") -> Operation:
    return Operation(name, None, "GET", route, parameters)


def bound(parameter: Parameter, value: Any) -> BoundArguments:
    return BoundArguments(operation(parameter), {parameter.name: value})


def query(parameter: Parameter, value: Any) -> list[tuple[str, str]]:
    return bound(parameter, value).query


@pytest.mark.parametrize(
    ("kind", "value", "sent"),
    [
        ("string", "a", ["a"]),
        ("string", 5, ["5"]),
        ("boolean", True, ["true"]),
        ("boolean", False, ["false"]),
        ("integer", 0, ["0"]),
        ("integer", -3, ["-3"]),
        ("number", 1.0, ["1"]),
        ("number", 1.5, ["1.5"]),
        ("number", 7, ["7"]),
        ("list", "a, b", ["a,b"]),
        ("list", ("a", " b "), ["a,b"]),
        ("list", iter(["a", "b"]), ["a,b"]),
        ("array", ["a", "b"], ["a", "b"]),
        ("array", "a", ["a"]),
        ("array", [], []),
    ],
)
def test_values_are_sent_as_text(kind: str, value: Any, sent: list[str]) -> None:
    assert query(Parameter("p", "query", type=kind), value) == [("p", text) for text in sent]


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("boolean", 1, "p: must be True or False, not 1"),
        ("boolean", "true", "p: must be True or False, not 'true'"),
        ("boolean", [True], "p: must be True or False, not 'list'"),
        ("integer", True, "p: must be an integer, not True"),
        ("integer", 1.0, "p: must be an integer, not 1.0"),
        ("number", True, "p: must be a number, not True"),
        ("number", "1", "p: must be a number, not '1'"),
        ("list", 5, "p: must be a list of names, not 5"),
        ("string", True, "p: must be a name, an id or an entity, not bool"),
        ("string", b"x", "p: must be a name, an id or an entity, not bytes"),
        ("array", ["a", {}], "p: must be a name, an id or an entity, not dict"),
    ],
)
def test_values_of_another_type_are_rejected(kind: str, value: Any, message: str) -> None:
    with pytest.raises(BadArguments) as caught:
        bound(Parameter("p", "query", type=kind), value)
    (problem,) = caught.value.problems
    assert (str(problem), problem.rule) == (message, "type")


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("integer", 10**4000, "must be an integer of 64 bits"),
        ("integer", -(2**64), "must be an integer of 64 bits"),
        ("number", 10**4000, "must be an integer of 64 bits"),
        ("number", float("nan"), "must be a finite number, not nan"),
        ("number", float("-inf"), "must be a finite number, not -inf"),
        ("string", 10**4000, "must be a name, an id or an entity, not int"),
        ("boolean", 10**4000, "not 'an integer of more than 64 bits'"),
    ],
)
def test_numbers_that_cannot_be_sent_are_rejected(kind: str, value: Any, message: str) -> None:
    with pytest.raises(BadArguments, match=message):
        bound(Parameter("p", "query", type=kind), value)


def test_a_number_that_python_does_not_write_is_rejected() -> None:
    for kind in ("string", "integer", "number", "boolean", "array"):
        with pytest.raises(BadArguments):
            bound(Parameter("p", "query", type=kind), 10**5000)


def test_a_list_that_contains_itself_is_rejected() -> None:
    loop: list[Any] = []
    loop.append(loop)
    for kind in ("string", "integer", "number", "boolean", "array"):
        with pytest.raises(BadArguments, match=r"not '?list"):
            bound(Parameter("p", "query", type=kind), loop)


@pytest.mark.parametrize("limit", [0, 1, 1_000_000])
def test_limits_in_their_range_are_sent(limit: int) -> None:
    assert query(Parameter("limit", "query", type="integer"), limit) == [("limit", str(limit))]


@pytest.mark.parametrize("limit", [-1, 1_000_001])
def test_limits_out_of_their_range_are_rejected(limit: int) -> None:
    with pytest.raises(BadArguments, match=f"limit: must be from 0 to 1000000, not {limit}"):
        bound(Parameter("limit", "query", type="integer"), limit)
    assert query(Parameter("other", "query", type="integer"), limit) == [("other", str(limit))]


def test_each_place_gets_its_parameters_under_their_wire_names() -> None:
    parts = BoundArguments(
        operation(
            Parameter("fqn", "path", required=True, wire="name"),
            Parameter("hard", "query", type="boolean", wire="hardDelete"),
            Parameter("match", "header", wire="If-Match"),
            route="/v1/x/{name}/y",
        ),
        {"fqn": "a/b", "hard": True, "match": "etag"},
    )
    assert parts.path == "/v1/x/a%2Fb/y"
    assert parts.query == [("hardDelete", "true")]
    assert parts.headers == [("If-Match", "etag")]


def test_choices_are_the_only_values() -> None:
    parameter = Parameter("p", "query", choices=("red", "green"))
    assert query(parameter, "red") == [("p", "red")]
    with pytest.raises(BadArguments) as caught:
        bound(parameter, "gren")
    message = "p: must be one of 'red', 'green', not 'gren'; did you mean green"
    assert str(caught.value.problems[0]).startswith(message)


@pytest.mark.parametrize("name", ["hardDelete", "hard_delete", "harddelete", "HARD_DELETE"])
def test_the_name_that_servers_have_leads_to_that_of_the_client(name: str) -> None:
    known = operation(Parameter("hard", "query", type="boolean", wire="hardDelete"))
    with pytest.raises(BadArguments, match=rf"{name}: is not a parameter .*; did you mean hard\?"):
        BoundArguments(known, {name: True})


def test_a_value_in_the_place_of_a_name_leads_to_its_parameter() -> None:
    known = operation(Parameter("include", "query", choices=("non-deleted", "deleted", "all")))
    with pytest.raises(BadArguments, match=r"deleted: .*; did you mean include\?"):
        BoundArguments(known, {"deleted": True})


def test_missing_and_unknown_arguments() -> None:
    required = Parameter("id", "path", required=True)
    with pytest.raises(BadArguments) as caught:
        BoundArguments(operation(required, Parameter("limit", "query")), {"id": None, "limt": 1})
    assert [str(each) for each in caught.value.problems] == [
        "id: is missing",
        "limt: is not a parameter of this call; did you mean limit?",
    ]
    with pytest.raises(BadArguments, match="is not a filter of this list; a server would ignore"):
        BoundArguments(operation(name="list"), {"colour": "red"})
    assert BoundArguments(operation(), {"colour": None}).query == []


def test_an_error_counts_and_lists_its_problems() -> None:
    one = Problem("a", 1, "type", "is wrong")
    assert str(bad_arguments("x.y", [one])) == (
        "x.y: 1 problem with the arguments\n  a: is wrong"
    )  # fmt: skip
    two = bad_arguments("x.y", [one, one])
    assert str(two).startswith("x.y: 2 problems with the arguments\n")
    assert two.problems == (one, one)
    assert label(operation(name="version")) == "version"


@pytest.mark.parametrize("name", ["fields", "columns", "tags"])
def test_only_the_fields_of_an_entity_are_checked(name: str) -> None:
    entity = release_named("starter").entities["table"]
    parameter = Parameter(name, "query", type="list")
    for own in (entity, None):
        call = Operation("list", own, "GET", "/v1/x", (parameter,))
        assert BoundArguments(call, {name: ["columns", " tags"]}).query == [(name, "columns,tags")]
    assert query(parameter, "nothing,else") == [(name, "nothing,else")]
    call = Operation("list", entity, "GET", "/v1/x", (parameter,))
    if name == "fields":
        with pytest.raises(BadArguments, match="nothing"):
            BoundArguments(call, {name: "nothing"})
    else:
        assert BoundArguments(call, {name: "nothing"}).query == [(name, "nothing")]


@pytest.mark.parametrize("place", ["query", "path"])
@pytest.mark.parametrize("kind", ["string", "list", "array"])
def test_a_lone_surrogate_is_reported(place: str, kind: str) -> None:
    parameter = Parameter("p", "query" if kind != "string" else place, type=kind)
    with pytest.raises(BadArguments, match=r"p: .*contains a lone surrogate") as caught:
        bound(parameter, "a\ud800")
    assert str(caught.value).encode()
    assert query(Parameter("p", "query"), "東京😀") == [("p", "東京😀")]


# -- filters ---------------------------------------------------------------------------------------


ID = "73331708-a86a-43bf-8a7f-596d5273bcfb"


def filtered(release: Release, collection: str, **filters: Any) -> list[tuple[str, str]]:
    operation = catalogue(release).find(collection).operations["list"]
    return BoundArguments(operation, filters, release).query


def entity_of(release: Release, type_name: str, **fields: Any) -> Any:
    data = {"id": ID, "name": "n", "fullyQualifiedName": "a.n", **fields}
    return load(release.find(type_name), data)


@pytest.fixture(params=ALL_RELEASES)
def release(request: pytest.FixtureRequest) -> Release:
    return release_named(request.param)


def test_entities_are_sent_as_what_each_filter_takes(release: Release) -> None:
    count = 0
    for collection, name, kind, text in [
        ("glossary_terms", "glossary", "Glossary", ID),
        ("glossary_terms", "parent", "GlossaryTerm", ID),
        ("tags", "parent", "Classification", "a.n"),
        ("tags", "parent", "Tag", "a.n"),
        ("tables", "database", "Database", "a.n"),
        ("databases", "service", "DatabaseService", "a.n"),
        ("topics", "service", "MessagingService", "a.n"),
        ("ingestion_pipelines", "service", "PipelineService", "a.n"),
        ("users", "team", "Team", "n"),
        ("teams", "parentTeam", "Team", "n"),
        ("test_cases", "testSuiteId", "TestSuite", ID),
        ("test_cases", "entityLink", "Table", "<#E::table::a.n>"),
        ("queries", "entityId", "Dashboard", ID),
    ]:
        if collection not in catalogue(release).collections:
            continue  # the starter release has a few collections only
        sent = filtered(release, collection, **{name: entity_of(release, kind)})
        assert sent == [(name, text)], (collection, name)
        count += 1
    assert count >= 9


def test_a_reference_stands_for_its_entity(release: Release) -> None:
    glossary = entity_of(release, "EntityReference", type="glossary")
    assert filtered(release, "glossary_terms", glossary=glossary) == [("glossary", ID)]
    with pytest.raises(BadArguments, match="glossary: must be a glossary or its id, not a table"):
        filtered(release, "glossary_terms", glossary=entity_of(release, "Table"))


@pytest.mark.parametrize(
    ("collection", "name", "kind", "message"),
    [
        ("glossary_terms", "glossary", "Table", "must be a glossary or its id, not a table"),
        ("tags", "parent", "Glossary", "a tag or a classification or its fully qualified name"),
        ("tables", "database", "Table", "must be a database or its fully qualified name, not a t"),
        ("databases", "service", "PipelineService", "must be a databaseService or its fully"),
        ("ingestion_pipelines", "service", "Table", "must be an entity or its fully qualified"),
        ("users", "team", "User", "must be a team or its name, not a user"),
        ("tables", "database", "CreateDatabaseRequest", "not a CreateDatabaseRequest"),
    ],
)
def test_an_entity_of_another_type_is_refused(
    release: Release, collection: str, name: str, kind: str, message: str
) -> None:
    if collection not in catalogue(release).collections:
        pytest.skip(f"release {release.name} has no {collection}")
    with pytest.raises(BadArguments, match=message):
        filtered(release, collection, **{name: entity_of(release, kind)})


def test_names_and_ids_are_not_mistaken_for_each_other(release: Release) -> None:
    with pytest.raises(BadArguments, match="glossary: must be a glossary or its id, not 'Words'"):
        filtered(release, "glossary_terms", glossary="Words")
    identity = UUID(ID)
    assert filtered(release, "glossary_terms", glossary=identity) == [("glossary", ID)]
    assert filtered(release, "glossary_terms", glossary=ID.upper()) == [("glossary", ID.upper())]
    for found in (identity, entity_of(release, "Database").id):
        with pytest.raises(BadArguments, match=f"qualified name, not the id {ID}"):
            filtered(release, "tables", database=found)
    assert filtered(release, "tables", database=ID) == [("database", ID)]
    with pytest.raises(BadArguments, match="not a glossary without an id"):
        filtered(release, "glossary_terms", glossary=load(release.find("Glossary"), {"name": "n"}))


def test_every_filter_of_every_release_says_what_it_takes(release: Release) -> None:
    keys = {}
    for spec in catalogue(release):
        for each in spec.operations["list"].parameters if "list" in spec.operations else ():
            if each.place == "query" and each.type == "string" and not each.choices:
                found = entity_filter(spec.operations["list"], each, release)
                assert {*found.types} <= {*release.entities, *release.time_series} or found.known
                keys[spec.attribute, each.name] = found.key
    assert (keys["glossary_terms", "glossary"], keys["tables", "database"]) == ("id", "fqn")


def test_fields_that_only_parts_of_an_entity_have_are_taken() -> None:
    release = real_release("1.0.4")
    tables = catalogue(release).collections["tables"]
    assert "customMetrics" not in tables.entity.properties
    arguments = {"fqn": "a.b.c.d", "fields": ["columns", "customMetrics"]}
    taken = BoundArguments(tables.operations["get_by_name"], arguments, release)
    assert taken.query == [("fields", "columns,customMetrics")]
    with pytest.raises(BadArguments, match="Table has no field 'customMetric'"):
        BoundArguments(
            tables.operations["get_by_name"], {"fqn": "a", "fields": ["customMetric"]}, release
        )
