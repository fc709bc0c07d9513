"""What test cases, their results and their failed rows send."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dynclient.display.displayed import media_types
from dynclient.errors import BadArguments, Conflict, NotFound, RequestInvalid
from dynclient.extensions.quality import Outcome, Quality, QualityReport
from dynclient.extensions.quality_tests import QualityTest
from dynclient.extensions.test_cases import CasesAndSuites, _suite_name
from tests.support.trees import release_named
from tests.support.wire import session_over

ID = "6a1f91e0-1cc4-4e55-84fa-246bb8af89e0"
OTHER = "6a1f91e0-1cc4-4e55-84fa-246bb8af89e1"
CASE = {
    "id": ID, "name": "rows", "fullyQualifiedName": "s.d.c.t.rows",
    "entityLink": "<#E::table::s.d.c.t>", "testSuite": {"id": OTHER, "type": "testSuite"},
    "testDefinition": {"id": OTHER, "type": "testDefinition", "name": "tableRowCountToEqual"},
    "parameterValues": [{"name": "value", "value": "1"}],
}  # fmt: skip
RESULT = {"timestamp": 1, "testCaseStatus": "Success", "testCaseFQN": "s.d.c.t.rows"}
NO_ROUTE = "An exception with message [HTTP 404 Not Found] was thrown while processing request."


def cases(*responses: Any, release: str = "1.6.0", attribute: str = "test_cases") -> Any:
    session, wire = session_over(*responses, release=release_named(release))
    return CasesAndSuites(session, attribute), wire


def body(request: Any) -> Any:
    return json.loads(request.body)


def test_failed_rows_are_sent_read_and_deleted() -> None:
    methods, wire = cases(CASE)
    methods.set_failed_rows(ID, [{"id": float("nan")}], validate=False)
    assert (wire.last.method, wire.last.path) == (
        "PUT",
        f"/v1/dataQuality/testCases/{ID}/failedRowsSample",
    )
    assert ("validate", "false") in wire.last.query
    assert body(wire.last) == {"columns": ["id"], "rows": [[None]]}
    methods.set_inspection_query(ID, "SELECT 1")
    assert wire.last.path.endswith("/inspectionQuery")
    assert wire.last.body == b"SELECT 1"
    assert ("Content-Type", "application/json") in wire.last.headers
    methods.delete_failed_rows(ID)
    assert wire.last.method == "DELETE"

    methods, _ = cases({"columns": ["id"], "rows": [["1"]]})
    assert list(methods.failed_rows(ID).rows) == [["1"]]
    none = {"code": 404, "message": "failedRowsSample instance for s.d.c.t.rows not found"}
    methods, _ = cases((404, none), CASE)
    assert methods.failed_rows(ID) is None
    methods, _ = cases((404, {"code": 404, "message": f"testCase instance for {ID} not found"}))
    with pytest.raises(NotFound):
        methods.failed_rows(ID)
    methods, _ = cases((500, {"responseMessage": NO_ROUTE}))
    with pytest.raises(NotFound, match="no such route"):
        methods.failed_rows(ID)


def test_the_result_is_returned_where_the_server_returns_a_change() -> None:
    event = {"eventType": "entityUpdated", "entityId": ID, "entityType": "testCase"}
    methods, wire = cases((201, event), release="1.0.4")
    found = methods.add_result("s.d.c.t.rows", "SUCCESS", at=1700000000000, passed_rows=3)
    assert (found.testCaseStatus, found.timestamp) == ("Success", 1700000000000)
    assert wire.last.method == "PUT"
    assert "passedRows" not in body(wire.last)  # the release does not have it


def test_nothing_is_sent_for_a_status_that_does_not_exist() -> None:
    methods, wire = cases(RESULT)
    with pytest.raises(RequestInvalid, match="testCaseStatus"):
        methods.add_result("s.d.c.t.rows", "Fine")
    assert wire.sent == []


def test_a_suite_that_another_process_creates_meanwhile_is_returned() -> None:
    table = {"id": OTHER, "name": "t", "fullyQualifiedName": "s.d.c.t"}
    missing = (404, {"code": 404, "message": "testSuite instance for s.d.c.t.testSuite not found"})
    suite = {"id": ID, "name": "s.d.c.t.testSuite"}
    conflict = (409, {"code": 409, "message": "Entity already exists"})
    methods, _ = cases(table, missing, conflict, suite, attribute="test_suites")
    assert methods.for_table("s.d.c.t").id == ID


def test_suites_of_tables_with_long_or_odd_names_have_names_of_their_own() -> None:
    names = {_suite_name(name) for name in ("a" * 200, "a" * 201, 's."a#b"', 's."a%b"')}
    assert len(names) == 4
    assert max(map(len, names)) <= 128
    assert _suite_name("s.d.c.t.testSuite") == "s.d.c.t.testSuite"


def test_cases_of_other_tables_are_never_published() -> None:
    table = {"id": OTHER, "name": "t", "fullyQualifiedName": "s.d.c.t"}
    other = {**CASE, "entityLink": "<#E::table::s.d.c.t2>", "fullyQualifiedName": "s.d.c.t2.rows"}
    page = {"data": [CASE, other], "paging": {"total": 2}}
    session, wire = session_over(table, page, RESULT, release=release_named("1.6.0"))
    report = Quality(session).run("s.d.c.t", [{"id": 1}], publish=True)
    assert [outcome.definition for outcome in report] == ["tableRowCountToEqual"]
    assert [request.path for request in wire.sent if request.method != "GET"] == [
        "/v1/dataQuality/testCases/testCaseResults/s.d.c.t.rows"
    ]


def test_a_report_counts_and_names_what_failed() -> None:
    def outcome(status: str, error: Any = None) -> Outcome:
        return Outcome(None, "d", "c", status, "why <b>", {}, None, None, (), error)

    conflict = Conflict("exists", status=409, code=409, method="POST", url="", request_id=None)
    report = QualityReport("s.d.c.t", [outcome("Success", conflict), outcome("Skipped")])
    assert report
    assert (len(report.passed), len(report.skipped), len(report.unpublished)) == (1, 1, 1)
    assert repr(report) == "<QualityReport of s.d.c.t: 1 passed, 0 failed, 1 skipped>"
    assert "success  d of c: why <b> (not published: 409 exists" in str(report)
    assert "&lt;b&gt;" in report._repr_html_()
    assert not QualityReport("s.d.c.t", [outcome("Failed")])


def test_a_report_prints_no_control_characters() -> None:
    outcome = Outcome(None, "x", "a\x1b[31m", "Failed", "\u202e", {}, None, None, ())
    report = QualityReport("s.d.c.\u202e\x1b[31m", [outcome])
    for text in (str(report), repr(report), report._repr_html_()):
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_arguments_of_another_kind_are_refused() -> None:
    methods, wire = cases(RESULT)
    with pytest.raises(BadArguments, match="values: must be a dict, not int"):
        methods.add_result("s.d.c.t.rows", "Success", values=5)
    suites, _ = cases(RESULT, attribute="test_suites")
    with pytest.raises(BadArguments, match="cases: must be a name"):
        suites.add_test_cases("nightly", None)
    assert wire.sent == []


def test_options_beside_a_test_as_code_are_refused() -> None:
    session, wire = session_over(release=release_named("starter"))
    test = QualityTest("tableRowCountToEqual", value=1)
    with pytest.raises(BadArguments) as caught:
        Quality(session).add_test("a.b.c.d", test, "id", name="rows", value=2)
    assert [each.path for each in caught.value.problems] == ["column", "name", "value"]
    assert wire.sent == []


def test_a_report_has_ticks() -> None:
    outcomes = [
        Outcome({}, "rows", None, "Success", "5 rows", {}, None, None, ()),
        Outcome({}, "between", "<id>", "Failed", "2 rows", {}, 3, 2, (0, 1)),
        Outcome({}, "sql", None, "Skipped", "needs a database", {}, None, None, ()),
    ]
    forms = media_types(QualityReport("a.b.c.d", outcomes))
    assert forms["text/plain"].splitlines() == [
        "quality of table a.b.c.d",
        "",
        "1 passed, 1 failed, 1 skipped",
        "",
        "           test     column  result            failed rows",
        "─────────  ───────  ──────  ────────────────  ───────────",
        "✓ passed   rows             5 rows",
        "✗ failed   between  <id>    2 rows                      2",
        "– skipped  sql              needs a database",
    ]
    assert "&lt;id&gt;" in forms["text/html"]


def test_a_report_says_which_results_were_not_published() -> None:
    error = NotFound("gone", status=404, code=404, method="PUT", url="/x", request_id=None)
    outcome = Outcome({}, "rows", None, "Success", "5 rows", {}, None, None, (), error)
    text = media_types(QualityReport("a", [outcome]))["text/plain"]
    assert "not published" in text
    assert "gone" in text
