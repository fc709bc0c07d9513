"""The drop-in's calls to the server, through dynclient's catalogue and client.

It takes official models, ids and names in any form, and returns decoded JSON. Errors are raised as
official exceptions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient import warn
from dynclient.compat.ometa.exceptions import MissingEntityTypeException, official
from dynclient.compat.ometa.schema_classes import spec_in
from dynclient.compat.ometa.utils import model_str
from dynclient.drift.aliases import own_field_names
from dynclient.errors import (
    DynclientError,
    DynclientWarning,
    NotFound,
    ServerError,
    UnknownRelease,
)
from dynclient.operations import Operation, Parameter
from dynclient.operations.operation import Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from dynclient.client.client import Client
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.schema import Release
    from dynclient.transport.request import Request


class Gateway:
    """The calls of one official client.

    Args:
        client: the native client that sends them.
    """

    def __init__(self, client: Client) -> None:
        self.client = client

    @property
    def release(self) -> Release:
        """The server's release; the script's own if the server's is not available."""
        try:
            return self.client.release
        except UnknownRelease as error:
            problem, refusal = str(error), None
        except ServerError as error:
            problem, refusal = "", official(error)
        if refusal is not None:
            raise refusal
        from dynclient import compat

        hook = compat.installed()
        chosen = compat.find_release() if hook is None else hook.release
        release = self.client.session.use_release(chosen)
        warn.warn_user(f"{problem}. Using release {release.name} until then", DynclientWarning)
        return release

    def spec(self, entity: Any) -> CollectionSpec:
        """Return the collection of an entity class or type name.

        Raises:
            MissingEntityTypeException: the release has no such collection.
        """
        return spec_in(self.release, entity)

    def entity(
        self, spec: CollectionSpec, name: str, arguments: Mapping[str, Any], body: Any = None
    ) -> Any:
        """Call an operation of a collection and return the decoded body of the response.

        Args:
            spec: the collection.
            name: name of the operation, such as ``get_by_name``.
            arguments: arguments by parameter name.
            body: body of the request as decoded JSON, if the operation takes one.

        Raises:
            MissingEntityTypeException: the collection has no such operation.
            APIError: the server rejected the request, or it was rejected before sending.
        """
        operation = spec.operations.get(name)
        if operation is None:
            message = f"{spec.attribute} of release {self.release.name} has no operation {name}"
            raise MissingEntityTypeException(message, name=name)
        return self.call(operation, arguments, body)

    def entity_if_match(
        self,
        spec: CollectionSpec,
        name: str,
        arguments: Mapping[str, Any],
        body: Any,
        if_match: str | None,
    ) -> Any:
        """Call an operation with the header ``If-Match``; without it if ``if_match`` is None."""
        if if_match is None:
            return self.entity(spec, name, arguments, body)
        operation = spec.operations[name]._replace(as_json=True)
        request = self.client.session.prepare(Plan(operation, dict(arguments), body))
        return self.send(request._replace(headers=(*request.headers, ("If-Match", if_match))))

    def call(self, operation: Operation, arguments: Mapping[str, Any], body: Any = None) -> Any:
        """Call an operation and return the decoded body of the response, or its text."""
        if operation.result_kind != "text":
            operation = operation._replace(as_json=True)
        try:
            session = self.client.session
            return session.send(session.prepare(Plan(operation, dict(arguments), body)))
        except DynclientError as error:
            official_error = official(error)
        raise official_error

    def extension(self, name: str) -> Any:
        """Return the native feature of a name, see :meth:`Client.extension`."""
        return self.client.extension(name)

    def native(self, call: Callable[[], Any]) -> Any:
        """Return what a native call returns; its errors are raised as official ones."""
        try:
            return call()
        except DynclientError as error:
            official_error = official(error)
        raise official_error

    def call_with_body(
        self,
        operation: Operation,
        arguments: Mapping[str, Any],
        body: bytes | None,
        content_type: str,
    ) -> Any:
        """Call an operation with an encoded body.

        Args:
            operation: an operation without a body.
            arguments: arguments by parameter name.
            body: the encoded body, or None.
            content_type: media type of the body, such as ``application/json``.
        """
        try:
            request = self.client.session.prepare(Plan(operation, dict(arguments)))
        except DynclientError as error:
            official_error = official(error)
        else:
            if body is not None:
                headers = (*request.headers, ("Content-Type", content_type))
                request = request._replace(body=body, headers=headers)
            return self.send(request)
        raise official_error

    def send(self, request: Request) -> Any:
        """Send a request and return the decoded body of the response."""
        try:
            return self.client.send(request)
        except DynclientError as error:
            official_error = official(error)
        raise official_error

    def own_field_names(self, spec: CollectionSpec, fields: Any) -> list[str] | None:
        """Return names for ``fields=`` as the server's release has them, with a DriftWarning.

        Args:
            spec: the collection.
            fields: names, or one string with commas between them; None stays None.
        """
        return None if fields is None else own_field_names(spec.entity, self.release, fields)

    def find(
        self, spec: CollectionSpec, name: str, arguments: Mapping[str, Any], *, nullable: bool
    ) -> Any:
        """Return the body of a response; None if there is no such entity and ``nullable``."""
        try:
            return self.entity(spec, name, arguments)
        except NotFound as error:
            if not nullable or not is_absent(error):
                raise
        return None


def is_absent(error: DynclientError) -> bool:
    """Return whether an error says that an object does not exist, though its route does."""
    from dynclient.dispatch.responses import is_route

    return isinstance(error, NotFound) and not is_route(error.message)


def with_filters(operation: Operation, arguments: Iterable[str]) -> Operation:
    """Return an operation that accepts all these arguments, and warn about unknown filters.

    Servers ignore unknown filters with no message, and a script written for another release may use
    some. So the filter is sent, with a warning.
    """
    known = {parameter.name for parameter in operation.parameters}
    unknown = [name for name in arguments if name not in known]
    if not unknown:
        return operation
    from dynclient.dispatch import label

    message = f"{label(operation)}: the server may ignore the filter {', '.join(unknown)}"
    warn.warn_user(message, DynclientWarning)
    more = tuple(Parameter(name, "query") for name in unknown)
    return operation._replace(parameters=operation.parameters + more)


def plain(value: Any) -> Any:
    """Return an argument for path or query: a model as text, a scalar as it is."""
    return value if value is None or isinstance(value, (bool, int, float)) else model_str(value)
