"""How the calls of two SDKs differ: in requests, results, errors and types.

``data/calls-differ.json`` lists every difference with its reason. ``python -m
tests.compat.differences`` makes the calls with ours and prints those that are not on the list.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.compat.comparison import HERE, Made, Run, recorded, run_calls

LIST = HERE / "data" / "calls-differ.json"
_OTHER_DEFAULTS = {
    place.rpartition(".")[2]
    for entry in json.loads((HERE / "data" / "described-differs.json").read_text("utf-8"))
    for place in entry["places"]
}
"""Names of fields whose schema differs between the tree and the package, also in their default."""


class Listed(NamedTuple):
    """The differences that are on the list.

    Attributes:
        calls: names of what differs (``requests``, ``result``, ``error``) by call.
        types: places whose types differ.
        open: calls with differences that are to be mended (``"open": true``), not deliberate ones.
    """

    calls: dict[str, set[str]]
    types: set[str]
    open: set[str]


def listed() -> Listed:
    """Return the list."""
    data = json.loads(LIST.read_text("utf-8"))
    calls: dict[str, set[str]] = {}
    for entry in data["calls"]:
        for name, what in entry["differ"].items():
            calls.setdefault(name, set()).update(what.split())
    types = {place for entry in data["types"] for place in entry["places"]}
    unfinished = [entry["differ"] for entry in data["calls"] if entry.get("open")]
    return Listed(calls, types, {name for names in unfinished for name in names})


def differences(official: Made, ours: Made) -> dict[str, tuple[Any, Any]]:
    """Return what differs about a call, each with the official value and ours."""
    there, here = official.outcome, ours.outcome
    found = {
        "requests": (official.requests, ours.requests),
        "result": _with_own_defaults(there.get("result"), here.get("result")),
        "error": (there.get("error"), _as_caught(there.get("error"), here.get("error"))),
    }
    return {what: pair for what, pair in found.items() if pair[0] != pair[1]}


def _with_own_defaults(official: Any, ours: Any) -> tuple[Any, Any]:
    """Return two results without defaults that only one side has, since it has other schemas."""
    if isinstance(official, dict) and isinstance(ours, dict):
        names = [
            name
            for name in {**official, **ours}
            if name not in _OTHER_DEFAULTS or not _is_default(official.get(name), ours.get(name))
        ]
        pairs = [_with_own_defaults(official.get(name), ours.get(name)) for name in names]
        there, here = zip(*pairs, strict=True) if pairs else ((), ())
        return dict(zip(names, there, strict=True)), dict(zip(names, here, strict=True))
    if isinstance(official, list) and isinstance(ours, list) and len(official) == len(ours):
        pairs = [_with_own_defaults(*pair) for pair in zip(official, ours, strict=True)]
        return [there for there, _ in pairs], [here for _, here in pairs]
    return official, ours


def _is_default(official: Any, ours: Any) -> bool:
    """Return whether one value is missing and the other one may be a default."""
    present = ours if official is None else official
    return None in (official, ours) and present in ([], True, False)


def _as_caught(official: Any, ours: Any) -> Any:
    """Return our error as a script sees it that names the official classes."""
    if official is None or ours is None:
        return ours
    return {**ours, "is": [name for name in official["is"] if name in ours["is"]]}


def differing_types(official: Run, ours: Run) -> dict[str, tuple[list[str], list[str]]]:
    """Return the places, of those that both runs have, whose values have other types."""
    return {
        place: (names, ours.types[place])
        for place, names in official.types.items()
        if place in ours.types and names != ours.types[place] and not place.startswith("result")
    }


def differing_paths(official: Any, ours: Any, place: str = "") -> Iterator[str]:
    """Yield the places in two JSON values that are not the same, with both."""
    if isinstance(official, dict) and isinstance(ours, dict):
        for name in sorted({*official, *ours}):
            yield from differing_paths(official.get(name), ours.get(name), f"{place}.{name}")
    elif isinstance(official, list) and isinstance(ours, list) and len(official) == len(ours):
        for number, pair in enumerate(zip(official, ours, strict=True)):
            yield from differing_paths(*pair, f"{place}[{number}]")
    elif official != ours:
        yield f"{place or 'all'}: official {_short(official)}; ours {_short(ours)}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 600 else f"{text[:600]}…"


def report(official: Run, ours: Run, known: Listed) -> Iterator[str]:
    """Yield a line for each difference that is not listed, and each listed one not found."""
    for name, made in official.calls.items():
        found = differences(made, ours.calls[name])
        allowed = known.calls.get(name, set())
        for what, pair in found.items():
            if what not in allowed:
                for line in differing_paths(*pair):
                    yield f"{name}, {what} {line}"
        for what in allowed - set(found):  # also of those that are to be mended
            yield f"{name}, {what}: on the list, but does not differ"
    types = differing_types(official, ours)
    for place in sorted(set(types) - known.types):
        there, here = types[place]
        yield f"type of {place}: official {' '.join(there)}; ours {' '.join(here)}"
    for place in sorted(known.types - set(types)):
        yield f"type of {place}: on the list, but does not differ"


def main() -> int:
    """Print the differences of ours; the exit code is 1 if there are any."""
    lines = list(report(recorded(), run_calls(sys.executable), listed()))
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
