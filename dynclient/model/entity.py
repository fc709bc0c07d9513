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

from dynclient.drift.aliases import removed_field_message
from dynclient.errors import BadArguments, Problem, UnknownField
from dynclient.model.class_docs import ClassDoc, ClassSignature, class_doc, field_words
from dynclient.tracebacks import shorten_traceback

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dynclient.model.alias_descriptors import AliasField
    from dynclient.model.classes import Classes
    from dynclient.schema import Node

NEW: Any = object()
"""Link of an entity that a user created and that is part of no other."""

_SCALARS = frozenset({str, int, float, bool})


class Original:
    """The JSON of an entity as the server returned it, kept once the entity is changed."""

    __slots__ = ("raw",)

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw


def clone(raw: Any) -> Any:
    """Return a deep copy of decoded JSON."""
    if isinstance(raw, dict):
        return {name: clone(value) for name, value in raw.items()}
    if isinstance(raw, list):
        return [clone(value) for value in raw]
    return raw


def keep_original(entity: Entity) -> None:
    """Keep what the server returned, once, before a change anywhere below an entity."""
    while isinstance(entity._link, Entity):
        entity = entity._link
    if entity._link is None:
        _set_link(entity, Original(clone(entity._raw)))


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


class Field:
    """A field of an entity class; ``Table.columns`` returns it, for its documentation.

    It is a non-data descriptor on purpose: once the wrapped value is in the instance's
    ``__dict__``, it is found there first, at the speed of a plain attribute.
    """

    __slots__ = ("_wrap", "name", "node")

    def __init__(self, name: str, node: Node) -> None:
        self.name = name
        self.node = node
        self._wrap: Callable[[Any, Any], Any] | None = None

    def __get__(self, instance: Entity | None, owner: type | None = None) -> Any:
        if instance is None:
            return self
        raw = instance._raw.get(self.name)
        if raw is None:
            return None
        wrap = self._wrap
        if wrap is None:
            wrap = self._wrap = instance._classes.field_wrapper(self.name, self.node)
        value = instance.__dict__[self.name] = wrap(raw, instance)
        return value

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        return field_words(self.name, self.node)

    def __repr__(self) -> str:
        return f"<{field_words(self.name, self.node)}>"


class Entity(metaclass=EntityMeta):
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
                raise _reserved(self, name)
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
            raise _no_field(self, name)

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
                    raise _no_field(self, name)
                return alias.read(self)
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
            if alias is None:
                raise _not_set(self, name)
            alias.write(self, None)
            return
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

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ARG002  # IPython's form
        printer.text(repr(self))

    def _ipython_key_completions_(self) -> list[str]:
        return sorted({*type(self)._nodes, *self._raw})

    def __dir__(self) -> list[str]:
        return sorted({*object.__dir__(self)}.difference(type(self)._aliases).union(self._raw))

    def __copy__(self) -> Entity:
        # A shallow copy would share its lists with the original, and their changes.
        return self.__deepcopy__({})

    def __deepcopy__(self, memo: dict[int, Any]) -> Entity:
        link = self._link
        if isinstance(link, Original):
            link = Original(clone(link.raw))
        copied = new_entity(type(self), clone(self._raw), NEW if isinstance(link, Entity) else link)
        memo[id(self)] = copied
        return copied

    def __reduce__(self) -> tuple[Any, ...]:
        from dynclient.model.masking import sealed

        cls, link = type(self), self._link
        is_returned = link is None or isinstance(link, Original)
        original = sealed(cls._node, link.raw) if isinstance(link, Original) else None
        return _restored, (cls, sealed(cls._node, self._raw), is_returned, original)


_set_raw = Entity.__dict__["_raw"].__set__
_set_link = Entity.__dict__["_link"].__set__
RESERVED = frozenset(dir(Entity))
"""Names of Python's or of Entity's own attributes; fields of these names are accessed as items."""


def new_entity(cls: type[Entity], raw: dict[str, Any], link: Any) -> Entity:
    """Return an entity around decoded JSON.

    Args:
        cls: its class.
        raw: the JSON; shared, not copied, and not checked.
        link: the entity that it is part of; ``NEW``; or None for one that a server returned.
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
            raise _unknown(cls, [name for name in fields if name not in cls._nodes], problems)
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
            raise _no_field(entity, name)
    keep_original(entity)
    entity.__dict__.pop(name, None)
    if value is None:
        entity._raw.pop(name, None)
    else:
        _put(entity, name, value)
        if name not in cls._nodes:
            _show_unknown(entity)


def _put(entity: Entity, name: str, value: Any) -> None:
    cls = type(entity)
    raw, wrapped = cls._classes.attach(entity, cls._nodes.get(name), value)
    entity._raw[name] = raw
    if wrapped is not None:
        entity.__dict__[name] = wrapped


def _unknown(cls: EntityMeta, names: list[str], known: dict[str, Problem]) -> BadArguments:
    """Return the error for names that a class does not have.

    Args:
        cls: the class.
        names: all of them.
        known: problems that say more, by name.
    """
    from dynclient.suggestions import nearest

    rule, message = "additionalProperties", "is not a known property"
    problems = tuple(
        known.get(name) or Problem(name, None, rule, message, nearest(name, cls._nodes))
        for name in names
    )
    lines = "".join(f"\n  {problem}" for problem in problems)
    fields = "this field" if len(names) == 1 else "these fields"
    message = f"{cls.__name__} does not have {fields}:{lines}"
    return BadArguments(message, problems=problems)


def _no_field(entity: Entity, name: Any) -> UnknownField:
    from dynclient.suggestions import did_you_mean, nearest

    cls = type(entity)
    reason = removed_field_message(cls._node, str(name))
    if reason is not None:
        end = f", which {reason}"
    else:
        end = did_you_mean(nearest(str(name), {*cls._nodes, *entity._raw}))
    return UnknownField(f"{cls.__name__} has no field {name!r}{end}", name=str(name), obj=entity)


def _reserved(entity: Entity, name: str) -> UnknownField:
    kind = type(entity).__name__
    message = f"{name!r} of {kind} must be set as an item: x[{name!r}] = …"
    return UnknownField(message, name=name, obj=entity)


def _not_set(entity: Entity, name: Any) -> UnknownField:
    """Return the error for deleting a field without a value."""
    if name not in type(entity)._nodes:
        return _no_field(entity, name)
    message = f"{name} of this {type(entity).__name__} is not set, so it cannot be deleted"
    return UnknownField(message, name=str(name), obj=entity)


def _restored(
    cls: type[Entity], raw: dict[str, Any], is_returned: bool, original: dict[str, Any] | None
) -> Entity:
    """Return an entity from its pickle, see ``Entity.__reduce__``."""
    from dynclient.model.masking import unsealed

    link = None if is_returned else NEW
    if original is not None:
        link = Original(unsealed(original))
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
    return EntityMeta(node.type_name, (Entity,), namespace)
