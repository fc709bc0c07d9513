"""Older releases: values as pydantic 1 converted them; newer ones are as strict as pydantic 2."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from dynclient import compat
from dynclient.compat.models.lenient_types import scalar_type_of
from dynclient.compat.models.string_formats import scalar_type
from dynclient.compat.models.validation_errors import ValidationError
from dynclient.data import data_file
from dynclient.schema.versions import numbers
from tests.support.trees import TREES, release_named

OLD = [name for name in ("1.0.4", "1.2.0") if name in TREES]
NEW = [name for name in ("1.6.0", "1.13.0") if name in TREES] or ["starter"]
MOMENT = datetime(2020, 1, 2, 3, 4, 5, 600000, tzinfo=UTC)
ACCEPTED = [
    ("timestamp", 1577934245600.7, 1577934245600),
    ("timestamp", MOMENT, 1577934245600),
    ("date", MOMENT, date(2020, 1, 2)),
    ("date", 1577934245, date(2020, 1, 2)),
    ("markdown", 5, "5"),
    ("entityName", 1.5, "1.5"),
]


def named(release: str, name: str) -> Any:
    return compat.entity_class(release_named(release), f"type/basic.json#/definitions/{name}")


@pytest.mark.parametrize("release", OLD)
@pytest.mark.parametrize(("name", "value", "expected"), ACCEPTED)
def test_older_releases_convert(release: str, name: str, value: Any, expected: Any) -> None:
    assert named(release, name)(value).root == expected


@pytest.mark.parametrize("release", NEW)
@pytest.mark.parametrize(("name", "value", "_"), ACCEPTED)
def test_newer_releases_refuse(release: str, name: str, value: Any, _: Any) -> None:
    with pytest.raises(ValidationError):
        named(release, name)(value)


@pytest.mark.parametrize("release", OLD)
def test_older_releases_refuse_what_is_no_number_and_no_text(release: str) -> None:
    for name, value in (
        *(("timestamp", float("inf")), ("timestamp", "soon"), ("date", "soon")),
        *(("markdown", [1]), ("entityName", ""), ("entityName", None)),
    ):
        with pytest.raises(ValidationError):
            named(release, name)(value)


@pytest.mark.parametrize("release", OLD)
def test_fields_of_models_convert_too(release: str) -> None:
    column = compat.entity_class(
        release_named(release), "entity/data/table.json#/definitions/column"
    )(name=7, dataType="INT", ordinalPosition=1.0, dataTypeDisplay=3)
    assert compat.payload(column) == {
        "name": "7", "dataType": "INT", "ordinalPosition": 1, "dataTypeDisplay": "3",
    }  # fmt: skip
    assert json.dumps(compat.payload(column))


def test_the_data_file_has_the_release_that_changed() -> None:
    since = numbers(data_file("official_models.json")["strict_since"])
    for name in [*OLD, *NEW]:
        release = release_named(name)
        is_strict = scalar_type_of(release) is scalar_type
        assert is_strict is (not release.version or release.version >= since)
