"""Operations beyond the usual ones: named, documented, and called like all other operations."""

from __future__ import annotations

import inspect
import json
import pickle
import pydoc
import re
import rlcompleter
from collections.abc import Callable, Iterator
from keyword import iskeyword
from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient.client.client import Client
from dynclient.client.extra_operations import ExtraOperation, ExtraOperations
from dynclient.openapi.index import shape
from dynclient.transport.request import Request
from tests.support.openapi_server import DOCUMENTS, OpenAPIServer, document_of
from tests.support.payloads import least
from tests.support.stub import Reply
from tests.support.trees import real_release, skip_without

ID = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, OpenAPIServer]]:
    running: dict[str, OpenAPIServer] = {}
    try:
        for name in DOCUMENTS:
            running[name] = OpenAPIServer(document_of(name)).__enter__()
        yield running
    finally:
        for each in running.values():
            each.__exit__()


@pytest.fixture
def om(servers: dict[str, OpenAPIServer]) -> Iterator[Client]:
    """A client of a replayed 1.6.0."""
    release = real_release("1.6.0")
    server = servers["1.6.0"]
    server.seen.clear()
    with dynclient.connect(server.host, token="t", release=release) as om:
        yield om


def last(om: Client, servers: dict[str, OpenAPIServer]) -> Any:
    return servers["1.6.0"].seen[-1]


# -- every operation of real servers ---------------------------------------------------------------


def namespaces(om: Client) -> dict[str, ExtraOperations]:
    return {"om": om.op, **{attribute: om[attribute].op for attribute in om.contract}}


def arguments(om: Client, operation: ExtraOperation) -> tuple[dict[str, Any], Any]:
    """Return values for everything an operation takes, and a body where it has one."""
    served = operation._namespace._callable_operation(operation.__name__, may_request=True)
    given: dict[str, Any] = {}
    for each in served.operation.parameters:
        kinds = {"integer": 1, "number": 1.5, "boolean": True, "list": "*", "array": ["a", "b"]}
        value = kinds.get(each.type, f"{each.name} x/y")
        given[each.name] = each.choices[0] if each.choices else value
    node = om.session.node(served.operation.body)
    if node is not None and node.type_name in {"CreateSuggestionRequest", "Suggestion"}:
        # Of the two alternatives that the schema has, one at least.
        return given, {"id": ID, "entityLink": "<#E::table::a>", "description": "x"} | (
            {} if node.type_name == "Suggestion" else {"id": None}
        )
    bodies = {
        "json": {"a": 1} if node is None else least(node),
        "json-list": ["a"] if node is None else [least(node)],
        "json-patch": [{"op": "remove", "path": "/a"}],
        "text": "a,b\n",
    }
    return given, bodies.get(served.operation.body_kind or "")


def expected_path(info: Any, given: dict[str, Any]) -> str:
    """Return the path as the document has it, its parameters put in."""
    from urllib.parse import quote

    return re.sub(r"\{(\w+)\}", lambda found: quote(str(given[found[1]]), safe=""), info.path)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_operation_of_a_real_server_can_be_called(
    servers: dict[str, OpenAPIServer], name: str
) -> None:
    document = document_of(name)
    with dynclient.connect(servers[name].host, release=real_release(name)) as om:
        reached: dict[str, str] = {}
        for space, operations in namespaces(om).items():
            known = operations._names(om.contract.openapi)
            assert list(known) == sorted(known)
            for python_name, info in known.items():
                assert python_name.isidentifier()
                assert not iskeyword(python_name)
                assert python_name[0].isalpha()
                operation = getattr(operations, python_name)
                given, body = arguments(om, operation)
                request = om.prepare(operation, body=body, **given)
                assert request.method == info.method
                assert request.path == expected_path(info, given)
                sent = {key for key, _ in request.query} | {key for key, _ in request.headers}
                assert {each[0] for each in info.parameters if each[1] != "path"} <= sent
                assert (request.body is None) == (body is None), info.key
                reached[info.key] = f"{space}.op.{python_name}"
                signature = inspect.signature(operation)
                assert {*given} <= {*signature.parameters}
                assert operations[info.key].__name__ == python_name
                assert info.key in repr(operation)
                assert f"{info.method} {info.path}" in str(operation.__doc__)
        declared = {f"{m.upper()} {p}" for p, item in document["paths"].items() for m in item}
        assert set(reached) == declared
        assert len(set(reached.values())) == len(declared)


