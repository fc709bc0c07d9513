"""Several rows in one request: ``PUT …/bulk``, where the server has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.bulk.result import CREATED, UNCHANGED, WRITTEN, Outcome
from dynclient.bulk.writes import ENDS, Prepared, Upserts, failure
from dynclient.dispatch.responses import is_route
from dynclient.errors import (
    MethodNotAllowed,
    NotFound,
    ServerError,
    TooManyRequests,
    TransportError,
    Unavailable,
)
from dynclient.operations.operation import Plan

if TYPE_CHECKING:
    from dynclient.operations import Operation
    from dynclient.transport.request import Request

ROWS = 100
"""Rows of a batch, unless the user says otherwise; the official SDK sends as many."""
BYTES = 4 * 1024 * 1024
"""Bytes of a batch from which on it is sent; a single row may be larger."""


class Batches:
    """Batches of rows that are created or replaced.

    Args:
        writes: sends single rows.
        operation: the operation; it takes a list of create requests.
        rows: rows of a batch.
        arguments: arguments of the operation.
    """

    def __init__(
        self, writes: Upserts, operation: Operation, rows: int, arguments: Mapping[str, Any]
    ) -> None:
        self._writes = writes
        self.rows = rows
        self.is_supported = True
        """Whether the server has the operation, as far as it is known."""
        self._request: Request = writes.session.prepare(Plan(operation, dict(arguments), []))

    def send(self, batch: list[Prepared]) -> list[Outcome]:
        """Send a batch and return an outcome for each row.

        Rows that the response does not report as done are sent one by one, for an error of their
        own. A server without the operation gets all rows one by one.

        Raises:
            DynclientError: an error that every further row would have, too.
        """
        if len(batch) == 1 or not self.is_supported:
            return [self._writes.send(prepared) for prepared in batch]
        bodies = [prepared.request.body for prepared in batch if prepared.request is not None]
        body = b"[" + b",".join([each or b"null" for each in bodies]) + b"]"
        request = self._request._replace(body=body)
        try:
            result = self._writes.patiently(lambda: self._writes.session.send(request))
        except ENDS:
            raise
        except (TransportError, TooManyRequests, Unavailable) as error:
            return [failure(prepared, error) for prepared in batch]
        except ServerError as error:
            # A single row may be the reason; or there is no such route.
            if isinstance(error, (NotFound, MethodNotAllowed)) and is_route(error.message):
                self.is_supported = False
            return [self._writes.send(prepared) for prepared in batch]
        return self._outcomes(batch, model.raw(result) if result is not None else {})

    def _outcomes(self, batch: list[Prepared], result: Any) -> list[Outcome]:
        kinds = _kinds(result)
        passed = result.get("numberOfRowsPassed")
        is_all = not result.get("failedRequest") and passed == len(batch)
        outcomes = []
        for prepared in batch:
            kind = kinds.get(prepared.name, WRITTEN if is_all else None)
            if kind is not None:
                outcomes.append(Outcome(kind, prepared.name, prepared.number, prepared.row))
                continue
            outcome = self._writes.send(prepared)
            if outcome.kind == UNCHANGED and passed:
                outcome = outcome._replace(kind=WRITTEN)  # perhaps by the batch
            outcomes.append(outcome)
        return outcomes


def _kinds(result: Any) -> dict[str, str]:
    """Return what became of the rows that are done, by name."""
    found = {}
    for response in result.get("successRequest") or ():
        request = response.get("request")
        name = model.name_of(request) if isinstance(request, Mapping) else request
        if isinstance(name, str):
            found[name] = CREATED if response.get("status") == 201 else WRITTEN
    return found
