"""Test cases of tables, and whether the rows of a frame pass them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient import fqn, model
from dynclient.dispatch import bad_arguments
from dynclient.display.blocks import Block, Heading, Label, Table, Text, Tone
from dynclient.display.displayed import Displayed
from dynclient.errors import DynclientError, NotFound, Problem, ReadOnly
from dynclient.extensions.arguments import flat
from dynclient.extensions.base import Extension
from dynclient.extensions.entity_links import parse_entity_link
from dynclient.extensions.entity_parts import Part, columns_of, find_part
from dynclient.extensions.frame_checks import CannotCheck, Finding, check_definition
from dynclient.extensions.input_frames import Frame, read_frame
from dynclient.extensions.quality_tests import QualityTest, parameter_problems, quality_tests
from dynclient.extensions.times import time_or_now
from dynclient.operations.operation import Plan
from dynclient.secrets import printable
from dynclient.suggestions import did_you_mean, nearest
from dynclient.tracebacks import public_call

if TYPE_CHECKING:
    from dynclient.dispatch.pagination import Listing
    from dynclient.extensions.test_cases import CasesAndSuites

PASSED, FAILED, SKIPPED = "Success", "Failed", "Skipped"
_TICKS: dict[str, tuple[str, Tone]] = {
    PASSED: ("✓ passed", "good"), FAILED: ("✗ failed", "bad"), SKIPPED: ("– skipped", "quiet"),
}  # fmt: skip
"""How each status is drawn."""
_EXPECTED = (
    "must be a dynclient.QualityTest, a dict of its arguments, a test case or a table, or"
    " 'testCase:…' or 'table:…'"
)


class Outcome(NamedTuple):
    """What became of one test."""

    case: Any
    """The test case, or the :class:`~dynclient.QualityTest`."""
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
    """What became of tests; true if none failed.

    Args:
        table: the fully qualified name of the table, or what was checked.
        outcomes: what became of each test.
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
        display_name: str | None = None,
        description: str | None = None,
        compute_row_count: bool = False,
        **parameters: Any,
    ) -> Any:
        """Create a test case of a table, or set the parameters of the one of that name.

        Args:
            table: the table: an entity, a reference, an id or a name.
            definition: the test definition: an entity, a reference or its name, such as
                ``"columnValuesToBeBetween"``; or a :class:`~dynclient.QualityTest` alone.
            column: the column to test; None to test the table.
            name: the name of the test case; by default that of the column and the definition.
            display_name: a name for people.
            description: what it tests.
            compute_row_count: whether the server counts the rows that passed and failed, where the
                release has it.
            parameters: the parameters of the definition: ``minValue=0``; lists are written as JSON.

        Returns:
            The test case.

        Raises:
            NotFound: the table or the definition does not exist.
            BadArguments: the table does not have the column, the definition does not have a
                parameter, or other arguments are passed with a :class:`~dynclient.QualityTest`;
                lists all problems.
            BadRequest: a required parameter is missing.
        """
        call = "quality.add_test"
        problems = parameter_problems(parameters)
        test = definition
        if isinstance(definition, QualityTest):
            options = {
                "column": column,
                "name": name,
                "display_name": display_name,
                "description": description,
                "compute_row_count": compute_row_count or None,
                **parameters,
            }
            given = [option for option, value in options.items() if value is not None]
            if given:
                message = "belongs in the QualityTest, which is passed alone"
                raise bad_arguments(call, [Problem(o, None, "argument", message) for o in given])
        else:
            wrong = {each.path for each in problems}
            test = QualityTest(
                definition,
                column,
                name=name,
                display_name=display_name,
                description=description,
                compute_row_count=compute_row_count,
                **{name: "" if name in wrong else value for name, value in parameters.items()},
            )
        return self._add([test], *self._plan(table, [test], call, problems))[0]

    def add_tests(self, table: Any, *tests: Any, update: bool = True) -> list[Any]:
        """Create test cases of a table, or set the parameters of those of these names.

        Args:
            table: the table: an entity, a reference, an id or a name.
            tests: tests, also in lists: :class:`~dynclient.QualityTest`, or mappings with its
                arguments, as a YAML file has them:
                ``{"definition": "columnValuesToBeUnique", "column": "id"}``.
            update: False to leave test cases of these names as they are.

        Returns:
            The test cases, in the order of the tests.

        Raises:
            NotFound: the table or a definition does not exist.
            BadArguments: a test is wrong, as for :meth:`add_test`; lists all problems. No test case
                is created.
            BadRequest: a required parameter is missing.
        """
        call = "quality.add_tests"
        listed = quality_tests(flat(tests), call)
        if not listed:
            return []
        return self._add(listed, *self._plan(table, listed, call), update=update)

    def _plan(
        self, table: Any, tests: Sequence[QualityTest], call: str, known: Iterable[Problem] = ()
    ) -> tuple[Mapping[str, Any], list[Part | None]]:
        """Return a table and the column of each test, after all tests were checked.

        Raises:
            BadArguments: the table or a definition does not have what a test names.
        """
        tested = self._table(table)
        columns = columns_of(self.session.release, self.session.find("table").entity, tested)
        found: list[Part | None] = []
        problems = list(known)
        definitions: dict[str, Mapping[str, Any]] = {}
        for number, test in enumerate(tests):
            if test.definition not in definitions:
                definition = self._definition(test.definition_target)
                definitions[test.definition] = model.raw(definition)
            part, wrong = _check_test(test, columns, definitions[test.definition])
            place = f"tests[{number}]." if call.endswith("s") else ""
            problems += [each._replace(path=f"{place}{each.path}") for each in wrong]
            found.append(part)
        if problems:
            raise bad_arguments(call, problems)
        return tested, found

    def _add(
        self,
        tests: Sequence[QualityTest],
        table: Mapping[str, Any],
        columns: Sequence[Part | None],
        *,
        update: bool = True,
    ) -> list[Any]:
        """Create or change the test cases of tests that were checked."""
        found = []
        suite: str | None = None
        spec = self.session.find("testCase")
        create = self.session.node(spec.entity.create)
        needs_suite = create is not None and "testSuite" in create.properties
        for test, column in zip(tests, columns, strict=True):
            values = [{"name": name, "value": text} for name, text in test.parameters.items()]
            existing = self._existing(table, test, column)
            if existing is not None:
                if update:
                    details = {"parameterValues": values, **test.details}
                    existing = self.edit(model.raw(existing)["id"], _setter(details), "testCase")
                found.append(existing)
                continue
            place = "" if column is None else f"::columns::{column.key}"
            body: dict[str, Any] = {
                "name": test.name,
                "entityLink": f"<#E::table::{table['fullyQualifiedName']}{place}>",
                "testDefinition": test.definition,
                "parameterValues": values,
                **test.details,
            }
            if needs_suite:
                suite = suite or self._suite(table["fullyQualifiedName"])
                body["testSuite"] = suite
            found.append(self.session.call(Plan(spec.operations["create"], {}, body)))
        return found

    def _existing(self, table: Mapping[str, Any], test: QualityTest, column: Part | None) -> Any:
        """Return the test case of a table that has the name of a test; None if none."""
        get = self.session.find("testCase").operations["get_by_name"]
        # Servers do not quote the name of a column in that of a test case.
        places = [""] if column is None else dict.fromkeys((f".{column.name}", f".{column.key}"))
        for place in places:
            name = f"{table['fullyQualifiedName']}{place}.{fqn.build(test.name)}"
            found = self.session.find_one(Plan(get, {"fqn": name}))
            if found is not None:
                return found
        return None

    def _table(self, table: Any) -> Mapping[str, Any]:
        """Return the present state of a table, with its columns."""
        state: Mapping[str, Any] = model.raw(self.read(table, "table", ["columns"]))
        return state

    def _suite(self, table: str) -> str:
        suite = model.raw(self._cases("test_suites").for_table(table))
        return str(suite.get("fullyQualifiedName") or suite["name"])

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

    def check(
        self,
        frame: Any,
        *tests: Any,
        columns: Sequence[str] | None = None,
        stop_at_failure: bool = False,
    ) -> QualityReport:
        """Check the rows of a frame against tests; nothing is written.

        Args:
            frame: as for :meth:`run`.
            tests: tests, also in lists: :class:`~dynclient.QualityTest` or mappings of its
                arguments; test cases of the server, as entities or references; names of test cases,
                ``"testCase:shop.db.s.orders.rows"``; tables, whose test cases are checked, as
                entities, references or names, ``"table:shop.db.s.orders"``.
            columns: the names of the columns, for rows without names.
            stop_at_failure: whether the tests after the first one that fails are skipped.

        Returns:
            What became of each test; true if none failed.

        Raises:
            NotFound: a test case or a table does not exist.
            BadArguments: the frame or a test is not valid; lists all problems.
        """
        call = "quality.check"
        listed = flat(tests)
        if not listed:
            raise bad_arguments(
                call, [Problem("tests", None, "argument", "pass one or more tests")]
            )
        data = read_frame(frame, columns, call)
        places = [number for number, test in enumerate(listed) if _is_code(test)]
        written = dict(
            zip(places, quality_tests([listed[place] for place in places], call), strict=True)
        )
        found: list[Any] = []
        for number, test in enumerate(listed):
            found += [written[number]] if number in written else self._stored(test, call, number)
        return QualityReport("frame", check_all(found, data, stop_at_failure))

    def _stored(self, test: Any, call: str, number: int) -> list[Any]:
        """Return the test cases that an argument names: itself, or those of a table."""
        entity = self.session.release.entities.get(_type_of(test) or "")
        if entity is None:
            problem = Problem(f"tests[{number}]", None, "argument", f"{_EXPECTED}, not {test!r}")
            raise bad_arguments(call, [problem])
        if "entityLink" in entity.properties:  # what a test case tests
            return [self.read(test, fields=["testDefinition"])]
        return self._cases_of(self.name_of(test, "table"))

    def run(
        self,
        table: Any,
        frame: Any,
        tests: Any = None,
        *,
        publish: bool = False,
        at: Any = None,
        columns: Sequence[str] | None = None,
        stop_at_failure: bool = False,
    ) -> QualityReport:
        """Check the rows of a frame against the test cases of a table.

        The built-in definitions that need nothing but the rows are checked; other test cases are
        skipped, each with its reason. Nothing is written without ``publish=True``.

        Args:
            table: the table: an entity, a reference, an id or a name.
            frame: a frame of pandas, polars or pyarrow; a list of dicts; a dict of columns; rows
                with ``columns=``; the ``Path`` of a CSV file; or an iterable of frames, which are
                the parts of one.
            tests: tests as code instead of the test cases that the server has, see
                :meth:`add_tests`; with ``publish=True`` they are added to the table first.
            publish: whether to record the results on the server. What is skipped is not recorded.
            at: when the tests ran: a datetime, date, ISO text, or epoch; now by default.
            columns: the names of the columns, for rows without names.
            stop_at_failure: whether the tests after the first one that fails are skipped.

        Returns:
            What became of each test; true if none failed.

        Raises:
            NotFound: the table does not exist, or the definition of a test.
            BadArguments: the frame or a test is not valid, or ``at`` is not a time.
        """
        call = "quality.run"
        data = read_frame(frame, columns, call)
        time = time_or_now(at, call)
        checked: list[Any]
        if tests is None:
            name = str(model.raw(self.read(table, "table"))["fullyQualifiedName"])
            checked = self._cases_of(name)
        else:
            checked = quality_tests(flat([tests]), call)
            state, places = self._plan(table, checked, "quality.add_tests")
            name = str(state["fullyQualifiedName"])
        outcomes = check_all(checked, data, stop_at_failure)
        if publish:
            if tests is not None:
                checked = self._add(checked, state, places)
            pairs = zip(outcomes, checked, strict=True)
            outcomes = [self._publish(each._replace(case=case), time) for each, case in pairs]
        return QualityReport(name, outcomes)

    def _cases_of(self, table: str) -> list[Any]:
        """Return the test cases of a table; never those of others, whatever the server lists."""
        return [case for case in self.tests(table) if _is_of(case, table)]

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


