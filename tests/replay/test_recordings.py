"""The sandbox responds as the recorded servers did, except for what ``differences.json`` lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from tests.replay import figures, known_differences, leave_out, recordings
from tests.replay.replayer import HEADERS, replay
from tests.support.trees import real_release

RECORDED = [
    (release, scenario)
    for release in recordings.releases()
    for scenario in recordings.scenarios(release)
]


class Shares(NamedTuple):
    """The percentages of exchanges with the recorded status, and with its body as well."""

    statuses: float
    bodies: float


FLOORS = {
    ("1.0.4", "generic"): Shares(99.8, 95.2),
    ("1.0.4", "single features"): Shares(99.6, 92.9),
    ("1.0.4", "flows"): Shares(99.9, 95.3),
    ("1.2.0", "generic"): Shares(99.3, 95.7),
    ("1.2.0", "single features"): Shares(99.0, 85.9),
    ("1.2.0", "flows"): Shares(99.4, 96.1),
    ("1.6.0", "generic"): Shares(99.3, 95.5),
    ("1.6.0", "single features"): Shares(99.3, 90.5),
    ("1.6.0", "flows"): Shares(99.5, 96.0),
}
"""The least shares, by release and group of scenarios."""

REFRESH = "update the file: python -m tests.replay {release} --scenario {scenario} --write"


@pytest.mark.skipif(not RECORDED, reason="no recordings found; set DYNCLIENT_RECORDINGS")
def test_every_release_has_every_entity() -> None:
    without = [
        release
        for release in recordings.releases()
        if "every_entity" not in recordings.scenarios(release)
    ]
    assert without == []


@pytest.mark.parametrize(("release", "scenario"), RECORDED)
def test_every_difference_is_listed(
    release: str, scenario: str, record_property: Callable[[str, object], None]
) -> None:
    real_release(release)  # skips the test if the schema tree is not available
    # In this process, which has read the release: starting another takes as long as many replays.
    comparisons = replay(release, scenario, in_process=True)
    assert comparisons, f"the recording of {scenario} on {release} has no exchanges"
    record_property("replay", tuple(figures.count_equal(release, scenario, comparisons)))
    current = {
        what: where[release][scenario]
        for what, where in known_differences.find_differences(
            {release: {scenario: comparisons}}
        ).items()
    }
    known = known_differences.known_for(release, scenario)
    new = [f"new: {what} (exchanges {numbers})" for what, numbers in _less(current, known).items()]
    gone = [
        f"no longer there: {what} (exchanges {numbers})"
        for what, numbers in _less(known, current).items()
    ]
    lines = [*new, *gone]
    assert not lines, "\n".join([*lines, REFRESH.format(release=release, scenario=scenario)])


def _less(these: dict[str, list[int]], those: dict[str, list[int]]) -> dict[str, list[int]]:
    """Return what the first has and the second has not."""
    left = {what: sorted({*numbers} - {*those.get(what, ())}) for what, numbers in these.items()}
    return {what: numbers for what, numbers in left.items() if numbers}


def test_every_listed_difference_has_a_reason() -> None:
    content = known_differences.load()
    assert content["differences"]
    without = [
        difference["what"]
        for difference in content["differences"]
        if difference["reason"] not in content["reasons"]
    ]
    assert not without, "\n".join(without)


def test_every_reason_is_used() -> None:
    content = known_differences.load()
    used = {difference["reason"] for difference in content["differences"]}
    assert set(content["reasons"]) == used
    assert {rule["reason"] for rule in content["rules"]} <= used


def shares(release: str, group: str) -> Shares:
    """Return the percentages for a release that follow from the listed differences."""
    exchanges = statuses = bodies = 0
    for scenario in recordings.scenarios(release):
        if recordings.group(scenario) != group:
            continue
        known = known_differences.known_for(release, scenario)
        by_status = {n for what, numbers in known.items() if is_status(what) for n in numbers}
        by_body = {n for what, numbers in known.items() if not is_header(what) for n in numbers}
        exchanges += len(recordings.load(release, scenario))
        statuses += len(by_status)
        bodies += len(by_body)
    if not exchanges:
        pytest.skip(f"no such recordings of {release}")
    return Shares(100 * (1 - statuses / exchanges), 100 * (1 - bodies / exchanges))


@pytest.mark.parametrize(("release", "group"), FLOORS)
def test_responses_are_as_on_the_server(release: str, group: str) -> None:
    least = FLOORS[release, group]
    found = shares(release, group)
    assert found.statuses >= least.statuses
    assert found.bodies >= least.bodies


def is_status(what: str) -> bool:
    return what.partition(" ")[0] in METHODS


def is_header(what: str) -> bool:
    return what.partition(":")[0] in HEADERS


METHODS = {"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"}


def test_without_a_release_its_borders_move_to_the_next_that_shows_them() -> None:
    border = {"from": "1.1", "until": "1.3", "seen": ["1.0.4", "1.2.0", "1.6.0"], "rules": {}}
    other = {"from": "1.5", "seen": ["1.0.4", "1.6.0"], "rules": {}}
    document = {"flags": {"one": [{"value": 1}]}, "blocks": [border, other]}

    def ends(release: str) -> list[tuple[str, ...]]:
        blocks = leave_out.rules_without(document, release, {})["blocks"]
        return [tuple(each[end] for end in ("from", "until") if end in each) for each in blocks]

    assert ends("1.2.0") == [("1.6.0", "1.6.0"), ("1.5",)]
    assert ends("1.0.4") == [("0", "1.6.0"), ("0",)]
    assert ends("1.6.0") == [("1.2.0", "1000"), ("1000",)]
    assert border["from"] == "1.1"


def test_without_a_release_a_sign_counts_only_if_the_others_show_both_sides_of_it() -> None:
    seen = ["1.0.4", "1.2.0", "1.6.0"]
    document = {"flags": {}, "blocks": [
        {"when": "new", "seen": seen}, {"unless": "new", "seen": seen}, {"when": "own"},
    ]}  # fmt: skip
    facts = {"1.0.4": set(), "1.2.0": {"new"}, "1.6.0": {"new", "own"}}

    def decided(release: str) -> list[dict[str, str]]:
        blocks = leave_out.rules_without(document, release, facts)["blocks"]
        return [{key: each[key] for key in each if key != "seen"} for each in blocks]

    assert decided("1.2.0") == [{"when": "new"}, {"unless": "new"}, {"when": "own"}]
    assert decided("1.0.4") == [{}, {"until": "0"}, {"when": "own"}]
    assert decided("1.6.0") == [{"when": "new"}, {"unless": "new"}, {"when": "own"}]


def test_a_release_without_recordings_of_its_own_is_served_as_it_is() -> None:
    if "1.2.0" not in recordings.releases():
        pytest.skip("no recordings of 1.2.0 found; set DYNCLIENT_RECORDINGS")
    compared = [
        comparison
        for scenario in recordings.scenarios("1.2.0")
        if recordings.group(scenario) == "generic"
        for comparison in leave_out.replay_unseen("1.2.0", scenario)
    ]
    assert sum(comparison.same_body for comparison in compared) / len(compared) > 0.92
