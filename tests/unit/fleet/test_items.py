"""Results as JSON, and the errors of functions with their places."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

import pytest

from dynclient.errors import DynclientError, FunctionFailed, NotFound
from dynclient.fleet.items import FAILED, MapItem, function_error, json_value
from dynclient.model import load
from dynclient.secrets import MASK, Secret
from tests.support.trees import release_named


class Colour(Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (0.5, 0.5),
        ("text", "text"),
        ((1, [2, {"a": (3,)}]), [1, [2, {"a": [3]}]]),
        ({3, 1, 2}, [1, 2, 3]),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00+00:00"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (PurePosixPath("a/b"), "a/b"),
        (Colour.RED, "red"),
        (Secret("hidden"), MASK),
        ({"password": "hidden", "name": "x"}, {"password": MASK, "name": "x"}),
    ],
)
def test_results_are_json(value: Any, expected: Any) -> None:
    assert json_value(value, "f") == expected


def test_the_scalars_of_numpy_are_numbers() -> None:
    numpy = pytest.importorskip("numpy")
    found = json_value({"n": numpy.int64(3), "mean": numpy.float32(0.5)}, "f")
    assert found == {"n": 3, "mean": 0.5}
    assert type(found["n"]) is int


def test_entities_are_their_json_without_secrets() -> None:
    release = release_named("starter")
    service = load(
        release.node(release.entities["databaseService"].path),
        {"name": "s", "connection": {"config": {"type": "Mysql", "password": "hidden"}}},
    )
    found = json_value([service, service.connection], "f")
    assert found[0]["name"] == "s"
    assert "hidden" not in str(found)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (object(), "check() returned a object; results are recorded as JSON: return None,"),
        ({"a": [1, object()]}, "check() returned a object at ['a'][1];"),
        (float("nan"), "check() returned nan;"),
        ({1: 2}, "check() returned a dict with a key of type int;"),
        (b"bytes", "check() returned a bytes;"),
    ],
)
def test_what_json_cannot_represent_is_refused_with_its_place(value: Any, message: str) -> None:
    with pytest.raises(FunctionFailed) as caught:
        json_value(value, "check")
    assert str(caught.value).startswith(message)


def test_a_result_that_contains_itself_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(FunctionFailed, match="nested too deeply, or contains itself"):
        json_value(endless, "check")


def failing() -> None:
    raise ValueError("postgres://ada:hidden@host is wrong")


def test_an_error_of_a_function_has_its_class_and_place_and_no_secret() -> None:
    with pytest.raises(ValueError, match="is wrong") as caught:
        failing()
    found = function_error(caught.value, "check")
    assert isinstance(found, FunctionFailed)
    assert found.kind == "ValueError"
    assert found.function == "check"
    assert found.place.startswith("test_items.py:")
    assert found.place.endswith(", in failing")
    assert "hidden" not in str(found)
    again = pickle.loads(pickle.dumps(found))
    assert str(again) == str(found)
    assert again.place == found.place


def test_an_error_of_dynclient_stays_what_it_is() -> None:
    error = NotFound("gone", status=404, code=404, method="GET", url="", request_id=None)
    found = function_error(error, "check")
    assert found is error
    assert found.__traceback__ is None


def test_items_print_their_name_and_error() -> None:
    item = MapItem("id", "s.d.t", FAILED, error=DynclientError("wrong"))
    assert repr(item) == "<s.d.t: failed: wrong>"
