"""Values of custom properties against their definitions, as real servers validate them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from dynclient.errors import RequestInvalid
from dynclient.session.property_values import PropertyDefinitions, check_changes, problems
from tests.support.trees import ALL_RELEASES, release_named, shared

ADA = {"id": "00000000-0000-4000-8000-000000000001", "type": "user"}
LAX = {"zqenum": ["z"], "recEnum": ["zzz"], "recEntityreference": "x"}
"""Values that servers of 1.6 store although they contradict the definition."""


class Session:
    """A session of a release whose server has some definitions."""

    def __init__(self, release: str, definitions: dict[str, Any] | None) -> None:
        self.release = release_named(release)
        self.definitions = definitions
        self.property_definitions = self
        self.reads = 0

    def of(self, entity_type: str, *, fresh: bool = False) -> Any:
        self.reads += fresh
        return self.definitions


def definition(name: str, kind: str, config: Any = None) -> dict[str, Any]:
    found: dict[str, Any] = {"name": name, "propertyType": {"name": kind}}
    return found if config is None else {**found, "customPropertyConfig": {"config": config}}


def texts(kind: str, value: Any, config: Any = None, release: str = "starter") -> list[str]:
    session = Session(release, {"x": definition("x", kind, config)})
    return [str(one) for one in problems(session, "table", {"x": value})]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "value", "config"),
    [
        ("string", "a", None), ("integer", 3, None), ("number", 3, None), ("markdown", "*a*", None),
        ("email", "a@b.co", None), ("timestamp", 1700000000000, None), ("duration", "P1D", None),
        ("timeInterval", {"start": 1, "end": 2}, None),
        ("date-cp", "2024-01-31", "yyyy-MM-dd"), ("dateTime-cp", "31 Jan 2024", "dd MMM yyyy"),
        ("time-cp", "10:11", "HH:mm"), ("date-cp", "whatever", "QQQ"), ("date-cp", "x", None),
        ("enum", ["a"], {"values": ["a", "b"]}),
        ("enum", ["a", "b"], {"values": ["a", "b"], "multiSelect": True}),
        ("entityReference", ADA, ["user"]),
        ("entityReferenceList", [ADA], None),
        ("table-cp", {"columns": ["k"], "rows": [{"k": "1"}]}, {"columns": ["k", "v"]}),
        ("of tomorrow", object, None),
    ],
)  # fmt: skip
def test_valid_values(kind: str, value: Any, config: Any) -> None:
    assert texts(kind, value, config) == []


@pytest.mark.parametrize(
    ("kind", "value", "config", "message"),
    [
        ("string", 5, None, "must be a string"),
        ("integer", "5", None, "must be an integer"),
        ("email", "nomail", None, "pattern"),
        ("timestamp", "x", None, "must be an integer"),
        ("timeInterval", "x", None, "must be an object"),
        ("date-cp", "31.01.2024", "yyyy-MM-dd", "must have the format yyyy-MM-dd"),
        ("enum", ["grene"], {"values": ["red", "green"]}, "did you mean green?"),
        ("enum", ["x"], {"values": ["red", "green"]}, "must be one of red, green, not 'x'"),
        ("enum", ["red", "green"], {"values": ["red", "green"]}, "takes one value only"),
        ("enum", "red", {"values": ["red"]}, "must be a list"),
        ("entityReference", "x", None, "must be a reference with id and type, not str"),
        ("entityReference", {**ADA, "type": "table"}, ["user"], "refer to a user, not a table"),
        ("table-cp", {"columns": ["z"], "rows": []}, {"columns": ["k", "v"]}, "columns k, v"),
    ],
)  # fmt: skip
def test_wrong_values(kind: str, value: Any, config: Any, message: str) -> None:
    found = texts(kind, value, config)
    assert message in found[0], found
    assert found[0].startswith("extension['x']")


def test_an_unknown_property_gets_a_suggestion_after_the_definitions_are_read_again() -> None:
    session = Session("starter", {"cost": definition("cost", "integer")})
    found = problems(session, "table", {"csot": 1})  # type: ignore[arg-type]
    assert "did you mean cost?" in str(found[0])
    assert session.reads == 1


def test_nothing_is_validated_if_the_definitions_cannot_be_read() -> None:
    assert problems(Session("starter", None), "table", {"x": 1}) == []  # type: ignore[arg-type]


def test_only_changed_properties_are_validated() -> None:
    session = Session("starter", {"a": definition("a", "integer"), "b": definition("b", "integer")})
    node = session.release.node(session.release.entities["table"].path)

    def check(before: Any, after: Any) -> None:
        check_changes(session, node, {"extension": before}, {"extension": after})  # type: ignore[arg-type]

    check({"a": "wrong"}, {"a": "wrong", "b": 1})
    check({"a": "wrong", "b": 1}, {"a": "wrong"})
    check({"a": 1}, None)
    with pytest.raises(RequestInvalid, match=r"extension\['b'\]: must be an integer"):
        check({"a": "wrong"}, {"a": "wrong", "b": "x"})
    with pytest.raises(RequestInvalid, match="must be an object with a value for each"):
        check({}, "x")


def test_definitions_are_kept_for_a_time() -> None:
    now = [0.0]
    definitions = PropertyDefinitions(None, lambda: now[0])  # type: ignore[arg-type]
    read: list[str] = []

    def count(kind: str) -> Any:
        read.append(kind)
        return {}

    definitions._read = count  # type: ignore[method-assign]
    definitions.of("table")
    definitions.of("table")
    assert read == ["table"]
    definitions.of("table", fresh=True)
    definitions.forget("table")
    definitions.of("table")
    now[0] = 61.0
    definitions.of("table")
    assert len(read) == 4


def recorded() -> list[Any]:
    """Return what real servers said of values: release, definitions, values, status."""
    found: list[Any] = []
    for release, path in (
        ("1.0.4", "recordings/1.0.4/custom_properties.json"),
        ("1.6.0", "recordings/1.6.0/custom_properties.json"),
        ("1.6.0", "later/recordings/1.6.0/flows_custom_props.json"),
    ):
        file = shared(f"openmetadata/{path}")
        if file is not None and release in ALL_RELEASES:
            steps = json.loads(file.read_text("utf-8"))
            found += [(release, *each) for each in of_steps(steps)]
    return found


def of_steps(steps: list[Any]) -> Iterator[tuple[dict[str, Any], Any, int]]:
    types: dict[str, str] = {}
    definitions: dict[str, Any] = {}
    for step in steps:
        path, method, body = (step["request"].get(name) for name in ("path", "method", "body"))
        status, answer = step["response"]["status"], step["response"]["body"]
        if isinstance(answer, dict):
            rows = [answer, *(answer.get("data") or ())]
            types |= {row["id"]: row["name"] for row in rows if row.get("category") == "field"}
        if "/metadata/types/" in path and method == "PUT" and status == 200:
            kind = types[body["propertyType"]["id"]]
            definitions[body["name"]] = {**body, "propertyType": {"name": kind}}
        elif "/v1/tables" in path and method in {"POST", "PATCH"}:
            for values in extensions_in(body):
                yield dict(definitions), values, status


def extensions_in(body: Any) -> list[dict[str, Any]]:
    """Return the objects of custom properties in a body."""
    if isinstance(body, dict):
        values = [body.get("extension")]
    else:
        values = [change.get("value") for change in body if change["path"] == "/extension"]
    return [each for each in values if isinstance(each, dict)]


RECORDED = recorded()


@pytest.mark.skipif(not RECORDED, reason="needs the recordings of the shared folder")
def test_values_are_validated_as_real_servers_do() -> None:
    compared = 0
    for release, definitions, values, status in RECORDED:
        if any(name in LAX and LAX[name] == value for name, value in values.items()):
            continue
        found = problems(Session(release, definitions), "table", values)  # type: ignore[arg-type]
        assert bool(found) == (status == 400), (release, values, status, found)
        compared += 1
    assert compared > 60
