"""Labels completed from their names, as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from dynclient.data import data_file
from dynclient.drift import table
from dynclient.drift.labels import completed_label, label_entities, named_label
from dynclient.drift.translate import translate
from dynclient.errors import RequestInvalid
from dynclient.releases import release
from dynclient.schema import Node, Release
from tests.support.small_tree import SMALL, files, make_zip
from tests.support.trees import ALL_RELEASES, release_named

TAG = {
    "tagFQN": "PII.Sensitive",
    "source": "Classification",
    "labelType": "Manual",
    "state": "Confirmed",
}


@pytest.fixture(params=ALL_RELEASES)
def named(request: pytest.FixtureRequest) -> Release:
    return release_named(request.param)


@pytest.fixture
def old_label(tmp_path: Path) -> Node:
    """Return the node of a label as releases before 0.13 have it, in part."""
    label = {
        "title": "TagLabel",
        "type": "object",
        "properties": {
            "tagFQN": {"type": "string"},
            "source": {"type": "string", "enum": ["Tag", "Glossary"]},
            "labelType": {"type": "string", "enum": ["Manual"]},
        },
    }
    tree = make_zip(tmp_path / "0.12.0.zip", files({**SMALL, "type/tagLabel.json": label}))
    return release("0.12.0", source=tree).node("type/tagLabel.json")


def test_the_facts_fit_their_schema() -> None:
    schema = data_file("labels.schema.json")
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.validate(data_file("labels.json"), schema)


def test_every_release_has_the_schema_and_the_entities_of_labels(named: Release) -> None:
    node = named.find(table.LABEL)
    assert table.LABEL_NAME in node.properties
    assert {*data_file("labels.json")["fields"]} <= {*node.properties}
    assert {*label_entities()} <= {*named.entities}


def test_a_name_is_a_confirmed_label_of_a_tag(named: Release) -> None:
    node = named.find(table.LABEL)
    assert named_label(node, "PII.Sensitive") == TAG
    assert named_label(node, "PII.Sensitive", "tag") == TAG
    term = named_label(node, "Business.Revenue", "glossaryTerm")
    assert term == {**TAG, "tagFQN": "Business.Revenue", "source": "Glossary"}


def test_what_a_label_has_is_kept(named: Release) -> None:
    node = named.find(table.LABEL)
    label = {"tagFQN": "a.b", "source": "Glossary", "state": "Suggested", "labelType": None}
    assert completed_label(node, label) == {**label, "labelType": "Manual"}
    assert completed_label(node, {"source": "Glossary"}) == {"source": "Glossary"}
    assert completed_label(node, {"tagFQN": 5}) == {"tagFQN": 5}


def test_the_release_decides_which_values_and_properties_there_are(old_label: Node) -> None:
    label = {"tagFQN": "a.b", "source": "Tag", "labelType": "Manual"}
    assert named_label(old_label, "a.b") == named_label(old_label, "a.b", "tag") == label
    assert named_label(old_label, "a.b", "glossaryTerm") == {**label, "source": "Glossary"}


def test_a_schema_without_sources_has_none(tmp_path: Path) -> None:
    label = {"title": "TagLabel", "type": "object", "properties": {"tagFQN": {"type": "string"}}}
    tree = make_zip(tmp_path / "0.9.0.zip", files({**SMALL, "type/tagLabel.json": label}))
    node = release("0.9.0", source=tree).node("type/tagLabel.json")
    assert named_label(node, "a.b", "glossaryTerm") == {"tagFQN": "a.b"}


def test_labels_in_a_request_that_is_not_valid_are_completed(named: Release) -> None:
    node = named.find("CreateTableRequest")
    body: dict[str, Any] = {
        "name": "t",
        "databaseSchema": "s.d.p",
        "columns": [{"name": "a", "dataType": "INT", "tags": [{"tagFQN": "PII.Sensitive"}]}],
        "tags": ["PII.Sensitive"],
    }
    translated = translate(node, body, "the request")
    assert translated["tags"] == translated["columns"][0]["tags"] == [TAG]
    assert body["tags"] == ["PII.Sensitive"]
    with pytest.raises(RequestInvalid) as caught:
        translate(node, {**body, "tags": [5]}, "the request")
    assert [problem.path for problem in caught.value.problems] == ["tags[0]"]
