"""Entities: what users hold, a thin typed view of decoded JSON.

An entity holds the JSON itself. Nothing is converted before it is asked for: the first access to a
field wraps its value and keeps it in the instance's ``__dict__``, where the interpreter finds it
from then on without calling anything here. Entities have no public methods, because ``items``,
``keys``, ``values`` or ``schema`` are names of real fields; verbs are functions and the client's.

Where the state that a server gave is needed later (for a patch), it is copied the moment before the
first change, not earlier: listing a thousand entities copies nothing.
"""

from __future__ import annotations

import copyreg
from typing import TYPE_CHECKING, Any

from dynclient.drift import table
from dynclient.errors import BadArguments, Problem, UnknownField
from dynclient.model.class_docs import ClassDoc, ClassSignature, class_doc, field_words
from dynclient.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dynclient.model.alias_descriptors import Alias
    from dynclient.schema import Node

NEW: Any = object()
"""Link of an entity that a user built and that belongs to no other."""

_SCALARS = frozenset({str, int, float, bool})


class Original:
    """The JSON of an entity as the server gave it, kept once the entity was changed."""

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
    """Prepare for a change anywhere below an entity: keep what the server gave, once."""
    while isinstance(entity._link, Entity):
        entity = entity._link
    if entity._link is None:
        _set_link(entity, Original(clone(entity._raw)))


class EntityMeta(type):
    """The type of entity classes: they know their schema place and pickle by it."""

    __doc__ = class_doc

    _node: Node
    _nodes: dict[str, Node]
    _bridges: dict[str, Alias]
    _closed: bool

    def __repr__(cls) -> str:
        node = getattr(cls, "_node", None)
        return f"<class {cls.__module__}.{cls.__qualname__}" + (
            f" of {node.release.name}>" if node is not None else ">"
        )

    def __dir__(cls) -> list[str]:
        # Names of other releases work, but this one's are what is to be found.
        shown = {*super().__dir__()}.difference(getattr(cls, "_bridges", ()))
        return sorted(shown.union(getattr(cls, "_nodes", ())))


