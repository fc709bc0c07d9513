"""Names that earlier versions made from the ids of operations are still the same."""

from __future__ import annotations

import random
import re
from keyword import iskeyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.openapi.digest import digest
from dynclient.openapi.index import OperationInfo
from dynclient.openapi.operation_id_names import names_by_operation_id
from tests.support.openapi_server import DOCUMENTS, document_of


def info(method: str, path: str, identity: str | None = None) -> OperationInfo:
    return OperationInfo(method, path, identity, None, [], None, None, "")


def names(*operations: OperationInfo) -> dict[str, str]:
    found = names_by_operation_id(operations, "/v1/tables")
    return {name: each.key.replace("/v1/tables", "") for name, each in found.items()}


def test_the_id_names_an_operation_and_its_number_does_not() -> None:
    assert names(info("PUT", "/v1/tables/restore", "restore_17")) == {"restore": "PUT /restore"}


def test_what_has_no_id_is_named_by_method_and_path() -> None:
    assert names(
        info("PUT", "/v1/tables/{id}/sampleData"),
        info("GET", "/v1/tables"),
        info("GET", "/v1/tables/latest", "日本"),
    ) == {
        "put_id_sample_data": "PUT /{id}/sampleData",
        "get": "GET ",
        "get_latest": "GET /latest",
    }


def test_operations_of_one_id_are_named_by_what_differs() -> None:
    assert names(
        info("PATCH", "/v1/tables/{id}", "patchTable"),
        info("PATCH", "/v1/tables/name/{fqn}", "patchTable_1"),
        info("DELETE", "/v1/tables/{id}/metric/{name}", "deleteMetric"),
        info("DELETE", "/v1/tables/{id}/metric/{column}/{name}", "deleteMetric"),
        info("POST", "/v1/tables/usage", "report"),
        info("PUT", "/v1/tables/usage", "report"),
        info("GET", "/v1/tables/left", "side"),
        info("GET", "/v1/tables/right", "side"),
    ) == {
        "patch_table_by_id": "PATCH /{id}",
        "patch_table_by_fqn": "PATCH /name/{fqn}",
        "delete_metric": "DELETE /{id}/metric/{name}",
        "delete_metric_by_column": "DELETE /{id}/metric/{column}/{name}",
        "report_post": "POST /usage",
        "report_put": "PUT /usage",
        "side_get_left": "GET /left",
        "side_get_right": "GET /right",
    }


_SEGMENTS = st.sampled_from(["a", "aB", "a-b", "{id}", "{fqn}", "{a}", "name", "1", "class"])
_TOLD = st.builds(
    info,
    st.sampled_from(["GET", "PUT", "POST"]),
    st.lists(_SEGMENTS, max_size=3).map(lambda parts: "/".join(["/v1/tables", *parts])),
    st.sampled_from([None, "get", "get_1", "class", "2fa", "a b", "getAB", "get_a_b", "_", "by"]),
)


@given(st.lists(_TOLD, max_size=12, unique_by=lambda each: each.key), st.randoms())
def test_names_are_valid_unique_and_do_not_depend_on_the_order(
    operations: list[OperationInfo], order: random.Random
) -> None:
    found = names_by_operation_id(operations, "/v1/tables")
    assert sorted(each.key for each in found.values()) == sorted(each.key for each in operations)
    assert all(name.isidentifier() and not iskeyword(name) for name in found)
    assert all(name[0].isalpha() and name.islower() for name in found)
    shuffled = list(operations)
    order.shuffle(shuffled)
    assert names_by_operation_id(shuffled, "/v1/tables") == found


@pytest.mark.parametrize("name", DOCUMENTS)
def test_names_of_a_real_server_do_not_depend_on_what_else_it_offers(name: str) -> None:
    operations = [OperationInfo(*each) for each in digest(document_of(name))["operations"]]
    below = [each for each in operations if each.path.startswith("/v1/tables")]
    whole = names_by_operation_id(below, "/v1/tables")
    # Numbered again, as the next build of the document would be.
    again = [
        each._replace(operation_id=f"{re.sub(r'_[0-9]+$', '', each.operation_id or '')}_{number}")
        for number, each in enumerate(below)
    ]
    assert {
        name: each.key for name, each in names_by_operation_id(again, "/v1/tables").items()
    } == {name: each.key for name, each in whole.items()}
    assert {"add_sample_data", "add_table_join_info", "add_data_profiler"} <= set(whole)
