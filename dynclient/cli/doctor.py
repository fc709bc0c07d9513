"""``dynclient doctor``: a server compared with the schemas of a release."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.text import Text

from dynclient.cli.exit_codes import DIFFERS, DONE, FAILED
from dynclient.cli.output import one_line
from dynclient.client.connect import DEFAULT
from dynclient.errors import ReleaseMismatch, UnknownRelease
from dynclient.schema.versions import numbers
from dynclient.session.release_choice import completion
from dynclient.session.route_facts import STATUSES, RouteFact

if TYPE_CHECKING:
    from rich.console import Console

    from dynclient.client.client import Client
    from dynclient.client.connect import Configuration
    from dynclient.schema import Release
    from dynclient.session.contract import Contract

NEAR = ("the same release", "the same minor release", "the same major release", "another release")
"""How close the release of the schemas is to the server's, closest first."""


class SettingRow(NamedTuple):
    """One parameter or setting of the client, without secrets."""

    name: str
    value: str
    origin: str
    """Where the value comes from: ``argument``, a profile, a variable, ``default``."""


class Report(NamedTuple):
    """What a server and the schemas of a release have in common, and how they differ."""

    host: str
    version: str
    revision: str
    release: str | None
    """Release of the schemas; None if none was found."""
    near: str
    """One of ``NEAR``, or why there are no schemas."""
    decided_by: str
    """Which schemas decide what is valid: a phrase; empty if there are none."""
    lossy: bool
    """Whether the schemas were derived from an OpenAPI document, which has less detail."""
    operations: int | None
    """Number of operations in the server's OpenAPI document; None without one."""
    document: str
    """Where the document was read, or why it was not."""
    resources: int | None
    """Number of entity types the server lists; None if the token may not list them."""
    facts: tuple[RouteFact, ...]
    unknown_entities: tuple[str, ...]
    """Entity types of the server that the schemas lack."""
    missing_entities: tuple[str, ...]
    """Entity types of the schemas that the server lacks."""
    settings: tuple[SettingRow, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """The number of routes by status."""
        found = [fact.status for fact in self.facts]
        return {status: found.count(status) for status in STATUSES}

    @property
    def differences(self) -> list[str]:
        """The differences as sentences."""
        found = []
        if self.near not in NEAR[:2]:
            found.append(f"the schemas are of {self.near}")
        if self.lossy:
            found.append(
                f"the schemas are those of {self.decided_by}, which has less detail than the"
                " server's own schemas"
            )
        if self.unknown_entities:
            found.append("the server has entity types that the schemas lack")
        if self.missing_entities or self.counts["absent"]:
            found.append("the server lacks entity types that the schemas have")
        return found

    @property
    def exit_code(self) -> int:
        """The exit code of the command."""
        if self.release is None:
            return FAILED
        return DIFFERS if self.differences else DONE

    def as_json(self) -> str:
        """Return the report as one JSON object."""
        report: dict[str, Any] = self._asdict()
        report["facts"] = [fact._asdict() for fact in self.facts]
        report["settings"] = [row._asdict() for row in self.settings]
        report |= {"counts": self.counts, "differences": self.differences}
        return json.dumps(report, indent=2)


def examine(om: Client) -> Report:
    """Compare a server with the schemas of its client; nothing on the server is changed.

    Args:
        om: a client of the server.

    Raises:
        TransportError, ServerError: the server's version cannot be read.
    """
    with warnings.catch_warnings():
        # The report says so.
        warnings.simplefilter("ignore", ReleaseMismatch)
        contract, version = om.contract, om.version
        try:
            release: Release | None = om.release
            near = nearness(version, om.release)
        except UnknownRelease as error:
            release, near = None, str(error)
    index = contract.openapi
    resources = None
    if release is not None:
        contract.load().probe()
        resources = contract.resources
    return Report(
        host=om.host,
        version=version,
        revision=contract.revision,
        release=None if release is None else release.name,
        near=near,
        decided_by="" if release is None else schemas_that_decide(release, near),
        lossy=release is not None and release.lossy,
        operations=None if index is None else len(index.operations),
        document=str(contract.origin or contract.why),
        resources=None if resources is None else len(resources),
        facts=() if release is None else tuple(contract.facts.values()),
        unknown_entities=contract.unknown_entities,
        missing_entities=() if release is None else _missing(contract),
    )


def _missing(contract: Contract) -> tuple[str, ...]:
    absent = {fact.entity for fact in contract.facts.values() if fact.status == "absent"}
    return tuple(sorted({*contract.missing_entities, *absent}))


def setting_rows(configuration: Configuration) -> tuple[SettingRow, ...]:
    """Return each parameter and setting of a client, and where it comes from."""
    from dynclient.config.location import VARIABLE, config_path, path_text

    origins, profile = configuration.origins, configuration.profile
    config = VARIABLE if os.environ.get(VARIABLE) else DEFAULT
    credential = origins.get("token") or origins.get("username") or DEFAULT
    rows = [
        SettingRow("config", path_text(config_path()), config),
        SettingRow("profile", "" if profile is None else profile.name, _origin(origins, "profile")),
        SettingRow("host", configuration.base.removesuffix("/api"), _origin(origins, "host")),
        SettingRow("credential", repr(configuration.auth), credential),
        SettingRow("release", _text(configuration.release or ""), _origin(origins, "release")),
        SettingRow("source", _text(configuration.source or ""), _origin(origins, "source")),
    ]
    values = configuration.settings._asdict()
    rows += [
        SettingRow(name, _text(value), _origin(origins, name)) for name, value in values.items()
    ]
    return tuple(rows)


def _origin(origins: Mapping[str, str], name: str) -> str:
    return origins.get(name, DEFAULT)


def _text(value: Any) -> str:
    """Return a value in one line; a Secret is its mask."""
    if isinstance(value, (tuple, list)):
        value = ", ".join(
            ": ".join(map(str, each)) if isinstance(each, tuple) else str(each) for each in value
        )
    return one_line(str(value))


def nearness(version: str, release: Release) -> str:
    """Return how close a release is to that of a server, one of ``NEAR``.

    Args:
        version: version of the server, as the server reports it.
        release: the release of the schemas.
    """
    if version == release.name:
        return NEAR[0]
    theirs, ours = numbers(version)[:3], release.version[:3]
    for places, words in zip((3, 2, 1), NEAR, strict=False):
        if ours and theirs[:places] == ours[:places]:
            return words
    return NEAR[-1]


def schemas_that_decide(release: Release, near: str) -> str:
    """Return which schemas decide what is valid, as a phrase.

    Args:
        release: the release of the schemas.
        near: how close it is to that of the server, one of ``NEAR``.
    """
    if release.lossy:
        return f"the server's OpenAPI document{completion(release)}"
    if near == NEAR[0]:
        return "the schema tree of the server's version"
    return f"the schema tree of {release.name}, not that of the server's version"


def show(console: Console, report: Report) -> None:
    """Print a report."""
    revision = f" ({report.revision[:12]})" if report.revision else ""
    lines = [
        f"server     OpenMetadata {report.version}{revision} at {report.host}",
        f"schemas    {report.release or 'none'}: {report.near}",
        f"decided by {report.decided_by or 'nothing'}",
        f"OpenAPI    {_document(report)}",
    ]
    if report.release is not None:
        listed = "not visible to this token" if report.resources is None else str(report.resources)
        counts = ", ".join(f"{count} {status}" for status, count in report.counts.items() if count)
        lines += [f"resources  {listed}", f"routes     {counts}"]
    lines += ["", *_setting_lines(report.settings)] if report.settings else []
    lines += ["", *_routes(report)] if report.facts else []
    for title, names in (
        ("Entity types that only the server has", report.unknown_entities),
        ("Entity types that only the schemas have", report.missing_entities),
    ):
        if names:
            lines += ["", f"{title}: {', '.join(names)}"]
    differences = report.differences if report.release else ["there are no schemas for this server"]
    lines += ["", "; ".join(differences) or "the schemas fit the server"]
    for line in lines:
        console.print(Text(line), soft_wrap=True)


def show_settings(console: Console, rows: Sequence[SettingRow]) -> None:
    """Print settings, and where each comes from."""
    for line in _setting_lines(rows):
        console.print(Text(line), soft_wrap=True)


def _setting_lines(rows: Sequence[SettingRow]) -> Iterator[str]:
    yield from _columns([("setting", "value", "from"), *rows])


def _document(report: Report) -> str:
    if report.operations is None:
        return f"none: {report.document}"
    return f"{report.operations} operations, from the {report.document}"


def _routes(report: Report) -> Iterator[str]:
    """Yield a line for each route; lines are not wrapped, so that they can be searched."""
    ordered = sorted(report.facts, key=lambda each: STATUSES.index(each.status))
    rows = [("collection", "route", "source", "status")]
    rows += [(fact.attribute, fact.route, fact.source, fact.status) for fact in ordered]
    yield from _columns(rows)


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(map(str.ljust, row, widths)).rstrip()
