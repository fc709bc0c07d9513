"""The latest profile of a table and of its columns, as a report with small bars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from dynclient import model
from dynclient.display.blocks import Bar, Block, Cell, Fields, Heading, Table, Text
from dynclient.display.displayed import Displayed
from dynclient.extensions.times import as_datetime, time_words

_COLUMNS = 100
"""Columns of the table that are rows of the report."""
_SHARES = (
    ("missing", "nullCount", "nullProportion"),
    ("distinct", "distinctCount", "distinctProportion"),
    ("unique", "uniqueCount", "uniqueProportion"),
)
_VALUES = ("min", "max", "mean", "median", "stddev", "minLength", "maxLength")
_OF_TABLE = (
    ("rows", "rowCount"), ("columns", "columnCount"), ("bytes", "sizeInByte"),
    ("sample", "profileSample"), ("sampled by", "profileSampleType"),
)  # fmt: skip


class ProfileReport(Displayed, Mapping[str, Any]):
    """The latest profiles of the columns of a table by name, and that of the table.

    Args:
        table: the table with its latest profiles, as the server returned it.
        page: the address of the page of the table, or None.

    Attributes:
        table: the table.
    """

    def __init__(self, table: Any, page: str | None = None) -> None:
        self.table = table
        self._page = page
        self._raw: Mapping[str, Any] = model.raw(table)
        self._columns = dict(_columns(table))

    @property
    def profile(self) -> Any:
        """The profile of the table, or None."""
        return self.table.profile if self._raw.get("profile") else None

    @property
    def row_count(self) -> float | None:
        """The number of rows, or None if it is not known."""
        count: float | None = (self._raw.get("profile") or {}).get("rowCount")
        return count

    @property
    def at(self) -> datetime | None:
        """When the profile was made, in UTC."""
        stamps = [self._raw.get("profile"), *(p for _, p in self._profiles())]
        found = [each["timestamp"] for each in stamps if each and each.get("timestamp")]
        return as_datetime(max(found)) if found else None

    def _profiles(self) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any] | None]]:
        """Yield the columns with their profiles, as JSON."""
        for column in self._columns.values():
            raw = model.raw(column)
            yield raw, raw.get("profile")

    def __getitem__(self, column: str) -> Any:
        """Return the profile of a column, None without; nested columns have dots."""
        found = self._columns[column]
        return found.profile if model.raw(found).get("profile") else None

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def _blocks(self) -> Iterator[Block]:
        yield Heading("profile of table", model.name_of(self._raw), self._page)
        of_table = self._raw.get("profile") or {}
        profiled = [
            (name, *each)
            for name, each in zip(self._columns, self._profiles(), strict=True)
            if each[1]
        ]
        if not of_table and not profiled:
            yield Text("no profile; the profiler has not run", "quiet")
            return
        rows: list[tuple[str, Cell]] = [("measured (UTC)", time_words(self.at))]
        rows += [(name, of_table[f]) for name, f in _OF_TABLE if of_table.get(f) is not None]
        custom = of_table.get("customMetrics") or ()
        rows += [(str(each.get("name")), each.get("value")) for each in custom]
        yield Fields(rows)
        if profiled:
            yield self._table(profiled)

    def _table(
        self, profiled: list[tuple[str, Mapping[str, Any], Mapping[str, Any] | None]]
    ) -> Table:
        """Return a row for each column; values that no column has are left out."""
        profiles = [profile or {} for _, _, profile in profiled]
        shares = [each for each in _SHARES if any(p.get(each[1]) is not None or
                  p.get(each[2]) is not None for p in profiles)]  # fmt: skip
        values = [name for name in _VALUES if any(p.get(name) is not None for p in profiles)]
        rows = [
            [
                name,
                raw.get("dataTypeDisplay") or raw.get("dataType"),
                *(self._share(profile, count, share) for _, count, share in shares),
                *map(profile.get, values),
            ]
            for (name, raw, _), profile in zip(profiled[:_COLUMNS], profiles, strict=False)
        ]
        names = ["column", "type", *(each[0] for each in shares), *values]
        return Table(names, rows, total=len(profiled), more="report.table")

    def _share(self, profile: Mapping[str, Any], count: str, share: str) -> Bar | float | None:
        """Return a share as a bar, or the number if it is not known of how many."""
        number, part = profile.get(count), profile.get(share)
        if part is None and number is not None and self.row_count:
            part = number / self.row_count
        if part is None:
            return number
        percent = f"{part:.1%}"
        return Bar(part, percent if number is None else f"{number:,.6g} ({percent})")

    def __str__(self) -> str:
        from dynclient.display.text import draw_text

        return draw_text(self._blocks())

    def __repr__(self) -> str:
        rows = "" if self.row_count is None else f"{self.row_count:,.15g} rows, "
        from dynclient.secrets import printable

        name = printable(model.name_of(self._raw))
        return f"<ProfileReport of {name}: {rows}{len(self)} columns>"


def _columns(parent: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the columns of a table by name, nested ones with dots, without recursion."""
    waiting = [(above, parent.columns if model.raw(parent).get("columns") else ())]
    while waiting:
        prefix, columns = waiting.pop(0)
        for column in columns:
            raw = model.raw(column)
            name = f"{prefix}{raw.get('name')}"
            yield name, column
            if raw.get("children"):
                waiting.append((f"{name}.", column.children))
