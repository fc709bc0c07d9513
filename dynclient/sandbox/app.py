"""The ASGI application: each request is routed, handled in one transaction, and answered."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sqlite3
import threading
from collections.abc import AsyncGenerator, Callable, Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route as WebRoute

from dynclient.operations.catalogue import catalogue
from dynclient.sandbox.entities import seed
from dynclient.sandbox.entities.entity_model import EntityModels
from dynclient.sandbox.entities.request_context import Caller, Clock, RequestContext
from dynclient.sandbox.features import FEATURES, change_events, openapi_document
from dynclient.sandbox.http_errors import (
    ErrorResponse,
    SandboxError,
    UnhandledServerError,
    bad_request,
    error_response,
    not_found,
    unhandled_error_response,
    unhandled_status,
)
from dynclient.sandbox.json_codec import dumps, loads_first
from dynclient.sandbox.people import access_tokens, accounts, jwt, resource_policies
from dynclient.sandbox.routing import JSON, JSON_PATCH, Request, Result, Route, Routes
from dynclient.sandbox.runner import DEFAULT_RUNNER, Runner
from dynclient.sandbox.startup_errors import DataRefused

if TYPE_CHECKING:
    from dynclient.sandbox.storage.database import Database
    from dynclient.schema.release import Release

LOG = logging.getLogger(__name__)

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_ROOT = "/api"
_DOCUMENT = "/swagger.json"
DEFAULT_PASSWORD = "admin"  # noqa: S105 - the default of every OpenMetadata server


MAX_BODY = 64 * 1024 * 1024
"""The number of bytes that the body of a request may have."""

PATIENCE = 0.5
"""The number of seconds for which the body of a refused request is read and forgotten."""

_T = TypeVar("_T")


class _Admitted(NamedTuple):
    """A request whose route and caller are known, and whose body has not been read."""

    route: Route
    request: Request
    caller: Caller


class Sandbox:
    """A release served on a data file."""

    def __init__(
        self, release: Release, database: Database, runner: Runner = DEFAULT_RUNNER
    ) -> None:
        self.release = release
        self.runner = runner
        self.database = database
        self.models = EntityModels(release)
        self.rules = self.models.rules
        with database.write() as tx:
            key = tx.meta("signing key")
            if key is None:
                key = jwt.new_key()
                tx.set_meta("signing key", key)
        self.signer = jwt.TokenSigner(key)
        self.where = {
            spec.entity.name: f"/v1{spec.route.removeprefix('/v1')}"
            for spec in catalogue(release).collections.values()
            if spec.entity.kind == "entity"
        }
        self.routes = Routes()
        self._mount_people()
        for name in FEATURES:
            feature = import_module(f"dynclient.sandbox.features.{name}")
            if self._has(feature.NEEDS):
                feature.mount(self.routes, self.models, self.where)
        self._event_log = (
            change_events.EventLog(self.models, self.where)
            if self._has(change_events.NEEDS)
            else None
        )
        self._openapi_text: str | None = None
        self._openapi_lock = threading.Lock()
        self._clock = Clock()
        self._with_type = bool(self.rules.flag("error_type"))
        self._prepare()
        self.admin_token = self.signer.create_token("admin", "admin@open-metadata.org", bot=False)
        self.bot_token = self.signer.create_token(
            seed.BOT, "ingestion-bot@open-metadata.org", bot=True
        )

    def _has(self, paths: Iterable[str]) -> bool:
        return all(path in self.release.paths for path in paths)

    def _mount_people(self) -> None:
        """Add the routes of users and permissions, before those of the collections."""
        if "user" in self.models:
            accounts.mount(self.routes, accounts.Accounts(self.models, self.signer))
            if self._has(access_tokens.NEEDS):
                tokens = access_tokens.PersonalTokens(self.models, self.signer)
                access_tokens.mount(self.routes, tokens)
        if self._has(resource_policies.NEEDS):
            resource_policies.mount(self.routes, self.models, self.where)

    def _prepare(self) -> None:
        """Fill a new data file. Raises DataRefused for a file created for another release."""
        with self.database.write() as tx:
            digest = tx.meta("release")
            if digest is not None:
                if digest != self.release.digest:
                    raise DataRefused(self._mismatch(str(tx.meta("release name"))))
                return
            admin, now = Caller(seed.ADMIN), self._clock.now()
            context = RequestContext(tx, self.models, self.where, admin, "", now, self.runner)
            seed.fill_data_file(context)
            row = tx.find("user", seed.ADMIN)
            if row is not None:
                tx.set_meta(f"password:{row.id}", jwt.hash_password(DEFAULT_PASSWORD))
            tx.set_meta("release", self.release.digest)
            tx.set_meta("release name", self.release.name)

    def _mismatch(self, created_for: str) -> str:
        path, name = self.database.path, self.release.name
        if created_for == name:
            return (
                f"the data file {path} was created for another tree that is also named {name};"
                " serve that tree or name another file"
            )
        return (
            f"the data file {path} was created for release {created_for}, not for {name}; serve"
            " that release or name another file"
        )

    # requests

    def application(self) -> Starlette:
        """Return the ASGI application."""
        return Starlette(routes=[WebRoute("/{path:path}", self._serve, methods=_METHODS)])

    async def _serve(self, http_request: HttpRequest) -> Response:
        if not _has_body(http_request):
            return await run_in_threadpool(
                self._guard, http_request, lambda: self._respond(http_request)
            )
        # The body of a request that is refused anyway is not read: it may be large or never end.
        admitted = await run_in_threadpool(
            self._guard, http_request, lambda: self._admit(http_request)
        )
        if isinstance(admitted, Response):
            await _discard(http_request)
            return admitted
        try:
            body = await _read(http_request)
        except ClientDisconnect:
            return Response(status_code=400)  # no one receives it
        if body is None:
            await _discard(http_request)
            message = f"The request body is larger than {MAX_BODY} bytes"
            return self._error(error_response(413, message))
        return await run_in_threadpool(
            self._guard, http_request, lambda: self._run(http_request, admitted, body)
        )

    def _respond(self, http_request: HttpRequest) -> Response:
        """Answer a request without a body."""
        admitted = self._admit(http_request)
        if isinstance(admitted, Response):
            return admitted
        return self._run(http_request, admitted, b"")

    def _guard(self, http_request: HttpRequest, work: Callable[[], _T]) -> _T | Response:
        """Return the result of a piece of work, or the response for its error."""
        try:
            return work()
        except ErrorResponse as error:
            return self._error(error)
        except UnhandledServerError as error:
            return self._error(unhandled_error_response(error.message, with_type=self._with_type))
        except sqlite3.OperationalError as error:
            LOG.warning("the data file %s cannot be used: %s", self.database.path, error)
            message = f"the sandbox's data file {self.database.path} cannot be used: {error}"
            return self._error(unhandled_error_response(message, with_type=self._with_type))
        except Exception as error:
            LOG.exception(
                "the sandbox failed to handle %s %s", http_request.method, http_request.url.path
            )
            return self._error(
                unhandled_error_response(type(error).__name__, with_type=self._with_type)
            )

    def _admit(self, http_request: HttpRequest) -> Response | _Admitted:
        """Find the route and the caller of a request by its address and headers alone."""
        path = http_request.scope["raw_path"].decode("ascii", "replace").partition("?")[0]
        if path == _DOCUMENT and http_request.method in {"GET", "HEAD"}:
            return Response(self._document(), 200, media_type=JSON)
        if not path.startswith(f"{_ROOT}/"):
            raise unhandled_status(404)
        found = self.routes.find(path[len(_ROOT) :])
        if found is None:
            raise unhandled_status(404)
        methods, values = found
        method = "GET" if http_request.method == "HEAD" else http_request.method
        if method == "OPTIONS":
            allowed = ", ".join(["HEAD", *methods, "OPTIONS"])
            return Response(allowed, 200, {"Allow": allowed}, "text/plain")
        route = methods.get(method)
        if route is None:
            raise unhandled_status(405)
        base = f"{http_request.url.scheme}://{http_request.headers.get('host', 'localhost')}{_ROOT}"
        caller = None if route.public else self._caller(http_request)
        token = http_request.headers.get("authorization", "").partition(" ")[2]
        query, headers = http_request.query_params, http_request.headers
        pairs = tuple(query.multi_items())
        request = Request(method, values, query, None, base, token, headers, pairs)
        return _Admitted(route, request, caller or Caller("anonymous", admin=False))

    def _document(self) -> str:
        """Return the OpenAPI document as JSON text; it is built on the first request."""
        with self._openapi_lock:
            if self._openapi_text is None:
                document = openapi_document.Document(self.models, self.release.name)
                self._openapi_text = dumps(document.build(self.routes, self.where))
            return self._openapi_text

    def _caller(self, request: HttpRequest) -> Caller:
        header = request.headers.get("authorization")
        name = self.signer.read_user(header)
        token = (header or "").partition(" ")[2]
        with self.database.read() as tx:
            row = tx.find("user", name)
            if tx.meta(f"revoked:{jwt.fingerprint(token)}"):
                raise error_response(401, "Expired token!")
        if row is None:
            raise jwt.unauthorized(f"User {name} is not known")
        if row.deleted:
            raise not_found(row.type, name)
        return Caller.of_user(row)

    def _run(self, http_request: HttpRequest, admitted: _Admitted, body: bytes) -> Response:
        """Handle a request in one transaction."""
        route, request, caller = admitted
        if route.consumes is not None:
            request = request._replace(body=_body(route, http_request, body))
        failure: SandboxError | None = None
        with self.database.write() if route.writes else self.database.read() as tx:
            now = self._clock.now()
            context = RequestContext(
                tx, self.models, self.where, caller, request.base_url, now, self.runner
            )
            try:
                result = route.handler(context, request)
            except SandboxError as error:
                if not error.keeps_changes:
                    raise
                failure = error
            else:
                if route.writes and self._event_log is not None:
                    path = http_request.scope["raw_path"].decode("ascii", "replace")
                    self._event_log.add(context, path.removeprefix(_ROOT), result)
        if failure is not None:
            raise failure
        return _response(result)

    def _error(self, error: ErrorResponse) -> Response:
        headers = {}
        if error.status in {401, 403, 404, 409}:
            headers["WWW-Authenticate"] = "om-auth"
        if isinstance(error.body, str):
            return Response(error.body, error.status, headers, "text/plain")
        return Response(dumps(error.body), error.status, headers, JSON)


def _has_body(request: HttpRequest) -> bool:
    """Return whether the headers of a request announce a body."""
    return (
        request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    )


async def _read(request: HttpRequest) -> bytes | None:
    """Return the body of a request, or None if it is larger than MAX_BODY."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > MAX_BODY:
        return None
    body = bytearray()
    async with contextlib.aclosing(_chunks(request)) as chunks:
        async for chunk in chunks:
            body += chunk
            if len(body) > MAX_BODY:
                return None
    return bytes(body)


