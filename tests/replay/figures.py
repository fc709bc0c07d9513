"""What a replay came to: exchanges, equal, different; by release and scenario."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tests.replay.recordings import GENERIC
from tests.replay.replayer import Compared


class Figures(NamedTuple):
    """The figures of one scenario, or of several."""

    release: str
    scenario: str
    exchanges: int
    statuses: int
    """How many have the recorded status."""
    bodies: int
    """How many have its body as well."""
    headers: int
    """How many have the headers that clients depend on."""

    @property
    def generic(self) -> bool:
        return self.scenario in GENERIC

    def row(self) -> str:
        whole = self.exchanges or 1
        counts = (self.statuses, self.bodies, self.headers)
        shares = "".join(f"{count / whole:>9.1%}" for count in counts)
        different = self.exchanges - self.bodies
        return f"{self.release:9}{self.scenario:22}{self.exchanges:>9}{shares}{different:>10}"


HEAD = (
    f"{'release':9}{'scenario':22}{'exchanges':>9}"
    f"{'status':>9}{'body':>9}{'headers':>9}{'different':>10}"
)


def of(release: str, scenario: str, compared: Sequence[Compared]) -> Figures:
    """Return the figures of one scenario."""
    return Figures(
        release,
        scenario,
        len(compared),
        sum(one.same_status for one in compared),
        sum(one.same_body for one in compared),
        sum(not one.headers for one in compared),
    )


def total(name: str, rows: Iterable[Figures]) -> Figures:
    """Return the sum of figures."""
    rows = list(rows)
    releases = {row.release for row in rows}
    sums = [sum(row[place] for row in rows) for place in range(2, 6)]
    return Figures(releases.pop() if len(releases) == 1 else "all", name, *sums)


def table(rows: Sequence[Figures]) -> list[str]:
    """Return a table, with a sum for generic scenarios and one for the rest, of each release."""
    lines = [HEAD]
    for release in sorted({row.release for row in rows}):
        own = [row for row in rows if row.release == release]
        lines += [row.row() for row in own]
        for name, generic in (("= generic", True), ("= single features", False)):
            part = [row for row in own if row.generic is generic]
            if part:
                lines.append(total(name, part)._replace(release=release).row())
    return lines
