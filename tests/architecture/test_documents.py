"""Every code block of README.md and docs/ runs, from top to bottom, against a sandbox."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.documents import ROOT, Session, blocks
from tests.support.session_cache import session_cache

ON_THE_EXAMPLE = [ROOT / "docs" / "tutorial.md", *sorted((ROOT / "docs" / "how-to").glob("*.md"))]
"""Documents that continue with the example catalogue, all with the same one."""
DOCUMENTS = [
    path
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    if path not in ON_THE_EXAMPLE
]


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=_name)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A sandbox for one document, whose commands and sessions run in an empty folder."""
    from dynclient import compat, sandbox

    monkeypatch.chdir(tmp_path)
    # Not in this process: a page may import a module that waits for the server.
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


@pytest.fixture(scope="module")
def example_catalogue() -> Iterator[dict[str, str]]:
    """A sandbox with the example catalogue."""
    import dynclient
    from dynclient import sandbox
    from dynclient.testing import load_example_catalogue

    with session_cache(), sandbox.start() as server:
        token, release = server.admin_token, server.release
        with dynclient.connect(server.host, token=token, release=release) as om:
            load_example_catalogue(om)
        yield {"OPENMETADATA_HOST": server.host, "OPENMETADATA_TOKEN": token}


@pytest.mark.parametrize("path", ON_THE_EXAMPLE, ids=_name)
def test_every_page_on_the_example_catalogue_runs(
    path: Path,
    example_catalogue: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in example_catalogue.items():
        monkeypatch.setenv(name, value)
    session = Session(path, example_catalogue)
    for block in blocks(path):
        session.run(block)


@pytest.mark.parametrize("path", [*DOCUMENTS, *ON_THE_EXAMPLE], ids=_name)
def test_links_within_the_project_have_targets(path: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", path.read_text("utf-8"))
    missing = [link for link in links if not (path.parent / link).exists()]
    assert not missing, f"{path.name} links to {missing}"


def test_the_readme_names_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert "make demo" in text
    assert "make test" in text
