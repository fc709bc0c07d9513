"""Several create requests in one."""

from __future__ import annotations

from typing import Any

from tests.support.sandbox_tables import TablesApi


def test_rows_are_created_and_those_that_fail_do_not_undo_the_others(api: TablesApi) -> None:
    api.skip_unless_served("PUT", "/v1/tables/bulk")
    table = api.create_table("first")
    schema = table["databaseSchema"]["fullyQualifiedName"]
    columns = [{"name": "id", "dataType": "INT"}]

    def row(name: str, **fields: Any) -> dict[str, Any]:
        return {"name": name, "databaseSchema": schema, "columns": columns, **fields}

    bad = row("bad", databaseSchema="none.such.schema")
    result = api.put("/v1/tables/bulk", [row("first"), bad, row("second"), {"name": "worse"}])
    counts = [result[f"numberOfRows{each}"] for each in ("Processed", "Passed", "Failed")]
    assert counts == [4, 2, 2]
    assert result["status"] == "partialSuccess"
    assert [each["request"] for each in result["successRequest"]] == [
        f"{schema}.first", f"{schema}.second",
    ]  # fmt: skip
    failed = result["failedRequest"]
    assert [each["request"] for each in failed] == [bad, {"name": "worse"}]
    assert failed[0]["status"] == 404
    assert "none.such.schema" in failed[0]["message"]
    assert api.get(f"/v1/tables/name/{schema}.second")["version"] == 0.1
    api.error("GET", f"/v1/tables/name/{schema}.bad", 404)


def test_a_body_that_is_not_a_list_is_refused(api: TablesApi) -> None:
    api.skip_unless_served("PUT", "/v1/tables/bulk")
    api.error("PUT", "/v1/tables/bulk", 400, json={"name": "t"})
