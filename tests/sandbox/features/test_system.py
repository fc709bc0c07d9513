"""The server's own routes: version, configuration, counts."""

from __future__ import annotations

import requests

from tests.support.sandbox_tables import TablesApi


def test_the_version_is_that_of_the_release(api: TablesApi) -> None:
    paths = [path for path in api.paths() if path.endswith("/version") and "{" not in path]
    assert len(paths) == 1
    version = requests.get(api.running.host + paths[0], timeout=60)
    assert version.status_code == 200
    assert set(version.json()) == {"version", "revision", "timestamp"}


def test_counts_follow_what_is_created_and_deleted(api: TablesApi) -> None:
    (path,) = (path for path in api.paths() if path.endswith("/entities/count"))
    before = api.get(path)["tableCount"]
    table = api.create_table("one-more")
    assert api.get(path)["tableCount"] == before + 1
    api.request("DELETE", f"/v1/tables/{table['id']}")
    assert api.get(path)["tableCount"] == before
    assert requests.get(api.running.host + path, timeout=60).status_code == 401
