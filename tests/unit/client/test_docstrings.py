"""``help()`` of clients, collections, methods and operations shows what a user can call."""

from __future__ import annotations

import inspect
import pydoc
import re
from typing import Any

import pytest

import dynclient
from dynclient.client.client import Client
from dynclient.client.collection import Collection, Method
from dynclient.client.extra_operations import ExtraOperation, ExtraOperations
from dynclient.documentation import InstanceDoc
from dynclient.openapi.digest import digest
from dynclient.openapi.index import Index
from tests.support.trees import release_named

DOCUMENT = {
    "openapi": "3.0.1",
    "paths": {
        "/v1/tables/{id}/sampleData": {
            "put": {
                "operationId": "addSampleData",
                "summary": "Add sample data",
                "description": "Add sample data to the table. Older data is replaced.",
                "parameters": [
                    {"name": "id", "in": "path", "description": "Id of the table"},
                    {
                        "name": "mode",
                        "in": "query",
                        "schema": {"type": "string", "enum": ["all", "none"]},
                        "description": "What to keep.",
                    },
                ],
                "requestBody": {"content": {"text/plain": {}}},
            }
        },
        "/v1/search/query": {"get": {"operationId": "search"}},
    },
}


class NoTransport:
    """A transport that fails the test if a request is sent."""

    auth = None

    def send(self, request: Any) -> Any:
        raise AssertionError(f"help() sent {request}")


@pytest.fixture
def om() -> Client:
    return dynclient.connect(
        "http://localhost:9", release=release_named("starter"), transport=NoTransport()
    )


