"""The versions of an entity: who changed what and when, what differs, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.display.blocks import Block, Heading, Table, Text
from dynclient.display.displayed import Displayed
from dynclient.errors import NotFound, NotSupported, OutOfRange, Problem
from dynclient.extensions.base import Extension, not_supported
from dynclient.extensions.entity_diff import (
    BOOKKEEPING,
    EntityDiff,
    FieldChange,
    changes_table,
    field_changes,
    settable_fields,
)
from dynclient.extensions.times import as_datetime, time_words
from dynclient.operations.operation import Plan
from dynclient.secrets import printable
from dynclient.session.page_addresses import known_page

if TYPE_CHECKING:
    from dynclient.model import Entity
    from dynclient.operations.catalogue import CollectionSpec

_CHANGES = ("fieldsAdded", "fieldsUpdated", "fieldsDeleted")
_ROWS = 50
"""Rows of a table."""
_WHEN = "when (UTC)"


class Version(NamedTuple):
    """One version of an entity."""

    number: str
    """Its number, ``0.2``."""
    at: datetime | None
    """When it was created, in UTC."""
    by: str | None
    """The name of the user who created it."""
    entity: Any
    """The entity as it was; fields that the server does not keep with versions are None."""

    @property
    def changes(self) -> tuple[str, ...]:
        """The names of the fields that were changed since the version before."""
        return tuple(dict.fromkeys(_changed_names(model.raw(self.entity))))

    def __str__(self) -> str:
        at = "" if self.at is None else f"{self.at:%Y-%m-%d %H:%M:%S}"
        changes = ", ".join(self.changes) or "created"
        return f"{self.number:>5}  {at}  {self.by or '':<16}  {changes}"

    def __repr__(self) -> str:
        return f"<Version {self.number} by {self.by}: {', '.join(self.changes) or 'created'}>"


class History(Displayed, Sequence[Version]):
    """All versions of an entity that the server has, newest first.

    Args:
        label: the entity, in words.
        versions: the versions.
        page: the address of the page of the entity, or None.
    """

    def __init__(self, label: str, versions: Sequence[Version], page: str | None = None) -> None:
        self._label = label
        self._versions = tuple(versions)
        self._page = page

    def __len__(self) -> int:
        return len(self._versions)

    def __getitem__(self, position: Any) -> Any:
        """Return a version by position, or by its number: ``history["0.2"]``."""
        if isinstance(position, str):
            for version in self._versions:
                if version.number == position:
                    return version
            raise _no_version(self._label, position, [each.number for each in self._versions])
        try:
            return self._versions[position]
        except IndexError:
            count = f"{len(self)} version{'' if len(self) == 1 else 's'}"
            raise OutOfRange(f"{self._label} has no version {position}; it has {count}") from None

    def __str__(self) -> str:
        return printable("\n".join([self._label, *map(str, self._versions)]))

    def _blocks(self) -> Iterator[Block]:
        yield Heading("history of", self._label, self._page)
        rows = [
            (each.number, time_words(each.at), each.by, list(each.changes) or "created")
            for each in self._versions[:_ROWS]
        ]
        columns = ("version", _WHEN, "who", "what")
        yield Table(columns, rows, total=len(self), more="print(history)")

    def __repr__(self) -> str:
        count = f"{len(self)} version{'' if len(self) == 1 else 's'}"
        return printable(f"<History of {self._label}: {count}>")


class Blame(Displayed, Mapping[str, Version]):
    """The version that changed each field last, by the place of the field.

    It is approximate where a server combines several changes by one user into one version.

    Args:
        label: the entity, in words.
        origins: the versions by place.
        page: the address of the page of the entity, or None.
    """

    def __init__(self, label: str, origins: Mapping[str, Version], page: str | None = None) -> None:
        self._label = label
        self._page = page
        self._origins = dict(sorted(origins.items()))

    def __getitem__(self, path: str) -> Version:
        return self._origins[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._origins)

    def __len__(self) -> int:
        return len(self._origins)

    def __str__(self) -> str:
        width = max(map(len, self._origins), default=0)
        lines = [
            f"{path:<{width}}  {version.number:>5}  {version.by or '':<16}"
            f"  {'' if version.at is None else f'{version.at:%Y-%m-%d %H:%M}'}".rstrip()
            for path, version in self._origins.items()
        ]
        return printable("\n".join([self._label, *lines]))

    def _blocks(self) -> Iterator[Block]:
        yield Heading("blame of", self._label, self._page)
        rows = [
            (place, version.number, time_words(version.at), version.by)
            for place, version in islice(self._origins.items(), 2 * _ROWS)
        ]
        columns = ("field", "version", _WHEN, "who")
        yield Table(columns, rows, total=len(self), more="print(blame)")

    def __repr__(self) -> str:
        return printable(f"<Blame of {self._label}: {len(self)} fields>")


class Rollback(Displayed):
    """The way back to a version, which can be looked at before it is applied.

    Attributes:
        diff: what changes.
        fields: the fields that are set.
    """

    def __init__(
        self, diff: EntityDiff, fields: Mapping[str, Any], save: Callable[[], Any]
    ) -> None:
        self.diff = diff
        self.fields = tuple(fields)
        self._save = save

    def apply(self) -> Any:
        """Set the fields to what they were, and return the entity as it is then.

        The entity is read again, and a change by another user meanwhile to another field is kept.

        Raises:
            LostUpdate: others changed it, ten times in a row.
        """
        return self._save()

    def __str__(self) -> str:
        return str(self.diff)

    def _blocks(self) -> Iterator[Block]:
        yield Heading("rollback of", f"{self.diff.before} to {self.diff.after}")
        if not self.diff:
            yield Text("nothing to change", "quiet")
            return
        yield changes_table(self.diff)
        yield Text("Nothing was changed yet: .apply() sets these fields.", "quiet")

    def __repr__(self) -> str:
        states = f"{self.diff.before} to {self.diff.after}"
        return printable(f"<Rollback of {states}: {len(self.diff)} changes>")


class Versions(Extension):
    """The versions of entities: ``om.history(table)``, ``om.diff(table, "0.1", "0.2")``."""

    name = "versions"

    def history(self, entity: Any, type: Any = None) -> History:
        """Return all versions of an entity, newest first: who changed what, and when.

        Args:
            entity: an entity, a reference, ``"table:a.b.c.d"``; or a name or an id with ``type``.
            type: the type of a name or an id: ``"table"``.

        Raises:
            NotFound: the entity does not exist.
            NotSupported: the type has no versions.
        """
        reference = self.reference(entity, type)
        versions = self._versions(reference)
        label, page = self._title(versions)
        return History(label, versions, page)

    def _title(self, versions: Sequence[Version]) -> tuple[str, str | None]:
        """Return the entity of versions, the newest first, in words, and its page."""
        if not versions:
            return "", None
        newest = versions[0].entity
        return _label(newest), known_page(self.session, newest)

    def _versions(self, reference: Mapping[str, Any]) -> list[Version]:
        spec = self.session.find(reference["type"])
        operation = spec.operations.get("versions")
        if operation is None:
            raise self._without_versions(spec)
        found = self.session.call(Plan(operation, {"id": reference["id"]}))
        return [_version(each) for each in found]

    def _without_versions(self, spec: CollectionSpec) -> NotSupported:
        return not_supported(f"versions of {spec.attribute}", self.session.release.name)

    def diff(self, one: Any, *others: Any, type: Any = None) -> EntityDiff:
        """Return what differs between two versions of an entity, or between two entities.

        ``om.diff(table, "0.1", "0.3")`` compares two versions, ``om.diff(table, "0.1")`` a version
        and the present state, ``om.diff(table, other)`` two entities, also of two servers.

        Args:
            one: an entity, a reference, ``"table:a.b.c.d"``; or a name or an id with ``type``.
            others: one or two version numbers, or another entity.
            type: the type of a name or an id: ``"table"``.

        Raises:
            NotFound: the entity or the version does not exist.
            BadArguments: these are neither versions nor two entities of one type.
        """
        numbers = [_number(each) for each in others]
        if len(others) == 1 and isinstance(others[0], model.Entity):
            return self._diff_entities(self._complete(one, type), self._complete(others[0]))
        if not others or len(others) > 2 or None in numbers:
            message = "takes an entity and one or two versions, om.diff(t, '0.1'), or two entities"
            raise bad_arguments("diff", [Problem("", None, "argument", message)])
        reference = self.reference(one, type)
        states = [self._state(reference, str(number)) for number in numbers]
        if len(states) == 1:
            states.append(self._complete(reference))
        return self._diff_entities(states[0], states[1], _version_labels(states, numbers))

    def _complete(self, target: Any, type: Any = None) -> Any:
        """Return an entity with all fields that a create request can set."""
        if isinstance(target, model.Entity) and _is_whole(target):
            for name in self._fields(self.session.find(str(model.type_of(target)))):
                getattr(target, name, None)  # read now if its response left it out
            return target
        spec = self.session.find(self.reference(target, type)["type"])
        return self.read(target, type, self._fields(spec))

    def _fields(self, spec: CollectionSpec) -> list[str]:
        """Return the fields that a create request can set and the entity has."""
        create = self.session.node(spec.entity.create)
        return [name for name in settable_fields(create) if name in spec.entity.properties]

    def _state(self, reference: Mapping[str, Any], number: str) -> Any:
        spec = self.session.find(reference["type"])
        operation = spec.operations.get("version")
        if operation is None:
            raise self._without_versions(spec)
        try:
            return self.session.call(Plan(operation, {"id": reference["id"], "version": number}))
        except NotFound as error:
            missing = error
        versions = self._versions(reference)
        known = [version.number for version in versions]
        if number in known:
            raise missing
        raise _no_version(_label(versions[0].entity), number, known) from missing

    def _diff_entities(
        self, before: Any, after: Any, labels: tuple[str, str] | None = None
    ) -> EntityDiff:
        node = model.schema_of(before)
        kinds = (node.type_name, model.schema_of(after).type_name)
        if kinds[0] != kinds[1]:
            message = f"must be a {kinds[0]} too, not a {kinds[1]}"
            raise bad_arguments("diff", [Problem("others", kinds[1], "argument", message)])
        entity = node.entity
        create = None if entity is None or entity.create is None else entity.create
        settable = settable_fields(node.release.node(create) if create else None)
        states = [model.asdict(each) for each in (before, after)]
        changes = field_changes(states[0], states[1], settable)
        first, second = labels or (_label(before), _label(after))
        return EntityDiff(first, second, changes)

    def blame(self, entity: Any, type: Any = None) -> Blame:
        """Return which version changed each field last: who, and when.

        It is approximate: where a server combines several changes by one user into one version,
        they have the author and the time of that version.

        Args:
            entity: an entity, a reference, ``"table:a.b.c.d"``; or a name or an id with ``type``.
            type: the type of a name or an id: ``"table"``.
        """
        versions = list(reversed(self._versions(self.reference(entity, type))))
        origins: dict[str, Version] = {}
        before: Any = None
        for version in versions:
            for change in self._changes_between(before, version.entity):
                for place in [each for each in origins if _is_below(each, change.path)]:
                    del origins[place]
                if change.after is not None:
                    origins[change.path] = version
            before = version.entity
        label, page = self._title(versions[::-1])
        return Blame(label, origins, page)

    def _changes_between(self, before: Any, after: Any) -> Sequence[FieldChange]:
        if before is not None:
            return self._diff_entities(before, after)
        state = model.asdict(after)
        return [
            FieldChange(name, None, value)
            for name, value in state.items()
            if name not in BOOKKEEPING and value not in (None, [], {})
        ]

    def rollback(self, entity: Any, number: str, type: Any = None) -> Rollback:
        """Return the way back to a version; nothing is sent before ``apply()``.

        Only fields that the changes since then name are set: others may be missing in the version
        because the server does not keep them.

        Args:
            entity: an entity, a reference, ``"table:a.b.c.d"``; or a name or an id with ``type``.
            number: the version, ``"0.2"``.
            type: the type of a name or an id: ``"table"``.

        Raises:
            NotFound: the entity or the version does not exist.
        """
        text = _number(number)
        if text is None:
            message = f"must be the number of a version such as '0.2', not {number!r}"
            raise bad_arguments("rollback", [Problem("number", number, "argument", message)])
        reference = self.reference(entity, type)
        target = self._state(reference, text)
        versions = self._versions(reference)
        changed = {
            name
            for version in versions
            if _order(version.number) > _order(text)
            for name in version.changes
        }
        present = self._complete(reference)
        spec = self.session.find(reference["type"])
        labels = _version_labels([present, target], [None, text])
        diff = self._diff_entities(present, target, labels)
        fields = {
            name: model.raw(target).get(name)
            for name in dict.fromkeys(_top(change.path) for change in diff)
            if name in changed and name in self._fields(spec)
        }
        kept = [change for change in diff if _top(change.path) in fields]

        def change(state: Entity) -> None:
            for name in fields:
                setattr(state, name, getattr(target, name))

        return Rollback(
            EntityDiff(*labels, kept),
            fields,
            lambda: self.edit(reference, change, fields=list(fields)),
        )


def _version(entity: Any) -> Version:
    raw = model.raw(entity)
    at = raw.get("updatedAt")
    moment = as_datetime(at) if isinstance(at, int) else None
    return Version(str(raw.get("version")), moment, raw.get("updatedBy"), entity)


def _changed_names(raw: Mapping[str, Any]) -> Iterator[str]:
    """Yield the top-level fields that a change description names."""
    description = raw.get("changeDescription") or {}
    for kind in _CHANGES:
        for each in description.get(kind) or ():
            name = str(each.get("name", ""))
            if name:
                yield name.partition(".")[0].partition("[")[0]


def _label(entity: Any) -> str:
    raw = model.raw(entity)
    kind = model.type_of(entity) or model.schema_of(entity).type_name
    return printable(f"{kind} {model.name_of(raw)}")


def _version_labels(states: Sequence[Any], numbers: Sequence[Any]) -> tuple[str, str]:
    texts = [
        f"{_label(state)} {number or model.raw(state).get('version')}"
        for state, number in zip(states, [*numbers, None, None], strict=False)
    ]
    return texts[0], texts[1]


def _number(value: Any) -> str | None:
    """Return the number of a version as servers write it; None if it is not one."""
    if isinstance(value, float) or (isinstance(value, int) and not isinstance(value, bool)):
        value = str(float(value))
    text = str(value) if isinstance(value, str) else ""
    whole, _, part = text.partition(".")
    return text if whole.isdecimal() and part.isdecimal() and text.isascii() else None


def _order(number: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdecimal() else 0 for part in number.split("."))


def _top(path: str) -> str:
    return path.partition(".")[0].partition("[")[0].partition(" ")[0]


def _is_below(path: str, above: str) -> bool:
    return path == above or (path.startswith(above) and path[len(above)] in ".[ ")


def _is_whole(entity: Entity) -> bool:
    """Return whether a value is an entity, not a reference to one."""
    return model.schema_of(entity).entity is not None


def _no_version(label: str, number: str, known: Sequence[str]) -> Exception:
    message = f"{label} has no version {number!r}; it has {', '.join(known)}"
    return bad_arguments("versions", [Problem("number", number, "argument", message)])
