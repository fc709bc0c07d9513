"""Lists of entities as tables: one column for each field, nested fields under dotted names.

A field of an object is a column (``databaseSchema.name``), a field of a list of objects a column of
lists (``owners.name``). What has no fields by the schema is JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient import model
from dynclient.dispatch.nested_arrays import NestedColumn
from dynclient.dispatch.nested_arrays import arrays as nested_arrays
from dynclient.drift.aliases import aliases_of
from dynclient.errors import DynclientWarning, Problem, ResponseInvalid, UsageError
from dynclient.model.masking import is_secret, masked
from dynclient.schema.pointers import values_at
from dynclient.secrets import MASK
from dynclient.suggestions import nearest

if TYPE_CHECKING:
    from dynclient.dispatch.pagination import Listing, Page
    from dynclient.schema import Node

_SCALARS = {"string", "enum", "integer", "number", "boolean"}
_MILLISECONDS = "utc-millisec"


class Column(NamedTuple):
    """A column of a table of entities."""

    name: str
    """The dotted name, ``owners.name``."""
    steps: tuple[str, ...]
    """The names of the fields."""
    path: str
    """Where the schema has it, ``owners[].name``."""
    depth: int
    """How many lists contain a value."""
    node: Node
    """The schema of a value."""

    @property
    def is_json(self) -> bool:
        """Whether values are written as JSON text."""
        return self.node.kind not in _SCALARS

    @property
    def type(self) -> str:
        """The type of a value: ``string``, ``integer``, ``number``, ``boolean``, ``time``."""
        if self.node.format == _MILLISECONDS:
            return "time"
        kind = self.node.kind
        return kind if kind in {"integer", "number", "boolean"} else "string"

    def getter(self, start: int = 0) -> Callable[[Any], Any]:
        """Return the function that takes the JSON of a row and returns its cell.

        Args:
            start: how many of the steps lead to that JSON.
        """
        leaf = self.leaf()
        found = leaf or _same
        for position in range(len(self.steps) - 1, start - 1, -1):
            is_last = position == len(self.steps) - 1
            found = _step(self.steps[position], None if is_last and leaf is None else found)
        return found

    def leaf(self) -> Callable[[Any], Any] | None:
        """Return the function for the value at the end, or None if it is taken as it is."""
        node = self.node
        if self.is_json:
            return _on_items(
                lambda value: json.dumps(masked(node, value), ensure_ascii=False),
                is_list=self.path.endswith("[]"),
            )
        if is_secret(self.steps[-1], (node,)):
            return _on_items(lambda _: MASK, is_list=self.path.endswith("[]"))
        return None


def _same(value: Any) -> Any:
    return value


def _step(name: str, following: Callable[[Any], Any] | None) -> Callable[[Any], Any]:
    """Return the function that takes an object, or a list of them, to what a field of it gives.

    Args:
        name: the field.
        following: what to do with its value; None to take it as it is.
    """

    def get(value: Any) -> Any:
        if value.__class__ is dict:  # decoded JSON has no subclasses; isinstance costs twice this
            inner = value.get(name)
            return inner if following is None or inner is None else following(inner)
        if value.__class__ is list:
            return list(map(get, value))
        return None

    return get


def _on_items(function: Callable[[Any], Any], *, is_list: bool) -> Callable[[Any], Any]:
    """Return a function that leaves None as it is, and that is applied to the items of a list."""

    def get(value: Any) -> Any:
        if value is None:
            return None
        if is_list and isinstance(value, list):
            return [get(each) for each in value]
        return function(value)

    return get


class Frame:
    """The rows of a lazy list, a page at a time.

    Args:
        listing: the list.
        fields: dotted names of the columns; None for all that the list returns.
        explode: the dotted name of a list whose items become separate rows; None for none.
        by_schema: whether the columns without ``fields`` are those of the schema alone, the same
            for every list of the type; otherwise the first page may add some. Needs no page, unless
            the type of the entities is unknown.
        keep: whether the JSON of an entity becomes a row; None for all.
        on_missing: called, instead of a warning, with the names of fields that entities have and
            that are not among the columns.

    Raises:
        BadArguments: a name is not a field; all of them are listed.
    """

    def __init__(
        self,
        listing: Listing,
        fields: str | Iterable[str] | None,
        explode: str | None,
        *,
        by_schema: bool = False,
        keep: Callable[[dict[str, Any]], bool] | None = None,
        on_missing: Callable[[list[str]], None] | None = None,
    ) -> None:
        self._fields: Any = fields.split(",") if isinstance(fields, str) else fields
        self._absent = listing.absent() if fields is None else frozenset()
        self._by_schema = by_schema
        self._keep = keep
        self._on_missing = on_missing or self._warn_missing
        self._exploded: Column | None = None
        self._first: Page | None = None
        self._node = listing.node
        self.columns: tuple[Column, ...] = ()
        if self._node is not None:
            self._choose(self._node, explode)
        self._pages = listing.pages_with(self._paths())
        if self._node is None or (self._fields is None and not by_schema):
            self._first = next(self._pages, None)
            self._node = self._node or _schema(self._first)
            if self._node is not None:
                self._choose(self._node, explode)

    def _paths(self) -> list[str]:
        """Return where the schema has the named columns; the others need not be requested."""
        named = () if self._fields is None else self.columns
        exploded = [] if self._exploded is None else [self._exploded.path]
        return [*(column.path for column in named), *exploded]

    def _choose(self, node: Node, explode: str | None) -> None:
        """Set the columns: those that are named, or those of the schema and the first page."""
        problems: list[Problem] = []
        if self._fields is not None and not isinstance(self._fields, Iterable):
            kind = type(self._fields).__name__
            message = f"must be names of fields, not {kind}"
            problems.append(Problem("fields", kind, "argument", message))
            names = []
        elif self._fields is None:
            present = {name for row in self._rows(self._first) for name in row}
            names = [
                name for name in node.properties if name in present or name not in self._absent
            ]
        else:
            names = [str(name).strip() for name in self._fields]
        columns: dict[str, Column] = {}
        for position, name in enumerate(names):
            found = _column(node, name)
            if isinstance(found, Problem):
                problems.append(found._replace(path=f"fields[{position}]"))
            else:
                columns.update((each.name, each) for each in _expanded(found))
        if explode is not None:
            found = _column(node, explode)
            if isinstance(found, Problem):
                problems.append(found._replace(path="explode"))
            elif not found.path.endswith("[]"):
                message = "must be the name of a list"
                problems.append(Problem("explode", explode, "argument", message))
            else:
                self._exploded = found
        if problems:
            from dynclient.dispatch.binding import bad_arguments

            raise bad_arguments("frame", problems)
        self.columns = tuple(columns.values())

    # -- rows --------------------------------------------------------------------------------------

    def _rows(self, page: Page | None) -> list[dict[str, Any]]:
        rows = [] if page is None else [model.raw(each) for each in page.entities]
        return rows if self._keep is None else [row for row in rows if self._keep(row)]

    def batches(self) -> Iterator[list[list[Any]]]:
        """Yield the cells of one page after the other, column by column."""
        for rows in self._row_batches():
            yield self._batch(rows, self.columns)

    def _row_batches(self) -> Iterator[list[dict[str, Any]]]:
        """Yield the JSON of one page after the other."""
        present: set[str] = set()
        if self._first is not None:
            first, self._first = self._first, None
            yield self._rows(first)
        for page in self._pages:
            rows = self._rows(page)
            if self._fields is None:
                for row in rows:
                    present.update(row)
            yield rows
        self._look_for_missing(present)

    def _batch(self, rows: list[dict[str, Any]], columns: Iterable[Column]) -> list[list[Any]]:
        """Return the cells of columns."""
        exploded = self._exploded
        if exploded is None:
            return [list(map(column.getter(), rows)) for column in columns]
        steps = exploded.steps
        pairs: list[tuple[dict[str, Any], Any]] = []
        for row in rows:
            items = [item for item in values_at(row, steps) if item is not None]
            pairs += [(row, item) for item in items or [None]]
        return [
            list(map(column.getter(len(steps)), (item for _, item in pairs)))
            if column.steps[: len(steps)] == steps
            else list(map(column.getter(), (row for row, _ in pairs)))
            for column in columns
        ]

    def _look_for_missing(self, present: set[str]) -> None:
        """Report the fields that entities have and that are not among the columns."""
        names = {column.steps[0] for column in self.columns}
        known = {} if self._node is None else self._node.properties
        missing = sorted(name for name in present - names if name in known)
        if missing:
            self._on_missing(missing)

    def _warn_missing(self, missing: list[str]) -> None:
        from dynclient.warn import warn_user

        reason = "entities of the first page do not have"
        if self._by_schema:
            reason = "lists do not return by default"
        message = (
            f"the frame has no column for {', '.join(missing)}, which {reason}; name the columns"
            " with fields="
        )
        warn_user(message, DynclientWarning)

    def depth(self, column: Column) -> int:
        """Return how many lists contain a cell of a column."""
        exploded = self._exploded
        if exploded is not None and column.steps[: len(exploded.steps)] == exploded.steps:
            return column.depth - exploded.depth
        return column.depth

    def dicts(self) -> list[dict[str, Any]]:
        """Return all rows as dicts of cells."""
        names = [column.name for column in self.columns]
        return [
            dict(zip(names, cells, strict=True))
            for batch in self.batches()
            for cells in zip(*batch, strict=True)
        ]

    # -- Arrow -------------------------------------------------------------------------------------

    def schema(self) -> Any:
        """Return the schema of Arrow: the types of all columns."""
        arrow = optional_module("pyarrow")
        types = {
            "string": arrow.string(),
            "integer": arrow.int64(),
            "number": arrow.float64(),
            "boolean": arrow.bool_(),
            "time": arrow.timestamp("ms", tz="UTC"),
        }
        fields = []
        for column in self.columns:
            kind = types[column.type]
            for _ in range(self.depth(column)):
                kind = arrow.list_(kind)
            fields.append(arrow.field(column.name, kind))
        return arrow.schema(fields)

    def record_batches(self) -> Iterator[Any]:
        """Yield a record batch of Arrow for each page.

        Raises:
            ResponseInvalid: a value is not of the type that the schema says.
        """
        arrow = optional_module("pyarrow")
        schema = self.schema()
        at_once = self._at_once(schema)
        for rows in self._row_batches():
            known = _arrays_at_once(arrow, rows, at_once)
            rest = [column for column in self.columns if column.name not in known]
            cells = dict(zip((each.name for each in rest), self._batch(rows, rest), strict=True))
            arrays = [
                known[field.name]
                if field.name in known
                else _array(arrow, cells[field.name], field)
                for field in schema
            ]
            yield arrow.record_batch(arrays, schema=schema)

    def _at_once(self, schema: Any) -> list[NestedColumn]:
        """Return the columns whose values are taken as they are, so that Arrow can convert them."""
        if self._exploded is not None:
            return []
        found = []
        for column, field in zip(self.columns, schema, strict=True):
            if column.leaf() is None:
                kind = field.type
                for _ in range(column.depth):
                    kind = kind.value_type
                depths = tuple(step.count("[]") for step in column.path.split("."))
                found.append(NestedColumn(column.name, column.steps, depths, kind))
        return found

    def table(self) -> Any:
        """Return all rows as a table of Arrow."""
        arrow = optional_module("pyarrow")
        schema = self.schema()
        return arrow.Table.from_batches(self.record_batches(), schema=schema)

    def reader(self) -> Any:
        """Return a reader of Arrow that requests a page when it needs one."""
        arrow = optional_module("pyarrow")
        return arrow.RecordBatchReader.from_batches(self.schema(), self.record_batches())


def optional_module(name: str, extra: str = "frames") -> Any:
    """Return a module of an extra.

    Args:
        name: the name of the module.
        extra: the name of the extra, or several with commas.

    Raises:
        ImportError: it is not installed.
    """
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError as error:
        message = f"{name} is not installed: pip install 'dynclient[{extra}]'"
        raise ImportError(message, name=name) from error


def _schema(page: Page | None) -> Node | None:
    """Return the schema of the entities of a page; None if it has none."""
    if page is None or not len(page):
        return None
    entity = page.entities[0]
    if not isinstance(entity, model.Entity):
        raise UsageError(f"a list of {type(entity).__name__} has no schema, so no columns")
    return model.schema_of(entity)


def _column(node: Node, name: str) -> Column | Problem:
    """Return the column of a dotted name, or what is wrong with the name."""
    steps = tuple(step.removesuffix("[]") for step in name.split("."))
    path, depth, place = "", 0, node
    for step in steps:
        while place.kind == "array" and place.items is not None:
            place = place.items
        below = place.properties.get(step) or (place.values if place.kind == "map" else None)
        if below is None:
            alias = aliases_of(place).get(step)
            near = nearest(step, place.properties)
            listed = (
                "" if near else f"; it has {', '.join(list(place.properties)[:20]) or 'no fields'}"
            )
            message = f"{place.type_name} has no field {step!r}{listed}"
            return Problem(name, step, "unknown", alias.sentence if alias else message, near)
        place, path = below, f"{path}.{step}" if path else step
        while place.kind == "array" and place.items is not None:
            place, path, depth = place.items, f"{path}[]", depth + 1
    return Column(name, steps, path, depth, place)


def _expanded(column: Column) -> list[Column]:
    """Return the columns of an object: those of its plain fields; any other column as it is."""
    if column.node.kind != "object":
        return [column]
    found = []
    for name, field in column.node.properties.items():
        if field.kind in _SCALARS:
            steps = (*column.steps, name)
            path = f"{column.path}.{name}"
            found.append(Column(".".join(steps), steps, path, column.depth, field))
    return found


def _arrays_at_once(
    arrow: Any, rows: list[dict[str, Any]], columns: list[NestedColumn]
) -> dict[str, Any]:
    """Return the arrays of columns by name; none if a value has another form than its schema says.

    The cells are then taken one by one.
    """
    try:
        return nested_arrays(arrow, rows, columns)
    except (arrow.ArrowInvalid, arrow.ArrowTypeError, OverflowError):
        return {}


def _array(arrow: Any, cells: list[Any], field: Any) -> Any:
    """Return the cells of a column as an array of Arrow; other values in texts become JSON."""
    wrong = (arrow.ArrowInvalid, arrow.ArrowTypeError, OverflowError)
    try:
        return arrow.array(cells, type=field.type)
    except wrong as error:
        inner = field.type
        while arrow.types.is_list(inner):
            inner = inner.value_type
        if arrow.types.is_string(inner):
            return arrow.array([_text(each) for each in cells], type=field.type)
        message = f"must be values of type {field.type}: {error}"
        problem = Problem(field.name, None, "type", message)
        raise ResponseInvalid(what="a page of the list", problems=[problem]) from None


def _text(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        return [_text(each) for each in value]
    return json.dumps(value, ensure_ascii=False)
