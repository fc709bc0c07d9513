"""Fixtures of several rooms: types, a table as a server returned it, a small tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from dynclient.model.namespace import Types, types
from tests.support.small_tree import files, make_zip
from tests.support.trees import ALL_RELEASES, release_named


@pytest.fixture(scope="session")
def named() -> Types:
    """Types of the newest available release."""
    return types(release_named(ALL_RELEASES[-1]))


@pytest.fixture
def table(named: Types):
    """Return a table as a server returned it."""
    from dynclient.model import load

    return load(
        named.Table,
        {
            "id": "00000000-0000-4000-8000-000000000001",
            "name": "orders",
            "fullyQualifiedName": "svc.db.sch.orders",
            "description": "all orders",
            "version": 0.1,
            "columns": [
                {"name": "id", "dataType": "BIGINT"},
                {
                    "name": "address",
                    "dataType": "STRUCT",
                    "children": [{"name": "street", "dataType": "STRING"}],
                },
                {"name": "new", "dataType": "QUBIT"},
            ],
            "fromTomorrow": {"secretToken": "hush", "list": [{"a": 1}]},
        },
    )


@pytest.fixture
def small_zip(tmp_path: Path) -> Path:
    """Return an archive of the small tree, called as release 7.1.0."""
    return make_zip(tmp_path / "7.1.0.zip", files())
