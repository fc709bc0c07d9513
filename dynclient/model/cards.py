"""What entities look like to people, and the lists and maps in them: blocks made by the schema.

Nothing here reads a field through an entity, which could send a request: the JSON is read as it is,
and fields that a response left out are listed as not read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.display.blocks import Block, Fields, Heading, Label, Link, Table, Text
from dynclient.display.cells import cell_text, web_address
from dynclient.display.times import ago, time_words
from dynclient.drift import table as drift_table
from dynclient.model.class_docs import type_words
from dynclient.model.containers import FieldList, FieldMap
from dynclient.model.entity import Entity, root_of
from dynclient.model.masking import is_secret, is_secret_key
from dynclient.model.merge import origin_of
from dynclient.model.states import state_label
from dynclient.model.value_tables import FIELDS as SAMPLE_FIELDS
from dynclient.model.value_tables import value_table
from dynclient.secrets import MASK, Secret, looks_secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dynclient.display.blocks import Cell
    from dynclient.schema import Node

    Rows = Sequence[Mapping[str, Any]]

ROWS = 10
"""Rows of a list of entities."""
_PART_ROWS = 50
"""Rows of a list in an entity, such as the columns of a table."""
_COUNTED_ROWS = 100_000
_COLUMNS = 7
_ITEMS = 20
"""Items of a list in one cell."""
_LEVELS = 10
"""Levels of nested rows that are indented."""
_NAMES = ("fullyQualifiedName", "name", "displayName", "tagFQN", "id")
"""Fields that name an object, tried in this order."""
_SHORT_NAMES = ("name", *_NAMES)
_LABEL = "TagLabel"
_OWN_ADDRESS = "Href"
"""The type of the address in the API, which no person opens."""
_APART = frozenset({"ChangeDescription", "Votes", "UsageDetails", "LifeCycle", _LABEL})
"""Types that are no part of an entity's content; ``om.history`` and others display them."""
_RELATED = frozenset(
    {
        *("owners", "followers", "domains", "dataProducts", "reviewers", "experts"),
        *("owns", "follows", "inheritedRoles", "inheritedDomains"),
    }
)
"""Lists of references that say to whom an entity is related, not what it consists of."""
_CHILDREN = "children"
_DISPLAY = "Display"
"""The end of the name of a field that has another one in words: ``dataTypeDisplay``."""
_STATE = frozenset(
    {
        *("id", "href", "version", "updatedAt", "updatedBy", "impersonatedBy", "sourceHash"),
        *("changeDescription", "incrementalChangeDescription", "votes"),
    }
)
"""Fields about the record of an entity, which tell the entities of a list apart badly."""
_FIRST = ("tags", "owners", "owner", "domains", "domain")
_NOT_READ = Label("not read", "quiet")
_LAST = ("updatedAt", "updatedBy", "impersonatedBy", "version", "id")
_TIMES = "utc-millisec"
_EARLIEST = 10**11
"""Milliseconds since 1970 have at least so many; smaller numbers are durations."""


# -- cards -----------------------------------------------------------------------------------------


READING = "reading .{} requests it"
"""How a field that was not read is requested in Python."""


def blocks_of(value: Any) -> Iterator[Block]:
    """Return what an entity, a list or map in one, or a plain list of entities looks like.

    Args:
        value: the entity, the list or the map.
    """
    if isinstance(value, Entity):
        return entity_blocks(value)
    if isinstance(value, FieldMap):
        return map_blocks(value)
    return list_blocks(value) if isinstance(value, FieldList) else entities_blocks(value)


