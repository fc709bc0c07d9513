"""Base classes of extensions: a session, and operations that the schemas do not describe."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import FunctionType
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from dynclient import model
from dynclient.data import data_file
from dynclient.dispatch import bad_arguments
from dynclient.errors import LostUpdate, NotSupported, Problem
from dynclient.extensions.argument_names import name_arguments
from dynclient.extensions.operation_rows import Row, find_operation, first_period, rows
from dynclient.operations.operation import Plan
from dynclient.session.keys import KeyReader
from dynclient.session.reference_names import add_names
from dynclient.session.resolver import marking
from dynclient.tracebacks import public_calls

if TYPE_CHECKING:
    from dynclient.dispatch.pagination import Listing
    from dynclient.extensions.requirements import Requirement
    from dynclient.operations import Operation
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.session.session import Session

ATTEMPTS = 10
"""How often a change is applied to a new state of the entity before LostUpdate is raised."""


class Extension:
    """A feature of the client: ``om.<name>``, and methods of the client.

    A subclass of another package is found through the entry point ``dynclient.extensions``, and
    declares itself with its class attributes; those of dynclient are in ``data/extensions.json``.

    Args:
        session: the session of the server.

    Attributes:
        name: the name of the extension, and of its object on the client.
        client: names of the client and what each requires. The extension's own name is the object;
            any other name is the method of the object.
        methods: names of methods of collections and what each requires.
        operations: the rows of its operations, see :mod:`dynclient.extensions.operation_rows`; or
            the name of a file of ``data/operations``.
        session: the session of the server.
    """

    name: ClassVar[str] = ""
    client: ClassVar[Mapping[str, Requirement]] = {}
    methods: ClassVar[Mapping[str, Requirement]] = {}
    operations: ClassVar[str | Sequence[Row]] = ()

    def __init__(self, session: Session) -> None:
        self.session = session

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        for name, member in list(vars(cls).items()):
            is_call = name == "__call__" or name[0] != "_"
            if is_call and isinstance(member, FunctionType) and name not in _INTERNAL:
                setattr(cls, name, name_arguments(member))
        public_calls(cls)

    def call_label(self, name: str) -> str:
        """Return a method as users write the call of it: ``lineage.add``, ``tables.add_tags``."""
        rows = data_file("extensions.json")
        row: Mapping[str, Any] = next((row for row in rows if row["name"] == self.name), {})
        client = {**row.get("client", {}), **type(self).client}
        if name in client:
            return name
        return self.name if name == "__call__" else f"{self.name}.{name}"

    # -- operations --------------------------------------------------------------------------------

    @classmethod
    def rows(cls) -> Sequence[Row]:
        """Return the rows of the extension's operations."""
        return rows(cls.operations) if isinstance(cls.operations, str) else cls.operations

    def operation(self, name: str, collection: Any = None) -> Operation:
        """Return an operation as this server has it.

        Args:
            name: its name in the rows.
            collection: for operations of collections: the collection, by any of its names.

        Raises:
            NotSupported: the release does not have it.
        """
        found = self._find_operation(name, collection)
        if found is not None:
            return found
        spec = None if collection is None else self.session.find(collection)
        period = first_period(self.rows(), name, spec)
        place = "" if spec is None else f" for {spec.attribute}"
        raise not_supported(f"operation {name!r}{place}", self.session.release.name, *period)

    def has_operation(self, name: str, collection: Any = None) -> bool:
        """Return whether this server has an operation.

        Args:
            name: the operation's name in the rows.
            collection: for operations of collections: the collection, by any of its names.
        """
        return self._find_operation(name, collection) is not None

    def _find_operation(self, name: str, collection: Any) -> Operation | None:
        session = self.session
        spec = None if collection is None else session.find(collection)
        index = session.contract.cached_index()
        return find_operation(self.rows(), name, session.release, spec, index)

    def call(
        self,
        name: str,
        arguments: Mapping[str, Any] | None = None,
        body: Any = None,
        **options: Any,
    ) -> Any:
        """Send an operation and return its result.

        Args:
            name: the operation's name in the rows.
            arguments: arguments of its path and query, by name; None means "not given".
            body: the body of the request, as JSON or as an entity.
            options: ``collection``, for operations of collections.

        Raises:
            NotSupported: the release does not have the operation.
            BadArguments, RequestInvalid: an argument or the body is not valid.
            ServerError, TransportError: as for every call.
        """
        operation = self.operation(name, **options)
        if body is None:
            operation = operation._replace(body_kind=None)
        return self.session.call(Plan(operation, dict(arguments or {}), body))

    def listing(
        self, name: str, arguments: Mapping[str, Any] | None = None, **options: Any
    ) -> Listing:
        """Return a lazy list of the results of an operation, page by page.

        Args:
            name: the operation's name in the rows; its ``result_kind`` is ``page``.
            arguments: as for :meth:`call`; ``page_size`` is the setting's by default.
            options: ``collection``, for operations of collections.
        """
        operation = self.operation(name, **options)
        given = dict(arguments or {})
        if any(parameter.name == "page_size" for parameter in operation.parameters):
            given.setdefault("page_size", self.session.settings.page_size)
        return self.session.listing(Plan(operation, given))

    # -- entities ----------------------------------------------------------------------------------

    def reference(self, target: Any, entity: Any = None) -> dict[str, Any]:
        """Return the reference to an entity, ``{"id": …, "type": …}``.

        Args:
            target: an entity or a reference; ``"user:ada"``; or a name or an id, with ``entity``.
            entity: the type of a name or an id, by any name of its collection.

        Raises:
            NotFound: there is no such entity; a request is sent if the id is not known.
            BadArguments: the target does not say which entity it is, or is of another type.
        """
        target = self._of_type(target, entity)
        raw = model.json_of(target)
        kind = model.type_of(target) if isinstance(target, model.Entity) else None
        if isinstance(raw, Mapping):
            kind = kind or raw.get("type")
            if kind and isinstance(raw.get("id"), str):
                self._check_server(target)
                return {"id": raw["id"], "type": kind}
        found = self.session.resolver.resolve(target, entity)
        return {"id": model.raw(found)["id"], "type": model.type_of(found)}

    def _of_type(self, target: Any, entity: Any) -> Any:
        """Return a target of a type, a name without the prefix of the type.

        Raises:
            BadArguments: the target is of another type.
        """
        if entity is None:
            return target
        own = self.session.find(entity).entity.name
        kind = None
        if isinstance(target, str):
            prefix, _, rest = "".join(target).partition(":")
            return rest if rest and prefix == own else target
        if isinstance(target, model.Entity):
            kind = model.type_of(target)
        elif isinstance(target, Mapping):
            kind = target.get("type")
        if isinstance(kind, str) and kind.casefold() != own.casefold():
            message = f"must be {_with_article(own)}, not {_with_article(kind)}"
            with marking(target):
                raise bad_arguments(self.name, [Problem("target", kind, "argument", message)])
        return target

    def check_target(self, target: Any, entity: Any = None) -> None:
        """Raise BadArguments if something cannot name an entity; nothing is sent.

        A call checks all of its entities before it looks the first one up.

        Args:
            target: as for :meth:`reference`.
            entity: the type of a name or an id.
        """
        self.session.resolver.check(self._of_type(target, entity), entity)

    def _check_server(self, target: Any) -> None:
        if isinstance(target, model.Entity):
            from dynclient.session.same_server import check_same_server

            check_same_server(self.session, target)

    def id_of(self, target: Any, entity: Any = None) -> str:
        """Return the id of an entity.

        Args:
            target: as for :meth:`reference`.
            entity: the type of a name or an id, by any name of its collection.

        Raises:
            NotFound, BadArguments: as for :meth:`reference`.
        """
        return str(self.reference(target, entity)["id"])

    def name_of(self, target: Any, entity: Any = None) -> str:
        """Return the fully qualified name of an entity, which is read if that is not known.

        Args:
            target: as for :meth:`reference`; a name is returned as it is.
            entity: the type of a name or an id.
        """
        from dynclient.operations.operation import is_id

        target = self._of_type(target, entity)
        if isinstance(target, str) and not is_id(target) and entity is not None:
            return "".join(target)
        raw = model.json_of(target)
        if isinstance(raw, Mapping) and isinstance(raw.get("fullyQualifiedName"), str):
            return str(raw["fullyQualifiedName"])
        found = model.raw(self.session.resolver.resolve(target, entity))
        return str(found.get("fullyQualifiedName") or found["name"])

    def read(self, target: Any, entity: Any = None, fields: Sequence[str] = ()) -> Any:
        """Return the present state of an entity, never one from a cache.

        Args:
            target: as for :meth:`reference`.
            entity: the type of a name or an id.
            fields: more fields than the server returns by default; those that the type does not
                have are left out.
        """
        given = target
        target = self._of_type(target, entity)
        kind = entity
        if isinstance(target, model.Entity):
            kind = model.type_of(target) or entity
            self._check_server(target)
        elif isinstance(target, str) and entity is None:
            reference = self.reference(target)
            kind, target = reference["type"], reference["id"]
        elif isinstance(target, Mapping):
            kind, target = target.get("type", entity), target.get("id")
        if kind is None:
            name = type(target).__name__
            message = f"must be an entity, a reference, or 'table:a.b.c.d', not {name}"
            with marking(given):
                raise bad_arguments(self.name, [Problem("target", name, "argument", message)])
        spec = self.session.find(kind)
        with marking(given):
            by, key = KeyReader(spec, f"{spec.attribute}.get").key((target,), {})
        known = [name for name in fields if name in spec.entity.properties]
        operation = spec.operations["get" if by == "id" else "get_by_name"]
        return self.session.call(Plan(operation, {by: key, "fields": known or None}))

    def edit(
        self,
        target: Any,
        change: Callable[[Any], None],
        entity: Any = None,
        fields: Sequence[str] = (),
        known: Sequence[Any] = (),
    ) -> Any:
        """Read an entity, change it, and send the change as a guarded patch.

        If the entity is changed by another user meanwhile, it is read and changed again, so
        ``change`` must have the same effect on any state.

        Args:
            target: as for :meth:`reference`; only its identity is used.
            change: changes the entity that is passed to it.
            entity: the type of a name or an id.
            fields: the fields that ``change`` reads or replaces.
            known: references with their names, which those of these fields in the result get where
                the server returns them without.

        Returns:
            The entity as the server has it now.

        Raises:
            LostUpdate: it was changed by others, ten times in a row.
        """
        for attempt in range(1, ATTEMPTS + 1):
            state = self.read(target, entity, fields)
            change(state)
            try:
                saved = self.session.save(state)
                if known:
                    add_names(model.raw(saved), fields, known)
                return saved
            except LostUpdate:
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    def __dir__(self) -> list[str]:
        """Return the names of the feature, without what its class uses."""
        return sorted(name for name in object.__dir__(self) if name not in _INTERNAL)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.session.host}; see help()>"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.session,)


