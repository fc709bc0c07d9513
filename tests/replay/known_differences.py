"""The known differences from recordings, each with its reason: ``differences.json``.

A difference is one kind of deviation, such as ``columns[].tags: extra``; ``where`` lists, by
release and scenario, the numbers of the exchanges that show it. ``python -m tests.replay --write``
updates the file: each difference gets the reason of the first of the file's ``rules`` that matches,
or keeps the one it has. A difference without a reason fails the tests.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Set
from pathlib import Path
from typing import Any

from tests.replay.replayer import Comparison

FILE = Path(__file__).with_name("differences.json")

Where = dict[str, dict[str, list[int]]]
"""Numbers of exchanges by release and scenario."""

_INDEX = re.compile(r"\[\d+\]")


def kinds(comparison: Comparison) -> set[str]:
    """Return the kinds of difference that an exchange shows.

    Where the status differs, nothing else is compared: the bodies have different meanings.
    """
    if not comparison.same_status:
        method = comparison.request.partition(" ")[0]
        call = f"{method} {_template(comparison.request)}"
        if not comparison.served:
            return {f"{call}: is not served"}
        return {f"{call}: {comparison.status[1]} instead of {comparison.status[0]}"}
    return {_kind(line) for line in (*comparison.body, *comparison.headers)}


def _template(request: str) -> str:
    """Return a request's path without names of entities: ``/v1/tables/{id}/sampleData``."""
    path = request.partition(" ")[2].partition("?")[0]
    steps = path.split("/")
    known = [step if step in {"", "v1", "{id}"} or _WORD.fullmatch(step) else "…" for step in steps]
    return "/".join(known)


_WORD = re.compile(r"[a-z][A-Za-z]*")


def _kind(line: str) -> str:
    place, _, deviation = line.partition(": ")
    place = _INDEX.sub("[]", place)
    for word in ("missing", "extra"):
        if deviation.startswith(word):
            return f"{place}: {word}"
    return f"{place}: differs"


def find_differences(results: Mapping[str, Mapping[str, Iterable[Comparison]]]) -> dict[str, Where]:
    """Return where each difference shows, for comparisons by release and scenario."""
    out: dict[str, Where] = {}
    for release, scenarios in results.items():
        for scenario, comparisons in scenarios.items():
            for comparison in comparisons:
                for kind in kinds(comparison):
                    places = out.setdefault(kind, {}).setdefault(release, {})
                    places.setdefault(scenario, []).append(comparison.number)
    return out


def load() -> dict[str, Any]:
    """Return the content of the file."""
    content: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return content


def known_for(release: str, scenario: str) -> dict[str, list[int]]:
    """Return the numbers of the exchanges, by difference, that the file lists for a scenario."""
    return {
        difference["what"]: difference["where"][release][scenario]
        for difference in load()["differences"]
        if scenario in difference["where"].get(release, {})
    }


def update(
    content: dict[str, Any], current: dict[str, Where], replayed: Set[tuple[str, str]]
) -> dict[str, Any]:
    """Return the content that the file should have.

    Args:
        content: what the file has now.
        current: the differences found.
        replayed: the releases and scenarios that were replayed; others stay as they are.
    """
    listed = {difference["what"]: difference for difference in content["differences"]}
    for difference in listed.values():
        for release, scenarios in difference["where"].items():
            for scenario, numbers in scenarios.items():
                if (release, scenario) not in replayed:
                    places = current.setdefault(difference["what"], {}).setdefault(release, {})
                    places.setdefault(scenario, numbers)
    differences = [
        {
            "what": what,
            "reason": _reason(content["rules"], listed.get(what), what),
            "where": _sorted(current[what]),
        }
        for what in sorted(current)
    ]
    return {**content, "differences": differences}


def _reason(rules: list[dict[str, str]], listed: dict[str, Any] | None, what: str) -> str:
    by_rule = next((rule["reason"] for rule in rules if re.search(rule["matches"], what)), "")
    return by_rule or (listed["reason"] if listed is not None else "")


def _sorted(where: Where) -> Where:
    return {
        release: {scenario: sorted(where[release][scenario]) for scenario in sorted(where[release])}
        for release in sorted(where)
    }


def write(content: dict[str, Any]) -> None:
    """Write the file, with one line for each difference."""
    lines = ",\n".join(
        f"    {json.dumps(difference, ensure_ascii=False)}" for difference in content["differences"]
    )
    head = json.dumps({**content, "differences": []}, ensure_ascii=False, indent=2)
    text = head.replace('"differences": []', f'"differences": [\n{lines}\n  ]')
    FILE.write_text(f"{text}\n", "utf-8")
