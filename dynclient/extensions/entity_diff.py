"""What differs between two states of an entity, or between two entities, field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.display.blocks import Block, Heading, Label, Table, Text
from dynclient.display.displayed import Displayed
from dynclient.secrets import printable

if TYPE_CHECKING:
    from dynclient.schema import Node

BOOKKEEPING = frozenset(
    {
        *("id", "href", "version", "updatedAt", "updatedBy", "changeDescription"),
        *("incrementalChangeDescription", "impersonatedBy"),
    }
)
"""Fields that say when and how an entity was changed, and by whom."""
_KEYS = ("fullyQualifiedName", "tagFQN", "name", "key", "id")
"""Fields that identify the items of a list, best first; the first that all items have is used."""
_REFERENCE = frozenset({"id", "type"})
_WIDTH = 60
"""Characters of a value that a line shows."""
_WIDEST = 1_000
"""Characters of a value in a table."""
_ROWS = 100
"""Rows of a table."""


class FieldChange(NamedTuple):
    """One place that differs."""

    path: str
    """The place in Python syntax: ``columns['email'].description``."""
    before: Any
    """Its value in the first state; None if it is not there. Secrets are masked."""
    after: Any
    """Its value in the second state; None if it is not there. Secrets are masked."""

    @property
    def kind(self) -> str:
        """``added``, ``removed`` or ``changed``."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"

    def __str__(self) -> str:
        if self.before is None:
            return f"+ {self.path}: {_text(self.after)}"
        if self.after is None:
            return f"- {self.path}: {_text(self.before)}"
        return f"~ {self.path}: {_text(self.before)} → {_text(self.after)}"


class EntityDiff(Displayed, Sequence[FieldChange]):
    """The places where two states differ; a sequence, empty if they are equal.

    Attributes:
        before: what the first state is, such as ``table a.b.c.d 0.1``.
        after: what the second state is.
    """

    def __init__(self, before: str, after: str, changes: Sequence[FieldChange]) -> None:
        self.before = before
        self.after = after
        self._changes = tuple(changes)

    def __len__(self) -> int:
        return len(self._changes)

    def __getitem__(self, position: Any) -> Any:
        return self._changes[position]

    def __str__(self) -> str:
        lines = [f"--- {self.before}", f"+++ {self.after}", *map(str, self._changes)]
        return printable("\n".join(lines if self._changes else [*lines, "no differences"]))

    def _blocks(self) -> Iterator[Block]:
        yield Heading("difference between", f"{self.before} and {self.after}")
        if not self._changes:
            yield Text("no differences", "quiet")
            return
        yield changes_table(self._changes)

    def __repr__(self) -> str:
        count = len(self._changes)
        places = f"{count} place{'s' if count != 1 else ''}" if count else "no differences"
        return printable(f"<EntityDiff of {self.before} and {self.after}: {places}>")


def changes_table(changes: Sequence[FieldChange]) -> Table:
    """Return a table of changes: what was there in red, what is there in green.

    Args:
        changes: the changes.
    """
    rows = [
        (
            each.path,
            each.kind,
            None if each.before is None else Label(_text(each.before, _WIDEST), "bad"),
            None if each.after is None else Label(_text(each.after, _WIDEST), "good"),
        )
        for each in changes[:_ROWS]
    ]
    return Table(("field", "change", "before", "after"), rows, total=len(changes), more="list(…)")


def field_changes(
    before: Mapping[str, Any], after: Mapping[str, Any], settable: frozenset[str]
) -> list[FieldChange]:
    """Return the places where two entities differ, as JSON without secrets.

    Bookkeeping does not count. A field that is missing in one of them is empty there if a create
    request can set it; other fields count only where both have them, since servers compute them,
    or return them on request. A reference is compared by the name of its entity, so that entities
    of two servers can be compared.

    Args:
        before: the first state.
        after: the second state.
        settable: the fields that a create request can set.
    """
    names = [
        name
        for name in dict.fromkeys([*before, *after])
        if name not in BOOKKEEPING and (name in settable or (name in before and name in after))
    ]
    found: list[FieldChange] = []
    for name in names:
        found += _changes(before.get(name), after.get(name), name)
    return found


def settable_fields(create: Node | None) -> frozenset[str]:
    """Return the fields that a create request can set; none without one."""
    return frozenset() if create is None else frozenset(create.properties)


def _changes(before: Any, after: Any, path: str) -> Iterator[FieldChange]:
    if _is_empty(before) and _is_empty(after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        if _is_reference(before) and _is_reference(after):
            if _identity(before) != _identity(after):
                yield FieldChange(path, before, after)
            return
        for name in dict.fromkeys([*before, *after]):
            if name not in {"href", "updatedAt"}:
                yield from _changes(before.get(name), after.get(name), f"{path}.{name}")
        return
    if isinstance(before, list) and isinstance(after, list):
        key = _key_of([*before, *after])
        if key is not None:
            yield from _list_changes(before, after, path, key)
            return
    if before != after or type(before) is not type(after):
        yield FieldChange(
            path,
            None if _is_empty(before) else before,
            None if _is_empty(after) else after,
        )


def _list_changes(
    before: list[Any], after: list[Any], path: str, key: str
) -> Iterator[FieldChange]:
    """Yield the changes of lists whose items are identified by a field."""
    first = {_item_key(item, key): item for item in before}
    second = {_item_key(item, key): item for item in after}
    for name in dict.fromkeys([*first, *second]):
        place = f"{path}[{_label(first.get(name) or second[name], key)!r}]"
        if name not in first or name not in second:
            yield FieldChange(place, first.get(name), second.get(name))
        else:
            yield from _changes(first[name], second[name], place)
    common = [name for name in first if name in second]
    if common != [name for name in second if name in first]:
        yield FieldChange(f"{path} (order)", list(first), list(second))


def _key_of(items: list[Any]) -> str | None:
    """Return the field that identifies all items of two lists; None if no field does."""
    if not items or not all(isinstance(item, dict) for item in items):
        return None
    return next(
        (key for key in _KEYS if all(isinstance(item.get(key), str) for item in items)), None
    )


def _item_key(item: Mapping[str, Any], key: str) -> str:
    return f"{item.get('type', '')}:{item[key]}" if _is_reference(item) else str(item[key])


def _label(item: Mapping[str, Any], key: str) -> str:
    """Return the short name of an item of a list."""
    return str(item.get("name") or item[key])


def _is_reference(value: Mapping[str, Any]) -> bool:
    return value.keys() >= _REFERENCE


def _identity(reference: Mapping[str, Any]) -> tuple[Any, Any]:
    name = reference.get("fullyQualifiedName") or reference.get("name") or reference["id"]
    return reference["type"], name


def _is_empty(value: Any) -> bool:
    return value is None or value in ([], {})


def _text(value: Any, width: int = _WIDTH) -> str:
    if isinstance(value, dict):
        value = value.get("fullyQualifiedName") or value.get("tagFQN") or value.get("name") or value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = "".join(char if char.isprintable() else " " for char in text)
    return text if len(text) <= width else f"{text[: width - 1]}…"
