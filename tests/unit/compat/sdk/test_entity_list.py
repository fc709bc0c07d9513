"""Pages of entities, and parameters as objects."""

from __future__ import annotations

import pytest

from dynclient.compat.sdk.entity_list import EntityList, ListParams, list_arguments
from dynclient.errors import UsageError


def pages() -> EntityList[int]:
    following = {"a": EntityList([3, 4], "b"), "b": EntityList([5])}
    fetched = dict(following)

    def fetch(cursor: str) -> EntityList[int]:
        page = fetched.pop(cursor)  # each page is fetched once
        return EntityList(page.entities, page.after, fetch=fetch)

    return EntityList([1, 2], "a", total=5, fetch=fetch)


def test_a_page_continues_with_the_pages_behind_it() -> None:
    page = pages()
    assert (page.get_data(), [*page], page.total) == ([1, 2], [1, 2], 5)
    assert [*page.auto_paging_iterable()] == [1, 2, 3, 4, 5]
    iterable = pages().auto_paging_iterable()
    assert [next(iterable), next(iterable)] == [1, 2]


def test_pages_are_compared_by_their_entities_and_cursors() -> None:
    assert EntityList([1], "a") == EntityList([1], "a", total=9)
    assert EntityList([1], "a") != EntityList([1], "b")
    assert repr(EntityList([1, 2], "a")) == "EntityList(2 entities, after='a')"


def test_parameters_are_keywords_and_filters() -> None:
    params = ListParams.builder().limit(50).database("shop").is_bot(False).fields(["tags"]).build()
    assert params.limit == 50
    assert params.to_dict()["isBot"] is False
    assert list_arguments(params, {"limit": 10, "after": None, "filters": None}) == {
        "limit": 50, "after": None, "fields": ["tags"],
        "filters": {"database": "shop", "isBot": False},
    }  # fmt: skip
    assert list_arguments(None, {"limit": 10}) == {"limit": 10}
    with pytest.raises(AttributeError, match="no parameter 'before'"):
        params.before  # noqa: B018 -- the access is what raises
    with pytest.raises(UsageError, match=r"takes keywords.*not int"):
        list_arguments(50, {})
