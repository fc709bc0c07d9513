"""What is sent for one row: a create request, an update, the changes of an entity, a deletion."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient import model
from dynclient.bulk.concurrency import Concurrency
from dynclient.bulk.journal import digest
from dynclient.bulk.order import request_name
from dynclient.bulk.result import (
    CREATED,
    DELETED,
    FAILED,
    UNCHANGED,
    UPDATED,
    WRITTEN,
    Outcome,
)
from dynclient.dispatch import bad_arguments
from dynclient.dispatch.responses import is_route
from dynclient.errors import (
    Conflict,
    ConnectFailed,
    DynclientError,
    LostUpdate,
    MethodNotAllowed,
    NotFound,
    OutcomeUnknown,
    Problem,
    ReadOnly,
    ReleaseChanged,
    TLSFailed,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    UnknownRelease,
)
from dynclient.operations.operation import Plan
from dynclient.session.calls import Call, plan_create
from dynclient.session.keys import KeyReader

if TYPE_CHECKING:
    from dynclient.operations import Operation
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.session.session import Session
    from dynclient.transport.request import Request, Response

ENDS = (Unauthorized, TLSFailed, ReleaseChanged, UnknownRelease, ReadOnly)
"""Errors that every further row would have, too."""
_ROUNDS = 6
"""How often a request is sent that the server refuses because there are too many; each time as
often as the transport repeats it."""
_LOOKED_UP = 1000
"""Entities whose names or ids are kept while references in rows are resolved."""
_CHANGE = "X-OpenMetadata-Change"


class Prepared(NamedTuple):
    """A row that is valid and can be sent."""

    number: int
    row: Any
    name: str
    """The fully qualified name of the entity, as far as it is known."""
    content: int
    """The digest of the content, for the journal."""
    plan: Plan
    request: Request | None = None
    """The request, if it can be prepared before other rows are sent."""


class Writes:
    """What is sent for the rows of one collection; base of the four kinds.

    Args:
        session: the session.
        spec: the collection.
        call: the call, for errors: ``tables.upsert_many``.
        concurrency: is updated by how the server responds.
        arguments: further arguments of the operation.
        clock: returns the time in seconds.

    Attributes:
        is_continued: whether some of the rows may have been sent by a load that was killed.
    """

    method = ""
    """The operation of the collection."""
    is_repeatable = True
    """Whether a request may be sent again when its response is lost."""

    def __init__(
        self,
        session: Session,
        spec: CollectionSpec,
        call: str,
        concurrency: Concurrency,
        arguments: Mapping[str, Any] | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.session = session
        self.spec = spec
        self.call = call
        self.concurrency = concurrency
        self.arguments = dict(arguments or {})
        self.is_continued = False
        self._clock = clock

    @property
    def operation(self) -> Operation:
        """The operation as this server has it."""
        return self.spec.operations[self.method]

    def prepare(self, number: int, row: Any) -> Prepared:
        """Return a row ready to be sent.

        Raises:
            DynclientError: the row is not valid; lists all problems.
        """
        raise NotImplementedError

    def send(self, prepared: Prepared) -> Outcome:
        """Send a row and return what became of it.

        Raises:
            DynclientError: an error that every further row would have, too.
        """
        try:
            return self._sent(prepared)
        except ENDS:
            raise
        except DynclientError as error:
            return failure(prepared, error)

    def _sent(self, prepared: Prepared) -> Outcome:
        raise NotImplementedError

    def _deliver(self, prepared: Prepared) -> tuple[Any, Response | None]:
        """Send the request of a row, and return its result and the response."""
        responses: list[Response] = []
        request = prepared.request

        def deliver() -> Any:
            if request is None:
                return self.session.call(prepared.plan, responses.append)
            try:
                return self.session.send(request, responses.append)
            except (NotFound, MethodNotAllowed) as error:
                if not is_route(error.message):
                    raise
            return self.session.call(prepared.plan, responses.append)  # finds the route

        result = self.patiently(deliver)
        response = responses[-1] if responses else None
        if response is not None and response.attempts > 1:
            self.concurrency.overloaded()
        return result, response

    def patiently(self, send: Callable[[], Any]) -> Any:
        """Return what a function returns; call it again if the server is overloaded or restarts.

        Raises:
            TooManyRequests, Unavailable, ConnectFailed: it still is after some time.
        """
        round_ = 0
        while True:
            round_ += 1
            begin = self._clock()
            try:
                result = send()
            except (TooManyRequests, Unavailable, ConnectFailed) as error:
                self.concurrency.overloaded()
                if round_ == _ROUNDS or not self._may_repeat(error):
                    raise
                self._pause(round_, getattr(error, "retry_after", None))
            else:
                self.concurrency.succeeded(self._clock() - begin)
                return result

    def _may_repeat(self, error: DynclientError) -> bool:
        seconds = getattr(error, "retry_after", None)
        if seconds is not None and seconds > self.session.settings.retry_after_limit:
            return False
        if isinstance(error, ConnectFailed) and not error.may_be_done:
            return True
        return self.is_repeatable or isinstance(error, TooManyRequests)

    def _pause(self, attempt: int, seconds: float | None) -> None:
        pause = getattr(self.session.transport, "pause", None)
        if pause is not None:
            pause(attempt, seconds)

    def _error(self, value: Any, message: str) -> Exception:
        return bad_arguments(self.call, [Problem("row", value, "argument", message)])


def failure(prepared: Prepared, error: DynclientError) -> Outcome:
    """Return the outcome of a row that failed."""
    return Outcome(
        FAILED, prepared.name, prepared.number, prepared.row, None, without_frames(error)
    )


def without_frames(error: DynclientError) -> DynclientError:
    """Return an error without its traceback, whose frames have requests and secrets in them."""
    each: BaseException | None = error
    while each is not None:
        each.__traceback__ = None
        each = each.__cause__ or each.__context__
    return error


def entity_name(entity: Any, prepared: Prepared) -> str:
    """Return the fully qualified name in a response, or else the one that the row has."""
    raw = model.json_of(entity)
    found = raw.get("fullyQualifiedName") if isinstance(raw, Mapping) else None
    return found if isinstance(found, str) else prepared.name


class Requests(Writes):
    """Create requests; base of creates and upserts."""

    def prepare(self, number: int, row: Any) -> Prepared:
        """Return the create request of a row; see the base class."""
        if not isinstance(row, (model.Entity, Mapping)):
            kind = type(row).__name__
            message = f"must be a create request or a mapping, not {kind}"
            raise self._error(kind, message)
        release = self.session.release
        if isinstance(row, Mapping):
            from dynclient.session.same_server import check_fields

            check_fields(self.session, self.session.node(self.operation.body), row)
        call = Call(
            self.spec,
            release,
            self.method,
            (row,),
            dict(self.arguments),
            self._look_up,
        )
        plan = plan_create(call)
        request = self.session.prepare(plan)
        self.session.check_properties(plan, request)
        raw = model.raw(plan.body) if isinstance(plan.body, model.Entity) else plan.body
        name = request_name(release, self.spec.entity, raw)
        return Prepared(number, row, name, digest(request.body or b""), plan, request)

    def _look_up(self, plan: Plan) -> Any:
        """Return the result of a look-up of a reference, kept for the next rows."""
        known: dict[Any, Any] = self.__dict__.setdefault("_looked_up", {})
        key = (plan.operation.route, tuple(plan.arguments.items()))
        if key not in known:
            if len(known) >= _LOOKED_UP:
                known.clear()
            known[key] = self.session.call(plan)
        return known[key]


class Upserts(Requests):
    """Rows that are created or replaced, by PUT."""

    method = "upsert"

    def _sent(self, prepared: Prepared) -> Outcome:
        entity, response = self._deliver(prepared)
        name = entity_name(entity, prepared)
        return Outcome(_kind(response), name, prepared.number, prepared.row, entity)


def _kind(response: Response | None) -> str:
    """Return what a PUT did, by status and header."""
    if response is None or response.may_be_done:  # this one, or an attempt whose response was lost
        return WRITTEN
    change = response.headers.get(_CHANGE)
    if response.status == 201 or change == "entityCreated":
        return CREATED
    if change is None:
        return WRITTEN
    return UNCHANGED if change == "entityNoChange" else UPDATED


class Creates(Requests):
    """Rows that are created, by POST; an entity that exists is a conflict."""

    method = "create"
    is_repeatable = False

    def _sent(self, prepared: Prepared) -> Outcome:
        try:
            entity, _ = self._deliver(prepared)
        except (Conflict, OutcomeUnknown) as error:
            if isinstance(error, LostUpdate) or not self._may_be_own(error):
                raise
            entity = self._existing(prepared)
            if entity is None:
                raise
        name = entity_name(entity, prepared)
        return Outcome(CREATED, name, prepared.number, prepared.row, entity)

    def _may_be_own(self, error: DynclientError) -> bool:
        """Return whether the entity may exist because this load created it."""
        return isinstance(error, OutcomeUnknown) or self.is_continued

    def _existing(self, prepared: Prepared) -> Any:
        """Return the entity that exists, if it is what the row creates; else None."""
        from dynclient.bulk.comparison import created_as

        return created_as(self.session, self.spec, prepared.name, prepared.request)


class Saves(Writes):
    """Changed entities, whose changes are sent as guarded patches."""

    method = "patch"
    is_repeatable = False

    def prepare(self, number: int, row: Any) -> Prepared:
        """Return an entity with its changes; see the base class."""
        if not isinstance(row, model.Entity) or model.schema_of(row).entity is None:
            kind = type(row).__name__
            raise self._error(kind, f"must be an entity that a server returned, not {kind}")
        kind = model.type_of(row) or ""
        if kind != self.spec.entity.name:
            raise self._error(kind, f"must be a {self.spec.entity.name}, not a {kind}")
        raw = model.raw(row)
        name = model.name_of(raw)
        return Prepared(number, row, name, digest(str(raw.get("id"))), Plan(self.operation, {}))

    def _sent(self, prepared: Prepared) -> Outcome:
        row = prepared.row
        entity = self.patiently(lambda: self.session.save(row, **self.arguments))
        kind = UNCHANGED if entity is row else UPDATED
        return Outcome(kind, entity_name(entity, prepared), prepared.number, row, entity)


class Deletes(Writes):
    """Entities that are deleted, named by anything that identifies them."""

    method = "delete"

    def prepare(self, number: int, row: Any) -> Prepared:
        """Return the identity of an entity; see the base class."""
        by, key = self._key(row)
        name = model.name_of(model.raw(row)) if isinstance(row, model.Entity) else key
        plan = Plan(self.operation, {by: key, **self.arguments})
        if by == "id":
            self.session.prepare(plan)  # reports arguments that are wrong
        return Prepared(number, row, name, digest(key), plan)

    def _key(self, row: Any) -> tuple[str, str]:
        if isinstance(row, model.Entity):
            from dynclient.session.same_server import check_same_server

            check_same_server(self.session, row)
        elif isinstance(row, Mapping):
            row = row.get("id") or row.get("fullyQualifiedName") or row.get("name")
        return KeyReader(self.spec, self.call).key((row,), {})

    def _sent(self, prepared: Prepared) -> Outcome:
        try:
            entity = self.patiently(lambda: self._delete(prepared.plan))
        except NotFound as error:
            if not self.is_continued or is_route(error.message):
                raise
            entity = None  # the load that was killed deleted it
        name = entity_name(entity, prepared)
        return Outcome(DELETED, name, prepared.number, prepared.row, entity)

    def _delete(self, plan: Plan) -> Any:
        arguments = dict(plan.arguments)
        name = arguments.pop("fqn", None)
        if name is not None:
            reader = KeyReader(self.spec, self.call)
            arguments["id"] = reader.id((name,), {}, self.session.call, "all")
        return self.session.call(plan._replace(arguments=arguments))
