"""The drop-in keeps the official meaning: a field that was not asked for is None."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dynclient import compat
from tests.support.projecting_server import label, project, table
from tests.support.stub import Reply, Seen, Stub


@pytest.fixture
def stub() -> Any:
    full = table(1, tags=[label("Tier.Tier1")])

    def answer(seen: Seen) -> Reply:
        if "/version" in seen.path:
            return Reply(200, {"version": "1.13.0"})
        fields = set(seen.path.partition("fields=")[2].partition("&")[0].split("%2C"))
        row = project(full, fields)
        is_list = seen.path.partition("?")[0].endswith("/tables")
        return Reply(200, {"data": [row], "paging": {"total": 1}} if is_list else row)

    with Stub() as server:
        server.default = answer
        yield server


@pytest.fixture
def installed() -> Iterator[None]:
    compat.install("starter")
    yield
    compat.uninstall()


@pytest.mark.usefixtures("installed")
def test_official_models_are_never_completed(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DYNCLIENT_UNREAD", "fetch")
    from metadata.generated.schema.entity.data.table import Table
    from metadata.ingestion.ometa.ometa_api import OpenMetadata

    api = OpenMetadata({"hostPort": f"{stub.host}/api", "authProvider": "no-auth"})
    found = api.get_by_name(Table, "s.d.c.t1")
    before = len(stub.seen)
    assert found.tags is None
    assert found.columns[0].tags == []  # as official models have it
    assert [each.tags for each in api.list_all_entities(Table)] == [None]
    assert len(stub.seen) == before + 1
    asked = api.get_by_name(Table, "s.d.c.t1", fields=["tags"])
    assert [each.tagFQN.root for each in asked.tags] == ["Tier.Tier1"]
