"""The drift table: fields and documents that have another name or form in another release.

The facts are in ``data/drift.json``. Fields that a release has are never looked up here: only one
that it lacks can be another release's.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.data import data_file
from dynclient.errors import DriftWarning
from dynclient.schema.release import WARN

if TYPE_CHECKING:
    from dynclient.schema.release import Release

REFERENCE = "EntityReference"
"""Type name of what refers to an entity by its id and type."""
LABEL = "TagLabel"
"""Type name of labels; ``data/labels.json`` has what is known of them."""
LABEL_NAME = "tagFQN"
"""The property of a label that has the fully qualified name of its tag or term."""


class Rename(NamedTuple):
    """A field that was renamed."""

    old: str
    new: str
    since: str
    """The first release with the new name: ``1.5``."""
    change: str
    """``name``: the value is the same; ``list``: the new field is a list of such values."""
    documents: tuple[str, ...] = ()
    """Paths of the schemas it was renamed in; empty for all."""


class Move(NamedTuple):
    """A field that became part of an object: ``password`` → ``authType.password``."""

    old: str
    into: str
    """The field that contains the object."""
    new: str
    """The name of the field in the object."""
    since: str
    documents: tuple[str, ...]


class Items(NamedTuple):
    """A list whose items were put into objects: a reference → ``{term: reference}``."""

    document: str
    """Path of the schema with the list."""
    field: str
    old: str
    """Path of the schema of an item in older releases."""
    new: str
    """Path of the schema of an item in newer releases."""
    since: str
    inner: str
    """The field of the new item that contains the old one."""
    others: dict[str, Any]
    """The other fields of the new item, with the values that an old item implies."""


class RemovedField(NamedTuple):
    """A field that was removed without a replacement of the same kind."""

    field: str
    since: str
    documents: tuple[str, ...]
    way: str
    """What to do instead."""


class Reference(NamedTuple):
    """A field of a create request that takes a reference in some releases and a name in others."""

    document: str
    field: str
    type: str
    """The entity type that is referred to."""
    since: str
    now: str
    """What it takes since then, ``name`` or ``reference``; before, it takes the other one."""


class ClassPlace(NamedTuple):
    """A class of the official SDK: the document of its module, and its name there."""

    path: str
    name: str


class FieldAlias(NamedTuple):
    """The field that replaces one that a release lacks."""

    name: str
    conversion: str
    """How the value is converted: ``same``, ``wrap`` (into a list), ``unwrap`` (out of one)."""
    rename: Rename


_is_trial: ContextVar[bool] = ContextVar("_is_trial", default=False)


@contextmanager
def trial() -> Iterator[None]:
    """Translate without warnings in this block.

    It is for code that tries the branches of a union: only the branch that is chosen afterwards is
    what the user wrote, so only its translation is worth a warning.
    """
    token = _is_trial.set(True)
    try:
        yield
    finally:
        _is_trial.reset(token)


def warn_drift(release: Release, message: str) -> None:
    """Warn that something has another name or place in a release; not in a :func:`trial`.

    Args:
        release: the release; with ``drift="warn"`` each use is reported, else each place in the
            code once.
        message: a sentence.
    """
    if _is_trial.get():
        return
    from dynclient import warn  # most scripts need no translation

    warn.warn_user(message, DriftWarning, always=release.drift == WARN)


@lru_cache(maxsize=1)
def renames() -> tuple[Rename, ...]:
    """Return all known renames of fields."""
    return tuple(Rename(**_frozen(row)) for row in _table()["fields"])


@lru_cache(maxsize=1)
def moves() -> tuple[Move, ...]:
    """Return all fields that became parts of objects."""
    return tuple(Move(**_frozen(row)) for row in _table()["moves"])


@lru_cache(maxsize=1)
def items() -> tuple[Items, ...]:
    """Return all lists whose items were put into objects."""
    return tuple(Items(**row) for row in _table()["items"])


def boxed(reference: str) -> Items | None:
    """Return the row of a list item that contains the item of older releases, or None.

    Args:
        reference: to the schema of the item: ``type/termRelation.json#``.
    """
    return next((row for row in items() if reference == f"{row.new}#"), None)


@lru_cache(maxsize=1)
def removed_fields() -> tuple[RemovedField, ...]:
    """Return all fields that were removed without a replacement of the same kind."""
    return tuple(RemovedField(**_frozen(row)) for row in _table()["removed_fields"])


@lru_cache(maxsize=1)
def references() -> tuple[Reference, ...]:
    """Return all fields that take a reference in some releases and a name in others."""
    return tuple(Reference(**row) for row in _table()["references"])


def _frozen(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "documents": tuple(row.get("documents", ()))}


@lru_cache(maxsize=1)
def _table() -> dict[str, list[dict[str, Any]]]:
    table: dict[str, list[dict[str, Any]]] = data_file("drift.json")
    return table


def moved(path: str, known: Container[str]) -> str | None:
    """Return the path that a document of another release has in this one, or None.

    Args:
        path: of the document in the other release.
        known: the paths of this release.
    """
    return _other_path(_table()["documents"], path, known)


def moved_module(path: str, known: Container[str]) -> str | None:
    """Return the path of the document whose module has the classes of another one, or None.

    Args:
        path: of a document that only the other release has.
        known: the paths of this release.
    """
    return moved(path, known) or _other_path(_table()["classes"], path, known)


def _other_path(rows: list[dict[str, Any]], path: str, known: Container[str]) -> str | None:
    for row in rows:
        for here, there in ((row["old"], row["new"]), (row["new"], row["old"])):
            if path == here and there in known:
                return str(there)
    return None


def moved_documents(known: Container[str]) -> Iterator[tuple[str, str]]:
    """Yield (path in another release, path in this one) of the documents that were moved.

    Args:
        known: the paths of this release.
    """
    for row in _table()["documents"]:
        for there, here in ((row["old"], row["new"]), (row["new"], row["old"])):
            if here in known and there not in known:
                yield str(there), str(here)


def moved_class(path: str, name: str, known: Container[str]) -> ClassPlace | None:
    """Return the class that replaces one of another release, or None.

    Args:
        path: path of the document whose module has the class there.
        name: name of the class there.
        known: the paths of this release.
    """
    for row in _table()["classes"]:
        places = (
            ClassPlace(row["old"], row["old_name"]),
            ClassPlace(row["new"], row["new_name"]),
        )
        for there, here in (places, places[::-1]):
            if (path, name) == there and here.path in known:
                return here
    return None


def find_alias(name: str, known: Container[str], path: str) -> FieldAlias | None:
    """Return the field that replaces one that a schema lacks, or None.

    Args:
        name: the field.
        known: the fields that the schema has.
        path: of the schema's document.
    """
    for rename in renames():
        if name not in {rename.old, rename.new}:
            continue
        other = rename.new if name == rename.old else rename.old
        if other in known and (not rename.documents or path in rename.documents):
            conversion = "wrap" if other == rename.new else "unwrap"
            return FieldAlias(other, conversion if rename.change == "list" else "same", rename)
    return None


def removed_field(name: str, path: str) -> RemovedField | None:
    """Return the row of a removed field, or None.

    Args:
        name: the field.
        path: of the schema's document.
    """
    return next(
        (row for row in removed_fields() if name == row.field and path in row.documents), None
    )


def convert_value(value: Any, conversion: str) -> Any:
    """Return a value of a field as the field that replaces it has it.

    Args:
        value: JSON, or a list of any objects.
        conversion: ``same``, ``wrap`` (into a list) or ``unwrap`` (out of a list).

    Raises:
        ValueError: the list has several items, and the other field takes one.
    """
    if value is None or conversion == "same":
        return value
    if conversion == "wrap":
        return value if isinstance(value, list) else [value]
    if not isinstance(value, list):
        return value
    if len(value) > 1:
        raise ValueError(f"takes one value, not {len(value)}")
    return value[0] if value else None
