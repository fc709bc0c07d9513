"""Data contracts: what is sent, with a stub; servers of the release have these routes."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient import errors
from dynclient.client.client import Client
from tests.support.stub import Reply, Seen, Stub
from tests.support.trees import release_named

ID = "11111111-2222-3333-4444-555555555555"
TABLE = {"id": ID, "type": "table"}
CONTRACT = {"id": ID, "name": "c", "fullyQualifiedName": "a.b.c", "entity": TABLE}
RESULT = {"dataContractFQN": "a.b.c", "timestamp": 5, "contractExecutionStatus": "Success"}
ODCS = "apiVersion: v3.0.2\nkind: DataContract\n"
PLACE = "/api/v1/dataContracts"


@pytest.fixture
def stub() -> Iterator[Stub]:
    def answer(seen: Seen) -> Reply:
        path = seen.path.partition("?")[0].removeprefix(PLACE)
        if path.endswith("/results") and seen.method == "GET":
            return Reply(
                200, {"data": [RESULT, {**RESULT, "timestamp": 9}], "paging": {"total": 2}}
            )
        if path.endswith("/yaml") and seen.method == "GET":
            return Reply(200, ODCS.encode(), (("Content-Type", "application/yaml"),))
        if "result" in path or path == f"/{ID}/validate":
            return Reply(200, RESULT)
        if "valid" in path:
            return Reply(200, {"valid": True})
        return Reply(200, {} if path.endswith(("/parse/yaml", "/odcs")) and seen.method == "GET"
                     else CONTRACT)  # fmt: skip

    with Stub() as server:
        server.default = answer
        yield server


@pytest.fixture
def om(stub: Stub) -> Iterator[Client]:
    with dynclient.connect(stub.host, release=release_named("1.13.0")) as client:
        yield client


def test_a_contract_is_found_by_its_entity(om: Client, stub: Stub) -> None:
    assert om.data_contracts.for_entity(TABLE).name == "c"
    assert stub.seen[-1].path == f"{PLACE}/entity?entityId={ID}&entityType=table"
    stub.default = lambda _: Reply(404, {"code": 404, "message": "dataContract not found"})
    assert om.data_contracts.for_entity(TABLE) is None


def test_a_server_without_the_routes_is_not_one_without_a_contract(om: Client, stub: Stub) -> None:
    message = "An exception with message [HTTP 404 Not Found] was thrown"
    stub.default = lambda _: Reply(500, {"responseMessage": message})
    with pytest.raises(errors.NotFound, match="no such route"):
        om.data_contracts.for_entity(TABLE)
    with pytest.raises(errors.NotFound, match="no such route"):
        om.data_contracts.latest_result(ID)


def test_results_are_typed_and_newest_first(om: Client, stub: Stub) -> None:
    contracts = om.data_contracts
    found = contracts.results(ID, since=datetime(1970, 1, 2, tzinfo=UTC), until=99_000_000, limit=5)
    assert [result.timestamp for result in found] == [9, 5]
    assert type(found[0]) is om.types.DataContractResult
    place = f"{PLACE}/{ID}/results"
    assert stub.seen[-1].path == f"{place}?startTs=86400000&endTs=99000000000&limit=5"
    assert contracts.latest_result(ID).timestamp == 5
    assert stub.seen[-1].path == f"{place}/latest"
    contracts.delete_result(ID, found[0])
    assert (stub.seen[-1].method, stub.seen[-1].path) == ("DELETE", f"{place}/9")
    contracts.delete_results_before(ID, datetime(1970, 1, 2, tzinfo=UTC))
    assert stub.seen[-1].path == f"{place}/before/86400000"


def test_a_result_is_added_by_its_status_or_whole(om: Client, stub: Stub) -> None:
    contract = om.data_contracts.for_entity(TABLE)
    om.data_contracts.add_result(contract, "Failed", at=86_400, result="2 of 3")
    assert stub.seen[-1].method == "PUT"
    assert stub.seen[-1].path == f"{PLACE}/{ID}/results"
    sent = {"contractExecutionStatus": "Failed", "timestamp": 86_400_000, "result": "2 of 3"}
    assert stub.seen[-1].json == {**sent, "dataContractFQN": "a.b.c"}
    om.data_contracts.add_result(contract, RESULT)
    assert stub.seen[-1].json == RESULT
    with pytest.raises(errors.RequestInvalid, match="did you mean Failed"):
        om.data_contracts.add_result(contract, "Faild")


def test_a_contract_is_validated_and_a_request_checked(om: Client, stub: Stub) -> None:
    assert om.data_contracts.validate(ID).contractExecutionStatus.value == "Success"
    assert (stub.seen[-1].method, stub.seen[-1].path) == ("POST", f"{PLACE}/{ID}/validate")
    assert not stub.seen[-1].body
    assert om.data_contracts.check({"name": "c", "entity": TABLE}).valid is True
    assert stub.seen[-1].path == f"{PLACE}/validate"
    om.data_contracts.validate(om.data_contracts.for_entity(TABLE))
    assert stub.seen[-1].path == f"{PLACE}/{ID}/validate"


def test_odcs_goes_out_as_yaml_or_json(om: Client, stub: Stub) -> None:
    assert om.data_contracts.export_odcs(ID) == ODCS
    assert om.data_contracts.export_odcs(ID, "json") == {}
    assert [seen.path for seen in stub.seen[-2:]] == [
        f"{PLACE}/{ID}/odcs/yaml",
        f"{PLACE}/{ID}/odcs",
    ]
    with pytest.raises(errors.BadArguments, match="not 'yml'; did you mean yaml"):
        om.data_contracts.export_odcs(ID, "yml")


@pytest.mark.parametrize(("merge", "method"), [(False, "POST"), (True, "PUT")])
def test_odcs_comes_in_from_all_sources(
    om: Client, stub: Stub, tmp_path: Path, merge: bool, method: str
) -> None:
    file = tmp_path / "contract.yaml"
    file.write_text(ODCS, "utf-8")
    query = f"?entityId={ID}&entityType=table"
    for source in (ODCS, file, io.StringIO(ODCS), io.BytesIO(ODCS.encode())):
        assert om.data_contracts.import_odcs(source, TABLE, merge=merge).name == "c"
        seen = stub.seen[-1]
        assert (seen.method, seen.path, seen.body.decode()) == (
            method, f"{PLACE}/odcs/yaml{query}", ODCS,
        )  # fmt: skip
        assert "yaml" in {k.lower(): v for k, v in seen.headers.items()}["content-type"]
    om.data_contracts.import_odcs({"kind": "DataContract"}, TABLE, merge=merge, object_name="o")
    assert stub.seen[-1].path == f"{PLACE}/odcs{query}&objectName=o"
    assert stub.seen[-1].json == {"kind": "DataContract"}


def test_odcs_is_checked_and_parsed_without_being_imported(om: Client, stub: Stub) -> None:
    assert om.data_contracts.check_odcs(ODCS, TABLE).valid is True
    assert stub.seen[-1].path == f"{PLACE}/odcs/validate/yaml?entityId={ID}&entityType=table"
    om.data_contracts.parse_odcs({"kind": "DataContract"})
    assert stub.seen[-1].path == f"{PLACE}/odcs/parse/yaml"
    assert json.loads(stub.seen[-1].body) == {"kind": "DataContract"}


@pytest.mark.parametrize(("source", "words"), [("c.yaml", "Path"), (3, "not int")])
def test_what_is_not_odcs_is_refused_before_anything_is_sent(
    om: Client, stub: Stub, source: Any, words: str
) -> None:
    with pytest.raises(errors.BadArguments, match=words):
        om.data_contracts.import_odcs(source, TABLE)
    assert not [seen for seen in stub.seen if seen.method != "GET"]


def test_releases_without_odcs_have_the_rest() -> None:
    with dynclient.connect("http://127.0.0.1:9", release=release_named("1.11.0")) as om:
        assert om.supports("data_contracts.validate")
        assert not om.supports("data_contracts.export_odcs")
        with pytest.raises(errors.NotSupported, match=r"since 1\.12"):
            om.data_contracts.export_odcs(ID)


def test_a_file_that_cannot_be_read_is_a_problem_with_the_argument(
    om: Client, tmp_path: Path
) -> None:
    with pytest.raises(errors.BadArguments, match=r"source: .*nope\.yaml cannot be read: No such"):
        om.data_contracts.import_odcs(tmp_path / "nope.yaml", TABLE)