def _with_article(noun: str) -> str:
    return f"{'an' if noun[0].lower() in 'aeio' else 'a'} {noun}"


_INTERNAL = frozenset({name for name in dir(Extension) if not name.startswith("__")} | {"session"})
"""Names that extensions use and users do not."""


CollectionEntity: TypeAlias = Any
"""An entity of the collection that has the method; stubs of a release name its class."""


class CollectionExtension(Extension):
    """A feature of collections: ``om.tables.<method>``, for each method in ``methods``.

    Args:
        session: the session of the server.
        attribute: the collection's name on the client.

    Attributes:
        attribute: the collection's name on the client.
    """

    def __init__(self, session: Session, attribute: str) -> None:
        super().__init__(session)
        self.attribute = attribute

    @property
    def spec(self) -> CollectionSpec:
        """The collection as this server has it."""
        return self.session.contract.spec(self.attribute)

    def entities(self, **arguments: Any) -> Listing:
        """Return a lazy list of the entities of the collection.

        Args:
            arguments: as for the collection's ``list``: ``fields``, ``include``, filters.
        """
        given = {"page_size": self.session.settings.page_size, **arguments}
        return self.session.listing(Plan(self.spec.operations["list"], given))

    def call_label(self, name: str) -> str:
        """Return a method as users write the call of it: ``tables.add_tags``."""
        return f"{self.attribute}.{name}"

    def operation(self, name: str, collection: Any = None) -> Operation:
        """Return an operation, by default one of this collection.

        Args:
            name: the operation's name in the rows.
            collection: for operations of collections: the collection, by any of its names.

        Raises:
            NotSupported: the release does not have it.
        """
        return super().operation(name, self.attribute if collection is None else collection)

    def has_operation(self, name: str, collection: Any = None) -> bool:
        """Return whether this server has an operation, by default one of this collection.

        Args:
            name: the operation's name in the rows.
            collection: for operations of collections: the collection, by any of its names.
        """
        return super().has_operation(name, self.attribute if collection is None else collection)

    def reference(self, target: Any, entity: Any = None) -> dict[str, Any]:
        """Return the reference to an entity, by default one of this collection.

        Args:
            target: as for :meth:`Extension.reference`.
            entity: the type of a name or an id; that of the collection by default.

        Raises:
            NotFound, BadArguments: as for :meth:`Extension.reference`.
        """
        return super().reference(*self._own(target, entity))

    def check_target(self, target: Any, entity: Any = None) -> None:
        """Raise BadArguments if something cannot name an entity, by default of this collection."""
        super().check_target(*self._own(target, entity))

    def name_of(self, target: Any, entity: Any = None) -> str:
        """Return the fully qualified name of an entity, by default one of this collection.

        Args:
            target: as for :meth:`Extension.reference`.
            entity: the type of a name or an id; that of the collection by default.
        """
        return super().name_of(*self._own(target, entity))

    def read(self, target: Any, entity: Any = None, fields: Sequence[str] = ()) -> Any:
        """Return the present state of an entity, by default one of this collection.

        Args:
            target: as for :meth:`Extension.reference`.
            entity: the type of a name or an id; that of the collection by default.
            fields: as for :meth:`Extension.read`.
        """
        return super().read(*self._own(target, entity), fields)

    def _own(self, target: Any, entity: Any) -> tuple[Any, Any]:
        """Return a target and the type of a name or an id, by default of this collection.

        Raises:
            BadArguments: the target is of another type, which was not asked for.
        """
        if entity is not None:
            return target, entity
        own = self.spec.entity.name
        kind = None
        if isinstance(target, model.Entity):
            kind = model.type_of(target)
        elif isinstance(target, Mapping):
            kind = target.get("type")
        elif isinstance(target, str):
            prefix, _, rest = "".join(target).partition(":")
            return (rest if rest and prefix == own else target), own
        if isinstance(kind, str) and kind.casefold() != own.casefold():
            message = f"must be {_with_article(own)}, not {_with_article(kind)}"
            with marking(target):
                raise bad_arguments(self.attribute, [Problem("target", kind, "argument", message)])
        return target, (None if isinstance(target, Mapping) else own)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} for {self.attribute} of {self.session.host}; see help()>"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.session, self.attribute)


def not_supported(what: str, release: str, since: str = "", until: str = "") -> NotSupported:
    """Return the error for a feature that a release does not have.

    Args:
        what: the feature, in words.
        release: the name of the release.
        since: the first release that has it, if known.
        until: the first release that does not have it any more, if any.
    """
    hint = f"; it exists since {since}" if since else ""
    hint += f"{' and' if since else '; it exists'} until {until}" if until else ""
    return NotSupported(
        f"release {release} does not have {what}{hint}", name=what, since=since, until=until
    )
