"""Changes of what methods of the official client do, by release."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest

from dynclient.compat.ometa import lineage_mixin, patch_mixin
from dynclient.compat.ometa.exceptions import APIError
from dynclient.compat.ometa.official_changes import has_change
from dynclient.data import data_file
from tests.support.stub import Stub

ONE = "6c4fd3bf-c0af-5331-bf78-b4edd4a86ed0"


def test_the_table_is_valid() -> None:
    table = data_file("official_changes.json")
    jsonschema.validate(table, data_file("official_changes.schema.json"))


@pytest.mark.parametrize(
    ("version", "name", "expected"),
    [
        ((1, 6, 0), "add_lineage_returns_errors", False),
        ((1, 7, 0), "add_lineage_returns_errors", True),
        ((1, 12, 0), "patch_reorders_lists", False),
        ((1, 13, 0), "patch_reorders_lists", True),
        ((), "patch_reorders_lists", True),
    ],
)
def test_releases_have_a_change_from_the_first_one_on(
    version: tuple[int, ...], name: str, expected: bool
) -> None:
    release: Any = SimpleNamespace(version=version)
    assert has_change(release, name) is expected


def test_a_rejected_edge_is_an_error_on_older_releases(
    metadata: Any, get: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = {"fromEntity": {"id": ONE, "type": "table"}, "toEntity": {"id": ONE, "type": "table"}}
    request = get("api.lineage.addLineage", "AddLineageRequest")(edge=ends)
    assert "error" in metadata.add_lineage(request)
    monkeypatch.setattr(lineage_mixin, "has_change", lambda *_: False)
    with pytest.raises(APIError) as failure:
        metadata.add_lineage(request)
    assert failure.value.status_code == 404


def test_columns_keep_their_order_on_older_releases(
    metadata: Any, stub: Stub, get: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Table = get("entity.data.table", "Table")
    columns = [{"name": name, "dataType": "INT"} for name in "ab"]
    raw = {"id": ONE, "name": "t", "columns": columns}
    before = Table.model_validate(raw)
    after = Table.model_validate({**raw, "columns": columns[::-1]})
    stub.routes[f"PATCH /api/v1/tables/{ONE}"] = raw
    for reorders, expected in ((True, "ba"), (False, "ab")):
        monkeypatch.setattr(patch_mixin, "has_change", lambda *_, changed=reorders: changed)
        assert metadata.patch(Table, before, after, array_entity_fields=["columns"]) is not None
        (operation,) = stub.seen[-1].json
        assert "".join(each["name"] for each in operation["value"]) == expected
