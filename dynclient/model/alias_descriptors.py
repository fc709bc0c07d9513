"""Fields of other releases on the types of this one: what a class lacks and the drift table knows.

They are read and written as if they were its own, are hidden from ``dir()`` and completion, and are
told of by a DriftWarning; :meth:`dynclient.schema.Release.with_drift` says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dynclient.drift import table
from dynclient.errors import BadArguments, Problem, UnknownField
from dynclient.model.containers import FieldList
from dynclient.model.conversion import as_reference
from dynclient.model.entity import Entity
from dynclient.schema.release import ERROR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dynclient.schema import Node


class NotTranslatable(ValueError):
    """Why a value cannot be said in this release."""


class Alias:
    """One field that a class lacks; on its class, a descriptor that finds what stands for it.

    Args:
        node: the place of the class.
        name: the field.
    """

    __slots__ = ("name", "node")

    right: tuple[str, ...] = ()
    """The fields of this release that stand for it."""

    def __init__(self, node: Node, name: str) -> None:
        self.node = node
        self.name = name

    def __get__(self, instance: Entity | None, owner: type | None = None) -> Any:
        if instance is None:  # the class does not have it; only what is in its instances is found
            raise AttributeError(self.words(), name=self.name, obj=owner)
        return self.read(instance)

    def read(self, entity: Entity) -> Any:
        """Return what the field would hold."""
        self._sure(entity)
        self.say()
        return self._got(entity)

    def write(self, entity: Entity, value: Any) -> None:
        """Set what stands for the field.

        Raises:
            BadArguments: the value cannot be said in this release.
        """
        self._sure(entity)
        try:
            fitting = self._fitting(entity, value)
        except NotTranslatable as error:
            problem = self.problem(str(error))
            message = f"{self.node.type_name}.{self.name} cannot be set:\n  {problem}"
            raise BadArguments(message, problems=(problem,)) from None
        self.say()  # first: where warnings are errors, nothing is changed
        self._set(entity, fitting)

    def held_by(self, entity: Entity) -> bool:
        """Tell whether an entity holds what stands for the field."""
        try:
            return self.read(entity) is not None
        except UnknownField:  # drift is an error, or there is nothing that could be read
            return False

    def fit(self, fields: dict[str, Any], value: Any) -> None:
        """Put a value into fields under construction, which lack it so far.

        Raises:
            Unbridgeable: it cannot be said in this release.
        """
        raise NotImplementedError

    def _got(self, entity: Entity) -> Any:
        raise NotImplementedError

    def _fitting(self, entity: Entity, value: Any) -> Any:  # noqa: ARG002  # a bridge's form
        """Return a value as :meth:`_set` takes it.

        Raises:
            Unbridgeable: it cannot be said in this release.
        """
        return value

    def _set(self, entity: Entity, value: Any) -> None:
        raise NotImplementedError

    def _place(self) -> str:
        """Return where the release has it, as the end of a sentence."""
        raise NotImplementedError

    def _sure(self, entity: Entity) -> None:
        if self.node.release.drift == ERROR:
            raise UnknownField(self.words(), name=self.name, obj=entity, nearest=self.right)

    def words(self) -> str:
        """Return where a release has the field, in a sentence."""
        release = self.node.release.name
        return f"{self.node.type_name}.{self.name} {self._place()} in release {release}"

    def problem(self, message: str, place: str = "") -> Problem:
        """Return what is wrong with the field in a request."""
        return Problem(place or self.name, None, "drift", message, self.right)

    def say(self) -> None:
        """Warn that the field has another place here."""
        table.warn_drift(self.node.release, self.words())


class RenamedAlias(Alias):
    """A field under another name, single where the other is a list or the reverse."""

    __slots__ = ("_found", "right")

    def __init__(self, node: Node, name: str, found: table.FieldAlias) -> None:
        super().__init__(node, name)
        self._found = found
        self.right = (found.name,)

    def _place(self) -> str:
        return f"is called {self._found.name}"

    def _got(self, entity: Entity) -> Any:
        held = entity[self._found.name]
        if held is None or self._found.conversion == "same":
            return held
        if self._found.conversion == "wrap":
            return held[0] if held else None
        return SingleItemList.of(entity, self, held)

    def _fitting(self, entity: Entity, value: Any) -> Any:
        held = entity[self._found.name] if self._found.conversion == "wrap" else None
        if held is not None and len(held) > 1 and not isinstance(value, (list, tuple)):
            # One would take the place of all, which nobody who knows of one only can mean.
            raise NotTranslatable(
                f"{self._place()} in release {self.node.release.name}, and {len(held)} are there;"
                f" set {self._found.name} to say which of them stay"
            )
        return self._turned(value)

    def _set(self, entity: Entity, value: Any) -> None:
        entity[self._found.name] = value

    def fit(self, fields: dict[str, Any], value: Any) -> None:
        """Put it under the release's own name."""
        if fields.get(self._found.name) is not None:
            raise NotTranslatable(f"{self._place()} here, which is given too")
        fields[self._found.name] = self._turned(value)

    def _turned(self, value: Any) -> Any:
        several = list(value) if isinstance(value, (tuple, set, frozenset)) else value
        try:
            return table.convert_value(several, self._found.conversion)
        except ValueError:
            raise NotTranslatable(
                f"{self._place()} in release {self.node.release.name}, which has one where"
                f" {len(several)} are given"
            ) from None

    def sole(self, entity: Entity, values: list[Any]) -> Any:
        """Set the one value of a list, and return it as the entity holds it from now on."""
        entity[self._found.name] = self._turned(values)
        return entity[self._found.name]


