"""What in data would break on another release: judged by its schemas, as it is and translated.

What the drift table knows under another name or in another form counts as bridged: the data break
where they are sent as they are, and pass once they are translated.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.errors import AmbiguousName, Problem, SchemaNotFound
from dynclient.schema import drift
from dynclient.validation.judge import judge
from dynclient.validation.wording import where

if TYPE_CHECKING:
    from dynclient.schema import Node, Release


class Bridge(NamedTuple):
    """A field that the drift table translates."""

    path: str
    """Where it is, as Python would write it: ``owner``, ``dataModel.owner``."""
    to: str
    """What it is called in the release."""
    since: str
    """The first release with the newer of the two names."""

    def __str__(self) -> str:
        return f"{self.path}: {self.to} there, the drift table translates it"


class Verdict(NamedTuple):
    """What one release says to one piece of data."""

    release: str
    """Name of the release."""
    problems: tuple[Problem, ...]
    """All that is wrong with the data as they are."""
    left: tuple[Problem, ...]
    """All that is wrong with them once they are translated."""
    bridged: tuple[Bridge, ...]
    """What the drift table translates."""

    @property
    def breaks(self) -> bool:
        """Whether the release refuses the data as they are."""
        return bool(self.problems)

    @property
    def bridges(self) -> bool:
        """Whether all that breaks is gone once the data are translated."""
        return self.breaks and not self.left


def verdicts(data: Any, name: str, releases: Iterable[Release]) -> list[Verdict]:
    """Return what some releases say to data, in their order.

    Args:
        data: decoded JSON.
        name: the type it is meant for: ``CreateTableRequest``, an entity type, or the path of a
            document; a document is found under the path that a release has it at.
        releases: whose schemas to judge by.

    Raises:
        AmbiguousName: a release has several types of that name; ``candidates`` lists them.
        SchemaNotFound: no release has a type of that name; ``nearest`` tells close ones.
    """
    asked = list(releases)
    nodes = [_node(release, name) for release in asked]
    missing = [node for node in nodes if isinstance(node, SchemaNotFound)]
    if missing and len(missing) == len(nodes):
        raise missing[-1]
    return [
        verdict(data, node) if not isinstance(node, SchemaNotFound) else _absent(release, node)
        for release, node in zip(asked, nodes, strict=True)
    ]


def verdict(data: Any, node: Node) -> Verdict:
    """Return what a release says to data.

    Args:
        data: decoded JSON.
        node: the place that they are meant for.
    """
    judging = judge(node.release)
    if judging.accepts(node, data):
        return Verdict(node.release.name, (), (), ())
    problems = tuple(judging.faults(node, data))
    bridged: list[Bridge] = []
    turned = _translated(data, node, (), bridged)
    if not bridged:
        return Verdict(node.release.name, problems, problems, ())
    left = () if judging.accepts(node, turned) else tuple(judging.faults(node, turned))
    return Verdict(node.release.name, problems, left, tuple(bridged))


def _node(release: Release, name: str) -> Node | SchemaNotFound:
    """Return the place that a name means, or the error that tells that it means none."""
    entity = release.entities.get(name) or release.time_series.get(name)
    path, mark, pointer = (name if entity is None else entity.path).partition("#")
    if path.endswith(".json") and path not in release.paths:
        path = drift.moved(path, release.paths) or path
    try:
        return release.find(path + mark + pointer)
    except AmbiguousName:
        raise
    except SchemaNotFound as error:
        return error


def _absent(release: Release, error: SchemaNotFound) -> Verdict:
    problem = Problem("", None, "type", str(error.parts["message"]))
    return Verdict(release.name, (problem,), (problem,), ())


def _translated(data: Any, node: Node, path: tuple[str | int, ...], told: list[Bridge]) -> Any:
    """Return data as a release has them, as far as the drift table knows; note what it changed."""
    if isinstance(data, list):
        below = node.items
        if below is None:
            return data
        return [_translated(one, below, (*path, n), told) for n, one in enumerate(data)]
    fields = node.properties
    if not isinstance(data, dict) or not fields:
        return data
    target = node.target
    turned = drift.translated(data, fields, target.path)
    for name in data:
        if name not in turned:
            other = drift.counterpart(name, fields, target.path)
            if other is not None:
                told.append(Bridge(where((*path, name)), other.name, other.rename.since))
    return {
        name: _translated(value, fields[name], (*path, name), told) if name in fields else value
        for name, value in turned.items()
    }
