"""One call: the request is prepared and sent, and the response read."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from dynclient import model
from dynclient.dispatch import responses
from dynclient.dispatch.binding import BoundArguments, bad_arguments, label
from dynclient.drift.unknown_values import UnknownValues
from dynclient.errors import (
    DynclientError,
    Problem,
    RequestInvalid,
    ResponseInvalid,
    UsageError,
)
from dynclient.secrets import MASK, SHORTEST_MASK
from dynclient.tracebacks import shorten_traceback
from dynclient.transport.request import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dynclient.dispatch.pagination import Page
    from dynclient.hooks import Hooks
    from dynclient.operations import Operation
    from dynclient.schema import EntityType, Node, Release
    from dynclient.settings import Settings
    from dynclient.transport.http import Transport
    from dynclient.transport.request import Response

    class Interceptor(Protocol):
        """Gets each request before it is sent."""

        def exchange(
            self, request: Request, release: Release | None, send: Callable[[Request], Response]
        ) -> Response:
            """Return the response to a request.

            Args:
                request: the request.
                release: the release of its client, if it is known.
                send: sends the request to the server.
            """


_HEADERS: dict[str, tuple[tuple[str, str], ...]] = {
    "json": (("Content-Type", "application/json"),),
    "json-list": (("Content-Type", "application/json"),),
    "json-patch": (("Content-Type", "application/json-patch+json"),),
    "text": (("Content-Type", "text/plain"), ("Accept", "*/*")),
}


_JSON = {"json", "json-list", "json-patch"}


_MASK_TEXT = SHORTEST_MASK.encode()
"""Part of every mask."""
_MASKED = (
    "is a mask, which the server would store in place of the secret; give the secret itself, or"
    " leave the field out. om.save of an entity that was read keeps the secret that is stored"
)


_ANY = (("Accept", "application/json, */*;q=0.5"),)


class Dispatcher:
    """Binds arguments, validates bodies, sends requests, and turns responses into entities.

    Args:
        transport: sends requests; anything with ``send(request)`` that returns a Response.
        settings: ``responses`` says whether responses are validated too, ``read_only`` whether
            requests that change something are refused.
        hooks: callables that watch requests and responses, or None.
        release: its schemas validate; None while only operations without a body are called.
    """

    interceptor: ClassVar[Interceptor | None] = None
    """Gets the requests of all clients of the process while they are recorded or replayed, see
    :mod:`dynclient.testing`."""

    def __init__(
        self,
        transport: Transport,
        settings: Settings,
        hooks: Hooks | None = None,
        release: Release | None = None,
    ) -> None:
        self.transport = transport
        self.settings = settings
        self.hooks = hooks
        self.release = release
        self.hrefs: dict[str, str] = {}
        """Routes by entity type, from the addresses in responses; see ``responses.routes_in``."""
        self.observers: tuple[Callable[[Request, Response | None], None], ...] = ()
        """Called after each request, with its response or None, before an error is raised."""
        self.unknown_values = UnknownValues()
        """What the server sent and the release does not know, counted."""
        self.origin: Callable[[str, Request], model.Origin] | None = None
        """Returns what reads the fields that a response left out: of a ``get``, a ``list`` or a
        ``write``, and its request. None: absent fields are None."""
        self._kinds: dict[str, tuple[type, Node] | None] = {}

    # -- out ---------------------------------------------------------------------------------------

    def prepare(
        self, operation: Operation, arguments: Mapping[str, Any], body: Any = None
    ) -> Request:
        """Return the request of a call, ready to be sent.

        Args:
            operation: the operation to call.
            arguments: by the names of its parameters; None means "not given".
            body: an entity, or what JSON can be made of; nested entities become references where
                the schema has references.

        Raises:
            BadArguments: the operation does not take these arguments; lists all problems.
            RequestInvalid: the body breaks its schema; lists all problems.
        """
        bound = BoundArguments(operation, arguments, self.release)
        path, query = bound.path, tuple(bound.query)
        kind, content = operation.body_kind, None
        headers: tuple[tuple[str, str], ...] = _ANY if operation.result_kind == "any" else ()
        if kind is not None:
            headers += _HEADERS.get(kind) or (("Content-Type", kind),)
            plain = kind not in _JSON
            content = _plain(operation, body) if plain else self._encoded(operation, body)
        headers += tuple(bound.headers)
        return Request(operation.method, path, query, headers, content, operation)

    def _encoded(self, operation: Operation, body: Any) -> bytes:
        node = self.node(operation.body)
        try:
            if operation.body_kind == "json-list":
                items = enumerate(_as_list(body))
                raw: Any = [self._validated(node, each, f"[{n}]") for n, each in items]
            elif operation.body_kind == "json-patch":
                raw = _json_patch(operation, body)
            else:
                raw = self._validated(node, body)
            text = _json_text(operation, raw, type(body).__name__)
            if _MASK_TEXT in text:
                self._refuse_masks(operation, raw)
            return text
        except RecursionError:
            message = "is nested too deeply, or contains itself"
        raise bad_arguments(
            label(operation), [Problem("body", type(body).__name__, "json", message)]
        )

    def _refuse_masks(self, operation: Operation, raw: Any) -> None:
        """Refuse a body that has a mask in the place of a secret; servers would store it.

        Raises:
            RequestInvalid: it has; lists all places.
        """
        from dynclient.model.masking import mask_paths, patch_mask_paths

        if operation.body_kind == "json-patch":
            paths = patch_mask_paths(self.node(operation.result), raw)
        else:
            # The node of one item does for a list of items; names decide where it does not fit.
            node = self.node(operation.body)
            items = enumerate(raw) if operation.body_kind == "json-list" else [(None, raw)]
            paths = []
            for number, item in items:
                place = "" if number is None else f"[{number}]."
                paths += [place + path for path in mask_paths(node, item)]
        _refuse(paths, f"the body of {label(operation)}")

    def _validated(self, node: Node | None, body: Any, place: str = "") -> Any:
        """Return a body, or one item of a list, as valid JSON."""
        from dynclient.drift.translate import is_accepted, translate

        if node is None:
            return model.raw(body)
        raw = None
        if isinstance(body, model.Entity) and model.schema_of(body).entity is not None:
            from dynclient.model.conversion import as_reference

            raw = as_reference(node, body)
        if raw is None:
            raw = model.raw(body, node)
        if is_accepted(node, raw):
            return raw
        return translate(node, raw, f"{node.type_name} {place}".strip())

    def node(self, reference: str | None) -> Node | None:
        """Return the node of a reference; None if the release does not have the document."""
        found = self._kind(reference) if reference is not None else None
        return None if found is None else found[1]

    def _kind(self, reference: str) -> tuple[type, Node] | None:
        """Return the class and node of a reference; each reference is resolved once."""
        try:
            return self._kinds[reference]
        except KeyError:
            pass
        release = self.release
        if release is None:
            raise UsageError("a body cannot be validated before a release is chosen")
        found = None
        # A tree may lack documents that only the server uses, such as the body of a vote.
        if release.entity_of(reference) is not None or release.has_document(reference):
            node = release.node(reference)
            found = (model.class_for(node), node)
        self._kinds[reference] = found
        return found

    # -- there and back ----------------------------------------------------------------------------

    def call(
        self,
        operation: Operation,
        arguments: Mapping[str, Any],
        body: Any = None,
        on_response: Callable[[Response], None] | None = None,
    ) -> Any:
        """Call an operation and return its result, see :meth:`result`.

        Args:
            operation: the operation.
            arguments: as for :meth:`prepare`.
            body: as for :meth:`prepare`.
            on_response: called with the response of any status, before it is read.

        Raises:
            BadArguments, RequestInvalid: nothing was sent, see :meth:`prepare`.
            ServerError: the server responded with an error.
            TransportError: there was no response.
            ReadOnly: the client is read-only, and the request may change something.
            ResponseInvalid: the response is not what the operation returns, see :meth:`result`.
        """
        return self.send(self.prepare(operation, arguments, body), on_response)

    def send(self, request: Request, on_response: Callable[[Response], None] | None = None) -> Any:
        """Send a prepared request and return its result; errors as for :meth:`call`."""
        hooks = self.hooks
        if hooks is None:
            response = self._exchange(request)
            if on_response is not None:
                on_response(response)
            return self._result_or_error(request, response)
        if hooks.on_request is not None:
            replacement = hooks.on_request(request)
            request = replacement if isinstance(replacement, Request) else request
        begin = time.perf_counter()
        try:
            response = self._exchange(request)
        except DynclientError as error:
            self._report(request, error)
            raise
        if hooks.on_response is not None:
            hooks.on_response(request, response, time.perf_counter() - begin)
        if on_response is not None:
            on_response(response)
        try:
            return self._result_or_error(request, response)
        except DynclientError as error:
            self._report(request, error)
            raise

    def _exchange(self, request: Request) -> Response:
        """Return the response to a request, after the observers have seen both."""
        if not self.observers:
            return self._transmit(request)
        response = None
        try:
            response = self._transmit(request)
        finally:
            for observer in self.observers:
                observer(request, response)
        return response

    def _transmit(self, request: Request) -> Response:
        if self.settings.read_only and request.is_write:
            from dynclient.dispatch.read_only import refuse_write

            refuse_write(request)
        if request.body is not None and _MASK_TEXT in request.body:
            _refuse_masks_in_bytes(request)
        if self.interceptor is not None:
            return self.interceptor.exchange(request, self.release, self.transport.send)
        return self.transport.send(request)

    def _result_or_error(self, request: Request, response: Response) -> Any:
        if 200 <= response.status < 300:
            return self.result(request, response)
        error = responses.to_error(request, response, self.transport)
        if not responses.is_deleted(request, error):
            raise error
        operation: Operation | None = request.operation
        return "" if operation is not None and operation.result_kind == "text" else None

    def _report(self, request: Request, error: Exception) -> None:
        if self.hooks is not None and self.hooks.on_error is not None:
            shorten_traceback(error)  # a hook may log the error with the variables of its frames
            self.hooks.on_error(request, error)

    # -- in ----------------------------------------------------------------------------------------

    def result(self, request: Request, response: Response) -> Any:
        """Return the content of a successful response.

        An entity; a :class:`Page` of entities; for a history the list of versions; decoded JSON if
        there is no schema, or the operation is ``as_json``; text if the operation returns text;
        None without a body.

        Raises:
            NotOpenMetadata: the body is not JSON.
            ResponseInvalid: it is not an entity, a page or a history where one is due; or it breaks
                its schema, with ``responses="strict"`` only.
        """
        operation: Operation | None = request.operation
        kind = "raw" if operation is None else operation.result_kind
        if kind == "text":
            return response.body.decode("utf-8", "replace")
        if kind == "any":
            return responses.by_media_type(request, response)
        data = responses.decode(request, response)
        if operation is None:
            return data
        reference = operation.result
        found = None if reference is None else self._kind(reference)
        entity = self._entity_of(reference)
        responses.check_shape(request, data, entity)
        if found is None or data is None or operation.as_json:
            return data
        if kind == "page":
            return self.page(request, data)
        origin = self._origin(request, operation, entity)
        if kind == "history":
            return self._load_all(found, _versions(request, data))
        if kind == "entity":
            self._note_routes(operation, data)
        return self._load_all(found, [data], origin)[0]

    def page(self, request: Request, data: Mapping[str, Any]) -> Page:
        """Return a page of entities that the schemas describe.

        Args:
            request: the request of a list.
            data: the JSON of the response, also of one that another process received.
        """
        from dynclient.dispatch.pagination import Page

        operation: Operation = request.operation
        found = self._kind(operation.result or "")
        assert found is not None  # noqa: S101 -- the operation lists entities
        origin = self._origin(request, operation, self._entity_of(operation.result))
        listed = data["data"]
        if listed:
            self._note_routes(operation, listed[0])
        return Page(self._load_all(found, listed, origin), data.get("paging"), origin)

    def _origin(
        self, request: Request, operation: Operation, entity: EntityType | None
    ) -> model.Origin | None:
        """Return the origin of the entities in a response; None for other data, and versions."""
        kind = operation.result_kind
        if (
            self.origin is None
            or entity is None
            or entity.kind != "entity"
            or kind not in {"page", "entity"}
            or "/versions/" in operation.route  # a former state; what it lacks is lost
        ):
            return None
        if kind == "page":
            return self.origin("list", request)
        return self.origin("get" if request.method == "GET" else "write", request)

    def _entity_of(self, reference: str | None) -> EntityType | None:
        """Return the entity type or time series that a reference names, or None."""
        if reference is None or self.release is None:
            return None
        return self.release.entity_of(reference)

    def _note_routes(self, operation: Operation, data: Any) -> None:
        """Note the routes in the addresses of the first entity of a type."""
        entity = operation.entity_type
        if entity is not None and entity.name not in self.hrefs and isinstance(data, dict):
            self.hrefs.update(responses.routes_in(data, entity.name))

    def _load_all(
        self, found: tuple[type, Node], data: Sequence[Any], origin: model.Origin | None = None
    ) -> list[Any]:
        self.unknown_values.take(found[1], data)
        return [self._load(found, each, origin) for each in data]

    def _load(self, found: tuple[type, Node], data: Any, origin: model.Origin | None) -> Any:
        cls, node = found
        if self.settings.responses == "strict":
            from dynclient.validation import validator

            problems = validator(node.release).check(node, data)
            if problems:
                what = f"the {node.type_name} in the server's response"
                raise ResponseInvalid(what=what, problems=problems)
        return model.load(cls, data, origin)


def _json_patch(operation: Operation, body: Any) -> Any:
    """Return a JSON Patch that a user passed as JSON.

    Raises:
        RequestInvalid: it is not a JSON Patch; lists all problems.
    """
    from dynclient.model.json_patch import patch_problems

    raw = [_patch_operation(each) for each in body] if isinstance(body, (list, tuple)) else body
    problems = patch_problems(raw)
    if problems:
        raise RequestInvalid(what=f"the JSON Patch of {label(operation)}", problems=problems)
    return raw


def _patch_operation(operation: Any) -> Any:
    if not isinstance(operation, Mapping):
        return operation
    # A value of None is null here; elsewhere a field that is None is left out.
    return {name: value if value is None else model.raw(value) for name, value in operation.items()}


def _refuse(mask_paths: list[str], what: str) -> None:
    if mask_paths:
        problems = [Problem(path, MASK, "mask", _MASKED) for path in mask_paths]
        raise RequestInvalid(what=what, problems=problems)


def _refuse_masks_in_bytes(request: Request) -> None:
    """Refuse a mask in a body that was encoded elsewhere, where the names say that it is a secret.

    Raises:
        RequestInvalid: there is one; lists all places.
    """
    operation: Operation | None = request.operation
    if operation is not None and operation.body_kind in _JSON:
        return  # by its schema, see Dispatcher.prepare
    from dynclient.model.masking import mask_paths, patch_mask_paths

    try:
        raw = responses.loads(request.body or b"")
    except ValueError:
        return
    is_patch = any("json-patch" in value for _, value in request.headers)
    paths = patch_mask_paths(None, raw) if is_patch else mask_paths(None, raw)
    _refuse(paths, f"the body of {request.method} {request.masked_target}")


def _json_text(operation: Operation, raw: Any, kind: str) -> bytes:
    """Return a body as JSON text; ``kind`` is the type of the user's value."""
    import json

    try:
        return json.dumps(raw, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        problem = Problem("body", kind, "json", f"cannot be written as JSON: {error}")
    raise bad_arguments(label(operation), [problem])


def _plain(operation: Operation, body: Any) -> bytes:
    """Return a body that is not JSON."""
    if isinstance(body, bytes):
        return body
    if isinstance(body, str):
        try:
            return body.encode()
        except UnicodeEncodeError:
            message = "contains a lone surrogate, which UTF-8 cannot encode"
        raise bad_arguments(label(operation), [Problem("body", "str", "encoding", message)])
    kind = type(body).__name__
    reads = next((name for name in ("read_bytes", "read") if hasattr(body, name)), None)
    hint = f"; pass its .{reads}()" if reads else ""
    message = f"must be str or bytes ({operation.body_kind}), not {kind}{hint}"
    raise bad_arguments(label(operation), [Problem("body", kind, "type", message)])


def _as_list(body: Any) -> Any:
    return body if isinstance(body, (list, tuple)) else [body]


def _versions(request: Request, data: Any) -> list[Any]:
    """Return the versions of a history; servers send each of them as a string of JSON."""
    versions = []
    for number, each in enumerate(data["versions"]):
        version = each
        if isinstance(each, str):
            try:
                version = responses.loads(each.encode())
            except ValueError:
                version = None
        if not isinstance(version, dict):
            from dynclient.dispatch.shapes import wrong_shape

            what = "an entity, or one as a text of JSON"
            raise wrong_shape(request, each, what, f"versions[{number}]")
        versions.append(version)
    return versions
