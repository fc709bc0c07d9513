"""What samples, facts of pipelines and costs send where the sandbox has no routes for them."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace
from typing import Any

import pytest

from dynclient.errors import BadArguments, NotSupported
from dynclient.extensions.profiles import Profiles, checksum
from tests.support.trees import release_named
from tests.support.wire import session_over

ID = "6a1f91e0-1cc4-4e55-84fa-246bb8af89e0"


def profiles(attribute: str, *responses: Any, release: str = "1.13.0") -> Any:
    session, wire = session_over(*responses, release=release_named(release))
    return Profiles(session, attribute), wire


def body(request: Any) -> Any:
    return json.loads(request.body)


def test_samples_of_files_and_indexes_are_sent() -> None:
    file = {"id": ID, "name": "f", "sampleData": {"columns": ["a"], "rows": [[None]]}}
    methods, wire = profiles("files", file)
    assert list(methods.set_sample_data(ID, {"a": [math.nan]}).columns) == ["a"]
    assert wire.last.path.endswith(f"/files/{ID}/sampleData")
    assert body(wire.last) == file["sampleData"]
    assert list(methods.sample_data(ID).rows) == [[None]]

    methods, wire = profiles("search_indexes", {"id": ID, "name": "i"})
    sample = methods.set_sample_data(ID, [{"a": 1}])
    assert body(wire.last) == {"messages": ['{"a": 1}']}
    assert list(sample.messages) == ['{"a": 1}']
    assert methods.sample_data(ID) is None


def test_facts_of_pipelines_are_sent() -> None:
    methods, wire = profiles("tables", {"id": ID, "name": "t"})
    pipeline = SimpleNamespace(id=ID, fqn="airflow.dag")
    facts = [{"pipeline": {"id": pipeline.id, "type": "pipeline"}, "lastRunStatus": "Successful"}]
    methods.set_pipeline_observability(ID, facts)
    assert wire.last.path == f"/v1/tables/{ID}/pipelineObservability"
    assert body(wire.last) == facts
    reference = {"id": ID, "type": "pipeline", "fullyQualifiedName": "airflow.dag"}
    methods.add_pipeline_observability(ID, reference, {"lastRunStatus": "Failed"})
    assert wire.last.path == f"/v1/tables/{ID}/pipelineObservability/airflow.dag"
    assert body(wire.last)["pipeline"]["id"] == ID


def test_usage_of_pipelines_is_sent() -> None:
    methods, wire = profiles("pipelines", {"entityId": ID})
    methods.add_usage({"id": ID, "type": "pipeline"}, 5, on="2026-01-31")
    assert (wire.last.method, wire.last.path) == ("PUT", f"/v1/usage/pipeline/{ID}")
    assert body(wire.last) == {"date": "2026-01-31", "count": 5}


def test_profilers_of_databases_are_configured() -> None:
    database = {"id": ID, "name": "d", "databaseProfilerConfig": {"profileSample": 20}}
    methods, wire = profiles("databases", database)
    assert methods.set_profiler_config(ID, profileSample=20).profileSample == 20
    assert wire.last.path == f"/v1/databases/{ID}/databaseProfilerConfig"
    assert body(wire.last) == {"profileSample": 20}
    assert methods.profiler_config(ID).profileSample == 20
    with pytest.raises(BadArguments, match="did you mean profileSample"):
        methods.set_profiler_config(ID, profileSampl=20)


def test_metrics_of_tables_and_columns_have_routes_of_their_own() -> None:
    methods, wire = profiles("tables", {"id": ID, "name": "t"})
    methods.remove_custom_metric(ID, "m")
    methods.remove_custom_metric(ID, "m", column="a/b")
    assert [request.path for request in wire.sent] == [
        f"/v1/tables/{ID}/customMetric/m",
        f"/v1/tables/{ID}/customMetric/a%2Fb/m",
    ]


def test_costs_of_queries_are_recorded() -> None:
    methods, wire = profiles("queries", {"id": ID, "timestamp": 1, "cost": 1.5})
    methods.add_cost(ID, 1.5, count=2, at=1700000000000, total_duration=9)
    assert (wire.last.method, wire.last.path) == ("POST", "/v1/queryCostRecord")
    assert body(wire.last) == {
        "timestamp": 1700000000000, "jsonSchema": "queryCostRecord", "cost": 1.5, "count": 2,
        "totalDuration": 9, "queryReference": {"id": ID, "type": "query"},
    }  # fmt: skip
    methods, _ = profiles("queries", release="1.6.0")
    with pytest.raises(NotSupported, match=r"since 1\.10"):
        methods.add_cost(ID, 1.5)


def test_queries_need_a_service_where_the_entity_has_none() -> None:
    methods, wire = profiles("tables", {"id": ID, "name": "t", "fullyQualifiedName": "s.d.c.t"})
    with pytest.raises(BadArguments, match="the entity does not name one"):
        methods.add_queries(ID, "SELECT 1")
    assert {request.method for request in wire.sent} == {"GET"}


def test_the_checksum_of_a_query_is_the_name_that_servers_give() -> None:
    assert checksum("SELECT id FROM t") == "6a1f91e01cc41e5554fa246bb8af89e0"


@pytest.mark.parametrize("columns", [5, {"id": 5}])
def test_profiles_and_joins_that_are_not_by_name_are_refused(columns: Any) -> None:
    methods, wire = profiles("tables")
    with pytest.raises(BadArguments, match=r"columns.*: must be a dict, not int"):
        methods.add_profile("s.d.c.t", columns=columns)
    with pytest.raises(BadArguments, match=r"columns.*: must be a dict, not int"):
        methods.add_joins("s.d.c.t", columns)
    assert wire.sent == []


@pytest.mark.parametrize("column", ['"unit.price"', "unit.price"])
def test_columns_with_dots_are_named_as_everywhere(column: str) -> None:
    columns = [{"name": "unit.price", "fullyQualifiedName": 's.d.c.t."unit.price"'}]
    table = {"id": ID, "name": "t", "fullyQualifiedName": "s.d.c.t", "columns": columns}
    methods, wire = profiles("tables", table)
    methods.remove_custom_metric(ID, "m", column=column)
    assert wire.last.path == f"/v1/tables/{ID}/customMetric/unit.price/m"
    methods.delete_profile(ID, 1, column=column)
    assert "s.d.c.t.%22unit.price%22/" in wire.last.path
    with pytest.raises(BadArguments, match=r"no column 'unit\.prize'; did you mean"):
        methods.add_profile(ID, columns={"unit.prize": {}})
