"""The table of ``docs/reliability.md``, made from the expectations that the matrix verifies."""

from __future__ import annotations

import re
from pathlib import Path

from tests.faults.cells import MODES
from tests.faults.expectations import FAULTS, GROUPS, KINDS, Group, stated, verbs_of
from tests.support.documents import ROOT
from tests.support.fault_proxy import Fault

PAGE = ROOT / "docs" / "reliability.md"
_BEGIN, _END = "<!-- made by python -m tests.faults -->\n", "<!-- end -->\n"
_HEADINGS = {
    "reading": "`get`, `list`, `op`",
    "repeatable": "`upsert`, `follow`",
    "sent once": "`create`, `save`",
    "delete": "`delete`",
    "restore": "`restore`",
}
_LISTED = 3
"""The most classes of errors that a cell lists."""
_WORDS = {
    "result": "result",
    "None": "None",
    "another result": "what was sent",
    "another result with a warning": "a shorter list and a warning",
}


def table() -> str:
    """Return the table and the notes below it."""
    heads = ["what happens", "faults", "carried out", *(_HEADINGS[kind] for kind in KINDS)]
    lines = [_row(heads), _row(["---"] * len(heads))]
    for group in GROUPS:
        faults = [fault for fault in FAULTS if fault["group"] == group.group]
        carried = {bool(fault.get("carried")) for fault in faults}
        is_carried = "either" if len(carried) == 2 else "yes" if True in carried else "no"
        cells = [_cell(group, verbs, faults) for verbs in KINDS.values()]
        lines.append(_row([group.text, str(len(faults)), is_carried, *cells]))
    notes = [note for fault in FAULTS for note in _notes(fault)]
    return "\n".join([*lines, "", "Single faults that differ from their row:", "", *notes]) + "\n"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(group: Group, verbs: tuple[str, ...], faults: list[Fault]) -> str:
    """Return what the verbs of one kind do; those that differ are named."""
    concerned = [verb for verb in verbs if any(verb in verbs_of(fault) for fault in faults)]
    if not concerned:
        return "–"
    errors = sorted({fault.get("error", "ConnectFailed") for fault in faults})
    texts: dict[str, list[str]] = {}
    for verb in concerned:
        pair = [_outcome(stated(group, verb, mode), errors) for mode in MODES]
        texts.setdefault(" → ".join(dict.fromkeys(pair)), []).append(verb)
    if len(texts) == 1:
        return next(iter(texts))
    usual = max(texts, key=lambda text: len(texts[text]))
    others = [f"`{verb}`: {text}" for text in texts if text != usual for verb in texts[text]]
    return "; ".join([usual, *others])


def _outcome(text: str, errors: list[str]) -> str:
    result, _, count = text.rpartition(" ")
    error = " or ".join(errors) if len(errors) <= _LISTED else "the class of its status"
    shown = _WORDS.get(result) or result.format(error=error)
    return f"{shown} ({count})"


def _notes(fault: Fault) -> list[str]:
    """Return the outcomes of one fault that are not those of its group."""
    notes = []
    for verb, pair in fault.get("outcomes", {}).items():
        shown = " → ".join(dict.fromkeys(_outcome(text, []) for text in pair))
        notes.append(f"- {fault['name']}: `{verb}`: {shown}")
    return notes


def current(path: Path = PAGE) -> str:
    """Return the page as it should be."""
    text = path.read_text("utf-8")
    pattern = re.compile(f"{re.escape(_BEGIN)}.*?{re.escape(_END)}", re.DOTALL)
    assert pattern.search(text), f"{path.name} has no place for the table"
    return pattern.sub(lambda _: f"{_BEGIN}\n{table()}\n{_END}", text)
