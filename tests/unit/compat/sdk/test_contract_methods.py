"""Data contracts: validation, and ODCS as YAML and JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dynclient import compat
from dynclient.errors import UsageError
from tests.support.stub import Reply, Stub
from tests.support.trees import release_named
from tests.unit.compat.sdk.conftest import ID, OTHER, TOKEN

ROOT = "/api/v1/dataContracts"
CONTRACT = {"id": ID, "name": "c", "fullyQualifiedName": "a.b.c.t.c",
            "entity": {"id": OTHER, "type": "table"}}  # fmt: skip


@pytest.fixture
def contracts(stub: Stub) -> Iterator[Any]:
    compat.install(release_named("1.13.0"))
    import metadata.sdk

    stub.routes["GET /api/v1/system/version"] = {"version": "1.13.0", "revision": "r"}
    metadata.sdk.configure(host=stub.host, jwt_token=TOKEN)
    yield metadata.sdk.DataContracts
    metadata.sdk.reset()
    compat.uninstall()


def test_the_contract_of_an_entity_is_found_and_validated(contracts: Any, stub: Stub) -> None:
    stub.routes[f"GET {ROOT}/entity"] = CONTRACT
    stub.routes[f"POST {ROOT}/{ID}/validate"] = {
        "id": ID, "dataContractFQN": "a.b.c.t.c", "timestamp": 1,
        "contractExecutionStatus": "Success",
    }  # fmt: skip
    assert contracts.get_by_entity(OTHER, "table").name.root == "c"
    result = contracts.validate_by_entity(OTHER, "table")
    assert type(result).__name__ == "DataContractResult"
    assert result.contractExecutionStatus.value == "Success"


def test_an_entity_without_a_contract_has_none(contracts: Any, stub: Stub) -> None:
    missing = Reply(404, {"code": 404, "message": "dataContract instance for x not found"})
    stub.routes[f"GET {ROOT}/entity"] = missing
    assert contracts.get_by_entity(OTHER, "table") is None
    assert contracts.validate_by_entity(OTHER, "table") is None


def test_odcs_goes_out_in_both_formats(contracts: Any, stub: Stub) -> None:
    stub.routes[f"GET {ROOT}/{ID}/odcs/yaml"] = Reply(200, b"apiVersion: v3.0.2\n")
    stub.routes[f"GET {ROOT}/{ID}/odcs"] = {"apiVersion": "v3.0.2"}
    assert contracts.export_odcs(ID).as_yaml().execute() == "apiVersion: v3.0.2\n"
    assert contracts.export_odcs(ID).execute()["apiVersion"] == "v3.0.2"


def test_odcs_comes_in_merged_or_new(contracts: Any, stub: Stub) -> None:
    stub.default = lambda seen: Reply(200, CONTRACT)
    operation = contracts.import_odcs(OTHER, "table")
    with pytest.raises(UsageError, match=r"no data; use from_yaml"):
        operation.execute()
    assert operation.from_yaml("apiVersion: v3.0.2\n").execute().id.root.hex == ID.replace("-", "")
    merged = stub.seen[-1]
    assert (merged.method, merged.path.split("?")[0]) == ("PUT", f"{ROOT}/odcs/yaml")
    assert f"entityId={OTHER}" in merged.path
    operation.from_odcs({"apiVersion": "v3.0.2"}).create_new().execute()
    assert (stub.seen[-1].method, stub.seen[-1].path.split("?")[0]) == ("POST", f"{ROOT}/odcs")
    assert stub.seen[-1].json == {"apiVersion": "v3.0.2"}


def test_the_module_has_the_operations(contracts: Any) -> None:
    from metadata.sdk.entities.datacontracts import DataContracts, ODCSExportOperation

    assert isinstance(DataContracts.export_odcs_by_name("a.b.c.t.c"), ODCSExportOperation)
    assert DataContracts is contracts