@public_call
def check_frame(
    frame: Any,
    *tests: Any,
    columns: Sequence[str] | None = None,
    stop_at_failure: bool = False,
) -> QualityReport:
    """Check the rows of a frame against tests, without a server.

    Args:
        frame: a frame of pandas, polars or pyarrow; a list of dicts; a dict of columns; rows with
            ``columns=``; the ``Path`` of a CSV file; or an iterable of frames, which are the parts
            of one.
        tests: tests, also in lists: :class:`~dynclient.QualityTest`, or mappings of its arguments.
        columns: the names of the columns, for rows without names.
        stop_at_failure: whether the tests after the first one that fails are skipped.

    Returns:
        What became of each test; true if none failed. Definitions that need more than the rows are
        skipped, each with its reason.

    Raises:
        BadArguments: the frame or a test is not valid; lists all problems.
    """
    call = "check_frame"
    data = read_frame(frame, columns, call)
    listed = quality_tests(flat(tests), call)
    return QualityReport("frame", check_all(listed, data, stop_at_failure))


def check_all(tests: Iterable[Any], frame: Frame, stop_at_failure: bool = False) -> list[Outcome]:
    """Return what becomes of tests or test cases on a frame.

    Args:
        tests: tests as code, or test cases as entities.
        frame: the frame.
        stop_at_failure: whether the tests after the first one that fails are skipped.
    """
    outcomes: list[Outcome] = []
    failed = False
    for test in tests:
        facts = _facts(test)
        if failed and stop_at_failure:
            outcomes.append(_skipped(test, facts, "a test before it failed"))
            continue
        try:
            found = check_definition(facts.definition, facts.parameters, frame, facts.column)
        except CannotCheck as error:
            outcomes.append(_skipped(test, facts, str(error)))
            continue
        outcomes.append(_outcome(test, facts, found, len(frame.rows)))
        failed = failed or not found.passed
    return outcomes


