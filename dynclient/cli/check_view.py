"""``dynclient schemas check``: whether payloads are valid in several releases."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.text import Text

from dynclient.cli.exit_codes import DIFFERS, DONE
from dynclient.drift.upgrade_check import ReleaseCheck, check_releases
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from dynclient.schema import Release


class Payload(NamedTuple):
    """One JSON value to validate."""

    place: str
    """Where it was read: ``payload.json``, ``payload.json[2]``, ``payloads.jsonl:7``."""
    data: Any


class Checked(NamedTuple):
    """A payload and the result of each release."""

    payload: Payload
    results: tuple[ReleaseCheck, ...]


def payloads(file: Path) -> list[Payload]:
    """Return the payloads of a file: one JSON value, the items of a list, or one per line.

    Args:
        file: its path; ``-`` for standard input.

    Raises:
        UsageError: it is not JSON or has no payload; the message says in which line.
        OSError: it cannot be read.
    """
    name = "standard input" if str(file) == "-" else file.name
    data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} is not JSON: invalid UTF-8 at byte {error.start}") from None
    found = list(_read(text, name))
    if not found:
        raise UsageError(f"{name} contains no payload")
    return found


def _read(text: str, name: str) -> Iterator[Payload]:
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        yield from _lines(text, name, error)
        return
    except RecursionError:
        raise UsageError(f"{name} is nested too deeply") from None
    if isinstance(whole, list):
        yield from (Payload(f"{name}[{place}]", one) for place, one in enumerate(whole))
    else:
        yield Payload(name, whole)


def _lines(text: str, name: str, whole: json.JSONDecodeError) -> Iterator[Payload]:
    """Yield the payloads of JSON lines; if the first line is not JSON, report the whole file."""
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    for place, (number, line) in enumerate(lines):
        try:
            yield Payload(f"{name}:{number}", json.loads(line))
        except json.JSONDecodeError as error:
            if place == 0:
                where = f"line {whole.lineno}, column {whole.colno}: {whole.msg}"
            else:
                where = f"line {number}, column {error.colno}: {error.msg}"
            raise UsageError(f"{name} is not JSON: {where}") from None
        except RecursionError:
            raise UsageError(f"{name} is nested too deeply in line {number}") from None


def check(found: Sequence[Payload], name: str, releases: Sequence[Release]) -> list[Checked]:
    """Validate each payload against each release.

    Raises:
        AmbiguousName: a release has several types of that name.
        SchemaNotFound: no release has a type of that name.
    """
    return [Checked(each, tuple(check_releases(each.data, name, releases))) for each in found]


def exit_code(found: Sequence[Checked], *, allow_bridged: bool) -> int:
    """Return the exit code of the command.

    Args:
        found: the payloads with the results of their releases.
        allow_bridged: whether payloads that a client translates count as valid.
    """
    failed = any(_fails(result, allow_bridged) for each in found for result in each.results)
    return DIFFERS if failed else DONE


def _fails(result: ReleaseCheck, allow_bridged: bool) -> bool:
    return bool(result.remaining if allow_bridged else result.problems)


def show(console: Console, found: Sequence[Checked]) -> None:
    """Print the problems of each payload, and a summary line for each release."""
    for each in found:
        console.print(Text(each.payload.place, "bold"), soft_wrap=True)
        for result in each.results:
            for line, style in _lines_of(result):
                console.print(Text(line, style), soft_wrap=True)
    for line in _summary(found):
        console.print(Text(line), soft_wrap=True)


def _lines_of(result: ReleaseCheck) -> Iterator[tuple[str, str]]:
    if not result.breaks:
        yield f"  {result.release}: valid", "green"
        return
    count = f"{len(result.problems)} problem{'s' if len(result.problems) > 1 else ''}"
    note, style = (", translated by the client", "yellow") if result.translatable else ("", "red")
    yield f"  {result.release}: invalid, {count}{note}", style
    for problem in result.problems:
        yield f"    {problem}", "default"
    for translation in result.translations:
        yield f"    ({translation})", "dim"
    if result.remaining and result.remaining != result.problems:
        yield "    remaining after translation:", "default"
        yield from ((f"      {problem}", "default") for problem in result.remaining)


def _summary(found: Sequence[Checked]) -> Iterator[str]:
    yield ""
    for column in zip(*(each.results for each in found), strict=True):
        invalid = [result for result in column if result.breaks]
        count = sum(result.translatable for result in invalid)
        note = f", {count} of them translated by the client" if count else ""
        yield f"{column[0].release}: {len(invalid)} of {len(column)} invalid{note}"


def as_json(found: Sequence[Checked]) -> str:
    """Return all results as one JSON list."""
    listed = [
        {
            "payload": each.payload.place,
            "verdicts": [
                {
                    "release": result.release,
                    "breaks": result.breaks,
                    "bridges": result.translatable,
                    "problems": [problem._asdict() for problem in result.problems],
                    "left": [problem._asdict() for problem in result.remaining],
                    "bridged": list(result.translations),
                }
                for result in each.results
            ],
        }
        for each in found
    ]
    return json.dumps(listed, indent=2, default=str)
