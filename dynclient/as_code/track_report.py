"""What a tracked run did: created, wrote, pruned, kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dynclient.as_code.observed_writes import Tracked
from dynclient.display.blocks import Block, Heading, Label, Table, Text
from dynclient.display.displayed import Displayed
from dynclient.secrets import printable

_ROWS = 20


class KeptEntity(NamedTuple):
    """An entity that an earlier run created and this one did not use, and that was not pruned."""

    type: str
    fqn: str
    reason: str
    """Why it was not pruned."""

    def __str__(self) -> str:
        return printable(f"{self.type} {self.fqn}: {self.reason}")


class TrackReport(Displayed):
    """What a run of ``om.track`` did; complete when its block has ended.

    Attributes:
        name: the name of the track.
        made: the entities that this run created.
        seen: the entities that existed before and that this run wrote, or that an earlier run
            created and this one read or referred to.
        stale: the entities that earlier runs created and this one did not use.
        pruned: those of them that were deleted.
        kept: those of them that were not, with the reason, as far as it concerns single entities.
        gone: the entities that earlier runs created and that others have deleted since.
        failed: the writes and rows that failed, as texts without secrets.
        withheld: why nothing was pruned; empty if everything stale could be.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.made: list[Tracked] = []
        self.seen: list[Tracked] = []
        self.stale: list[Tracked] = []
        self.pruned: list[Tracked] = []
        self.kept: list[KeptEntity] = []
        self.gone: list[Tracked] = []
        self.failed: list[str] = []
        self.withheld = ""

    @property
    def summary(self) -> str:
        """The numbers of entities in a line."""
        counts = [
            f"{len(found):,} {word}"
            for word, found in (
                ("made", self.made), ("seen", self.seen), ("stale", self.stale),
                ("pruned", self.pruned), ("kept", self.kept), ("gone", self.gone),
                ("failed", self.failed),
            )
            if found
        ]  # fmt: skip
        return ", ".join(counts) or "nothing written"

    def __str__(self) -> str:
        lines = [f"{self.name}: {self.summary}"]
        lines += [f"+ {each}" for each in self.made]
        lines += [f"- {each}" for each in self.pruned]
        lines += [f"= {each}" for each in self.kept]
        lines += [f"! {each}" for each in self.failed]
        if self.withheld:
            lines.append(f"nothing was pruned: {self.withheld}")
        return printable("\n".join(lines))

    def _blocks(self) -> Iterator[Block]:
        yield Heading("track", self.name)
        for name in ("made", "pruned", "gone"):
            found: list[Tracked] = getattr(self, name)
            if found:
                rows = [(each.type, each.fqn) for each in found[:_ROWS]]
                yield Table(("type", "entity"), rows, name, total=len(found), more=f"run.{name}")
        if self.kept:
            kept = [(each.type, each.fqn, each.reason) for each in self.kept[:_ROWS]]
            yield Table(
                ("type", "entity", "reason"), kept, "kept", total=len(self.kept), more="run.kept"
            )
        if self.failed:
            lines = [(Label(each, "bad"),) for each in self.failed[:_ROWS]]
            yield Table(("failed",), lines, total=len(self.failed), more="run.failed")
        if self.withheld:
            yield Text(f"nothing was pruned: {self.withheld}", "warning")
        yield Text(self.summary)

    def __repr__(self) -> str:
        return printable(f"<TrackReport {self.name!r}: {self.summary}>")
