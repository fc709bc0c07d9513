"""What is below an entity as CSV, and back: the terms of a glossary, the columns of a table …"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from os import PathLike
from typing import Any, NamedTuple

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.display.blocks import Block, Heading, Label, Table, Text
from dynclient.display.displayed import Displayed
from dynclient.errors import Problem
from dynclient.extensions.base import CollectionExtension
from dynclient.extensions.text_sources import read_source

_ROWS = 50
"""Rows of a table."""
_OWN_COLUMNS = 2
"""Columns that the server puts in front of each row of a result: the status and the details."""


class ImportedRow(NamedTuple):
    """What became of one row."""

    number: int
    """The number of the row in the text, from 1; the header does not count."""
    status: str
    """``success`` or ``failure``."""
    details: str
    """What was done, or what is wrong."""
    values: dict[str, str]
    """The cells by column."""


class ImportResult(Displayed):
    """What became of a CSV text.

    Attributes:
        result: the result as the server returned it.
    """

    def __init__(self, result: Any) -> None:
        self.result = result
        self._raw = model.raw(result)

    @property
    def status(self) -> str:
        """``success``, ``partialSuccess``, ``failure``, or ``aborted``: nothing was read."""
        return str(self._raw.get("status"))

    @property
    def is_dry_run(self) -> bool:
        """Whether it was a trial that changed nothing."""
        return bool(self._raw.get("dryRun"))

    @property
    def reason(self) -> str | None:
        """Why the import was aborted, or None."""
        reason: str | None = self._raw.get("abortReason")
        return reason

    @property
    def processed(self) -> int:
        """Number of lines that were read, the header included."""
        return int(self._raw.get("numberOfRowsProcessed") or 0)

    @property
    def passed(self) -> int:
        """Number of lines that are right, the header included."""
        return int(self._raw.get("numberOfRowsPassed") or 0)

    @property
    def failed(self) -> int:
        """Number of lines that are not right."""
        return int(self._raw.get("numberOfRowsFailed") or 0)

    @property
    def rows(self) -> list[ImportedRow]:
        """What became of each row."""
        return list(self._rows())

    def _rows(self) -> Iterator[ImportedRow]:
        lines = csv.reader(io.StringIO(self._raw.get("importResultsCsv") or ""))
        header = next(lines, [])[_OWN_COLUMNS:]
        for number, line in enumerate(lines, 1):
            status, details = (*line[:_OWN_COLUMNS], "", "")[:_OWN_COLUMNS]
            values = dict(zip(header, line[_OWN_COLUMNS:], strict=False))
            yield ImportedRow(number, status, details, values)

    @property
    def errors(self) -> list[ImportedRow]:
        """The rows that are not right."""
        return [row for row in self._rows() if row.status == "failure"]

    def __bool__(self) -> bool:
        return self.status == "success"

    def __str__(self) -> str:
        lines = [self._summary()]
        lines += [f"row {row.number}: {row.details}" for row in self.errors]
        return "\n".join(lines)

    def _summary(self) -> str:
        trial = "dry run, " if self.is_dry_run else ""
        if self.reason:
            return f"{trial}{self.status}: {self.reason}"
        return f"{trial}{self.status}: {self.passed} of {self.processed} lines"

    def _blocks(self) -> Iterator[Block]:
        yield Heading("CSV import", self._summary())
        if self.is_dry_run:
            yield Text("A trial: nothing was changed. dry_run=False imports the rows.", "quiet")
        errors = self.errors
        if errors:
            names = list(dict.fromkeys(name for row in errors for name in row.values))
            rows = [
                [row.number, Label(row.details, "bad"), *map(row.values.get, names)]
                for row in errors[:_ROWS]
            ]
            columns = ["row", "problem", *names]
            yield Table(columns, rows, "errors", total=len(errors), more="result.errors")

    def __repr__(self) -> str:
        return f"<ImportResult {self._summary()}>"


class CsvFiles(CollectionExtension):
    """CSV of collections: ``om.glossaries.export_csv(…)``, ``om.tables.import_csv(…)``."""

    name = "csv_files"
    operations = "csv"

    def export_csv(self, entity: Any) -> str:
        """Return what is below an entity as CSV: terms, columns, tables, teams, or users of a team.

        Args:
            entity: the entity, a reference, an id or a name; for users the team.

        Raises:
            NotFound: the entity does not exist.
        """
        return str(self.call("export", {"name": self._name(entity)}))

    def import_csv(self, entity: Any, data: Any, *, dry_run: bool = True) -> ImportResult:
        """Create and update what is below an entity from CSV.

        Without ``dry_run=False``, it is a trial that changes nothing. Rows that are not right do
        not stop the others. Servers remove the members of a team that they import.

        Args:
            entity: the entity, a reference, an id or a name; for users the team.
            data: the CSV as text, a ``Path``, or an open file.
            dry_run: whether it is a trial.

        Returns:
            What became of each row; true if all are right.

        Raises:
            NotFound: the entity does not exist.
            BadArguments: the data are neither CSV nor a file, or rows have another number of cells
                than the header; lists all of them.
        """
        arguments = {"name": self._name(entity), "dryRun": bool(dry_run)}
        return ImportResult(self.call("import", arguments, _text(data)))

    def csv_documentation(self) -> Any:
        """Return what the columns of the CSV mean, as the server describes them."""
        return self.call("documentation")

    def _name(self, entity: Any) -> str:
        is_path = "{name}" in self.operation("export").route
        return self.name_of(entity, None if is_path else "team")


def _text(data: Any) -> str:
    """Return the text of CSV, a path or an open file."""
    is_path, data = isinstance(data, PathLike), read_source(data, "import_csv", "data")
    if not isinstance(data, str):
        kind = type(data).__name__
        message = f"must be CSV as text, a Path, or an open file, not {kind}"
        raise bad_arguments("import_csv", [Problem("data", kind, "argument", message)])
    if not data.strip():
        message = "is empty; the first line must have the names of the columns"
        raise bad_arguments("import_csv", [Problem("data", "", "argument", message)])
    if not is_path and "\n" not in data.strip() and "," not in data:
        message = f"must be CSV as text, not the name of a file; pass Path({data!r})"
        raise bad_arguments("import_csv", [Problem("data", data, "argument", message)])
    problems = list(_uneven_rows(data))
    if problems:
        raise bad_arguments("import_csv", problems)
    return data


def _uneven_rows(text: str) -> Iterator[Problem]:
    """Yield the rows without a cell for each column, which servers from 1.3 on fail at."""
    lines = csv.reader(io.StringIO(text))
    try:
        header = next(lines)
        for number, line in enumerate(lines, 1):
            if line and len(line) != len(header):
                message = f"has {len(line)} cells, and the header has {len(header)} columns"
                yield Problem(f"data, row {number}", None, "argument", message)
    except csv.Error as error:
        yield Problem("data", None, "argument", f"is not CSV: {error}")
