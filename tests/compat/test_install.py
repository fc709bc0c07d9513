"""The import hook: what is found, what is not and what is told about it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator

import pytest

from dynclient import compat
from dynclient.schema import Release
from tests.trees import ALL_RELEASES, release_named

SCHEMA = "metadata.generated.schema"


@pytest.fixture(params=ALL_RELEASES)
def release(request: pytest.FixtureRequest) -> Iterator[Release]:
    found = release_named(request.param)
    compat.install(found)
    yield found
    compat.uninstall()


def test_modules_serve_their_classes(release: Release) -> None:
    table = importlib.import_module(f"{SCHEMA}.entity.data.table")
    assert table.Table is importlib.import_module(table.__name__).Table
    assert (table.Table.__module__, table.Table.__name__) == (
        f"{SCHEMA}.entity.data.table",
        "Table",
    )
    assert {"Table", "Column", "DataType"} <= set(dir(table))
    assert "Table" in table.__all__


def test_a_misspelt_name_is_told_the_nearest(release: Release) -> None:
    with pytest.raises(ImportError, match=r"has no Tabel; nearest: .*Table"):
        exec(f"from {SCHEMA}.entity.data.table import Tabel")
    with pytest.raises(ModuleNotFoundError, match=rf"has no {SCHEMA}\.entity\.data\.tabel;.*table"):
        importlib.import_module(f"{SCHEMA}.entity.data.tabel")


def test_a_name_of_another_module_is_told_its_place(release: Release) -> None:
    with pytest.raises(ImportError, match=rf"{SCHEMA}\.type\.tagLabel"):
        exec(f"from {SCHEMA}.entity.data.table import TagLabel")


def test_nothing_is_left_when_the_hook_is_taken_away() -> None:
    compat.install(release_named("starter"))
    importlib.import_module(f"{SCHEMA}.entity.data.table")
    compat.uninstall()
    assert compat.installed() is None
    assert not [name for name in sys.modules if name.split(".")[0] == "metadata"]
    with pytest.raises(ModuleNotFoundError, match="metadata"):
        importlib.import_module(f"{SCHEMA}.entity.data.table")
