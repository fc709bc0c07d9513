"""Errors that scripts catch as built-in ones."""

from __future__ import annotations

import pickle

from dynclient.compat.ometa.exceptions import APIError
from dynclient.compat.sdk.data_quality.exceptions import UnknownTable, invalid_tests
from dynclient.errors import BadArguments, NotFound, Problem


def test_an_unknown_table_is_an_error_of_the_server_and_of_a_value() -> None:
    error = UnknownTable("no table", status=404, code=404, method="GET", url="/v1/tables")
    for each in (error, pickle.loads(pickle.dumps(error))):
        assert isinstance(each, (APIError, NotFound))
        assert isinstance(each, ValueError)
        assert (each.status_code, str(each)) == (404, "404 no table\n  GET /v1/tables")


def test_invalid_tests_list_their_problems() -> None:
    error = invalid_tests("merge", [Problem("results", None, "argument", "are missing")])
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, BadArguments)
    assert isinstance(again, ValueError)
    assert str(again) == "merge: 1 problem with the arguments\n  results: are missing"
