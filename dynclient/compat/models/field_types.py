"""Shapes of lists, maps, unions and classes; see ``leaves`` for what a shape is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dynclient.compat.models.constraints import broken, rules_of
from dynclient.compat.models.scalar_types import FieldType
from dynclient.compat.models.validation_errors import FieldError, Loc

if TYPE_CHECKING:
    from collections.abc import Callable

    Late = Callable[[], FieldType]
    """A shape that is made when it is first needed: shapes may hold themselves."""


class ListType(FieldType):
    """A list."""

    def __init__(self, item: Late, schema: dict[str, Any]) -> None:
        self._late = item
        self._item: FieldType | None = None
        self._rules = rules_of(schema, "list")

    @property
    def item(self) -> FieldType:
        """The shape of its items."""
        found = self._item
        if found is None:
            found = self._item = self._late()
        return found

    @property
    def label(self) -> str:  # type: ignore[override]
        """Name of this branch in the place of a fault."""
        return f"list[{self.item.label}]"

    def take(self, raw: Any) -> Any:
        """Return a list of what its items stand for."""
        if type(raw) is not list:
            return raw
        take = self.item.take
        return [take(one) for one in raw]

    def check(self, value: Any, loc: Loc, faults: list[FieldError]) -> Any:
        """Take lists, tuples and sets; a list whose items stay what they are is kept itself."""
        if not isinstance(value, (list, tuple, set, frozenset)):
            words = f"a {type(value).__name__} is no list"
            faults.append(FieldError("list_type", loc, words, value))
            return value
        check = self.item.check
        items = [check(one, (*loc, place), faults) for place, one in enumerate(value)]
        faults += broken(self._rules, items, loc, value)
        same = type(value) is list and all(a is b for a, b in zip(items, value, strict=True))
        return value if same else items


class MapType(FieldType):
    """A map from any name to values of one shape."""

    def __init__(self, values: Late) -> None:
        self._late = values
        self._values: FieldType | None = None

    @property
    def values(self) -> FieldType:
        """The shape of its values."""
        found = self._values
        if found is None:
            found = self._values = self._late()
        return found

    @property
    def label(self) -> str:  # type: ignore[override]
        """Name of this branch in the place of a fault."""
        return f"dict[str,{self.values.label}]"

    def take(self, raw: Any) -> Any:
        """Return a dict of what its values stand for."""
        if type(raw) is not dict:
            return raw
        take = self.values.take
        return {name: take(one) for name, one in raw.items()}

    def check(self, value: Any, loc: Loc, faults: list[FieldError]) -> Any:
        """Take mappings whose names are strings."""
        if not isinstance(value, Mapping):
            words = f"a {type(value).__name__} is no dict"
            faults.append(FieldError("dict_type", loc, words, value))
            return value
        taken = {}
        for name, one in value.items():
            if not isinstance(name, str):
                faults.append(
                    FieldError("string_type", (*loc, name, "[key]"), "is no string", name)
                )
            taken[name] = self.values.check(one, (*loc, name), faults)
        return taken


class NullableType(FieldType):
    """What may be null too."""

    def __init__(self, shape: FieldType) -> None:
        self._shape = shape
        self.label = shape.label

    def take(self, raw: Any) -> Any:
        """Return None, or what the rest stands for."""
        return None if raw is None else self._shape.take(raw)

    def check(self, value: Any, loc: Loc, faults: list[FieldError]) -> Any:
        """Take None too."""
        return None if value is None else self._shape.check(value, loc, faults)


class LiteralType(FieldType):
    """One of some values that make no enumeration of strings."""

    def __init__(self, values: list[Any]) -> None:
        self._values = values
        self.label = f"literal[{','.join(map(repr, values))}]"

    def check(self, value: Any, loc: Loc, faults: list[FieldError]) -> Any:
        """Take those values."""
        if value not in self._values:
            faults.append(FieldError("literal_error", loc, f"is none of {self._values}", value))
        return value


class UnionType(FieldType):
    """One of several shapes."""

    def __init__(
        self,
        branches: tuple[Late, ...],
        places: Callable[[], Mapping[str, Late]],
        nearest: Callable[[Any], FieldType | None],
    ) -> None:
        """Take the shapes, and what tells the places of those that are classes.

        Args:
            branches: in the schema's order.
            places: gives the branches by the reference of their class's place; an instance of a
                class finds its branch there, and none of the others (dozens of connections, say) is
                made.
            nearest: gives the branch that a server's JSON is nearest to, which fits none by the
                rules: a newer server may send fields that no branch knows.
        """
        self._late = branches
        self._places = places
        self._nearest = nearest
        self._by_place: Mapping[str, Late] | None = None
        self._branches: list[FieldType] | None = None

    @property
    def branches(self) -> list[FieldType]:
        """The shapes, in the schema's order."""
        found = self._branches
        if found is None:
            found = self._branches = [late() for late in self._late]
        return found

    @property
    def label(self) -> str:  # type: ignore[override]
        """Name of this branch in the place of a fault."""
        return f"union[{','.join(branch.label for branch in self.branches)}]"

    def take(self, raw: Any) -> Any:
        """Return what the fitting branch stands for, else the nearest one."""
        found = self._best(raw, (), []) or self._nearest(raw)
        return raw if found is None else found.take(raw)

    def check(self, value: Any, loc: Loc, faults: list[FieldError]) -> Any:
        """Take what some branch takes; of several the one that knows most of its names."""
        own = self._own(value)
        if own is not None:
            return own.check(value, loc, faults)
        met: list[FieldError] = []
        found = self._best(value, loc, met)
        if found is None:
            faults += met
            return value
        return found.check(value, loc, [])

    def _own(self, value: Any) -> FieldType | None:
        """Return the branch that a value is an instance of, or None."""
        node = getattr(type(value), "_node", None)
        if node is None:
            return None
        if self._by_place is None:
            self._by_place = self._places()
        late = self._by_place.get(node.ref)
        return None if late is None else late()

    def _best(self, value: Any, loc: Loc, met: list[FieldError]) -> FieldType | None:
        best: tuple[int, int] | None = None
        chosen = None
        for branch in self.branches:
            wrong: list[FieldError] = []
            taken = branch.check(value, (*loc, branch.label), wrong)
            if wrong:
                met += wrong
                continue
            # Exactly this type first, then what has most of its fields named.
            rank = int(type(taken) is type(value)), len(getattr(taken, "model_fields_set", ()))
            if best is None or rank > best:
                best, chosen = rank, branch
        return chosen


class ClassType(FieldType):
    """A class of the official face: a model, an enumeration or a root."""

    def __init__(self, label: str, make: Callable[[], Any]) -> None:
        self.label = label
        self._make = make
        self._cls: Any = None

    @property
    def cls(self) -> Any:
        """The class, made when it is first needed."""
        if self._cls is None:
            self._cls = self._make()
        return self._cls

    def take(self, raw: Any) -> Any:
        """Return an instance for a server's JSON."""
        return self.cls._take(raw)

    def check(self, value: Any, loc: Loc, faults: list[FieldError]) -> Any:
        """Take instances, and what makes one."""
        return self.cls._check(value, loc, faults)