@pytest.fixture
def documented(om: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A client whose server's OpenAPI document is loaded."""
    index = Index.of_digest(digest(DOCUMENT), "1.13.0", "")
    contract = om.contract
    for name in ("openapi", "origin"):
        value = index if name == "openapi" else "cache"
        monkeypatch.setattr(type(contract), name, property(lambda _, value=value: value))
    monkeypatch.setattr(type(contract), "completion_index", lambda _: index)
    return om


def help_text(value: Any) -> str:
    return pydoc.render_doc(value, renderer=pydoc.plaintext)


def section(text: str, title: str) -> list[str]:
    """Return the names that a section of a help text lists, without their summaries."""
    _, found, rest = text.partition(f"    {title}")
    assert found, title
    # Blank lines are indented before Python 3.13.
    lines = re.split(r"\n *\n", rest, maxsplit=1)[0].splitlines()[1:]
    return [line.strip() for line in lines if re.match(r" {8}\S", line)]


# -- clients ---------------------------------------------------------------------------------------


def test_help_of_a_client_lists_collections_methods_and_properties(om: Client) -> None:
    text = help_text(om)
    assert "Collections of release starter; help(om.bots) shows one:" in text
    collections = section(text, "Collections of release starter")
    assert "tables: Table at /v1/tables" in collections
    assert "types_: Type at /v1/metadata/types" in collections
    assert len(collections) == len(release_named("starter").entities) + len(
        release_named("starter").time_series
    )
    methods = section(text, "Methods:")
    assert "save(entity, *, read_back=False, on_conflict='error')" in methods
    assert "get_by_name(entity, fqn, fields=None, include=None)" in methods
    properties = section(text, "Properties:")
    assert {"contract", "release", "types", "version"} <= set(properties)
    features = section(text, "Features:")
    shown = (*collections, *features, *methods, *properties)
    named = {re.split(r"\W", each)[0] for each in shown}
    assert named >= {name for name in dir(om) if not name.startswith("_")} - {"host", "settings"}


def test_a_collection_that_was_used_is_still_listed(om: Client) -> None:
    before = help_text(om)
    assert om.tables.create
    assert help_text(om) == before


def test_summaries_are_first_sentences(om: Client) -> None:
    text = help_text(om)
    assert "Delete one entity and return it as it was." in text
    assert "Raises:" not in text
    assert "entity_id: " not in text


def test_help_of_a_client_without_a_release_sends_no_request() -> None:
    om = dynclient.connect("http://localhost:9", transport=NoTransport())
    text = help_text(om)
    assert "Collections: not known yet; om.release chooses the release." in text
    assert "save(entity, *, read_back=False, on_conflict='error')" in text


# -- collections -----------------------------------------------------------------------------------


def test_help_of_a_collection_lists_its_methods(
    om: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = help_text(om.tables)
    methods = section(text, "Methods;")
    assert methods == sorted(set(dir(om.tables)) - {"op"} - set(dir(object)) & {*methods})
    assert {"create", "get", "list", "vote"} <= set(methods)
    assert "Create a table. Raises" not in text  # the first sentence is enough here
    assert "Create a table." in text
    assert section(text, "Properties:") == ["op"]
    assert "vote" not in section(help_text(om.bots), "Methods;")
    series = section(help_text(om.test_case_results), "Methods;")
    assert series == ["create", "delete", "latest", "list", "patch"]
    monkeypatch.setattr(Collection, "_methods", lambda _: [])
    assert "    Methods: none in release starter.\n" in help_text(om.test_case_results)


def test_help_of_a_time_series_shows_the_parameters_of_its_path(om: Client) -> None:
    results = om.test_case_results
    assert list(inspect.signature(results.delete).parameters) == ["fqn", "timestamp"]
    assert list(inspect.signature(results.list).parameters)[:2] == ["fqn", "start"]
    assert "fqn" in inspect.signature(results.create).parameters
    assert "fqn: str. The entity of the time series" in help_text(results.list)


@pytest.mark.parametrize("path", ["", "tables", "tables.op", "op"])
def test_no_help_shows_dunder_methods(documented: Client, path: str) -> None:
    value: Any = documented
    for name in path.split(".") if path else ():
        value = getattr(value, name)
    text = help_text(value)
    assert not re.search(r"\b__\w+__\b", text)
    assert "self" not in text
    assert inspect.getdoc(value) is not None


@pytest.mark.parametrize("cls", [Client, Collection, Method, ExtraOperations, ExtraOperation])
def test_classes_keep_their_own_docstrings(cls: type) -> None:
    assert type(cls.__dict__["__doc__"]) is InstanceDoc
    assert re.match(r"(A|One|All|The) ", cls.__doc__ or "")
    assert "Collections of release" not in (cls.__doc__ or "")


def test_the_docstring_of_an_instance_is_written_when_it_is_read() -> None:
    class Thing:
        __doc__ = InstanceDoc("A thing.", lambda thing: f"Thing {thing.number}.")
        number = 1

    thing = Thing()
    assert Thing.__doc__ == "A thing."
    assert thing.__doc__ == "Thing 1."
    thing.number = 2
    assert thing.__doc__ == "Thing 2."


# -- methods ---------------------------------------------------------------------------------------


def test_help_of_create_shows_the_fields(om: Client) -> None:
    text = help_text(om.tables.create)
    assert "Create a table. Raises Conflict if it already exists." in text
    assert "Takes a CreateTableRequest, or its fields as keywords." in text
    assert "name: EntityName." in text
    assert text.rstrip().endswith("POST /v1/tables")


def test_help_of_list_shows_units_values_and_descriptions(om: Client) -> None:
    text = help_text(om.tables.list)
    assert "limit: int. Number of entities to return at most; all by default." in text
    assert "page_size: int. Number of entities per request, 1 to 1,000,000;" in text
    assert "include: 'non-deleted' | 'deleted' | 'all'. Whether to return soft-deleted" in text
    description = release_named("starter").node("entity/data/table.json").properties["database"]
    assert (
        f"database: str. Filter by this field. {description.description} Takes a database" in text
    )
    assert "Takes a database or its fully qualified name." in " ".join(text.split())
    assert "includeEmptyTestSuite: bool. Filter defined by the server." in text
    assert "Values of fields=: id, name," in text


def test_help_of_other_methods_lists_no_fields_that_they_do_not_take(om: Client) -> None:
    assert "Values of fields=" not in help_text(om.tables.delete)
    assert "hard: bool. Delete permanently" in help_text(om.tables.delete)
    assert "Args:" not in help_text(om.tables.vote)


# -- further operations ----------------------------------------------------------------------------


def test_help_of_operations_lists_them_with_path_and_summary(documented: Client) -> None:
    text = help_text(documented.tables.op)
    assert "Operations of tables; help() on one shows its arguments:" in text
    assert (
        "        put_sample_data: PUT /v1/tables/{id}/sampleData\n            Add sample data\n"
        in text
    )
    assert "search" not in text.partition("Operations of tables")[2]
    text = help_text(documented.op)
    assert section(text, "Operations of the server;") == ["get_search_query: GET /v1/search/query"]


def test_help_of_operations_says_how_to_load_them(om: Client) -> None:
    text = help_text(om.tables.op)
    assert "Operations of tables: not loaded yet; call om.contract.load()." in text
    assert "Args:" not in text  # those of the constructor are no use here


def test_the_error_of_a_collection_without_further_operations_says_why(documented: Client) -> None:
    assert repr(documented.bots.op) == "<operations of bots, none in the server's OpenAPI document>"
    assert "Operations of bots: none in the server's OpenAPI document." in help_text(
        documented.bots.op
    )


def test_help_of_an_operation_shows_its_arguments_in_order(documented: Client) -> None:
    text = help_text(documented.tables.op.put_sample_data)
    assert "Add sample data to the table. Older data is replaced." in text
    arguments = text.partition("Args:\n")[2].splitlines()[:3]
    assert [line.strip() for line in arguments] == [
        "id: str. Id of the table",
        "body: str. The request body.",
        "mode: 'all' | 'none'. What to keep.",
    ]
    assert text.rstrip().endswith("PUT /v1/tables/{id}/sampleData")
    signature = inspect.signature(documented.tables.op.put_sample_data)
    assert list(signature.parameters) == ["id", "body", "mode"]
    assert signature.parameters["body"].default is inspect.Parameter.empty
    assert signature.parameters["mode"].annotation == "'all' | 'none'"