async def _discard(request: HttpRequest) -> None:
    """Read what a client is sending, for a moment and up to a limit.

    A client whose connection is closed while it sends does not see the response.
    """
    if "expect" in request.headers:  # it sends the body only if the response asks for it
        return
    size = 0
    with contextlib.suppress(TimeoutError, ClientDisconnect):
        async with asyncio.timeout(PATIENCE), contextlib.aclosing(_chunks(request)) as chunks:
            async for chunk in chunks:
                size += len(chunk)
                if size > MAX_BODY:
                    return


async def _chunks(request: HttpRequest) -> AsyncGenerator[bytes, None]:
    more = True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        yield message.get("body", b"")
        more = message.get("more_body", False)


def _body(route: Route, request: HttpRequest, body: bytes) -> Any:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != route.consumes and not (content_type == "" and not body):
        raise unhandled_status(415)
    if route.consumes not in {JSON, JSON_PATCH}:
        return body.decode("utf-8", "replace")
    text = body.decode("utf-8", "replace")
    if not text.strip():
        return None
    try:
        return loads_first(text)
    except json.JSONDecodeError as error:
        where = f"line: {error.lineno}, column: {error.colno}"
        raise ErrorResponse(
            400, f"{_json_error(text, error)}\n at [Source: UNKNOWN; {where}]"
        ) from None
    except ValueError as error:  # too many digits, NaN, half of a surrogate pair
        raise bad_request(f"Invalid JSON: {error}") from None
    except RecursionError:
        raise bad_request("Document nesting depth exceeds the maximum allowed") from None


def _json_error(text: str, error: json.JSONDecodeError) -> str:
    """Return the server's message for text that is not JSON."""
    if text[error.pos :].strip():
        return f"Unexpected character ('{text[error.pos]}'): {error.msg}"
    start = text.rstrip()
    opened = "Object" if start.rfind("{") >= start.rfind("[") else "Array"
    if start.endswith((",", ":")):
        return f"Unexpected end-of-input within/between {opened} entries"
    return f"Unexpected end-of-input: expected close marker for {opened}"


def _response(result: Result) -> Response:
    headers = dict(result.headers)
    if result.change is not None:
        headers["X-OpenMetadata-Change"] = result.change
    if result.location is not None:
        headers["Location"] = result.location
    if result.body is None:
        return Response(None, result.status, headers)
    if isinstance(result.body, str):
        return Response(result.body, result.status, headers, "text/plain")
    return Response(dumps(result.body), result.status, headers, JSON)