class Field:
    """One field of an entity class; found on the class for its documentation.

    It is a non-data descriptor on purpose: once the wrapped value lies in the instance's
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
            from dynclient.model.classes import wrapper

            wrap = self._wrap = wrapper(self.node)
        value = instance.__dict__[self.name] = wrap(raw, instance)
        return value

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        return field_words(self.name, self.node)

    def __repr__(self) -> str:
        return f"<{field_words(self.name, self.node)}>"


class Entity(metaclass=EntityMeta):
    """One object of a release, typed by its schema.

    Fields are read and written as attributes, or as items where the name is no identifier, a
    keyword or taken (``t["from"]``). A field of the schema that the data lacks reads as None;
    assigning None removes it. Fields that the schema lacks but a server sent are readable too.

    Two entities are equal when their types and their data are. Entities with an ``id`` hash by type
    and id, so a set holds each thing once whatever its state; others do not hash.
    """

    __slots__ = ("__dict__", "__weakref__", "_link", "_raw")

    _raw: dict[str, Any]
    _link: Any
    _bridges: dict[str, Alias] = {}
    __iter__ = None  # a look-up by number is no iteration

    def __init__(self, data: Mapping[str, Any] | None = None, /, **fields: Any) -> None:
        """Build from keywords, from a mapping, or from both; values may be nested entities.

        None stands for "not given". Values are judged when the whole is sent, or by
        :func:`dynclient.check`.

        Raises:
            BadArguments: names that the schema does not have, all at once.
        """
        if data is not None:
            fields = {**data, **fields}
        cls = type(self)
        known = cls._nodes.keys() >= fields.keys()
        if not known:
            from dynclient.model.alias_descriptors import with_own_names

            fields, problems = with_own_names(cls, fields)
            known = cls._nodes.keys() >= fields.keys()
            if problems or (cls._closed and not known):
                raise _unknown(cls, [name for name in fields if name not in cls._nodes], problems)
        # The dict of the keywords is ours alone, so it becomes the data itself.
        _set_raw(self, fields)
        _set_link(self, NEW)
        for name in [name for name in fields if type(fields[name]) not in _SCALARS]:
            if fields[name] is None:
                del fields[name]
            else:
                _put(self, name, fields[name])
        if not known:
            _show_unknown(self)

    def __setattr__(self, name: str, value: Any) -> None:
        cls = type(self)
        if name in RESERVED:
            message = f"{name!r} of {cls.__name__} is set as an item: x[{name!r}] = …"
            raise UnknownField(message, name=name, obj=self)
        self[name] = value

    def __delattr__(self, name: str) -> None:
        del self[name]

    def __getitem__(self, name: str) -> Any:
        kept = self.__dict__
        if name in kept:
            return kept[name]
        node = type(self)._nodes.get(name)
        raw = self._raw.get(name)
        if raw is None:
            if node is None and name not in self._raw:
                bridge = type(self)._bridges.get(name)
                if bridge is None:
                    raise _no_field(self, name)
                return bridge.read(self)
            return None
        from dynclient.model.classes import wrapper

        value = kept[name] = wrapper(node)(raw, self)
        return value

    def __setitem__(self, name: str, value: Any) -> None:
        cls = type(self)
        if name not in cls._nodes and name not in self._raw:
            bridge = cls._bridges.get(name)
            if bridge is not None:
                bridge.write(self, value)
                return
            if cls._closed:
                raise _no_field(self, name)
        keep_original(self)
        self.__dict__.pop(name, None)
        if value is None:
            self._raw.pop(name, None)
        else:
            _put(self, name, value)
            if name not in cls._nodes:
                _show_unknown(self)

    def __delitem__(self, name: str) -> None:
        if name not in self._raw:
            bridge = type(self)._bridges.get(name)
            if bridge is None:
                raise _nothing(self, name)
            bridge.write(self, None)
            return
        keep_original(self)
        self.__dict__.pop(name, None)
        del self._raw[name]

    def __contains__(self, name: object) -> bool:
        if name in self._raw:
            return True
        bridge = type(self)._bridges.get(name)  # type: ignore[call-overload]  # any object may be asked for
        return bridge is not None and bridge.held_by(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Entity):
            return NotImplemented
        return type(self) is type(other) and self._raw == other._raw

    def __hash__(self) -> int:
        identity = self._raw.get("id")
        if not isinstance(identity, str):
            message = (
                f"a {type(self).__name__} without id has no identity to hash by; use its"
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
        return sorted({*object.__dir__(self)}.difference(type(self)._bridges).union(self._raw))

    def __copy__(self) -> Entity:
        # Half a copy would share its lists with the original, and changes with it.
        return self.__deepcopy__({})

    def __deepcopy__(self, memo: dict[int, Any]) -> Entity:
        link = self._link
        if isinstance(link, Original):
            link = Original(clone(link.raw))
        copied = made(type(self), clone(self._raw), NEW if isinstance(link, Entity) else link)
        memo[id(self)] = copied
        return copied

    def __reduce__(self) -> tuple[Any, ...]:
        from dynclient.model.masking import sealed

        cls, link = type(self), self._link
        given = link is None or isinstance(link, Original)
        origin = sealed(cls._node, link.raw) if isinstance(link, Original) else None
        return _restored, (cls, sealed(cls._node, self._raw), given, origin)


_set_raw = Entity.__dict__["_raw"].__set__
_set_link = Entity.__dict__["_link"].__set__
RESERVED = frozenset(dir(Entity))
"""Names that belong to Python or to entities; fields of these names are reached as items."""


def made(cls: type[Entity], raw: dict[str, Any], link: Any) -> Entity:
    """Return an entity around JSON that is taken as it is.

    Args:
        cls: its class.
        raw: the JSON; shared, not copied.
        link: the entity it lies in; ``NEW``; or None for one that a server gave.
    """
    entity = cls.__new__(cls)
    _set_raw(entity, raw)
    _set_link(entity, link)
    if not cls._nodes.keys() >= raw.keys():
        _show_unknown(entity)
    return entity


def _show_unknown(entity: Entity) -> None:
    """Make fields that the schema lacks readable as attributes.

    They are put where attributes are found, rather than found by a ``__getattr__``: having one
    would slow down every access to every field.
    """
    nodes = type(entity)._nodes
    for name in entity._raw:
        if name not in nodes and name not in RESERVED:
            entity[name]


def link_to(entity: Entity, owner: Entity) -> None:
    """Make an entity part of another."""
    _set_link(entity, owner)


def _put(entity: Entity, name: str, value: Any) -> None:
    from dynclient.model.conversion import attach

    raw, held = attach(entity, type(entity)._nodes.get(name), value)
    entity._raw[name] = raw
    if held is not None:
        entity.__dict__[name] = held


def _unknown(cls: EntityMeta, names: list[str], known: dict[str, Problem]) -> BadArguments:
    """Return the error for names that a class does not have.

    Args:
        cls: the class.
        names: all of them.
        known: what is known of some.
    """
    from dynclient.suggestions import nearest

    rule, message = "additionalProperties", "is unknown here"
    problems = tuple(
        known.get(name) or Problem(name, None, rule, message, nearest(name, cls._nodes))
        for name in names
    )
    lines = "".join(f"\n  {problem}" for problem in problems)
    message = f"{cls.__name__} has no such field{'' if len(names) == 1 else 's'}:{lines}"
    return BadArguments(message, problems=problems)


def _no_field(entity: Entity, name: Any) -> UnknownField:
    from dynclient.suggestions import nearest

    cls = type(entity)
    near = nearest(str(name), {*cls._nodes, *entity._raw})
    told = did_you_mean(near)
    loss = table.removed_field(str(name), cls._node.path)
    if loss is not None:
        told = f", which was taken before release {loss.since}; {loss.way}"
    return UnknownField(f"{cls.__name__} has no field {name!r}{told}", name=str(name), obj=entity)


def _nothing(entity: Entity, name: Any) -> UnknownField:
    """Return the error for taking away what is not there."""
    if name not in type(entity)._nodes:
        return _no_field(entity, name)
    message = f"this {type(entity).__name__} holds no {name} that could be taken away"
    return UnknownField(message, name=str(name), obj=entity)


def _restored(
    cls: type[Entity], raw: dict[str, Any], given: bool, origin: dict[str, Any] | None
) -> Entity:
    from dynclient.model.masking import unsealed

    link = None if given else NEW
    if origin is not None:
        link = Original(unsealed(origin))
    return made(cls, unsealed(raw), link)


def _class_at(node: Node) -> type:
    from dynclient.model.classes import class_for

    return class_for(node)


def _reduce_class(cls: EntityMeta) -> Any:
    node = cls.__dict__.get("_node")
    # The base class is an ordinary one.
    return cls.__qualname__ if node is None else (_class_at, (node,))


copyreg.pickle(EntityMeta, _reduce_class)


def entity_class(node: Node) -> EntityMeta:
    """Build the class of an object schema; see ``factory.class_for`` for the one there is."""
    from dynclient.model.alias_descriptors import aliases

    nodes, other = node.properties, aliases(node)
    namespace: dict[str, Any] = {
        name: Field(name, below) for name, below in nodes.items() if name not in RESERVED
    }
    namespace |= {name: bridge for name, bridge in other.items() if name not in RESERVED}
    namespace |= {
        "__slots__": (),
        "__module__": "dynclient.types",
        "__qualname__": node.type_name,
        "__doc__": ClassDoc(node),
        "__signature__": ClassSignature(node),
        "_node": node,
        "_nodes": dict(nodes),
        "_bridges": other,
        "_closed": node.closed,
    }
    return EntityMeta(node.type_name, (Entity,), namespace)
