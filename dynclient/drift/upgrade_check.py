"""Checks of data against other releases: what they refuse, as it is and once it is translated.

A client translates a request that is refused (:mod:`dynclient.drift.translate`). Data that only
another client would have to change is therefore reported as translatable.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.drift import table
from dynclient.drift.diff import release_of
from dynclient.drift.translate import is_accepted, translate
from dynclient.errors import DriftWarning, Problem, RequestInvalid, SchemaNotFound, UsageError
from dynclient.schema.pointers import MAX_DEPTH, is_deeper
from dynclient.schema.release import WARN, Release
from dynclient.validation import validator
from dynclient.validation.documents import too_deep

if TYPE_CHECKING:
    from dynclient.schema import Node


class ReleaseCheck(NamedTuple):
    """The result of checking one piece of data against one release."""

    release: str
    """Name of the release."""
    problems: tuple[Problem, ...]
    """All problems with the data as it is; empty where the release accepts it."""
    remaining: tuple[Problem, ...]
    """The problems that remain once the data is translated."""
    translations: tuple[str, ...]
    """What was translated, one sentence each."""

    @property
    def breaks(self) -> bool:
        """Whether the release refuses the data as it is."""
        return bool(self.problems)

    @property
    def translatable(self) -> bool:
        """Whether the release refuses the data as it is and accepts it once it is translated."""
        return self.breaks and not self.remaining

    @property
    def left(self) -> tuple[Problem, ...]:
        """Deprecated name of ``remaining``."""
        _warn_renamed("left", "remaining")
        return self.remaining

    @property
    def bridged(self) -> tuple[str, ...]:
        """Deprecated name of ``translations``."""
        _warn_renamed("bridged", "translations")
        return self.translations

    @property
    def bridges(self) -> bool:
        """Deprecated name of ``translatable``."""
        _warn_renamed("bridges", "translatable")
        return self.translatable


def _warn_renamed(old: str, new: str) -> None:
    message = f"ReleaseCheck.{old} is deprecated: use ReleaseCheck.{new} instead"
    warnings.warn(message, DeprecationWarning, stacklevel=3)


def check_releases(
    data: Any, kind: str | Node, releases: Iterable[Release | str | Path]
) -> list[ReleaseCheck]:
    """Return whether some releases accept data, and what is wrong with it where they do not.

    Args:
        data: decoded JSON; not changed.
        kind: the type of the data: ``CreateTableRequest``, an entity type, or the path of a
            document, which may be the path that any release has it under.
        releases: what to check against: releases, their names in the cache, or paths of trees.

    Returns:
        One result for each release, in the order of ``releases``.

    Raises:
        AmbiguousName: a release has several types of that name; ``candidates`` lists them.
        SchemaNotFound: no release has a type of that name; ``nearest`` lists close ones.
        UnknownRelease: the cache has no release of some name.
        UsageError: ``releases`` is one release instead of a list.
    """
    if isinstance(releases, (str, Path, Release)):
        raise UsageError(f"releases= must be a list of releases, not {releases!r}")
    checked = [release_of(each) for each in releases]
    name = kind if isinstance(kind, str) else kind.ref.removesuffix("#")
    nodes = [_node(release, name) for release in checked]
    missing = [node for node in nodes if isinstance(node, SchemaNotFound)]
    if missing and len(missing) == len(nodes):
        raise missing[-1]
    return [
        check_release(data, node)
        if not isinstance(node, SchemaNotFound)
        else _missing_type(release, node)
        for release, node in zip(checked, nodes, strict=True)
    ]


def check_release(data: Any, node: Node) -> ReleaseCheck:
    """Return whether a release accepts data, and what is wrong with it where it does not.

    Args:
        data: decoded JSON; not changed.
        node: the schema node of its type.
    """
    # With this setting each translation is reported, not only the first in a line of code.
    release = node.release.with_drift(WARN)
    name, node = release.name, release.node(node.path, node.pointer)
    if is_deeper(data, MAX_DEPTH):
        problem = too_deep(data)
        return ReleaseCheck(name, (problem,), (problem,), ())
    if is_accepted(node, data):
        return ReleaseCheck(name, (), (), ())
    problems = tuple(validator(release).check(node, data))
    remaining: tuple[Problem, ...] = ()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            translate(node, data, name)
        except RequestInvalid as error:
            remaining = tuple(error.problems)
        except RecursionError:
            remaining = problems
    translations = [str(each.message) for each in caught if issubclass(each.category, DriftWarning)]
    return ReleaseCheck(name, problems or remaining, remaining, tuple(dict.fromkeys(translations)))


def _node(release: Release, name: str) -> Node | SchemaNotFound:
    """Return the node of a type by its name, or the error that says that there is none."""
    entity = release.entities.get(name) or release.time_series.get(name)
    path, mark, pointer = (name if entity is None else entity.path).partition("#")
    if path.endswith(".json") and path not in release.paths:
        path = table.moved(path, release.paths) or path
    try:
        return release.find(path + mark + pointer)
    except SchemaNotFound as error:
        return error


def _missing_type(release: Release, error: SchemaNotFound) -> ReleaseCheck:
    problem = Problem("", None, "type", str(error))
    return ReleaseCheck(release.name, (problem,), (problem,), ())
