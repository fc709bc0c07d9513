"""Values that users pass, converted to the JSON that their place takes."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from types import MappingProxyType, SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from dynclient import BadArguments, DriftWarning
from dynclient.model import asdict, load, raw
from dynclient.model.conversion import as_reference, attach, plain, raw_of, unwrap
from dynclient.model.namespace import Types, types
from dynclient.secrets import Secret
from tests.support.trees import TREES, real_release, release_named

ID = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def user(named: Types) -> Any:
    return load(named.User, {"id": ID, "name": "ada", "fullyQualifiedName": "ada", "email": "x"})


def column(named: Types, name: str = "a") -> Any:
    return named.Column(name=name, dataType="INT")


# -- scalars ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["a", 1, 1.5, True, False, None])
def test_json_stays_as_it_is(value: Any) -> None:
    assert plain(None, value) is value
    assert raw_of(value) is value


def test_types_of_the_library_become_strings_and_numbers(named) -> None:
    assert plain(None, UUID(ID)) == ID
    assert (plain(None, Decimal(3)), type(plain(None, Decimal(3)))) == (3, int)
    assert (plain(None, Decimal("2.5")), type(plain(None, Decimal("2.5")))) == (2.5, float)
    day = datetime.date(2026, 1, 1)
    assert plain(None, day) == "2026-01-01"
    moment = datetime.datetime(2026, 1, 1, 0, 0, 0, 1600, tzinfo=datetime.UTC)
    assert plain(None, moment) == moment.isoformat()
    number = named.Table._node.properties["updatedAt"]
    assert number.kind == "integer"
    assert plain(number, moment) == 1767225600002
    assert type(plain(number, moment)) is int
    assert plain(SimpleNamespace(kind="number"), moment) == 1767225600002  # type: ignore[arg-type]
    text = named.Table._node.properties["name"]
    assert plain(text, moment) == moment.isoformat()
    assert plain(number, day) == "2026-01-01"
    odd = object()
    assert plain(None, odd) is odd


def test_named_scalars_enum_members_and_secrets_become_plain(named, table) -> None:
    for value, base in (
        (table.fullyQualifiedName, str),
        (table.version, float),
        (table.columns[0].dataType, str),
        (Secret("hush"), str),
    ):
        for converted in (plain(None, value), raw_of(value)):
            assert type(converted) is base
            assert converted == value
    timestamp = load(named.Table, {"updatedAt": 5}).updatedAt
    assert type(timestamp) is not int
    assert type(plain(None, timestamp)) is int
    assert json.dumps(plain(None, Secret("hush"))) == '"hush"'


# -- containers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("several", [list, tuple, set, frozenset])
def test_collections_become_lists(several: Any) -> None:
    assert plain(None, several(["a"])) == ["a"]
    assert type(plain(None, several(["a"]))) is list


def test_mappings_are_copied_without_none() -> None:
    given = {"a": None, "b": {"c": [UUID(ID)], "d": None}, "e": 0}
    assert plain(None, MappingProxyType(given)) == {"b": {"c": [ID]}, "e": 0}
    assert given["a"] is None


def test_parts_of_entities_are_copied(named, table) -> None:
    for part in (table, table.columns, table.columns[0], table.fromTomorrow):
        copied = plain(None, part)
        assert copied == raw_of(part)
        assert copied is not raw_of(part)
        assert type(copied) in {dict, list}
    copied = plain(None, {"a": table.columns})
    copied["a"].clear()
    assert len(table.columns) == 3
    below = plain(None, table.fromTomorrow)
    below["list"].clear()
    assert table.fromTomorrow["list"] == [{"a": 1}]


def test_raw_of_an_entity_is_the_data_itself(table) -> None:
    assert raw(table) is raw_of(table)
    assert raw_of(table.columns) is raw_of(table)["columns"]
    assert raw_of(table.fromTomorrow) is raw_of(table)["fromTomorrow"]


# -- references ------------------------------------------------------------------------------------


def test_an_entity_becomes_what_its_place_takes(named, user) -> None:
    node = named.Table._node.release.find("EntityReference")
    whole = {"id": ID, "type": "user", "fullyQualifiedName": "ada"}
    assert as_reference(node, user) == whole
    assert as_reference(None, user) is None
    assert as_reference(named.Table._node, user) is None
    assert as_reference(named.Table._node.properties["fullyQualifiedName"], user) == "ada"
    assert as_reference(named.Table._node.properties["id"], user) == ID
    assert as_reference(node, load(named.User, {"name": "bob"})) == {"type": "user"}
    name = named.Table._node.properties["name"]
    assert as_reference(name, load(named.User, {"name": "bob"})) == "bob"
    assert as_reference(name, load(named.User, {"id": ID})) is None
    assert as_reference(node, column(named)) is None
    assert as_reference(name, column(named)) is None


def test_a_reference_becomes_the_name_or_id_in_it(named) -> None:
    reference = named.EntityReference(id=ID, type="user", fullyQualifiedName="ada")
    assert as_reference(named.Table._node.properties["name"], reference) == "ada"
    assert as_reference(named.Table._node.properties["id"], reference) == ID
    assert as_reference(named.Table._node.properties["owners"].items, reference) is None


def test_entities_in_mappings_and_lists_become_references(named, user) -> None:
    node = named.Table._node
    reference = {"id": ID, "type": "user", "fullyQualifiedName": "ada"}
    assert plain(node, {"owners": [user], "name": "t"}) == {"owners": [reference], "name": "t"}
    assert plain(node.properties["owners"], (user,)) == [reference]
    assert plain(None, {"owners": [user]}) == {"owners": [raw_of(user)]}
    assert plain(None, user) == raw_of(user)
    assert plain(None, user) is not raw_of(user)


def test_entities_under_names_of_other_releases_become_references(named, user) -> None:
    release = release_named("starter").with_drift("bridge")
    node = release.find("Table")
    own = load(types(release).User, raw_of(user))
    reference = {"id": ID, "type": "user", "fullyQualifiedName": "ada"}
    with pytest.warns(DriftWarning, match="Table.owner is called owners"):
        assert plain(node, {"owner": own}) == {"owners": [reference]}
    assert plain(node, {"colour": own, "owners": [own]}) == {
        "colour": raw_of(own), "owners": [reference],
    }  # fmt: skip


@pytest.mark.skipif("1.13.0" not in TREES, reason="needs the tree of 1.13.0")
def test_a_boxed_item_takes_a_reference_in_its_box() -> None:
    release = real_release("1.13.0")
    term = load(types(release).GlossaryTerm, {"id": ID, "name": "t", "fullyQualifiedName": "g.t"})
    node = release.node("entity/data/glossaryTerm.json").properties["relatedTerms"]
    reference = {"id": ID, "type": "glossaryTerm", "fullyQualifiedName": "g.t"}
    assert as_reference(node.items, term) == {"term": reference}
    assert plain(node, [term]) == [{"term": reference}]


# -- attaching -------------------------------------------------------------------------------------


def test_a_new_entity_becomes_part_of_its_owner(named, table) -> None:
    new = column(named)
    node = named.Table._node.properties["columns"].items
    data, attached = attach(table, node, new)
    assert attached is new
    assert data is raw_of(new)
    assert new._link is table
    again, copied = attach(table, node, new)
    assert copied is None
    assert again == data
    assert again is not data


def test_what_a_server_returned_is_copied(named, table, user) -> None:
    other = load(named.Column, {"name": "b", "dataType": "INT"})
    node = named.Table._node.properties["columns"].items
    data, attached = attach(table, node, other)
    assert attached is None
    assert data == raw_of(other)
    assert data is not raw_of(other)


def test_an_entity_of_another_type_or_release_is_copied(table) -> None:
    named = types(table._node.release)
    other = types(table._node.release.with_drift("error"))
    node = named.Table._node.properties["columns"].items
    for foreign in (column(other), named.Tag(name="x", description="y")):
        data, attached = attach(table, node, foreign)
        assert attached is None
        assert data == raw_of(foreign)
        assert data is not raw_of(foreign)


def test_where_the_schema_has_no_place_an_entity_stays_connected(named, table) -> None:
    new = column(named)
    data, attached = attach(table, None, new)
    assert attached is new
    assert data is raw_of(new)


def test_lists_keep_the_new_entities_in_them_and_convert_the_rest(named, table) -> None:
    new, other = column(named), load(named.Column, {"name": "b", "dataType": "INT"})
    table.columns = (new, other, {"name": "c", "dataType": "INT"})
    assert table.columns[0] is new
    assert table.columns[1] is not other
    assert type(table.columns[2]) is named.Column
    new.description = other.description = "changed"
    assert [each.get("description") for each in asdict(table)["columns"]] == ["changed", None, None]


def test_references_in_lists_are_converted_even_if_new(named, table, user) -> None:
    reference = named.EntityReference(id=ID, type="user")
    table.owners = [user, reference]
    assert asdict(table)["owners"] == [
        {"id": ID, "type": "user", "fullyQualifiedName": "ada"}, {"id": ID, "type": "user"},
    ]  # fmt: skip


def test_an_entity_is_never_put_into_itself(named) -> None:
    parent = named.Column(name="p", dataType="STRUCT")
    child = named.Column(name="c", dataType="STRUCT")
    parent.children = [child]
    child.children = [parent]
    assert child.children[0] is not parent
    assert asdict(parent)["children"][0]["children"] == [
        {"name": "p", "dataType": "STRUCT", "children": [{"name": "c", "dataType": "STRUCT"}]}
    ]


# -- details ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["2.4", "2.6", "-2.4", "-2.6", "0.5"])
def test_decimals_with_a_fraction_keep_it(text: str) -> None:
    assert plain(None, Decimal(text)) == float(text)


def test_only_entities_and_references_have_a_name_to_send(named, user) -> None:
    place = named.Table._node.properties["name"]
    assert place.kind == "string"
    assert as_reference(place, user) == "ada"
    reference = named.EntityReference(id=ID, type="user", fullyQualifiedName="ada")
    assert as_reference(place, reference) == "ada"
    label = load(named.TagLabel, {"tagFQN": "x", "name": "x"})
    for other in (column(named), label):
        assert as_reference(place, other) is None


def test_an_entity_is_unwrapped_to_its_fields_or_to_a_reference(named, user) -> None:
    fields = {"name": "a", "dataType": "INT"}
    node = named.Table._node.properties["columns"].items
    assert unwrap(node, fields) is fields
    assert unwrap(node, "text") == "text"
    new = column(named)
    assert unwrap(node, new) is raw_of(new)
    owners = named.Table._node.properties["owners"].items
    assert unwrap(owners, user) == {"id": ID, "type": "user", "fullyQualifiedName": "ada"}


# -- labels ----------------------------------------------------------------------------------------


LABEL = {
    "tagFQN": "PII.Sensitive",
    "source": "Classification",
    "labelType": "Manual",
    "state": "Confirmed",
}
TERM_LABEL = {**LABEL, "tagFQN": "Business.Revenue", "source": "Glossary"}


def test_what_stands_for_a_label_is_one_wherever_a_label_is_wanted(named: Types) -> None:
    tag = load(named.Tag, {"id": ID, "name": "Sensitive", "fullyQualifiedName": "PII.Sensitive"})
    term = load(named.GlossaryTerm, {"id": ID, "fullyQualifiedName": "Business.Revenue"})
    reference = load(
        named.EntityReference,
        {"id": ID, "type": "glossaryTerm", "fullyQualifiedName": "Business.Revenue"},
    )
    name = named.FullyQualifiedEntityName("PII.Sensitive")
    given = [tag, "PII.Sensitive", name, {"tagFQN": "PII.Sensitive"}, LABEL, term, reference]
    expected = [*[LABEL] * 5, TERM_LABEL, TERM_LABEL]
    request = named.CreateTableRequest
    assert plain(request._node, {"tags": given})["tags"] == expected
    assert asdict(named.Column(name="a", dataType="INT", tags=given))["tags"] == expected
    table = load(named.Table, {"id": ID, "columns": [{"name": "a", "tags": []}]})
    table.tags = given
    for each in given:
        table.columns[0].tags.append(each)
    table.columns[0].tags += given[:1]
    table.columns[0].tags[0] = term
    assert asdict(table)["tags"] == expected
    assert [each.tagFQN for each in table.tags] == [each["tagFQN"] for each in expected]
    assert asdict(table)["columns"][0]["tags"] == [TERM_LABEL, *expected[1:], LABEL]
    certification = named.AssetCertification(tagLabel=tag)
    certification.tagLabel = "PII.Sensitive"
    assert asdict(certification) == {"tagLabel": LABEL}


def test_what_is_not_a_label_is_refused_where_it_is_assigned(named: Types, user: Any) -> None:
    table = load(named.Table, {"id": ID})
    with pytest.raises(BadArguments, match=r"must be a tag, a glossary term or .* not a user"):
        table.tags = [user]
    with pytest.raises(BadArguments, match="not a tag without a fullyQualifiedName"):
        table.tags = [named.Tag(name="x")]
    assert asdict(table) == {"id": ID}
