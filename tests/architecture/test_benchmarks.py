"""The measurements of ``make bench`` work on a machine without the shared folder."""

from __future__ import annotations

import pytest

from benchmarks import cold_start, payloads
from dynclient import model
from dynclient.model import namespace
from tests.support import trees
from tests.support.trees import release_named


def test_generated_payloads_are_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "shared", lambda path: None)
    release = release_named("starter")
    types = namespace.types(release)
    assert model.check(model.load(types.Table, payloads.table())) == []
    assert model.check(types.CreateTableRequest(**payloads.create_table())) == []
    assert len(payloads.page()["data"]) == 1000


def test_the_cold_start_runs_without_the_shared_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "shared", lambda path: None)
    monkeypatch.setattr(payloads, "release", lambda: release_named("starter"))
    monkeypatch.setattr(cold_start, "ROUNDS", 1)
    time, memory = cold_start.measure()
    assert time.figure > 0
    assert memory.figure > 0
