"""Parameters of requests: integers and spans of time, with the server's errors."""

from __future__ import annotations

import pytest

from dynclient.sandbox.features.request_parameters import parse_int, query_int, query_span
from dynclient.sandbox.http_errors import UnhandledServerError


@pytest.mark.parametrize("text", ["", "many", "1.5", "0x1", str(1 << 63), f"-{(1 << 63) + 1}"])
def test_what_is_not_an_integer_is_a_missing_route(text: str) -> None:
    with pytest.raises(UnhandledServerError) as caught:
        parse_int(text)
    assert caught.value.message == "HTTP 404 Not Found"


def test_an_integer_has_64_bits() -> None:
    assert parse_int(str((1 << 63) - 1)) == (1 << 63) - 1
    assert parse_int(str(-(1 << 63))) == -(1 << 63)


def test_a_missing_query_parameter_has_its_default() -> None:
    assert query_int({}, "limit", 10) == 10
    assert query_int({"limit": "-3"}, "limit", 10) == -3


def test_a_span_has_a_start_and_an_end() -> None:
    assert query_span({"startTs": "1", "endTs": "2"}, "x") == (1, 2)


@pytest.mark.parametrize("query", [{}, {"startTs": "1"}, {"endTs": "2"}])
def test_a_missing_span_is_an_error_of_the_resource(query: dict[str, str]) -> None:
    with pytest.raises(UnhandledServerError) as caught:
        query_span(query, "startTs is null")
    assert caught.value.message == "startTs is null"
