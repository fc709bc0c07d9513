"""What a server says about itself: requested once, and distinguished from errors."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from dynclient import errors
from dynclient.openapi.index_cache import Build
from dynclient.session.server_info import ServerInfo, first_line
from dynclient.transport.request import Response
from tests.support.trees import release_named
from tests.support.wire import Wire, session_over

VERSION = {"version": "1.13.0", "revision": "abc"}
HTML = Response(200, {"Content-Type": "text/html"}, b"<html><title>Log in</title>", "u")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release_named("starter")
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path))


def info(*responses: Any, **arguments: Any) -> tuple[ServerInfo, Wire]:
    session, wire = session_over(*responses, **arguments)
    return session.server, wire


# -- the build -------------------------------------------------------------------------------------


def test_the_build_is_requested_once() -> None:
    server, wire = info(VERSION)
    assert server.known_build is None
    assert server.build == Build("1.13.0", "abc")
    assert server.version == "1.13.0"
    assert server.known_build == server.build
    assert [request.path for request in wire.sent] == ["/v1/system/version"]


@pytest.mark.parametrize("revision", [None, 7, ["x"]])
def test_a_build_without_a_revision(revision: Any) -> None:
    server, _ = info({"version": "1.0.0", "revision": revision})
    assert server.build == Build("1.0.0", "")


def test_the_route_before_1_0_is_used_where_the_newer_one_is_missing() -> None:
    server, wire = info((404, {"code": 404, "message": "HTTP 404 Not Found"}), VERSION)
    assert server.version == "1.13.0"
    assert [request.path for request in wire.sent] == ["/v1/system/version", "/v1/version"]


def test_the_first_error_is_raised_where_no_route_exists() -> None:
    server, wire = info(
        (404, {"code": 404, "message": "first"}), (404, {"code": 404, "message": "second"})
    )
    with pytest.raises(errors.NotFound, match="first"):
        server.build  # noqa: B018
    assert len(wire.sent) == 2
    assert server.known_build is None


@pytest.mark.parametrize("body", [{}, {"version": 1}, [], None, "1.13.0"])
def test_a_response_without_a_version_is_not_of_openmetadata(body: Any) -> None:
    server, wire = info(body)
    with pytest.raises(errors.NotOpenMetadata, match="does not contain a version") as caught:
        server.build  # noqa: B018
    assert (caught.value.status, caught.value.url) == (200, "http://server/api")
    assert not server.is_reachable()
    assert len(wire.sent) == 2


def test_is_reachable_sends_a_request_each_time_and_never_raises() -> None:
    server, wire = info(VERSION, (503, {}), errors.ConnectFailed("down"), HTML, VERSION)
    assert [server.is_reachable() for _ in range(5)] == [True, False, False, False, True]
    assert len(wire.sent) == 5


# -- the document ----------------------------------------------------------------------------------


def test_a_missing_document_is_requested_once_and_its_reason_kept() -> None:
    server, wire = info(VERSION, (404, {"message": "gone"}), (503, {"message": "later"}))
    assert server.why is None
    for _ in range(3):
        assert server.openapi is None
    assert server.why == (
        "http://server/swagger.json: 404 gone; http://server/api/swagger.json: 503 later"
    )
    assert (server.origin, server.index) == (None, None)
    assert [request.web for request in wire.sent] == [False, True, False]
    server.load()
    assert len(wire.sent) == 5


def test_a_server_without_a_version_has_no_document() -> None:
    server, wire = info((403, {"message": "no"}))
    assert server.openapi is None
    assert server.why == "the server does not report its version: 403 no"
    assert len(wire.sent) == 1


def test_nothing_is_requested_to_look_around() -> None:
    server, wire = info(VERSION)
    assert server.cached_index() is None
    assert server.completion_index() is None
    assert wire.sent == []


def test_reasons_are_one_short_line() -> None:
    parts = {"method": "GET", "url": "u", "request_id": None}
    long = errors.ServerFault("word " * 100, status=500, code=500, **parts)
    assert first_line(long).startswith("500 word word")
    assert first_line(long).endswith(" …")
    assert len(first_line(long)) <= 200
    page = errors.NotOpenMetadata("Log in", status=200, code=200, **parts)
    assert first_line(page) == "200, but the body is not JSON"
    assert first_line(errors.TimedOut("one\ntwo")) == "one"


# -- types and resources ---------------------------------------------------------------------------


def test_entity_types_are_read_page_by_page() -> None:
    server, wire = info(
        {"data": [{"name": "a"}, {"name": "b"}], "paging": {"after": "x"}},
        {"data": [{"name": "c"}], "paging": {"after": "y"}},
        {"data": [{"name": "d"}], "paging": {"total": 4}},
    )
    assert [each["name"] for each in server.entity_types()] == ["a", "b", "c", "d"]
    assert [dict(request.query).get("after") for request in wire.sent] == [None, "x", "y"]
    assert all(dict(request.query)["category"] == "entity" for request in wire.sent)


def test_a_repeated_cursor_ends_the_entity_types(caplog: pytest.LogCaptureFixture) -> None:
    server, wire = info({"data": [{"name": "a"}], "paging": {"after": "again"}})
    with caplog.at_level(logging.WARNING):
        assert [each["name"] for each in server.entity_types()] == ["a", "a"]
    assert len(wire.sent) == 2
    assert "http://server does not list its entity types (200 cursor repeated" in caplog.text


@pytest.mark.parametrize("body", [[], {}, {"data": []}, {"data": {}, "paging": []}, None])
def test_entity_types_of_an_odd_response_are_none(body: Any) -> None:
    server, wire = info(body)
    assert list(server.entity_types()) == []
    assert len(wire.sent) == 1


def test_entity_types_that_may_not_be_listed_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    server, _ = info((403, {"message": "not allowed"}))
    with caplog.at_level(logging.WARNING):
        assert list(server.entity_types()) == []
    assert "does not list its entity types (403 not allowed)" in caplog.text


def test_resources_are_names() -> None:
    server, wire = info({"data": [{"name": "table"}, {"name": 7}, "odd", {}, {"name": "user"}]})
    assert server.resources() == ["table", "user"]
    assert wire.last.path == "/v1/policies/resources"
    assert info({"data": None})[0].resources() == []
    assert info([])[0].resources() == []


@pytest.mark.parametrize("failure", [(403, {}), errors.TimedOut("slow")])
def test_resources_that_may_not_be_listed_are_none(failure: Any) -> None:
    assert info(failure)[0].resources() is None


@pytest.mark.parametrize(
    "version",
    [
        "../../x",
        "/etc",
        "..",
        "",
        "1.6.0/../../x",
        "9" * 5000,
        "1.6\x1b[2J",
        "1.6\ud800",
        "C:x",
        "a\\b",
    ],
)
def test_a_version_that_a_path_could_follow_is_refused(version: str, tmp_path: Path) -> None:
    server, _ = info({"version": version}, {"version": version})
    with pytest.raises(errors.NotOpenMetadata, match="instead of a version") as caught:
        server.version  # noqa: B018
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 300
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "version", ["1.6.0-SNAPSHOT", "1.6.0.1", "1.6.0+build.5", "main_1", "1.6 (ours)"]
)
def test_versions_of_builds_are_accepted(version: str) -> None:
    assert info({"version": version})[0].version == version
