"""Errors of data quality that scripts catch as ``ValueError`` or ``ImportError``."""

from __future__ import annotations

from typing import Any

from dynclient.compat.ometa.exceptions import APIError
from dynclient.dispatch import bad_arguments
from dynclient.errors import BadArguments, NotFound, Problem, UsageError


class InvalidTests(BadArguments, ValueError):
    """There is nothing to do, or a configuration of tests is not valid; ``problems`` says why."""


def invalid_tests(call: str, problems: list[Problem]) -> InvalidTests:
    """Return the error that lists all problems of a call."""
    return InvalidTests(str(bad_arguments(call, problems)), problems=tuple(problems))


class UnknownTable(APIError, NotFound, ValueError, RuntimeError):
    """The server does not have the table, or the test case.

    Official pages catch it as ``ValueError``; the official package raises both others.
    """

    __str__ = APIError.__str__

    def __reduce__(self) -> tuple[Any, ...]:
        return UnknownTable, (), {"parts": self.parts}

    def __setstate__(self, state: Any) -> None:
        UnknownTable.__init__(self, **state["parts"])


class IngestionFrameworkMissing(UsageError, ImportError):
    """Tests are to run in a database, which only the ingestion framework does."""
