"""Names of operations are valid, unique, and the same in the documents of all servers."""

from __future__ import annotations

import random
from keyword import iskeyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.openapi.digest import digest
from dynclient.openapi.index import OperationInfo
from dynclient.openapi.operation_names import identifier, operation_names, snake_case
from tests.support.openapi_server import DOCUMENTS, document_of


def info(method: str, path: str, identity: str | None = None) -> OperationInfo:
    return OperationInfo(method, path, identity, None, [], None, None, "")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("addSampleData", "add_sample_data"),
        ("getTableByFQN", "get_table_by_fqn"),
        ("list column Profiles", "list_column_profiles"),
        ("APICollections", "api_collections"),
        ("auth-mechanism", "auth_mechanism"),
        ("日本", ""),
    ],
)
def test_words_of_any_spelling_become_snake_case(text: str, name: str) -> None:
    assert snake_case(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("from", "from_"),
        ("table-cp", "table_cp"),
        ("$filter", "filter"),
        ("2x", "_2x"),
        ("§", "value"),
    ],
)
def test_parameters_become_keywords_that_python_takes(text: str, name: str) -> None:
    assert identifier(text) == name


@pytest.mark.parametrize(
    ("root", "method", "path", "name"),
    [
        ("/v1/tables", "PUT", "/{id}/sampleData", "put_sample_data"),
        ("/v1/tables", "GET", "/{fqn}/tableProfile", "get_table_profile_by_name"),
        ("/v1/tables", "GET", "/name/{fqn}/export", "get_export_by_name"),
        ("/v1/tables", "GET", "/name", "get_name"),
        ("/v1/tables", "GET", "", "get"),
        ("/v1/tables", "DELETE", "/{id}/metric/{metricName}", "delete_metric_by_name"),
        ("/v1/tables", "DELETE", "/{id}/metric/{column}/{name}", "delete_metric_by_name"),
        ("/v1/tables", "DELETE", "/{id}/m/{columnName}/{metricName}", "delete_m_by_names"),
        ("/v1/pipelines", "DELETE", "/{fqn}/s/{timestamp}", "delete_s_by_name_and_timestamp"),
        ("/v1", "GET", "/lineage/{entity}/{id}", "get_lineage_by_id"),
        ("/v1", "GET", "/lineage/{entity}/name/{fqn}", "get_lineage_by_name"),
        ("/v1", "PATCH", "/lineage/{fromEntity}/{fromId}/{to}/{toId}", "patch_lineage_by_ids"),
        ("/v1", "GET", "/permissions/{resource}", "get_permissions_by_resource"),
        ("/v1", "GET", "/{id}", "get_by_id"),
        ("/v1", "GET", "/{日}", "get"),
    ],
)
def test_a_name_is_the_method_the_words_and_the_keys(
    root: str, method: str, path: str, name: str
) -> None:
    assert list(operation_names([info(method, root + path)], root)) == [name]


def test_operations_that_differ_in_parameters_only_are_numbered() -> None:
    found = operation_names([info("GET", "/v1/t/{a}/x"), info("GET", "/v1/t/{b}/x")], "/v1/t")
    assert {name: each.path for name, each in found.items()} == {
        "get_x": "/v1/t/{a}/x",
        "get_x_2": "/v1/t/{b}/x",
    }


_SEGMENTS = st.sampled_from(["a", "aB", "a-b", "{id}", "{fqn}", "{a}", "name", "1", "class", "日"])
_OPERATIONS = st.builds(
    info,
    st.sampled_from(["GET", "PUT", "POST"]),
    st.lists(_SEGMENTS, max_size=3).map(lambda parts: "/".join(["/v1/tables", *parts])),
    st.sampled_from([None, "get", "get_1"]),
)


@given(st.lists(_OPERATIONS, max_size=12, unique_by=lambda each: each.key), st.randoms())
def test_names_are_valid_unique_and_do_not_depend_on_the_order(
    operations: list[OperationInfo], order: random.Random
) -> None:
    found = operation_names(operations, "/v1/tables")
    assert sorted(each.key for each in found.values()) == sorted(each.key for each in operations)
    assert all(name.isidentifier() and not iskeyword(name) for name in found)
    assert all(name[0].isalpha() and name.islower() for name in found)
    shuffled = list(operations)
    order.shuffle(shuffled)
    assert operation_names(shuffled, "/v1/tables") == found


@pytest.mark.parametrize("name", DOCUMENTS)
def test_names_of_a_real_server_do_not_depend_on_its_ids_or_on_what_else_it_has(name: str) -> None:
    operations = [OperationInfo(*each) for each in digest(document_of(name))["operations"]]
    below = [each for each in operations if each.path.startswith("/v1/tables")]
    whole = operation_names(below, "/v1/tables")
    assert {"put_sample_data", "put_joins", "put_table_profile"} <= set(whole)
    for python_name, each in whole.items():
        anonymous = each._replace(operation_id=None)
        assert list(operation_names([anonymous], "/v1/tables")) == [python_name]
