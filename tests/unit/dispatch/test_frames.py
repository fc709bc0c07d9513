"""Lists as tables: which columns there are, their types and cells, and how they are requested."""

from __future__ import annotations

import builtins
import json
from typing import Any

import pytest

from dynclient.dispatch.pagination import Listing, Page
from dynclient.errors import BadArguments, DynclientWarning, ResponseInvalid, UsageError
from dynclient.model import load
from dynclient.model.namespace import types
from tests.support.trees import release_named

ADA = {"id": "00000000-0000-4000-8000-00000000000a", "type": "user", "name": "ada"}
TEAM = {"id": "00000000-0000-4000-8000-00000000000b", "type": "team", "name": "shop"}
ORDERS = {
    "id": "00000000-0000-4000-8000-000000000001",
    "name": "orders",
    "fullyQualifiedName": "a.b.c.orders",
    "updatedAt": 1767225600000,
    "version": 0.1,
    "deleted": False,
    "databaseSchema": {"id": ADA["id"], "type": "databaseSchema", "name": "c"},
    "owners": [ADA, TEAM],
    "columns": [
        {"name": "id", "dataType": "INT", "tags": [{"tagFQN": "PII.None"}]},
        {"name": "day", "dataType": "DATE"},
    ],
}
EMPTY = {"id": "00000000-0000-4000-8000-000000000002", "name": "empty", "columns": []}


def listing(*pages: list[dict[str, Any]], kind: str = "Table", known: bool = True) -> Listing:
    """Return a list of entities of the starter release, and note what was requested."""
    cls = getattr(types(release_named("starter")), kind)
    requested: list[dict[str, Any]] = []

    def fetch(more: dict[str, Any]) -> Page:
        requested.append(more)
        position = int(more.get("after") or 0)
        after = str(position + 1) if position + 1 < len(pages) else None
        rows = [load(cls, row) for row in pages[position]] if pages else []
        return Page(rows, {"total": sum(map(len, pages)), "after": after})

    node = release_named("starter").find(kind) if known else None
    found = Listing(fetch, node=node, absent=lambda: frozenset({"domains", "followers", "owners"}))
    found.requested = requested  # type: ignore[attr-defined]
    return found


def test_a_field_in_an_object_is_a_column_and_one_in_a_list_a_column_of_lists() -> None:
    fields = ("name", "databaseSchema.name", "owners.name", "columns.tags.tagFQN")
    assert listing([ORDERS], [EMPTY]).to_dicts(flat=True, fields=fields) == [
        {
            "name": "orders",
            "databaseSchema.name": "c",
            "owners.name": ["ada", "shop"],
            "columns.tags.tagFQN": [["PII.None"], None],
        },
        {
            "name": "empty",
            "databaseSchema.name": None,
            "owners.name": None,
            "columns.tags.tagFQN": [],
        },
    ]


def test_the_items_of_an_exploded_list_are_rows() -> None:
    fields = "name, columns.name, columns.tags.tagFQN"
    rows = listing([ORDERS, EMPTY]).to_dicts(flat=True, fields=fields, explode="columns")
    assert [tuple(row.values()) for row in rows] == [
        ("orders", "id", ["PII.None"]),
        ("orders", "day", None),
        ("empty", None, None),
    ]


def test_without_names_the_columns_are_those_of_all_fields_that_the_list_returns() -> None:
    row = listing([ORDERS]).to_dicts(flat=True)[0]
    assert {"description", "owners.name", "columns.dataType", "service.id"} <= set(row)
    assert "domains.name" not in row
    assert "columns.tags" not in row


def test_a_field_that_only_a_later_page_has_is_warned_of() -> None:
    later = {**EMPTY, "followers": [ADA]}
    with pytest.warns(DynclientWarning, match="no column for followers"):
        listing([ORDERS], [later]).to_dicts(flat=True)


def test_named_fields_are_requested() -> None:
    found = listing([ORDERS], [EMPTY])
    found.to_dicts(flat=True, fields=("name", "owners.name"))
    needed = ("name", "owners[].name")
    assert found.requested == [  # type: ignore[attr-defined]
        {"needed": needed},
        {"after": "1", "needed": needed},
    ]


