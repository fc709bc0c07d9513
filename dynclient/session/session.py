"""What all parts of one client share: the server, its contract, the release, and the calls."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from dynclient.dispatch.dispatcher import Dispatcher
from dynclient.dispatch.responses import is_route
from dynclient.drift.aliases import own_field_names
from dynclient.errors import (
    BadArguments,
    MethodNotAllowed,
    NotFound,
    ServerError,
    TransportError,
)
from dynclient.model.entity import Origin
from dynclient.session.contract import Contract
from dynclient.session.server_info import ServerInfo

if TYPE_CHECKING:
    from collections import Counter

    from dynclient.dispatch.pagination import Listing
    from dynclient.hooks import Hooks
    from dynclient.model import Entity
    from dynclient.operations.catalogue import Catalogue, CollectionSpec
    from dynclient.operations.operation import Plan
    from dynclient.schema import EntityType, Node, Release
    from dynclient.session.release_choice import Sources
    from dynclient.session.resolver import Resolver
    from dynclient.session.unread import LateResponse
    from dynclient.settings import Settings
    from dynclient.transport.http import Transport
    from dynclient.transport.request import Request


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

    Attributes:
        host: the server's address, without ``/api``.
        server: what the server says about itself.
        contract: its routes, filters and operations.
    """

    def __init__(
        self,
        base: str,
        transport: Transport,
        settings: Settings,
        release: Release | None = None,
        hooks: Hooks | None = None,
        sources: Sources | None = None,
    ) -> None:
        self._base = base
        self._sources = sources
        self._choosing = threading.RLock()
        self._dispatcher = Dispatcher(transport, settings, hooks)
        if settings.unread != "none":
            self._dispatcher.origin = self._origin
        self.host = base.removesuffix("/api")
        self.transport = transport
        self.settings = settings
        if release is not None:
            self.use_release(release)
        self._resolver: Resolver | None = None
        self.server = ServerInfo(self.host, self._dispatcher)
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

    def use_release(self, release: Release) -> Release:
        """Use a release from now on, with the ``drift`` of the settings, and return it so."""
        self._dispatcher.release = used = release.with_drift(self.settings.drift)
        return used

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
            return release

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
        return self._dispatcher.prepare(*plan)

    def send(self, request: Request) -> Any:
        """Send a prepared request and return its result.

        Raises:
            ServerError: the server responded with an error.
            TransportError: there was no response.
            ResponseInvalid: the response is not what the operation returns, or breaks its schema
                (the latter with ``responses="strict"`` only).
        """
        try:
            return self._dispatcher.send(request)
        finally:
            self._forget(request.method)

    def call(self, plan: Plan) -> Any:
        """Carry out a plan and return its result; errors as for :meth:`prepare`, :meth:`send`.

        If the server has no such route but has the collection at another one, the operation is
        sent there: without a route, nothing was done. If the response to a ``restore`` was lost,
        the entity is read to find out what was done.
        """
        try:
            return self._dispatcher.call(*plan)
        except (ServerError, TransportError) as error:
            if error.may_be_done and plan.operation.name == "restore":
                from dynclient.session.lost_responses import restored

                return restored(self, plan, error)
            if not isinstance(error, (NotFound, MethodNotAllowed)):
                raise
            spec = self._collection_of(plan)
            if spec is None or not is_route(error.message) or not self.contract.relocate(spec):
                raise
        finally:
            self._forget(plan.operation.method)
        return self._dispatcher.call(*self._current(plan))

    @property
    def resolver(self) -> Resolver:
        """What resolves references, with its cache."""
        if self._resolver is None:
            from dynclient.session.resolver import Resolver

            self._resolver = Resolver(self)
        return self._resolver

    def _forget(self, method: str) -> None:
        """Drop what is cached of entities after a request that may have changed them."""
        if self._resolver is not None and method != "GET":
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
        from dynclient.dispatch.pagination import Listing

        operation, arguments, _ = plan
        fields = arguments.get("fields")
        if operation.entity_type is not None and isinstance(fields, (str, list, tuple)):
            # Renamed here, so that the warning points to the call and not into the loop.
            arguments["fields"] = own_field_names(operation.entity_type, self.release, fields)
        try:
            self.prepare(plan)
        except BadArguments as error:
            raise self.contract.explained(error) from None

        known = {parameter.name for parameter in operation.parameters}
        extra_fields: list[str] = []  # what is read later of one page is read with the next ones

        def fetch(more: dict[str, Any]) -> Any:
            # Some lists of a time range have neither pages nor cursors.
            full = {**arguments, **{name: more[name] for name in more if name in known}}
            if extra_fields:
                full["fields"] = _joined_fields(full.get("fields"), extra_fields)
            page = self.call(self._current(plan)._replace(arguments=full))
            if page.origin is not None:
                page.origin.extra_fields = extra_fields
            return page

        cursors = [p.name for p in operation.parameters if p.name in {"after", "offset"}]
        return Listing(
            fetch,
            cursors[0] if cursors else "after",
            page_size=arguments.get("page_size"),
            limit=arguments.get("limit"),
            warn=warn,
        )

    def save(self, entity: Any, *, read_back: bool = False, on_conflict: str = "error") -> Any:
        """Send the changes of an entity, see :func:`dynclient.session.save.save`.

        With ``read_back`` or ``on_conflict="rebase"``, see
        :func:`dynclient.session.rebased_save.save_and_check`.
        """
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
        parts = (self._base, self.transport, self.settings, self.known_release, None, self._sources)
        return Session, parts


def _joined_fields(fields: Any, more: list[str]) -> list[str]:
    """Return the names of ``fields=`` with more of them, each once."""
    names = fields.split(",") if isinstance(fields, str) else fields or ()
    return list(dict.fromkeys([*(str(name).strip() for name in names), *more]))


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

    def read(self, root: Entity, node: Node, name: str | None) -> None:
        """Read a field that the response left out, see :meth:`Origin.read`."""
        from dynclient.session.unread import read

        read(self, root, node, name)

    def __reduce__(self) -> tuple[Any, ...]:
        from dynclient.session.unread import asked_fields

        return ResponseOrigin, (self.kind, None, None, asked_fields(self))
