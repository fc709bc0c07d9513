"""Findings: places in scripts and payloads that a release does not accept."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from dynclient.documentation import document_fields
from dynclient.explore.known_releases import known_releases

if TYPE_CHECKING:
    from dynclient.schema import Release

ERROR, WARNING = "error", "warning"

RULES = {
    "syntax": "A file cannot be read.",
    "module": "A module of metadata.generated does not exist in the release.",
    "class": "A class or type does not exist in the release.",
    "field": "A field does not exist, or has another name or place in the release.",
    "required-field": "A field that the release requires is missing.",
    "enum-value": "A value is not allowed in the release.",
    "collection": "A collection does not exist in the release.",
    "method": "A method or feature does not exist in the release.",
    "payload": "A payload is not valid in the release.",
}
"""The rules by name, with one sentence each."""


@document_fields
class Finding(NamedTuple):
    """A place that does not work in a release as it is written.

    Attributes:
        file: Path of the file, as it was given.
        line: Line in the file, from 1.
        column: Column in the line, from 1.
        level: ``error``, or ``warning`` for what dynclient translates, with a DriftWarning; other
            clients do not.
        rule: Which rule it violates, see ``RULES``.
        name: What the file calls it: ``owner``, ``om.containers``.
        message: A sentence.
        replacement: What it is called in the release; empty if there is no such thing.
        since: The release that changed it; empty if it is not known.
    """

    file: str
    line: int
    column: int
    level: str
    rule: str
    name: str
    message: str
    replacement: tuple[str, ...] = ()
    since: str = ""

    def __str__(self) -> str:
        since = f" (since {self.since})" if self.since else ""
        return (
            f"{self.file}:{self.line}:{self.column}: {self.level}: {self.message}{since}"
            f" [{self.rule}]"
        )

    @property
    def place(self) -> tuple[str, int, int, str, str]:
        """What identifies it among the findings of any release."""
        return self.file, self.line, self.column, self.rule, self.name


class Changed(NamedTuple):
    """Which releases have something."""

    since: str
    """The release that changed it: the first one without it, or with it if older ones lack it."""
    having: tuple[str, ...]
    """The known releases that have it."""

    @property
    def elsewhere(self) -> str:
        """The end of a message that names these releases: ``; releases 1.2.0, 1.6.0 have it``."""
        if len(self.having) > 1:
            return f"; releases {', '.join(self.having)} have it"
        return f"; release {self.having[0]} has it" if self.having else ""


def changed(release: Release, has: Callable[[Release], bool]) -> Changed:
    """Return which known releases have something that a release does not have.

    Args:
        release: the release without it.
        has: returns whether a release has it.
    """
    known = known_releases(release)
    having = [each for each in known if each is not release and has(each)]
    names = tuple(each.name for each in having)
    if not having:
        return Changed("", ())
    older = [each for each in having if each.version < release.version]
    if older:
        without = [each for each in known if each.version > older[-1].version]
        return Changed(without[0].name, names)
    return Changed(having[0].name, names)
