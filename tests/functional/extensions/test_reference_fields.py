"""Owners, domains, data products, experts and followers, from a call to what the server stores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dynclient.client.client import Client
from dynclient.errors import BadArguments
from tests.support.shop import Shop, shop


@pytest.fixture
def place(each: Client) -> Iterator[Shop]:
    with shop(each) as made:
        yield made


def own(entity: Any, many: str, one: str) -> list[str]:
    """Return the names of references, whichever of two names the field has."""
    field = many if many in type(entity)._nodes else one
    value = entity[field]
    listed = value if isinstance(value, list) else [value] if value else []
    return [each.name for each in listed]


def owners(entity: Any) -> list[str]:
    return own(entity, "owners", "owner")


def domains(entity: Any) -> list[str]:
    return own(entity, "domains", "domain")


def domain(place: Shop, name: str) -> Any:
    if not place.om.supports("tables.set_domain"):
        pytest.skip("the release has no domains")
    return place.create("domains", name, domainType="Aggregate", description="x")


def test_owners_are_named_in_every_way(place: Shop) -> None:
    tables, t = place.om.tables, place.table
    ada, shop_team = place.user("ada"), place.create("teams", "Shop", teamType="Group")
    for value in (
        ada, ada.id, ada.name, f"user:{ada.name}", ada.email.upper(),
        {"id": str(ada.id), "type": "user"},
    ):  # fmt: skip
        assert owners(tables.add_owners(t, value)) == [ada.name]
        assert owners(tables.add_owners(t, value)) == [ada.name]
        assert owners(tables.remove_owners(t, [value])) == []
    for value in (shop_team, f"team:{shop_team.name}", shop_team.name):
        assert owners(tables.set_owners(t, value)) == [shop_team.name]
    assert owners(tables.set_owners(t, ada)) == [ada.name]
    assert owners(tables.set_owners(t)) == []


def test_several_owners_are_kept_where_the_release_has_several(place: Shop) -> None:
    tables, t = place.om.tables, place.table
    ada, bob = place.user("ada"), place.user("bob")
    tables.add_owners(t, ada)
    if "owners" in type(t)._nodes:
        assert owners(tables.add_owners(t, bob)) == [ada.name, bob.name]
        assert owners(tables.remove_owners(t, ada)) == [bob.name]
    else:
        with pytest.raises(BadArguments, match=r"has one owner only, not user ada.* and user bob"):
            tables.add_owners(t, bob)


def test_names_that_do_not_exist_are_reported_together(place: Shop) -> None:
    tables, t = place.om.tables, place.table
    ada = place.user("ada")
    with pytest.raises(BadArguments) as info:
        tables.add_owners(t, f"{ada.name}x", "table:a", 5, t)
    text = str(info.value)
    assert f"owners[0]: there is no user or team '{ada.name}x'; did you mean {ada.name}" in text
    assert "owners[1]: must be a user or team, not a table" in text
    assert "owners[2]: must be a user or team, not int" in text
    assert "owners[3]: must be a user or team, not a table" in text
    with pytest.raises(BadArguments, match="pass one or more"):
        tables.add_owners(t)
    assert tables.get(t).version == t.version


def test_a_domain_is_set_and_removed(place: Shop) -> None:
    tables, t = place.om.tables, place.table
    sales = domain(place, "Sales")
    assert domains(tables.set_domain(t, sales.name)) == [sales.name]
    assert domains(tables.set_domain(t, f"domain:{sales.name}")) == [sales.name]
    assert domains(tables.set_domains(t, sales)) == [sales.name]
    assert domains(tables.set_domain(t, None)) == []
    assert domains(tables.add_domains(t, sales)) == [sales.name]
    assert domains(tables.remove_domains(t, sales)) == []


def test_an_inherited_domain_is_not_removed_below(place: Shop) -> None:
    om, t = place.om, place.table
    sales = domain(place, "Sales")
    om.database_schemas.set_domain(place.schema, sales)
    assert domains(om.tables.get(t, fields="domain" if "domain" in type(t)._nodes else "domains"))
    with pytest.raises(BadArguments, match="is inherited, and can only be removed from"):
        om.tables.remove_domains(t, sales)


def test_data_products_and_experts_are_added_and_removed(place: Shop) -> None:
    om, t = place.om, place.table
    sales, ada = domain(place, "Sales"), place.user("ada")
    field = "domains" if "domains" in om.types.CreateDataProductRequest._nodes else "domain"
    value = [sales.name] if field == "domains" else sales.name
    product = place.create("data_products", "Orders", description="x", **{field: value})
    om.tables.set_domain(t, sales)
    t = om.tables.add_data_products(t, product.name)
    assert [each.id for each in t.dataProducts] == [product.id]
    assert not om.tables.remove_data_products(t, product).dataProducts
    assert [each.name for each in om.domains.add_experts(sales, ada).experts] == [ada.name]
    assert not om.domains.remove_experts(sales, ada.name).experts
    with pytest.raises(BadArguments, match="there is no user"):
        om.domains.set_experts(sales, "team-that-is-not-there")


def test_reviewers_of_a_glossary_are_set(place: Shop) -> None:
    om, ada, bob = place.om, place.user("ada"), place.user("bob")
    words = place.create("glossaries", "Words", displayName="Words", description="x")
    words = om.glossaries.add_reviewers(words, ada, bob)
    assert sorted(each.name for each in words.reviewers) == [ada.name, bob.name]
    assert [each.name for each in om.glossaries.set_reviewers(words, bob).reviewers] == [bob.name]


def test_other_people_follow_an_entity(place: Shop) -> None:
    tables, t = place.om.tables, place.table
    ada, bob = place.user("ada"), place.user("bob")
    t = tables.add_followers(t, ada, bob.name)
    assert sorted(each.name for each in t.followers) == [ada.name, bob.name]
    assert [each.name for each in tables.remove_followers(t, bob).followers] == [ada.name]


def test_votes_are_given_and_withdrawn(place: Shop) -> None:
    if not place.om.supports("tables.vote"):
        pytest.skip("tables have no votes in this release")
    tables, t = place.om.tables, place.table
    tables.vote(t, "up")
    assert tables.get(t, fields="votes").votes.upVotes == 1
    tables.vote(t, "down")
    assert tables.get(t, fields="votes").votes.downVotes == 1
    tables.vote(t, None)
    votes = tables.get(t, fields="votes").votes
    assert (votes.upVotes, votes.downVotes) == (0, 0)


def test_references_of_a_result_have_names_without_another_request(
    place: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    om, t = place.om, place.table
    sales = domain(place, "Sales")
    call = om.session.call
    sent: list[Any] = []
    monkeypatch.setattr(om.session, "call", lambda plan: sent.append(plan) or call(plan))
    for value in (sales, sales.name, f"domain:{sales.name}"):
        om.tables.set_domain(t, None)
        found = om.tables.set_domain(t, value)
        sent.clear()
        assert domains(found) == [sales.name]
        assert sent == []
    om.tables.set_domain(t, None)
    found = om.tables.set_domain(t, {"id": str(sales.id), "type": "domain"})
    sent.clear()
    assert domains(found) == domains(found) == [sales.name]
    assert len(sent) <= 1  # the name was not known, and is read when it is needed


def test_metrics_are_related(place: Shop) -> None:
    om = place.om
    if not om.supports("metrics.add_related_metrics"):
        pytest.skip("metrics of the release are not related to others")
    one, other = (place.create("metrics", name) for name in ("Revenue", "Orders"))
    assert [each.name for each in om.metrics.add_related_metrics(one, other).relatedMetrics] == [
        other.name
    ]
    assert not om.metrics.remove_related_metrics(one, other.name).relatedMetrics
