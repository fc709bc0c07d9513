"""Responses become typed errors, in whatever form servers and proxies send them."""

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


def error_of(
    status: int,
    body: Any,
    headers: dict[str, str] | None = None,
    request: Request = ASK,
    may_be_done: bool = False,
) -> errors.ServerError:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return responses.to_error(request, Response(status, headers or {}, data, URL, 2, may_be_done))


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
    error = error_of(status, {"code": status, "message": "because"})
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
def test_the_message_is_found_in_any_form_of_body(body: Any) -> None:
    assert error_of(400, body).message == "because"


@pytest.mark.parametrize(
    ("code", "kind"),
    [(404, errors.NotFound), (405, errors.MethodNotAllowed), (415, errors.UnsupportedMediaType)],
)
def test_a_500_that_wraps_another_status_is_reported_as_that_status(code: int, kind: type) -> None:
    words = f"An exception with message [HTTP {code} Whatever] was thrown while processing request."
    error = error_of(500, {"responseMessage": words})
    assert (type(error), error.status, error.code) == (kind, 500, code)
    assert "sent as 500" in str(error)


def test_a_missing_route_is_distinguished_from_a_missing_entity() -> None:
    assert "route" in str(error_of(404, {"code": 404, "message": "HTTP 404 Not Found"}))
    assert "route" not in str(
        error_of(404, {"code": 404, "message": "table instance for x not found"})
    )


HTML = {"Content-Type": "text/html"}
TLS_TEXTS = (
    "Client sent an HTTP request to an HTTPS server.",
    "<title>400 The plain HTTP request was sent to HTTPS port</title>",
    "Reason: You're speaking plain HTTP to an SSL-enabled server port.",
)
TEMPORARY = "is not available now: it may be starting, overloaded or down. Try again later."


@pytest.mark.parametrize(
    ("status", "text", "words"),
    [
        *((400, text, "This port uses TLS; host= must begin with https://.") for text in TLS_TEXTS),
        (200, "<title>Log in</title>", "This is a sign-in page"),
        (401, "<input type='password' name='p'>", "This is a sign-in page"),
        (403, "<h1>Sign in with SSO</h1>", "This is a sign-in page"),
        (
            200,
            "<title>\n OpenMetadata </title>",
            "This is the web interface of OpenMetadata. host=",
        ),
        (404, "<title>OpenMetadata</title>", "Check the host, and the proxy if there is one."),
        (407, "<title>Proxy</title>", "The proxy requires a user and a password in the URL of HTT"),
        (502, "<title>502 Bad Gateway</title>", TEMPORARY),
        (503, "<h1>No server is available to handle this request.</h1>", TEMPORARY),
        (504, "<title>504</title>", TEMPORARY),
        (429, "<title>Slow down</title>", "Check the host, and the proxy if there is one."),
    ],
)
def test_a_page_in_place_of_a_response_names_its_cause(status: int, text: str, words: str) -> None:
    if status == 200:
        with pytest.raises(errors.ServerError) as caught:
            responses.decode(ASK, Response(status, HTML, text.encode(), URL))
        assert words in str(caught.value)
    else:
        assert words in str(error_of(status, text.encode(), HTML))


@pytest.mark.parametrize("status", [502, 503, 504])
@pytest.mark.parametrize("body", [b"<h1>oh</h1>", b"no healthy upstream", {"message": "oh"}])
def test_a_proxy_may_have_lost_the_response_to_a_write(status: int, body: Any) -> None:
    post = error_of(status, body, None, Request("POST", "/v1/tables"))
    assert type(post) is errors.Unavailable
    assert post.may_be_done
    assert "The request may have been carried out; read the entity before you repeat" in str(post)
    assert TEMPORARY in str(post)
    for repeated in (True, False):
        get = error_of(status, body, may_be_done=repeated)
        assert not get.may_be_done
        assert str(get).endswith(TEMPORARY)


def test_only_the_beginning_of_a_page_is_searched() -> None:
    page = b"<title>" * 300_000
    assert type(error_of(403, page, HTML)) is errors.NotOpenMetadata


PAGE = b"<html><head><title>404 Not Found</title></head><body>nginx</body></html>"


@pytest.mark.parametrize("status", [403, 404, 500])
def test_an_html_page_of_a_proxy_is_not_a_response_of_the_server(status: int) -> None:
    error = error_of(status, PAGE, {"Content-Type": "text/html"})
    assert type(error) is errors.NotOpenMetadata
    assert error.message == "404 Not Found"
    assert "404 404" not in str(error)
    assert "Check the host, and the proxy if there is one." in str(error)


def test_a_page_of_a_proxy_for_a_name_with_a_slash_mentions_encoded_slashes() -> None:
    response = Response(404, {"Content-Type": "text/html"}, PAGE, f"{URL}%2Fy", 1)
    assert "encoded slashes" in str(responses.to_error(ASK, response))


@pytest.mark.parametrize("status", [502, 503, 504])
def test_an_html_page_with_a_temporary_status_means_unavailable(status: int) -> None:
    assert type(error_of(status, PAGE, {"Content-Type": "text/html"})) is errors.Unavailable