class SingleItemList(FieldList):
    """The one value of a field as the list that another release has; changes reach the field.

    It takes no second value, since the release has no room for one.
    """

    __slots__ = ("_bridge",)
    _bridge: Any  # a Renamed; as an attribute it is no descriptor

    @classmethod
    def of(cls, entity: Entity, bridge: RenamedAlias, held: Any) -> SingleItemList:
        """Return the list of what a field of an entity holds."""
        from dynclient.model.classes import wrapper

        node = bridge.node.properties[bridge.right[0]]
        made = cls([held])
        made._of = ([held], entity, node, wrapper(node))
        made._met = -1
        made._bridge = bridge
        return made

    def _written(self) -> None:
        values = list(list.__iter__(self))
        try:
            held = self._bridge.sole(self._entity, values)
        except NotTranslatable as error:
            list.__setitem__(self, slice(None), self._raw)
            problem = self._bridge.problem(str(error))
            raise BadArguments(f"{problem}", problems=(problem,)) from None
        self._raw[:] = [] if held is None else [held]
        list.__setitem__(self, slice(None), self._raw)

    def insert(self, index: Any, value: Any) -> None:
        """Add an item before an index; there is room for one."""
        list.insert(self, index, value)
        self._written()

    def extend(self, values: Any) -> None:
        """Add several items at once, so that too many of them leave the list as it is."""
        list.extend(self, values)
        self._written()


class NestedAlias(Alias):
    """A field that became part of an object: ``password``, which is ``authType.password``."""

    __slots__ = ("_move", "right")

    def __init__(self, node: Node, move: table.Move) -> None:
        super().__init__(node, move.old)
        self._move = move
        self.right = (move.into,)

    def _place(self) -> str:
        return f"is {self._move.into}.{self._move.new}"

    def _got(self, entity: Entity) -> Any:
        outer = entity[self._move.into]
        return outer[self._move.new] if outer is not None and self._move.new in outer else None

    def _set(self, entity: Entity, value: Any) -> None:
        outer = entity[self._move.into]
        if outer is not None:
            outer[self._move.new] = value
        elif value is not None:
            entity[self._move.into] = {self._move.new: value}

    def fit(self, fields: dict[str, Any], value: Any) -> None:
        """Put it into the object, which others of its kind may have made already."""
        outer = fields.get(self._move.into)
        if outer is not None and (not isinstance(outer, dict) or self._move.new in outer):
            raise NotTranslatable(f"{self._place()} here, and {self._move.into} is given too")
        fields[self._move.into] = {**(outer or {}), self._move.new: value}


