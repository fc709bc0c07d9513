"""Routes: which template matches a path, and with which parameters."""

from __future__ import annotations

import pytest

from dynclient.sandbox.routing import Result, Route, Routes

UUID = "3F2504E0-4F89-41D3-9A0C-0305E82C3301"


def route(name: str) -> Route:
    return Route(lambda context, request: Result(200, name), operation=name)


@pytest.fixture
def routes() -> Routes:
    routes = Routes()
    for method, template in (
        ("GET", "/v1/tables"), ("POST", "/v1/tables"), ("GET", "/v1/tables/{id}"),
        ("GET", "/v1/tables/name/{fqn}"), ("GET", "/v1/tables/{id}/versions/{version}"),
        ("GET", "/v1/tables/{kind}"), ("DELETE", "/v1/tables/{id}/followers/{userId}"),
    ):  # fmt: skip
        routes.add(method, template, route(f"{method} {template}"))
    return routes


@pytest.mark.parametrize(
    ("path", "template", "values"),
    [
        ("/v1/tables", "/v1/tables", {}), ("/v1/tables/", "/v1/tables", {}),
        (f"/v1/tables/{UUID}", "/v1/tables/{id}", {"id": UUID.lower()}),
        ("/v1/tables/name/a%2Fb.c%20d", "/v1/tables/name/{fqn}", {"fqn": "a/b.c d"}),
        (f"/v1/tables/{UUID}/versions/0.1", "/v1/tables/{id}/versions/{version}",
         {"id": UUID.lower(), "version": "0.1"}),
        ("/v1/tables/name", "/v1/tables/{kind}", {"kind": "name"}),
        ("/v1/tables/other", "/v1/tables/{kind}", {"kind": "other"}),
    ],
)  # fmt: skip
def test_a_path_finds_its_template(
    routes: Routes, path: str, template: str, values: dict[str, str]
) -> None:
    found = routes.find(path)
    assert found is not None
    assert found[0]["GET"].operation == f"GET {template}"
    assert found[1] == values


@pytest.mark.parametrize(
    "path",
    ["/v1", "/", "/v2/tables", "/v1/tables/name/a/b", "/v1/tables/x/versions/0.1",
     f"/v1/tables/{UUID}/followers/not-a-uuid", f"/v1/tables/{UUID}x/versions/1",
     "/v1/tables//versions/1", "/v1/tables/name//"],
)  # fmt: skip
def test_other_paths_find_nothing(routes: Routes, path: str) -> None:
    assert routes.find(path) is None


def test_of_two_routes_for_one_path_the_first_counts(routes: Routes) -> None:
    routes.add("GET", "/v1/tables", route("second"))
    routes.add("PUT", "/v1/tables", route("put"))
    found = routes.find("/v1/tables")
    assert found is not None
    assert {method: each.operation for method, each in found[0].items()} == {
        "GET": "GET /v1/tables", "POST": "POST /v1/tables", "PUT": "put",
    }  # fmt: skip


def test_a_path_without_methods_is_found(routes: Routes) -> None:
    routes.add_without_methods("/v1/tables/export")
    assert routes.find("/v1/tables/export") == ({}, {})


def test_all_routes_are_listed(routes: Routes) -> None:
    listed = list(routes.all())
    assert len(listed) == 7
    for template, method, each in listed:
        assert each.operation == f"{method} {template}"


def test_an_id_is_matched_before_a_name(routes: Routes) -> None:
    routes.add("GET", "/v1/tables/{fqn}/runs", route("by name"))
    routes.add("DELETE", "/v1/tables/{id}/runs", route("by id"))
    by_id, by_name = routes.find(f"/v1/tables/{UUID}/runs"), routes.find("/v1/tables/a.b/runs")
    assert by_id is not None
    assert by_name is not None
    assert [*by_id[0]] == ["DELETE"]
    assert [*by_name[0]] == ["GET"]


def test_a_route_is_replaced_by_what_a_function_returns(routes: Routes) -> None:
    routes.wrap("GET", "/v1/tables/{id}", lambda old: old._replace(operation="changed"))
    routes.wrap("GET", "/v1/gadgets/{id}", lambda old: old._replace(operation="never"))
    found = routes.find(f"/v1/tables/{UUID}")
    assert found is not None
    assert found[0]["GET"].operation == "changed"
    assert "never" not in {route.operation for _, _, route in routes.all()}
