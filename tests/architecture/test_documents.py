"""Every code block of README.md and docs/ runs, from top to bottom, against a sandbox."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.documents import ROOT, Session, blocks

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

each_document = pytest.mark.parametrize(
    "path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix()
)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A sandbox for one document, whose commands and sessions run in an empty folder."""
    from dynclient import compat, sandbox

    monkeypatch.chdir(tmp_path)
    with sandbox.start() as server:
        values = {"OPENMETADATA_HOST": server.host, "OPENMETADATA_TOKEN": server.admin_token}
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        yield values
    compat.uninstall()  # where a document shows how to install it


@each_document
def test_every_code_block_runs(path: Path, environment: dict[str, str]) -> None:
    session = Session(path, environment)
    for block in blocks(path):
        session.run(block)


@each_document
def test_links_within_the_project_have_targets(path: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", path.read_text("utf-8"))
    missing = [link for link in links if not (path.parent / link).exists()]
    assert not missing, f"{path.name} links to {missing}"


def test_the_readme_names_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert "make demo" in text
    assert "make test" in text