def entity_blocks(entity: Entity, request: str = READING) -> Iterator[Block]:
    """Yield what an entity looks like, or a part of one; sends nothing.

    Args:
        entity: the entity.
        request: how the first field that was not read is requested, with ``{}`` for its name.
    """
    cls, raw = type(entity), entity._raw
    node = cls._node
    root = root_of(entity)
    origin = origin_of(root)
    unread = () if origin is None else origin.unread(root, node)
    address = origin.page_address(root) if origin is not None and root is entity else None
    name = _name_of(raw)
    yield Heading(cls.__name__, name, address)
    description = raw.get("description")
    if isinstance(description, str) and not is_secret("description", _nodes(node, "description")):
        yield Text(description)
    parts = list(_main_parts(node, raw))
    drawn = {path[0] for path, _, _ in parts if len(path) == 1}
    sample = value_table(node, raw)
    if sample is not None:
        drawn.update(SAMPLE_FIELDS)
    left_out = [each for each in (*_FIRST, *node.properties) if each in unread and each not in raw]
    left_out = list(dict.fromkeys(left_out))
    marked: list[tuple[str, Cell]] = [(each, _NOT_READ) for each in left_out if each in _FIRST]
    rows = [*marked, *_field_rows(node, raw, {"description", *drawn}, name)]
    # Read or not, who owns what is always at the same place; sorting keeps the order of the rest.
    rows.sort(key=lambda row: _FIRST.index(row[0]) if row[0] in _FIRST else len(_FIRST))
    if rows:
        yield Fields(rows)
    if sample is not None:
        yield sample
    for path, items, rows_raw in parts:
        unread_below = frozenset() if origin is None else frozenset(origin.unread(root, items))
        place = ".".join(path)
        yield part_table(items, rows_raw, title=place, more=f".{place}", unread=unread_below)
    if left_out:
        request = request.format(left_out[0])
        yield Text(f"not read: {', '.join(left_out)}; {request}", "quiet")


def document_blocks(kind: str, raw: Mapping[str, Any]) -> Iterator[Block]:
    """Yield what an object without a schema looks like, such as a document of the search index.

    Args:
        kind: what it is.
        raw: its JSON; texts under the name of a secret are masked.
    """
    name = _name_of(raw)
    yield Heading(kind, name)
    if isinstance(raw.get("description"), str):
        yield Text(raw["description"])
    rows = list(_field_rows(None, raw, {"description"}, name))
    if rows:
        yield Fields(rows)


def entities_blocks(entities: Sequence[Entity]) -> Iterator[Block]:
    """Yield what a plain list of entities looks like: a table of the first ones.

    Args:
        entities: the entities, at least one.
    """
    count = len(entities)
    more = "a loop over the list" if count > _PART_ROWS else ""
    yield entity_table(entities[:_PART_ROWS], total=count, more=more)


def list_blocks(items: FieldList) -> Iterator[Block]:
    """Yield what a list in an entity looks like: a table, or its items one below the other.

    Args:
        items: the list.
    """
    raw, entity, node, _ = items._context
    objects = [each for each in raw if isinstance(each, dict)]
    kind = "items" if node is None else type_words(node)
    heading = f"list of {kind}"
    if not objects or len(objects) < len(raw):
        yield Heading(heading, "")
        values = zip(raw[:_PART_ROWS], items, strict=False)  # the items know which are secrets
        lines = [
            MASK if isinstance(item, Secret) else cell_text(_cell_value("", node, each))
            for each, item in values
        ]
        rest = [f"… {len(raw) - _PART_ROWS:,} more"] if len(raw) > _PART_ROWS else []
        yield Text("\n".join([*lines, *rest]) or "empty", "plain" if raw else "quiet")
        return
    root = root_of(entity)
    origin = origin_of(root)
    unread = origin.unread(root, node) if origin is not None and node is not None else ()
    more = "a loop over the list" if len(raw) > _PART_ROWS else ""
    yield part_table(node, objects, title=heading, more=more, unread=frozenset(unread))


def map_blocks(values: FieldMap) -> Iterator[Block]:
    """Yield what a map in an entity looks like: its keys and values.

    Args:
        values: the map.
    """
    raw, node = values._raw, values._node
    kind = "values" if node is None else type_words(node)
    yield Heading(f"map of {kind}", "")
    rows: list[tuple[str, Cell]] = []
    for name in list(raw)[:_PART_ROWS]:
        nodes = () if node is None else _branches(node)
        secret = is_secret_key(name, nodes)
        rows.append((name, _masked(raw[name]) if secret else _cell_value(name, node, raw[name])))
    if rows:
        yield Fields(rows)
    if len(raw) > _PART_ROWS or not raw:
        text = f"… {len(raw) - _PART_ROWS:,} more" if raw else "empty"
        yield Text(text, "quiet")


def _name_of(raw: Mapping[str, Any]) -> str:
    return next((raw[key] for key in _NAMES if raw.get(key) and isinstance(raw[key], str)), "")


