"""Root types: values with a name, usable as what they are and with ``.root``."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest

from dynclient import compat
from dynclient.compat.models.validation_errors import ValidationError
from dynclient.schema import Release
from tests.support.trees import ALL_RELEASES, release_named

UUID = "2f0a4bd1-2e2f-4a5e-9d7e-0a6c54ad3f0a"
REFERENCE = {"id": UUID, "type": "user"}


@pytest.fixture(params=ALL_RELEASES)
def release(request: pytest.FixtureRequest) -> Release:
    return release_named(request.param)


def basic(release: Release, name: str) -> Any:
    return compat.entity_class(release, f"type/basic.json#/definitions/{name}")


def references(release: Release) -> Any:
    return compat.entity_class(release, release.type_names["EntityReferenceList"].removesuffix("#"))


def test_a_text_is_a_text_and_more(release: Release) -> None:
    name = basic(release, "entityName")("orders")
    assert name == name.root == name.__root__ == "orders"
    assert type(name.root) is str
    assert (str(name), f"{name}", repr(name)) == ("orders", "orders", "EntityName(root='orders')")
    assert name.upper() == "ORDERS"
    assert {name: 1}["orders"] == 1
    assert json.dumps([name]) == '["orders"]'


@pytest.mark.parametrize("how", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_are_of_the_same_class(release: Release, how: Any) -> None:
    known = [
        basic(release, "entityName")("a"),
        basic(release, "uuid")(UUID),
        basic(release, "timestamp")(5),
        references(release)([REFERENCE]),
    ]
    for value in known:
        again = how(value)
        assert type(again) is type(value)
        assert again == value
        assert again is not value


def test_numbers_are_numbers(release: Release) -> None:
    moment = basic(release, "timestamp")("1651237632058")
    assert moment + 1 == 1651237632059
    assert (moment.root, type(moment.root)) == (1651237632058, int)
    version = compat.entity_class(release, "type/entityHistory.json#/definitions/entityVersion")(1)
    assert (version.root, type(version.root)) == (1.0, float)


def test_every_change_of_a_list_is_sent(release: Release) -> None:
    owners = references(release)(root=[REFERENCE])
    table = compat.entity_class(release, "entity/data/table.json")
    model = compat.wrap(table, {"followers": [REFERENCE]})
    assert type(model.followers) is type(owners)
    for listed in (owners, model.followers):
        listed.root.append(listed[0])
        listed.append(listed[0])
        assert (len(listed), len(listed.root)) == (3, 3)
        assert [one.type for one in listed] == ["user"] * 3
    assert compat.payload(model) == {"followers": [REFERENCE] * 3}
    owners.root = [REFERENCE]
    assert compat.payload(owners) == [REFERENCE]
    assert owners[0].id.root == model.followers[0].id.root


def test_a_map_is_a_map(release: Release) -> None:
    place = "entity/services/connections/connectionBasicType.json#/definitions/connectionOptions"
    options = compat.entity_class(release, place)(root={"a": "b"})
    options.root["c"] = "d"
    assert options == {"a": "b", "c": "d"}
    assert compat.payload(options) == {"a": "b", "c": "d"}
    options.root = {}
    assert dict(options) == {}


def test_a_boolean_root_is_kept(release: Release) -> None:
    place = "entity/services/connections/connectionBasicType.json#/definitions"
    supports = compat.entity_class(release, f"{place}/supportsMetadataExtraction")
    assert supports(True).root is True
    assert bool(supports(root=False)) is False
    assert supports("yes") == supports(True)
    assert compat.payload(supports(True)) is True


def test_invalid_values_are_reported(release: Release) -> None:
    for name, value, kind in (
        ("entityName", "", "string_too_short"),
        ("entityName", [5], "string_type"),
        ("uuid", "x", "uuid_parsing"),
        ("timestamp", "x", "int_parsing"),
        ("email", "nobody", "value_error"),
    ):
        with pytest.raises(ValidationError) as caught:
            basic(release, name)(value)
        assert [(error["type"], error["loc"]) for error in caught.value.errors()] == [(kind, ())]
    with pytest.raises(ValidationError):
        references(release)(unknown=1)


def test_a_server_may_send_another_type(release: Release) -> None:
    for cls, raw in (
        (basic(release, "entityName"), 5),
        (basic(release, "timestamp"), "later"),
        (references(release), "none"),
    ):
        assert compat.wrap(cls, raw) == raw
        assert type(compat.wrap(cls, raw)) is type(raw)
    assert compat.wrap(basic(release, "uuid"), "no-uuid").root == "no-uuid"
