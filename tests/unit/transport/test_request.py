"""Requests and responses as values: encoded, decoded, and shown without secrets."""

from __future__ import annotations

from dynclient.secrets import MASK
from dynclient.transport.request import Request, Response


def test_the_target_is_encoded_and_shown_masked() -> None:
    request = Request("GET", "/v1/a%2Fb", (("q", "a b/c"), ("token", "hush")))
    assert request.target == "/v1/a%2Fb?q=a%20b%2Fc&token=hush"
    assert request.masked_target == f"/v1/a%2Fb?q=a b/c&token={MASK}"
    assert repr(request) == f"<Request GET /v1/a%2Fb?q=a b/c&token={MASK}>"


def test_without_a_query_the_url_has_no_question_mark() -> None:
    request = Request("POST", "/v1/a", body=b"x" * 1234)
    assert (request.target, request.masked_target) == ("/v1/a", "/v1/a")
    assert repr(request) == "<Request POST /v1/a, 1,234 bytes>"


def test_the_body_is_decoded_on_request() -> None:
    assert Request("POST", "/", body=b'{"a": 1}').json == {"a": 1}
    assert Request("GET", "/").json is None


def test_a_response_is_shown_without_its_body() -> None:
    response = Response(200, {}, b"hush", "http://x/")
    assert repr(response) == "<Response 200, 4 bytes>"
    assert response.attempts == 1