def _field_rows(
    node: Node | None, raw: Mapping[str, Any], left_out: set[str], name: str
) -> Iterator[tuple[str, Cell]]:
    """Yield the fields of an object that have a value, those about its record last."""
    schema: Mapping[str, Node] = {} if node is None else node.properties
    ordered = [
        *(each for each in _FIRST if each in raw),
        *(each for each in schema if each in raw),
        *raw,
    ]
    plain = [each for each in dict.fromkeys(ordered) if each not in left_out]
    for each in [*(p for p in plain if p not in _LAST), *(p for p in _LAST if p in plain)]:
        field = schema.get(each)
        if (
            field is not None
            and field.kind != "array"
            and field.type_name in {*_APART, _OWN_ADDRESS}
        ):
            continue
        value = raw[each]
        if value in (None, "", [], {}) or (each in _NAMES[:3] and value == name):
            continue
        if each == "deleted" and value is False:
            continue
        if each == "name" and raw.get("fullyQualifiedName") == name:
            continue  # the last part of it
        yield each, _field_cell(each, field, value, is_wide=True)


# -- the parts of an entity ------------------------------------------------------------------------


def _main_parts(node: Node, raw: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Node, Rows]]:
    """Yield the lists that an entity consists of: path, type of the items, and the items.

    Of its lists of objects, those whose items have the most fields: columns rather than
    constraints. Then the entities below it. If it has neither, the longest list of references.
    """
    found = [each for each in _object_lists(node, raw) if each[2]]
    most = max((len(items.properties) for _, items, _ in found), default=0)
    best = next((items.ref for _, items, _ in found if len(items.properties) == most), "")
    main = [each for each in found if each[1].ref == best]
    yield from main
    references = [
        ((name,), field.items.target, _objects(raw.get(name)))
        for name, field in node.properties.items()
        if name not in _RELATED and field.kind == "array" and field.items is not None
        and _is_reference(field.items)
    ]  # fmt: skip
    children = [each for each in references if each[0] == (_CHILDREN,) and each[2]]
    if children or main:
        yield from children
        return
    longest = max(references, key=lambda each: len(each[2]), default=None)
    if longest is not None and longest[2]:
        yield longest


def _object_lists(
    node: Node, raw: Mapping[str, Any], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Node, Rows]]:
    """Yield the lists of objects of an entity, also those in an object of it."""
    for name, field in node.properties.items():
        target = field.target
        if target.type_name in _APART:
            continue
        if field.kind == "array" and field.items is not None:
            items = field.items.target
            is_part = items.kind == "object" and not _is_reference(items)
            if is_part and items.type_name not in _APART:
                yield (*above, name), items, _objects(raw.get(name))
        elif field.kind == "object" and not above and not _is_reference(field):
            value = raw.get(name)
            if isinstance(value, dict):
                yield from _object_lists(target, value, (name,))


def _is_reference(node: Node) -> bool:
    return node.type_name == drift_table.REFERENCE or node.entity is not None


def _objects(value: Any) -> Rows:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else ()


# -- tables ----------------------------------------------------------------------------------------


def part_table(
    node: Node | None,
    rows: Rows,
    *,
    title: str = "",
    more: str = "",
    unread: frozenset[str] = frozenset(),
) -> Table:
    """Return objects of one type as a table; nested objects of the same type are indented.

    Args:
        node: the type of the objects, or None if it is not known.
        rows: the JSON of the objects.
        title: a line above the table.
        more: what returns all of them.
        unread: the fields that were not read.
    """
    flat, count = _flattened(node, rows)
    drawn = [row for row, _ in flat]
    names = _columns(node, drawn, _SHORT_NAMES, unread)
    cells = []
    for row, level in flat:
        cell = _cells(node, row, names, unread)
        cell[0] = f"{'  ' * min(level, _LEVELS)}{cell[0]}" if level else cell[0]
        cells.append(cell)
    is_cut = count > len(drawn)
    more = more if is_cut else ""
    return Table(_headings(names), cells, title, count if is_cut else None, more)


