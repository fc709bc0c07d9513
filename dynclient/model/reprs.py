"""Reprs of entities: their names first, then fields, with secrets masked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.model.class_docs import type_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dynclient.model.entity import Entity
    from dynclient.schema import Node


_LENGTH = 100
"""Characters of a repr, roughly."""
_STRING_LENGTH = 60
"""Characters of a string in a repr, at most."""


def short(entity: Entity) -> str:
    """Return a repr of one line: the name of the entity, then as many fields as fit."""
    from dynclient.secrets import printable  # names of fields may come from a server

    shown: list[str] = []
    left = _LENGTH
    complete = True
    for name, value in shown_fields(entity, limit=len(entity._raw)):
        text = f"{printable(name)}={value!r}"
        if shown and len(text) > left:
            complete = False
            break
        shown.append(text)
        left -= len(text) + 2
    if not complete:
        shown.append("…")
    return f"{type(entity).__name__}({', '.join(shown)})"


class _Summary(str):
    """A string that is its own repr."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "".join(self)


def shown_fields(entity: Entity, limit: int) -> Iterator[tuple[str, Any]]:
    """Yield the fields of an entity for a repr: its name first; lists and objects are summarized.

    Args:
        entity: the entity.
        limit: how many fields, at most.

    Yields:
        (name, value); secrets are masked.
    """
    from dynclient.model.masking import is_secret
    from dynclient.secrets import MASK

    raw, cls = entity._raw, type(entity)
    name = next((key for key in ("fullyQualifiedName", "name") if key in raw), None)
    first = [name] if name else []
    required = [
        key for key in raw if key in cls._node.required and key not in first and key != "id"
    ]
    ordered = list(dict.fromkeys([*first, *required, *raw]))
    if name == "fullyQualifiedName" and "name" in ordered:
        ordered.remove("name")
    for key in ordered[:limit]:
        value = raw[key]
        node = cls._nodes.get(key)
        if isinstance(value, str):
            if is_secret(key, () if node is None else (node,)):
                value = MASK
            elif len(value) > _STRING_LENGTH:
                value = f"{value[: _STRING_LENGTH - 3]}…"
        elif isinstance(value, list):
            value = _Summary(f"[{len(value)} {_item_type(node)}]" if value else "[]")
        elif isinstance(value, dict):
            value = _Summary("{…}" if value else "{}")
        yield key, value


def _item_type(node: Node | None) -> str:
    items = node.items if node is not None else None
    return type_words(items) if items is not None else "items"
