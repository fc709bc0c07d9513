"""Test cases of tables, and whether the rows of a frame pass them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient import fqn, model
from dynclient.dispatch import bad_arguments
from dynclient.display.blocks import Block, Heading, Label, Table, Text, Tone
from dynclient.display.displayed import Displayed
from dynclient.errors import DynclientError, NotFound, Problem, ReadOnly
from dynclient.extensions.base import Extension
from dynclient.extensions.entity_links import parse_entity_link
from dynclient.extensions.frame_checks import CannotCheck, check_frame
from dynclient.extensions.input_frames import Frame, read_frame
from dynclient.extensions.named_parts import full_names
from dynclient.extensions.times import time_or_now
from dynclient.operations.operation import Plan
from dynclient.secrets import printable
from dynclient.suggestions import did_you_mean, nearest

if TYPE_CHECKING:
    from dynclient.dispatch.pagination import Listing
    from dynclient.extensions.test_cases import CasesAndSuites

PASSED, FAILED, SKIPPED = "Success", "Failed", "Skipped"
_TICKS: dict[str, tuple[str, Tone]] = {
    PASSED: ("✓ passed", "good"), FAILED: ("✗ failed", "bad"), SKIPPED: ("– skipped", "quiet"),
}  # fmt: skip
"""How each status is drawn."""


class Outcome(NamedTuple):
    """What became of one test case."""

    case: Any
    """The test case."""
    definition: str
    """The name of its definition."""
    column: str | None
    """The column that it tests; None if it tests the table."""
    status: str
    """``Success``, ``Failed``, or ``Skipped``: it cannot be checked on a frame."""
    message: str
    """What was found, or why it was skipped."""
    values: Mapping[str, Any]
    """What was measured, by name."""
    passed_rows: int | None
    """Number of rows that passed; None if the test is not one of rows."""
    failed_rows: int | None
    """Number of rows that failed; None if the test is not one of rows."""
    failed_positions: tuple[int, ...]
    """The positions of the rows that failed in the frame, from 0."""
    error: DynclientError | None = None
    """Why the result could not be published, or None."""

    @property
    def passed(self) -> bool:
        """Whether the test passed."""
        return self.status == PASSED

    def __str__(self) -> str:
        place = self.definition if self.column is None else f"{self.definition} of {self.column}"
        unsent = "" if self.error is None else f" (not published: {self.error})"
        return f"{self.status.lower():<8} {place}: {self.message}{unsent}"


class QualityReport(Displayed, Sequence[Outcome]):
    """What became of the test cases of a table; true if none failed.

    Args:
        table: the fully qualified name of the table.
        outcomes: what became of each test case.
    """

    def __init__(self, table: str, outcomes: Sequence[Outcome]) -> None:
        self.table = table
        self._outcomes = list(outcomes)

    @property
    def passed(self) -> list[Outcome]:
        """The tests that passed."""
        return [each for each in self._outcomes if each.status == PASSED]

    @property
    def failed(self) -> list[Outcome]:
        """The tests that failed."""
        return [each for each in self._outcomes if each.status == FAILED]

    @property
    def skipped(self) -> list[Outcome]:
        """The tests that cannot be checked on a frame, each with its reason in ``message``."""
        return [each for each in self._outcomes if each.status == SKIPPED]

    @property
    def unpublished(self) -> list[Outcome]:
        """The tests whose results could not be published, each with its ``error``."""
        return [each for each in self._outcomes if each.error is not None]

    def __getitem__(self, key: Any) -> Any:
        return self._outcomes[key]

    def __iter__(self) -> Iterator[Outcome]:
        return iter(self._outcomes)

    def __len__(self) -> int:
        return len(self._outcomes)

    def __bool__(self) -> bool:
        return not self.failed

    def _summary(self) -> str:
        counts = (len(self.passed), len(self.failed), len(self.skipped))
        return "{} passed, {} failed, {} skipped".format(*counts)

    def __str__(self) -> str:
        lines = [f"{self.table}: {self._summary()}", *map(str, self._outcomes)]
        return "\n".join(map(printable, lines))

    def _blocks(self) -> Iterator[Block]:
        yield Heading("quality of table", self.table)
        yield Text(self._summary(), "good" if self else "bad")
        columns = ["", "test", "column", "result", "failed rows"]
        rows: list[list[Any]] = [
            [
                Label(*_TICKS.get(each.status, (each.status, "plain"))),
                each.definition,
                each.column,
                each.message,
                each.failed_rows,
            ]
            for each in self._outcomes
        ]
        if self.unpublished:
            columns.append("not published")
            for row, each in zip(rows, self._outcomes, strict=True):
                row.append(None if each.error is None else Label(str(each.error), "bad"))
        yield Table(columns, rows)

    def __repr__(self) -> str:
        return f"<QualityReport of {printable(self.table)}: {self._summary()}>"


class Quality(Extension):
    """Test cases of tables: ``om.quality.run(table, frame)``."""

    name = "quality"
    operations = "quality"

    def tests(self, table: Any, fields: Sequence[str] = ("testDefinition",)) -> Listing:
        """Return a lazy list of the test cases of a table and of its columns.

        Args:
            table: the table: an entity, a reference, an id or a name.
            fields: more fields than the server returns by default.
        """
        link = f"<#E::table::{self.name_of(table, 'table')}>"
        arguments = {"entityLink": link, "includeAllTests": True, "fields": list(fields)}
        return self.listing("tests", arguments)

    def add_test(
        self,
        table: Any,
        definition: Any,
        column: str | None = None,
        *,
        name: str | None = None,
        description: str | None = None,
        **parameters: Any,
    ) -> Any:
        """Create a test case of a table, or set the parameters of the one of that name.

        Args:
            table: the table: an entity, a reference, an id or a name.
            definition: the test definition: an entity, a reference or its name, such as
                ``"columnValuesToBeBetween"``.
            column: the column to test; None to test the table.
            name: the name of the test case; by default that of the column and the definition.
            description: what it tests.
            parameters: the parameters of the definition: ``minValue=0``; lists are written as JSON.

        Returns:
            The test case.

        Raises:
            NotFound: the table or the definition does not exist.
            BadArguments: the table does not have the column, or the definition does not have a
                parameter; lists all problems.
            BadRequest: a required parameter is missing.
        """
        tested = model.raw(self.read(table, "table", ["columns"]))
        found = model.raw(self._definition(definition))
        table_fqn = tested["fullyQualifiedName"]
        definition_fqn = found.get("fullyQualifiedName") or found["name"]
        _check_test(tested, column, found, parameters)
        name = name or (definition_fqn if column is None else f"{column}_{definition_fqn}")
        parts = [] if column is None else [fqn.build(column)]
        case_fqn = ".".join([table_fqn, *parts, fqn.build(name)])
        values = [{"name": key, "value": _text(value)} for key, value in parameters.items()]
        try:
            self.read(case_fqn, "testCase")
        except NotFound:
            pass
        else:
            return self.edit(case_fqn, lambda case: _set(case, values, description), "testCase")
        spec = self.session.find("testCase")
        target = "" if column is None else f"::columns::{column}"
        body: dict[str, Any] = {
            "name": name,
            "entityLink": f"<#E::table::{table_fqn}{target}>",
            "testDefinition": definition_fqn,
            "parameterValues": values,
        }
        if description is not None:
            body["description"] = description
        create = self.session.node(spec.entity.create)
        if create is not None and "testSuite" in create.properties:
            suite = model.raw(self._cases("test_suites").for_table(table_fqn))
            body["testSuite"] = suite.get("fullyQualifiedName") or suite["name"]
        return self.session.call(Plan(spec.operations["create"], {}, body))

    def _definition(self, definition: Any) -> Any:
        """Return a test definition; the error for an unknown name has close names."""
        try:
            return self.read(definition, "testDefinition")
        except NotFound as error:
            missing = error
        listing = self.session.listing(
            Plan(self.session.find("testDefinition").operations["list"], {})
        )
        close = did_you_mean(nearest(str(definition), [model.raw(d)["name"] for d in listing]))
        hint = f"There is no test definition {definition!r}{close}" if close else ""
        raise NotFound(**{**missing.parts, "hint": hint})

    def run(
        self,
        table: Any,
        frame: Any,
        *,
        publish: bool = False,
        at: Any = None,
        columns: Sequence[str] | None = None,
    ) -> QualityReport:
        """Check the rows of a frame against the test cases of a table.

        The built-in definitions that need nothing but the rows are checked; other test cases are
        skipped, each with its reason. Nothing is sent without ``publish=True``.

        Args:
            table: the table: an entity, a reference, an id or a name.
            frame: a frame of pandas, polars or pyarrow; a list of dicts; a dict of columns; rows
                with ``columns=``; the ``Path`` of a CSV file.
            publish: whether to record the results on the server. What is skipped is not recorded.
            at: when the tests ran: a datetime, date, ISO text, or epoch; now by default.
            columns: the names of the columns, for rows without names.

        Returns:
            What became of each test case; true if none failed.

        Raises:
            NotFound: the table does not exist.
            BadArguments: the frame is not valid, or ``at`` is not a time.
        """
        data = read_frame(frame, columns, "quality.run")
        time = time_or_now(at, "quality.run")
        found = model.raw(self.read(table, "table"))
        table_fqn = found["fullyQualifiedName"]
        # The results of other tables are never touched, whatever the server lists.
        cases = [case for case in self.tests(table_fqn) if _is_of(case, table_fqn)]
        outcomes = [self._check(case, data) for case in cases]
        if publish:
            outcomes = [self._publish(outcome, time) for outcome in outcomes]
        return QualityReport(table_fqn, outcomes)

    def _check(self, case: Any, frame: Frame) -> Outcome:
        raw = model.raw(case)
        reference = raw.get("testDefinition") or {}
        definition = reference.get("name") or reference.get("fullyQualifiedName") or ""
        column = _column(raw.get("entityLink", ""))
        parameters = {
            each["name"]: each["value"]
            for each in raw.get("parameterValues") or ()
            if each.get("name") and each.get("value") is not None
        }
        try:
            found = check_frame(definition, parameters, frame, column)
        except CannotCheck as error:
            return Outcome(case, definition, column, SKIPPED, str(error), {}, None, None, ())
        rows = found.failed_rows
        failed = None if rows is None else len(rows)
        return Outcome(
            case,
            definition,
            column,
            PASSED if found.passed else FAILED,
            found.message,
            found.values,
            None if failed is None else len(frame.rows) - failed,
            failed,
            rows or (),
        )

    def _publish(self, outcome: Outcome, time: int) -> Outcome:
        if outcome.status == SKIPPED:
            return outcome
        try:
            self._cases("test_cases").add_result(
                outcome.case,
                outcome.status,
                at=time,
                result=outcome.message,
                values=outcome.values,
                passed_rows=outcome.passed_rows,
                failed_rows=outcome.failed_rows,
            )
        except ReadOnly:
            raise
        except DynclientError as error:  # the others are published nevertheless
            return outcome._replace(error=error)
        return outcome

    def _cases(self, attribute: str) -> CasesAndSuites:
        from dynclient.extensions.test_cases import CasesAndSuites

        return CasesAndSuites(self.session, attribute)


def _check_test(
    table: Mapping[str, Any],
    column: str | None,
    definition: Mapping[str, Any],
    parameters: Mapping[str, Any],
) -> None:
    """Raise BadArguments if a table or a test definition does not have what a test names."""
    problems = []
    start = f"{table['fullyQualifiedName']}."
    columns = {c["name"] for c in table.get("columns") or ()}
    nested = {name.removeprefix(start) for name in full_names(table, start[:-1])}
    if column is not None and column not in columns | nested:
        message = f"there is no column {column!r}"
        near = tuple(nearest(str(column), sorted(columns | nested)))
        problems.append(Problem("column", column, "argument", message, near))
    known = [p["name"] for p in definition.get("parameterDefinition") or () if p.get("name")]
    for name, value in parameters.items():
        if name not in known:
            message = f"is not a parameter of {definition['name']}"
            message += "" if nearest(name, known) else f"; it has {', '.join(known) or 'none'}"
            problems.append(Problem(name, value, "argument", message, tuple(nearest(name, known))))
        elif isinstance(value, bytes) or (isinstance(value, float) and not isfinite(value)):
            message = f"must be a text, a finite number, a bool or a list, not {value!r}"
            problems.append(Problem(name, value, "argument", message))
    if problems:
        raise bad_arguments("quality.add_test", problems)


def _is_of(case: Any, table: str) -> bool:
    """Return whether a test case tests a table or one of its columns."""
    link = parse_entity_link(str(model.raw(case).get("entityLink")))
    return link is not None and link.name == table


def _column(text: str) -> str | None:
    """Return the column that an entity link names; None if it names a table."""
    link = parse_entity_link(text)
    return None if link is None else link.column


def _text(value: Any) -> str:
    """Return a parameter as servers keep it: a text."""
    if isinstance(value, str):
        return value
    if isinstance(value, (set, frozenset, tuple)):
        value = list(value)
    if isinstance(value, (list, bool, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _set(case: Any, values: list[dict[str, str]], description: str | None) -> None:
    case.parameterValues = values
    if description is not None:
        case.description = description