# -- one operation ---------------------------------------------------------------------------------


def test_sample_data_are_sent_as_the_server_says(
    om: Client, servers: dict[str, OpenAPIServer]
) -> None:
    data = om.types.TableData(columns=["id"], rows=[[1]])
    body = {"id": ID, "name": "orders", "sampleData": {"columns": ["id"], "rows": [[1]]}}
    servers["1.6.0"].routes[f"PUT /api/v1/tables/{ID}/sampleData"] = body
    table = om.tables.op.put_sample_data(ID, data)
    assert isinstance(table, om.types.Table)
    assert table.sampleData.rows == [[1]]
    seen = last(om, servers)
    assert (seen.method, seen.json) == ("PUT", {"columns": ["id"], "rows": [[1]]})
    assert seen.headers["Content-Type"] == "application/json"
    assert seen.headers["Authorization"] == "Bearer t"


def test_an_entity_is_accepted_as_its_id(om: Client) -> None:
    table = om.types.Table({"id": ID, "name": "orders", "columns": []})
    request = om.prepare("tables.op.get_sample_data", table)
    assert request.path == f"/v1/tables/{ID}/sampleData"
    profiles = om.tables.op.get_table_profile_by_name
    named = om.types.Table({"id": ID, "name": "t", "fullyQualifiedName": "a.b.c.t", "columns": []})
    assert om.prepare(profiles, named, startTs=1, endTs=2).path == "/v1/tables/a.b.c.t/tableProfile"


def test_a_body_is_validated_with_the_schema(om: Client, servers: dict[str, OpenAPIServer]) -> None:
    with pytest.raises(dynclient.RequestInvalid, match="did you mean columns"):
        om.tables.op.put_sample_data(ID, {"colums": ["id"]})
    with pytest.raises(dynclient.RequestInvalid, match=r"EntityReference \[1\]"):
        om.queries.op.put_usage(ID, [{"id": ID, "type": "table"}, {"ident": 1}])
    assert not servers["1.6.0"].request_count(f"/api/v1/tables/{ID}/sampleData")


def test_entities_in_a_list_are_sent_as_references(om: Client) -> None:
    table = om.types.Table({"id": ID, "name": "t", "columns": []})
    request = om.prepare("queries.op.put_usage", ID, [table])
    assert request.json == [{"id": ID, "type": "table"}]


def test_all_problems_of_a_call_are_reported_together(om: Client) -> None:
    with pytest.raises(dynclient.BadArguments) as caught:
        om.tables.op.get_column_profile_by_name(startTs="soon", limt=1)
    problems = {problem.path: problem.message for problem in caught.value.problems}
    assert set(problems) == {"fqn", "startTs", "endTs", "limt"}
    with pytest.raises(dynclient.BadArguments) as caught:
        om.tables.op.put_sample_data(ID, {}, {}, id=ID, nonsense=1)
    assert [problem.path for problem in caught.value.problems] == ["id", "", "nonsense"]
    with pytest.raises(dynclient.BadArguments, match="body: is missing"):
        om.tables.op.put_sample_data(ID)
    with pytest.raises(dynclient.BadArguments, match="body: is not a parameter of this call"):
        om.tables.op.get_sample_data(ID, body={})


def test_bodies_that_no_document_declares_may_be_sent(om: Client) -> None:
    assert om.prepare("apps.op.post_configure_by_name", "x").body is None
    request = om.prepare("apps.op.post_configure_by_name", "x", {"a": 1})
    assert request.json == {"a": 1}
    assert ("Content-Type", "application/json") in request.headers


