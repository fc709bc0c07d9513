"""The client: collections by name, and the calls that belong to no collection."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.client import docstrings
from dynclient.client.calls import nothing_asked
from dynclient.client.collection import Collection, Method
from dynclient.client.docstrings import InstanceDoc
from dynclient.dispatch import bad_arguments
from dynclient.dispatch.dispatcher import Dispatcher
from dynclient.errors import (
    DynclientError,
    NotFound,
    NotOpenMetadata,
    Problem,
    UnknownCollection,
    UsageError,
)
from dynclient.session.contract import Contract

if TYPE_CHECKING:
    from collections import Counter

    from dynclient.client.extra_operations import ExtraOperation, ExtraOperations
    from dynclient.dispatch import Listing, Page
    from dynclient.hooks import Hooks
    from dynclient.model import Types
    from dynclient.openapi.index_cache import Build
    from dynclient.operations.catalogue import Catalogue, CollectionSpec
    from dynclient.schema import EntityType, Release
    from dynclient.session.release_choice import Sources
    from dynclient.settings import Settings
    from dynclient.transport.http import Transport
    from dynclient.transport.request import Request


class Client:
    """One server, and everything on it.

    ``om.tables`` or ``om["table"]`` is a collection; TAB and ``dir()`` list them all. A client may
    be shared by threads and used on in forked processes; ``with`` closes it, and so does ``close``.

    Attributes:
        host: the server's address, without ``/api``.
        settings: the client's settings.
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
        self.host = base.removesuffix("/api")
        self.settings = settings
        self._base = base
        self._transport = transport
        self._hooks = hooks
        self._sources = sources
        self._choosing = threading.RLock()
        spoken = None if release is None else release.with_drift(settings.drift)
        self._dispatcher = Dispatcher(transport, settings, hooks, spoken)
        self._told: Build | None = None
        self._catalogue: Catalogue | None = None
        self._contract: Contract | None = None
        self._types: Types | None = None

    # -- what the server is ------------------------------------------------------------------------

    @property
    def release(self) -> Release:
        """The release whose schemas are spoken.

        Raises:
            UnknownRelease: none is to be had by the steps that ``connect(source=…)`` allows.
        """
        release = self._dispatcher.release
        return self._chosen() if release is None else release

    def _chosen(self) -> Release:
        from dynclient.session.release_choice import Sources, choose

        with self._choosing:  # one thread fetches, the others wait for it
            if self._dispatcher.release is None:
                chosen = choose(self._sources or Sources(), self)
                self._dispatcher.release = chosen.with_drift(self.settings.drift)
            return self._dispatcher.release

    @property
    def version(self) -> str:
        """The server's version as it tells it, ``1.6.0-SNAPSHOT``; asked for once."""
        return self._build.version

    @property
    def _build(self) -> Build:
        """Which build the server is; asked for once."""
        if self._told is None:
            self._told = self._asked_build()
        return self._told

    def _asked_build(self) -> Build:
        from dynclient.openapi.index_cache import Build
        from dynclient.operations.standard import server_operations

        release = self._dispatcher.release
        old = release is not None and () < release.version < (1, 0)
        told = None
        missing: NotFound | None = None
        for number in ((0, 13), (1, 0)) if old else ((1, 0), (0, 13)):  # it moved with 1.0
            operations = {each.name: each for each in server_operations(number)}
            try:
                told = self._dispatcher.call(operations["version"], {})
                break
            except NotFound as error:
                missing = missing or error
        else:
            if missing is not None:
                raise missing
        told = told if isinstance(told, dict) else {}
        version, revision = told.get("version"), told.get("revision")
        if not isinstance(version, str):
            message = "it answers, but not with a version"
            raise NotOpenMetadata(
                message, status=200, code=200, method="GET", url=self._base, request_id=None
            )
        return Build(version, revision if isinstance(revision, str) else "")

    def health_check(self) -> bool:
        """Tell whether the server is there and is an OpenMetadata; never raises."""
        try:
            return bool(self._asked_build())
        except (DynclientError, OSError, ValueError):
            return False

    @property
    def types(self) -> Types:
        """All types of the release: ``om.types.Table``, ``om.types["entity/data/table.json"]``."""
        if self._types is None:
            self._types = model.types(self.release)
        return self._types

    # -- collections -------------------------------------------------------------------------------

    def _known(self) -> Catalogue:
        if self._catalogue is None:
            from dynclient.operations.catalogue import catalogue

            self._catalogue = catalogue(self.release)
        return self._catalogue

    def __getattr__(self, name: str) -> Collection:
        if name.startswith("_"):
            raise AttributeError(name, name=name, obj=self)
        collections = self._known().collections
        wanted = name[:-1] if name.endswith("_") and name[:-1] in OWN else name
        if wanted not in collections:
            try:
                self._known().find(name)
            except UnknownCollection as error:
                raise UnknownCollection(**error.parts, obj=self) from None
            # A collection by another name than its attribute's; say which that is.
            right = self._known().find(name).attribute
            message = f"release {self.release.name} calls that collection {right!r}"
            raise UnknownCollection(message, name=name, obj=self, nearest=(right,))
        made = self.__dict__[name] = Collection(self, collections[wanted])
        return made

    def __getitem__(self, key: str | type | EntityType) -> Collection:
        """Return a collection by its name, its entity type, its class, or its create request.

        Raises:
            UnknownCollection: the release has none of that name.
        """
        attribute = self._known().find(key).attribute
        found: Collection = getattr(self, f"{attribute}_" if attribute in OWN else attribute)
        return found

    def __contains__(self, key: Any) -> bool:
        try:
            self._known().find(key)
        except UnknownCollection:
            return False
        return True

    __iter__ = None  # `in` and [] do not make it a sequence

    def __dir__(self) -> list[str]:
        hidden = [name for name in object.__dir__(self) if name.startswith("__")]
        return sorted([*hidden, *OWN, *self._specs()])

    def _specs(self) -> dict[str, CollectionSpec]:
        """Return the collections by attribute; none if the release is not known yet."""
        if self._dispatcher.release is None:  # completion and help() send no request
            return {}
        specs = self._known().collections
        return {f"{name}_" if name in OWN else name: spec for name, spec in specs.items()}

    def _doc(self) -> str:
        release = self._dispatcher.release
        name = "" if release is None else release.name
        return docstrings.client_doc(type(self), name, self._specs())

    def _ipython_key_completions_(self) -> list[str]:
        if self._dispatcher.release is None:
            return []
        return [spec.entity.name for spec in self._known()]

    @property
    def contract(self) -> Contract:
        """What is known of the server: its routes, what it offers, and which source says so."""
        if self._contract is None:
            self._contract = Contract(self)
        return self._contract

    @property
    def drift_seen(self) -> Counter[str]:
        """What the server's answers held that the release does not know, and how often.

        ``Table.shininess`` is an unknown field, ``Column.dataType = 'QUBIT'`` an unknown value of
        an enumeration. Both are kept and readable, and go back unchanged when the entity is saved.
        The counts are a copy.
        """
        return self._dispatcher.unknown_values.counts()

    @property
    def op(self) -> ExtraOperations:
        """What the server offers beside its collections: ``om.op.search_entities_with_query``."""
        from dynclient.client.extra_operations import ExtraOperations

        return ExtraOperations(self)

    # -- verbs -------------------------------------------------------------------------------------

    def save(self, entity: Any) -> Any:
        """Send what changed of an entity since the server gave it, and return it anew.

        The entity given stays as it is; go on with the one returned. Where nothing changed, nothing
        is sent and the same entity returned.

        Raises:
            LostUpdate: somebody else changed it since it was read; nothing was written.
            RequestInvalid: the changes break the schema.
            UsageError: it is no entity, or no server gave it.
        """
        from dynclient.session.save import save

        return save(self._dispatcher, self.contract, entity)

    def create_or_update(self, data: Any) -> Any:
        """Send a create request by PUT, and return the entity it made or updated.

        Args:
            data: a create request, ``om.types.CreateTableRequest(…)``.
        """
        entity = None
        if isinstance(data, model.Entity):
            node = model.schema_of(data)
            theirs = node.release.entity_of(node.path)
            entity = theirs if theirs is not None and theirs.create == node.path else None
        if entity is None:
            name = type(data).__name__
            message = f"takes a create request, such as om.types.CreateTableRequest(…), not {name}"
            if isinstance(data, model.Entity) and model.schema_of(data).entity is not None:
                message += "; changes of an entity are sent by om.save(…)"
            problem = Problem("data", name, "argument", message)
            raise bad_arguments("create_or_update", [problem])
        return self[entity].upsert(data)

    def delete(
        self,
        target: Any = None,
        /,
        *,
        entity: Any = None,
        entity_id: Any = None,
        recursive: bool = False,
        hard: bool | None = None,
        hard_delete: bool | None = None,
    ) -> Any:
        """Delete one entity and return it as it was.

        Args:
            target: the entity; or leave it out and name type and id.
            entity: its type: a class, a name.
            entity_id: its id, or its fully qualified name.
            recursive: delete everything below it as well.
            hard: for good, not softly.
            hard_delete: the same.
        """
        if (target is None) == (entity is None or entity_id is None):
            way = "om.delete(table), or om.delete(entity=Table, entity_id=…)"
            raise bad_arguments("delete", [Problem("", None, "argument", f"which one? {way}")])
        if target is not None:
            entity, entity_id = _type_of(target), target
        flags = {"recursive": recursive or None, "hard": (hard or hard_delete) or None}
        return self[entity].delete(entity_id, **flags)

    def get_by_name(
        self, entity: Any, fqn: str, fields: Any = None, include: str | None = None
    ) -> Any:
        """Return one entity by its fully qualified name, or None where there is none.

        Args:
            entity: its type: a class (``om.types.Table``), or a name (``"table"``).
            fqn: its fully qualified name.
            fields: fields beyond the usual ones.
            include: ``non-deleted``, ``deleted`` or ``all``.
        """
        return self[entity].get(fqn=fqn, fields=fields, include=include)

    def get_by_id(
        self, entity: Any, entity_id: Any, fields: Any = None, include: str | None = None
    ) -> Any:
        """Return one entity by its id, or None where there is none; arguments as for a name."""
        return self[entity].get(id=entity_id, fields=fields, include=include)

    def list_entities(
        self,
        entity: Any,
        fields: Any = None,
        after: str | None = None,
        before: str | None = None,
        **filters: Any,
    ) -> Page:
        """Return one page of entities.

        Args:
            entity: their type: a class, or a name.
            fields: fields beyond the usual ones.
            after: cursor of a page before; its own ``.after``.
            before: cursor of a page after; its own ``.before``.
            filters: ``limit``, ``include``, and what the collection's ``list`` takes.
        """
        listing: Listing = self[entity].list(fields=fields, **filters)
        return listing.page(after=after, before=before)

    def list_all_entities(self, entity: Any, fields: Any = None, **filters: Any) -> Listing:
        """Return all entities of a type, fetched page by page; arguments as for a page."""
        listing: Listing = self[entity].list(fields=fields, **filters)
        return listing

    def prepare(
        self, call: str | Method | ExtraOperation, /, *given: Any, **keywords: Any
    ) -> Request:
        """Return the request that a call would send, and send nothing.

        Args:
            call: ``"tables.create"``, or ``om.tables.create`` itself; ``"tables.op.add_joins"``.
            given: what the call takes.
            keywords: what the call takes.

        Raises:
            UsageError: the call would have to ask the server something first.
        """
        if isinstance(call, str):
            call = self._named(call)
        if not isinstance(call, Method):
            from dynclient.client.extra_operations import ExtraOperation

            if isinstance(call, ExtraOperation):
                return self._dispatcher.prepare(*call._plan(given, keywords))
            raise UsageError(f"{call!r} is no method of a collection")
        plan = call._collection._plan(call.__name__, given, keywords, nothing_asked)
        return self._dispatcher.prepare(*plan)

    def _named(self, call: str) -> Any:
        """Return the method that a text means: ``tables.create``."""
        first, *rest = call.split(".")
        if not rest:
            raise UsageError(f"{call!r} names no call; write it as 'tables.create'")
        found: Any = getattr(self, first)
        for name in rest:
            found = getattr(found, name)
        return found

    def send(self, request: Request) -> Any:
        """Send a prepared request and return its result; NotFound is raised here, too."""
        return self._dispatcher.send(request)

    # -- life --------------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the connections; the client sends nothing afterwards."""
        close = getattr(self._transport, "close", None)
        if close is not None:
            close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        release = self._dispatcher.release
        name = "not asked yet" if release is None else release.name
        who = getattr(self._transport, "auth", None)
        return f"<Client of {self.host}, release {name}" + (f", {who!r}>" if who else ">")

    def __getstate__(self) -> dict[str, Any]:
        release = self._dispatcher.release
        parts = (self._base, self._transport, self.settings, release, None, self._sources)
        return {"parts": parts}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(*state["parts"])  # type: ignore[misc]  # made anew, without connections

    __doc__ = InstanceDoc(__doc__, _doc)


OWN = frozenset(name for name in dir(Client) if not name.startswith("_")) | {"host", "settings"}
"""The client's own names; a collection of such a name takes an underscore behind it."""


def _type_of(target: Any) -> Any:
    """Return the type of an entity, or the name of the type of a reference to one."""
    if not isinstance(target, model.Entity):
        problem = Problem("", type(target).__name__, "argument", "is no entity")
        raise bad_arguments("delete", [problem])
    node = model.schema_of(target)
    return node.entity or model.raw(target).get("type") or type(target)
