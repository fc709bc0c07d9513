"""Every name that public scripts import is there, or its error says what to do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dynclient import compat
from tests.compat.imported_names import LISTED, PAGE, figures, import_all
from tests.support.trees import release_named


@pytest.fixture(params=["starter", "1.0.4", "1.2.0", "1.6.0", "1.13.0"])
def name(request: pytest.FixtureRequest) -> Iterator[str]:
    compat.install(release_named(request.param))
    yield request.param
    compat.uninstall()


def test_every_name_is_there_or_its_error_says_what_to_do(name: str) -> None:
    imported = import_all()
    assert len(imported) == sum(map(len, LISTED.values())) > 80
    errors = {each.place: each.error for each in imported if each.error is not None}
    assert len(errors) == 32
    for place, error in errors.items():
        if "ingestion framework" in error:
            numbers = "" if name == "starter" else f"~={name}.0"
            assert error.endswith(f'pip install "openmetadata-ingestion{numbers}"'), place
        else:
            assert "was replaced by" in error, place


def test_the_page_has_the_figures() -> None:
    compat.install(release_named("starter"))
    try:
        assert figures() in PAGE.read_text("utf-8")
    finally:
        compat.uninstall()
