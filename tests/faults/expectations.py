"""What is expected of each cell: by the group of the fault and the kind of the verb."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from tests.faults.cells import MODES, VERBS, Outcome
from tests.support.fault_proxy import Fault

_HERE = Path(__file__).parent
FAULTS: list[Fault] = json.loads((_HERE / "faults.json").read_text("utf-8"))
"""All faults; :mod:`tests.support.fault_proxy` says what a row may hold."""


class Group(NamedTuple):
    """Faults of which the same is expected."""

    group: str
    text: str
    """What happens, in plain words."""
    outcomes: dict[str, list[str]]
    """The outcomes for one damaged request and for all damaged, by verb, kind of verb or ``all``.

    ``result 2`` stands for the right result after two requests of the kind that is damaged.
    """


GROUPS: list[Group] = [
    Group(**row) for row in json.loads((_HERE / "outcomes.json").read_text("utf-8"))
]
KINDS: dict[str, tuple[str, ...]] = {
    "reading": ("get", "list", "next page", "op"),
    "repeatable": ("upsert", "follow"),
    "sent once": ("create", "save"),
    "delete": ("delete",),
    "restore": ("restore",),
}
"""Verbs by how their request may be treated."""
_KIND_OF = {verb: kind for kind, verbs in KINDS.items() for verb in verbs}
_GROUP_OF = {group.group: group for group in GROUPS}
_SUCCESSES = ("result", "None")


def verbs_of(fault: Fault) -> list[str]:
    """Return the verbs that a fault concerns."""
    return fault.get("verbs", list(VERBS))


def stated(group: Group, verb: str, mode: str, fault: Fault | None = None) -> str:
    """Return the outcome that the data state for a verb, such as ``{error} 4``."""
    tables = [group.outcomes] if fault is None else [fault.get("outcomes", {}), group.outcomes]
    for table in tables:
        for key in (verb, _KIND_OF[verb], "all"):
            if key in table:
                return table[key][list(MODES).index(mode)]
    raise AssertionError(f"nothing is stated for {verb} of {group.group}")


def expected(fault: Fault, verb: str, mode: str) -> Outcome:
    """Return what a cell must show."""
    text = stated(_GROUP_OF[fault["group"]], verb, mode, fault)
    result, _, count = text.format(error=fault.get("error", "ConnectFailed")).rpartition(" ")
    spec = VERBS[verb]
    requests = int(count)
    is_success = result in _SUCCESSES
    if is_success:
        requests += spec.more
    if is_success or "stage" not in fault:  # else the first request does not get that far
        requests += spec.skip
    is_changed = spec.is_changed is not None and (is_success or bool(fault.get("carried")))
    return Outcome(result, requests, "changed" if is_changed else "unchanged")


def deviations(fault: Fault, run: Any) -> list[str]:
    """Return the cells of a fault that do not show what is expected.

    Args:
        fault: the fault.
        run: returns the outcome for a verb and a mode.
    """
    wrong = []
    for verb in verbs_of(fault):
        for mode in MODES:
            wanted, found = expected(fault, verb, mode), run(verb, mode)
            if found != wanted:
                wrong.append(f"{fault['name']} / {verb} / {mode}: {found}, must be {wanted}")
    return wrong
