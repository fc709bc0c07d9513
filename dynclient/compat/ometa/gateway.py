"""The one road from the drop-in's calls to the server: dynclient's catalogue and dispatcher.

What goes in are official models, ids and names in whatever form; what comes back is decoded JSON.
Errors leave under their official names.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from dynclient.compat.ometa.exceptions import MissingEntityTypeException, official
from dynclient.compat.ometa.utils import model_str
from dynclient.drift.table import find_alias
from dynclient.errors import (
    DynclientError,
    DynclientWarning,
    NotFound,
    ServerError,
    UnknownCollection,
    UnknownRelease,
)
from dynclient.operations import Operation, Parameter
from dynclient.operations.catalogue import CollectionSpec, catalogue
from dynclient.session.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dynclient.client.client import Client
    from dynclient.schema import Release
    from dynclient.transport.request import Request


class Gateway:
    """The calls of one official client.

    Args:
        client: the native client that all of them pass through.
    """

    def __init__(self, client: Client) -> None:
        self.client = client

    @property
    def release(self) -> Release:
        """The release that the server speaks; the script's own where that is not at hand."""
        try:
            return self.client.release
        except UnknownRelease as error:
            lacking, bad_arguments = str(error), None
        except ServerError as error:
            lacking, bad_arguments = "", official(error)
        if bad_arguments is not None:
            raise bad_arguments
        from dynclient import compat

        hook = compat.installed()
        release = compat.at_hand() if hook is None else hook.release
        message = f"{lacking}. Until then {release.name} is spoken"
        warnings.warn(message, DynclientWarning, stacklevel=4)
        self.client.session.use_release(release)
        return release

    def spec(self, entity: Any) -> CollectionSpec:
        """Return the collection of a class or a name.

        Raises:
            MissingEntityTypeException: the release has none of that kind.
        """
        try:
            return catalogue(self.release).find(entity)
        except UnknownCollection as error:
            raise MissingEntityTypeException(**error.parts) from None

    def entity(
        self, spec: CollectionSpec, verb: str, arguments: Mapping[str, Any], body: Any = None
    ) -> Any:
        """Do an operation of a collection and return the decoded answer.

        Args:
            spec: the collection.
            verb: name of the operation, ``get_by_name``.
            arguments: by the names of its parameters.
            body: decoded JSON, where it takes one.

        Raises:
            MissingEntityTypeException: the collection has no such operation.
            APIError: the server refused, or would have.
        """
        operation = spec.operations.get(verb)
        if operation is None:
            message = f"{spec.attribute} of release {self.release.name} cannot {verb}"
            raise MissingEntityTypeException(message, name=verb)
        return self.call(operation, arguments, body)

    def guarded(
        self,
        spec: CollectionSpec,
        verb: str,
        arguments: Mapping[str, Any],
        body: Any,
        if_match: str | None,
    ) -> Any:
        """Do an operation if the entity is still in a state; as :meth:`entity` where None."""
        if if_match is None:
            return self.entity(spec, verb, arguments, body)
        operation = spec.operations[verb]._replace(result=None, result_kind="raw")
        request = self.client.session.prepare(Plan(operation, dict(arguments), body))
        return self.send(request._replace(headers=(*request.headers, ("If-Match", if_match))))

    def call(self, operation: Operation, arguments: Mapping[str, Any], body: Any = None) -> Any:
        """Do an operation and return the decoded answer, or text where it gives text."""
        if operation.result_kind != "text":
            operation = operation._replace(result=None, result_kind="raw")
        try:
            session = self.client.session
            return session.send(session.prepare(Plan(operation, dict(arguments), body)))
        except DynclientError as error:
            told = official(error)
        raise told

    def carry(
        self, operation: Operation, arguments: Mapping[str, Any], body: bytes | None, content: str
    ) -> Any:
        """Do an operation whose body is written already.

        Args:
            operation: without a body of its own.
            arguments: by the names of its parameters.
            body: what to send, or None.
            content: its type, ``application/json``.
        """
        try:
            request = self.client.session.prepare(Plan(operation, dict(arguments)))
        except DynclientError as error:
            told = official(error)
        else:
            if body is not None:
                headers = (*request.headers, ("Content-Type", content))
                request = request._replace(body=body, headers=headers)
            return self.send(request)
        raise told

    def send(self, request: Request) -> Any:
        """Send a request that was made by hand and return the decoded answer."""
        try:
            return self.client.send(request)
        except DynclientError as error:
            told = official(error)
        raise told

    def found(
        self, spec: CollectionSpec, verb: str, arguments: Mapping[str, Any], *, nullable: bool
    ) -> Any:
        """Return what a look-up gives; None where there is no such entity and ``nullable``."""
        try:
            return self.entity(spec, verb, arguments)
        except NotFound as error:
            from dynclient.dispatch.responses import is_route

            if not nullable or is_route(error.message):
                raise
        return None


def filtered(operation: Operation, arguments: Iterable[str]) -> Operation:
    """Return an operation that takes all these arguments, with a warning for unknown ones.

    Servers ignore unknown filters without a word, and scripts written for one release may hold
    what another lacks. So the filter goes out, and its author is told.
    """
    known = {parameter.name for parameter in operation.parameters}
    unknown = [name for name in arguments if name not in known]
    if not unknown:
        return operation
    from dynclient.dispatch import label

    message = f"{label(operation)}: the server may ignore the filter {', '.join(unknown)}"
    warnings.warn(message, DynclientWarning, stacklevel=4)
    more = tuple(Parameter(name, "query") for name in unknown)
    return operation._replace(parameters=operation.parameters + more)


def own_fields(spec: CollectionSpec, fields: Any) -> Any:
    """Return the fields that are asked for, by the names that the server's release has for them."""
    if fields is None:
        return None
    known = spec.entity.properties
    asked = []
    for name in fields.split(",") if isinstance(fields, str) else fields:
        found = None if name in known else find_alias(name, known, spec.entity.path)
        asked.append(name if found is None else found.name)
    return asked


def plain(value: Any) -> Any:
    """Return an argument for path or query: the text of a model, or the value as it is."""
    return value if value is None or isinstance(value, (bool, int, float)) else model_str(value)
