"""``metadata.sdk.data_quality.runner``: the tests of one table."""

from __future__ import annotations

from typing import Any, Self

from dynclient.compat.conversion import wrap
from dynclient.compat.ometa.utils import model_str
from dynclient.compat.sdk.data_quality.base_tests import BaseTest, base_tests
from dynclient.compat.sdk.data_quality.case_models import (
    outcome_result,
    quality_test_of,
    test_case_class,
)
from dynclient.compat.sdk.data_quality.clients import find, official_client
from dynclient.compat.sdk.data_quality.exceptions import IngestionFrameworkMissing
from dynclient.compat.sdk.data_quality.publication import raise_refused
from dynclient.compat.sdk.data_quality.records import TestCaseDefinition, TestCaseResultResponse
from dynclient.compat.sdk.data_quality.workflow_config_builder import WorkflowConfigBuilder
from dynclient.compat.sdk.data_quality.workflow_files import read_workflow
from dynclient.extensions.times import now
from dynclient.tracebacks import public_calls


@public_calls
class TestRunner:
    """The tests of one table: added as code, created on the server, run on rows.

    Args:
        table_fqn: the fully qualified name of the table.
        client: the client of the server; None for the one of ``configure()``.

    Attributes:
        config_builder: builds the configuration for the ingestion framework, which runs the tests
            in the database: ``runner.config_builder.build()``.

    Raises:
        ConfigurationMissing: there is no client, and ``configure()`` was not called.
        UnknownTable: the server does not have the table; it is a ``ValueError``.
    """

    __test__ = False  # it is not a test class of pytest

    def __init__(self, table_fqn: str, client: Any = None) -> None:
        self.client = official_client(client)
        self.table_fqn = model_str(table_fqn)
        quality = self.client.native.quality
        find(lambda: quality.read(self.table_fqn, "table"))
        self.config_builder = WorkflowConfigBuilder(self.client).with_table(self.table_fqn)

    @classmethod
    def for_table(cls, table_fqn: str, client: Any = None) -> Self:
        """Return the runner of a table; the arguments are those of the class."""
        return cls(table_fqn, client)

    @classmethod
    def from_yaml(
        cls,
        *,
        yaml_string: str | None = None,
        file_path: str | None = None,
        use_connection_from_yaml: bool = False,
        client: Any = None,
    ) -> Self:
        """Return the runner that the configuration of a test workflow describes.

        Args:
            yaml_string: the configuration as text.
            file_path: the path of a file with it; pass one of the two.
            use_connection_from_yaml: whether to connect as ``workflowConfig`` says.
            client: the client of the server; None for the one of ``configure()``.

        Raises:
            InvalidTests: none or both of them are given, or the configuration is not valid; lists
                all problems. It is a ``ValueError``.
            UsageError: PyYAML is missing, or the file cannot be read.
        """
        workflow = read_workflow(yaml_string, file_path)
        if use_connection_from_yaml:
            client = workflow.client()
        runner = cls(workflow.table, client)
        runner.config_builder.add_test_definitions(workflow.tests)
        workflow.configure(runner.config_builder)
        return runner

    def setup(
        self,
        force_test_update: bool = False,
        log_level: Any = "INFO",
        raise_on_error: bool = False,
        success_threshold: int = 90,
        enable_streamable_logs: bool = False,
    ) -> None:
        """Set options.

        Args:
            force_test_update: whether test cases that exist get the parameters of the tests.
            log_level: as the next three, an option of the configuration for the ingestion
                framework: what is logged.
            raise_on_error: whether the workflow ends with an error if a step of it fails.
            success_threshold: the percentage of steps that must succeed.
            enable_streamable_logs: whether the server gets the log while the workflow runs.

        Raises:
            BadArguments: an option is not valid.
        """
        builder = self.config_builder
        builder.with_log_level(log_level).with_success_threshold(success_threshold)
        builder.with_raise_on_error(raise_on_error).with_force_test_update(force_test_update)
        builder.with_enable_streamable_logs(enable_streamable_logs)

    @property
    def test_definitions(self) -> list[TestCaseDefinition]:
        """The tests that were added."""
        return self.config_builder.test_definitions

    def add_test(self, test_definition: BaseTest) -> Self:
        """Add a test as code.

        Raises:
            BadArguments: it is not a test.
        """
        return self.add_tests(test_definition)

    def add_tests(self, *test_definitions: BaseTest) -> Self:
        """Add tests as code.

        Raises:
            BadArguments: one is not a test; none is added.
        """
        found = base_tests(test_definitions, "TestRunner.add_tests")
        self.config_builder.add_test_definitions(test.to_test_case_definition() for test in found)
        return self

    def create_tests(self) -> list[Any]:
        """Create the tests on the server, as test cases of the table.

        Those that exist are kept as they are, unless ``setup(force_test_update=True)`` was called.

        Returns:
            The test cases, in the order of the tests.

        Raises:
            UnknownTable: the table or a test definition does not exist; it is a ``ValueError``.
            APIError: a column or a parameter does not exist; nothing is created.
        """
        tests = [quality_test_of(each) for each in self.test_definitions]
        update = self.config_builder.force_test_update
        native = self.client.native
        found = find(lambda: native.quality.add_tests(self.table_fqn, tests, update=update))
        return [wrap(test_case_class(self.client.types), case) for case in found]

    def run(self, data: Any = None) -> list[TestCaseResultResponse]:
        """Run all tests of the table on its rows, and record the results on the server.

        The tests that were added are created first, see :meth:`create_tests`. Those of the table
        that the server had before run, too.

        Args:
            data: the rows: a frame of pandas, polars or pyarrow; a list of dicts; the ``Path`` of a
                CSV file; or an iterable of frames, which are the parts of the table. The official
                package reads them from the database, for which it needs the ingestion framework.

        Returns:
            Each test case and its result. What cannot be tested on rows, such as a query, is
            ``Aborted`` with the reason, and not recorded.

        Raises:
            IngestionFrameworkMissing: there is no data.
            UnknownTable: the table or a test definition does not exist; it is a ``ValueError``.
            APIError: the server refused a result; the others are recorded nevertheless.
        """
        if data is None:
            raise IngestionFrameworkMissing(_NO_DATA)
        self.create_tests()
        native, at = self.client.native, now()
        report = find(lambda: native.quality.run(self.table_fqn, data, publish=True, at=at))
        raise_refused([(each.case.name, each.error) for each in report.unpublished])
        cls = test_case_class(self.client.types)
        cases = [wrap(cls, outcome.case) for outcome in report]
        return [
            TestCaseResultResponse(testCase=case, testCaseResult=outcome_result(case, outcome, at))
            for case, outcome in zip(cases, report, strict=True)
        ]


_NO_DATA = (
    "TestRunner.run() without data runs the tests in the database of the table, which takes the"
    " ingestion framework: pip install 'openmetadata-ingestion[mysql]', with the name of the"
    " database, in an environment without dynclient's drop-in. Here, run(data) tests rows that the"
    " script has read (a data frame, a list of dicts, the Path of a CSV file) and records the"
    " results; create_tests() creates the test cases on the server, whose own pipeline runs them;"
    " config_builder.build() is the configuration for `metadata test`"
)
