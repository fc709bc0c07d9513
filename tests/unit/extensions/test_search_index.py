"""The facts about search indexes are valid, and name what releases have."""

from __future__ import annotations

import jsonschema

from dynclient.data import data_file
from dynclient.extensions.search_fields import Fields
from tests.support.trees import ALL_RELEASES, release_named

FACTS = data_file("search_index.json")


def test_the_facts_are_valid_by_their_schema() -> None:
    jsonschema.validate(FACTS, data_file("search_index.schema.json"))


def test_types_without_an_index_exist_in_some_release() -> None:
    known = {name for release in ALL_RELEASES for name in release_named(release).entities}
    if len(ALL_RELEASES) > 1:
        assert set(FACTS["not_indexed"]) | set(FACTS["first_types"]) <= known


def test_short_names_lead_to_fields_of_some_entity_type() -> None:
    for name in ALL_RELEASES:
        release = release_named(name)
        fields = Fields(release, list(release.entities.values()), "search()")
        kinds = {short: fields.find(short).kind for short in fields.names() if short in SHORT}
        assert {
            "owner": "reference",
            "tag": "label",
            "tier": "label",
            "fqn": "keyword",
        }.items() <= (kinds.items())


SHORT = {row["name"] for row in FACTS["fields"]}
