"""Apps of a sandbox: triggered, and polled until their run ends."""

from __future__ import annotations

from tests.support.sandbox_tables import TablesApi

ROOT = "/v1/apps"
INDEXING = "SearchIndexingApplication"


def trigger(apps: TablesApi, name: str = INDEXING) -> str:
    response = apps.request("POST", f"{ROOT}/trigger/{name}")
    assert response.status_code == 200, response.text
    # Servers send plain text and declare it as JSON.
    assert response.headers["Content-Type"] == "application/json"
    return response.text


def states_until_the_end(apps: TablesApi, name: str = INDEXING) -> list[str]:
    """Poll the latest run of an app until it ends; return the states seen."""
    states: list[str] = []
    while len(states) < 5 and (not states or states[-1] in {"started", "running"}):
        states.append(apps.get(f"{ROOT}/name/{name}/runs/latest")["status"])
    return states
