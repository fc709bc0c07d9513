"""What in data would break on another release: judged by its schemas, as it is and translated.

What a client bridges (:mod:`dynclient.drift.translate`) counts as bridged: the data break where
they are sent as they are, and pass once they are translated.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.drift import table
from dynclient.drift.translate import is_accepted, translate
from dynclient.errors import DriftWarning, Problem, RequestInvalid, SchemaNotFound
from dynclient.schema.release import WARN
from dynclient.validation import validator

if TYPE_CHECKING:
    from dynclient.schema import Node, Release


class ReleaseCheck(NamedTuple):
    """What one release says to one piece of data."""

    release: str
    """Name of the release."""
    problems: tuple[Problem, ...]
    """All that is wrong with the data as they are."""
    left: tuple[Problem, ...]
    """All that is wrong with them once they are translated."""
    bridged: tuple[str, ...]
    """What was translated, in words."""

    @property
    def breaks(self) -> bool:
        """Whether the release refuses the data as they are."""
        return bool(self.problems)

    @property
    def bridges(self) -> bool:
        """Whether all that breaks is gone once the data are translated."""
        return self.breaks and not self.left


def check_releases(
    data: Any, kind: str | Node, releases: Iterable[Release | str | Path]
) -> list[ReleaseCheck]:
    """Return what some releases say to data, in their order: what would break where, and why.

    Args:
        data: decoded JSON.
        kind: what it is meant for: ``CreateTableRequest``, an entity type, or the path of a
            document; a document is found under the path that a release has it at.
        releases: whose schemas to judge by: releases, their names in the cache, paths of trees.

    Raises:
        AmbiguousName: a release has several types of that name; ``candidates`` lists them.
        SchemaNotFound: no release has a type of that name; ``nearest`` tells close ones.
        UnknownRelease: the cache has no release of some name.
    """
    from dynclient.drift.diff import release_of

    asked = [release_of(each) for each in releases]
    name = kind if isinstance(kind, str) else kind.ref.removesuffix("#")
    nodes = [_node(release, name) for release in asked]
    missing = [node for node in nodes if isinstance(node, SchemaNotFound)]
    if missing and len(missing) == len(nodes):
        raise missing[-1]
    return [
        check_release(data, node)
        if not isinstance(node, SchemaNotFound)
        else _absent(release, node)
        for release, node in zip(asked, nodes, strict=True)
    ]


def check_release(data: Any, node: Node) -> ReleaseCheck:
    """Return what a release says to data.

    Args:
        data: decoded JSON; it is not changed.
        node: the place that they are meant for.
    """
    # This manner tells of every bridge, not of the first one in a place of the code.
    release = node.release.with_drift(WARN)
    name, node = release.name, release.node(node.path, node.pointer)
    if is_accepted(node, data):
        return ReleaseCheck(name, (), (), ())
    judging = validator(release)
    problems = () if judging.accepts(node, data) else tuple(judging.faults(node, data))
    left: tuple[Problem, ...] = ()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            translate(node, data, name)
        except RequestInvalid as error:
            left = tuple(error.problems)
    words = [str(each.message) for each in told if issubclass(each.category, DriftWarning)]
    return ReleaseCheck(name, problems or left, left, tuple(dict.fromkeys(words)))


def _node(release: Release, name: str) -> Node | SchemaNotFound:
    """Return the place that a name means, or the error that tells that it means none."""
    entity = release.entities.get(name) or release.time_series.get(name)
    path, mark, pointer = (name if entity is None else entity.path).partition("#")
    if path.endswith(".json") and path not in release.paths:
        path = table.moved(path, release.paths) or path
    try:
        return release.find(path + mark + pointer)
    except SchemaNotFound as error:
        return error


def _absent(release: Release, error: SchemaNotFound) -> ReleaseCheck:
    problem = Problem("", None, "type", str(error))
    return ReleaseCheck(release.name, (problem,), (problem,), ())
