"""Results, incidents and failed rows of test cases; suites of tables, and suites of any cases."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.dispatch.responses import is_route
from dynclient.errors import Conflict, NotFound, Problem
from dynclient.extensions.arguments import as_list, as_mapping
from dynclient.extensions.base import CollectionEntity, CollectionExtension
from dynclient.extensions.choices import allowed_value
from dynclient.extensions.people import find_user
from dynclient.extensions.records import time_of_record
from dynclient.extensions.times import time_or_now, time_span
from dynclient.operations.operation import Plan, is_id

if TYPE_CHECKING:
    from dynclient.dispatch.pagination import Listing

RESULT = "tests/basic.json#/definitions/testCaseResult"
TABLE_OF_SUITE = ("basicEntityReference", "executableEntityReference")
"""Fields for the table in a request for its test suite, the newer one first."""
_SUITE_NAME_LENGTH = 128
_NOT_IN_NAME = re.compile(r"[^\w'\- .&()]")


class CasesAndSuites(CollectionExtension):
    """Test cases and suites: ``om.test_cases.add_result(…)``, ``om.test_suites.for_table(…)``."""

    name = "test_cases_and_suites"
    operations = "quality"

    # -- results -----------------------------------------------------------------------------------

    def add_result(
        self,
        case: Any,
        status: str,
        *,
        at: Any = None,
        result: str | None = None,
        values: Mapping[str, Any] | None = None,
        passed_rows: int | None = None,
        failed_rows: int | None = None,
    ) -> Any:
        """Record a result of a test case.

        Args:
            case: the test case: an entity, a reference, an id or a name.
            status: ``"Success"``, ``"Failed"``, ``"Aborted"`` or ``"Queued"``, in any case.
            at: when the test ran: a datetime, date, ISO text, or epoch; now by default.
            result: what was found, in words.
            values: what was measured, by name: ``{"rowCount": 42}``.
            passed_rows: number of rows that passed, where the release has it.
            failed_rows: number of rows that failed, where the release has it.

        Returns:
            The result.

        Raises:
            Conflict: there is a result of that time; until 1.5 it is replaced.
            NotFound: the test case does not exist.
            RequestInvalid: the status or a value is not valid.
        """
        call = f"{self.attribute}.add_result"
        operation = self.operation("add_result")
        body: dict[str, Any] = {
            "timestamp": time_or_now(at, call),
            "testCaseStatus": self._status(status),
            "testResultValue": [
                {"name": name, "value": _text(value)}
                for name, value in as_mapping(values, call, "values").items()
            ],
        }
        counts = row_counts(passed_rows, failed_rows)
        known = self._properties(operation.body)
        body |= {name: n for name, n in counts.items() if n is not None and name in known}
        if result is not None:
            body["result"] = result
        found = self.call("add_result", {"fqn": self.name_of(case)}, body)
        if isinstance(found, model.Entity) and "testCaseStatus" in model.raw(found):
            return found
        # Servers until 1.5 return the change of the test case instead.
        node = self.session.node(RESULT)
        is_result = isinstance(found, dict) and "testCaseStatus" in found
        return body if node is None else model.load(node, found if is_result else body)

    def _status(self, status: Any) -> Any:
        """Return a status as the release writes it; one that it does not know as it is."""
        node = self.session.node(RESULT)
        field = None if node is None else node.properties.get("testCaseStatus")
        allowed = [] if field is None else field.target.schema.get("enum", [])
        text = str(getattr(status, "value", status))
        return next((each for each in allowed if each.lower() == text.lower()), text)

    def _properties(self, reference: str | None) -> Mapping[str, Any]:
        node = self.session.node(reference)
        return {} if node is None else node.properties

    def results(self, case: Any, *, since: Any = None, until: Any = None) -> Listing:
        """Return a lazy list of the results of a test case, newest first.

        Args:
            case: the test case: an entity, a reference, an id or a name.
            since: the time of the oldest result; all by default.
            until: the time of the newest result.
        """
        span = self._span("results", since, until)
        return self.listing("results", {"fqn": self.name_of(case), **span})

    def delete_result(self, case: Any, at: Any) -> None:
        """Delete the result of a time.

        Args:
            case: the test case: an entity, a reference, an id or a name.
            at: the time of the result; a result itself will do.

        Raises:
            NotFound: there is no result of that time.
        """
        time = time_of_record(at, f"{self.attribute}.delete_result")
        self.call("delete_result", {"fqn": self.name_of(case), "timestamp": time})

    def _span(self, method: str, since: Any, until: Any) -> dict[str, int]:
        start, end = time_span(f"{self.attribute}.{method}", since, until)
        return {"startTs": start, "endTs": end}

    # -- incidents ---------------------------------------------------------------------------------

    def incidents(
        self, case: Any = None, *, latest: bool = False, since: Any = None, until: Any = None
    ) -> Listing:
        """Return a lazy list of the states of incidents, newest first.

        Args:
            case: the test case; all by default.
            latest: return only the last state of each incident.
            since: the time of the oldest state; all by default.
            until: the time of the newest state.
        """
        arguments: dict[str, Any] = self._span("incidents", since, until)
        if case is not None:
            arguments["case"] = self.name_of(case)
        if latest:
            arguments["latest"] = True
        return self.listing("incidents", arguments)

    def acknowledge(self, case: Any, *, severity: str | None = None) -> Any:
        """Say that the failure of a test case was noticed; return the state of the incident.

        Args:
            case: the test case: an entity, a reference, an id or a name.
            severity: ``"Severity1"`` to ``"Severity5"``.
        """
        return self._add_status(case, "Ack", None, severity)

    def assign(self, case: Any, user: Any, *, severity: str | None = None) -> Any:
        """Assign the incident of a test case to a user; return the state of the incident.

        Args:
            case: the test case: an entity, a reference, an id or a name.
            user: the user: an entity, a reference, a name, or ``"user:ada"``.
            severity: ``"Severity1"`` to ``"Severity5"``.

        Raises:
            NotFound: the test case or the user does not exist.
        """
        found = find_user(self.session, user)
        raw = model.raw(found)
        names = {name: raw[name] for name in ("name", "fullyQualifiedName") if name in raw}
        assignee = {"id": raw["id"], "type": model.type_of(found) or "user", **names}
        return self._add_status(case, "Assigned", {"assignee": assignee}, severity)

    def resolve(
        self, case: Any, reason: str, comment: str = "", *, severity: str | None = None
    ) -> Any:
        """Resolve the incident of a test case; return the state of the incident.

        Args:
            case: the test case: an entity, a reference, an id or a name.
            reason: ``"FalsePositive"``, ``"MissingData"``, ``"Duplicates"``, ``"OutOfBounds"`` or
                ``"Other"``.
            comment: what was done.
            severity: ``"Severity1"`` to ``"Severity5"``.

        Raises:
            RequestInvalid: the release does not have the reason.
        """
        node = self.session.node("tests/resolved.json")
        reasons = None if node is None else node.properties.get("testCaseFailureReason")
        allowed = [] if reasons is None else reasons.target.schema.get("enum", [])
        if allowed:
            reason = allowed_value(f"{self.attribute}.resolve", "reason", reason, allowed)
        details = {
            "testCaseFailureReason": reason,
            "testCaseFailureComment": comment or reason,
        }
        return self._add_status(case, "Resolved", details, severity)

    def _add_status(self, case: Any, kind: str, details: Any, severity: str | None) -> Any:
        body: dict[str, Any] = {
            "testCaseReference": self.name_of(case),
            "testCaseResolutionStatusType": kind,
        }
        if details is not None:
            body["testCaseResolutionStatusDetails"] = details
        if severity is not None:
            body["severity"] = severity  # validated with the rest, before anything is sent
        added = self.call("add_incident_status", {}, body)
        if severity is None or added.severity == severity:
            return added
        # Servers ignore the severity of a POST, and return a patched state without its references.
        patch = [{"op": "add", "path": "/severity", "value": severity}]
        patched = self.call("patch_incident_status", {"id": added.id}, patch)
        news = {name: model.raw(patched).get(name) for name in ("severity", "updatedAt")}
        state = {**model.raw(added), **news}
        return model.load(self.session.release.node("tests/testCaseResolutionStatus.json"), state)

    # -- failed rows -------------------------------------------------------------------------------

    def failed_rows(self, case: Any) -> Any:
        """Return the sample of the rows that failed, with ``columns`` and ``rows``; None without.

        Args:
            case: the test case: an entity, a reference, an id or a name.
        """
        operation = self.operation("failed_rows")
        try:
            found = self.call("failed_rows", {"id": self._id(case)})
        except NotFound as error:
            if is_route(error.message):
                raise
            self.read(case)  # raises if it is the test case that does not exist
            return None
        node = self.session.node(operation.result)
        is_sample = isinstance(found, dict) and "columns" in found and node is not None
        return model.load(node, found) if is_sample and node is not None else None

    def set_failed_rows(
        self, case: Any, rows: Any, *, validate: bool | None = None
    ) -> CollectionEntity:
        """Replace the sample of the rows that failed; return the test case.

        Args:
            case: the test case, whose last result is a failure.
            rows: a frame, a list of dicts, or what else ``om.quality.run`` takes.
            validate: False if the rows have columns that the table does not have.

        Raises:
            BadRequest: the last result of the test case is not a failure.
        """
        from dynclient.extensions.input_frames import read_frame, table_data

        frame = read_frame(rows, call=f"{self.attribute}.set_failed_rows")
        arguments = {"id": self._id(case), "validate": validate}
        return self.call("set_failed_rows", arguments, table_data(frame))

    def delete_failed_rows(self, case: Any) -> None:
        """Delete the sample of the rows that failed.

        Args:
            case: the test case: an entity, a reference, an id or a name.
        """
        self.call("delete_failed_rows", {"id": self._id(case)})

    def set_inspection_query(self, case: Any, sql: str) -> CollectionEntity:
        """Replace the query that shows the rows that failed; return the test case.

        Args:
            case: the test case: an entity, a reference, an id or a name.
            sql: the query.
        """
        return self.call("set_inspection_query", {"id": self._id(case)}, str(sql))

    def _id(self, target: Any, entity: Any = None) -> str:
        """Return the id of an entity, by default one of this collection; an id is not looked up."""
        return target if isinstance(target, str) and is_id(target) else self.id_of(target, entity)

    # -- suites ------------------------------------------------------------------------------------

    def for_table(self, table: Any) -> CollectionEntity:
        """Return the test suite of a table; create it if it does not exist.

        Releases before 1.1 have no suites of tables; there it is a suite with a name built from
        that of the table.

        Args:
            table: the table: an entity, a reference, an id or a name.

        Returns:
            The suite.

        Raises:
            NotFound: the table does not exist.
        """
        found, name = self._suite_of(table)
        if found is not None:
            return found
        fqn = self.name_of(table, "table")
        try:
            if self.has_operation("create_for_table"):
                return self._create_for_table(name, fqn)
            return self._create(name, fqn)
        except Conflict:  # another process created it meanwhile
            return self.read(name)

    def delete_for_table(self, table: Any, *, hard: bool = False) -> None:
        """Delete the test suite of a table and its test cases, if there is one.

        Args:
            table: the table: an entity, a reference, an id or a name.
            hard: whether it is deleted for good.

        Raises:
            NotFound: the table does not exist.
        """
        suite, _ = self._suite_of(table)
        if suite is None:
            return
        arguments = {"id": model.raw(suite)["id"], "recursive": True, "hard": hard}
        if self.has_operation("delete_for_table"):
            self.call("delete_for_table", arguments)
        else:
            self.session.call(Plan(self.spec.operations["delete"], arguments))

    def _suite_of(self, table: Any) -> tuple[Any, str]:
        """Return the suite of a table, or None, and the name that it has or gets."""
        state = model.raw(self.read(table, "table", ["testSuite"]))
        name = f"{state['fullyQualifiedName']}.testSuite"
        if not self.has_operation("create_for_table"):
            name = _suite_name(name)
        reference = state.get("testSuite")
        try:
            if reference:
                return self.read({"id": reference["id"], "type": "testSuite"}), name
            return self.read(name), name
        except NotFound:
            return None, name

    def _create_for_table(self, name: str, fqn: str) -> Any:
        known = self._properties(self.spec.entity.create)
        field = next(each for each in TABLE_OF_SUITE if each in known)
        return self.call("create_for_table", {}, {"name": name, field: fqn})

    def _create(self, name: str, fqn: str) -> Any:
        body = {"name": name, "description": f"Tests of {fqn}"}
        return self.session.call(Plan(self.spec.operations["create"], {}, body))

    def add_test_cases(self, suite: Any, cases: Iterable[Any]) -> CollectionEntity:
        """Add test cases of any tables to a suite; return the suite.

        Args:
            suite: the suite, which is not that of a table: an entity, a reference, an id or a name.
            cases: the test cases, each an entity, a reference, an id or a name.

        Raises:
            NotFound: the suite or a test case does not exist.
            BadArguments: there are no test cases.
        """
        call = f"{self.attribute}.add_test_cases"
        ids = [self._id(case, "testCase") for case in as_list(cases, call, "cases")]
        if not ids:
            message = "must be one or more test cases"
            raise bad_arguments(call, [Problem("cases", None, "argument", message)])
        body = {"testSuiteId": self._id(suite), "testCaseIds": ids}
        return self.call("add_test_cases", {}, body)

    def remove_test_case(self, suite: Any, case: Any) -> None:
        """Remove a test case from a suite that is not that of a table; the case itself stays.

        Args:
            suite: the suite: an entity, a reference, an id or a name.
            case: the test case: an entity, a reference, an id or a name.
        """
        arguments = {"suite": self._id(suite), "case": self._id(case, "testCase")}
        self.call("remove_test_case", arguments)

    def summary(self, suite: Any) -> Any:
        """Return how many test cases of a suite passed, failed and were aborted last.

        Args:
            suite: the suite: an entity, a reference, an id or a name.
        """
        return self.call("summary", {"suite": self._id(suite)})


def row_counts(passed: int | None, failed: int | None) -> dict[str, Any]:
    """Return the fields of a result about rows; servers do not compute the shares."""
    found: dict[str, Any] = {"passedRows": passed, "failedRows": failed}
    if passed is not None and failed is not None and passed + failed:
        found["passedRowsPercentage"] = passed / (passed + failed) * 100
        found["failedRowsPercentage"] = failed / (passed + failed) * 100
    return found


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _suite_name(name: str) -> str:
    """Return a name that releases before 1.1 accept, different for different tables."""
    safe = _NOT_IN_NAME.sub("_", name)
    if safe == name and len(name) <= _SUITE_NAME_LENGTH:
        return name
    mark = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
    return f"{safe[: _SUITE_NAME_LENGTH - len(mark) - 1]}.{mark}"