def test_all_wrong_names_are_reported_and_nothing_is_sent() -> None:
    found = listing([ORDERS])
    with pytest.raises(BadArguments) as caught:
        found.to_dicts(flat=True, fields=("nmae", "owner", "columns.nam"), explode="colums")
    text = str(caught.value)
    assert "4 problems" in text
    assert "did you mean name" in text
    assert "Table.owner is called owners" in text
    assert "explode: Table has no field 'colums'; did you mean columns?" in text
    assert "columns?; did" not in text
    assert not found.requested  # type: ignore[attr-defined]


def test_only_lists_are_exploded() -> None:
    with pytest.raises(BadArguments, match="must be the name of a list"):
        listing([ORDERS]).to_dicts(flat=True, explode="databaseSchema")


def test_nested_dicts_are_the_json() -> None:
    assert listing([ORDERS]).to_dicts() == [ORDERS]
    with pytest.raises(UsageError, match="flat=True"):
        listing([ORDERS]).to_dicts(fields=("name",))


def test_what_has_no_fields_is_json_text() -> None:
    row = {**EMPTY, "extension": {"cost": 7}}
    found = listing([row]).to_dicts(flat=True, fields=("extension",))
    assert json.loads(found[0]["extension"]) == {"cost": 7}


def test_secrets_are_masked() -> None:
    service = {
        "id": ADA["id"],
        "name": "store",
        "serviceType": "Mysql",
        "connection": {"config": {"type": "Mysql", "authType": {"password": "hush"}}},
    }
    rows = listing([service], kind="DatabaseService").to_dicts(flat=True)
    nested = listing([service], kind="DatabaseService").to_dicts(
        flat=True, fields=("connection.config",)
    )
    assert "hush" not in repr([rows, nested])
    assert "Mysql" in repr(nested)


def test_a_list_without_a_known_schema_takes_that_of_its_entities() -> None:
    rows = listing([ORDERS], known=False).to_dicts(flat=True, fields=("name",))
    assert rows == [{"name": "orders"}]
    assert listing([], known=False).to_dicts(flat=True) == []


def test_a_list_of_plain_values_is_refused() -> None:
    with pytest.raises(UsageError, match="a list of dict has no schema"):
        Listing(lambda _: Page([{"a": 1}])).to_dicts(flat=True)


def test_a_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] in {"pyarrow", "pandas", "polars"}:
            raise ImportError(name)
        return original(name, *rest)

    monkeypatch.setattr("importlib.import_module", without)
    for method in ("to_arrow", "to_pandas", "to_polars"):
        with pytest.raises(ImportError, match=r"pip install 'dynclient\[frames\]'"):
            getattr(listing([ORDERS]), method)()


