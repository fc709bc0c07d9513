"""What methods of the official client answer on servers of several releases."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from dynclient import compat
from tests.support.servers import Server
from tests.support.trees import ALL_RELEASES, release_named

pytestmark = pytest.mark.usefixtures("removed_afterwards")

NEWEST = ALL_RELEASES[-1]
OLDEST = next(iter(sorted(set(ALL_RELEASES) - {"starter"})), NEWEST)
"""It has other routes for results, no suites of tables and no search by field."""
TABLE = "answers.shop.public.orders"


@pytest.fixture(scope="module", params=sorted({OLDEST, NEWEST}))
def metadata(request: pytest.FixtureRequest, server: Server) -> Iterator[Any]:
    """The official client of a server with a table."""
    running = server(request.param)
    compat.install(release_named(request.param))
    from metadata.ingestion.ometa.ometa_api import OpenMetadata

    connection = {"hostPort": running.host, "securityConfig": {"jwtToken": running.admin_token}}
    with OpenMetadata(connection) as client:
        om = client.native
        mysql = {"config": {"type": "Mysql", "username": "u", "hostPort": "localhost:3306"}}
        om.database_services.upsert(name="answers", serviceType="Mysql", connection=mysql)
        om.databases.upsert(name="shop", service="answers")
        om.database_schemas.upsert(name="public", database="answers.shop")
        om.tables.upsert(
            name="orders",
            databaseSchema="answers.shop.public",
            columns=[
                {"name": "id", "dataType": "INT"},
                {"name": "code", "dataType": "VARCHAR", "dataLength": 9},
            ],
        )
        yield client
        om.test_suites.delete_for_table(TABLE, hard=True)
        om.database_services.delete("answers", recursive=True, hard=True)
    compat.uninstall()


def cls(module: str, name: str) -> Any:
    return getattr(import_module(f"metadata.generated.schema.{module}"), name)


def test_a_table_is_found_without_its_database_and_schema(metadata: Any) -> None:
    from metadata.utils import fqn

    parts = {"service_name": "answers", "database_name": None, "schema_name": None}
    table = cls("entity.data.table", "Table")
    assert fqn.build(metadata, table, **parts, table_name="orders") == TABLE
    many = {**parts, "fetch_multiple_entities": True}
    assert fqn.build(metadata, table, **many, table_name="orders") == [TABLE]
    assert fqn.build(metadata, table, **many, table_name="no such table") is None


def test_a_column_that_is_built_again_is_not_changed(metadata: Any) -> None:
    table, column = cls("entity.data.table", "Table"), cls("entity.data.table", "Column")
    before = metadata.get_by_name(table, TABLE, fields=["columns", "tags"])
    after = before.model_copy(deep=True)
    after.columns = [
        column(name="id", dataType="INT", description="The number."),
        column(name="code", dataType="VARCHAR", dataLength=9),
    ]
    changed = metadata.patch(table, before, after, skip_on_failure=False)
    display = [each.dataTypeDisplay for each in before.columns]
    assert [each.dataTypeDisplay for each in changed.columns] == display
    assert changed.columns[0].description.root == "The number."


def test_results_are_recorded_where_the_release_has_them(metadata: Any) -> None:
    suite = metadata.native.test_suites.for_table(TABLE)
    case = metadata.get_or_create_test_case(
        f"{TABLE}.rows",
        f"<#E::table::{TABLE}>",
        str(suite.fullyQualifiedName),
        "tableRowCountToEqual",
        [{"name": "value", "value": "3"}],
    )
    result = cls("tests.basic", "TestCaseResult")(
        timestamp=1_700_000_000_000,
        testCaseStatus="Success",
        testResultValue=[{"name": "rowCount", "value": "3"}],
    )
    metadata.add_test_case_results(result, case.fullyQualifiedName.root)
    (found,) = metadata.get_test_case_results(
        case.fullyQualifiedName.root, 1_600_000_000_000, 1_800_000_000_000
    )
    assert type(found) is cls("tests.basic", "TestCaseResult")
    assert (found.testCaseStatus.value, found.testResultValue[0].value) == ("Success", "3")


def test_suggestions_are_created_and_listed(metadata: Any) -> None:
    if "entity/feed/suggestion.json" not in metadata.native.release.paths:
        pytest.skip("the release has no suggestions")
    suggestion = cls("entity.feed.suggestion", "Suggestion")
    made = metadata.create(
        cls("api.feed.createSuggestion", "CreateSuggestionRequest")(
            description="What was ordered.",
            type="SuggestDescription",
            entityLink=f"<#E::table::{TABLE}>",
        )
    )
    listed = metadata.list_entities(suggestion, params={"entityFQN": TABLE}).entities
    assert [each.root.id.root for each in listed] == [made.root.id.root]
    found = metadata.get_by_id(suggestion, made.root.id)
    assert found.root.description == "What was ordered."
    metadata.accept_suggestion(made.root.id)
    table = metadata.get_by_name(cls("entity.data.table", "Table"), TABLE)
    assert table.description.root == "What was ordered."


def test_queries_are_recorded_without_their_literals(metadata: Any) -> None:
    if "query" not in metadata.native.release.entities:
        pytest.skip("the release has no queries")
    table = metadata.get_by_name(cls("entity.data.table", "Table"), TABLE)
    request = cls("api.data.createQuery", "CreateQueryRequest")
    fields = {"service": "answers"} if "service" in request.model_fields else {}
    metadata.ingest_entity_queries_data(
        table, [request(query="select id from orders where code = 'x'", **fields)]
    )
    (query,) = metadata.get_entity_queries(table.id)
    assert query.query.root == "select id from orders where code = ?"
    metadata.native.queries.delete(str(query.id.root), hard=True)
