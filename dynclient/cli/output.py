"""How commands print data: tables for people; JSON, YAML, CSV and names for programs."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from io import TextIOWrapper
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO, TypeVar

from dynclient.cli.data_files import json_text, yaml_text
from dynclient.secrets import UNPRINTABLE, printable

if TYPE_CHECKING:
    from rich.console import Console

    from dynclient.display.blocks import Block

_PIPE_WIDTH = 100_000
"""Characters of a line if the output is not a terminal, so that nothing is cut there."""
_CELL = 300
"""Characters of a cell of a table, at most."""
_WITHOUT_UNICODE = str.maketrans(
    {"─": "-", "│": "|", "├": "|", "└": "`", "→": "->", "…": "...", "█": "#", "░": "."}
)
"""What lines are drawn with if the encoding of the output lacks the characters."""
_HINT = "--output json shows everything"
_NAMES = ("fullyQualifiedName", "tagFQN", "name", "displayName", "id")
"""Fields that represent an object in a cell, best first."""

Row = Mapping[str, Any]
_T = TypeVar("_T")


class Format(StrEnum):
    """How a command prints data."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"
    CSV = "csv"
    NAME = "name"


class Output(NamedTuple):
    """Where and how a command prints."""

    file: TextIO
    format: Format = Format.TABLE
    columns: tuple[str, ...] = ()
    """Columns that the user named, as paths: ``owners.name``; empty for those of the command."""

    @property
    def is_terminal(self) -> bool:
        """Whether the output is a terminal and no file or pipe."""
        return self.file.isatty()

    @property
    def is_table(self) -> bool:
        """Whether people read the output."""
        return self.format is Format.TABLE

    def write(self, text: str) -> None:
        """Print text as it is, with an end of line."""
        self.file.write(text if text.endswith("\n") else f"{text}\n")

    def say(self, text: str) -> None:
        """Print lines for people, escaped; nothing in other formats."""
        if self.is_table:
            self.write(escaped(text))


def standard_output() -> TextIO:
    """Return standard output; characters that its encoding does not have are escaped."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    return sys.stdout


def standard_console() -> Console:
    """Return the console of standard output. Rich is imported by commands that print with it."""
    from rich.console import Console

    class PipedConsole(Console):
        def on_broken_pipe(self) -> None:
            """Leave it to the group of commands; rich would end the process with exit code 1."""
            raise BrokenPipeError

    return PipedConsole()


def escaped(text: str) -> str:
    """Return lines that a terminal shows as they are; credentials are masked."""
    return printable(text)


def value_at(data: Any, path: str) -> Any:
    """Return what is at a path of JSON, ``owners.name``; a list of values below lists.

    Args:
        data: decoded JSON.
        path: names with dots between them.
    """
    first, _, rest = path.partition(".")
    if isinstance(data, list):
        found = [value_at(item, path) for item in data]
        return [value for value in found if value is not None]
    if not isinstance(data, Mapping):
        return None
    if path in data:  # a key may have dots
        return data[path]
    value = data.get(first)
    return value_at(value, rest) if rest and value is not None else value if not rest else None


def cell(value: Any) -> str:
    """Return a value as text in one line: names of objects, items of lists with commas."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(cell, value))
    if isinstance(value, Mapping):
        name = next((value[key] for key in _NAMES if value.get(key)), None)
        return str(name) if name is not None else json_text(dict(value), None)
    return str(value)


def show_blocks(output: Output, blocks: Iterable[Block]) -> None:
    """Print what an object looks like: in colour and as wide as the terminal, or as plain text."""
    from dataclasses import replace

    from dynclient.display.blocks import Table

    blocks = [
        replace(block, more="--output json") if isinstance(block, Table) and block.more else block
        for block in blocks
    ]
    if not output.is_terminal:
        from dynclient.display.text import draw_text

        text = draw_text(blocks, _PIPE_WIDTH)
        try:
            text.encode(getattr(output.file, "encoding", None) or "utf-8")
        except UnicodeEncodeError:
            text = text.translate(_WITHOUT_UNICODE)
        output.write(text)
        return
    from rich.console import Console

    from dynclient.display.terminal import renderables

    console = Console(file=output.file, highlight=False)
    for part in renderables(blocks, console.width, _HINT):
        console.print(part, markup=False)


def show_object(output: Output, data: Any) -> None:
    """Print one object in a format for programs; for people, a line for each field."""
    if output.format is Format.TABLE:
        from dynclient.display.blocks import Fields

        names = output.columns or tuple(data)
        show_blocks(output, [Fields([(name, cell(value_at(data, name))) for name in names])])
    elif output.format in {Format.JSON, Format.YAML}:
        picked = _picked(data, output.columns) if output.columns else data
        output.write(json_text(picked) if output.format is Format.JSON else yaml_text(picked))
    else:
        show_rows(output, [data], tuple(data))


def show_rows(output: Output, rows: Iterable[Row], columns: Sequence[str]) -> None:
    """Print rows as they come; a table for people is printed in parts of 1,000 rows.

    Args:
        output: where and how.
        rows: JSON objects.
        columns: the columns if the user named none. JSON and YAML have all fields then.
    """
    chosen = output.columns or tuple(columns)
    match output.format:
        case Format.TABLE:
            _show_table(output, rows, chosen)
        case Format.CSV:
            writer = csv.writer(output.file, lineterminator="\n")
            writer.writerow(chosen)
            for row in rows:
                cells = (cell(value_at(row, path)) for path in chosen)
                writer.writerow([_without_controls(text) for text in cells])
        case Format.NAME:
            for row in rows:
                is_named = not output.columns and any(map(row.get, _NAMES))
                output.write(one_line(cell(row if is_named else value_at(row, chosen[0]))))
        case Format.JSON:
            _show_json(output, rows)
        case Format.YAML:
            for row in rows:
                output.write(yaml_text([_picked(row, output.columns)]).rstrip("\n"))


def _show_json(output: Output, rows: Iterable[Row]) -> None:
    """Print a JSON array, one item after the other."""
    separator = "[\n"
    for row in rows:
        text = json_text(_picked(row, output.columns)).replace("\n", "\n  ")
        output.file.write(f"{separator}  {text}")
        separator = ",\n"
    output.write("\n]" if separator == ",\n" else "[]")


def _picked(row: Row, columns: Sequence[str]) -> Row:
    """Return the fields of a row that the user named; all of them without columns."""
    return {path: value_at(row, path) for path in columns} if columns else row


def _show_table(output: Output, rows: Iterable[Row], columns: Sequence[str]) -> None:
    from dynclient.display.blocks import Table

    for part in parts(rows, 1_000):
        lines = [[_cut(cell(value_at(row, path))) for path in columns] for row in part]
        used = [
            place
            for place, path in enumerate(columns)
            if place == 0 or path in output.columns or any(line[place] for line in lines)
        ]
        names = [columns[place] for place in used]
        show_blocks(output, [Table(names, [[line[place] for place in used] for line in lines])])


def parts(rows: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """Yield rows in lists of a size at most; nothing if there are none."""
    items = iter(rows)
    for first in items:
        yield list(chain([first], islice(items, size - 1)))


def one_line(text: str) -> str:
    """Return a text in one line that a terminal shows as it is."""
    return " ".join(printable(text).split())


def _without_controls(text: str) -> str:
    return UNPRINTABLE.sub(lambda found: ascii(found[0])[1:-1], text)


def _cut(text: str) -> str:
    return text if len(text) <= _CELL else f"{text[: _CELL - 1]}…"
