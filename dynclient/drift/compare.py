"""The comparison of two releases, schema by schema.

A schema is identified by its steps from the root of its document. Alternatives are named by what
they refer to, not numbered, so that another alternative does not change those behind it.
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

Steps = tuple[tuple[str, str], ...]
"""Steps (keyword, name) from the root of a document; without a name: ``("items", "")``."""

_DEFINED = {"definitions", "$defs"}


class Place(NamedTuple):
    """A schema in a document, and where it is."""

    pointer: str
    schema: dict[str, Any]


def changes(old: Release, new: Release) -> Iterator[Change]:
    """Yield all changes, entities first, then documents in the order of their paths.

    Args:
        old: the release to upgrade from.
        new: the release to upgrade to.
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
    """Return the new paths of renamed documents, by their paths in the old release."""
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
    """Return whether two documents are equal; the documents they refer to are compared apart."""
    return path == there and old.document(path) == new.document(there)


class _Documents:
    """One document in both releases."""

    def __init__(
        self, old: Release, new: Release, path: str, there: str, moves: dict[str, str]
    ) -> None:
        self._old, self._new = old, new
        self._path, self._there = path, there
        self._types = type_changes.TypeComparison(moves)
        self._before, self._after = _places(old, path), _places(new, there)

    def changes(self) -> Iterator[Change]:
        for steps, place in self._before.items():
            if steps in self._after:
                yield from self._in_both(steps, place, self._after[steps])
            else:
                yield from self._in_one(steps, place, "removed", self._before, self._after)
        for steps, place in self._after.items():
            if steps not in self._before:
                yield from self._in_one(steps, place, "added", self._after, self._before)

    # -- schemas of one release only ---------------------------------------------------------------

    def _in_one(
        self,
        steps: Steps,
        place: Place,
        what: str,
        here: dict[Steps, Place],
        there: dict[Steps, Place],
    ) -> Iterator[Change]:
        """Give a definition or an alternative that one side lacks, and the fields in it."""
        if steps[-1][0] in _DEFINED:
            yield self._change(f"definition_{what}", steps, steps[-1][1])
        elif steps[-1][0] in LISTS and steps[:-1] in there and _has_list(there[steps[:-1]]):
            name = self._node(place, what).type_name
            parts = {"new" if what == "added" else "old": name, "breaks": what == "removed"}
            yield self._change(f"alternative_{what}", steps[:-1], _field(steps[:-1]), **parts)
        for name in _properties(place):
            field = here.get((*steps, ("properties", name)))
            if field is not None:
                yield self._field(steps, name, field, what, place, breaks=False)

    # -- schemas of both releases ------------------------------------------------------------------

    def _in_both(self, steps: Steps, old: Place, new: Place) -> Iterator[Change]:
        renamed = _renamed(_properties(old), _properties(new), {self._path, self._there})
        yield from self._fields(steps, old, new, renamed)
        yield from self._required(steps, old, new, renamed)
        yield from self._constraints(steps, old.schema, new.schema)

    def _fields(
        self, steps: Steps, old: Place, new: Place, renamed: dict[str, str]
    ) -> Iterator[Change]:
        before, after = _properties(old), _properties(new)
        for name in before:
            first = self._before.get((*steps, ("properties", name)))
            second = self._after.get((*steps, ("properties", renamed.get(name, name))))
            if first is None:
                continue  # not a schema
            if second is None:
                yield self._removed(steps, name, first, old, new)
            else:
                yield from self._fields_of_both(steps, name, renamed.get(name), first, second)
        for name in after:
            field = self._after.get((*steps, ("properties", name)))
            if field is not None and name not in before and name not in renamed.values():
                needed = name in _required(new)
                yield self._field(steps, name, field, "added", new, breaks=needed)

    def _removed(self, steps: Steps, name: str, field: Place, old: Place, new: Place) -> Change:
        """Return the change of a field that is missing: it moved into an object, or is removed."""
        before, after = _properties(old), _properties(new)
        closed = new.schema.get("additionalProperties") is False
        for move in table.moves():
            known = self._there in move.documents or self._path in move.documents
            if move.old == name and known and move.into in after and move.into not in before:
                to = f"{_field((*steps, ('properties', move.into)))}.{move.new}"
                here = _field((*steps, ("properties", name)))
                return self._change("field_moved", steps, here, to=to, breaks=closed)
        row = table.removed_field(name, self._there)
        removed = self._field(steps, name, field, "removed", old, breaks=closed)
        return removed if row is None else removed._replace(way=row.way)

    def _fields_of_both(
        self, steps: Steps, name: str, to: str | None, first: Place, second: Place
    ) -> Iterator[Change]:
        old, new = self._node(first, "removed"), self._node(second, "added")
        here = _field((*steps, ("properties", name)))
        if to is not None:
            there = _field((*steps, ("properties", to)))
            types = type_changes.type_text(old), type_changes.type_text(new)
            parts = {"to": there, "old": types[0], "new": types[1], "breaks": True}
            yield self._change("field_renamed", steps, here, **parts)
            yield from self._elsewhere((*steps, ("properties", to)), old, new)
        elif not self._types.same(old, new):
            types = type_changes.type_text(old), type_changes.type_text(new)
            breaks = self._types.refused(old, new)
            yield self._change(
                "field_retyped", steps, here, old=types[0], new=types[1], breaks=breaks
            )
        else:
            yield from self._elsewhere((*steps, ("properties", name)), old, new)

    def _elsewhere(self, steps: Steps, old: Node, new: Node, depth: int = 0) -> Iterator[Change]:
        """Yield changes of constraints that are written elsewhere than before."""
        if "$ref" in old.schema or "$ref" in new.schema:
            if self._types.place(old.target) == new.target.ref:
                return  # compared there
            yield from self._constraints(steps, old.target.schema, new.target.schema)
        before, after = type_changes.inside(old), type_changes.inside(new)
        if before is not None and after is not None and depth < type_changes.DEEP:
            yield from self._elsewhere((*steps, ("items", "")), before, after, depth + 1)

    def _required(
        self, steps: Steps, old: Place, new: Place, renamed: dict[str, str]
    ) -> Iterator[Change]:
        """Yield the fields of both that became required or optional."""
        both = {name: name for name in _properties(old) if name in _properties(new)} | renamed
        before, after = _required(old), _required(new)
        for name, here in sorted(both.items()):
            field = _field((*steps, ("properties", here)))
            if here in after and name not in before:
                yield self._change("required", steps, field, breaks=True)
            elif name in before and here not in after:
                yield self._change("optional", steps, field)

    def _constraints(
        self, steps: Steps, old: dict[str, Any], new: dict[str, Any]
    ) -> Iterator[Change]:
        """Yield the values of an enumeration and the limits that two schemas do not share."""
        if "$ref" in old or "$ref" in new:
            return  # keywords beside a reference have no effect
        before, after = old.get("enum"), new.get("enum")
        if isinstance(before, list) and isinstance(after, list):
            yield from self._values(steps, before, after)
        for name, limits, breaks in type_changes.limits(old, new):
            parts = {"old": limits[0], "new": limits[1], "limit": name, "breaks": breaks}
            yield self._change("limit_changed", steps, _field(steps), **parts)

    def _values(self, steps: Steps, before: list[Any], after: list[Any]) -> Iterator[Change]:
        field = _field(steps)
        for value in before:
            if value not in after:
                yield self._change("value_removed", steps, field, old=str(value), breaks=True)
        for value in after:
            if value not in before:
                yield self._change("value_added", steps, field, new=str(value))

    # -- records -----------------------------------------------------------------------------------

    def _field(
        self, steps: Steps, name: str, field: Place, what: str, holder: Place, *, breaks: bool
    ) -> Change:
        side = "new" if what == "added" else "old"
        return self._change(
            f"field_{what}",
            steps,
            _field((*steps, ("properties", name))),
            **{side: type_changes.type_text(self._node(field, what))},
            required=name in _required(holder),
            breaks=breaks,
        )

    def _node(self, place: Place, what: str) -> Node:
        if what == "added":
            return self._new.node(self._there, place.pointer)
        return self._old.node(self._path, place.pointer)

    def _change(self, kind: str, steps: Steps, name: str, **parts: Any) -> Change:
        return Change(kind, name, *self._owner(steps), **parts)

    def _owner(self, steps: Steps) -> tuple[str, str]:
        """Return the reference and the class name of the definition (or root) of a schema."""
        for length in range(len(steps), 0, -1):
            keyword, name = steps[length - 1]
            if keyword in _DEFINED:
                place = self._after.get(steps[:length])
                path = self._path if place is None else self._there
                place = place or self._before[steps[:length]]
                return f"{path}#{place.pointer}", camel(name)
        return self._there, self._new.root_name(self._there)


