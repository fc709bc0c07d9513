"""The client: collections by name, and the calls that belong to no collection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.client.collection import Collection, Method, plan_method
from dynclient.dispatch import bad_arguments
from dynclient.documentation import InstanceDoc
from dynclient.errors import Problem, UnknownCollection, UsageError
from dynclient.model.entity import Card
from dynclient.session.calls import hide_secrets, reject_look_up
from dynclient.session.session import Session
from dynclient.tracebacks import public_calls

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable

    from dynclient.client.extra_operations import ExtraOperation, ExtraOperations
    from dynclient.dispatch.pagination import Listing, Page
    from dynclient.display.blocks import Block
    from dynclient.explore.explanation import Explanation
    from dynclient.extensions import Extension
    from dynclient.hooks import Hooks
    from dynclient.model.namespace import Types
    from dynclient.operations.catalogue import Catalogue, CollectionSpec
    from dynclient.operations.operation import Plan
    from dynclient.schema import EntityType, Release
    from dynclient.session.contract import Contract
    from dynclient.session.release_choice import Sources
    from dynclient.settings import Settings
    from dynclient.transport.http import Transport
    from dynclient.transport.request import Request


@public_calls
class Client(Card):
    """One server and everything on it.

    ``om.tables`` or ``om["table"]`` is a collection; TAB and ``dir()`` list them all; at a prompt,
    the first TAB asks the server for its version. A client may
    be shared by threads and used in forked processes. ``with`` closes it, and so does ``close``.
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
        self._session = Session(base, transport, settings, release, hooks, sources)
        self._types: Types | None = None

    @property
    def session(self) -> Session:
        """What all parts of this client share: the release, the contract, and the calls."""
        return self._session

    @property
    def host(self) -> str:
        """The server's address, without ``/api``."""
        return self._session.host

    @property
    def settings(self) -> Settings:
        """The client's settings."""
        return self._session.settings

    # -- the server --------------------------------------------------------------------------------

    @property
    def release(self) -> Release:
        """The release whose schemas are used; chosen when it is first needed.

        Raises:
            UnknownRelease: it is not found by the steps that ``connect(source=…)`` allows.
        """
        return self._session.release

    @property
    def version(self) -> str:
        """The server's version as it reports it, ``1.6.0-SNAPSHOT``; requested once."""
        return self._session.server.version

    def health_check(self) -> bool:
        """Return whether an OpenMetadata server responds; never raises."""
        return self._session.server.is_reachable()

    @property
    def types(self) -> Types:
        """All types of the release: ``om.types.Table``, ``om.types["entity/data/table.json"]``."""
        if self._types is None:
            from dynclient.model.namespace import types

            self._types = types(self.release)
        return self._types

    @property
    def contract(self) -> Contract:
        """The server's routes, filters and operations, and which source says so."""
        return self._session.contract

    @property
    def catalogue(self) -> Catalogue:
        """The collections of the release, with their operations."""
        return self._session.catalogue

    @property
    def drift_seen(self) -> Counter[str]:
        """What the server sent and the release does not know, and how often; a copy.

        ``Table.shininess`` is an unknown field, ``Column.dataType = 'QUBIT'`` an unknown value of
        an enumeration. Both are kept, can be read, and are sent back unchanged on a save.
        """
        return self._session.unknown_values

    @property
    def op(self) -> ExtraOperations:
        """The server's operations of no collection: ``om.op.get_search_query``."""
        from dynclient.client.extra_operations import ExtraOperations

        return ExtraOperations(self._session)

    # -- collections -------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name, name=name, obj=self)
        collections = self._listed_catalogue.collections
        attribute = name[:-1] if name.endswith("_") and name[:-1] in OWN else name
        if attribute not in collections and self._session.known_release is None:
            from dynclient.extensions.registry import client_member, is_client_name

            if is_client_name(name):  # completion looks at it, and must not choose a release
                return client_member(self._session, name, self._session.listed_release)
        if attribute not in collections:
            collections = self.catalogue.collections  # completion may know less
        if attribute not in collections:
            from dynclient.extensions.registry import client_member, is_client_name

            if is_client_name(name):
                member = self.__dict__[name] = client_member(self._session, name)
                return member
            try:
                right = self.catalogue.find(name).attribute
            except UnknownCollection as error:
                raise _unknown_attribute(error, self) from None
            # A collection by another of its names; only the attribute's name works here.
            message = f"release {self.release.name} calls that collection {right!r}"
            raise UnknownCollection(message, name=name, obj=self, nearest=(right,))
        collection = Collection(self._session, collections[attribute])
        self.__dict__[name] = collection
        return collection

    def __getitem__(self, key: str | type | EntityType) -> Collection:
        """Return a collection by its name, its entity type, its class, or its create request.

        Raises:
            UnknownCollection: the release has no collection of that name.
        """
        attribute = self.catalogue.find(key).attribute
        found: Collection = getattr(self, f"{attribute}_" if attribute in OWN else attribute)
        return found

    def __contains__(self, key: Any) -> bool:
        try:
            self.catalogue.find(key)
        except UnknownCollection:
            return False
        return True

    __iter__ = None  # `in` and [] do not make it a sequence

    @property
    def collections(self) -> tuple[Collection, ...]:
        """All collections of the release, sorted by name; displayed as a table."""
        from dynclient.client.cards import Collections

        return Collections(self[spec.entity] for spec in self.catalogue)

    # -- extensions --------------------------------------------------------------------------------

    def extension(self, name: str) -> Extension:
        """Return the object of an extension, also if a collection has its name.

        Args:
            name: the extension, ``"lineage"``.

        Raises:
            UsageError: there is no such extension, or it only adds methods to collections.
        """
        from dynclient.extensions.registry import extension

        return extension(self._session, name)

    def supports(self, name: str) -> bool:
        """Return whether this server's release has a collection, a method or a feature.

        Args:
            name: ``"tables"``, ``"lineage"``, ``"suggest"``, or a method of a collection:
                ``"tables.add_tags"``.
        """
        from dynclient.client.supported import supports

        return supports(self, name)

    def __dir__(self) -> list[str]:
        hidden = [name for name in object.__dir__(self) if name.startswith("__")]
        return sorted({*hidden, *OWN, *self._specs(), *self._extension_names()})

    def _extension_names(self) -> list[str]:
        """Return the names that extensions add; none if the release is not known yet."""
        release = self._session.completion_release()
        if release is None:
            return []
        from dynclient.extensions.registry import client_names

        return client_names(release, self._session.contract.completion_index())

    def _specs(self) -> dict[str, CollectionSpec]:
        """Return the collections by attribute; none if the release is not known yet."""
        if self._session.completion_release() is None:
            return {}
        specs = self._listed_catalogue.collections
        return {f"{name}_" if name in OWN else name: spec for name, spec in specs.items()}

    def _ipython_key_completions_(self) -> list[str]:
        return [spec.entity.name for spec in self._specs().values()]

    @property
    def _listed_catalogue(self) -> Catalogue:
        """The collections whose names are shown, which completion may know of a near release."""
        from dynclient.operations.catalogue import catalogue

        return catalogue(self._session.listed_release or self.release)

    # -- calls -------------------------------------------------------------------------------------

    def save(self, entity: Any, *, read_back: bool = False, on_conflict: str = "error") -> Any:
        """Send the changes of an entity, and return the entity as the server has it now.

        The entity passed in is not changed; continue with the one returned. Without changes,
        nothing is sent and the same entity is returned.

        Args:
            entity: the entity, as a server returned it, with changes.
            read_back: read the entity again after the save, and raise LostUpdate if a change is not
                there. Servers that are written to by several clients at once may lose updates.
            on_conflict: ``"error"`` raises LostUpdate if the entity was changed since it was read.
                ``"rebase"`` reads it again and applies the changes to that state, comparing the
                items of lists by their keys; it raises LostUpdate only if both changed the same
                places, or after ten attempts.

        Raises:
            LostUpdate: another user or process changed it since it was read; nothing was written.
                Or a change is not there when it is read back. ``places`` names the places.
            OutcomeUnknown: the response was lost; with ``read_back``, only if the changes are not
                there.
            RequestInvalid: the changes break the schema.
            UsageError: it is not an entity, or was not returned by a server.
        """
        return self._session.save(entity, read_back=read_back, on_conflict=on_conflict)

    def create_or_update(self, data: Any) -> Any:
        """Send a create request with PUT, and return the entity that it created or updated.

        Args:
            data: a create request, ``om.types.CreateTableRequest(…)``.

        Raises:
            BadArguments: it is not a create request.
            RequestInvalid: the request breaks its schema.
        """
        entity = None
        if isinstance(data, model.Entity):
            node = model.schema_of(data)
            found = node.release.entity_of(node.path)
            entity = found if found is not None and found.create == node.path else None
        if entity is None:
            name = type(data).__name__
            message = f"must be a create request, om.types.CreateTableRequest(…), not {name}"
            if isinstance(data, model.Entity) and model.schema_of(data).entity is not None:
                message += "; send changes of an entity with om.save(…)"
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
        **others: Any,
    ) -> Any:
        """Delete one entity and return it as it was.

        Args:
            target: the entity; or leave it out and pass its type and id.
            entity: its type: a class, or a name.
            entity_id: its id, or its fully qualified name.
            recursive: delete everything below it too.
            hard: delete it for good; otherwise the server keeps it and can restore it.
            hard_delete: the same as ``hard``.
            others: none; each is reported with the name of the parameter.

        Raises:
            BadArguments: the entity is missing, or given twice; or an argument is wrong.
            NotFound: it does not exist.
        """
        if (target is None) == (entity is None or entity_id is None):
            message = "takes om.delete(table) or om.delete(entity=Table, entity_id=…)"
            raise bad_arguments("delete", [Problem("", None, "argument", message)])
        if target is not None:
            entity, entity_id = _type_of(target), target
        flags = {"recursive": recursive or None, "hard": (hard or hard_delete) or None}
        return self[entity].delete(entity_id, **flags, **others)

    def get_by_name(
        self, entity: Any, fqn: str, fields: Any = None, include: str | None = None
    ) -> Any:
        """Return one entity by its fully qualified name, or None if it does not exist.

        Args:
            entity: its type: a class (``om.types.Table``), or a name (``"table"``).
            fqn: its fully qualified name.
            fields: more fields than the server returns by default.
            include: ``non-deleted``, ``deleted`` or ``all``.
        """
        return self[entity].get(fqn=fqn, fields=fields, include=include)

    def get_by_id(
        self, entity: Any, entity_id: Any, fields: Any = None, include: str | None = None
    ) -> Any:
        """Return one entity by its id, or None if it does not exist.

        Args:
            entity: its type: a class (``om.types.Table``), or a name (``"table"``).
            entity_id: its id.
            fields: more fields than the server returns by default.
            include: ``non-deleted``, ``deleted`` or ``all``.
        """
        return self[entity].get(id=entity_id, fields=fields, include=include)

    def resolve(
        self,
        target: Any,
        /,
        entity: Any = None,
        *,
        fields: str | Iterable[str] | None = None,
        include: str | None = None,
    ) -> Any:
        """Return the entity that a reference refers to.

        What was read is cached for a minute, or until this client changes something; every call
        returns an object of its own. ``om.session.resolver.info`` counts hits and misses.

        Args:
            target: a reference or an entity; ``"user:ada"``, a type and a name or id; or a name or
                id alone, with ``entity``.
            entity: the type of a name or id: a class (``om.types.User``), or a name (``"user"``).
            fields: more fields than the server returns by default.
            include: ``non-deleted``, ``deleted`` or ``all``; by default also what the reference
                says is deleted.

        Raises:
            NotFound: it does not exist.
            BadArguments: the target does not say which entity it is, or its type.
            UnknownCollection: the release has no such type.
        """
        return self._session.resolver.resolve(target, entity, fields, include)

    def list_entities(
        self,
        entity: Any,
        fields: Any = None,
        after: str | None = None,
        before: str | None = None,
        limit: int | None = None,
        **filters: Any,
    ) -> Page:
        """Return one page of entities.

        Args:
            entity: their type: a class, or a name.
            fields: more fields than the server returns by default.
            after: ``.after`` of the page before this one.
            before: ``.before`` of the page after this one.
            limit: number of entities on the page; ``settings.page_size`` by default.
            filters: ``include``, and the other filters of the collection's ``list``.
        """
        size = filters.pop("page_size", limit)
        listing: Listing = self[entity].list(fields=fields, page_size=size, **filters)
        return listing.page(after=after, before=before)

    def list_all_entities(
        self, entity: Any, fields: Any = None, limit: int | None = None, **filters: Any
    ) -> Listing:
        """Return all entities of a type, requested page by page.

        Args:
            entity: their type: a class, or a name.
            fields: more fields than the server returns by default.
            limit: number of entities per request; ``settings.page_size`` by default.
            filters: ``include``, and the other filters of the collection's ``list``.
        """
        size = filters.pop("page_size", limit)
        listing: Listing = self[entity].list(fields=fields, page_size=size, **filters)
        return listing

    def prepare(
        self, call: str | Method | ExtraOperation, /, *values: Any, **keywords: Any
    ) -> Request:
        """Return the request that a call would send, and send nothing.

        Args:
            call: ``"tables.create"``, or ``om.tables.create`` itself; ``"tables.op.put_joins"``.
            values: positional arguments of the call.
            keywords: keywords of the call.

        Raises:
            UsageError: it is not a call, or it would have to send another request first.
            BadArguments, RequestInvalid: as for the call.
        """
        return self._session.prepare(self._plan(call, values, keywords))

    def _plan(self, call: Any, values: tuple[Any, ...], keywords: dict[str, Any]) -> Plan:
        if isinstance(call, str):
            call = self._by_name(call)
        if isinstance(call, Method):
            return plan_method(call, values, keywords, reject_look_up)
        from dynclient.client.extra_operations import ExtraOperation, plan_operation

        if isinstance(call, ExtraOperation):
            return plan_operation(call, values, keywords)
        raise UsageError(
            f"call must be a method of a collection, such as om.tables.create, not {call!r}"
        )

    def _by_name(self, call: str) -> Any:
        """Return the method of a name: ``tables.create``."""
        first, *rest = call.split(".")
        if not rest:
            raise UsageError(f"call must be a name such as 'tables.create', not {call!r}")
        found: Any = getattr(self, first)
        for name in rest:
            found = getattr(found, name)
        return found

    def send(self, request: Request) -> Any:
        """Send a prepared request and return its result.

        Args:
            request: the request that :meth:`prepare` returned, also with changes.

        Raises:
            NotFound: the entity does not exist; ``get`` returns None instead.
            ServerError, TransportError: as for the call.
            ReadOnly: the client is read-only, and the request may change something.
            UsageError: it is not a request.
        """
        if not hasattr(request, "web"):
            raise UsageError(
                f"request must be a Request, such as om.prepare(…) returns, not {request!r}"
            )
        return hide_secrets(self._session.send(request), request.operation)

    # -- what the release has ----------------------------------------------------------------------

    def explain(self, path: str | type, *, recursive: bool = False) -> Explanation:
        """Return what this server's release says about a type, a field, an operation or an error.

        Args:
            path: ``"table.columns.dataType"``, ``"tables.list"``, ``"NotFound"``; see
                :func:`dynclient.explain`.
            recursive: explain the fields of fields too, as a tree.

        Raises:
            SchemaNotFound: the release has no such type; ``nearest`` lists close names.
            UnknownField: the type has no such field or operation.
            UsageError: it is not such a path.
        """
        from dynclient.explore.explain import explain

        return explain(path, release=self.release, recursive=recursive)

    def example(self, name: str, *, full: bool = False) -> dict[str, Any]:
        """Return an example of a create request as a plain dict; it is the same each time.

        Args:
            name: an entity type or a collection, ``"table"``; see :func:`dynclient.example`.
            full: return all fields, with those of the objects in them; otherwise only required
                ones.

        Raises:
            SchemaNotFound: the release has no such type; ``nearest`` lists close names.
        """
        from dynclient.explore.examples import example

        return example(name, full=full, release=self.release)

    # -- life --------------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the connections; nothing can be sent afterwards."""
        self._session.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        from dynclient.display.interactive import is_at_prompt, may_fetch

        if is_at_prompt() and may_fetch():
            from dynclient.display.text import draw_text

            return draw_text(self._blocks())
        release = self._session.known_release
        name = "not chosen yet" if release is None else release.name
        auth = getattr(self._session.transport, "auth", None)
        parts = [f"<Client of {self.host}", f"release {name}"]
        if auth:
            parts.append(repr(auth))
        if self.settings.read_only:
            parts.append("read-only")
        return ", ".join(parts) + ">"

    def _blocks(self) -> Iterable[Block]:
        from dynclient.client.cards import client_blocks

        return client_blocks(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from dynclient.display.displayed import media_types

        return media_types(self, include, exclude)

    _repr_pretty_ = Card._repr_pretty_  # IPython prefers the __repr__ of a class to that of a base

    def _doc(self) -> str:
        from dynclient.client import docstrings

        release = self._session.known_release
        name = "" if release is None else release.name
        features = self._extension_names() if release is not None else []
        members = {each: getattr(self, each) for each in features}
        return docstrings.client_doc(type(self), name, self._specs(), members)

    def __getstate__(self) -> dict[str, Any]:
        return {"session": self._session}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._session = state["session"]
        self._types = None

    __doc__ = InstanceDoc(__doc__, _doc)


def _unknown_attribute(error: UnknownCollection, client: Client) -> UnknownCollection:
    """Return the error for an attribute, which may be a misspelt method of the client."""
    from dynclient.suggestions import did_you_mean, nearest

    parts = dict(error.parts)
    own = {*OWN, *client._extension_names()}
    # A feature may be closer than a collection: "serch" is more like search than users.
    near = nearest(parts["name"], [*parts["nearest"], *own])
    near = tuple(dict.fromkeys([*near, *parts["nearest"]]))[:3]
    if near != parts["nearest"]:
        parts["message"] = parts["message"].removesuffix(did_you_mean(parts["nearest"]))
        parts["nearest"] = near
        parts["message"] += did_you_mean(near)
    return UnknownCollection(**parts, obj=client)


OWN = frozenset(name for name in dir(Client) if not name.startswith("_"))
"""The client's own names; a collection of such a name is reached with an underscore at its end."""


def _type_of(target: Any) -> Any:
    """Return the type of an entity, or the name of the type of a reference to one."""
    if not isinstance(target, model.Entity):
        kind = type(target).__name__
        message = (
            f"must be an entity or a reference to one, not {kind}; to delete by name or id, call"
            " om.tables.delete(…) of its collection"
        )
        raise bad_arguments("delete", [Problem("target", kind, "argument", message)])
    return model.type_of(target) or type(target)
