"""The example catalogue on the oldest and the newest release, and in the sandbox of the command."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

import dynclient
from dynclient import sandbox
from dynclient.testing import load_example_catalogue
from tests.support.sandbox_processes import PATIENCE, environment
from tests.support.trees import ALL_RELEASES, TREES, release_named

ORDERS = "shop.sales.public.orders"
PLACES = sorted({ALL_RELEASES[0], ALL_RELEASES[-1]})


def check(om: Any) -> None:
    names = {table.fullyQualifiedName for table in om.tables.list()}
    assert len(names) == 6
    assert ORDERS in names
    orders = om.tables[ORDERS]
    assert {"Tier.Tier1", "Sales.Order"} <= {tag.tagFQN for tag in orders.tags}
    assert len(om.lineage(orders, downstream=2).edges) == 4
    assert {user.name for user in om.users.list()} >= {"ada", "grace"}


@pytest.mark.parametrize("name", PLACES)
def test_it_is_loaded_twice_without_harm(name: str) -> None:
    release = release_named(name)
    with (
        sandbox.start(tree=TREES.get(name)) as server,
        dynclient.connect(server.host, token=server.admin_token, release=release) as om,
    ):
        load_example_catalogue(om)
        load_example_catalogue(om)
        check(om)


def test_the_command_serves_it() -> None:
    command = [sys.executable, "-m", "dynclient", "sandbox", "--example", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment()) as process:
        assert process.stdout is not None
        info = json.loads(process.stdout.readline())
        with dynclient.connect(info["host"], token=info["admin_token"], release="starter") as om:
            check(om)
        process.terminate()
        assert process.wait(PATIENCE) == 0
