"""A company in an empty data file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dynclient.sandbox.entities.entity_model import EntityModels
from dynclient.sandbox.storage.database import Database
from tests.support.sandbox_policies import Company
from tests.support.trees import release_named


@pytest.fixture(scope="session")
def models() -> EntityModels:
    return EntityModels(release_named("starter"))


@pytest.fixture
def staff(tmp_path: Path, models: EntityModels) -> Iterator[Company]:
    database = Database(tmp_path / "data.db", durable=False)
    with database.write() as tx:
        yield Company(tx, models)
    database.close()