def test_csv_goes_out_and_comes_back_as_text(om: Client, servers: dict[str, OpenAPIServer]) -> None:
    routes = servers["1.6.0"].routes
    routes["/api/v1/glossaries/name/g/export"] = Reply(
        200, "parent,name*\n,ü\n".encode(), (("Content-Type", "text/plain"),)
    )
    assert om.glossaries.op.get_export_by_name("g") == "parent,name*\n,ü\n"
    assert "*/*" in last(om, servers).headers["Accept"]
    routes["/api/v1/glossaries/name/g/import"] = {"dryRun": True, "status": "success"}
    result = om.glossaries.op.put_import_by_name("g", "parent,name*\n", dryRun=True)
    assert result.status == "success"
    seen = last(om, servers)
    assert seen.path == "/api/v1/glossaries/name/g/import?dryRun=true"
    assert seen.body == b"parent,name*\n"
    assert seen.headers["Content-Type"] == "text/plain"
    with pytest.raises(dynclient.BadArguments, match="str or bytes"):
        om.glossaries.op.put_import_by_name("g", {"a": 1})


def test_false_is_sent_as_false_whatever_type_the_document_declares(om: Client) -> None:
    for call, arguments, sent in [
        (
            "teams.op.put_import_by_name",
            {"name": "t", "body": "a", "dryRun": False},
            ("dryRun", "false"),
        ),
        ("op.get_entities", {"q": "x", "index": "i", "deleted": False}, ("deleted", "false")),
        ("tags.list", {"disabled": True}, ("disabled", "true")),
    ]:
        if call == "op.get_entities":
            call = f"op.{om.op['GET /v1/search/aggregate'].__name__}"  # noqa: PLW2901
            arguments["field"] = "name"
        assert sent in om.prepare(call, **arguments).query
    with pytest.raises(dynclient.BadArguments, match="must be a database"):
        om.prepare("tables.list", database=True)
    with pytest.raises(dynclient.BadArguments, match="after: must be"):
        om.prepare("tables.list", after=True)


def test_a_suggestion_can_be_created(om: Client, servers: dict[str, OpenAPIServer]) -> None:
    servers["1.6.0"].routes["POST /api/v1/suggestions"] = {"id": ID}
    create = om.op["POST /v1/suggestions"]
    create(
        {"entityLink": "<#E::table::a>", "tagLabels": ["PII.Sensitive"], "type": "SuggestTagLabel"}
    )
    sent = json.loads(last(om, servers).body)
    assert sent["tagLabels"][0]["source"] == "Classification"
    with pytest.raises(dynclient.RequestInvalid, match="description: is missing"):
        create({"entityLink": "<#E::table::a>"})


def test_a_file_in_the_place_of_its_content_is_explained(om: Client, tmp_path: Path) -> None:
    csv = tmp_path / "g.csv"
    csv.write_text("parent,name*\n")
    with pytest.raises(dynclient.BadArguments, match=r"not PosixPath; pass its \.read_bytes\(\)"):
        om.glossaries.op.put_import_by_name("g", csv)
    with csv.open() as file, pytest.raises(dynclient.BadArguments, match=r"pass its \.read\(\)"):
        om.glossaries.op.put_import_by_name("g", file)
    with pytest.raises(dynclient.BadArguments, match="lone surrogate"):
        om.glossaries.op.put_import_by_name("g", "\ud800")


