"""Data quality: test suites, definitions and cases that are created if they do not exist."""

from __future__ import annotations

from typing import Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.gateway import plain
from dynclient.compat.ometa.patch_mixin import PatchMixin
from dynclient.compat.ometa.request_methods import RequestMethods
from dynclient.extensions.test_cases import RESULT, TABLE_OF_SUITE, CasesAndSuites
from dynclient.operations import Operation


class TestsMixin(PatchMixin, RequestMethods):
    """The official client's methods that find a test, or create it."""

    def get_or_create_test_suite(
        self, test_suite_name: str, test_suite_description: str | None = None
    ) -> Any:
        """Return the test suite with a name; create it if it does not exist."""
        return self._get_or_create("testSuite", test_suite_name, description=test_suite_description)

    def get_or_create_test_definition(
        self,
        test_definition_fqn: str,
        test_definition_description: str | None = None,
        entity_type: Any = None,
        test_platforms: list[Any] | None = None,
        test_case_parameter_definition: list[Any] | None = None,
    ) -> Any:
        """Return the test definition with a name; create it from the other arguments if needed."""
        return self._get_or_create(
            "testDefinition",
            test_definition_fqn,
            description=test_definition_description or test_definition_fqn,
            entityType=entity_type,
            testPlatforms=test_platforms,
            parameterDefinition=test_case_parameter_definition,
        )

    def get_or_create_test_case(
        self,
        test_case_fqn: str,
        entity_link: str | None = None,
        test_suite_fqn: str | None = None,
        test_definition_fqn: Any = None,
        test_case_parameter_values: Any = None,
        description: Any = None,
    ) -> Any:
        """Return the test case with a name; create it from the other arguments if needed.

        Since 1.7 there is no ``test_suite_fqn``; by position, the arguments after it move up.
        """
        from dynclient import fqn

        if isinstance(test_definition_fqn, (list, tuple)):
            test_suite_fqn, test_definition_fqn, test_case_parameter_values, description = (
                None, test_suite_fqn, [*test_definition_fqn], test_case_parameter_values,
            )  # fmt: skip
        return self._get_or_create(
            "testCase",
            test_case_fqn,
            name=fqn.split(test_case_fqn)[-1],
            entityLink=entity_link,
            testSuite=test_suite_fqn,
            testDefinition=test_definition_fqn,
            parameterValues=test_case_parameter_values,
            description=description,
        )

    def _get_or_create(self, kind: str, fqn: str, name: str | None = None, **fields: Any) -> Any:
        """Return an entity by name; create it with the fields that the release has if needed."""
        spec = self.gateway.spec(kind)
        entity = schema_classes.class_at(self.types, spec.entity.path)
        found = self.get_by_name(entity, fqn)
        if found is not None:
            return found
        node = self.gateway.release.node(spec.entity.create or "")
        arguments = {"name": name or fqn, **fields}
        body = {
            field: schema_classes.payload(value)
            for field, value in arguments.items()
            if value is not None and field in node.properties
        }
        return self._to_entity(entity, self.gateway.entity(spec, "upsert", {}, body))

    def patch_test_case_definition(
        self,
        test_case: Any,
        entity_link: str,
        test_case_parameter_values: list[Any] | None = None,
        compute_passed_failed_row_count: bool | None = False,
    ) -> Any:
        """Change the target and parameters of a test case; return None if nothing changes.

        Args:
            test_case: the test case.
            entity_link: the entity to test: ``<#E::table::a.b.c.d::columns::id>``.
            test_case_parameter_values: the parameters; None to keep the current ones.
            compute_passed_failed_row_count: whether to count rows; None to keep the setting.
        """
        values = schema_classes.payload(test_case_parameter_values or [])
        known = self.gateway.spec("testCase").entity.properties

        def change(state: dict[str, Any]) -> None:
            state["entityLink"] = plain(entity_link)
            if values:
                state["parameterValues"] = values
            count = "computePassedFailedRowCount"
            if count in known and compute_passed_failed_row_count is not None:
                state[count] = compute_passed_failed_row_count

        fields = ["testDefinition", "testSuite"]
        return self._read_and_patch(type(test_case), test_case.id, fields, change)

    def get_executable_test_suite(self, table_fqn: str) -> Any:
        """Return a reference to the test suite of a table, or None if it has none.

        Raises:
            RuntimeError: the table does not exist.
        """
        entity = schema_classes.class_at(self.types, self.gateway.spec("table").entity.path)
        table = self.get_by_name(entity, table_fqn, fields=["testSuite"])
        if table is None:
            raise RuntimeError(f"table {table_fqn} does not exist")
        return table.testSuite

    def get_or_create_executable_test_suite(self, entity_fqn: str) -> Any:
        """Return a reference to the test suite of a table; create the suite if it has none."""
        found = self.get_executable_test_suite(entity_fqn)
        if found is not None:
            return found
        table = str(plain(entity_fqn))
        suites = CasesAndSuites(self.gateway.client.session, "test_suites")
        if not suites.has_operation("create_for_table"):  # before 1.1
            suite = self.gateway.native(lambda: suites.for_table(table))
            return self._to_entity(self._class_of("testSuite"), schema_classes.payload(suite))
        path = self.gateway.spec("testSuite").entity.create or ""
        request: Any = schema_classes.class_at(self.types, path)
        field = next(each for each in TABLE_OF_SUITE if each in request.model_fields)
        data = request(**{"name": f"{table}.TestSuite", field: table})
        # A row of official_methods.json describes the method.
        return self.create_or_update_executable_test_suite(data)  # type: ignore[attr-defined]

    def add_test_case_results(self, test_results: Any, test_case_fqn: Any) -> Any:
        """Record a result of a test case, and return the server's answer as decoded JSON.

        Args:
            test_results: a ``CreateTestCaseResult``; before 1.6 a ``TestCaseResult``.
            test_case_fqn: fully qualified name of the test case.
        """
        operation = self._quality_operation("add_result")
        node = self.gateway.release.node(operation.body or RESULT)
        body = schema_classes.to_send(node, test_results)
        return self.gateway.call(operation, {"fqn": plain(test_case_fqn)}, body)

    def get_test_case_results(self, test_case_fqn: Any, start_ts: int, end_ts: int) -> list[Any]:
        """Return the results of a test case in a period.

        Args:
            test_case_fqn: fully qualified name of the test case.
            start_ts: start of the period, in milliseconds since 1970.
            end_ts: end of the period, in milliseconds since 1970.
        """
        arguments = {
            "fqn": plain(test_case_fqn),
            "startTs": plain(start_ts),
            "endTs": plain(end_ts),
        }
        body = self.gateway.call(self._quality_operation("results"), arguments)
        return [self._as_class(RESULT, each) for each in body.get("data") or ()]

    def _quality_operation(self, name: str) -> Operation:
        cases = CasesAndSuites(self.gateway.client.session, "test_cases")
        found: Operation = self.gateway.native(lambda: cases.operation(name))
        return found
