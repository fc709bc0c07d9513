"""The sandbox's rules as they would be without one recorded release.

What holds before a border then holds up to the next release that shows more, as it would if nobody
had recorded the release. What is the same on all others has no border.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest

from dynclient.sandbox import rules
from dynclient.sandbox.json_codec import packaged_document
from dynclient.sandbox.rules import parse_version
from tests.replay.replayer import Comparison, replay

BEGINNING, NEVER = "0", "1000"
"""The borders of what holds on all recorded releases, and on none."""


def replay_unseen(release: str, scenario: str) -> list[Comparison]:
    """Replay a scenario against a sandbox whose rules know nothing of its release."""
    document = rules_without(packaged_document("rules.json"), release)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "packaged_document", lambda name: document)
        return replay(release, scenario, in_process=True)


def rules_without(document: dict[str, Any], release: str) -> dict[str, Any]:
    """Return ``rules.json`` without what only one release shows."""
    out = copy.deepcopy(document)
    blocks = [block for each in out.values() if isinstance(each, list) for block in each]
    entries = [entry for flag in out["flags"].values() for entry in flag]
    for entry in (*entries, *blocks):
        if release not in entry.get("seen", ()):
            continue
        others = [each for each in entry["seen"] if each != release]
        for end in ("from", "until"):
            if end in entry and others:
                entry[end] = _moved(entry[end], others)
    return out


def _moved(border: str, seen: list[str]) -> str:
    """Return where a border would be if only some releases had been recorded."""
    later = [each for each in seen if parse_version(each) >= parse_version(border)]
    if len(later) == len(seen):
        return BEGINNING
    return min(later, key=parse_version, default=NEVER)