@pytest.mark.parametrize(
    ("media", "body", "result"),
    [
        ("application/json", b'{"a": 1}', {"a": 1}),
        ("application/json;charset=utf-8", b"true", True),
        ("text/csv", b"a,b", "a,b"),
        ("application/zip", b"\x00\xff", b"\x00\xff"),
        ("application/json", b"", None),
        ("application/json", b"Application Triggered", "Application Triggered"),
        ("application/json", b"x#9:Kq", "x#9:Kq"),
    ],
)
def test_an_undeclared_result_is_decoded_by_its_media_type(
    om: Client, servers: dict[str, OpenAPIServer], media: str, body: bytes, result: Any
) -> None:
    servers["1.6.0"].routes["/api/v1/search/query"] = Reply(200, body, (("Content-Type", media),))
    assert om.op.get_search_query(q="*", from_=0) == result
    assert last(om, servers).path == "/api/v1/search/query?q=%2A&from=0"


def test_several_values_of_one_parameter_go_out_one_by_one(om: Client) -> None:
    request = om.prepare("op.get_permissions_policies", ids=["a", "b"])
    assert request.query == (("ids", "a"), ("ids", "b"))
    assert om.prepare("op.get_permissions_policies", ids="a").query == (("ids", "a"),)


def test_pages_and_errors_are_those_of_every_call(
    om: Client, servers: dict[str, OpenAPIServer]
) -> None:
    profile = {"timestamp": 1, "rowCount": 3}
    servers["1.6.0"].routes["/api/v1/tables/a.b.c.t/tableProfile"] = {
        "data": [profile], "paging": {"total": 1}
    }  # fmt: skip
    page = om.tables.op.get_table_profile_by_name("a.b.c.t", startTs=1, endTs=2.0)
    assert (page.total, page[0].rowCount) == (1, 3)
    assert last(om, servers).path.endswith("?startTs=1&endTs=2")
    with pytest.raises(dynclient.NotFound):
        om.tables.op.get_sample_data(ID)


def test_hooks_see_these_calls_too(servers: dict[str, OpenAPIServer]) -> None:
    seen: list[Request] = []
    hooks = dynclient.Hooks(on_request=seen.append)
    release = real_release("1.6.0")
    with dynclient.connect(
        servers["1.6.0"].host, release=release, hooks=hooks
    ) as om, pytest.raises(dynclient.NotFound):  # fmt: skip
        om.tables.op.get_sample_data(ID)
    (request,) = [each for each in seen if each.path == f"/v1/tables/{ID}/sampleData"]
    assert request.operation.name == "op.get_sample_data"


def test_what_is_not_safe_to_repeat_is_sent_once(
    om: Client, servers: dict[str, OpenAPIServer]
) -> None:
    servers["1.6.0"].routes[f"POST /api/v1/feed/{ID}/posts"] = Reply(0)
    with pytest.raises(dynclient.OutcomeUnknown, match="may have carried out the request"):
        om.op.post_feed_posts_by_id(ID, {"message": "hi", "from": "ada"})
    assert servers["1.6.0"].request_count(f"/api/v1/feed/{ID}/posts") == 1


# -- names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("put_sampledata", "put_sample_data"), ("addSampleData", "put_sample_data")],
)
def test_a_name_nearly_right_leads_to_the_right_one(om: Client, name: str, nearest: str) -> None:
    with pytest.raises(dynclient.UnknownOperation, match=nearest) as caught:
        getattr(om.tables.op, name)
    assert caught.value.nearest[0] == nearest
    assert not hasattr(om.tables.op, "nothing_like_it")
    with pytest.raises(dynclient.UnknownOperation):
        om.tables.op["nothing like it"]
    with pytest.raises(dynclient.UnknownOperation):
        om.prepare("tables.op.nothing_like_it")
    with pytest.raises(AttributeError):
        om.tables.op._hidden  # noqa: B018


def test_names_that_earlier_versions_made_of_ids_warn(om: Client) -> None:
    with pytest.warns(DeprecationWarning, match=r"use om\.tables\.op\.put_sample_data instead"):
        assert om.tables.op.add_sample_data.__name__ == "put_sample_data"
    with pytest.warns(DeprecationWarning, match=r"use om\.op\.get_search_query instead"):
        assert om.op["search_entities_with_query"].__name__ == "get_search_query"


