"""Operations that moved between releases, from ``data/routes.json``."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest

from dynclient.data import data_file
from dynclient.operations.routes import places_of
from tests.support.trees import shared

BASE = "/v1/dataQuality/testCases"


def current(method: str, route: str, version: tuple[int, ...]) -> list[tuple[str, str]]:
    return [place[:2] for place in places_of(method, route, version) if place.is_current]


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ((0, 13, 2), ("PUT", "/v1/testCase/{fqn}/testCaseResult")),
        ((1, 0, 4), ("PUT", f"{BASE}/{{fqn}}/testCaseResult")),
        ((1, 2, 0), ("PUT", f"{BASE}/{{fqn}}/testCaseResult")),
        ((1, 6, 0), ("POST", f"{BASE}/testCaseResults/{{fqn}}")),
        ((1, 13, 0), ("POST", f"{BASE}/testCaseResults/{{fqn}}")),
        ((), ("POST", f"{BASE}/testCaseResults/{{fqn}}")),
    ],
)
def test_a_test_case_result_is_added_at_the_route_of_the_release(
    version: tuple[int, ...], expected: tuple[str, str]
) -> None:
    for method, route, _ in places_of("POST", f"{BASE}/testCaseResults/{{fqn}}", ()):
        assert current(method, route, version) == [expected]


def test_placeholders_keep_the_names_of_the_operation() -> None:
    route = f"{BASE}/testCaseResults/{{p0}}/{{p1}}"
    expected = [("DELETE", f"{BASE}/{{p0}}/testCaseResult/{{p1}}")]
    assert current("DELETE", route, (1, 2)) == expected


@pytest.mark.parametrize("route", ["/v1/tables/{id}", "/v1/tables", f"{BASE}/testCaseResults"])
def test_other_operations_have_one_place(route: str) -> None:
    assert places_of("POST", route, (1, 2)) == ()


def test_rows_of_one_name_have_the_same_parameters_and_follow_each_other() -> None:
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in data_file("routes.json")["moved"]:
        rows.setdefault(row["name"], []).append(row)
    for group in rows.values():
        assert len({len(re.findall(r"\{", row["route"])) for row in group}) == 1
        assert [row["since"] for row in group[1:]] == [row["until"] for row in group[:-1]]
        assert "until" not in group[-1]


def test_the_file_is_valid() -> None:
    jsonschema.validate(data_file("routes.json"), data_file("routes.schema.json"))


@pytest.mark.parametrize("version", ["1.0.0", "1.6.0"])
def test_moved_operations_are_endpoints_of_their_release(version: str) -> None:
    file = shared(f"openmetadata/endpoints-{version}.json")
    if file is None:
        pytest.skip("the endpoints of releases are not available (see tests/support/trees.py)")
    known = {
        (each["verb"], re.sub(r"\{[^}]*\}", "{}", resource["path"] + each["path"]))
        for resource in json.loads(file.read_text("utf-8"))
        for each in resource["endpoints"]
    }
    numbers = tuple(map(int, version.split(".")))
    names = {row["name"] for row in data_file("routes.json")["moved"]}
    found = {
        (place.method, re.sub(r"\{[^}]*\}", "{}", place.route))
        for row in data_file("routes.json")["moved"]
        for place in places_of(row["method"], f"/v1{row['route']}", numbers)
        if place.is_current
    }
    assert found <= known
    assert len(found) >= len(names) - 1  # a result cannot be changed before 1.1
