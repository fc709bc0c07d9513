"""The sandbox answers as the recorded servers did, but for what ``differences.json`` lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from tests.replay import figures, listed, recordings
from tests.replay.replayer import HEADERS, play
from tests.support.trees import real_release

PLAYED = [
    (release, scenario)
    for release in recordings.releases()
    for scenario in recordings.scenarios(release)
]

REFRESH = "python -m tests.replay {release} --scenario {scenario} --write"


@pytest.mark.skipif(not PLAYED, reason="no recordings are at hand")
def test_there_are_recordings() -> None:
    assert {scenario for _, scenario in PLAYED} >= {"walkthrough"}


@pytest.mark.parametrize(("release", "scenario"), PLAYED)
def test_every_difference_is_listed(
    release: str, scenario: str, record_property: Callable[[str, object], None]
) -> None:
    real_release(release)  # skips where the tree is not at hand
    compared = play(release, scenario)
    record_property("replay", tuple(figures.of(release, scenario, compared)))
    shown = {
        what: where[release][scenario]
        for what, where in listed.found({release: {scenario: compared}}).items()
    }
    known = listed.listed(release, scenario)
    new = [f"{what} (exchanges {numbers})" for what, numbers in _less(shown, known).items()]
    gone = [f"{what} (exchanges {numbers})" for what, numbers in _less(known, shown).items()]
    told = [*(f"new: {each}" for each in new), *(f"gone: {each}" for each in gone)]
    assert not told, "\n".join([*told, REFRESH.format(release=release, scenario=scenario)])


def _less(these: dict[str, list[int]], those: dict[str, list[int]]) -> dict[str, list[int]]:
    """Return what is in the first and not in the second."""
    left = {what: sorted({*numbers} - {*those.get(what, ())}) for what, numbers in these.items()}
    return {what: numbers for what, numbers in left.items() if numbers}


def test_every_listed_difference_has_a_reason() -> None:
    told = listed.load()
    unknown = {each["what"]: each["reason"] for each in told["differences"]}
    without = [what for what, reason in unknown.items() if reason not in told["reasons"]]
    assert not without, "\n".join(without)


def test_no_reason_is_left_over() -> None:
    told = listed.load()
    used = {each["reason"] for each in told["differences"]}
    assert set(told["reasons"]) == used
    assert all(rule["reason"] in used for rule in told["rules"])


class Shares(NamedTuple):
    """How many of 100 exchanges have the recorded status, and how many its body as well."""

    statuses: float
    bodies: float


def shares(release: str, *, generic: bool) -> Shares:
    """Return the shares of a release that are left when what is listed is taken off."""
    exchanges = statuses = bodies = 0
    for scenario in recordings.scenarios(release):
        if (scenario in recordings.GENERIC) is not generic:
            continue
        known = listed.listed(release, scenario)
        by_status = {n for what, numbers in known.items() if is_status(what) for n in numbers}
        by_body = {n for what, numbers in known.items() if not is_header(what) for n in numbers}
        exchanges += len(recordings.load(release, scenario))
        statuses += len(by_status)
        bodies += len(by_body)
    if not exchanges:
        pytest.skip(f"there are no such recordings of {release}")
    return Shares(100 * (1 - statuses / exchanges), 100 * (1 - bodies / exchanges))


@pytest.mark.parametrize("release", recordings.releases())
def test_generic_scenarios_come_out_as_on_the_server(release: str) -> None:
    told = shares(release, generic=True)
    assert told.statuses >= 97
    assert told.bodies >= 80


@pytest.mark.parametrize("release", recordings.releases())
def test_single_features_come_out_as_on_the_server(release: str) -> None:
    told = shares(release, generic=False)
    assert told.statuses >= 90
    assert told.bodies >= 70


def is_status(what: str) -> bool:
    return what.partition(" ")[0] in METHODS


def is_header(what: str) -> bool:
    return what.partition(":")[0] in HEADERS


METHODS = {"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"}
