"""Custom properties, from their definition to the values that the server stores."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest

from dynclient.client.client import Client
from dynclient.display.displayed import media_types
from dynclient.display.interactive import fetching
from dynclient.errors import BadArguments, RequestInvalid, UsageError
from tests.support.shop import COLUMNS, Shop, shop


@pytest.fixture
def place(each: Client) -> Iterator[Shop]:
    with shop(each) as made:
        yield made
        properties = each.custom_properties("table")
        properties.remove(*(one.name for one in properties))


def values(entity: Any) -> Any:
    """Return the custom properties of an entity as plain JSON."""
    found = entity.extension
    return {name: found[name] for name in found} if found is not None else {}


def test_a_property_is_defined_listed_changed_and_removed(place: Shop) -> None:
    properties = place.om.custom_properties("table")
    assert properties.list() == []
    cost = properties.define("cost", "integer", "what it costs")
    assert (cost.name, cost.propertyType.name) == ("cost", "integer")
    assert properties.define("cost", "integer", "in cents").description == "in cents"
    assert [one.name for one in properties] == ["cost"]
    assert "cost" in properties
    assert "not read" in media_types(properties)["text/plain"]
    with fetching():
        assert media_types(properties)["text/plain"].splitlines()[-1] == "cost  integer  in cents"
    assert properties.get("cost").description == "in cents"
    assert properties.get("nope") is None
    with pytest.raises(UsageError, match="of type 'integer', whose values are not valid"):
        properties.define("cost", "string")
    with pytest.raises(BadArguments, match=r"no custom property 'csot'; did you mean cost\?"):
        properties.remove("csot")
    properties.remove("cost")
    assert properties.list() == []


def test_types_are_those_of_the_server(place: Shop) -> None:
    types = place.om.custom_properties.types()
    assert {"string", "integer", "markdown"} <= set(types)
    with pytest.raises(BadArguments, match=r"no type 'strin'; did you mean string\?"):
        place.om.custom_properties("table").define("x", "strin")
    define = place.om.custom_properties("table").define
    with pytest.raises(
        BadArguments, match="values: is not a setting of string, only of enum"
    ) as caught:
        define("x", "string", values=["a"], format="yyyy")
    assert "format: is not a setting of string, only of date, dateTime, time" in str(caught.value)
    with pytest.raises(BadArguments, match="type: the server has no type None"):
        define("x", None)


def test_values_are_set_and_removed_and_others_stay(place: Shop) -> None:
    om, t = place.om, place.table
    properties = om.custom_properties("table")
    for name, kind in (("cost", "integer"), ("note", "string"), ("when", "date")):
        properties.define(name, kind)
    om.tables.set_property(t, "cost", 3)
    t = om.tables.set_property(t.fullyQualifiedName, "when", datetime.date(2024, 1, 31))
    assert values(t) == {"cost": 3, "when": "2024-01-31"}
    t = om.tables.set_properties(t, {"cost": 4, "note": "x"})
    assert values(t) == {"cost": 4, "when": "2024-01-31", "note": "x"}
    t = om.tables.remove_property(t, "when", "nope")
    assert values(t) == {"cost": 4, "note": "x"}
    assert values(om.tables.set_properties(t, {"note": "y"}, only=True)) == {"note": "y"}


def test_wrong_values_are_not_sent(place: Shop) -> None:
    om, t = place.om, place.table
    om.custom_properties("table").define("cost", "integer")
    with pytest.raises(BadArguments) as info:
        om.tables.set_properties(t, {"cost": "x", "csot": 1})
    assert "extension['cost']: must be an integer, not 'x'" in str(info.value)
    assert "did you mean cost?" in str(info.value)
    with pytest.raises(BadArguments, match="must be values by the name of the property, not list"):
        om.tables.set_properties(t, ["cost"])
    t.extension = {"cost": "x"}
    with pytest.raises(RequestInvalid, match=r"extension\['cost'\]: must be an integer"):
        om.save(t)
    assert om.tables.get(t).version == 0.1
    t = om.tables.get(t)
    t.extension = {"cost": 5}
    assert values(om.save(t)) == {"cost": 5}


def test_wrong_values_of_create_requests_are_not_sent(place: Shop) -> None:
    om = place.om
    om.custom_properties("table").define("cost", "integer")
    fields = {"databaseSchema": place.schema.fullyQualifiedName, "columns": COLUMNS}
    if "extension" not in om.types.CreateTableRequest._nodes:
        pytest.skip("create requests of the release have no custom properties")
    row = {"name": "costly", "extension": {"cost": "x", "csot": 1}, **fields}
    for call in (om.tables.create, om.tables.upsert, om.create_or_update):
        request = om.types.CreateTableRequest(**row)
        with pytest.raises(RequestInvalid) as info:
            call(request)
        assert "extension['cost']: must be an integer, not 'x'" in str(info.value)
        assert "did you mean cost?" in str(info.value)
    result = om.tables.upsert_many([row])
    assert "must be an integer" in str(result.failed[0].error)
    assert "costly" not in [each.name for each in om.tables.list(databaseSchema=place.schema)]
    made = om.tables.create(**{**row, "extension": {"cost": 3}})
    assert om.tables.get(made.id, fields="extension").extension["cost"] == 3


def test_a_property_that_another_client_defined_is_known_at_once(
    place: Shop, connected: Any
) -> None:
    om, t = place.om, place.table
    om.custom_properties("table").define("cost", "integer")
    om.tables.set_property(t, "cost", 1)
    connected(om.release.name).custom_properties("table").define("later", "string")
    assert values(om.tables.set_property(t, "later", "x")) == {"cost": 1, "later": "x"}


def test_values_of_every_type_are_stored(place: Shop) -> None:
    om, t = place.om, place.table
    properties = om.custom_properties("table")
    types = om.custom_properties.types()
    if "enum" not in types:
        pytest.skip("the release has simple types only")
    ada = place.user("ada")
    properties.define("color", "enum", values=["red", "green"])
    message = r"entities\[1\]: there is no entity type 'usr'; did you mean users"
    with pytest.raises(BadArguments, match=message):
        properties.define("boss", "entityReference", entities=["team", "usr"])
    boss = properties.define("boss", "entityReference", entities="users")
    assert list(boss.customPropertyConfig.config) == ["user"]
    properties.define("crew", "entityReferenceList", entities=["user", "team"])
    properties.define("sizes", "table", columns=["a", "b"])
    properties.define("at", "timestamp")
    properties.define("span", "timeInterval")
    properties.define("lasts", "duration")
    properties.define("moment", "dateTime", format="dd MMM yyyy HH:mm")
    moment = datetime.datetime(2024, 1, 31, 10, 5, tzinfo=datetime.UTC)
    reference = {"id": str(ada.id), "type": "user"}
    sizes = {"columns": ["a", "b"], "rows": [{"a": "1", "b": "2"}]}
    t = om.tables.set_properties(
        t,
        {
            "color": "red",
            "boss": ada,
            "crew": [f"user:{ada.name}", ada.id],
            "sizes": sizes,
            "at": moment,
            "span": (moment, 1706700000),
            "lasts": datetime.timedelta(minutes=1),
            "moment": moment,
        },
    )
    assert om.tables.get(t, fields="extension").extension["boss"]["id"] == str(ada.id)
    found = values(t)
    assert found["crew"] == [reference]
    assert found["sizes"] == sizes
    assert found["at"] == 1706695500000
    assert found["span"] == {"start": 1706695500000, "end": 1706700000000}
    assert (found["color"], found["lasts"]) == (["red"], "PT60S")
    assert found["moment"] == "31 Jan 2024 10:05"
    with pytest.raises(BadArguments) as info:
        om.tables.set_properties(t, {"color": "rde", "boss": 5, "moment": "x", "sizes": {"a": 1}})
    for text in (
        "did you mean red?",
        "must be a user, not int",
        "must have the format dd MMM yyyy",
    ):
        assert text in str(info.value)