def _places(release: Release, path: str) -> dict[Steps, Place]:
    """Return all schemas of a document by their steps."""
    found: dict[Steps, Place] = {}
    steps_of: dict[str, Steps] = {}
    for pointer, schema in walk(release.document(path)):
        steps: Steps = ()
        if pointer:
            above, step = _last(pointer)
            steps = (*steps_of[above], _named(release, path, schema, step))
            while steps in found:  # two alternatives of one name
                steps = (*steps[:-1], (steps[-1][0], f"{steps[-1][1]}'"))
        steps_of[pointer] = steps
        found[steps] = Place(pointer, schema)
    return found


def _last(pointer: str) -> tuple[str, tuple[str, str]]:
    """Split a pointer to a schema into that of the schema around it and the last step."""
    keyword, name = segments(pointer)[-1]
    above = pointer.rsplit("/", 1 if name is None else 2)[0]
    if name is None and keyword.isdigit():  # one of a list of items
        return above.rsplit("/", 1)[0], ("items", keyword)
    return above, (keyword, name or "")


def _named(
    release: Release, path: str, schema: dict[str, Any], step: tuple[str, str]
) -> tuple[str, str]:
    """Return the last step to a schema; alternatives are named by what they refer to."""
    if step[0] not in LISTS:
        return step
    reference = schema.get("$ref")
    if isinstance(reference, str):
        target = release.resolve(reference, path)
        return step[0], target.pointer.rsplit("/", 1)[-1] or stem(target.path)
    title = schema.get("title")
    return step[0], title if isinstance(title, str) else step[1]


def _field(steps: Steps) -> str:
    """Return the dotted name of a field: ``tasks[].owner``; empty for a definition itself."""
    written = ""
    for keyword, name in steps:
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
    """Return the new names of renamed fields, by their old names."""
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
