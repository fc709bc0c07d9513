"""The sandbox's rules as they would be without one recorded release.

What holds before a border then holds up to the next release that shows more, as it would if nobody
had recorded the release. What is the same on all others has no border. A sign in the schemas counts
only if the other releases show what it is a sign of: some have it, and some do not.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Set
from typing import Any

import pytest

from dynclient.sandbox import rules
from dynclient.sandbox.json_codec import packaged_document
from dynclient.sandbox.rules import parse_version, schema_facts
from dynclient.sandbox.server import release_for
from tests.replay import recordings
from tests.replay.replayer import Comparison, replay
from tests.support.trees import TREES

BEGINNING, NEVER = "0", "1000"
"""The borders of what holds on all recorded releases, and on none."""


def replay_unseen(release: str, scenario: str) -> list[Comparison]:
    """Replay a scenario against a sandbox whose rules know nothing of its release."""
    facts = {
        each: schema_facts(release_for(each, TREES.get(each))) for each in recordings.releases()
    }
    document = rules_without(packaged_document("rules.json"), release, facts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "packaged_document", lambda name: document)
        return replay(release, scenario, in_process=True)


def rules_without(
    document: dict[str, Any], release: str, facts: Mapping[str, Set[str]]
) -> dict[str, Any]:
    """Return ``rules.json`` without what only one release shows.

    Args:
        document: content of the file.
        release: to leave out.
        facts: of the schemas, by recorded release.
    """
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
        for word in ("when", "unless"):
            if word in entry and len(shown := {entry[word] in facts[each] for each in others}) == 1:
                del entry[word]
                if shown != {word == "when"}:
                    entry["until"] = BEGINNING
    return out


def _moved(border: str, seen: list[str]) -> str:
    """Return where a border would be if only some releases had been recorded."""
    later = [each for each in seen if parse_version(each) >= parse_version(border)]
    if len(later) == len(seen):
        return BEGINNING
    return min(later, key=parse_version, default=NEVER)