def test_an_html_page_in_place_of_a_response_is_reported() -> None:
    response = Response(200, {"Content-Type": "text/html"}, PAGE, URL)
    with pytest.raises(errors.NotOpenMetadata, match="404 Not Found"):
        responses.decode(ASK, response)


def test_request_ids_and_retry_after_are_kept() -> None:
    error = error_of(429, {"message": "slow down"}, {"X-Request-Id": "r7", "Retry-After": "3"})
    assert error.request_id == "r7"
    assert error.parts["retry_after"] == 3
    assert "r7" in str(error)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("may_be_done", [True, False])
def test_an_error_after_a_lost_response_says_that_it_may_be_a_consequence(
    method: str, may_be_done: bool
) -> None:
    request = Request(method, "/v1/tables/x")
    error = error_of(404, {"code": 404, "message": "not found"}, None, request, may_be_done)
    assert error.may_be_done is (may_be_done and method != "GET")
    assert ("earlier attempt" in str(error)) is error.may_be_done


@pytest.mark.parametrize(
    ("method", "status", "message", "may_be_done", "deleted"),
    [
        ("DELETE", 404, "table instance for x not found", True, True),
        ("DELETE", 404, "table instance for x not found", False, False),
        ("PUT", 404, "table instance for x not found", True, False),
        ("DELETE", 404, "HTTP 404 Not Found", True, False),  # the route does not exist
        ("DELETE", 400, "table is not empty", True, False),
        ("DELETE", 500, "oh", True, False),
    ],
)
def test_what_a_repeated_delete_does_not_find_is_deleted(
    method: str, status: int, message: str, may_be_done: bool, deleted: bool
) -> None:
    request = Request(method, "/v1/tables/x")
    body = {"code": status, "message": message}
    error = error_of(status, body, None, request, may_be_done)
    assert responses.is_deleted(request, error) is deleted


def test_a_proxy_does_not_say_that_something_is_deleted() -> None:
    request = Request("DELETE", "/v1/tables/x")
    error = error_of(404, b"default backend - 404", None, request, may_be_done=True)
    assert not responses.is_deleted(request, error)


def test_long_messages_are_truncated() -> None:
    error = error_of(500, b"x" * 1_000_000, {"Content-Type": "text/plain"})
    assert len(str(error)) < 3000
    assert len(error.parts["body"]) < 3000


@pytest.mark.parametrize("opening", [b'{"a":', b'{"message":', b'{"code":400,"message":"no","a":['])
def test_an_error_with_a_deep_body_is_that_of_its_status(opening: bytes) -> None:
    value: Any = 1
    for _ in range(400):
        value = {"a": [value]} if opening.endswith(b"[") else {"message": value}
    closing = b"]}" if opening.endswith(b"[") else b"}"
    error = error_of(400, opening + json.dumps(value).encode() + closing)
    assert isinstance(error, errors.BadRequest)
    assert len(json.dumps(error.body)) < 3000


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"3", b"{}"])
def test_an_error_without_a_message_is_still_an_error(body: bytes) -> None:
    assert type(error_of(409, body)) is errors.Conflict


def test_nan_is_read() -> None:
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


@pytest.mark.parametrize(
    ("body", "content"),
    [(b"null", None), (b"p4ss w0rd\n", "p4ss w0rd\n"), (b"", None), ("Größe".encode(), "Größe")],
)
def test_a_text_that_is_declared_as_json_is_read(body: bytes, content: Any) -> None:
    response = Response(200, {"Content-Type": "application/json"}, body, URL)
    assert responses.by_media_type(ASK, response) == content


@pytest.mark.parametrize(
    "body", [b"<html>", b"\n <html>", b'{"a": ', b"[1, 2", b"ab\x1f\x8b\x08", b"\xff\xfe", b"a\x00"]
)
def test_what_is_declared_as_json_and_damaged_is_an_error(body: bytes) -> None:
    response = Response(200, {"Content-Type": "application/json"}, body, URL)
    with pytest.raises(errors.NotOpenMetadata):
        responses.by_media_type(ASK, response)


def test_routes_are_read_from_addresses() -> None:
    own = {"id": "1", "href": "http://x/api/v1/tables/1"}
    reference = {"id": "2", "type": "user", "href": "http://y:1/api/v1/users/2"}
    data = {**own, "owners": [reference], "other": {"type": "team", "id": "3", "href": "odd"}}
    assert responses.routes_in(data, "table") == {"table": "/v1/tables", "user": "/v1/users"}


def test_a_request_id_in_the_body_is_kept() -> None:
    assert error_of(400, {"message": "no", "requestId": "r1"}).request_id == "r1"
    assert error_of(400, {"message": "no", "requestId": 7}).request_id is None


# -- recorded responses --------------------------------------------------------------------------


def recordings() -> list[Path]:
    folder = shared("openmetadata/recordings")
    return sorted(folder.glob("*/*.json")) if folder else []


