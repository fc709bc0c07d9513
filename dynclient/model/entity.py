"""Entities: a thin typed view of decoded JSON.

An entity holds the JSON itself. Nothing is converted before it is read: the first access to a field
wraps its value and keeps it in the instance's ``__dict__``, where the interpreter finds it from
then on without calling anything here. Entities have no public methods, because ``items``, ``keys``,
``values`` and ``schema`` are names of real fields; what works on them are functions of this package
and methods of the client.

The state that a server returned, which a patch is computed from, is copied right before the first
change: listing a thousand entities copies nothing.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, ClassVar

from dynclient.drift import table
from dynclient.errors import BadArguments
from dynclient.model.class_docs import ClassDoc, ClassSignature, class_doc, field_words
from dynclient.schema.pointers import nested_too_deeply
from dynclient.tracebacks import shorten_traceback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from dynclient.display.blocks import Block
    from dynclient.model.alias_descriptors import AliasField
    from dynclient.model.classes import Classes
    from dynclient.schema import Node

NEW: Any = object()
"""Link of an entity that a user created and that is part of no other."""

_SCALARS = frozenset({str, int, float, bool})


class Origin:
    """The response that entities come from; it knows the fields that the response left out.

    All entities of one response share one. :mod:`dynclient.session.session` implements it.

    Attributes:
        paths: the paths of the fields that the response left out, by the reference of the type that
            has the field, and its name; None until they are needed.
    """

    __slots__ = ("paths",)

    paths: dict[str, dict[str, tuple[str, ...]]] | None

    def read(self, root: Entity, node: Node, name: str | None) -> Sequence[str]:
        """Read a field that the response left out into the JSON of an entity; else do nothing.

        Args:
            root: the entity that the server returned.
            node: the type that has the field: that of the entity, or of a part of it.
            name: the field; None for all fields of the type and of the types in it.

        Returns:
            The paths of the fields that were read now.

        Raises:
            FieldNotRead: it cannot be read, or the client is not allowed to.
        """
        raise NotImplementedError

    def complete(self, root: Entity, paths: Sequence[str]) -> None:
        """Put fields that were read later into the parts that replaced those that have them.

        Args:
            root: the entity that the server returned.
            paths: the paths of the fields.
        """
        raise NotImplementedError

    def unread(self, root: Entity, node: Node) -> Sequence[str]:  # noqa: ARG002 - of subclasses
        """Return the names of the fields of a type that the response left out; sends nothing.

        Args:
            root: the entity that the server returned.
            node: the type that has the fields: that of the entity, or of a part of it.
        """
        return ()

    def page_address(self, root: Entity) -> str | None:  # noqa: ARG002 - of subclasses
        """Return the address of the page of an entity in the web interface; sends nothing.

        Args:
            root: the entity that the server returned.

        Returns:
            The address; None if it is not known.
        """
        return None


class Original:
    """What is known of one entity beside its JSON, once it was changed or a field was read later.

    Attributes:
        origin: the response that it comes from, or None if nothing is known about it.
        raw: its JSON as the server returned it; None while it is not changed.
        read: the paths of the fields that were read later.
        is_stale: whether a field that was read later came from a newer state of the entity.
    """

    __slots__ = ("is_stale", "origin", "raw", "read")

    def __init__(self, origin: Origin | None, raw: dict[str, Any] | None = None) -> None:
        self.origin = origin
        self.raw = raw
        self.read: frozenset[str] = frozenset()
        self.is_stale = False

    def copy(self) -> Original:
        """Return a copy for another entity of the same origin."""
        copied = Original(self.origin, clone(self.raw))
        copied.read, copied.is_stale = self.read, self.is_stale
        return copied


def clone(raw: Any) -> Any:
    """Return a deep copy of decoded JSON.

    Raises:
        UsageError: it is nested too deeply, or contains itself.
    """
    try:
        return _clone(raw)
    except RecursionError:
        raise nested_too_deeply() from None


def _clone(raw: Any) -> Any:
    if isinstance(raw, dict):
        return {name: _clone(value) for name, value in raw.items()}
    if isinstance(raw, list):
        return [_clone(value) for value in raw]
    return raw


def keep_original(entity: Entity) -> None:
    """Keep what the server returned, once, before a change anywhere below an entity."""
    entity = root_of(entity)
    if entity._link is NEW:
        return
    original = original_of(entity)
    if original.raw is None:
        original.raw = clone(entity._raw)


def root_of(entity: Entity) -> Entity:
    """Return the entity that an entity is part of, in the end; itself if it is part of none."""
    while isinstance(entity._link, Entity):
        entity = entity._link
    return entity


def original_of(root: Entity) -> Original:
    """Return what is known of an entity that a server returned, from now on its own."""
    link = root._link
    if not isinstance(link, Original):
        link = Original(link)
        _set_link(root, link)
    return link


def read_later(entity: Entity, name: str) -> Any:
    """Return the JSON of a field that an entity does not have, after reading it if it was left out.

    Args:
        entity: the entity, or a part of one.
        name: the field.

    Returns:
        The JSON, or None if the entity has no value for it on the server either.
    """
    raw = entity._raw
    if name not in raw:
        link = entity._link
        if isinstance(link, Origin) and link.paths is not None:  # decided here for most fields
            names = link.paths.get(type(entity)._node.ref)
            if names is None or name not in names:
                return None
        _read(entity, type(entity)._node, name)
    return raw.get(name)


def read_parts_later(entity: Entity, node: Node | None) -> Sequence[str]:
    """Read all fields that were left out of parts of an entity, before the parts are rearranged.

    A patch replaces what changes its place, so what was not read would be lost.

    Args:
        entity: the entity that the parts are in.
        node: the type of the parts, or None.

    Returns:
        The paths of the fields that were read now, for :func:`complete_parts`.
    """
    return _read(entity, node.target, None) if node is not None and node.kind == "object" else ()


def complete_parts(entity: Entity, paths: Sequence[str]) -> None:
    """Put fields into parts that were replaced right after the fields were read.

    The new parts were written before the fields were known: they cannot mean to remove them.

    Args:
        entity: the entity that the parts are in.
        paths: what :func:`read_parts_later` returned before the change.
    """
    if paths:
        root = root_of(entity)
        original_of(root).origin.complete(root, paths)  # type: ignore[union-attr]  # it has read


def _read_before_change(entity: Entity, name: str) -> Sequence[str]:
    """Read what an assignment to a field replaces, so that a patch is computed from that.

    Returns:
        The paths that are to be completed after the assignment, see :func:`complete_parts`.
    """
    current = entity._raw.get(name)
    if current is None:
        current = read_later(entity, name)
    node = type(entity)._nodes.get(name)
    if node is None or current is None:
        return ()
    return read_parts_later(entity, node.items or node)


def _read(entity: Entity, node: Node, name: str | None) -> Sequence[str]:
    root = root_of(entity)
    link = root._link
    origin = link.origin if isinstance(link, Original) else link
    return origin.read(root, node, name) if isinstance(origin, Origin) else ()


class EntityMeta(type):
    """The type of entity classes: they know their schema node and pickle by it."""

    __doc__ = class_doc

    _node: Node
    _nodes: dict[str, Node]
    _classes: Classes
    _aliases: dict[str, AliasField]
    _closed: bool

    def __repr__(cls) -> str:
        node = getattr(cls, "_node", None)
        return f"<class {cls.__module__}.{cls.__qualname__}" + (
            f" of {node.release.name}>" if node is not None else ">"
        )

    def __dir__(cls) -> list[str]:
        # Names of other releases work, but only those of this one are listed.
        names = {*super().__dir__()}.difference(getattr(cls, "_aliases", ()))
        return sorted(names.union(getattr(cls, "_nodes", ())))


class FieldInfo:
    """A field of an entity class as the class has it: ``Table.columns``, for its documentation."""

    __slots__ = ("name", "node")

    def __init__(self, name: str, node: Node) -> None:
        self.name = name
        self.node = node

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        return field_words(self.name, self.node)

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        # rlcompleter reads every attribute that is not a property of the class, and reading a field
        # may send a request.
        return property

    def __repr__(self) -> str:
        return f"<{field_words(self.name, self.node)}>"


class Field:
    """The descriptor of a field of an entity class.

    It is a non-data descriptor on purpose: once the wrapped value is in the instance's
    ``__dict__``, it is found there first, at the speed of a plain attribute.
    """

    __slots__ = ("_info", "_wrap", "name", "node")

    def __init__(self, name: str, node: Node) -> None:
        self.name = name
        self.node = node
        self._info: FieldInfo | None = None
        self._wrap: Callable[[Any, Any], Any] | None = None

    def __get__(self, instance: Entity | None, owner: type | None = None) -> Any:
        if instance is None:
            if self._info is None:
                self._info = FieldInfo(self.name, self.node)
            return self._info
        raw = instance._raw.get(self.name)
        if raw is None:
            raw = read_later(instance, self.name)
            if raw is None:
                return None
        wrap = self._wrap
        if wrap is None:
            wrap = self._wrap = instance._classes.field_wrapper(self.name, self.node)
        value = instance.__dict__[self.name] = wrap(raw, instance)
        return value


class Card:
    """Base class of entities, and of lists and maps in them: what displays them is loaded late.

    It is a :class:`dynclient.display.displayed.Displayed` without its import, since every process
    loads this module and few display an entity.
    """

    __slots__ = ()

    def _blocks(self) -> Iterable[Block]:
        raise NotImplementedError

    def _repr_html_(self) -> str:
        html: str = _displayed()._repr_html_(self)
        return html

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        _displayed()._repr_pretty_(self, printer, cycle)

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        yield from _displayed().__rich_console__(self, console, options)


def _displayed() -> Any:
    from dynclient.display.displayed import Displayed

    return Displayed


class Entity(Card, metaclass=EntityMeta):
    """An object of a release, typed by its schema.

    Fields are read and written as attributes, or as items where the name is not an identifier, is
    a keyword of Python or is reserved (``t["from"]``). A field of the schema that the data does not
    have is None; assigning None removes it. Fields that a server sent and the schema does not have
    are readable too.

    Two entities are equal when their types and their data are. Entities with an ``id`` are hashed
    by type and id, so a set has each of them once, whatever its state; others cannot be hashed.
    """

    __slots__ = ("__dict__", "__weakref__", "_link", "_raw")

    _raw: dict[str, Any]
    _link: Any
    _classes: ClassVar[Classes]
    _aliases: ClassVar[dict[str, AliasField]] = {}
    __iter__ = None  # items are looked up by name, so there is nothing to iterate by number

    def __init__(self, data: Mapping[str, Any] | None = None, /, **fields: Any) -> None:
        """Create an entity from keywords, from a mapping, or from both.

        Values are validated when the entity is sent, or by :func:`dynclient.check`.

        Args:
            data: fields by name, also those that cannot be keywords.
            fields: fields by name. Values may be entities; None means that the field is not set.

        Raises:
            BadArguments: the schema does not have some of the names; all are listed. Or ``data``
                is not a mapping.
        """
        try:
            _fill(self, data, fields)
        except BaseException as error:
            data, fields = None, {}
            _set_raw(self, fields)  # without it, the entity of this frame has no repr
            shorten_traceback(error)
            raise

    def __setattr__(self, name: str, value: Any) -> None:
        try:
            if name in RESERVED:
                from dynclient.model.field_errors import reserved_field

                raise reserved_field(self, name)
            _assign(self, name, value)
        except BaseException as error:
            value = None
            shorten_traceback(error)
            raise

    if hasattr(sys, "ps1"):

        def __getattr__(self, name: str) -> Any:
            """Raise the error for a field that does not exist, with close names in its text.

            Python itself prints close names, IPython and Jupyter do not. Only defined where a
            person types: it would slow every access to every field by a fifth.
            """
            if name.startswith("_"):
                raise AttributeError(name, name=name, obj=self)
            if name in type(self)._nodes or name in type(self)._aliases:
                return self[name]  # raises again what the descriptor raised
            from dynclient.model.field_errors import unknown_field

            raise unknown_field(self, name)

    def __delattr__(self, name: str) -> None:
        del self[name]

    def __getitem__(self, name: str) -> Any:
        wrapped = self.__dict__
        if name in wrapped:
            return wrapped[name]
        node = type(self)._nodes.get(name)
        raw = self._raw.get(name)
        if raw is None:
            if node is None and name not in self._raw:
                alias = type(self)._aliases.get(name)
                if alias is None:
                    from dynclient.model.field_errors import unknown_field

                    raise unknown_field(self, name)
                return alias.read(self)
            raw = read_later(self, name)
            if raw is None:
                return None
        value = wrapped[name] = self._classes.field_wrapper(name, node)(raw, self)
        return value

    def __setitem__(self, name: str, value: Any) -> None:
        try:
            _assign(self, name, value)
        except BaseException as error:
            value = None
            shorten_traceback(error)
            raise

    def __delitem__(self, name: str) -> None:
        if name not in self._raw:
            alias = type(self)._aliases.get(name)
            if alias is not None:
                alias.write(self, None)
                return
            if read_later(self, name) is None:
                from dynclient.model.field_errors import field_not_set

                raise field_not_set(self, name)
        keep_original(self)
        self.__dict__.pop(name, None)
        del self._raw[name]

    def __contains__(self, name: object) -> bool:
        if name in self._raw:
            return True
        alias = type(self)._aliases.get(name)  # type: ignore[call-overload]  # may be any object
        return alias is not None and alias.is_set(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Entity):
            return NotImplemented
        return type(self) is type(other) and self._raw == other._raw

    def __hash__(self) -> int:
        identity = self._raw.get("id")
        if not isinstance(identity, str):
            message = (
                f"a {type(self).__name__} without an id cannot be hashed; use its"
                " fullyQualifiedName, its name or id(x) as the key"
            )
            raise TypeError(message)
        return hash((type(self), identity))

    def __repr__(self) -> str:
        from dynclient.model.reprs import short

        return short(self)

    def __rich_repr__(self) -> Any:
        from dynclient.model.reprs import shown_fields

        yield from shown_fields(self, limit=12)

    def _blocks(self) -> Iterable[Block]:
        return self._classes.blocks_of(self)

    @staticmethod
    def _blocks_of(entities: Sequence[Entity]) -> Iterable[Block]:
        """Return what a plain list of entities looks like, for ``dynclient.show``."""
        return entities[0]._classes.blocks_of(entities)

    _repr_pretty_ = Card._repr_pretty_  # IPython prefers the __repr__ of a class to that of a base

    def _ipython_key_completions_(self) -> list[str]:
        return sorted({*type(self)._nodes, *self._raw})

    def __dir__(self) -> list[str]:
        # A server may send any name; what is not an identifier is read as an item.
        names = {*object.__dir__(self)}.difference(type(self)._aliases).union(self._raw)
        return sorted(filter(str.isidentifier, names))

    def __copy__(self) -> Entity:
        # A shallow copy would share its lists with the original, and their changes.
        return self.__deepcopy__({})

    def __deepcopy__(self, memo: dict[int, Any]) -> Entity:
        link = self._link
        if isinstance(link, Original):
            link = link.copy()
        copied = new_entity(type(self), clone(self._raw), NEW if isinstance(link, Entity) else link)
        memo[id(self)] = copied
        return copied

    def __reduce__(self) -> tuple[Any, ...]:
        from dynclient.model.masking import sealed

        cls, link = type(self), self._link
        if link is NEW or isinstance(link, Entity):
            return _restored, (cls, sealed(cls._node, self._raw), False, None)
        original = link if isinstance(link, Original) else Original(link)
        first = None if original.raw is None else sealed(cls._node, original.raw)
        known = (original.origin, original.read, original.is_stale)
        return _restored, (cls, sealed(cls._node, self._raw), True, first, known)


_set_raw = Entity.__dict__["_raw"].__set__
_set_link = Entity.__dict__["_link"].__set__
RESERVED = frozenset(dir(Entity))
"""Names of Python's or of Entity's own attributes; fields of these names are accessed as items."""


def new_entity(cls: type[Entity], raw: dict[str, Any], link: Any) -> Entity:
    """Return an entity around decoded JSON.

    Args:
        cls: its class.
        raw: the JSON; shared, not copied, and not checked.
        link: the entity that it is part of; ``NEW``; or, for one that a server returned, what is
            known of it: its origin, an Original, or None.
    """
    entity = cls.__new__(cls)
    _set_raw(entity, raw)
    _set_link(entity, link)
    if not cls._nodes.keys() >= raw.keys():
        _show_unknown(entity)
    return entity


def _show_unknown(entity: Entity) -> None:
    """Make fields that the schema does not have readable as attributes.

    They are put into ``__dict__`` rather than found by a ``__getattr__``, which would slow down
    every access to every field.
    """
    nodes = type(entity)._nodes
    for name in entity._raw:
        if name not in nodes and name not in RESERVED:
            entity[name]


def link_to(entity: Entity, owner: Entity) -> None:
    """Make an entity part of another."""
    _set_link(entity, owner)


def _fill(entity: Entity, data: Mapping[str, Any] | None, fields: dict[str, Any]) -> None:
    """Give a new entity its data; see ``Entity.__init__``."""
    cls = type(entity)
    if data is not None:
        try:
            fields = {**data, **fields}
        except TypeError:
            kind = type(data).__name__
            message = f"{cls.__name__} must be created from keywords or a mapping, not {kind}"
            raise BadArguments(message, problems=()) from None
    known = cls._nodes.keys() >= fields.keys()
    if not known:
        fields, problems = cls._classes.own_names(cls._node, fields)
        known = cls._nodes.keys() >= fields.keys()
        if problems or (cls._closed and not known):
            from dynclient.model.field_errors import unknown_fields

            raise unknown_fields(cls, [name for name in fields if name not in cls._nodes], problems)
    # The dict of the keywords belongs to this call, so it becomes the data itself.
    _set_raw(entity, fields)
    _set_link(entity, NEW)
    for name in [name for name in fields if type(fields[name]) not in _SCALARS]:
        if fields[name] is None:
            del fields[name]
        else:
            _put(entity, name, fields[name])
    if not known:
        _show_unknown(entity)


def _assign(entity: Entity, name: str, value: Any) -> None:
    """Set a field of an entity, or what replaces it in this release."""
    cls = type(entity)
    if name not in cls._nodes and name not in entity._raw:
        alias = cls._aliases.get(name)
        if alias is not None:
            alias.write(entity, value)
            return
        if cls._closed:
            from dynclient.model.field_errors import unknown_field

            raise unknown_field(entity, name)
    paths = _read_before_change(entity, name)
    keep_original(entity)
    entity.__dict__.pop(name, None)
    if value is None:
        entity._raw.pop(name, None)
    else:
        _put(entity, name, value)
        complete_parts(entity, paths)
        if name not in cls._nodes:
            _show_unknown(entity)


def _put(entity: Entity, name: str, value: Any) -> None:
    cls = type(entity)
    raw, wrapped = cls._classes.attach(entity, cls._nodes.get(name), value)
    entity._raw[name] = raw
    if wrapped is not None:
        entity.__dict__[name] = wrapped


def _missing(self: Entity, name: str) -> Any:
    """Raise for an attribute that a reference does not have; its ``__getattr__``."""
    if name.startswith("_"):  # protocols of Python and of notebooks
        message = f"{type(self).__name__!r} object has no attribute {name!r}"
        raise AttributeError(message, name=name, obj=self)
    from dynclient.model.field_errors import unknown_field

    raise unknown_field(self, name)


def _restored(
    cls: type[Entity],
    raw: dict[str, Any],
    is_returned: bool,
    original: dict[str, Any] | None,
    known: tuple[Origin | None, frozenset[str], bool] = (None, frozenset(), False),
) -> Entity:
    """Return an entity from its pickle, see ``Entity.__reduce__``."""
    from dynclient.model.masking import unsealed

    link: Any = NEW
    if is_returned:
        origin, read, is_stale = known
        link = Original(origin, None if original is None else unsealed(original))
        link.read, link.is_stale = read, is_stale
    return new_entity(cls, unsealed(raw), link)


def entity_class(node: Node, classes: Classes, aliases: dict[str, AliasField]) -> EntityMeta:
    """Build the class of an object schema; ``classes.class_for`` returns the one of a node.

    Args:
        node: the schema node.
        classes: the classes of its release.
        aliases: attributes for fields of other releases, by name.
    """
    namespace: dict[str, Any] = {
        name: Field(name, field) for name, field in node.properties.items() if name not in RESERVED
    }
    namespace |= {name: alias for name, alias in aliases.items() if name not in RESERVED}
    namespace |= {
        "__slots__": (),
        "__module__": "dynclient.types",
        "__qualname__": node.type_name,
        "__doc__": ClassDoc(node),
        "__signature__": ClassSignature(node),
        "_node": node,
        "_nodes": dict(node.properties),
        "_classes": classes,
        "_aliases": aliases,
        "_closed": node.closed,
    }
    if node.type_name == table.REFERENCE:  # nowhere else, since it makes every access slower
        namespace["__getattr__"] = _missing
    return EntityMeta(node.type_name, (Entity,), namespace)
