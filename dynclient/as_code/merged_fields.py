"""The fields of a document merged into the state that a server has: what would be changed.

Three states are compared: what was applied last, what the document says, and what the server has.
What only the document changed is changed, what only the server changed is kept, and what both
changed in different ways is a conflict.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.as_code.references import is_named
from dynclient.as_code.request_fields import is_unordered, sort_key
from dynclient.as_code.secret_places import secret_places
from dynclient.drift.translate import remove
from dynclient.extensions.entity_diff import FieldChange, field_changes
from dynclient.session.rebase import rebase
from dynclient.validation.messages import parse_path

if TYPE_CHECKING:
    from dynclient.as_code.unordered_lists import UnorderedLists
    from dynclient.schema import Node

_EMPTY: tuple[Any, ...] = (None, "", [], {})
_IDENTITIES = ("fullyQualifiedName", "tagFQN", "name", "key")
"""Fields that identify the items of lists, best first."""
_STEP = re.compile(r'\[("(?:[^"\\]|\\.)*"|\d+)\]|\.?([^.\[\]]+)')
_MISSING: Any = object()


class Clash(NamedTuple):
    """A place that the document and somebody else changed in different ways."""

    path: str
    """The place in Python syntax, with the keys of items: ``columns["total"].description``."""
    base: Any
    """The value when it was applied last."""
    mine: Any
    """The value in the document."""
    current: Any
    """The value on the server."""


class Merged(NamedTuple):
    """The fields of a document merged into those of the server."""

    values: dict[str, Any]
    """The fields that differ from those of the server, with their new values; None for a field
    that is removed."""
    old: dict[str, Any]
    """Their values on the server."""
    changes: list[FieldChange]
    """The places that differ."""
    clashes: list[Clash]
    """The places that both changed; they are not among the changes, unless they are overwritten."""
    kept: list[FieldChange]
    """The places that only the server changed."""


def merge_fields(
    mine: Mapping[str, Any],
    current: Mapping[str, Any],
    base: Mapping[str, Any] | None,
    *,
    is_unchanged: bool = False,
    overwrite: bool = False,
    unordered: UnorderedLists | None = None,
) -> Merged:
    """Merge the fields of a document into those of the server; see :class:`Merged`.

    Args:
        mine: the fields that the document has, in the form of the server's release.
        current: those of the server.
        base: those that were applied last; None if nothing was. Then fields and properties that the
            document does not have are kept, and lists become those of the document.
        is_unchanged: whether the entity is as it was after the last apply, so that what differs
            from the document is only how the server wrote it.
        overwrite: whether conflicts are decided for the document.
        unordered: the lists of texts that are compared as sets; without it, all are ordered.
    """
    if unordered is not None:
        mine, current = unordered.sorted(mine), unordered.sorted(current)
        base = None if base is None else unordered.sorted(base)
    mine, current = sorted_items(mine), sorted_items(current)
    clashes: list[Clash] = []
    kept: list[FieldChange] = []
    if base is None:
        merged = overlaid(mine, current)
    else:
        base = sorted_items(base)
        names = {*mine, *base}
        there = {name: value for name, value in current.items() if name in names}
        found = rebase(base, mine, there)
        merged = {**current, **found.value}
        for name in names - found.value.keys():
            merged.pop(name, None)
        if found.conflicts and (is_unchanged or overwrite):
            value = rebase(base, there, mine).value
            merged = {**current, **value}
        elif found.conflicts:
            states = (base, mine, current)
            clashes = [
                Clash(path, *(_at(state, path) for state in states)) for path in found.conflicts
            ]
        if not is_unchanged:
            kept = _kept(base, mine, there, merged)
    values, old = {}, {}
    for name in dict.fromkeys([*current, *merged]):
        before, after = current.get(name), merged.get(name)
        if before == after or (before in _EMPTY and after in _EMPTY):
            continue
        values[name], old[name] = after, before
    changes = field_changes(old, values, frozenset(values))
    return Merged(values, old, changes, clashes, kept)


def _kept(base: Any, mine: Any, current: Any, merged: Any) -> list[FieldChange]:
    """Return what only the server changed of the fields that were applied."""
    found = field_changes(base, current, frozenset(base))
    places = {each.path for each in field_changes(mine, merged, frozenset(base))}
    return [each for each in found if each.path in places]


def overlaid(mine: Any, current: Any) -> Any:
    """Return JSON with what the server has and the document does not speak of.

    Properties of objects are kept; the items of a list are those of the document.
    """
    if isinstance(mine, Mapping) and isinstance(current, Mapping) and not is_named(mine):
        return {
            **current,
            **{name: overlaid(inner, current.get(name)) for name, inner in mine.items()},
        }
    if isinstance(mine, list) and isinstance(current, list):
        known = {identity_of(each): each for each in current}
        return [
            overlaid(each, known[key]) if (key := identity_of(each)) in known else each
            for each in mine
        ]
    return mine


def identity_of(item: Any) -> Any:
    """Return what identifies an item of a list: the name in it, or else the whole item."""
    if isinstance(item, Mapping):
        for name in _IDENTITIES:
            if isinstance(item.get(name), str):
                return name, item[name], item.get("type") if is_named(item) else None
    return json.dumps(item, sort_keys=True)


def sorted_items(value: Any) -> Any:
    """Return a copy of JSON whose lists of references and labels are sorted."""
    if isinstance(value, Mapping):
        return {name: sorted_items(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        found = [sorted_items(each) for each in value]
        return sorted(found, key=sort_key) if found and all(map(is_unordered, found)) else found
    return value


def with_known_secrets(
    node: Node, mine: dict[str, Any], current: Any, base: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return fields of a document in which secrets that count as unchanged are the server's.

    Servers return masks, so only a secret that is new in the document is a change.

    Args:
        node: the schema node of the fields.
        mine: the fields.
        current: those of the server, with places of secrets.
        base: those that were applied last; None if nothing was.
    """
    found = deepcopy(mine)
    for path, _ in secret_places(node, mine):
        steps = parse_path(path)
        there = _below(current, steps)
        if there is not _MISSING:
            _below(found, steps[:-1])[steps[-1]] = there
        elif base is None or _below(base, steps) is not _MISSING:
            remove(found, path)
    return found


def _below(value: Any, steps: Iterable[str | int]) -> Any:
    for step in steps:
        value = _step(value, step)
    return value


def _at(value: Any, path: str) -> Any:
    """Return what is at a place that ``rebase`` names; None if it is not there."""
    found = _below(value, _steps(path))
    return None if found is _MISSING else found


def _steps(path: str) -> Iterator[str | int]:
    for key, name in _STEP.findall(path):
        yield json.loads(key) if key else name


def _step(value: Any, step: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(step, _MISSING) if isinstance(step, str) else _MISSING
    if not isinstance(value, list):
        return _MISSING
    if isinstance(step, int) and 0 <= step < len(value):
        return value[step]
    for each in value:
        if isinstance(each, Mapping) and step in {each.get(name) for name in _IDENTITIES}:
            return each
    return _MISSING
