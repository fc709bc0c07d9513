"""Tags, glossary terms and tiers, from a call to what the server stores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dynclient.client.client import Client
from dynclient.errors import BadArguments
from tests.support.shop import Shop, shop

PII, OTHER = "PII.Sensitive", "PersonalData.Personal"


@pytest.fixture
def place(each: Client) -> Iterator[Shop]:
    with shop(each) as made:
        yield made


def names(part: Any) -> list[str]:
    return [label.tagFQN for label in part.tags or ()]


def test_tags_of_an_entity_are_added_and_removed(place: Shop) -> None:
    tables, t = place.om.tables, place.table
    assert names(tables.add_tags(t, PII, OTHER)) == [PII, OTHER]
    assert names(tables.add_tags(t.id, PII)) == [PII, OTHER]
    assert names(tables.remove_tags(t.fullyQualifiedName, PII, "No.Such")) == [OTHER]
    assert names(tables.get(t, fields="tags")) == [OTHER]


def test_tags_of_columns_are_added_and_removed(place: Shop) -> None:
    tables, t = place.om.tables, place.table
    t = tables.add_tags(t, PII, column=["email", "address.city"])
    assert names(t.columns[1]) == names(t.columns[2].children[0]) == [PII]
    assert names(t.columns[0]) == names(t) == []
    t = tables.remove_tags(t, PII, column=t.columns[1])
    assert names(t.columns[1]) == []
    assert names(t.columns[2].children[0]) == [PII]


def test_tags_glossary_terms_and_labels_are_taken(place: Shop) -> None:
    om, t = place.om, place.table
    words = place.create("glossaries", "Words", displayName="Words", description="x")
    term = place.create(
        "glossary_terms", "Order", displayName="Order", glossary=words, description="x"
    )
    fqn = term.fullyQualifiedName
    for value in (term, fqn, f"glossaryTerm:{fqn}", {"tagFQN": fqn}):
        t = om.tables.add_tags(t, value)
        assert [(label.tagFQN, label.source) for label in t.tags] == [(fqn, "Glossary")]
        assert not om.tables.remove_tags(t, value).tags
    t = om.tables.add_tags(t, om.tags["PII.Sensitive"])
    assert names(t) == [PII]
    t = om.tables.add_tags(t, {"tagFQN": OTHER})
    assert names(om.tables.remove_tags(t, t.tags[-1], om.tags["PII.Sensitive"])) == []


def test_a_tier_replaces_the_tier_and_nothing_else(place: Shop) -> None:
    tables, t = place.om.tables, place.table
    tables.add_tags(t, OTHER)
    assert names(tables.set_tier(t, "Tier.Tier1")) == [OTHER, "Tier.Tier1"]
    assert names(tables.set_tier(t, "Tier2")) == [OTHER, "Tier.Tier2"]
    assert names(tables.set_tier(t, None)) == [OTHER]
    with pytest.raises(BadArguments, match=r"must be a tag of Tier, not 'PII\.Sensitive'"):
        tables.set_tier(t, PII)


def test_a_new_label_replaces_the_one_that_it_excludes(place: Shop) -> None:
    tables, t = place.om.tables, place.table
    tables.add_tags(t, "Tier.Tier1", OTHER)
    assert names(tables.add_tags(t, "Tier.Tier2")) == [OTHER, "Tier.Tier2"]
    with pytest.raises(BadArguments, match=r"Tier\.Tier1 and Tier\.Tier3 are mutually exclusive"):
        tables.add_tags(t, "Tier.Tier1", "Tier.Tier3")


def test_all_problems_are_reported_before_anything_is_sent(place: Shop) -> None:
    tables, t = place.om.tables, place.table
    with pytest.raises(BadArguments) as info:
        tables.add_tags(t, "PII.Sensitve", 5)
    assert "did you mean PII.Sensitive" in str(info.value)
    assert "tags[1]: must be the name of a tag" in str(info.value)
    with pytest.raises(BadArguments) as info:
        tables.add_tags(t, PII, column="emial", task="load")
    assert "there is no column 'emial'; did you mean email?" in str(info.value)
    assert "task: Table has no parts of that name; it has column=" in str(info.value)
    with pytest.raises(BadArguments, match="pass one tag or more"):
        tables.add_tags(t)
    assert tables.get(t).version == t.version


def test_parts_in_an_object_of_the_entity_are_found(place: Shop) -> None:
    om = place.om
    service = place.create(
        "messaging_services",
        "bus",
        serviceType="Kafka",
        connection={"config": {"type": "Kafka", "bootstrapServers": "h:1"}},
    )
    topic = om.topics.create(
        name="clicks",
        service=service,
        partitions=1,
        messageSchema={
            "schemaType": "JSON",
            "schemaFields": [
                {
                    "name": "click",
                    "dataType": "RECORD",
                    "children": [{"name": "user", "dataType": "STRING"}],
                }
            ],
        },
    )
    topic = om.topics.add_tags(topic, PII, field="click.user")
    assert names(topic.messageSchema.schemaFields[0].children[0]) == [PII]


def test_descriptions_of_entities_and_columns_are_set(place: Shop) -> None:
    tables, t = place.om.tables, place.table
    t = tables.set_description(t, "all orders")
    t = tables.set_description(t, "where to", column=["email", "address.city"])
    t = tables.get(t)
    assert t.description == "all orders"
    assert t.columns[1].description == t.columns[2].children[0].description == "where to"
    assert tables.set_description(t, None).description is None
    with pytest.raises(BadArguments, match=r"did you mean email\?"):
        tables.set_description(t, "x", column="emial")


def test_a_target_of_another_type_is_refused(place: Shop) -> None:
    tables, schema = place.om.tables, place.schema
    for target in (schema, {"id": str(schema.id), "type": "databaseSchema"}):
        with pytest.raises(BadArguments, match="target: must be a table, not a databaseSchema"):
            tables.add_tags(target, PII)
    assert names(tables.add_tags(f"table:{place.table.fullyQualifiedName}", [PII])) == [PII]


def test_collections_without_tags_do_not_have_the_methods(each: Client) -> None:
    assert each.supports("tables.add_tags")
    assert not each.supports("bots.add_tags")
    assert "set_tier" in dir(each.tables)
    assert "set_tier" not in dir(each.bots)
