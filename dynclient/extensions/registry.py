"""Which extensions there are, and where each is found: on the client and on collections.

The extensions of dynclient are rows of ``data/extensions.json``, so that completion needs none of
their modules. Those of other packages are found through the entry point ``dynclient.extensions``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.data import data_file
from dynclient.errors import DynclientWarning, NotSupported, UsageError
from dynclient.extensions.base import CollectionExtension, Extension, not_supported
from dynclient.extensions.operation_rows import Row, rows
from dynclient.extensions.requirements import Requirement
from dynclient.suggestions import did_you_mean, nearest

if TYPE_CHECKING:
    from dynclient.openapi.index import Index
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.schema import Release
    from dynclient.session.session import Session

GROUP = "dynclient.extensions"
"""The entry points of extensions of other packages."""


class ExtensionEntry(NamedTuple):
    """One extension, whose module may not be loaded yet."""

    name: str
    path: str
    """Where its class is, ``dynclient.extensions.lineage:Lineage``."""
    client: Mapping[str, Requirement]
    """Names of the client, and what each requires."""
    methods: Mapping[str, Requirement]
    """Names of methods of collections, and what each requires."""
    operations: str | Sequence[Row]
    """The rows of its operations, or the name of their file."""

    @property
    def rows(self) -> Sequence[Row]:
        """The rows of its operations."""
        return rows(self.operations) if isinstance(self.operations, str) else self.operations

    def load(self) -> type[Extension]:
        """Return its class."""
        from importlib import import_module

        module, _, name = self.path.partition(":")
        found: type[Extension] = getattr(import_module(module), name)
        return found


@cache
def extensions() -> Mapping[str, ExtensionEntry]:
    """Return all extensions by name; those of dynclient first."""
    found = {row["name"]: _entry(row) for row in data_file("extensions.json")}
    for entry in _installed():
        if entry.name in found:
            _warn(f"extension {entry.name!r} of {entry.path} is ignored; the name is taken")
        else:
            found[entry.name] = entry
    return found


def _entry(row: Mapping[str, Any]) -> ExtensionEntry:
    return ExtensionEntry(
        row["name"],
        row["class"],
        {name: Requirement(**needs) for name, needs in row.get("client", {}).items()},
        {name: Requirement(**needs) for name, needs in row.get("methods", {}).items()},
        row.get("operations", ()),
    )


def _installed() -> Iterator[ExtensionEntry]:
    """Yield the extensions of other packages; a broken one is reported and left out."""
    from importlib.metadata import entry_points

    for point in entry_points(group=GROUP):
        try:
            cls = point.load()
        except Exception as error:  # noqa: BLE001 - any error of a foreign module
            _warn(f"extension {point.name!r} ({point.value}) cannot be loaded: {error!r}")
            continue
        if not (isinstance(cls, type) and issubclass(cls, Extension) and cls.name):
            _warn(
                f"extension {point.name!r} ({point.value}) must be a subclass of"
                " dynclient.extensions.Extension with a name"
            )
            continue
        yield ExtensionEntry(cls.name, point.value, cls.client, cls.methods, cls.operations)


def _warn(message: str) -> None:
    from dynclient.warn import warn_user

    warn_user(message, DynclientWarning)


def client_names(release: Release, index: Index | None) -> list[str]:
    """Return the names that extensions add to the client of a release."""
    return [
        name
        for entry in extensions().values()
        for name, needs in entry.client.items()
        if needs.is_met(release, entry.rows, None, index)
    ]


def method_names(release: Release, spec: CollectionSpec, index: Index | None) -> list[str]:
    """Return the names of methods that extensions add to a collection of a release."""
    return [
        name
        for entry in extensions().values()
        for name, needs in entry.methods.items()
        if needs.is_met(release, entry.rows, spec, index)
    ]


def is_client_name(name: str) -> bool:
    """Return whether an extension adds a name to the client of some release."""
    return any(name in entry.client for entry in extensions().values())


def is_method_name(name: str) -> bool:
    """Return whether an extension adds a method to the collections of some release."""
    return any(name in entry.methods for entry in extensions().values())


def _shown(session: Session, listed: Release | None) -> tuple[Release, Index | None]:
    """Return the release that decides, and the index of the server's document.

    Args:
        session: the session.
        listed: the release whose names completion shows; it decides until one is chosen.
    """
    if listed is not None and session.known_release is None:
        return listed, session.contract.completion_index()
    return session.release, session.contract.cached_index()


def client_member(session: Session, name: str, listed: Release | None = None) -> Any:
    """Return what an extension adds to the client: its object, or a method of it.

    Args:
        session: the session.
        name: the name on the client.
        listed: the release whose names are listed, before one is chosen.

    Raises:
        NotSupported: the release does not have the feature.
    """
    release, index = _shown(session, listed)
    first: NotSupported | None = None
    for entry in extensions().values():
        needs = entry.client.get(name)
        if needs is None:
            continue
        if needs.is_met(release, entry.rows, None, index):
            found = extension(session, entry.name)
            return found if name == entry.name else getattr(found, name)
        period = needs.period(entry.rows)
        first = first or not_supported(f"om.{name}", release.name, *period)
    raise first or UsageError(f"no extension adds {name!r} to the client")


def collection_method(
    session: Session, spec: CollectionSpec, name: str, listed: Release | None = None
) -> Any:
    """Return a method that an extension adds to a collection.

    Args:
        session: the session.
        spec: the collection.
        name: the method.
        listed: the release whose names are listed, before one is chosen.

    Raises:
        NotSupported: the collection of this release does not have the feature.
    """
    release, index = _shown(session, listed)
    first: NotSupported | None = None
    for entry in extensions().values():
        needs = entry.methods.get(name)
        if needs is None:
            continue
        if needs.is_met(release, entry.rows, spec, index):
            cls = entry.load()
            if not issubclass(cls, CollectionExtension):
                raise UsageError(f"{entry.path} must be a subclass of CollectionExtension")
            return getattr(cls(session, spec.attribute), name)
        period = needs.period(entry.rows, spec)
        first = first or not_supported(f"om.{spec.attribute}.{name}", release.name, *period)
    raise first or UsageError(f"no extension adds {name!r} to collections")


def extension(session: Session, name: str) -> Extension:
    """Return the object of an extension by its name.

    Raises:
        UsageError: there is no extension of that name, or it only has methods of collections.
    """
    known = extensions()
    given: Any = name
    entry = known.get(given) if isinstance(given, str) else None
    if entry is None:
        near = did_you_mean(nearest(name, known), f"; it has {', '.join(known) or 'none'}")
        raise UsageError(f"dynclient has no extension {name!r}{near}")
    cls = entry.load()
    if issubclass(cls, CollectionExtension):
        example = next(iter(entry.methods), "")
        raise UsageError(
            f"extension {name!r} adds methods to collections, such as om.tables.{example}, and has"
            " no object on the client"
        )
    return cls(session)