class FlattenedAlias(Alias):
    """An object whose parts are fields of their own here: ``authType`` of ``password``."""

    __slots__ = ("_parts", "right")

    def __init__(self, node: Node, name: str, parts: dict[str, str]) -> None:
        super().__init__(node, name)
        self._parts = parts
        self.right = tuple(parts.values())

    def _place(self) -> str:
        return f"is {', '.join(self._parts.values())}"

    def _got(self, entity: Entity) -> Any:
        # An object made up for reading would lose what is written into it.
        raise UnknownField(self.words(), name=self.name, obj=entity, nearest=self.right)

    def _fitting(self, entity: Entity, value: Any) -> Any:  # noqa: ARG002  # a bridge's form
        return self._apart(value)

    def _set(self, entity: Entity, value: Any) -> None:
        for name, part in value.items():
            entity[name] = part

    def fit(self, fields: dict[str, Any], value: Any) -> None:
        """Put its parts beside it."""
        apart = self._apart(value)
        doubled = [name for name in apart if fields.get(name) is not None]
        if doubled:
            raise NotTranslatable(f"{self._place()} here, and {', '.join(doubled)} is given too")
        fields.update(apart)

    def _apart(self, value: Any) -> dict[str, Any]:
        if value is None:
            return dict.fromkeys(self._parts.values())
        held = _held(value)
        lacking = [] if held is None else [name for name in held if name not in self._parts]
        if held is None or lacking:
            what = f", not {', '.join(lacking)}" if lacking else ""
            release = self.node.release.name
            raise NotTranslatable(f"release {release} has {', '.join(self._parts.values())}{what}")
        return {self._parts[name]: part for name, part in held.items()}


class BoxedItemAlias(Alias):
    """A field of an item that was put into an object: ``name``, which is ``term.name``."""

    __slots__ = ("_inner", "right")

    def __init__(self, node: Node, name: str, inner: str) -> None:
        super().__init__(node, name)
        self._inner = inner
        self.right = (inner,)

    def _place(self) -> str:
        return f"is {self._inner}.{self.name}"

    def _got(self, entity: Entity) -> Any:
        held = entity[self._inner]
        return None if held is None else held[self.name]

    def _set(self, entity: Entity, value: Any) -> None:
        held = entity[self._inner]
        if held is not None:
            held[self.name] = value
        elif value is not None:
            entity[self._inner] = {self.name: value}

    def fit(self, fields: dict[str, Any], value: Any) -> None:
        """Put it into the inner object."""
        held = fields.get(self._inner) or {}
        if not isinstance(held, dict):
            raise NotTranslatable(f"{self._place()} here, and {self._inner} is given too")
        fields[self._inner] = {**held, self.name: value}


