"""A client without a server: every operation is answered by an example that its schema allows."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from dynclient.client.connect import connect
from dynclient.errors import Problem, UsageError, ValidationFailed
from dynclient.explore.examples import Examples
from dynclient.explore.known_releases import release_or_newest
from dynclient.operations.catalogue import catalogue
from dynclient.operations.operation import Operation
from dynclient.suggestions import did_you_mean, nearest
from dynclient.tracebacks import public_calls
from dynclient.transport.request import Response
from dynclient.validation import validator

if TYPE_CHECKING:
    from dynclient.client.client import Client
    from dynclient.schema import Node, Release
    from dynclient.transport.request import Request

_HOST = "http://stub.invalid"
_ROUTE = re.compile(r"(GET|HEAD|POST|PUT|PATCH|DELETE) (/\S+)")
_FORMS = {
    "delete": ("delete", "delete_by_name"),
    "get": ("get", "get_by_name"),
    "save": ("patch", "patch_by_name"),
}
"""Methods of collections that choose one of several operations."""
_VERSION_PATH = re.compile(r"(/v1/system)?/version")


class _Answer(NamedTuple):
    status: int
    body: Any


@public_calls
class Stub:
    """Answers the requests of a client with examples, and keeps the requests.

    An answer contains what the schema of the result requires, the fields that the request asks for
    and, as far as the schema allows, the values of the request. Nothing is stored: an entity that
    was created can be read under any name.

    Args:
        release: a release or its name; by default the newest one in the cache.

    Attributes:
        release: the release whose schemas are used.
        requests: the requests so far, in their order.

    Raises:
        UnknownRelease: the cache does not have the release.
    """

    def __init__(self, release: Release | str | Path | None = None) -> None:
        self.release = release_or_newest(release)
        self.requests: list[Request] = []
        self._lock = threading.Lock()
        self._answers: list[tuple[str, re.Pattern[str], list[_Answer]]] = []

    def __repr__(self) -> str:
        return f"<Stub of {self.release.name}, {len(self.requests)} requests>"

    def connect(self, **settings: Any) -> Client:
        """Return a client whose requests this stub answers.

        Args:
            settings: see :class:`dynclient.settings.Settings`.

        Raises:
            BadArguments: unknown settings or invalid values.
        """
        # The stub has the one method of a transport that a client calls.
        return connect(_HOST, transport=self, release=self.release, **settings)  # type: ignore[arg-type]

    def answer(self, call: str, body: Any = None, *, status: int = 200, **fields: Any) -> None:
        """Set the answer to an operation.

        Several answers to one operation are given in their order; the last one stays.

        Args:
            call: a method of a collection, ``"tables.get"``, or method and path below ``/api``,
                ``"GET /v1/tables/{id}/sampleData"``.
            body: the answer. Of an entity, the fields that differ from the example; for a list,
                one such object for each entity; otherwise the whole answer.
            status: the HTTP status of the answer.
            fields: fields of the entity, instead of ``body``.

        Raises:
            UsageError: the release has no such operation.
            ValidationFailed: the schema of the result does not allow the answer; lists all
                problems.
        """
        operations = self._operations(call)
        if fields:
            if body is not None and not isinstance(body, Mapping):
                raise UsageError(f"pass the fields of {call} either by name or in body, an object")
            body = {**(body or {}), **fields}
        has_result = 200 <= status < 300 and status != HTTPStatus.NO_CONTENT
        for operation in operations:
            whole = self._completed(operation, body, call) if has_result else body
            self._add(operation, _Answer(status, whole))

    def fail(self, call: str, status: int, message: str = "") -> None:
        """Answer an operation with an error, in the form that servers use.

        Args:
            call: as for :meth:`answer`.
            status: the HTTP status, 400 to 599.
            message: the server's message; by default the phrase of the status.

        Raises:
            UsageError: the release has no such operation, or the status is not that of an error.
        """
        if status not in range(400, 600):
            raise UsageError(f"status must be that of an error, 400 to 599, not {status!r}")
        known = {each.value: each.phrase for each in HTTPStatus}
        body = {"code": status, "message": message or known.get(status, "Error")}
        for operation in self._operations(call):
            self._add(operation, _Answer(status, body))

    def send(self, request: Request) -> Response:
        """Return the answer to a request; clients call it in place of sending the request."""
        with self._lock:
            self.requests.append(request)
            answer = self._next_answer(request)
        if answer is None:
            answer = self._default(request)
        content = b"" if answer.body is None else _encoded(answer.body)
        kind = "text/plain" if isinstance(answer.body, str) else "application/json"
        url = f"{_HOST}/api{request.path}"
        return Response(answer.status, {"Content-Type": kind}, content, url)

    # -- answers -----------------------------------------------------------------------------------

    def _operations(self, call: str) -> list[Operation]:
        """Return the operations that a call names."""
        if not isinstance(call, str):
            raise UsageError(f"call must be 'tables.get' or 'GET /v1/tables', not {call!r}")
        written = _ROUTE.fullmatch(call)
        if written is not None:
            return [self._operation_at(written[1], written[2])]
        attribute, _, name = call.rpartition(".")
        collections = catalogue(self.release).collections
        if attribute not in collections:
            close = did_you_mean(nearest(attribute or call, collections))
            message = f"release {self.release.name} has no collection {attribute or call!r}{close}"
            hint = "" if attribute else "; a call is 'tables.get' or 'GET /v1/tables'"
            raise UsageError(message + hint)
        operations = collections[attribute].operations
        found = [operations[each] for each in _FORMS.get(name, (name,)) if each in operations]
        if not found:
            close = did_you_mean(nearest(name, [*operations, *_FORMS]))
            raise UsageError(f"{attribute} has no operation {name!r}{close}")
        return found

    def _operation_at(self, method: str, path: str) -> Operation:
        """Return the operation at a path: one of a collection, or one without a schema."""
        for spec in catalogue(self.release):
            for operation in spec.operations.values():
                if operation.method == method and _pattern(operation.route).fullmatch(path):
                    return operation._replace(route=path)
        return Operation(f"{method} {path}", None, method, path)

    def _add(self, operation: Operation, answer: _Answer) -> None:
        with self._lock:
            for method, route, answers in self._answers:
                if (method, route) == (operation.method, _pattern(operation.route)):
                    answers.append(answer)
                    return
            self._answers.append((operation.method, _pattern(operation.route), [answer]))

    def _next_answer(self, request: Request) -> _Answer | None:
        for method, route, answers in reversed(self._answers):
            if method == request.method and route.fullmatch(request.path):
                first: _Answer = answers[0] if len(answers) == 1 else answers.pop(0)
                return first
        return None

    def _completed(self, operation: Operation, body: Any, call: str) -> Any:
        """Return a whole answer: what is given, over the example of the result.

        Raises:
            ValidationFailed: the schema of the result does not allow it.
        """
        node = self._node(operation.result)
        kind = operation.result_kind
        if node is None:
            return {} if body is None and kind != "text" else body
        what = f"the answer to {call}"
        if kind == "page":
            items = [{}] if body is None else body
            if not isinstance(items, Sequence) or isinstance(items, (str, bytes)):
                raise UsageError(f"{what} must be a list of objects, not {body!r}")
            problems = [
                Problem(f"[{n}]", each, "type", "must be an object")
                for n, each in enumerate(items)
                if not isinstance(each, Mapping)
            ]
            if problems:
                raise ValidationFailed(what=what, problems=problems)
            data = [self._checked(node, each, f"{what}, item {n}") for n, each in enumerate(items)]
            return {"data": data, "paging": {"total": len(data)}}
        if kind == "history":
            versions = [{}] if body is None else body
            return {"versions": [json.dumps(self._checked(node, each, what)) for each in versions]}
        if not isinstance(body, (Mapping, type(None))):
            raise UsageError(f"{what} must be an object with fields, not {body!r}")
        return self._checked(node, body or {}, what)

    def _checked(self, node: Node, fields: Mapping[str, Any], what: str) -> dict[str, Any]:
        from dynclient import model

        found = {**self._example(node), **{name: model.raw(fields[name]) for name in fields}}
        problems = validator(self.release).check(node, found)
        if problems:
            raise ValidationFailed(what=what, problems=problems)
        return found

    # -- answers that are not set ------------------------------------------------------------------

    def _default(self, request: Request) -> _Answer:
        operation: Operation | None = request.operation
        if operation is None:
            message = f"the stub has no answer to {request.method} {request.path}"
            return _Answer(404, {"code": 404, "message": message})
        if _VERSION_PATH.fullmatch(request.path):
            version = ".".join(map(str, self.release.version)) or self.release.name
            return _Answer(200, {"version": version, "revision": "", "timestamp": 0})
        if operation.result_kind == "text":
            return _Answer(200, "")
        node = self._node(operation.result)
        if node is None:
            return _Answer(200, {})
        entity = self._answering(node, request)
        if operation.result_kind == "page":
            return _Answer(200, {"data": [entity], "paging": {"total": 1}})
        if operation.result_kind == "history":
            return _Answer(200, {"versions": [json.dumps(entity)]})
        return _Answer(201 if operation.name == "create" else 200, entity)

    def _answering(self, node: Node, request: Request) -> dict[str, Any]:
        """Return an example with the values of a request, as far as its schema allows them."""
        found = self._example(node)
        for name, value in self._values(node, request):
            if name in node.properties and value is not None:
                changed = {**found, name: value}
                if validator(self.release).is_valid(node, changed):
                    found = changed
        return found

    def _values(self, node: Node, request: Request) -> list[tuple[str, Any]]:
        operation: Operation = request.operation
        values: list[tuple[str, Any]] = []
        for name in dict(request.query).get("fields", "").split(","):
            field = node.properties.get(name)
            if field is not None:
                values.append((name, Examples(self.release).value(field, name)))
        for name, text in _path_values(operation.route, request.path).items():
            values += [(name, text)]
            if name == "fqn":
                values += [("fullyQualifiedName", text), ("name", text.rpartition(".")[2])]
        if operation.body_kind == "json" and isinstance(request.json, dict):
            values += request.json.items()
        if operation.body_kind == "json-patch":
            # Of a patch, what it sets at the top; changes further down are not in the example.
            values += [(op["path"][1:], op.get("value")) for op in request.json if "value" in op]
        return values

    def _example(self, node: Node) -> dict[str, Any]:
        examples = Examples(self.release)
        found = examples.value(node, node.type_name or "")
        found = dict(found) if isinstance(found, dict) else {}
        identity = node.properties.get("id")
        if identity is not None:  # schemas do not require it of all entities, and servers send it
            found.setdefault("id", examples.value(identity, "id"))
        return found

    def _node(self, reference: str | None) -> Node | None:
        if reference is None or not self.release.has_document(reference):
            return None
        return self.release.node(reference)


def _pattern(route: str) -> re.Pattern[str]:
    """Return a pattern of the paths of a route."""
    parts = re.split(r"\{(\w+)\}", route)
    pieces = [re.escape(p) if n % 2 == 0 else f"(?P<{p}>[^/]+)" for n, p in enumerate(parts)]
    return re.compile("".join(pieces))


def _path_values(route: str, path: str) -> dict[str, str]:
    found = _pattern(route).fullmatch(path)
    return {} if found is None else {n: unquote(text) for n, text in found.groupdict().items()}


def _encoded(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()
