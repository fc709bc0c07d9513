"""What create requests cannot say, as the documentation lists it."""

from __future__ import annotations

import pytest

from tests.support.round_trips import PAGE, page
from tests.support.trees import HAS_SHARED_TREES


@pytest.mark.skipif(not HAS_SHARED_TREES, reason="the page is about the releases of all trees")
def test_the_table_of_the_page_is_that_of_the_schemas() -> None:
    text = PAGE.read_text("utf-8")
    assert page(text) == text, "python -m tests.support.round_trips writes it"
