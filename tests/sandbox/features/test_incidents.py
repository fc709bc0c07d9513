"""Incidents: opened by failures of test cases, resolved by statuses."""

from __future__ import annotations

from tests.support.sandbox_tables import NOTHING, TablesApi

CASES = "/v1/dataQuality/testCases"
STATUSES = f"{CASES}/testCaseIncidentStatus"
SPAN = "startTs=1&endTs=1900000000000000"


def test_a_failure_opens_an_incident_that_is_resolved(api: TablesApi) -> None:
    api.skip_unless_served("POST", f"{CASES}/testCaseResults/{{fqn}}")
    api.skip_unless_served("GET", f"{STATUSES}/{{id}}")
    api.create_table("failing")
    api.create("/v1/dataQuality/testDefinitions", name="mayFail", description="d",
             entityType="TABLE", testPlatforms=["OpenMetadata"])  # fmt: skip
    case = {"name": "c", "entityLink": "<#E::table::s.d.c.failing>", "testDefinition": "mayFail"}
    response = api.request("POST", CASES, json=case)
    if response.status_code != 201:  # older releases require a suite
        field = "basicEntityReference"
        if field not in api.schemas()["CreateTestSuite"]["properties"]:
            field = "executableEntityReference"
        suite = api.create(
            "/v1/dataQuality/testSuites/executable", name="any", **{field: "s.d.c.failing"}
        )
        case["testSuite"] = suite["fullyQualifiedName"]
        api.create(CASES, **case)
    fqn = "s.d.c.failing.c"
    results = f"{CASES}/testCaseResults/{fqn}"
    passed = api.post(results, {"timestamp": 1_700_000_000_000, "testCaseStatus": "Success"})
    assert "incidentId" not in passed
    failed = api.post(results, {"timestamp": 1_700_000_001_000, "testCaseStatus": "Failed"})
    api.error("POST", results, 409, json={"timestamp": 1_700_000_001_000,
                                          "testCaseStatus": "Failed"})  # fmt: skip
    again = api.post(results, {"timestamp": 1_700_000_002_000, "testCaseStatus": "Failed"})
    incident = failed["incidentId"]
    assert again["incidentId"] == incident
    (opened,) = api.get(f"{STATUSES}/stateId/{incident}")["data"]
    assert (opened["testCaseResolutionStatusType"], opened["metrics"]) == ("New", [])
    assert opened["testCaseReference"]["fullyQualifiedName"] == fqn
    ack = api.post(STATUSES, {"testCaseReference": fqn, "testCaseResolutionStatusType": "Ack"}, 200)
    assert ack["stateId"] == incident
    assert [metric["name"] for metric in ack["metrics"]] == ["timeToResponse"]
    unexplained = {"testCaseReference": fqn, "testCaseResolutionStatusType": "Resolved"}
    api.error("POST", STATUSES, 500, json=unexplained)
    admin = api.get("/v1/users/name/admin")
    details = {"testCaseFailureReason": "FalsePositive", "testCaseFailureComment": "noise",
               "resolvedBy": {"id": admin["id"], "type": "user"}}  # fmt: skip
    api.post(STATUSES, {**unexplained, "testCaseResolutionStatusDetails": details}, 200)
    statuses = api.get(f"{STATUSES}?{SPAN}&testCaseFQN={fqn}")
    kinds = [status["testCaseResolutionStatusType"] for status in statuses["data"]]
    assert kinds == ["Resolved", "Ack", "New"]
    assert statuses["paging"]["total"] == 3
    latest = api.get(f"{STATUSES}?{SPAN}&testCaseFQN={fqn}&latest=true")["data"]
    assert [status["testCaseResolutionStatusType"] for status in latest] == ["Resolved"]
    # The next failure opens another incident.
    third = api.post(results, {"timestamp": 1_700_000_003_000, "testCaseStatus": "Failed"})
    assert third["incidentId"] not in {None, incident}
    latest = api.get(f"{STATUSES}?{SPAN}&testCaseFQN={fqn}&latest=true")["data"]
    kinds = [status["testCaseResolutionStatusType"] for status in latest]
    assert kinds == ["New", "Resolved"]
    assert api.get(f"{STATUSES}/{ack['id']}")["id"] == ack["id"]
    api.error("GET", f"{STATUSES}/{NOTHING}", 404)
