"""Pages about features that the starter release lacks run on the releases that have them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient import sandbox
from tests.support.documents import ROOT, Session, blocks
from tests.support.trees import ALL_RELEASES, release_named

PAGES = [ROOT / "docs" / name for name in ("feed.md", "events.md")]


@pytest.mark.parametrize("name", [name for name in ALL_RELEASES if name != "starter"])
def test_every_code_block_runs_on_real_releases(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    release, connect = release_named(name), dynclient.connect
    monkeypatch.chdir(tmp_path)
    with sandbox.start(release) as server:

        def connected(*args: Any, **settings: Any) -> Any:
            return connect(*args, release=release, **settings)

        monkeypatch.setattr(dynclient, "connect", connected)
        values = {"OPENMETADATA_HOST": server.host, "OPENMETADATA_TOKEN": server.admin_token}
        for variable, value in values.items():
            monkeypatch.setenv(variable, value)
        for page in PAGES:
            session = Session(page, values)
            for block in blocks(page):
                session.run(block)
