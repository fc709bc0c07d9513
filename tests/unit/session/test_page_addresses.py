"""Addresses of pages, where they are known without a request."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from dynclient.session.page_addresses import known_page, page_url
from tests.support.trees import release_named

RELEASE = release_named("starter")
SESSION: Any = SimpleNamespace(host="http://h", release=RELEASE, known_release=RELEASE)


def test_a_page_has_the_encoded_name() -> None:
    assert page_url(SESSION, "table", 'a.b.c."d/e f"') == "http://h/table/a.b.c.%22d%2Fe%20f%22"


def test_types_without_pages_have_none() -> None:
    assert page_url(SESSION, "no such type", "a") is None


@pytest.mark.parametrize(
    ("target", "url"),
    [
        ({"type": "table", "fullyQualifiedName": "a.b.c.d"}, "http://h/table/a.b.c.d"),
        ({"type": "table", "name": "d"}, None),
        ({"fullyQualifiedName": "a.b.c.d"}, None),
        ({"type": "table", "fullyQualifiedName": 'a."b'}, None),
        ({"type": 3, "fullyQualifiedName": "a"}, None),
    ],
)
def test_the_page_of_a_reference(target: dict[str, Any], url: str | None) -> None:
    assert known_page(SESSION, target) == url


def test_no_page_is_known_before_the_release_is() -> None:
    session: Any = SimpleNamespace(host="http://h", known_release=None)
    assert known_page(session, {"type": "table", "fullyQualifiedName": "a.b.c.d"}) is None