def entity_table(
    rows: Sequence[Entity], *, title: str = "", total: int | None = None, more: str = ""
) -> Table:
    """Return entities as a table of the columns that tell them apart.

    Args:
        rows: the entities that are drawn; they may be of several types.
        title: a line above the table.
        total: how many entities there are.
        more: the call that returns all of them.
    """
    raws = [each._raw for each in rows]
    nodes = [type(each)._node for each in rows]
    is_mixed = len({node.ref for node in nodes}) > 1
    node = nodes[0] if nodes and not is_mixed else None
    names = _columns(node, raws, _NAMES, distinct=True)
    is_record = not any(name in names for name in _NAMES)  # of a time, which is all it is known by
    cells = [
        _cells(own, raw, names, is_wide=is_record) for own, raw in zip(nodes, raws, strict=True)
    ]
    headings = _headings(names)
    if is_mixed:
        headings = ["type", *headings]
        cells = [[type(each).__name__, *row] for each, row in zip(rows, cells, strict=True)]
    return Table(headings, cells, title, total, more)


def _headings(names: Sequence[str]) -> list[str]:
    return ["name" if name == _NAMES[0] else name.removesuffix(_DISPLAY) for name in names]


def _flattened(node: Node | None, rows: Rows) -> tuple[list[tuple[Mapping[str, Any], int]], int]:
    """Return the rows that are drawn with their levels, and the number of all rows."""
    below = [] if node is None else [
        name
        for name, field in node.properties.items()
        if field.kind == "array" and field.items is not None
        and field.items.target.ref == node.target.ref
    ]  # fmt: skip
    flat: list[tuple[Mapping[str, Any], int]] = []
    pending = [(row, 0) for row in reversed(rows)]
    count = 0
    while pending and count < _COUNTED_ROWS:
        row, level = pending.pop()
        count += 1
        if len(flat) < _PART_ROWS:
            flat.append((row, level))
        for name in below:
            pending += [(each, level + 1) for each in reversed(_objects(row.get(name)))]
    return flat, count


def _columns(
    node: Node | None,
    rows: Rows,
    identity: Sequence[str],
    unread: frozenset[str] = frozenset(),
    *,
    distinct: bool = False,
) -> list[str]:
    """Return the fields that become columns: the name, kinds, labels, and the description last.

    Args:
        node: the type of the rows, or None.
        rows: the JSON of the rows.
        identity: the fields of which the first one that is there names a row.
        unread: the fields that were not read.
        distinct: whether to leave out fields that have the same value in all rows.
    """
    schema: Mapping[str, Node] = {} if node is None else node.properties
    present = dict.fromkeys(name for row in rows for name in row)
    ordered = [*(each for each in schema if each in present or each in unread), *present]
    used = [
        name
        for name in dict.fromkeys(ordered)
        if name in unread or any(row.get(name) not in (None, "", [], {}, False) for row in rows)
    ]
    first = next((name for name in identity if name in used), None)
    ranks: dict[str, int] = {}
    for name in used:
        if name != first and name not in _STATE and name not in _NAMES:
            rank = _rank(name, schema.get(name), rows)
            tells_apart = not distinct or len(rows) < 2 or not _is_constant(name, rows)
            if rank is not None and f"{name}{_DISPLAY}" not in used and (rank > 3 or tells_apart):
                ranks[name] = rank
    if first != "displayName" and _has_other_name(rows):
        ranks["displayName"] = 0
    kept = [name for name in sorted(ranks, key=ranks.__getitem__) if ranks[name] < _LAST_RANK]
    labels = [name for name in kept if ranks[name] == _LABEL_RANK][:2]
    others = [name for name in kept if ranks[name] != _LABEL_RANK]
    last = [name for name in ranks if ranks[name] == _LAST_RANK]
    room = _COLUMNS - len(labels) - len(last) - 1
    return [*([first] if first else []), *others[:room], *labels, *last] or list(used[:_COLUMNS])


_LABEL_RANK, _LAST_RANK = 4, 9


def _rank(name: str, node: Node | None, rows: Rows) -> int | None:
    """Return the place of a column, or None if it says little in a table."""
    if name == "description":
        return _LAST_RANK
    if looks_secret(name):
        return None
    if node is None:
        value = next((row[name] for row in rows if row.get(name) is not None), None)
        return 3 if isinstance(value, (str, int, float)) else None
    kind, type_name = node.kind, node.type_name
    if kind == "array" and node.items is not None:
        item = node.items
        if item.type_name == _LABEL or (_is_reference(item) and name in _RELATED):
            return _LABEL_RANK if name != "followers" else None
        return 5 if item.kind in {"string", "enum", "integer", "number"} else None
    if kind == "object":
        return 5 if _is_reference(node) and not _is_in_name(name, rows) else None
    if kind == "enum" or name.endswith(_DISPLAY):
        return 1
    if kind == "string":
        return None if node.format in {"uri", "url", "uuid"} or type_name == _OWN_ADDRESS else 2
    return 3 if kind in {"integer", "number", "boolean"} else None


