"""One script of everyday work, unchanged on every available release."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

import dynclient
from dynclient.client.client import Client
from tests.functional.scripts import features
from tests.support.external_server import own
from tests.support.trees import ALL_RELEASES

pytestmark = pytest.mark.usefixtures("removed_afterwards")

SEEN = {
    "me": "admin",
    "by_email": True,
    "permissions": "allow",
    "column tag": ["Email"],
    "term": True,
    "owner": True,
    "lineage": 1,
    "upstream": ["raw"],
    "description": "sold",
    "history": "0.1",
    "blame": "admin",
    "difference": True,
    "csv": True,
    "table csv": True,
    "bulk": (20, 0),
    "search": True,
    "filter": True,
    "find": True,
    "sample": [[1, "a@example.com"]],
    "profile": [3],
    "quality": (1, 1),
    "conversation": ["Since today."],
    "suggestion": "what came in",
    "property": 3,
    "domain": True,
    "url": True,
    "events": True,
}
"""What the script sees where a release has it."""
SINCE: dict[str, tuple[int, ...]] = {"table csv": (1, 3), "suggestion": (1, 4), "domain": (1, 2)}
"""What some release lacks, and the first one that has it."""
NOT_IN_STARTER = {"csv", "table csv", "conversation", "suggestion"}


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_the_script_does_the_same_on_every_release(
    connected: Callable[[str], Client], name: str
) -> None:
    om = connected(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dynclient.DriftWarning)
        seen, missing = features.main(om, own("features"))
    assert missing == lacking(om)
    assert seen == {key: value for key, value in SEEN.items() if key not in missing}


def lacking(om: Client) -> set[str]:
    """Return what a release does not have."""
    if om.release.name == "starter":
        return NOT_IN_STARTER
    return {key for key, since in SINCE.items() if om.release.version < since}


def test_every_part_of_the_script_is_expected() -> None:
    names: set[Any] = set(SINCE) | NOT_IN_STARTER
    assert names <= set(SEEN)
