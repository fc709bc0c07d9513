"""``dynclient schemas check``: whether payloads fit some releases, and what would break."""

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
    """One piece of data to be judged."""

    place: str
    """Where it was read: ``payload.json``, ``payload.json[2]``, ``payloads.jsonl:7``."""
    data: Any


class Checked(NamedTuple):
    """A payload, and what each release says to it."""

    payload: Payload
    verdicts: tuple[ReleaseCheck, ...]


def payloads(file: Path) -> list[Payload]:
    """Return the payloads of a file: one JSON value, the items of a list, or one in each line.

    Args:
        file: its path; ``-`` for standard input.

    Raises:
        UsageError: it is no JSON, or holds nothing; the line is told.
        OSError: it cannot be read.
    """
    name = "standard input" if str(file) == "-" else file.name
    data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} is no JSON: no UTF-8 at byte {error.start}") from None
    found = list(_read(text, name))
    if not found:
        raise UsageError(f"{name} holds no payload")
    return found


def _read(text: str, name: str) -> Iterator[Payload]:
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        yield from _lines(text, name, error)
        return
    if isinstance(whole, list):
        yield from (Payload(f"{name}[{place}]", one) for place, one in enumerate(whole))
    else:
        yield Payload(name, whole)


def _lines(text: str, name: str, whole: json.JSONDecodeError) -> Iterator[Payload]:
    """Give the payloads of JSON lines; where not even the first is one, it was meant as a whole."""
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    for place, (number, line) in enumerate(lines):
        try:
            yield Payload(f"{name}:{number}", json.loads(line))
        except json.JSONDecodeError as error:
            if place == 0:
                told = f"line {whole.lineno}, column {whole.colno}: {whole.msg}"
            else:
                told = f"line {number}, column {error.colno}: {error.msg}"
            raise UsageError(f"{name} is no JSON: {told}") from None


def check(found: Sequence[Payload], name: str, releases: Sequence[Release]) -> list[Checked]:
    """Return what each release says to each payload.

    Raises:
        AmbiguousName: a release has several types of that name.
        SchemaNotFound: no release has a type of that name.
    """
    return [Checked(each, tuple(check_releases(each.data, name, releases))) for each in found]


def exit_code(found: Sequence[Checked], *, allow_bridged: bool) -> int:
    """Return what the command ends with."""
    broken = any(_counts(v, allow_bridged) for each in found for v in each.verdicts)
    return DIFFERS if broken else DONE


def _counts(verdict: ReleaseCheck, allow_bridged: bool) -> bool:
    return bool(verdict.remaining if allow_bridged else verdict.problems)


def show(console: Console, found: Sequence[Checked]) -> None:
    """Print what breaks, payload by payload, and a line that sums it up."""
    for each in found:
        console.print(Text(each.payload.place, "bold"), soft_wrap=True)
        for verdict in each.verdicts:
            for line, style in _told(verdict):
                console.print(Text(line, style), soft_wrap=True)
    for line in _summary(found):
        console.print(Text(line), soft_wrap=True)


def _told(verdict: ReleaseCheck) -> Iterator[tuple[str, str]]:
    if not verdict.breaks:
        yield f"  {verdict.release}: fits", "green"
        return
    count = f"{len(verdict.problems)} problem{'s' if len(verdict.problems) > 1 else ''}"
    bridged = ", bridged" if verdict.translatable else ""
    yield (
        f"  {verdict.release}: breaks, {count}{bridged}",
        "yellow" if verdict.translatable else "red",
    )
    for problem in verdict.problems:
        yield f"    {problem}", "default"
    for bridge in verdict.translations:
        yield f"    ({bridge})", "dim"
    if verdict.remaining and verdict.remaining != verdict.problems:
        yield "    once it is translated, this is left:", "default"
        yield from ((f"      {problem}", "default") for problem in verdict.remaining)


def _summary(found: Sequence[Checked]) -> Iterator[str]:
    yield ""
    for column in zip(*(each.verdicts for each in found), strict=True):
        broken = [verdict for verdict in column if verdict.breaks]
        bridged = sum(verdict.translatable for verdict in broken)
        some = f", {bridged} of them bridged" if bridged else ""
        yield f"{column[0].release}: {len(broken)} of {len(column)} break{some}"


def as_json(found: Sequence[Checked]) -> str:
    """Return all verdicts as one JSON list."""
    told = [
        {
            "payload": each.payload.place,
            "verdicts": [
                {
                    "release": verdict.release,
                    "breaks": verdict.breaks,
                    "bridges": verdict.translatable,
                    "problems": [problem._asdict() for problem in verdict.problems],
                    "left": [problem._asdict() for problem in verdict.remaining],
                    "bridged": list(verdict.translations),
                }
                for verdict in each.verdicts
            ],
        }
        for each in found
    ]
    return json.dumps(told, indent=2, default=str)