def _is_in_name(name: str, rows: Rows) -> bool:
    """Return whether the name of what a reference refers to is in those of the rows anyway."""
    for row in rows:
        value = row.get(name)
        if isinstance(value, dict):
            own = str(row.get("fullyQualifiedName") or "")
            return own.startswith(f"{value.get('fullyQualifiedName') or value.get('name')}.")
    return False


def _is_constant(name: str, rows: Rows) -> bool:
    first = rows[0].get(name)
    return all(row.get(name) == first for row in rows)


def _has_other_name(rows: Rows) -> bool:
    return any(row.get("displayName") not in (None, "", row.get("name")) for row in rows)


def _cells(
    node: Node | None,
    row: Mapping[str, Any],
    names: Sequence[str],
    unread: frozenset[str] = frozenset(),
    *,
    is_wide: bool = False,
) -> list[Cell]:
    schema: Mapping[str, Node] = {} if node is None else node.properties
    cells: list[Cell] = []
    for name in names:
        if name in unread and name not in row:
            cells.append(_NOT_READ)
            continue
        own = name if row.get(name) not in (None, "") else name.removesuffix(_DISPLAY)
        cells.append(_field_cell(own, schema.get(own), row.get(own), is_wide=is_wide))
    return cells


# -- values ----------------------------------------------------------------------------------------


def _branches(node: Node) -> tuple[Node, ...]:
    return node.branches or (node,)


def _nodes(node: Node, name: str) -> tuple[Node, ...]:
    field = node.properties.get(name)
    return () if field is None else _branches(field)


def _masked(value: Any) -> Cell:
    """Return the cell of a secret: whatever text is in it is replaced."""
    return _summary(value) if isinstance(value, dict) else MASK


def _field_cell(name: str, node: Node | None, value: Any, *, is_wide: bool = False) -> Cell:
    """Return the cell of a field; a secret is masked.

    Args:
        name: the field.
        node: its schema, or None.
        value: its JSON.
        is_wide: whether there is room for a date beside how long ago it was.
    """
    if value is None:
        return None
    if is_secret(name, () if node is None else _branches(node)):
        return _masked(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and _is_time(node, value):
        return time_words(value) if is_wide else ago(value)
    if isinstance(value, str) and node is not None and node.kind == "enum":
        return state_label(value) or value
    if name == "version" and isinstance(value, (int, float)):
        return str(value)
    return _cell_value(name, node, value)


def _is_time(node: Node | None, value: float) -> bool:
    return node is not None and node.format == _TIMES and value >= _EARLIEST


def _cell_value(name: str, node: Node | None, value: Any) -> Cell:
    """Return the cell of a value that is not a secret itself; objects in it are summarized."""
    if node is not None and any(each.secret for each in _branches(node)):
        return _masked(value)
    if isinstance(value, str):
        is_link = web_address(value) == value and node is not None and node.format in {"uri", "url"}
        return Link(value, value) if is_link else value
    if isinstance(value, list):
        items = None if node is None else node.items
        if value and not any(_has_name(each) for each in value) and isinstance(value[0], dict):
            return f"{len(value):,} {'items' if items is None else type_words(items)}"
        cells = [_cell_value(name, items, each) for each in value[:_ITEMS]]
        more = [f"and {len(value) - _ITEMS:,} more"] if len(value) > _ITEMS else []
        return [*cells, *more]
    if isinstance(value, dict):
        return _summary(value)
    return value if isinstance(value, (bool, int, float)) else str(value)


def _has_name(value: Any) -> bool:
    return not isinstance(value, dict) or any(isinstance(value.get(key), str) for key in _NAMES)


def _summary(value: Mapping[str, Any]) -> Cell:
    """Return an object in a few words: its name, or the names of its fields."""
    label = value.get("tagFQN")
    if isinstance(label, str):
        return Label(label)
    for key in ("displayName", *_NAMES):
        name = value.get(key)
        if isinstance(name, str) and name:
            return name
    names = list(value)
    more = "" if len(names) <= 5 else f" and {len(names) - 5} more"
    return f"{{{', '.join(names[:5])}{more}}}"
