"""One script in dynclient's own words, unchanged on every available release."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import pytest

import dynclient
from dynclient.client.client import Client
from tests.functional.scripts import catalogue
from tests.support.external_server import own
from tests.support.trees import ALL_RELEASES


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_the_script_runs_unchanged(connected: Callable[[str], Client], name: str) -> None:
    om, prefix = connected(name), own("script")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        seen = catalogue.main(om, prefix)
    assert seen == {
        "tables": ["customers", "orders"],
        "owners": [f"{prefix}_bob"],
        "tags": [f"{prefix}_Personal.Email"],
        "terms": [f"{prefix}_words.Customer", f"{prefix}_words.Customer.Lead"],
        "status": True,
        "domains": [f"{prefix}_sales"] if "domain" in om else [],
        "dashboard": ["revenue"],
        "dashboard owners": [f"{prefix}_sales"],
        "chart": "http://superset:8088/chart/1",
    }
    assert all(issubclass(one.category, dynclient.DriftWarning) for one in caught)
    # Warnings name the translated fields, where the release has another name, and nothing else.
    owners = any("owners is called owner" in str(one.message) for one in caught)
    assert owners == ("owners" not in om.release.entities["table"].properties)


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_nothing_of_it_is_left(connected: Callable[[str], Client], name: str) -> None:
    om = connected(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dynclient.DriftWarning)
        catalogue.main(om, own("gone"))
    for kind in ("database_services", "dashboard_services", "glossaries", "users", "teams"):
        assert not [each.name for each in om[kind].list(include="all") if own("gone_") in each.name]
