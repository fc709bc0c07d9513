"""Types of lists, maps, unions and classes; see ``scalar_types`` for what a type does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Union

from dynclient.compat.models.constraints import constraints_of, limits_test, violations
from dynclient.compat.models.scalar_types import Converter, FieldType, NotConverted
from dynclient.compat.models.validation_errors import FieldError, Loc, expected_values
from dynclient.drift import table

if TYPE_CHECKING:
    from collections.abc import Callable

    LazyType = Callable[[], FieldType]
    """Returns a type, built when it is first needed: types may contain themselves."""


class ListType(FieldType):
    """A list."""

    def __init__(self, item: LazyType, schema: dict[str, Any]) -> None:
        self._lazy_item = item
        self._item: FieldType | None = None
        self._constraints = constraints_of(schema, "list")
        self.limits_test = limits_test(self._constraints)

    @property
    def item(self) -> FieldType:
        """The type of the items."""
        found = self._item
        if found is None:
            found = self._item = self._lazy_item()
        return found

    @property
    def label(self) -> str:  # type: ignore[override]
        """Name of this type as a branch of a union, in the location of an error."""
        return f"list[{self.item.label}]"

    @property
    def hint(self) -> Any:
        """The type of values, for annotations."""
        return list[self.item.hint]  # type: ignore[name-defined]  # at run time

    def from_json(self, raw: Any) -> Any:
        """Return a list of the values for the items."""
        if type(raw) is not list:
            return raw
        from_json = self.item.from_json
        return [from_json(item) for item in raw]

    def check(self, value: Any, loc: Loc, errors: list[FieldError]) -> Any:
        """Accept lists, tuples and sets."""
        if not isinstance(value, (list, tuple, set, frozenset)):
            errors.append(FieldError("list_type", loc, "Input should be a valid list", value))
            return value
        check = self.item.check
        items = [check(item, (*loc, index), errors) for index, item in enumerate(value)]
        errors += violations(self._constraints, items, loc, value)
        return items

    def converter(self) -> Converter:
        """Return a function that accepts lists."""
        is_met = self.limits_test
        fallback = super().converter()
        convert_items: Converter | None = None

        def convert(value: Any) -> Any:
            nonlocal convert_items
            if type(value) is not list or (is_met is not None and not is_met(value)):
                return fallback(value)
            if convert_items is None:  # not before it is needed: types may contain themselves
                convert_items = self.item.list_converter()
            return convert_items(value)

        return convert


class MapType(FieldType):
    """A map from any name to values of one type."""

    def __init__(self, values: LazyType) -> None:
        self._lazy_values = values
        self._values: FieldType | None = None

    @property
    def values(self) -> FieldType:
        """The type of the values."""
        found = self._values
        if found is None:
            found = self._values = self._lazy_values()
        return found

    @property
    def label(self) -> str:  # type: ignore[override]
        """Name of this type as a branch of a union, in the location of an error."""
        return f"dict[str,{self.values.label}]"

    @property
    def hint(self) -> Any:
        """The type of values, for annotations."""
        return dict[str, self.values.hint]  # type: ignore[name-defined]  # at run time

    def from_json(self, raw: Any) -> Any:
        """Return a dict of the converted values."""
        if type(raw) is not dict:
            return raw
        from_json = self.values.from_json
        return {name: from_json(value) for name, value in raw.items()}

    def check(self, value: Any, loc: Loc, errors: list[FieldError]) -> Any:
        """Accept mappings whose keys are strings."""
        if not isinstance(value, Mapping):
            message = "Input should be a valid dictionary"
            errors.append(FieldError("dict_type", loc, message, value))
            return value
        converted = {}
        for name, each in value.items():
            if not isinstance(name, str):
                message = "Input should be a valid string"
                errors.append(FieldError("string_type", (*loc, name, "[key]"), message, name))
            converted[name] = self.values.check(each, (*loc, name), errors)
        return converted

    def converter(self) -> Converter:
        """Return a function that accepts dicts."""
        fallback = super().converter()
        convert_value: Converter | None = None

        def convert(value: Any) -> Any:
            nonlocal convert_value
            if type(value) is not dict or not all(type(name) is str for name in value):
                return fallback(value)
            if convert_value is None:
                convert_value = self.values.converter()
            return {name: convert_value(each) for name, each in value.items()}

        return convert


class OpenObjectType(MapType):
    """An object of which a lossy release says nothing: a map, or a model of any release."""

    def check(self, value: Any, loc: Loc, errors: list[FieldError]) -> Any:
        """Accept models too, as they are."""
        if hasattr(type(value), "model_fields_set"):
            return value
        return super().check(value, loc, errors)


class NullableType(FieldType):
    """Null, or a value of another type."""

    def __init__(self, field_type: FieldType) -> None:
        self._field_type = field_type
        self.label = field_type.label

    @property
    def hint(self) -> Any:
        """The type of values, for annotations."""
        return self._field_type.hint | None

    def from_json(self, raw: Any) -> Any:
        """Return None, or the value of the other type."""
        return None if raw is None else self._field_type.from_json(raw)

    def check(self, value: Any, loc: Loc, errors: list[FieldError]) -> Any:
        """Accept None too."""
        return None if value is None else self._field_type.check(value, loc, errors)

    def converter(self) -> Converter:
        """Return a function that accepts None too."""
        convert = self._field_type.converter()
        return lambda value: None if value is None else convert(value)


class LiteralType(FieldType):
    """One of several values that are not all strings."""

    def __init__(self, values: list[Any]) -> None:
        self._values = values
        self.label = f"literal[{','.join(map(repr, values))}]"

    @property
    def hint(self) -> Any:
        """The type of values, for annotations."""
        return Literal[tuple(self._values)]

    def check(self, value: Any, loc: Loc, errors: list[FieldError]) -> Any:
        """Accept those values."""
        if value not in self._values:
            message = f"Input should be {expected_values(self._values)}"
            errors.append(FieldError("literal_error", loc, message, value))
        return value


class UnionType(FieldType):
    """One of several types."""

    def __init__(
        self,
        branches: tuple[LazyType, ...],
        branches_by_ref: Callable[[], Mapping[str, LazyType]],
        closest_branch: Callable[[Any], FieldType | None],
    ) -> None:
        """Set the branches.

        Args:
            branches: the types, in the schema's order.
            branches_by_ref: returns the types that are classes, by the reference of the class's
                schema. An instance of a class finds its branch there, so that none of the others
                (dozens of connections, say) is built.
            closest_branch: returns the type closest to JSON of a server that is not valid for any
                branch: a newer server may send fields that no branch knows.
        """
        self._lazy_branches = branches
        self._branches_by_ref = branches_by_ref
        self._closest_branch = closest_branch
        self._by_ref: Mapping[str, LazyType] | None = None
        self._branches: list[FieldType] | None = None
        self._converters: dict[int, Converter] = {}
        """Converters of the branches, by the ids of the branches, which are kept elsewhere."""

    @property
    def branches(self) -> list[FieldType]:
        """The types, in the schema's order."""
        found = self._branches
        if found is None:
            found = self._branches = [build() for build in self._lazy_branches]
        return found

    @property
    def label(self) -> str:  # type: ignore[override]
        """Name of this type as a branch of a union, in the location of an error."""
        return f"union[{','.join(branch.label for branch in self.branches)}]"

    @property
    def hint(self) -> Any:
        """The type of values, for annotations."""
        return Union[tuple(branch.hint for branch in self.branches)]  # noqa: UP007  # at run time

    def from_json(self, raw: Any) -> Any:
        """Return the value of the best branch, else of the closest one."""
        branch = self._valid_branch(raw) or self._closest_branch(raw)
        return raw if branch is None else branch.from_json(raw)

    def check(self, value: Any, loc: Loc, errors: list[FieldError]) -> Any:
        """Accept what a branch accepts; of several, the one with most of its fields given."""
        own = self._branch_of_instance(value)
        if own is not None:
            return own.check(value, loc, errors)
        branch = self._valid_branch(value)
        if branch is not None:
            return branch.check(value, loc, [])
        with table.trial():
            for each in self.branches:
                each.check(value, (*loc, each.label), errors)
        return value

    def converter(self) -> Converter:
        """Return a function that accepts what a branch accepts."""

        def convert(value: Any) -> Any:
            branch = self._branch_of_instance(value) or self._valid_branch(value)
            if branch is None:
                raise NotConverted
            return self._converter_of(branch)(value)

        return convert

    def _converter_of(self, branch: FieldType) -> Converter:
        found = self._converters.get(id(branch))
        if found is None:
            found = self._converters[id(branch)] = branch.converter()
        return found

    def _branch_of_instance(self, value: Any) -> FieldType | None:
        """Return the branch that a value is an instance of, or None."""
        node = getattr(type(value), "_node", None)
        if node is None:
            return None
        if self._by_ref is None:
            self._by_ref = self._branches_by_ref()
        build = self._by_ref.get(node.ref)
        return None if build is None else build()

    def _valid_branch(self, value: Any) -> FieldType | None:
        """Return the branch that a value is of, or None if it is not valid for any.

        Of several it is the value's own type, then the type with most of its fields given.
        """
        best: tuple[int, int] | None = None
        chosen = None
        for branch in self.branches:
            try:
                with table.trial():  # the chosen branch converts it again, with its warnings
                    converted = self._converter_of(branch)(value)
            except NotConverted:
                continue
            # The value's own type first, then the type with most of its fields given; what accepts
            # any object comes last.
            is_open = isinstance(branch, OpenObjectType)
            rank = (
                -1 if is_open else int(type(converted) is type(value)),
                len(getattr(converted, "model_fields_set", ())),
            )
            if best is None or rank > best:
                best, chosen = rank, branch
        return chosen


class ClassType(FieldType):
    """An official class: a model, an enumeration or a root type."""

    def __init__(self, label: str, build: Callable[[], Any]) -> None:
        self.label = label
        self._build = build
        self._cls: Any = None

    @property
    def cls(self) -> Any:
        """The class, built when it is first needed."""
        if self._cls is None:
            self._cls = self._build()
        return self._cls

    @property
    def hint(self) -> Any:
        """The type of values, for annotations."""
        return self.cls

    def from_json(self, raw: Any) -> Any:
        """Return an instance for a server's JSON."""
        return self.cls._from_json(raw)

    def check(self, value: Any, loc: Loc, errors: list[FieldError]) -> Any:
        """Accept instances, and what an instance can be built from."""
        return self.cls._check(value, loc, errors)

    def converter(self) -> Converter:
        """Return the converter of the class."""
        convert: Converter = self.cls._converter()
        return convert

    def list_converter(self) -> Converter:
        """Return the converter of lists of the class's instances."""
        convert: Converter = self.cls._list_converter()
        return convert
