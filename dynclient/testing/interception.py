"""Requests of all clients of the process, intercepted for the time of a ``with`` block."""

from __future__ import annotations

import threading
from contextlib import ContextDecorator
from typing import TYPE_CHECKING, Self

from dynclient.dispatch.dispatcher import Dispatcher
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from dynclient.schema import Release
    from dynclient.transport.request import Request, Response

_lock = threading.Lock()


class Interception(ContextDecorator):
    """Base class of what takes the place of the server; one at a time."""

    _name = ""

    def __enter__(self) -> Self:
        with _lock:
            active = Dispatcher.interceptor
            if active is not None:
                raise UsageError(
                    f"{self._name} cannot begin within {active!r}: it applies to the whole process,"
                    " so end the other one first"
                )
            self._begin()
            Dispatcher.interceptor = self
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with _lock:
            Dispatcher.interceptor = None
        self._end(failed=kind is not None)

    def _begin(self) -> None:
        """Prepare; an error leaves everything as it was."""
        raise NotImplementedError

    def _end(self, *, failed: bool) -> None:
        """Finish; ``failed`` says whether the block ended with an error."""
        raise NotImplementedError

    def exchange(
        self, request: Request, release: Release | None, send: Callable[[Request], Response]
    ) -> Response:
        """Return the response to a request; clients call it in place of sending the request.

        Args:
            request: the request.
            release: the release of its client, if it is known.
            send: sends the request to the server.
        """
        raise NotImplementedError
