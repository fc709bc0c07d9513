"""More than two hundred calls, made by the official SDK and by ours on a sandbox each.

What the official SDK does is recorded (``data/calls-1.6.0.json``), so that ours can be compared
without it; where it is installed (``make test-official``) the recording itself is compared. Every
difference is listed with its reason in ``data/calls-differ.json``, and nothing else is.
"""

from __future__ import annotations

import json
import sys

import pytest

from tests.compat.comparison import RECORDING, RELEASE, Run, recorded, run_calls
from tests.compat.differences import (
    LIST,
    Listed,
    differences,
    differing_paths,
    differing_types,
    listed,
    report,
)
from tests.compat.official import official_python
from tests.support.external_server import only_on_sandbox
from tests.support.session_cache import session_cache
from tests.support.trees import TREES

OFFICIAL = recorded()
STALE = f"""
If the sandbox was changed, the recording has to be made again, by the official SDK on that sandbox:
make record-official (it writes {RECORDING.name}).
"""

pytestmark = [
    pytest.mark.skipif(RELEASE not in TREES, reason=f"the tree of {RELEASE} is not available"),
    only_on_sandbox("both sides need a server that no other client has seen"),
]


@pytest.fixture(scope="module")
def ours() -> Run:
    """What our client does."""
    with session_cache():
        return run_calls(sys.executable)


def test_the_same_calls_are_made(ours: Run) -> None:
    assert list(ours.calls) == list(OFFICIAL.calls)
    assert len(OFFICIAL.calls) >= 130


@pytest.mark.parametrize("name", OFFICIAL.calls)
def test_a_call_sends_and_returns_the_same(name: str, ours: Run) -> None:
    found = differences(OFFICIAL.calls[name], ours.calls[name])
    details = [f"{what} {line}" for what, pair in found.items() for line in differing_paths(*pair)]
    known = listed()
    allowed = known.calls.get(name, set())
    same = set(found) <= allowed if name in known.open else set(found) == allowed
    assert same, "\n".join([*details, STALE])


def test_no_call_fails_by_a_mistake_in_it(ours: Run) -> None:
    """Where the official SDK has a method not yet, the difference is listed."""
    for name, made in ours.calls.items():
        kinds = made.outcome.get("error", {"is": ["Exception"]})["is"]
        assert kinds[0] not in {"AttributeError", "TypeError", "NameError", "KeyError"}, name


def test_values_have_the_same_types(ours: Run) -> None:
    found = differing_types(OFFICIAL, ours)
    assert set(found) == listed().types, found
    assert len(OFFICIAL.types) >= 200


def test_every_listed_difference_has_a_reason() -> None:
    data = json.loads(LIST.read_text("utf-8"))
    for entry in [*data["calls"], *data["types"]]:
        assert len(entry["reason"].split()) >= 4, entry
    assert set(listed().calls) <= set(OFFICIAL.calls)


@pytest.mark.official
def test_the_recording_is_what_the_official_sdk_does() -> None:
    with session_cache():
        there = run_calls(official_python())
    assert there.types == OFFICIAL.types
    lines = list(report(OFFICIAL, there, Listed({}, set(), set())))
    assert not lines, "\n".join([*lines, STALE])
