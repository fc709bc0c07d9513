"""Every response that a real server gave is accepted, and every 404 of one is a NotFound."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from dynclient import errors
from dynclient.dispatch.dispatcher import Dispatcher
from dynclient.dispatch.responses import to_error
from dynclient.operations import Operation
from dynclient.operations.catalogue import catalogue
from dynclient.operations.operation import is_id
from dynclient.settings import Settings
from dynclient.transport.request import Request, Response
from tests.support.trees import TREES, release_named, shared
from tests.support.wire import Wire

_FOLDERS = ("openmetadata/recordings", "openmetadata/later/recordings")
_STAND_IN = {"1.2.0": "1.0.4"}
"""Releases without a tree, and the release whose operations are used instead."""


def _files() -> list[Path]:
    folders = [found for folder in _FOLDERS if (found := shared(folder)) is not None]
    files = [file for folder in folders for file in sorted(folder.glob("*/*.json"))]
    return [file for file in files if _STAND_IN.get(file.parent.name, file.parent.name) in TREES]


def _exchanges(file: Path) -> list[tuple[Request, Response]]:
    """Return the exchanges of a file, each with the standard operation that it is a call of."""
    name = file.parent.name
    operations = _operations(_STAND_IN.get(name, name))
    found = []
    for exchange in json.loads(file.read_text("utf-8")):
        sent, received = exchange["request"], exchange["response"]
        path, _, query = sent["path"].partition("?")
        operation = _operation(operations, sent["method"], path)
        pairs = {**dict(pair.split("=", 1) for pair in query.split("&") if "=" in pair)}
        pairs |= {key: str(value) for key, value in (sent.get("query") or {}).items()}
        request = Request(sent["method"], path, tuple(pairs.items()), (), None, operation)
        body = received.get("body")
        content = b"" if body is None else json.dumps(body).encode()
        found.append((request, Response(received["status"], {}, content, path)))
    return found


def _operations(release: str) -> dict[tuple[str, int], list[Operation]]:
    found: dict[tuple[str, int], list[Operation]] = {}
    for spec in catalogue(release_named(release)).collections.values():
        for each in spec.operations.values():
            found.setdefault((each.method, each.route.count("/")), []).append(each)
    return found


def _operation(
    operations: dict[tuple[str, int], list[Operation]], method: str, path: str
) -> Operation | None:
    def fits(route: str) -> bool:
        pairs = zip(route.split("/"), path.split("/"), strict=True)
        return all(
            is_id(other) if one == "{id}" else one == other or one[:1] == "{"
            for one, other in pairs
        )

    fitting = [each for each in operations.get((method, path.count("/")), ()) if fits(each.route)]
    return min(fitting, key=lambda each: each.route.count("{"), default=None)


@pytest.mark.skipif(not _files(), reason="no recordings found")
@pytest.mark.parametrize("as_json", [False, True])
def test_no_recorded_response_is_refused(as_json: bool) -> None:
    refused: list[str] = []
    accepted: Counter[str] = Counter()
    for file in _files():
        name = file.parent.name
        release = release_named(_STAND_IN.get(name, name))
        calls = Dispatcher(Wire(), Settings(), None, release)  # type: ignore[arg-type]
        for request, response in _exchanges(file):
            if not 200 <= response.status < 300 or request.operation is None:
                continue
            operation = request.operation._replace(as_json=as_json)
            try:
                calls.result(request._replace(operation=operation), response)
            except errors.DynclientError as error:
                refused.append(f"{file.parent.name}/{file.name}: {error}")
            else:
                accepted[request.operation.name] += 1
    assert not refused, "\n".join(refused)
    assert min(accepted[name] for name in ("get", "get_by_name", "list", "create", "delete")) > 50


@pytest.mark.skipif(not _files(), reason="no recordings found")
def test_recorded_404s_are_not_found() -> None:
    kinds: Counter[Any] = Counter()
    for file in _files():
        for request, response in _exchanges(file):
            if response.status == 404 or b"[HTTP 404 " in response.body[:200]:
                kinds[type(to_error(request, response))] += 1
    assert set(kinds) == {errors.NotFound}
    assert kinds[errors.NotFound] > 400
