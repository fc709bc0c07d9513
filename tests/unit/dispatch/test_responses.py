"""Answers turn into the errors they mean, whatever dress they come in."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from dynclient import errors
from dynclient.dispatch import responses
from dynclient.transport.request import Request, Response
from tests.support.trees import shared

ASK = Request("GET", "/v1/tables/x")
URL = "http://server/api/v1/tables/x"


def fault(
    status: int,
    body: Any,
    headers: dict[str, str] | None = None,
    request: Request = ASK,
    attempts: int = 1,
) -> errors.ServerError:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return responses.to_error(request, Response(status, headers or {}, data, URL, attempts))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.BadRequest),
        (401, errors.Unauthorized),
        (403, errors.Forbidden),
        (404, errors.NotFound),
        (405, errors.MethodNotAllowed),
        (409, errors.Conflict),
        (412, errors.PreconditionFailed),
        (415, errors.UnsupportedMediaType),
        (418, errors.ServerError),
        (429, errors.TooManyRequests),
        (500, errors.ServerFault),
        (502, errors.Unavailable),
        (503, errors.Unavailable),
        (504, errors.Unavailable),
    ],
)
def test_each_status_has_its_class(status: int, kind: type) -> None:
    error = fault(status, {"code": status, "message": "because"})
    assert type(error) is kind
    assert (error.status, error.code, error.message, error.method, error.url) == (
        status, status, "because", "GET", URL,
    )  # fmt: skip
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), copy.parts, str(copy)) == (kind, error.parts, str(error))


@pytest.mark.parametrize(
    "body",
    [
        {"message": "because"},
        {"responseMessage": "because", "errorType": "UNHANDLED_SERVER_EXCEPTION"},
        {"error": "because"},
        {"error": {"message": "because"}},
        b"because",
        {"code": "X1", "message": "because", "requestId": "r1"},
    ],
)
def test_the_words_are_found_wherever_they_stand(body: Any) -> None:
    assert fault(400, body).message == "because"


@pytest.mark.parametrize(
    ("code", "kind"),
    [(404, errors.NotFound), (405, errors.MethodNotAllowed), (415, errors.UnsupportedMediaType)],
)
def test_a_500_that_wraps_another_status_is_told_as_that(code: int, kind: type) -> None:
    words = f"An exception with message [HTTP {code} Whatever] was thrown while processing request."
    error = fault(500, {"responseMessage": words})
    assert (type(error), error.status, error.code) == (kind, 500, code)
    assert "sent as 500" in str(error)


def test_a_missing_route_is_told_apart_from_a_missing_entity() -> None:
    assert "route" in str(fault(404, {"code": 404, "message": "HTTP 404 Not Found"}))
    assert "route" not in str(
        fault(404, {"code": 404, "message": "table instance for x not found"})
    )


PAGE = b"<html><head><title>404 Not Found</title></head><body>nginx</body></html>"


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_page_of_a_proxy_is_no_answer_of_the_server(status: int) -> None:
    error = fault(status, PAGE, {"Content-Type": "text/html"})
    assert type(error) is errors.NotOpenMetadata
    assert error.message == "404 Not Found"
    assert "encoded slashes" in str(error)


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_page_that_says_not_now_is_believed(status: int) -> None:
    assert type(fault(status, PAGE, {"Content-Type": "text/html"})) is errors.Unavailable


def test_a_page_in_the_place_of_an_answer_is_told() -> None:
    answer = Response(200, {"Content-Type": "text/html"}, PAGE, URL)
    with pytest.raises(errors.NotOpenMetadata, match="404 Not Found"):
        responses.decode(ASK, answer)


def test_request_ids_and_patience_are_kept() -> None:
    error = fault(429, {"message": "slow down"}, {"X-Request-Id": "r7", "Retry-After": "3"})
    assert error.request_id == "r7"
    assert error.parts["retry_after"] == 3
    assert "r7" in str(error)


def test_a_repeated_delete_that_finds_nothing_says_why() -> None:
    request = Request("DELETE", "/v1/tables/x")
    assert "first attempt" in str(
        fault(404, {"code": 404, "message": "not found"}, None, request, 2)
    )
    assert "first attempt" not in str(
        fault(404, {"code": 404, "message": "not found"}, None, request)
    )


def test_endless_words_are_cut() -> None:
    error = fault(500, b"x" * 1_000_000, {"Content-Type": "text/plain"})
    assert len(str(error)) < 3000
    assert len(error.parts["body"]) < 3000


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"3", b"{}"])
def test_an_error_without_words_is_still_one(body: bytes) -> None:
    assert type(fault(409, body)) is errors.Conflict


def test_what_java_writes_is_read() -> None:
    big = b'{"a": NaN, "b": "' + b"x" * 300_000 + b'"}'
    for _ in range(2):  # by the standard library, and by what is faster
        assert responses.loads(big)["a"] != responses.loads(big)["a"]


@pytest.mark.parametrize(
    ("media", "content"),
    [
        ("application/json", {"a": 1}), ("", {"a": 1}), ("application/problem+json", {"a": 1}),
        ("text/csv; charset=utf-8", '{"a": 1}'), ("application/zip", b'{"a": 1}'),
    ],
)  # fmt: skip
def test_a_body_is_read_by_its_media_type(media: str, content: Any) -> None:
    response = Response(200, {"Content-Type": media}, b'{"a": 1}', URL)
    assert responses.by_media_type(ASK, response) == content


def test_routes_are_read_from_addresses() -> None:
    own = {"id": "1", "href": "http://x/api/v1/tables/1"}
    reference = {"id": "2", "type": "user", "href": "http://y:1/api/v1/users/2"}
    data = {**own, "owners": [reference], "other": {"type": "team", "id": "3", "href": "odd"}}
    assert responses.routes_in(data, "table") == {"table": "/v1/tables", "user": "/v1/users"}


def test_a_request_id_in_the_body_is_kept() -> None:
    assert fault(400, {"message": "no", "requestId": "r1"}).request_id == "r1"
    assert fault(400, {"message": "no", "requestId": 7}).request_id is None


# -- what real servers said ------------------------------------------------------------------------


def recordings() -> list[Path]:
    folder = shared("openmetadata/recordings")
    return sorted(folder.glob("*/*.json")) if folder else []


@pytest.mark.skipif(not recordings(), reason="the recordings are not at hand")
@pytest.mark.parametrize("path", recordings(), ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_every_recorded_error_is_told_as_what_it_is(path: Path) -> None:
    for exchange in json.loads(path.read_text("utf-8")):
        response = exchange["response"]
        if response["status"] < 400:
            continue
        text = response["body"]
        body = text.encode() if isinstance(text, str) else json.dumps(text).encode()
        request = Request(exchange["request"]["method"], exchange["request"]["path"])
        headers = {str(k): str(v) for k, v in response["headers"].items()}
        error = responses.to_error(request, Response(response["status"], headers, body, URL))
        words = text if isinstance(text, str) else json.dumps(text)
        expected = response["status"]
        for wrapped in (404, 405, 415):
            if f"HTTP {wrapped}" in words and expected == 500:
                expected = wrapped
        assert type(error) is not errors.NotOpenMetadata, exchange["step"]
        assert error.code == expected, exchange["step"]
        assert isinstance(error, errors.ServerFault) == (expected >= 500), exchange["step"]
        assert error.message.strip() == error.message != "", exchange["step"]


NOT_ITS_WORDS = [
    b"", b"null", b"default backend - 404", b"404 page not found", b'"Not Found"', b"[]", b"{}",
    b'{"detail": "Not Found"}', b'{"message": "no Route matched with those values"}',
    b'{"error": "not found", "status": 404}', b"<html><title>404</title></html>",
]  # fmt: skip


@pytest.mark.parametrize("body", NOT_ITS_WORDS)
def test_a_404_of_another_server_is_not_a_missing_entity(body: bytes) -> None:
    request = Request("GET", "/v1/tables/name/a.b")
    error = responses.to_error(
        request, Response(404, {}, body, "http://server/api/v1/tables/name/a.b")
    )
    assert type(error) is errors.NotOpenMetadata
    assert (error.status, error.code) == (404, 404)
    assert "Check the host" in str(error)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, b'{"code": 404, "message": "table instance for a.b not found"}'),
        (404, b'{"responseMessage": "table instance for a.b not found", "errorType": "X"}'),
        (500, b'{"responseMessage": "An exception with message [HTTP 404 Not Found] was thrown"}'),
        (500, b'{"code": 500, "message": "[HTTP 404 Not Found]"}'),
    ],
)
def test_a_404_in_the_words_of_openmetadata_is_not_found(status: int, body: bytes) -> None:
    error = responses.to_error(Request("GET", "/v1/tables/x"), Response(status, {}, body, "u"))
    assert type(error) is errors.NotFound
