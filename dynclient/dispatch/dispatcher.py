"""One call: prepared, sent, and its result."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.dispatch import responses
from dynclient.dispatch.binding import Bound, bad_arguments, label
from dynclient.dispatch.pagination import Page
from dynclient.drift.translate import is_accepted, translate
from dynclient.drift.unknown_values import UnknownValues
from dynclient.errors import DynclientError, Problem, ResponseInvalid, UsageError
from dynclient.transport.request import Request
from dynclient.validation import validator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dynclient.hooks import Hooks
    from dynclient.operations import Operation
    from dynclient.schema import Node, Release
    from dynclient.settings import Settings
    from dynclient.transport.http import Transport
    from dynclient.transport.request import Response


_HEADERS: dict[str, tuple[tuple[str, str], ...]] = {
    "json": (("Content-Type", "application/json"),),
    "json-list": (("Content-Type", "application/json"),),
    "json-patch": (("Content-Type", "application/json-patch+json"),),
    "text": (("Content-Type", "text/plain"), ("Accept", "*/*")),
}


_JSON = {"json", "json-list", "json-patch"}


_ANY = (("Accept", "application/json, */*;q=0.5"),)


class Dispatcher:
    """Binds arguments, judges bodies, sends, and turns answers into what users hold.

    Args:
        transport: sends requests; anything with ``send(request)`` that gives an Answer.
        settings: ``responses`` says whether answers are judged too.
        hooks: what watches, or None.
        release: whose schemas judge; None while only operations without a body are called.
    """

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
        """Routes by entity type, from the addresses in answers; see ``answers.routes_in``."""
        self.unknown_values = UnknownValues()
        """What the server said that the release does not know, counted."""
        self._kinds: dict[str, tuple[type, Node] | None] = {}

    # -- out ---------------------------------------------------------------------------------------

    def prepare(
        self, operation: Operation, arguments: Mapping[str, Any], body: Any = None
    ) -> Request:
        """Return the request of a call, ready to be sent.

        Args:
            operation: what to do.
            arguments: by the names of its parameters; None stands for "not given".
            body: an entity, or what JSON can be made of; its nested entities become references
                where the schema wants them.

        Raises:
            BadArguments: arguments that the operation does not take; all of them at once.
            RequestInvalid: a body that breaks its schema; all that is wrong at once.
        """
        bound = Bound(operation, arguments, self.release)
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
                raw: Any = [
                    self._validated(node, each, f"[{n}]") for n, each in enumerate(_all(body))
                ]
            else:
                raw = self._validated(node, body)
            return _written(operation, raw, type(body).__name__)
        except RecursionError:
            message = "is nested deeper than can be followed, or lies in itself"
        raise bad_arguments(
            label(operation), [Problem("body", type(body).__name__, "json", message)]
        )

    def _validated(self, node: Node | None, body: Any, place: str = "") -> Any:
        """Return a body, or one of a list of them, as JSON has it."""
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
        """Return the node of a reference; None where the release does not have the document."""
        found = self._kind(reference) if reference is not None else None
        return None if found is None else found[1]

    def _kind(self, reference: str) -> tuple[type, Node] | None:
        """Return class and node of a reference; they are looked up once."""
        try:
            return self._kinds[reference]
        except KeyError:
            pass
        release = self.release
        if release is None:
            raise UsageError("no release is known yet, so no body can be judged")
        path, _, pointer = reference.partition("#")
        found = None
        # A tree may lack documents of the server's own business, such as how to vote.
        if release.entity_of(reference) is not None or path in release.paths:
            node = release.node(path, pointer)
            found = (model.class_for(node), node)
        self._kinds[reference] = found
        return found

    # -- there and back ----------------------------------------------------------------------------

    def call(self, operation: Operation, arguments: Mapping[str, Any], body: Any = None) -> Any:
        """Do an operation and return its result, see :meth:`result`.

        Raises:
            BadArguments, RequestInvalid: nothing was sent, see :meth:`prepare`.
            ServerError: the server said no.
            TransportError: there was no answer.
            ResponseInvalid: the answer breaks its schema, with ``responses="strict"`` only.
        """
        return self.send(self.prepare(operation, arguments, body))

    def send(self, request: Request) -> Any:
        """Send a prepared request and return its result; errors as for :meth:`call`."""
        answer = self._answered(request)
        if not 200 <= answer.status < 300:
            error = responses.fault(request, answer)
            if self.hooks is not None and self.hooks.on_error is not None:
                self.hooks.on_error(request, error)
            raise error
        return self.result(request, answer)

    def _answered(self, request: Request) -> Response:
        hooks = self.hooks
        if hooks is None:
            return self.transport.send(request)
        if hooks.on_request is not None:
            changed = hooks.on_request(request)
            request = changed if isinstance(changed, Request) else request
        begin = time.perf_counter()
        try:
            answer = self.transport.send(request)
        except DynclientError as error:
            if hooks.on_error is not None:
                hooks.on_error(request, error)
            raise
        if hooks.on_response is not None:
            hooks.on_response(request, answer, time.perf_counter() - begin)
        return answer

    # -- in ----------------------------------------------------------------------------------------

    def result(self, request: Request, answer: Response) -> Any:
        """Return what a successful answer holds.

        An entity; a :class:`Page` of them; for a history the list of versions; decoded JSON where
        no schema tells more; text where the operation gives text; None without a body.
        """
        operation: Operation | None = request.operation
        kind = "raw" if operation is None else operation.result_kind
        if kind == "text":
            return answer.body.decode("utf-8", "replace")
        if kind == "any":
            return responses.by_media_type(request, answer)
        data = responses.decode(request, answer)
        reference = None if operation is None else operation.result
        found = None if reference is None else self._kind(reference)
        if found is None or data is None:
            return data
        if kind == "page":
            listed = data.get("data") if isinstance(data, dict) else None
            if operation is not None and isinstance(listed, list) and listed:
                self._look_around(operation, listed[0])
            entities = self._all_loaded(found, listed or ())
            return Page(entities, data.get("paging") if isinstance(data, dict) else None)
        if kind == "history":
            return self._all_loaded(found, _versions(data))
        if kind == "entity" and operation is not None:
            self._look_around(operation, data)
        return self._all_loaded(found, [data])[0]

    def _look_around(self, operation: Operation, data: Any) -> None:
        """Note where the server has what the first entity of a type tells of."""
        entity = operation.entity_type
        if entity is not None and entity.name not in self.hrefs and isinstance(data, dict):
            self.hrefs.update(responses.routes_in(data, entity.name))

    def _all_loaded(self, found: tuple[type, Node], data: Sequence[Any]) -> list[Any]:
        self.unknown_values.take(found[1], data)
        return [self._loaded(found, each) for each in data]

    def _loaded(self, found: tuple[type, Node], data: Any) -> Any:
        cls, node = found
        if self.settings.responses == "strict":
            checker = validator(node.release)
            if not checker.is_valid(node, data):
                what = f"the {node.type_name} that the server gave"
                raise ResponseInvalid(what=what, problems=checker.problems(node, data))
        return model.load(cls, data)


def _written(operation: Operation, raw: Any, kind: str) -> bytes:
    """Return a body as JSON text; ``kind`` is what the user gave it as."""
    import json

    try:
        return json.dumps(raw, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        problem = Problem("", kind, "json", f"cannot be written as JSON: {error}")
    raise bad_arguments(label(operation), [problem])


def _plain(operation: Operation, body: Any) -> bytes:
    """Return a body that is no JSON."""
    if isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    message = f"is a {type(body).__name__}, where {operation.body_kind} is wanted: str or bytes"
    raise bad_arguments(label(operation), [Problem("body", type(body).__name__, "type", message)])


def _all(body: Any) -> Any:
    return body if isinstance(body, (list, tuple)) else [body]


def _versions(data: Any) -> list[Any]:
    """Return the versions of a history; servers give each as a string of JSON."""
    listed = data.get("versions") if isinstance(data, dict) else None
    return [
        responses.loads(each.encode()) if isinstance(each, str) else each for each in listed or ()
    ]
