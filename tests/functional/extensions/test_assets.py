"""Assets of domains, people, tags and terms, from a call to what the server stores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dynclient.client.client import Client
from dynclient.errors import BadArguments, NotFound
from tests.support.shop import Shop, shop

PII = "PII.Sensitive"


@pytest.fixture
def place(each: Client) -> Iterator[Shop]:
    with shop(each) as made:
        yield made


def names(listing: Any) -> list[str]:
    return sorted(each.fullyQualifiedName for each in listing)


def term(place: Shop) -> Any:
    words = place.create("glossaries", "Words", displayName="Words", description="x")
    return place.om.glossary_terms.create(
        name="Order", displayName="Order", glossary=words, description="x"
    )


def test_assets_of_a_tag_have_it_themselves_or_in_a_part(place: Shop) -> None:
    om, t = place.om, place.table
    tag = place.create("classifications", "Lab", description="x")
    wet = om.tags.create(name="Wet", classification=tag, description="x")
    assert names(om.tags.assets(wet)) == []
    om.tables.add_tags(t, wet, column="address.city")
    om.database_schemas.add_tags(place.schema, wet)
    both = sorted([t.fullyQualifiedName, place.schema.fullyQualifiedName])
    assert names(om.tags.assets(wet)) == both
    assert names(om.tags.assets(wet.fullyQualifiedName, types=["tables"])) == both[1:]
    first = om.tags.assets(wet).first()
    assert first.type in {"table", "databaseSchema"}
    with pytest.raises(NotFound, match=r"tag instance for PII\.Nope not found"):
        list(om.tags.assets("PII.Nope"))


def test_a_term_labels_assets(place: Shop) -> None:
    om, t, order = place.om, place.table, term(place)
    result = om.glossary_terms.add_assets(
        order, t, f"databaseSchema:{place.schema.fullyQualifiedName}"
    )
    assert (len(result.passed), result.failed) == (2, [])
    fqn = order.fullyQualifiedName
    assert [label.source for label in om.tables.get(t, fields="tags").tags] == ["Glossary"]
    assert t.fullyQualifiedName in names(om.glossary_terms.assets(fqn))
    om.glossary_terms.remove_assets(fqn, [t])
    assert names(om.glossary_terms.assets(order)) == [place.schema.fullyQualifiedName]


def test_a_tag_labels_assets(place: Shop) -> None:
    om, t = place.om, place.table
    assert om.tags.add_assets(PII, t).passed
    assert [label.tagFQN for label in om.tables.get(t, fields="tags").tags] == [PII]
    refused = om.tags.add_assets("PII.None", t)
    assert "mutually exclusive" in refused.failed[0][1]
    om.tags.remove_assets(PII, t)
    assert not om.tables.get(t, fields="tags").tags


def test_assets_of_people_are_what_they_own(place: Shop) -> None:
    om, t, ada = place.om, place.table, place.user("ada")
    om.tables.add_owners(t, ada)
    assert names(om.users.assets(ada)) == [t.fullyQualifiedName]
    assert names(om.users.assets(ada.name, types=["topic", "table"])) == [t.fullyQualifiedName]
    assert not om.supports("users.add_assets")


def test_assets_of_a_team_are_what_it_owns(place: Shop) -> None:
    om, t = place.om, place.table
    team = place.create("teams", "Crew", teamType="Group")
    om.tables.set_owners(t, team)
    assert names(om.teams.assets(team.name)) == [t.fullyQualifiedName]


def test_assets_are_added_to_a_domain_and_a_data_product(place: Shop) -> None:
    om, t = place.om, place.table
    if not om.supports("domains.add_assets"):
        pytest.skip("the release has no domains")
    sales = place.create("domains", "Sales", domainType="Aggregate", description="x")
    is_list = "domains" in om.types.CreateDataProductRequest._nodes
    link = {"domains": [sales.name]} if is_list else {"domain": sales.name}
    product = place.create("data_products", "Orders", description="x", **link)
    for collection, group in ((om.domains, sales), (om.data_products, product)):
        result = collection.add_assets(group.name, t)
        assert [each["id"] for each in result.passed] == [str(t.id)]
        assert t.fullyQualifiedName in names(collection.assets(group))
        assert names(collection.assets(group, types=["table"])) == [t.fullyQualifiedName]
    om.data_products.remove_assets(product, t)
    assert names(om.data_products.assets(product)) == []


def test_values_that_are_not_entities_are_reported_before_anything_is_sent(place: Shop) -> None:
    message = "types: must be names of entity types, such as 'table', not 5"
    with pytest.raises(BadArguments, match=message):
        place.om.tags.assets("PII.Sensitive", types=5)
    om = place.om
    with pytest.raises(BadArguments) as info:
        om.tags.add_assets(PII, place.table, "table", 5)
    assert "assets[1]" in str(info.value)
    assert "assets[2]" in str(info.value)
    with pytest.raises(BadArguments, match="pass one or more"):
        om.tags.add_assets(PII)
    assert not om.tables.get(place.table, fields="tags").tags


def test_ports_of_a_data_product_are_entities(place: Shop) -> None:
    om, t = place.om, place.table
    if not om.supports("data_products.input_ports") or om.release.name == "starter":
        pytest.skip("the release has no ports")
    sales = place.create("domains", "Sales", domainType="Aggregate", description="x")
    product = place.create("data_products", "Orders", description="x", domains=[sales.name])
    assert om.data_products.add_input_ports(product, t).passed
    assert om.data_products.add_output_ports(product.name, t, place.schema).passed
    assert [each.fullyQualifiedName for each in om.data_products.input_ports(product)] == [
        t.fullyQualifiedName
    ]
    assert {type(each).__name__ for each in om.data_products.output_ports(product)} == {
        "Table",
        "DatabaseSchema",
    }
    om.data_products.remove_output_ports(product, t)
    assert len(om.data_products.output_ports(product)) == 1
    om.data_products.remove_input_ports(product, t)
    assert list(om.data_products.input_ports(product)) == []
