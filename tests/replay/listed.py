"""The differences that are known: ``differences.json``, each with its reason and where it shows.

A difference is one kind of deviation, such as ``columns[].tags: extra``; ``where`` lists, by
release and scenario, the numbers of the exchanges that show it. ``python -m tests.replay --write``
brings the file up to date: each difference gets the reason of the first of the file's ``rules``
that matches, or keeps the one it has; without any, the test fails until somebody has found out why.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Set
from pathlib import Path
from typing import Any

from tests.replay.replayer import Compared

FILE = Path(__file__).with_name("differences.json")

Where = dict[str, dict[str, list[int]]]
"""Numbers of exchanges by release and scenario."""

_INDEX = re.compile(r"\[\d+\]")


def kinds(one: Compared) -> set[str]:
    """Return what kinds of difference an exchange shows.

    Where the status differs, nothing else is compared: the bodies speak of different things.
    """
    if not one.same_status:
        call = f"{one.request.partition(' ')[0]} {_template(one.request)}"
        if not one.served:
            return {f"{call}: is not served"}
        return {f"{call}: {one.status[1]} instead of {one.status[0]}"}
    return {_kind(line) for line in (*one.body, *one.headers)}


def _template(request: str) -> str:
    """Return the part of a path that names the collection: ``/v1/tables/{id}/sampleData``."""
    path = request.partition(" ")[2].partition("?")[0]
    parts = path.split("/")
    known = [part if part in {"", "v1", "{id}"} or _WORD.fullmatch(part) else "…" for part in parts]
    return "/".join(known)


_WORD = re.compile(r"[a-z][A-Za-z]*")


def _kind(line: str) -> str:
    place, _, told = line.partition(": ")
    place = _INDEX.sub("[]", place)
    for word in ("missing", "extra"):
        if told.startswith(word):
            return f"{place}: {word}"
    return f"{place}: differs"


def found(results: Mapping[str, Mapping[str, Iterable[Compared]]]) -> dict[str, Where]:
    """Return where each difference shows, for results by release and scenario."""
    out: dict[str, Where] = {}
    for release, scenarios in results.items():
        for scenario, compared in scenarios.items():
            for one in compared:
                for kind in kinds(one):
                    places = out.setdefault(kind, {}).setdefault(release, {})
                    places.setdefault(scenario, []).append(one.number)
    return out


def load() -> dict[str, Any]:
    """Return what the file says."""
    told: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return told


def listed(release: str, scenario: str) -> dict[str, list[int]]:
    """Return the numbers of the exchanges, by difference, that are listed for one scenario."""
    return {
        each["what"]: each["where"][release][scenario]
        for each in load()["differences"]
        if scenario in each["where"].get(release, {})
    }


def updated(
    told: dict[str, Any], now: dict[str, Where], played: Set[tuple[str, str]]
) -> dict[str, Any]:
    """Return what the file should say.

    Args:
        told: what it says.
        now: the differences found.
        played: the releases and scenarios they were looked for in; others stay as they are.
    """
    kept = {each["what"]: each for each in told["differences"]}
    for each in kept.values():
        for release, scenarios in each["where"].items():
            for scenario, numbers in scenarios.items():
                if (release, scenario) not in played:
                    places = now.setdefault(each["what"], {}).setdefault(release, {})
                    places.setdefault(scenario, numbers)
    differences = [
        {"what": what, "reason": _reason(told, kept.get(what), what), "where": _ordered(now[what])}
        for what in sorted(now)
    ]
    return {**told, "differences": differences}


def _reason(told: dict[str, Any], kept: dict[str, Any] | None, what: str) -> str:
    rules = told["rules"]
    by_rule = next((rule["reason"] for rule in rules if re.search(rule["matches"], what)), "")
    return by_rule or (kept["reason"] if kept is not None else "")


def _ordered(where: Where) -> Where:
    return {
        release: {scenario: sorted(where[release][scenario]) for scenario in sorted(where[release])}
        for release in sorted(where)
    }


def write(told: dict[str, Any]) -> None:
    """Write the file: one line for each difference."""
    lines = ",\n".join(
        f"    {json.dumps(each, ensure_ascii=False)}" for each in told["differences"]
    )
    head = json.dumps({**told, "differences": []}, ensure_ascii=False, indent=2)
    whole = head.replace('"differences": []', f'"differences": [\n{lines}\n  ]')
    FILE.write_text(f"{whole}\n", "utf-8")
