"""Single features of servers: lineage, custom properties, results, profiles, samples, the feed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dynclient import sandbox
from tests.support.sandbox_api import Api
from tests.support.trees import ALL_RELEASES, TREES, release_named

NOTHING = "00000000-0000-0000-0000-000000000000"


class Shop(Api):
    """A sandbox with a service, a schema and some tables in it."""

    def table(self, name: str, **more: Any) -> dict[str, Any]:
        columns = [{"name": "id", "dataType": "INT"}, {"name": "total", "dataType": "DOUBLE"}]
        return self.made("/v1/tables", name=name, databaseSchema="s.d.c", columns=columns, **more)

    def put(self, path: str, body: Any, status: int = 200) -> Any:
        answer = self.ask("PUT", path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def paths(self) -> dict[str, Any]:
        document = self.session.get(self.running.host.removesuffix("/api") + "/swagger.json").json()
        told: dict[str, Any] = document["paths"]
        return told

    def schemas(self) -> dict[str, Any]:
        document = self.session.get(self.running.host.removesuffix("/api") + "/swagger.json").json()
        told: dict[str, Any] = document["components"]["schemas"]
        return told


@pytest.fixture(scope="module", params=ALL_RELEASES)
def shop(request: pytest.FixtureRequest) -> Iterator[Shop]:
    release_named(request.param)
    with sandbox.start(tree=TREES.get(request.param)) as started:
        api = Shop(started)
        api.with_schema()
        yield api


Flows = Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]


@pytest.fixture
def flow() -> Flows:
    """Return a function that writes the edge between two tables."""

    def edge(source: dict[str, Any], target: dict[str, Any]) -> dict[str, Any]:
        ends = {"fromEntity": source, "toEntity": target}
        return {"edge": {name: {"id": end["id"], "type": "table"} for name, end in ends.items()}}

    return edge


# lineage


def test_lineage_is_walked_both_ways(shop: Shop, flow: Flows) -> None:
    shop.serves("PUT", "/v1/lineage")
    a, b, c = (shop.table(f"line-{name}") for name in "abc")
    for source, target in ((a, b), (b, c)):
        assert shop.put("/v1/lineage", flow(source, target)) is None
    near = shop.got(f"/v1/lineage/table/{b['id']}")
    assert [node["name"] for node in near["nodes"]] == ["line-a", "line-c"]
    assert near["upstreamEdges"] == [{"fromEntity": a["id"], "toEntity": b["id"]}]
    far = shop.got("/v1/lineage/table/name/s.d.c.line-a?upstreamDepth=0&downstreamDepth=2")
    assert [(e["fromEntity"], e["toEntity"]) for e in far["downstreamEdges"]] == [
        (a["id"], b["id"]), (b["id"], c["id"])
    ]  # fmt: skip
    one = f"/v1/lineage/table/{a['id']}/table/{b['id']}"
    assert [shop.ask("DELETE", one).status_code for _ in range(2)] == [200, 404]
    # An entity that goes for good takes its edges along.
    shop.ask("DELETE", f"/v1/tables/{c['id']}?hardDelete=true")
    assert shop.got(f"/v1/lineage/table/{b['id']}")["nodes"] == []


def test_lineage_of_columns_is_checked(shop: Shop, flow: Flows) -> None:
    shop.serves("PUT", "/v1/lineage")
    a, b = (shop.table(f"column-{name}") for name in "ab")
    body = flow(a, b)
    wrong = {"fromColumns": ["s.d.c.column-a.nope"], "toColumn": "s.d.c.column-b.id"}
    body["edge"]["lineageDetails"] = {"columnsLineage": [wrong]}
    error_response = shop.ask("PUT", "/v1/lineage", json=body)
    assert error_response.status_code == 400
    assert "column-a.nope" in error_response.json()["message"]
    wrong["fromColumns"] = ["s.d.c.column-a.id"]
    shop.put("/v1/lineage", body)
    edge = shop.got(f"/v1/lineage/table/{b['id']}")["upstreamEdges"][0]
    assert edge["lineageDetails"]["columnsLineage"] == [wrong]
    unknown = flow(a, {"id": NOTHING})
    assert shop.ask("PUT", "/v1/lineage", json=unknown).status_code == 404


# relations that tell more


def test_related_terms_are_shown_as_the_release_has_them(shop: Shop) -> None:
    shop.made("/v1/glossaries", name="related", description="x")
    told = {"glossary": "related", "description": "x"}
    other = shop.made("/v1/glossaryTerms", name="b", **told)
    made = shop.made("/v1/glossaryTerms", name="a", relatedTerms=["related.b"], **told)
    path = f"/v1/glossaryTerms/{made['id']}"
    boxed = "TermRelation" in shop.schemas()

    def related(id: str) -> list[tuple[str | None, str]]:
        items = shop.got(f"/v1/glossaryTerms/{id}?fields=relatedTerms")["relatedTerms"]
        if not boxed:
            return [(None, item["fullyQualifiedName"]) for item in items]
        assert all(set(item) == {"relationType", "term"} for item in items)
        return [(item["relationType"], item["term"]["fullyQualifiedName"]) for item in items]

    kind = "relatedTo" if boxed else None
    assert related(made["id"]) == [(kind, "related.b")]
    assert related(other["id"]) == [(kind, "related.a")]
    reference = {"id": other["id"], "type": "glossaryTerm"}
    item = {"relationType": "broader", "term": reference} if boxed else reference
    done = shop.patched(path, {"op": "replace", "path": "/relatedTerms", "value": [item]})
    assert done.status_code == 200, done.text
    assert related(made["id"]) == [("broader" if boxed else None, "related.b")]
    # What the one side ends is over on the other.
    shop.patched(path, {"op": "remove", "path": "/relatedTerms/0"})
    assert related(made["id"]) == related(other["id"]) == []
    versions = shop.got(f"{path}/versions")["versions"]
    assert len(versions) > 1


# KPIs, queries, suites


def test_results_of_kpis(shop: Shop) -> None:
    shop.serves("POST", "/v1/kpi")
    chart = "PercentageOfEntitiesWithOwnerByType"
    body = {"name": "k", "description": "x", "startDate": 1, "endDate": 2,
            "metricType": "PERCENTAGE", "dataInsightChart": chart}  # fmt: skip
    target = [{"name": "hasOwnerFraction", "value": "0.6"}]
    written = "put" in shop.paths().get("/v1/kpi/{fqn}/kpiResult", {})
    if written:
        body["targetDefinition"] = target
        wrong = {**body, "targetDefinition": [{"name": "nope", "value": "1"}]}
        error_response = shop.ask("POST", "/v1/kpi", json=wrong)
        assert (error_response.status_code, "nope" in error_response.text) == (400, True)
    else:
        body |= {"targetValue": 60, "dataInsightChart": "percentage_of_data_asset_with_owner_kpi"}
    shop.made("/v1/kpi", **body)
    latest, listed = "/v1/kpi/k/latestKpiResult", "/v1/kpi/k/kpiResult?startTs=1&endTs=99"
    assert shop.ask("GET", latest).status_code == 204
    assert shop.ask("GET", "/v1/kpi/nope/latestKpiResult").status_code == 404
    if not written:
        assert shop.got(listed) == {"results": []}
        return
    for stamp in (10, 20):
        result = {"timestamp": stamp, "targetResult": target}
        assert shop.put("/v1/kpi/k/kpiResult", result, 201)["entityType"] == "kpi"
    assert [one["timestamp"] for one in shop.got(listed)["data"]] == [20, 10]
    assert shop.got(latest)["timestamp"] == 20


def test_what_a_query_is_used_in(shop: Shop) -> None:
    shop.serves("PUT", "/v1/queries/{id}/usage")
    tables = [shop.table(f"used-{name}") for name in "ab"]
    ends = [{"id": table["id"], "type": "table"} for table in tables]
    taken = "service" in shop.schemas()["CreateQuery"]["properties"]
    more = {"service": "s"} if taken else {}
    made = shop.made("/v1/queries", name="q", query="select 1", queryUsedIn=ends[:1], **more)
    path = f"/v1/queries/{made['id']}"

    def used() -> list[str]:
        return [one["name"] for one in shop.got(f"{path}?fields=queryUsedIn")["queryUsedIn"]]

    change = shop.put(f"{path}/usage", ends[1:], 201)["changeDescription"]["fieldsUpdated"][0]
    assert [len(change[name]) for name in ("oldValue", "newValue")] == [1, 2]
    assert used() == ["used-a", "used-b"]
    assert shop.ask("DELETE", f"{path}/usage", json=ends[:1]).status_code == 201
    assert used() == ["used-b"]
    unknown = [{"id": NOTHING, "type": "table"}]
    assert shop.ask("PUT", f"{path}/usage", json=unknown).status_code == 404
    assert shop.ask("PUT", f"{path}/usage", json={"a": 1}).status_code == 400


def test_a_table_has_one_suite_of_its_own(shop: Shop) -> None:
    executable = "/v1/dataQuality/testSuites/executable"
    if "post" not in shop.paths().get(executable, {}):
        pytest.skip("this release has no executable suites")
    fields = shop.schemas()["CreateTestSuite"]["properties"]
    field = next((name for name in ("basicEntityReference", "executableEntityReference")
                  if name in fields), "")  # fmt: skip
    shop.table("suite")
    made = shop.made(executable, name="any", **{field: "s.d.c.suite"})
    assert made["fullyQualifiedName"] == "s.d.c.suite.testSuite"
    again = shop.ask("POST", executable, json={"name": "other", field: "s.d.c.suite"})
    assert again.status_code == 409
    unknown = shop.ask("POST", executable, json={"name": "other", field: "s.d.c.nope"})
    assert unknown.status_code == 404
    plain = executable.removesuffix("/executable")
    error_response = shop.ask("DELETE", f"{plain}/{made['id']}")
    assert (error_response.status_code, executable in error_response.text) == (400, True)
    assert shop.ask("DELETE", f"{executable}/{made['id']}?hardDelete=true").status_code == 200


# custom properties


def test_custom_properties_hold_what_fits(shop: Shop) -> None:
    shop.serves("PUT", "/v1/metadata/types/{id}")
    if shop.ask("GET", "/v1/metadata/types/name/integer").status_code == 404:
        pytest.skip("this release has no types of fields")
    kind = shop.got("/v1/metadata/types/name/integer")
    table = shop.got("/v1/metadata/types/name/table")
    told = {"name": "rank", "description": "How good it is.", "propertyType": {
        "id": kind["id"], "type": "type",
    }}  # fmt: skip
    defined = shop.put(f"/v1/metadata/types/{table['id']}", told)
    assert [one["name"] for one in defined["customProperties"]] == ["rank"]
    made = shop.table("ranked", extension={"rank": 3})
    assert shop.got(f"/v1/tables/{made['id']}?fields=extension")["extension"] == {"rank": 3}
    for extension, said in (({"rank": "x"}, "string found, integer expected"),
                            ({"nope": 1}, "Unknown custom field nope")):  # fmt: skip
        change = {"op": "add", "path": "/extension", "value": extension}
        error_response = shop.patched(f"/v1/tables/{made['id']}", change)
        assert error_response.status_code == 400
        assert said in error_response.json()["message"]
    removed = {"op": "remove", "path": "/customProperties/0"}
    assert shop.patched(f"/v1/metadata/types/{table['id']}", removed).status_code == 200
    assert "extension" not in shop.got(f"/v1/tables/{made['id']}?fields=extension")


def test_types_tell_their_schemas(shop: Shop) -> None:
    listed = shop.got("/v1/metadata/types?category=entity&limit=1000")["data"]
    table = next((one for one in listed if one["name"] == "table"), None)
    if table is None:
        pytest.skip("the tree of this release marks no types")
    assert table["nameSpace"] == "data"
    assert '"$ref" : "../../type/basic.json' in table["schema"]


# data and its quality


def test_samples_and_profiles_are_kept_with_a_table(shop: Shop) -> None:
    shop.serves("PUT", "/v1/tables/{id}/sampleData")
    path = f"/v1/tables/{shop.table('sampled')['id']}"
    sample = {"columns": ["id", "total"], "rows": [[1, 2.5], [2, None]]}
    assert shop.put(f"{path}/sampleData", sample)["sampleData"] == sample
    assert shop.got(f"{path}/sampleData")["sampleData"] == sample
    short = {"columns": ["id", "total"], "rows": [[1]]}
    assert shop.ask("PUT", f"{path}/sampleData", json=short).status_code == 400
    assert shop.ask("DELETE", f"{path}/sampleData").status_code == 200
    assert "sampleData" not in shop.got(f"{path}/sampleData")
    now = int(time.time() * 1000)
    for stamp in (now - 1, now):
        profile = {"timestamp": stamp, "rowCount": 10}
        shop.put(f"{path}/tableProfile", {"tableProfile": profile, "columnProfile": [
            {"name": "id", "timestamp": stamp, "valuesCount": 10},
        ]})  # fmt: skip
    span = f"startTs={now - 10}&endTs={now + 10}"
    found = shop.got(f"/v1/tables/s.d.c.sampled/tableProfile?{span}")["data"]
    assert [one["timestamp"] for one in found] == [now, now - 1]
    columns = shop.got(f"/v1/tables/s.d.c.sampled.id/columnProfile?{span}")
    assert columns["paging"]["total"] == 2
    # None of it is a change of the table.
    assert shop.got(path)["version"] == 0.1


def test_results_of_test_cases_are_kept(shop: Shop) -> None:
    shop.serves("PUT", "/v1/dataQuality/testCases/{fqn}/testCaseResult")
    shop.table("tested")
    shop.made("/v1/dataQuality/testDefinitions", name="isFine", description="d",
              entityType="TABLE", testPlatforms=["OpenMetadata"])  # fmt: skip
    suite, place = {"name": "suite", "description": "d"}, "/v1/dataQuality/testSuites"
    fields = shop.got("/v1/dataQuality/testCases?limit=0&fields=testSuite")
    assert fields["paging"]["total"] == 0
    shop.made(place, **suite)
    case = {"name": "fine", "entityLink": "<#E::table::s.d.c.tested>", "testDefinition": "isFine"}
    answer = shop.ask("POST", "/v1/dataQuality/testCases", json={**case, "testSuite": "suite"})
    if answer.status_code == 400:  # the suite follows from the table there
        answer = shop.ask("POST", "/v1/dataQuality/testCases", json=case)
    assert answer.status_code == 201, answer.text
    path = "/v1/dataQuality/testCases/s.d.c.tested.fine/testCaseResult"
    for stamp, status in ((1_700_000_000_000, "Success"), (1_700_000_001_000, "Failed")):
        shop.put(path, {"timestamp": stamp, "testCaseStatus": status}, 201)
    found = shop.got(f"{path}?startTs=1&endTs=1800000000000")["data"]
    assert [one["testCaseStatus"] for one in found] == ["Failed", "Success"]
    shown = shop.got("/v1/dataQuality/testCases/name/s.d.c.tested.fine?fields=testCaseResult")
    assert shown["testCaseResult"]["testCaseStatus"] == "Failed"
    gone = [shop.ask("DELETE", f"{path}/1700000001000").status_code for _ in range(2)]
    assert gone == [200, 404]
    unlinked = {**case, "name": "x", "entityLink": "<#E::table::s.d.c.nope>", "testSuite": "suite"}
    unknown = shop.ask("POST", "/v1/dataQuality/testCases", json=unlinked)
    assert unknown.status_code in {400, 404}


# the feed


def test_tasks_change_what_they_are_about(shop: Shop) -> None:
    shop.serves("POST", "/v1/feed")
    made = shop.table("discussed", description="old")
    admin = shop.got("/v1/users/name/admin")
    # The newest releases go by who asks.
    named = "from" in shop.schemas()["CreateThreadRequest"]["properties"]
    author = {"from": "admin"} if named else {}
    thread = shop.made("/v1/feed", message="hello", about="<#E::table::s.d.c.discussed>", **author)
    shop.made(f"/v1/feed/{thread['id']}/posts", message="reply", **author)
    assert shop.got(f"/v1/feed/{thread['id']}")["postsCount"] == 1
    wanted = {
        "type": "UpdateDescription", "oldValue": "old", "suggestion": "new",
        "assignees": [{"id": admin["id"], "type": "user"}],
    }  # fmt: skip
    about = "<#E::table::s.d.c.discussed::description>"
    task = shop.made(
        "/v1/feed", message="please", type="Task", about=about, taskDetails=wanted, **author
    )["task"]
    done = shop.put(f"/v1/feed/tasks/{task['id']}/resolve", {"newValue": "new"})
    assert done["task"]["status"] == "Closed"
    assert shop.got(f"/v1/tables/{made['id']}")["description"] == "new"
    link = "%3C%23E::table::s.d.c.discussed%3E"
    listed = shop.got(f"/v1/feed?entityLink={link}")["data"]
    assert [one["type"] for one in listed] == ["Task", "Conversation"]
    assert shop.ask("DELETE", f"/v1/feed/{thread['id']}").status_code == 200
    assert shop.ask("GET", f"/v1/feed/{thread['id']}").status_code == 404


def test_assets_join_and_leave_a_domain(shop: Shop) -> None:
    shop.serves("PUT", "/v1/domains/{name}/assets/add")
    table = shop.table("sold")
    shop.made("/v1/domains", name="Sales", description="d", domainType="Aggregate")
    asset = {"assets": [{"id": table["id"], "type": "table"}]}
    for verb, expected in (("add", ["Sales"]), ("remove", [])):
        told = shop.put(f"/v1/domains/Sales/assets/{verb}", asset)
        assert told["numberOfRowsPassed"] == 1
        field = "domains" if "domains" in shop.schemas()["Table"]["properties"] else "domain"
        held = shop.got(f"/v1/tables/{table['id']}?fields={field}").get(field) or []
        named = held if isinstance(held, list) else [held]
        assert [one["name"] for one in named] == expected


def test_a_body_of_any_depth_is_answered(shop: Shop) -> None:
    for text in ("[" * 100_000, '{"a":' * 100_000, "[" * 5_000 + "]" * 5_000):
        for method, path in (("POST", "/v1/tables"), ("PUT", "/v1/teams")):
            answer = shop.ask(method, path, data=text, headers={"Content-Type": "application/json"})
            assert answer.status_code == 400, answer.text


def test_a_name_is_no_place_for_an_id(shop: Shop) -> None:
    schema = shop.got("/v1/databaseSchemas/name/s.d.c")
    body = {"name": "by_id", "databaseSchema": schema["id"], "columns": []}
    answer = shop.ask("POST", "/v1/tables", json=body)
    assert answer.status_code == 404
    assert schema["id"] in answer.json()["message"]
