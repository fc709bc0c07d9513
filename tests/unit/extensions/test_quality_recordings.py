"""What is sent about quality and profiles is what real servers accepted."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from dynclient.extensions.profiles import Profiles
from dynclient.extensions.test_cases import CasesAndSuites
from tests.replay import recordings
from tests.support.trees import release_named, shared
from tests.support.wire import session_over

COLUMNS = [{"name": "id"}, {"name": "name"}]


class Recorded(NamedTuple):
    """A request that a real server accepted."""

    method: str
    path: str
    body: Any
    response: Any

    @property
    def id(self) -> str:
        return self.path.split("/")[-2]


def accepted(release: str, method: str, part: str) -> Recorded:
    """Return the first recorded request of a method, whose path contains a text."""
    if release not in recordings.releases():
        pytest.skip(f"there are no recordings of {release}")
    for exchange in recordings.load(release, "quality"):
        sent, received = exchange["request"], exchange["response"]
        if sent["method"] == method and part in sent["path"] and received["status"] < 300:
            return Recorded(method, sent["path"], sent["body"], received["body"])
    pytest.fail(f"{method} …{part} was not recorded")


def sent(
    release: str, recorded: Recorded, call: Callable[[Any, Any], Any], added: Any = None
) -> None:
    """Check that a call sends what was recorded, and fields that are added to it."""
    table = {"id": recorded.id, "name": "t", "fullyQualifiedName": "rec_qual.db.sch.t"}
    session, wire = session_over(
        {**table, "columns": COLUMNS}, recorded.response, release=release_named(release)
    )
    call(session, recorded.body)
    requests = [request for request in wire.sent if request.method == recorded.method]
    assert [request.path for request in requests] == [recorded.path]
    assert json.loads(requests[0].body) == recorded.body | (added or {})


@pytest.mark.parametrize("release", ["1.0.4", "1.2.0", "1.6.0"])
def test_profiles_are_sent_as_recorded(release: str) -> None:
    recorded = accepted(release, "PUT", "/tableProfile")

    def call(session: Any, body: Any) -> None:
        profile = dict(body["tableProfile"])
        columns = {
            column["name"]: {k: v for k, v in column.items() if k not in {"name", "timestamp"}}
            for column in body["columnProfile"]
        }
        time, rows = profile.pop("timestamp"), profile.pop("rowCount")
        Profiles(session, "tables").add_profile(
            recorded.id, at=time, row_count=rows, columns=columns, **profile
        )

    sent(release, recorded, call)


@pytest.mark.parametrize("release", ["1.0.4", "1.2.0", "1.6.0"])
def test_samples_are_sent_as_recorded(release: str) -> None:
    recorded = accepted(release, "PUT", "/sampleData")

    def call(session: Any, body: Any) -> None:
        Profiles(session, "tables").set_sample_data(
            recorded.id, body["rows"], columns=body["columns"]
        )

    sent(release, recorded, call)


@pytest.mark.parametrize("release", ["1.0.4", "1.2.0", "1.6.0"])
def test_joins_are_sent_as_recorded(release: str) -> None:
    def call(session: Any, body: Any) -> None:
        counts = {
            join["columnName"]: {
                other["fullyQualifiedName"]: other["joinCount"] for other in join["joinedWith"]
            }
            for join in body["columnJoins"]
        }
        Profiles(session, "tables").add_joins(recorded.id, counts, on=body["startDate"])

    recorded = accepted(release, "PUT", "/joins")
    sent(release, recorded, call)


@pytest.mark.parametrize("release", ["1.0.4", "1.2.0", "1.6.0"])
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_usage_is_sent_as_recorded(release: str, method: str) -> None:
    recorded = accepted(release, method, "/usage/table/")
    reference = {"id": recorded.path.split("/")[-1], "type": "table"}

    def call(session: Any, body: Any) -> None:
        Profiles(session, "tables").add_usage(
            reference, body["count"], on=body["date"], replace=method == "POST"
        )

    sent(release, recorded, call)


@pytest.mark.parametrize(
    ("release", "method", "part"),
    [
        ("1.0.4", "PUT", "/testCaseResult"),
        ("1.2.0", "PUT", "/testCaseResult"),
        ("1.6.0", "POST", "/testCaseResults/"),
    ],
)
def test_results_are_sent_as_recorded(release: str, method: str, part: str) -> None:
    def call(session: Any, body: Any) -> None:
        CasesAndSuites(session, "test_cases").add_result(
            "rec_qual.db.sch.t.rows",
            body["testCaseStatus"],
            at=body["timestamp"],
            result=body["result"],
            values={value["name"]: value["value"] for value in body["testResultValue"]},
            passed_rows=body.get("passedRows"),
            failed_rows=body.get("failedRows"),
        )

    recorded = accepted(release, method, part)
    passed, failed = (recorded.body.get(name) for name in ("passedRows", "failedRows"))
    shares = {"passedRowsPercentage": 10.0, "failedRowsPercentage": 90.0}
    assert passed is None or (passed, failed) == (1, 9)
    sent(release, recorded, call, shares if passed is not None and release == "1.6.0" else None)


def test_test_cases_of_logical_suites_are_sent_as_recorded() -> None:
    def call(session: Any, body: Any) -> None:
        CasesAndSuites(session, "test_suites").add_test_cases(
            body["testSuiteId"], body["testCaseIds"]
        )

    sent("1.6.0", accepted("1.6.0", "PUT", "/logicalTestCases"), call)


def test_a_resolution_is_sent_as_recorded() -> None:
    file = shared("openmetadata/recordings/1.6.0/quality.json")
    if file is None:
        pytest.skip("the shared folder has no recordings")
    (recorded,) = [
        exchange["request"]
        for exchange in json.loads(file.read_text("utf-8"))
        if exchange["request"]["path"].endswith("/testCaseIncidentStatus")
        and (exchange["request"]["body"] or {}).get("testCaseResolutionStatusType") == "Resolved"
        and exchange["response"]["status"] < 300
    ]
    session, wire = session_over(
        {"testCaseResolutionStatusType": "Resolved"}, release=release_named("1.6.0")
    )
    details = recorded["body"]["testCaseResolutionStatusDetails"]
    CasesAndSuites(session, "test_cases").resolve(
        recorded["body"]["testCaseReference"],
        details["testCaseFailureReason"],
        details["testCaseFailureComment"],
    )
    assert (wire.last.method, wire.last.path) == (recorded["method"], recorded["path"])
    assert json.loads(wire.last.body) == recorded["body"]
