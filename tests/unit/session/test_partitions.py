"""Lists divided by filters for parents: each entity in one part, whatever the server can filter."""

from __future__ import annotations

from collections import Counter

import pytest

from dynclient.client.client import Client
from dynclient.errors import BadArguments, UsageError
from dynclient.session.partitions import Partitions
from tests.support.fake_catalogue import FakeCatalogue
from tests.support.trees import ALL_RELEASES, release_named

SHOP = {"shop": {"orders": 30, "people": 12}, "web": {"clicks": 5}, "empty": {}}
NEWEST = ALL_RELEASES[-1]


def divided(
    client: Client, size: int, **arguments: object
) -> tuple[Partitions, dict[str, int | None]]:
    found = client.tables.list(page_size=10, **arguments).partitions(size)
    return found, {part.label: part.total for part in found}


def names(found: Partitions) -> Counter[str]:
    return Counter(str(each.fullyQualifiedName) for part in found for each in part.listing)


@pytest.mark.parametrize("release", dict.fromkeys((ALL_RELEASES[0], NEWEST)))
def test_large_parts_are_divided_further_as_far_as_the_release_has_filters(release: str) -> None:
    fake = FakeCatalogue(SHOP)
    client, _ = fake.client(release_named(release))
    found, counts = divided(client, 20)
    parameters = client.catalogue.find("table").operations["list"].parameters
    if any(each.name == "databaseSchema" for each in parameters):
        assert counts == {
            "databaseSchema=s.shop.orders": 30, "databaseSchema=s.shop.people": 12,
            "database=s.web": 5,
        }  # fmt: skip
    else:
        assert counts == {"database=s.shop": 42, "database=s.web": 5}
    assert found.total == 47
    assert found.reason == ""
    every = Counter(each["fullyQualifiedName"] for each in fake.entities["tables"])
    assert names(found) == every


def test_a_short_list_is_one_part_and_sends_one_request() -> None:
    fake = FakeCatalogue(SHOP)
    client, transport = fake.client(release_named(NEWEST))
    found, counts = divided(client, 47)
    assert counts == {"": 47}
    assert found.reason == "it has 47 entities, not more than 47"
    assert len(transport.seen) == 1


def test_a_list_whose_filter_the_server_ignores_is_not_divided() -> None:
    fake = FakeCatalogue(SHOP, ignored=("database",))
    client, _ = fake.client(release_named(NEWEST))
    found, counts = divided(client, 50)
    assert counts == {"": 47}
    found, counts = divided(client, 46)
    assert counts == {"": 47}
    assert "the parts have" in found.reason
    assert sum(names(found).values()) == 47


@pytest.mark.filterwarnings("ignore:tables may not support the filter")  # known of other releases
def test_a_filter_of_the_call_is_kept_and_divided_below() -> None:
    client, _ = FakeCatalogue(SHOP).client(release_named(NEWEST))
    parameters = client.catalogue.find("table").operations["list"].parameters
    if all(each.name != "databaseSchema" for each in parameters):
        found, counts = divided(client, 5, database="s.shop")
        assert "no further filter" in found.reason
        return
    _, counts = divided(client, 5, database="s.shop")
    assert counts == {"databaseSchema=s.shop.orders": 30, "databaseSchema=s.shop.people": 12}
    found, counts = divided(client, 5, databaseSchema="s.shop.orders")
    assert counts == {"": None}
    assert found.reason == "it has no further filter for a parent of its entities"


def test_parts_of_deleted_parents_are_found() -> None:
    client, transport = FakeCatalogue(SHOP).client(release_named(NEWEST))
    divided(client, 20)
    of_parents = [dict(each.query) for each in transport.seen if "/databases" in each.path]
    assert of_parents
    assert all(each["include"] == "all" for each in of_parents)


def test_a_limit_is_not_divided() -> None:
    client, transport = FakeCatalogue(SHOP).client(release_named(NEWEST))
    found, _ = divided(client, 5, limit=40)
    assert found.reason == "limit= depends on the order of the whole list"
    assert transport.seen == []


@pytest.mark.parametrize("size", [0, True, "5"])
def test_a_size_that_is_not_a_number_is_refused(size: object) -> None:
    client, transport = FakeCatalogue(SHOP).client(release_named(NEWEST))
    with pytest.raises(BadArguments, match="size must be a number of entities, 1 or more, not"):
        client.tables.list().partitions(size)
    assert transport.seen == []


def test_lists_of_no_collection_are_not_divided() -> None:
    from dynclient.dispatch.pagination import Listing, Page

    with pytest.raises(UsageError, match=r"such as om\.tables\.list\(\)"):
        Listing(lambda _: Page([])).partitions()


def test_parts_print_what_they_are() -> None:
    client, _ = FakeCatalogue(SHOP).client(release_named(NEWEST))
    found, _ = divided(client, 46)
    assert repr(found) == "<2 partitions of 47 entities>"
    assert repr(found[0]) == "<Partition database=s.shop, 42 entities>"
    assert [part.label for part in found[1:]] == ["database=s.web"]
