"""Tests of data: suites, definitions and cases that are made where they are missing."""

from __future__ import annotations

from typing import Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.gateway import plain
from dynclient.compat.ometa.patch_mixin import Patching
from dynclient.compat.ometa.request_methods import Requests
from dynclient.operations import Operation

_TABLE_OF_SUITE = ("basicEntityReference", "executableEntityReference")
"""What a request for the suite of a table calls that table, the newer name first."""


class Quality(Patching, Requests):
    """The methods of the official client that find a test, or make it."""

    def get_or_create_test_suite(
        self, test_suite_name: str, test_suite_description: str | None = None
    ) -> Any:
        """Return the suite of a name; made where there is none."""
        return self._had("testSuite", test_suite_name, description=test_suite_description)

    def get_or_create_test_definition(
        self,
        test_definition_fqn: str,
        test_definition_description: str | None = None,
        entity_type: Any = None,
        test_platforms: list[Any] | None = None,
        test_case_parameter_definition: list[Any] | None = None,
    ) -> Any:
        """Return the definition of a name; made from the rest where there is none."""
        return self._had(
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
        test_definition_fqn: str | None = None,
        test_case_parameter_values: list[Any] | None = None,
        description: str | None = None,
    ) -> Any:
        """Return the case of a name; made from the rest where there is none."""
        from dynclient import fqn

        return self._had(
            "testCase",
            test_case_fqn,
            name=fqn.split(test_case_fqn)[-1],
            entityLink=entity_link,
            testSuite=test_suite_fqn,
            testDefinition=test_definition_fqn,
            parameterValues=test_case_parameter_values,
            description=description,
        )

    def _had(self, kind: str, fqn: str, name: str | None = None, **fields: Any) -> Any:
        """Return an entity by its name, made with what the release takes where there is none."""
        spec = self.gateway.spec(kind)
        entity = schema_classes.class_at(self.types, spec.entity.path)
        found = self.get_by_name(entity, fqn)
        if found is not None:
            return found
        node = self.gateway.release.node(spec.entity.create or "")
        given = {"name": name or fqn, **fields}
        body = {
            field: schema_classes.payload(value)
            for field, value in given.items()
            if value is not None and field in node.properties
        }
        return self._loaded(entity, self.gateway.entity(spec, "upsert", {}, body))

    def patch_test_case_definition(
        self,
        test_case: Any,
        entity_link: str,
        test_case_parameter_values: list[Any] | None = None,
        compute_passed_failed_row_count: bool | None = False,
    ) -> Any:
        """Give a test case another target, and other parameters; None where nothing changed.

        Args:
            test_case: the case.
            entity_link: what it tests: ``<#E::table::a.b.c.d::columns::id>``.
            test_case_parameter_values: its parameters; None for those that it has.
            compute_passed_failed_row_count: whether rows are counted; None leaves that as it is.
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
        return self._changed(type(test_case), test_case.id, fields, change)

    def get_executable_test_suite(self, table_fqn: str) -> Any:
        """Return a reference to the suite of a table; None where it has none.

        Raises:
            RuntimeError: there is no such table.
        """
        entity = schema_classes.class_at(self.types, self.gateway.spec("table").entity.path)
        table = self.get_by_name(entity, table_fqn, fields=["testSuite"])
        if table is None:
            raise RuntimeError(f"there is no table {table_fqn}")
        return table.testSuite

    def get_or_create_executable_test_suite(self, entity_fqn: str) -> Any:
        """Return the suite of a table, a reference where it has one already; else it is made."""
        found = self.get_executable_test_suite(entity_fqn)
        if found is not None:
            return found
        spec = self.gateway.spec("testSuite")
        known = self.gateway.release.node(spec.entity.create or "").properties
        field = next(name for name in _TABLE_OF_SUITE if name in known)
        body = {"name": f"{plain(entity_fqn)}.testSuite", field: plain(entity_fqn)}
        write = Operation("make", None, "PUT", f"{spec.route}/executable", body_kind="json")
        entity = schema_classes.class_at(self.types, spec.entity.path)
        return self._loaded(entity, self.gateway.call(write, {}, body))