@pytest.mark.skipif(not recordings(), reason="the recordings are not available")
@pytest.mark.parametrize("path", recordings(), ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_every_recorded_error_has_its_class(path: Path) -> None:
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


# -- routes, pages of proxies and the engine -------------------------------------------------------

UUID_TEXT = "73331708-a86a-43bf-8a7f-596d5273bcfb"


@pytest.mark.parametrize(
    ("href", "route"),
    [
        (f"http://x/api/v1/tables/{UUID_TEXT}", "/v1/tables"),
        (f"/v1/tables/{UUID_TEXT}", "/v1/tables"),
        ("http://x/api/v1/tables/another", None),
        (f"http://x/api/v2/tables/{UUID_TEXT}", None),
        (f"http://x/tables/{UUID_TEXT}", None),
        (UUID_TEXT, None),
        ("", None),
        (None, None),
    ],
)
def test_an_address_tells_a_route_only_if_it_ends_with_the_id(
    href: str | None, route: str | None
) -> None:
    expected = {} if route is None else {"table": route}
    assert responses.routes_in({"id": UUID_TEXT, "href": href}, "table") == expected


@pytest.mark.parametrize("status", [400, 418, 599])
def test_plain_text_of_an_error_status_is_the_message(status: int) -> None:
    error = error_of(status, b"no such thing")
    assert not isinstance(error, errors.NotOpenMetadata)
    assert (error.message, error.code) == ("no such thing", status)


@pytest.mark.parametrize("status", [302, 399, 600])
def test_plain_text_of_another_status_is_not_from_openmetadata(status: int) -> None:
    error = error_of(status, b"no such thing")
    assert isinstance(error, errors.NotOpenMetadata)


def test_a_fast_engine_is_chosen_only_when_much_data_is_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(responses, "_engine", None)
    monkeypatch.setattr(responses, "_decoded_bytes", 0)
    assert responses.loads(b'{"a": 1}') == {"a": 1}
    assert responses._engine is None
    half = b'"' + b"x" * (responses._ORJSON_FROM // 2) + b'"'
    responses.loads(half)
    assert responses._engine is None
    responses.loads(half)
    assert responses._engine is not None


@pytest.mark.parametrize(
    ("body", "headers"),
    [(b"sorry", {"Content-Type": "Text/HTML"}), (b"<p>sorry</p>", {"Content-Type": "text/plain"})],
)
def test_html_is_recognized_by_its_media_type_or_its_first_character(
    body: bytes, headers: dict[str, str]
) -> None:
    error = error_of(400, body, headers)
    assert type(error) is errors.NotOpenMetadata
    assert error.message == "sorry"


def test_of_a_page_without_a_title_only_the_beginning_is_shown() -> None:
    error = error_of(404, b"<p>" + b"x" * 500, {"Content-Type": "text/html"})
    assert error.message == "x" * 199  # 200 characters, the tag counting as a space


@pytest.mark.parametrize(("length", "shown"), [(2000, "x" * 2000), (2001, "x" * 1999 + "…")])
def test_messages_have_at_most_two_thousand_characters(length: int, shown: str) -> None:
    assert error_of(400, {"message": "x" * length}).message == shown


@pytest.mark.parametrize("first", ["", 5, None, ["because"], {}, {"message": ""}])
def test_keys_without_text_do_not_hide_the_message(first: Any) -> None:
    assert error_of(400, {"message": first, "responseMessage": "because"}).message == "because"


@pytest.mark.parametrize(("status", "hinted"), [(404, True), (405, True), (400, False)])
def test_a_missing_route_or_method_hints_at_another_release(status: int, hinted: bool) -> None:
    error = error_of(status, {"code": status, "message": f"HTTP {status} Whatever"})
    assert ("its release may differ" in str(error)) is hinted


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


@pytest.mark.parametrize("levels", [1100, 100_000])
@pytest.mark.parametrize("engine", ["standard", "orjson"])
def test_json_that_is_nested_too_deeply_is_not_a_response_of_the_server(
    monkeypatch: pytest.MonkeyPatch, engine: str, levels: int
) -> None:
    monkeypatch.setattr(
        responses, "_engine", None if engine == "standard" else responses._fastest()
    )
    monkeypatch.setattr(responses, "_decoded_bytes", 0)
    body = b"[" * levels + b"]" * levels
    with pytest.raises(errors.NotOpenMetadata):
        responses.decode(ASK, Response(200, {}, b'{"a":' + body + b"}", URL))
    # The same number of brackets side by side is fine.
    wide = responses.decode(ASK, Response(200, {}, b"[" + b"[]," * levels + b"[]]", URL))
    assert len(wide) == levels + 1
    assert type(error_of(404, body)) is errors.NotOpenMetadata


def test_a_label_that_does_not_exist_may_be_a_glossary_term() -> None:
    body = {"code": 404, "message": "tag instance for Business.Revenue not found"}
    for method, path, has_hint in [
        ("POST", "/v1/tables", True), ("PATCH", "/v1/tables/x", True), ("GET", "/v1/tables", False),
        ("PATCH", "/v1/tags/x", False),
    ]:  # fmt: skip
        error = error_of(404, body, request=Request(method, path))
        assert ("pass a glossary term itself" in str(error)) is has_hint
