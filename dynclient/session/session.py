"""What all parts of one client share: the server, its contract, the release, and the calls."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from dynclient.dispatch.dispatcher import Dispatcher
from dynclient.dispatch.responses import is_route
from dynclient.drift.aliases import own_field_names
from dynclient.errors import (
    BadArguments,
    BadRequest,
    MethodNotAllowed,
    NotFound,
    RequestInvalid,
    ServerError,
    TransportError,
)
from dynclient.model import json_of
from dynclient.model.entity import Origin
from dynclient.session.contract import Contract
from dynclient.session.server_info import ServerInfo

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterable, Sequence

    from dynclient.dispatch.pagination import Listing, Page
    from dynclient.hooks import Hooks
    from dynclient.model import Entity
    from dynclient.openapi.index_cache import Build
    from dynclient.operations.catalogue import Catalogue, CollectionSpec
    from dynclient.operations.operation import Operation, Plan
    from dynclient.schema import EntityType, Node, Release
    from dynclient.session.completion import Completion
    from dynclient.session.partitions import Partitions
    from dynclient.session.property_values import PropertyDefinitions
    from dynclient.session.release_check import ReleaseCheck
    from dynclient.session.release_choice import Sources
    from dynclient.session.resolver import Resolver
    from dynclient.session.unread import LateResponse
    from dynclient.settings import Settings
    from dynclient.transport.http import Transport
    from dynclient.transport.request import Request, Response

_CREATES = frozenset({"create", "upsert"})
"""Operations whose body is a create request."""
_T = TypeVar("_T")


class Session:
    """One server as all parts of a client use it: the only way to the dispatcher.

    May be shared by threads, and pickled without its connections and hooks.

    Args:
        base: address below which the API is, ``http://localhost:8585/api``.
        transport: sends requests; anything with ``send(request)`` that returns a Response.
        settings: the client's settings.
        release: the release to use; None chooses it when it is first needed.
        hooks: callables that watch requests and responses, or None.
        sources: where the release may come from.
        is_pinned: whether the user named the release; None if ``release`` or ``sources`` says so.

    Attributes:
        host: the server's address, without ``/api``.
        server: what the server says about itself.
        contract: its routes, filters and operations.
        changes: the number of requests so far that may have changed something.
        failed_writes: the number of entities so far that were not written because the request was
            not valid, or that a write of many entities reported as failed.
    """

    def __init__(
        self,
        base: str,
        transport: Transport,
        settings: Settings,
        release: Release | None = None,
        hooks: Hooks | None = None,
        sources: Sources | None = None,
        is_pinned: bool | None = None,
    ) -> None:
        self._base = base
        self._sources = sources
        is_named = release is not None or (sources is not None and sources.name is not None)
        self._is_pinned = is_named if is_pinned is None else is_pinned
        self._release_check: ReleaseCheck | None = None
        self._choosing = threading.RLock()
        self._completion: Completion | None = None
        self._memo: dict[str, Any] = {}
        self._dispatcher = Dispatcher(transport, settings, hooks)
        if settings.unread != "none":
            self._dispatcher.origin = self._origin
        self.host = base.removesuffix("/api")
        self.transport = transport
        self.settings = settings
        self.changes = 0
        self.failed_writes = 0
        if release is not None:
            self.use_release(release)
        self._resolver: Resolver | None = None
        self._property_definitions: PropertyDefinitions | None = None
        self.server = ServerInfo(self.host, self._dispatcher)
        if self._is_pinned:
            self.server.on_build = self._compare
        self.contract = Contract(self.server, self._dispatcher, self._release)

    # -- the release -------------------------------------------------------------------------------

    @property
    def release(self) -> Release:
        """The release whose schemas are used; chosen when it is first needed.

        Raises:
            UnknownRelease: it is not found by the steps that ``connect(source=…)`` allows.
        """
        release = self._dispatcher.release
        return self._choose() if release is None else release

    @property
    def known_release(self) -> Release | None:
        """The release, or None if it is not chosen yet; sends no request."""
        return self._dispatcher.release

    @property
    def listed_release(self) -> Release | None:
        """The release whose names are shown: the chosen one, or one that completion found."""
        completion = self._completion
        return self.known_release or (None if completion is None else completion.release)

    def completion_release(self, *, may_ask: bool = False) -> Release | None:
        """Return the release whose names completion shows; None if there is none.

        In an interactive session the server may be asked for its version, once and for a second at
        most; see :mod:`dynclient.session.completion`. Nothing is downloaded, and nothing raised.

        Args:
            may_ask: whether the server may be asked in any other process too.
        """
        if self.known_release is not None:
            return self.known_release
        if self._completion is None:
            from dynclient.display.interactive import is_interactive
            from dynclient.session.completion import Completion

            if not may_ask and not is_interactive():
                return None
            self._completion = Completion(self, self._sources)
        return self._completion.look()

    def use_release(self, release: Release) -> Release:
        """Use a release from now on, with the ``drift`` of the settings, and return it so."""
        self._dispatcher.release = used = release.with_drift(self.settings.drift)
        return used

    def memo(self, key: str, build: Callable[[Session], _T]) -> _T:
        """Return what a feature keeps for this session, such as a cache; it is not pickled.

        Args:
            key: name of the feature.
            build: creates what is kept. Two threads may both do so; one result is kept.
        """
        found = self._memo.get(key)
        if found is None:
            found = self._memo.setdefault(key, build(self))
        kept: _T = found
        return kept

    def _release(self) -> Release:
        return self.release

    def _origin(self, kind: str, request: Request) -> ResponseOrigin:
        # The body of a change may contain secrets, and is not needed any more.
        return ResponseOrigin(kind, None if kind == "write" else request, self)

    def _choose(self) -> Release:
        from dynclient.session.release_choice import Sources, choose

        with self._choosing:  # one thread downloads, the others wait for it
            release = self._dispatcher.release
            if release is None:
                sources = self._sources or Sources()
                release = choose(sources, self.server, self.settings.github)
                release = self.use_release(release)
                build = self.server.known_build
                if self._is_pinned and build is not None:
                    self._compare(build)
            return release

    def _compare(self, build: Build) -> None:
        """Warn, once, if the release that the user named does not fit the server."""
        release = self.known_release
        if release is not None:
            from dynclient.session.release_check import warn_mismatch

            self.server.on_build = None
            warn_mismatch(release, build)

    def _check_release(self) -> ReleaseCheck:
        """Return what finds out whether the server was upgraded; most sessions need none."""
        if self._release_check is None:
            from dynclient.session.release_check import ReleaseCheck

            self._release_check = ReleaseCheck(self.server)
        return self._release_check

    @property
    def is_pinned(self) -> bool:
        """Whether the user named the release."""
        return self._is_pinned

    def impatient(self, seconds: float) -> Session:
        """Return a session for the same server and user whose requests give up early.

        Displays send their requests by it, so that a server that is down delays them shortly.

        Args:
            seconds: how long a request may take; none is repeated.
        """
        from dynclient.session.completion import impatient

        transport = impatient(self.transport, seconds) or self.transport
        hooks = self._dispatcher.hooks
        found = Session(
            self._base, transport, self.settings, self.known_release, hooks, self._sources,
            self._is_pinned,
        )  # fmt: skip
        if self.server.known_build is not None:
            found.server.use_build(self.server.known_build)
        return found

    @property
    def catalogue(self) -> Catalogue:
        """The collections of the release."""
        from dynclient.operations.catalogue import catalogue

        return catalogue(self.release)

    def find(self, key: str | type | EntityType) -> CollectionSpec:
        """Return a collection as this server has it, by any of its names.

        Args:
            key: the name of the collection, its entity type, its class, or its create request.

        Raises:
            UnknownCollection: the release has no collection of that name.
        """
        return self.contract.find(key)

    def node(self, reference: str | None) -> Node | None:
        """Return the schema node of a body; None if the release does not have the document."""
        return self._dispatcher.node(reference)

    @property
    def unknown_values(self) -> Counter[str]:
        """A copy of the counts of what the server sent and the release does not know."""
        return self._dispatcher.unknown_values.counts()

    # -- calls -------------------------------------------------------------------------------------

    def prepare(self, plan: Plan) -> Request:
        """Return the request of a plan, and send nothing.

        Raises:
            BadArguments: the operation does not take these arguments; lists all problems.
            RequestInvalid: the body breaks its schema; lists all problems.
        """
        return self._dispatcher.prepare(*self._placed(plan))

    def send(self, request: Request, on_response: Callable[[Response], None] | None = None) -> Any:
        """Send a prepared request and return its result.

        Args:
            request: the request.
            on_response: as for :meth:`call`.

        Raises:
            ServerError: the server responded with an error.
            TransportError: there was no response.
            ResponseInvalid: the response is not what the operation returns, or breaks its schema
                (the latter with ``responses="strict"`` only).
        """
        return self._watched(request.method, lambda: self._dispatcher.send(request, on_response))

    def call(self, plan: Plan, on_response: Callable[[Response], None] | None = None) -> Any:
        """Carry out a plan and return its result; errors as for :meth:`prepare`, :meth:`send`.

        If the server has no such route but has the operation at another one, it is sent there:
        without a route, nothing was done. If the response to a ``restore`` was lost, the entity is
        read to find out what was done.

        Args:
            plan: the plan.
            on_response: called with each response, of any status: for what an entity does not say,
                such as whether it was created.
        """
        plan = self._placed(plan)
        try:
            if plan.operation.name in _CREATES:
                self.check_properties(plan)
            return self._watched(
                plan.operation.method, lambda: self._call_or_relocate(plan, on_response)
            )
        except (BadArguments, RequestInvalid):
            self.failed_writes += plan.operation.name in _CREATES
            raise

    def add_observer(self, observer: Callable[[Request, Response | None], None]) -> None:
        """Call a function after each request from now on, of any thread.

        Args:
            observer: called with the request and its response, of any status; None if there was no
                response. It is called in the thread that sent the request.
        """
        with self._choosing:
            self._dispatcher.observers += (observer,)

    def remove_observer(self, observer: Callable[[Request, Response | None], None]) -> None:
        """Do not call a function any more that :meth:`add_observer` added."""
        with self._choosing:
            observers = self._dispatcher.observers
            self._dispatcher.observers = tuple(each for each in observers if each != observer)

    def check_properties(self, plan: Plan, request: Request | None = None) -> None:
        """Raise an error if custom properties of a create request are not valid on the server.

        Their definitions are read from the server, and kept for a short time.

        Args:
            plan: the plan of a ``create`` or ``upsert``.
            request: its request, if it is prepared already.

        Raises:
            RequestInvalid: a property is not defined or not valid, or the request breaks its
                schema; lists all problems.
        """
        body = json_of(plan.body)
        if isinstance(body, Mapping) and body.get("extension"):
            from dynclient.session.property_values import check_request

            check_request(self, plan, request or self._dispatcher.prepare(*plan))

    def _call_or_relocate(
        self, plan: Plan, on_response: Callable[[Response], None] | None = None
    ) -> Any:
        try:
            return self._dispatcher.call(*plan, on_response)
        except (ServerError, TransportError) as error:
            if error.may_be_done and plan.operation.name == "restore":
                from dynclient.session.lost_responses import restored

                return restored(self, plan, error)
            is_missing = isinstance(error, (NotFound, MethodNotAllowed)) and is_route(error.message)
            relocated = self._relocated(plan) if is_missing else None
            if relocated is None:
                raise
        return self._dispatcher.call(*relocated, on_response)

    def _watched(self, method: str, send: Callable[[], Any]) -> Any:
        """Return what a call returns, and notice that the server was upgraded meanwhile.

        Raises:
            ReleaseChanged: it was; the result of a write that succeeded is returned, and the next
                call raises this.
        """
        if self._release_check is not None:
            self._release_check.raise_known()
        unknown = self._dispatcher.unknown_values
        known = len(unknown)
        try:
            result = send()
        except (NotFound, MethodNotAllowed, BadRequest) as error:
            if self._is_upgraded(error):
                self._check_release().raise_known()
            raise
        finally:
            self._forget(method)
        if len(unknown) != known and self._check_release().ask() and method == "GET":
            self._check_release().raise_known()
        return result

    def _is_upgraded(self, error: ServerError) -> bool:
        """Return whether a server refuses what its release has, because it has another by now."""
        from dynclient.session.release_check import is_about_unknown_field

        is_sign = is_route(error.message) or is_about_unknown_field(error.message)
        return is_sign and self._check_release().ask()

    def _placed(self, plan: Plan) -> Plan:
        """Return a plan with its operation at the route that this server has for it."""
        placed = self.contract.placed(plan.operation)
        return plan if placed is plan.operation else plan._replace(operation=placed)

    def _relocated(self, plan: Plan) -> Plan | None:
        """Return a plan whose route does not exist with another route; None if there is none."""
        spec = self._collection_of(plan)
        if spec is not None and self.contract.relocate(spec):
            return self._current(plan)
        placed = self.contract.placed(plan.operation, ask=True)
        return None if placed is plan.operation else plan._replace(operation=placed)

    @property
    def resolver(self) -> Resolver:
        """What resolves references, with its cache."""
        if self._resolver is None:
            from dynclient.session.resolver import Resolver

            self._resolver = Resolver(self)
        return self._resolver

    @property
    def property_definitions(self) -> PropertyDefinitions:
        """The definitions of custom properties on the server, with their cache."""
        if self._property_definitions is None:
            from dynclient.session.property_values import PropertyDefinitions

            self._property_definitions = PropertyDefinitions(self)
        return self._property_definitions

    def _forget(self, method: str) -> None:
        """Drop what is cached of entities after a request that may have changed them."""
        if method == "GET":
            return
        self.changes += 1
        if self._resolver is not None:
            self._resolver.clear()

    def find_one(self, plan: Plan) -> Any:
        """Carry out the plan of a ``get``, and return None if the entity does not exist."""
        try:
            return self.call(plan)
        except NotFound as error:
            if is_route(error.message):
                raise
        return None

    def _collection_of(self, plan: Plan) -> CollectionSpec | None:
        """Return the collection, as it is known so far, if the operation is one of its own."""
        entity = plan.operation.entity_type
        spec = None if entity is None else self.find(entity)
        return spec if spec is not None and plan.operation.name in spec.operations else None

    def _current(self, plan: Plan) -> Plan:
        """Return a plan with its operation as this server is known to have it by now."""
        spec = self._collection_of(plan)
        if spec is None:
            return plan
        return plan._replace(operation=spec.operations[plan.operation.name])

    def listing(self, plan: Plan, *, warn: bool = False) -> Listing:
        """Return a lazy list. All arguments are validated now, not when the list is read.

        Args:
            plan: the plan of a ``list``.
            warn: whether to warn if ``limit`` leaves entities out.

        Raises:
            BadArguments: the list does not take these arguments; lists all problems.
        """
        from dynclient.dispatch.pagination import Listing, ListSource, Page

        operation, arguments, _ = plan
        fields = arguments.get("fields")
        if operation.entity_type is not None and isinstance(fields, (str, list, tuple)):
            # Renamed here, so that the warning points to the call and not into the loop.
            arguments["fields"] = own_field_names(operation.entity_type, self.release, fields)
        try:
            self.prepare(plan)
        except BadArguments as error:
            raise self.contract.explained(error) from None

        extra_fields: list[str] = []  # what is read later of one page is read with the next ones
        known = {parameter.name for parameter in operation.parameters}

        def fetch(more: dict[str, Any]) -> Any:
            # Some lists of a time range have neither pages nor cursors.
            full = {**arguments, **{name: more[name] for name in more if name in known}}
            needed = [*extra_fields, *self._names_for(operation, more.get("needed", ()))]
            if needed and "fields" in known:
                from dynclient.session.requested_fields import field_names

                names = field_names(full.get("fields"))
                full["fields"] = list(dict.fromkeys([*names, *needed]))
            page = self.call(self._current(plan)._replace(arguments=full))
            if isinstance(page, dict):  # the release has no schema of what is listed
                page = Page(page["data"], page.get("paging"))
            if page.origin is not None:
                page.origin.extra_fields = extra_fields
            return page

        def divide(size: int) -> Partitions:
            from dynclient.session.partitions import partitions

            return partitions(self, plan, size)

        cursors = [p.name for p in operation.parameters if p.name in {"after", "offset"}]
        return Listing(
            fetch,
            cursors[0] if cursors else "after",
            page_size=arguments.get("page_size"),
            limit=arguments.get("limit"),
            warn=warn,
            node=self._dispatcher.node(operation.result),
            absent=lambda: self._absent(operation, arguments.get("fields")),
            source=ListSource(plan, self.host, divide, self),
        )

    def received_page(self, plan: Plan, entities: list[Any]) -> Page:
        """Return the entities of a page that another process requested; sends no request.

        Args:
            plan: the plan of the list.
            entities: their JSON.
        """
        return self._dispatcher.page(self.prepare(plan), {"data": entities})

    def _absent(self, operation: Operation, fields: str | Iterable[str] | None) -> frozenset[str]:
        """Return the paths that a list with these fields leaves out."""
        from dynclient.session.requested_fields import field_names, requested_fields

        entity, facts = operation.entity_type, requested_fields(self.release)
        if entity is None:
            return frozenset()
        return facts.absent(entity.name, "list") - facts.given(entity.name, field_names(fields))

    def _names_for(self, operation: Operation, paths: Iterable[str]) -> list[str]:
        """Return the names that ``fields=`` of an operation needs to return paths."""
        entity = operation.entity_type
        if not paths or entity is None:
            return []
        from dynclient.session.requested_fields import requested_fields

        facts = requested_fields(self.release)
        return [name for path in paths for name in facts.needed(entity.name, path)]

    def save(self, entity: Any, *, read_back: bool = False, on_conflict: str = "error") -> Any:
        """Send the changes of an entity; arguments and errors are those of ``Client.save``."""
        if read_back or on_conflict != "error":
            from dynclient.session.rebased_save import save_and_check

            return save_and_check(self, entity, read_back=read_back, on_conflict=on_conflict)
        from dynclient.session.save import save

        return save(self, entity)

    # -- life --------------------------------------------------------------------------------------

    @property
    def is_closed(self) -> bool:
        """Whether the connections are closed."""
        return bool(getattr(self.transport, "closed", False))

    def close(self) -> None:
        """Close the connections; nothing can be sent afterwards."""
        close = getattr(self.transport, "close", None)
        if close is not None:
            close()

    def __repr__(self) -> str:
        release = self.known_release
        name = "not chosen yet" if release is None else release.name
        return f"<Session of {self.host}, release {name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        release = self.known_release
        parts = (self._base, self.transport, self.settings, release, None, self._sources)
        return Session, (*parts, self._is_pinned)


class ResponseOrigin(Origin):
    """One response of a session, shared by all entities in it; :mod:`.unread` reads.

    Attributes:
        kind: what it is: ``get``, ``list``, or ``write`` for the response to a change.
        fields: the names that were asked for with ``fields=``; None until they are needed.
        request: the request; None for changes, and for entities that were unpickled.
        session: the session; None for entities that were unpickled.
        extra_fields: of a page: the names that later pages of its list ask for, too.
        late_responses: what was read later.
        locks: the lock of each process, held while something is read later.
    """

    __slots__ = ("extra_fields", "fields", "kind", "late_responses", "locks", "request", "session")

    def __init__(
        self,
        kind: str,
        request: Request | None,
        session: Session | None,
        fields: tuple[str, ...] | None = None,
    ) -> None:
        self.kind = kind
        self.fields = fields
        self.request = request
        self.session = session
        self.extra_fields: list[str] | None = None
        self.paths = None
        self.late_responses: list[LateResponse] = []
        self.locks: dict[int, threading.RLock] = {}

    def read(self, root: Entity, node: Node, name: str | None) -> Sequence[str]:
        """Read a field that the response left out, see :meth:`Origin.read`."""
        from dynclient.session.unread import read

        return read(self, root, node, name)

    def complete(self, root: Entity, paths: Sequence[str]) -> None:
        """Put fields that were read later into new parts, see :meth:`Origin.complete`."""
        from dynclient.model.merge import complete

        for path in paths:
            complete(root, path)

    def unread(self, root: Entity, node: Node) -> Sequence[str]:
        """Return the fields that the response left out, see :meth:`Origin.unread`."""
        from dynclient.session.unread import unread_names

        return unread_names(self, root, node)

    def page_address(self, root: Entity) -> str | None:
        """Return the address of the page of an entity, see :meth:`Origin.page_address`."""
        from dynclient.session.page_addresses import known_page

        return None if self.session is None else known_page(self.session, root)

    def __reduce__(self) -> tuple[Any, ...]:
        from dynclient.session.unread import asked_fields

        return ResponseOrigin, (self.kind, None, None, asked_fields(self))
