"""Deletes in the background."""

from __future__ import annotations

import pytest

from tests.support.sandbox_tables import NOTHING, TablesApi

TABLES = "/v1/tables"


@pytest.fixture
def deletes(api: TablesApi) -> TablesApi:
    api.skip_unless_served("DELETE", f"{TABLES}/async/{{id}}")
    return api


def test_a_background_delete_names_its_job_and_deletes(deletes: TablesApi) -> None:
    table = deletes.create_table("background")
    path = f"{TABLES}/async/{table['id']}?hardDelete=true&recursive=true"
    response = deletes.request("DELETE", path)
    assert response.status_code == 202
    body = response.json()
    assert (body["entityName"], body["hardDelete"], body["recursive"]) == ("background", True, True)
    assert body["jobId"]
    deletes.error("GET", f"{TABLES}/{table['id']}?include=all", 404)


def test_a_background_delete_that_fails_changes_nothing(deletes: TablesApi) -> None:
    schema = deletes.get("/v1/databaseSchemas/name/s.d.c")
    deletes.create_table("kept")
    response = deletes.request("DELETE", f"/v1/databaseSchemas/async/{schema['id']}")
    assert response.status_code == 202
    assert deletes.get("/v1/databaseSchemas/name/s.d.c")["deleted"] is False
    assert deletes.get(f"{TABLES}/name/s.d.c.kept")["deleted"] is False


def test_an_unknown_entity_is_not_deleted(deletes: TablesApi) -> None:
    deletes.error("DELETE", f"{TABLES}/async/{NOTHING}", 404)
