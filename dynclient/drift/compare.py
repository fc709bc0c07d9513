"""Two releases held against each other, place by place.

A place is known by its road from the root of its document, in names: alternatives by what they
refer to, never by their number, so that one more of them does not make others of all behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.drift import table, type_changes
from dynclient.drift.change import Change
from dynclient.schema.pointers import LISTS, segments, walk
from dynclient.schema.type_names import camel, stem

if TYPE_CHECKING:
    from dynclient.schema.node import Node
    from dynclient.schema.release import Release

Road = tuple[tuple[str, str], ...]
"""Steps (keyword, name) from the root of a document; of what has no name: ``("items", "")``."""

_DEFINED = {"definitions", "$defs"}


class Place(NamedTuple):
    """One schema of a document."""

    pointer: str
    schema: dict[str, Any]


def changes(old: Release, new: Release) -> Iterator[Change]:
    """Give everything that differs, entities first, then documents in order of their paths.

    Args:
        old: the release that is left.
        new: the one that is gone to.
    """
    for kind, names in (
        ("entity_added", new.entities.keys() - old.entities.keys()),
        ("entity_removed", old.entities.keys() - new.entities.keys()),
    ):
        for name in sorted(names):
            entity = (new if kind == "entity_added" else old).entities[name]
            yield Change(kind, name, entity.path, entity.type_name, breaks=kind == "entity_removed")
    moves = renamed_documents(old, new)
    yield from _documents(old, new, moves)
    after = set(new.paths)
    for path in old.paths:
        there = moves.get(path, path)
        if there in after and not _same(old, path, new, there):
            yield from _Documents(old, new, path, there, moves).changes()


def renamed_documents(old: Release, new: Release) -> dict[str, str]:
    """Return the paths of documents that have another one in the new release, with that one."""
    before, after = set(old.paths), set(new.paths)
    found = {}
    for path in sorted(before - after):
        there = table.moved(path, after)
        if there is not None and there not in before:
            found[path] = there
    return found


def _documents(old: Release, new: Release, moves: dict[str, str]) -> Iterator[Change]:
    before, after = set(old.paths), set(new.paths)
    for path in sorted(before - after):
        if path in moves:
            yield Change("document_renamed", path, path, old.root_name(path), to=moves[path])
        else:
            yield Change("document_removed", path, path, old.root_name(path))
    for path in sorted(after - before - set(moves.values())):
        yield Change("document_added", path, path, new.root_name(path))


def _same(old: Release, path: str, new: Release, there: str) -> bool:
    """Tell whether two documents are alike; what they refer to is compared at its own place."""
    return path == there and old.document(path) == new.document(there)


class _Documents:
    """One document in both releases."""

    def __init__(
        self, old: Release, new: Release, path: str, there: str, moves: dict[str, str]
    ) -> None:
        self._old, self._new = old, new
        self._path, self._there = path, there
        self._kinds = type_changes.Kinds(moves)
        self._before, self._after = _places(old, path), _places(new, there)

    def changes(self) -> Iterator[Change]:
        for road, place in self._before.items():
            if road in self._after:
                yield from self._compared(road, place, self._after[road])
            else:
                yield from self._gone(road, place, "removed", self._before, self._after)
        for road, place in self._after.items():
            if road not in self._before:
                yield from self._gone(road, place, "added", self._after, self._before)

    # -- what only one of them has -----------------------------------------------------------------

    def _gone(
        self,
        road: Road,
        place: Place,
        what: str,
        here: dict[Road, Place],
        there: dict[Road, Place],
    ) -> Iterator[Change]:
        """Give a definition or an alternative that one side lacks, and the fields in it."""
        if road[-1][0] in _DEFINED:
            yield self._change(f"definition_{what}", road, road[-1][1])
        elif road[-1][0] in LISTS and road[:-1] in there and _has_list(there[road[:-1]]):
            name = self._node(place, what).type_name
            parts = {"new" if what == "added" else "old": name, "breaks": what == "removed"}
            yield self._change(f"alternative_{what}", road[:-1], _field(road[:-1]), **parts)
        for name in _properties(place):
            field = here.get((*road, ("properties", name)))
            if field is not None:
                yield self._field(road, name, field, what, place, breaks=False)

    # -- what both have ----------------------------------------------------------------------------

    def _compared(self, road: Road, old: Place, new: Place) -> Iterator[Change]:
        renamed = _renamed(_properties(old), _properties(new), {self._path, self._there})
        yield from self._fields(road, old, new, renamed)
        yield from self._required(road, old, new, renamed)
        yield from self._taken(road, old.schema, new.schema)

    def _fields(
        self, road: Road, old: Place, new: Place, renamed: dict[str, str]
    ) -> Iterator[Change]:
        before, after = _properties(old), _properties(new)
        for name in before:
            first = self._before.get((*road, ("properties", name)))
            second = self._after.get((*road, ("properties", renamed.get(name, name))))
            if first is None:
                continue  # a place that is no schema
            if second is None:
                yield self._lost(road, name, first, old, new)
            else:
                yield from self._field_in_both(road, name, renamed.get(name), first, second)
        for name in after:
            field = self._after.get((*road, ("properties", name)))
            if field is not None and name not in before and name not in renamed.values():
                needed = name in _required(new)
                yield self._field(road, name, field, "added", new, breaks=needed)

    def _lost(self, road: Road, name: str, field: Place, old: Place, new: Place) -> Change:
        """Return what became of a field that has no namesake: it moved into another, or is gone."""
        before, after = _properties(old), _properties(new)
        closed = new.schema.get("additionalProperties") is False
        for move in table.moves():
            known = self._there in move.documents or self._path in move.documents
            if move.old == name and known and move.into in after and move.into not in before:
                to = f"{_field((*road, ('properties', move.into)))}.{move.new}"
                here = _field((*road, ("properties", name)))
                return self._change("field_moved", road, here, to=to, breaks=closed)
        gone = table.removed_field(name, self._there)
        made = self._field(road, name, field, "removed", old, breaks=closed)
        return made if gone is None else made._replace(way=gone.way)

    def _field_in_both(
        self, road: Road, name: str, to: str | None, first: Place, second: Place
    ) -> Iterator[Change]:
        old, new = self._node(first, "removed"), self._node(second, "added")
        here = _field((*road, ("properties", name)))
        if to is not None:
            there = _field((*road, ("properties", to)))
            told = type_changes.told(old), type_changes.told(new)
            parts = {"to": there, "old": told[0], "new": told[1], "breaks": True}
            yield self._change("field_renamed", road, here, **parts)
            yield from self._elsewhere((*road, ("properties", to)), old, new)
        elif not self._kinds.same(old, new):
            told = type_changes.told(old), type_changes.told(new)
            breaks = self._kinds.refused(old, new)
            yield self._change("field_retyped", road, here, old=told[0], new=told[1], breaks=breaks)
        else:
            yield from self._elsewhere((*road, ("properties", name)), old, new)

    def _elsewhere(self, road: Road, old: Node, new: Node, depth: int = 0) -> Iterator[Change]:
        """Give what is taken otherwise, where it is written at another place than before."""
        if "$ref" in old.schema or "$ref" in new.schema:
            if self._kinds.place(old.target) == new.target.ref:
                return  # compared there
            yield from self._taken(road, old.target.schema, new.target.schema)
        before, after = type_changes.inside(old), type_changes.inside(new)
        if before is not None and after is not None and depth < type_changes.DEEP:
            yield from self._elsewhere((*road, ("items", "")), before, after, depth + 1)

    def _required(
        self, road: Road, old: Place, new: Place, renamed: dict[str, str]
    ) -> Iterator[Change]:
        """Give the fields of both that became required, or are no longer."""
        both = {name: name for name in _properties(old) if name in _properties(new)} | renamed
        before, after = _required(old), _required(new)
        for name, here in sorted(both.items()):
            field = _field((*road, ("properties", here)))
            if here in after and name not in before:
                yield self._change("required", road, field, breaks=True)
            elif name in before and here not in after:
                yield self._change("optional", road, field)

    def _taken(self, road: Road, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
        """Give the values of an enumeration, and the limits, that two schemas do not share."""
        if "$ref" in old or "$ref" in new:
            return  # what stands beside a reference counts for nothing
        before, after = old.get("enum"), new.get("enum")
        if isinstance(before, list) and isinstance(after, list):
            yield from self._values(road, before, after)
        for name, told, breaks in type_changes.limits(old, new):
            parts = {"old": told[0], "new": told[1], "limit": name, "breaks": breaks}
            yield self._change("limit_changed", road, _field(road), **parts)

    def _values(self, road: Road, before: list[Any], after: list[Any]) -> Iterator[Change]:
        field = _field(road)
        for value in before:
            if value not in after:
                yield self._change("value_removed", road, field, old=str(value), breaks=True)
        for value in after:
            if value not in before:
                yield self._change("value_added", road, field, new=str(value))

    # -- records -----------------------------------------------------------------------------------

    def _field(
        self, road: Road, name: str, field: Place, what: str, holder: Place, *, breaks: bool
    ) -> Change:
        side = "new" if what == "added" else "old"
        return self._change(
            f"field_{what}",
            road,
            _field((*road, ("properties", name))),
            **{side: type_changes.told(self._node(field, what))},
            required=name in _required(holder),
            breaks=breaks,
        )

    def _node(self, place: Place, what: str) -> Node:
        if what == "added":
            return self._new.node(self._there, place.pointer)
        return self._old.node(self._path, place.pointer)

    def _change(self, kind: str, road: Road, name: str, **parts: Any) -> Change:
        return Change(kind, name, *self._owner(road), **parts)

    def _owner(self, road: Road) -> tuple[str, str]:
        """Return the reference and the class name of the definition (or root) a place is in."""
        for length in range(len(road), 0, -1):
            keyword, name = road[length - 1]
            if keyword in _DEFINED:
                place = self._after.get(road[:length])
                path = self._path if place is None else self._there
                place = place or self._before[road[:length]]
                return f"{path}#{place.pointer}", camel(name)
        return self._there, self._new.root_name(self._there)


def _places(release: Release, path: str) -> dict[Road, Place]:
    """Return all schemas of a document by their roads."""
    found: dict[Road, Place] = {}
    roads: dict[str, Road] = {}
    for pointer, schema in walk(release.document(path)):
        road: Road = ()
        if pointer:
            above, step = _last(pointer)
            road = (*roads[above], _named(release, path, schema, step))
            while road in found:  # two alternatives of one name
                road = (*road[:-1], (road[-1][0], f"{road[-1][1]}'"))
        roads[pointer] = road
        found[road] = Place(pointer, schema)
    return found


def _last(pointer: str) -> tuple[str, tuple[str, str]]:
    """Split a pointer to a schema into the schema above it and the last step to it."""
    keyword, name = segments(pointer)[-1]
    above = pointer.rsplit("/", 1 if name is None else 2)[0]
    if name is None and keyword.isdigit():  # one of a list of items
        return above.rsplit("/", 1)[0], ("items", keyword)
    return above, (keyword, name or "")


def _named(
    release: Release, path: str, schema: dict[str, Any], step: tuple[str, str]
) -> tuple[str, str]:
    """Return the last step to a schema, alternatives named by what they are."""
    if step[0] not in LISTS:
        return step
    reference = schema.get("$ref")
    if isinstance(reference, str):
        target = release.resolve(reference, path)
        return step[0], target.pointer.rsplit("/", 1)[-1] or stem(target.path)
    title = schema.get("title")
    return step[0], title if isinstance(title, str) else step[1]


def _field(road: Road) -> str:
    """Return the dotted name of a field: ``tasks[].owner``; empty for a definition itself."""
    written = ""
    for keyword, name in road:
        if keyword in _DEFINED:
            written = ""
        elif keyword == "properties":
            written += f".{name}" if written else name
        elif keyword == "items":
            written += f"[{name}]"
        elif keyword in LISTS:
            written += f"({name})"
        else:
            written += f"{{{'' if keyword == 'additionalProperties' else name or keyword}}}"
    return written


def _has_list(place: Place) -> bool:
    return any(keyword in place.schema for keyword in LISTS)


def _properties(place: Place) -> dict[str, Any]:
    found = place.schema.get("properties")
    return found if isinstance(found, dict) else {}


def _required(place: Place) -> set[str]:
    found = place.schema.get("required")
    return set(found) if isinstance(found, list) else set()


def _renamed(before: dict[str, Any], after: dict[str, Any], paths: set[str]) -> dict[str, str]:
    """Return the fields that have another name in the new release, with that one."""
    found: dict[str, str] = {}
    added = after.keys() - before.keys()
    for name in before:
        if name in after:
            continue
        for path in sorted(paths):
            other = table.find_alias(name, added, path)
            if other is not None and other.name not in found.values():
                found[name] = other.name
                break
    return found
