"""Counts of equal and different responses, by release and scenario."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tests.replay.recordings import GROUPS, group
from tests.replay.replayer import Comparison


class Figures(NamedTuple):
    """The counts of one scenario, or the sums of several."""

    release: str
    scenario: str
    exchanges: int
    statuses: int
    """Exchanges with the recorded status."""
    bodies: int
    """Exchanges with the recorded status and body."""
    headers: int
    """Exchanges with the recorded headers that clients depend on."""

    def row(self) -> str:
        """Return a line of the table."""
        counts = (self.statuses, self.bodies, self.headers)
        shares = "".join(f"{count / (self.exchanges or 1):>9.1%}" for count in counts)
        different = self.exchanges - self.bodies
        return f"{self.release:9}{self.scenario:22}{self.exchanges:>9}{shares}{different:>10}"


HEAD = (
    f"{'release':9}{'scenario':22}{'exchanges':>9}"
    f"{'status':>9}{'body':>9}{'headers':>9}{'different':>10}"
)


def count_equal(release: str, scenario: str, comparisons: Sequence[Comparison]) -> Figures:
    """Return the counts of one scenario."""
    return Figures(
        release,
        scenario,
        len(comparisons),
        sum(comparison.same_status for comparison in comparisons),
        sum(comparison.same_body for comparison in comparisons),
        sum(not comparison.headers for comparison in comparisons),
    )


def total(release: str, name: str, rows: Iterable[Figures]) -> Figures:
    """Return the sums of some scenarios of a release."""
    rows = list(rows)
    sums = [sum(row[column] for row in rows) for column in range(2, 6)]
    return Figures(release, name, *sums)


def table(rows: Sequence[Figures]) -> list[str]:
    """Return the lines of a table, with the sums of each release by group of scenarios."""
    lines = [HEAD]
    for release in sorted({row.release for row in rows}):
        own = [row for row in rows if row.release == release]
        lines += [row.row() for row in own]
        for name in GROUPS:
            selected = [row for row in own if group(row.scenario) == name]
            if selected:
                lines.append(total(release, f"= {name}", selected).row())
    return lines