class _Facts(NamedTuple):
    """What a test consists of."""

    definition: str
    column: str | None
    parameters: Mapping[str, str]


def _facts(test: Any) -> _Facts:
    if isinstance(test, QualityTest):
        return _Facts(test.definition, test.column, test.parameters)
    raw = model.raw(test)
    reference = raw.get("testDefinition") or {}
    definition = reference.get("name") or reference.get("fullyQualifiedName") or ""
    parameters = {
        each["name"]: each["value"]
        for each in raw.get("parameterValues") or ()
        if each.get("name") and each.get("value") is not None
    }
    return _Facts(definition, _column(raw.get("entityLink", "")), parameters)


def _skipped(case: Any, facts: _Facts, reason: str) -> Outcome:
    return Outcome(case, facts.definition, facts.column, SKIPPED, reason, {}, None, None, ())


def _outcome(case: Any, facts: _Facts, found: Finding, total: int) -> Outcome:
    rows = found.failed_rows
    failed = None if rows is None else len(rows)
    return Outcome(
        case,
        facts.definition,
        facts.column,
        PASSED if found.passed else FAILED,
        found.message,
        found.values,
        None if failed is None else total - failed,
        failed,
        rows or (),
    )


def _check_test(
    test: QualityTest, columns: Sequence[Part], definition: Mapping[str, Any]
) -> tuple[Part | None, list[Problem]]:
    """Return the column of a test, and what a table or the definition of the test does not have."""
    problems = []
    part: Part | None = None
    if test.column is not None:
        found = find_part(columns, test.column)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            part = found
    known = [p["name"] for p in definition.get("parameterDefinition") or () if p.get("name")]
    for name, value in test.parameters.items():
        if name not in known:
            message = f"is not a parameter of {definition['name']}"
            message += "" if nearest(name, known) else f"; it has {', '.join(known) or 'none'}"
            problems.append(Problem(name, value, "argument", message, tuple(nearest(name, known))))
    return part, problems


def _is_code(test: Any) -> bool:
    """Return whether something is a test as code, and not one of the server."""
    return isinstance(test, QualityTest) or (isinstance(test, Mapping) and "type" not in test)


def _type_of(value: Any) -> str | None:
    """Return the entity type of an entity, a reference, or a name with its type."""
    if isinstance(value, model.Entity):
        return model.type_of(value) or model.raw(value).get("type")
    if isinstance(value, Mapping):
        return str(value.get("type"))
    return value.partition(":")[0] if isinstance(value, str) and ":" in value else None


def _is_of(case: Any, table: str) -> bool:
    """Return whether a test case tests a table or one of its columns."""
    link = parse_entity_link(str(model.raw(case).get("entityLink")))
    return link is not None and link.name == table


def _column(text: str) -> str | None:
    """Return the column that an entity link names; None if it names a table."""
    link = parse_entity_link(text)
    return None if link is None else link.column


def _setter(values: Mapping[str, Any]) -> Callable[[Any], None]:
    """Return a change of an entity that sets some fields."""

    def change(case: Any) -> None:
        for name, value in values.items():
            setattr(case, name, value)

    return change
