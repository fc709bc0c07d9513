"""Time series without a feature of their own: created, listed by time and in pages, patched."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.support.sandbox_tables import NOTHING, TablesApi

ROOT = "/v1/entity/profiles"


@pytest.fixture
def profile_of(api: TablesApi) -> Any:
    """Return a function that returns the create request of a profile of a new table."""
    api.serves("POST", ROOT)

    def body(name: str, stamp: int) -> dict[str, Any]:
        return {"entityType": name, "timestamp": stamp, "profileType": "table",
                "profileData": {"timestamp": stamp, "rowCount": 3}}  # fmt: skip

    return body


def test_records_are_listed_newest_first_and_in_pages(api: TablesApi, profile_of: Any) -> None:
    ids = [api.post(ROOT, profile_of("profiled", stamp), 200)["id"] for stamp in (10, 20, 30)]
    # Other tests leave later records on the same server.
    root = f"{ROOT}?startTs=5&endTs=35"
    page = api.got(f"{root}&limit=2")
    assert [one["timestamp"] for one in page["data"]] == [30, 20]
    assert page["paging"]["total"] == 3
    assert "before" not in page["paging"]
    assert base64.b64decode(page["paging"]["after"]) == b"2"
    rest = api.got(f"{root}&limit=2&offset={page['paging']['after']}")
    assert [one["id"] for one in rest["data"]] == ids[:1]
    assert "after" not in rest["paging"]
    assert base64.b64decode(rest["paging"]["before"]) == b"0"
    assert "after" not in api.got(f"{root}&limit=3")["paging"]
    span = api.got(f"{ROOT}?startTs=15&endTs=25")
    assert [one["timestamp"] for one in span["data"]] == [20]
    assert "startTs" in api.error("GET", f"{ROOT}?startTs=now", 400)
    assert "offset" in api.error("GET", f"{ROOT}?offset=!", 400)


def test_a_patch_does_not_change_id_and_time(api: TablesApi, profile_of: Any) -> None:
    record = api.post(ROOT, profile_of("patched-profile", 40), 200)
    path = f"{ROOT}/{record['id']}"
    response = api.patched(path, {"op": "replace", "path": "/timestamp", "value": 50})
    assert response.status_code == 200, response.text
    assert response.json()["timestamp"] == 40
    assert api.got(path)["id"] == record["id"]
    api.error("GET", f"{ROOT}/{NOTHING}", 404)
