"""Exports and imports of CSV as operations."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from dynclient.compat.sdk.csv_operations import CsvExportOperation, CsvImportOperation
from dynclient.errors import UsageError


class Client:
    """Records its calls."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        def call(**arguments: Any) -> str:
            self.calls.append((name, arguments))
            if arguments["name"] == "broken":
                raise LookupError(name)
            return f"result of {name}"

        return call


def test_an_export_is_sent_when_it_is_executed() -> None:
    client = Client()
    operation = CsvExportOperation(client, dict, "Trade").with_async()
    assert (operation.async_enabled, client.calls) == (True, [])
    assert operation.execute() == "result of export_csv"
    assert operation.execute_async() == "result of export_csv_async"
    assert client.calls[0] == ("export_csv", {"entity": dict, "name": "Trade"})


def test_an_import_needs_data(tmp_path: Path) -> None:
    client = Client()
    operation = CsvImportOperation(client, dict, "Trade")
    with pytest.raises(UsageError, match=r"no data; use with_data\(text\) or from_file"):
        operation.execute()
    assert client.calls == []
    operation.with_data("a,b\n").set_dry_run(True).execute()
    expected = {"entity": dict, "name": "Trade", "csv_data": "a,b\n", "dry_run": True}
    assert client.calls == [("import_csv", expected)]
    (tmp_path / "terms.csv").write_text("c\n", "utf-8")
    operation.from_file(tmp_path / "terms.csv").execute_async()
    assert client.calls[-1] == ("import_csv_async", {**expected, "csv_data": "c\n"})


def test_after_wait_completion_a_coroutine_returns_the_result() -> None:
    operation = CsvExportOperation(Client(), dict, "Trade").with_async().with_websocket()
    result = asyncio.run(operation.wait_completion(timeout_seconds=60).execute_async())
    assert result == "result of export_csv"


def test_callbacks_get_results_and_errors() -> None:
    seen: list[Any] = []
    good = CsvExportOperation(Client(), dict, "Trade").on_complete_callback(seen.append)
    good.execute()
    bad = CsvExportOperation(Client(), dict, "broken").on_error_callback(seen.append)
    with pytest.raises(LookupError) as raised:
        bad.execute()
    assert seen == ["result of export_csv", raised.value]