def test_an_operation_has_one_name_on_a_real_server_and_on_the_sandbox(
    om: Client, connected: Callable[[str], Client]
) -> None:
    names = [
        {
            (space, info.method, shape(info.path)): name
            for space, operations in namespaces(client).items()
            for name, info in operations._names(client.contract.openapi).items()
        }
        for client in (om, connected("1.6.0"))
    ]
    common = names[0].keys() & names[1].keys()
    assert len(common) > 40
    different = {key: (names[0][key], names[1][key]) for key in common}
    assert {key: pair for key, pair in different.items() if pair[0] != pair[1]} == {}


def test_operations_are_found_by_every_key(om: Client) -> None:
    for key in ("put_sample_data", "addSampleData", "PUT /v1/tables/{id}/sampleData"):
        assert om.tables.op[key].__name__ == "put_sample_data"
    again = pickle.loads(pickle.dumps(om.tables.op.put_sample_data))
    assert again.__name__ == "put_sample_data"
    assert again._namespace._session.host == om.host


def test_help_shows_the_servers_text_and_the_body(om: Client) -> None:
    text = pydoc.plain(pydoc.render_doc(om.tables.op.put_sample_data))
    assert "put_sample_data(id: 'str', body: 'TableData')" in text
    assert "Id of the table" in text
    assert "columns: list of" in text
    assert "PUT /v1/tables/{id}/sampleData" in text
    signature = str(inspect.signature(om.op.get_search_query))
    assert "q: 'str', " in signature
    assert "from_: 'int' = None" in signature
    assert "JSON Patch" in str(inspect.signature(om.tables.op.patch_by_id))


class UnusedTransport:
    """A transport that must not be used."""

    auth = None

    def send(self, request: Any) -> Any:
        raise AssertionError(f"looking around sent {request}")


def test_completion_sends_no_request_once_the_document_is_kept(
    servers: dict[str, OpenAPIServer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = real_release("1.6.0")
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path))
    host = servers["1.6.0"].host
    offline = dynclient.connect(host, release=release, transport=UnusedTransport())
    assert [name for name in dir(offline.tables.op) if not name.startswith("_")] == []
    assert "not loaded yet" in repr(offline.tables.op)
    with dynclient.connect(host, release=release) as om:
        om.contract.load()
    later = dynclient.connect(host, release=release, transport=UnusedTransport())
    assert {"put_sample_data", "put_joins"} <= set(dir(later.tables.op))
    assert "PUT /v1/tables/{id}/joins" in later.tables.op._ipython_key_completions_()
    completer = rlcompleter.Completer({"om": later})
    assert completer.complete("om.tables.op.put_sam", 0) == "om.tables.op.put_sample_data("
    assert "TableData" in str(inspect.signature(later.tables.op.put_sample_data))
    assert "34 operations of tables" in repr(later.tables.op)
    assert "operations of the server" in repr(later.op)
    assert "get_search_query" in dir(later.op)
    assert "op" in dir(later.tables)
    with pytest.raises(AssertionError, match="looking around sent"):
        later.tables.op.put_sample_data(ID, {})


def test_a_client_without_a_release_lists_no_operations(
    servers: dict[str, OpenAPIServer],
) -> None:
    if not servers:
        pytest.skip("no documents of servers are available")
    om = dynclient.connect(next(iter(servers.values())).host, transport=UnusedTransport())
    assert [name for name in dir(om.op) if not name.startswith("_")] == []
    assert "not loaded" in repr(om.op)
    assert "not loaded" in repr(om.contract)


def test_json_of_documents_is_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a warm start reads is a fifth of what it stands for, and its head is a few kilobytes."""
    from dynclient.openapi.digest import digest
    from dynclient.openapi.index import Index

    for name, path in skip_without(DOCUMENTS).items():
        head, body = Index.of_digest(digest(document_of(name)), name, "").parts()
        assert len(body) < path.stat().st_size / 4
        assert len(json.dumps(head)) < 10_000
