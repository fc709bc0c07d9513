"""Names the official SDK writes another way: encoded in requests, decoded when they are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dynclient
from dynclient import compat
from dynclient.compat.models import name_encoding
from dynclient.schema import Release
from tests.support.trees import ALL_RELEASES, release_named

DATA = Path(dynclient.__file__).parent / "data"
ODD = 'a::b>c"d'
WRITTEN = "a__reserved__colon__b__reserved__arrow__c__reserved__quote__d"


@pytest.fixture(params=ALL_RELEASES)
def release(request: pytest.FixtureRequest) -> Release:
    return release_named(request.param)


def create(release: Release, path: str, **fields: Any) -> Any:
    return compat.entity_class(release, path)(**fields)


def test_the_table_is_sound() -> None:
    schema = json.loads((DATA / "encoded_names.schema.json").read_text("utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.validate(json.loads((DATA / "encoded_names.json").read_text("utf-8")), schema)


@given(st.text(alphabet='ab:>" _', max_size=20))
def test_what_is_written_is_read_back(name: str) -> None:
    written = name_encoding.encode(name)
    assert name_encoding.decode(written) == name
    assert not any(token in written for token in ("::", ">", '"'))
    assert name_encoding.encode(written) == written


def test_names_of_requests_and_columns_are_written_as_the_official_sdk_writes_them(
    release: Release,
) -> None:
    columns = [{"name": ODD, "dataType": "STRUCT", "children": [{"name": ODD, "dataType": "INT"}]}]
    constraints = [{"constraintType": "PRIMARY_KEY", "columns": [ODD]}]
    request = create(
        *(release, "api/data/createTable.json"),
        name=ODD,
        databaseSchema="s.d.c",
        columns=columns,
        tableConstraints=constraints,
    )
    assert request.name.root == ODD
    sent = compat.payload(request)
    assert sent["name"] == WRITTEN
    assert sent["columns"][0]["name"] == sent["columns"][0]["children"][0]["name"] == WRITTEN
    assert sent["tableConstraints"][0]["columns"] == [WRITTEN]


def test_names_are_decoded_when_read_and_encoded_when_sent(release: Release) -> None:
    cls = compat.entity_class(release, "entity/data/table.json")
    for spelt in (WRITTEN, ODD):
        data = {"name": spelt, "columns": [{"name": spelt, "dataType": "INT"}]}
        table = compat.wrap(cls, data)
        assert (table.name.root, table.columns[0].name.root) == (ODD, ODD)
        assert table.model_dump(mode="json", exclude_unset=True)["name"] == ODD
        assert compat.payload(table) == data
    table.columns[0].name = "x>y"
    assert compat.payload(table)["columns"][0]["name"] == "x__reserved__arrow__y"


def test_names_of_services_are_written_as_they_are(release: Release) -> None:
    cls = compat.entity_class(release, "api/services/createDatabaseService.json")
    assert compat.payload(cls.model_construct(name=ODD)) == {"name": ODD}
