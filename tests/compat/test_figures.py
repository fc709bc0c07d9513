"""The figures of docs/drop-in.md are those that the tests establish."""

from __future__ import annotations

import pytest

from tests.compat.figures import COMMAND, COUNTED, PAGE, block
from tests.support.trees import HAS_SHARED_TREES


@pytest.mark.skipif(not HAS_SHARED_TREES, reason="the official page is in the shared folder")
def test_the_page_has_the_present_figures() -> None:
    assert block() in PAGE.read_text("utf-8"), f"run: {COMMAND}"


def test_no_more_works_than_there_is() -> None:
    for count in COUNTED[:-1]:  # the last one reads a page that may not be there
        for figure in count():
            assert 0 < figure.works <= figure.total, figure
