"""Hooks: functions of a program that see the requests, responses and errors of a client.

Pass them to :func:`dynclient.connect` as ``hooks=``::

    def count(request, response, seconds):
        timings[request.operation.name].append(seconds)

    om = dynclient.connect(host, hooks=Hooks(on_response=count))

A hook is called once for each call of the client, not for each attempt of the transport. An error
that a hook raises reaches the caller. Requests and responses print without secrets, but their
``body`` contains them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.documentation import document_fields

if TYPE_CHECKING:
    from collections.abc import Callable


@document_fields
class Hooks(NamedTuple):
    """Functions that a client calls with its requests, responses and errors. Each is optional.

    Attributes:
        on_request: Called as ``on_request(request)`` before a request is sent. If it returns a
            Request, that one is sent instead.
        on_response: Called as ``on_response(request, response, seconds)`` after every response,
            errors of the server included.
        on_error: Called as ``on_error(request, error)`` if there is no response, or the response is
            an error. The error is raised afterwards.
    """

    on_request: Callable[[Any], Any] | None = None
    on_response: Callable[[Any, Any, float], None] | None = None
    on_error: Callable[[Any, Exception], None] | None = None