class BareItemAlias(Alias):
    """A field of an object that newer releases put an item into, on the item that is bare here."""

    __slots__ = ("_row",)

    def __init__(self, node: Node, name: str, row: table.Items) -> None:
        super().__init__(node, name)
        self._row = row

    def _place(self) -> str:
        if self.name == self._row.inner:
            return "is the item itself"
        return f"is always {self._row.others[self.name]!r}"

    def _sure(self, entity: Entity) -> None:
        # Only in that list is the item another one's inner part.
        owner = entity._link
        node = getattr(type(owner), "_node", None)
        if node is None or node.path != self._row.document:
            kind = type(entity).__name__
            raise UnknownField(f"{kind} has no field {self.name!r}", name=self.name, obj=entity)
        super()._sure(entity)

    def _got(self, entity: Entity) -> Any:
        return entity if self.name == self._row.inner else self._row.others[self.name]

    def _fitting(self, entity: Entity, value: Any) -> Any:  # noqa: ARG002  # a bridge's form
        self._agree(value)
        return value

    def _set(self, entity: Entity, value: Any) -> None:
        """Do nothing: it is what it is said to be."""

    def _agree(self, value: Any) -> None:
        """Refuse a value that the release cannot say."""
        if self.name == self._row.inner or value != self._row.others[self.name]:
            raise NotTranslatable(f"{self._place()} in release {self.node.release.name}")

    def fit(self, fields: dict[str, Any], value: Any) -> None:
        """Put what is in the inner part in its place, where nothing else is told beside it."""
        if self.name != self._row.inner:
            self._agree(value)
            return
        held = _held(value)
        if isinstance(value, Entity):
            held = as_reference(self.node, value) or held
        if held is None or fields:
            raise NotTranslatable(f"{self._place()} in release {self.node.release.name}")
        fields.update(held)


def _held(value: Any) -> Mapping[str, Any] | None:
    """Return the fields of an object that a user gave; None where it is none."""
    if isinstance(value, Entity):
        return value._raw
    return value if isinstance(value, Mapping) else None


def aliases(node: Node) -> dict[str, Alias]:
    """Return what stands for the fields that a class lacks and other releases have, by name.

    Args:
        node: the place of the class.
    """
    known = node.properties
    found: dict[str, Alias] = {}
    for rename in table.renames():
        # Nearly every class has both names or neither, and every class that is built comes here.
        if (rename.old in known) == (rename.new in known):
            continue
        name = rename.new if rename.old in known else rename.old
        theirs = table.find_alias(name, known, node.path)
        if theirs is not None:
            found[name] = RenamedAlias(node, name, theirs)
    moves = [move for move in table.moves() if node.path in move.documents]
    for move in moves:
        if move.into in known and move.old not in known:
            found[move.old] = NestedAlias(node, move)
        elif move.old in known and move.into not in known:
            parts = {each.new: each.old for each in moves if each.into == move.into}
            found[move.into] = FlattenedAlias(node, move.into, parts)
    for each in _of_items(node):
        found[each.name] = each
    return found


def _of_items(node: Node) -> Iterator[Alias]:
    for row in table.items():
        if node.pointer:
            continue
        if node.path == row.new:
            for name in node.properties[row.inner].properties:
                if name not in node.properties:
                    yield BoxedItemAlias(node, name, row.inner)
        elif node.path == row.old and row.new not in node.release.paths:
            for name in (row.inner, *row.others):
                yield BareItemAlias(node, name, row)


def with_own_names(
    cls: Any, fields: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Problem]]:
    """Return the fields of an object with those of other releases in their place here.

    Args:
        cls: the class of the object.
        fields: by name; they are not changed.

    Returns:
        The fields, and by name what is wrong with those that could not be put anywhere, which stay
        as they are.
    """
    found: dict[str, Alias] = cls._bridges
    node: Node = cls._node
    meant = [name for name in fields if name in found and name not in cls._nodes]
    made = {name: value for name, value in fields.items() if name not in meant}
    problems = {}
    for name in meant:
        bridge = found[name]
        try:
            if node.release.drift == ERROR:
                raise NotTranslatable(f"{bridge._place()} in release {node.release.name}")
            if fields[name] is not None:
                bridge.fit(made, fields[name])
            bridge.say()
        except NotTranslatable as error:
            problems[name] = bridge.problem(str(error))
            made[name] = fields[name]
    for name in fields:
        loss = None if name in cls._nodes else table.removed_field(name, node.path)
        if loss is not None and name not in problems:
            message = f"was taken before release {loss.since}; {loss.way}"
            problems[name] = Problem(name, None, "drift", message)
    return made, problems