class TestArrow:
    """With pyarrow, pandas and polars."""

    @pytest.fixture(autouse=True)
    def arrow(self) -> Any:
        return pytest.importorskip("pyarrow", reason="pyarrow is not installed")

    def test_the_types_are_those_of_the_schema(self, arrow: Any) -> None:
        table = listing([ORDERS], [EMPTY]).to_arrow()
        found = {field.name: field.type for field in table.schema}
        assert found["name"] == arrow.string()
        assert found["version"] == arrow.float64()
        assert found["deleted"] == arrow.bool_()
        assert found["updatedAt"] == arrow.timestamp("ms", tz="UTC")
        assert found["owners.name"] == arrow.list_(arrow.string())
        assert found["columns.ordinalPosition"] == arrow.list_(arrow.int64())
        assert table.num_rows == 2

    def test_an_empty_list_has_the_columns_and_no_rows(self) -> None:
        table = listing([]).to_arrow(fields=("name", "owners.name"))
        assert (table.num_rows, table.column_names) == (0, ["name", "owners.name"])

    def test_exploded_columns_are_no_lists(self, arrow: Any) -> None:
        table = listing([ORDERS]).to_arrow(
            fields=("name", "columns.name", "columns.tags.tagFQN"), explode="columns"
        )
        assert table.schema.field("columns.name").type == arrow.string()
        assert table.schema.field("columns.tags.tagFQN").type == arrow.list_(arrow.string())
        assert table.column("columns.name").to_pylist() == ["id", "day"]

    def test_a_value_of_another_type_becomes_text_or_is_an_error(self) -> None:
        odd = {**EMPTY, "description": 7}
        table = listing([odd]).to_arrow(fields=("description",))
        assert table.column("description").to_pylist() == ["7"]
        with pytest.raises(ResponseInvalid, match=r"version.*must be values of type double"):
            listing([{**EMPTY, "version": "one"}]).to_arrow(fields=("version",))

    def test_the_stream_requests_a_page_when_it_is_read(self, arrow: Any) -> None:
        found = listing([ORDERS], [EMPTY], [EMPTY])
        reader = arrow.RecordBatchReader.from_stream(found)
        assert len(found.requested) == 1  # type: ignore[attr-defined]
        assert reader.read_next_batch().num_rows == 1
        assert len(found.requested) == 1  # type: ignore[attr-defined]
        assert reader.read_all().num_rows == 2

    def test_pandas_and_polars_have_the_same_cells(self) -> None:
        pytest.importorskip("pandas", reason="pandas is not installed")
        pytest.importorskip("polars", reason="polars is not installed")
        fields = ("name", "owners.name")
        pandas = listing([ORDERS, EMPTY]).to_pandas(fields=fields)
        polars = listing([ORDERS, EMPTY]).to_polars(fields=fields)
        assert list(pandas["name"]) == polars["name"].to_list() == ["orders", "empty"]
        assert list(pandas["owners.name"][0]) == polars["owners.name"].to_list()[0]

    def test_duckdb_reads_the_list_itself(self) -> None:
        duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
        tables = listing([ORDERS], [EMPTY])
        found = duckdb.sql('SELECT name, len("owners.name") FROM tables ORDER BY name')
        assert found.fetchall() == [("empty", None), ("orders", 2)]
        assert tables is not None

    def test_values_of_another_form_are_taken_one_by_one(self) -> None:
        strange = {**EMPTY, "name": {"en": "empty"}, "databaseSchema": "c", "owners": ADA}
        fields = ("name", "databaseSchema.name", "owners.name", "columns.name")
        assert listing([ORDERS, EMPTY]).to_arrow(fields=fields).to_pylist()[0]["name"] == "orders"
        found = listing([ORDERS, strange]).to_arrow(fields=fields[:2]).to_pylist()
        assert found == [
            {"name": "orders", "databaseSchema.name": "c"},
            {"name": '{"en": "empty"}', "databaseSchema.name": None},
        ]

    def test_polars_reads_the_list_itself(self) -> None:
        polars = pytest.importorskip("polars", reason="polars is not installed")
        frame = polars.DataFrame(listing([ORDERS], [EMPTY]))
        assert frame["name"].to_list() == ["orders", "empty"]

    def test_batches_have_the_columns_of_the_schema_and_are_requested_when_read(self) -> None:
        found = listing([EMPTY], [ORDERS])
        reader = found.to_arrow_batches()
        assert found.requested == []  # type: ignore[attr-defined]
        assert reader.schema == listing().to_arrow_batches().schema
        assert "owners.name" not in reader.schema.names
        assert reader.read_next_batch().column("name").to_pylist() == ["empty"]
        assert len(found.requested) == 1  # type: ignore[attr-defined]
        with pytest.warns(DynclientWarning, match="owners, which lists do not return by default"):
            assert reader.read_all().num_rows == 1

    def test_batches_of_an_unknown_type_have_the_columns_of_its_entities(self) -> None:
        reader = listing([ORDERS], known=False).to_arrow_batches(fields="name, owners.name")
        assert reader.read_all().to_pylist() == [{"name": "orders", "owners.name": ["ada", "shop"]}]

    def test_rows_can_be_left_out(self) -> None:
        from dynclient.dispatch.frames import Frame

        missing: list[str] = []
        frame = Frame(
            listing([ORDERS, EMPTY]), None, None,
            by_schema=True, keep=lambda raw: raw["name"] != "empty", on_missing=missing.extend,
        )  # fmt: skip
        assert frame.table().column("name").to_pylist() == ["orders"]
        assert missing == ["owners"]


def test_fields_that_are_not_names_are_refused() -> None:
    with pytest.raises(BadArguments, match="fields: must be names of fields, not int"):
        listing([ORDERS]).to_dicts(flat=True, fields=5)
