"""Official names of errors: what catches them, what they tell, and that they pickle."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from dynclient import errors
from dynclient.compat.ometa import exceptions
from dynclient.compat.ometa.exceptions import APIError, RejectedBeforeSending, official

PARTS: dict[str, Any] = {
    "status": 404,
    "code": 404,
    "method": "GET",
    "url": "http://there/api/v1/tables/name/x",
    "request_id": None,
    "body": {"code": 404, "message": "no such table"},
}


def create_error(kind: type[errors.ServerError], **parts: Any) -> Any:
    return official(kind("no such table", **{**PARTS, **parts}))


SERVER_ERRORS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.ServerError)
]


@pytest.mark.parametrize("kind", SERVER_ERRORS, ids=lambda kind: kind.__name__)
def test_every_refusal_of_a_server_is_an_api_error_and_itself(
    kind: type[errors.ServerError],
) -> None:
    error = create_error(kind)
    assert isinstance(error, APIError)
    assert isinstance(error, kind)
    assert (error.code, error.status_code) == (404, 404)
    assert "no such table" in str(error)


def test_the_answer_can_be_looked_at() -> None:
    response = create_error(errors.NotFound).response
    assert response.status_code == 404
    assert response.json() == PARTS["body"]
    assert '"no such table"' in response.text
    text = create_error(errors.BadRequest, body="plain words").response
    assert text.text == "plain words"
    with pytest.raises(ValueError, match=r"JSON|Expecting"):
        text.json()


@pytest.mark.parametrize(
    ("native", "name"),
    [
        (errors.TooManyRequests, "LimitsException"),
        (errors.Unavailable, "RetryException"),
        (errors.NotOpenMetadata, "HtmlResponseError"),
    ],
)
def test_some_have_names_of_their_own(native: type[errors.ServerError], name: str) -> None:
    assert type(create_error(native)) is getattr(exceptions, name)


def test_a_subclass_of_a_named_one_keeps_the_name() -> None:
    class Gateway(errors.Unavailable):
        pass

    assert isinstance(create_error(Gateway), exceptions.RetryException)


@pytest.mark.parametrize("kind", SERVER_ERRORS, ids=lambda kind: kind.__name__)
def test_they_pickle(kind: type[errors.ServerError]) -> None:
    error = create_error(kind)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert again.parts == error.parts


def test_rejection_before_sending_is_the_400_of_the_server() -> None:
    problem = errors.Problem("fields", "ownr", "enum", "'ownr' is no field of Table", ("owners",))
    error = official(errors.BadArguments("tables.get: 1 problem", problems=(problem,)))
    assert isinstance(error, RejectedBeforeSending)
    assert isinstance(error, APIError)
    assert isinstance(error, errors.BadArguments)
    assert (error.status_code, error.problems) == (400, (problem,))
    assert str(error) == "tables.get: 1 problem"
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.problems) == (
        RejectedBeforeSending,
        str(error),
        (problem,),
    )


def test_an_invalid_body_is_rejected_with_all_problems() -> None:
    problem = errors.Problem("name", 3, "type", "is no string")
    error = official(errors.RequestInvalid(what="CreateTableRequest", problems=(problem,)))
    assert isinstance(error, RejectedBeforeSending)
    assert "name: is no string" in str(error)


def test_others_stay_what_they_are() -> None:
    error = errors.ConnectFailed("nothing answers", method="GET", url="")
    assert official(error) is error
    assert official(once := create_error(errors.NotFound)) is once


def test_all_official_errors_are_errors_of_dynclient() -> None:
    kinds = [
        kind
        for kind in vars(exceptions).values()
        if isinstance(kind, type)
        and issubclass(kind, Exception)
        and kind.__module__ == exceptions.__name__
    ]
    assert len(kinds) > 12
    assert all(issubclass(kind, errors.DynclientError) for kind in kinds)
