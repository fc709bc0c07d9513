"""Web analytics: events are collected, read by type and time, and removed."""

from __future__ import annotations

from typing import Any

from tests.support.sandbox_tables import NOTHING, TablesApi


def test_collected_events_are_read_by_type_and_time(api: TablesApi) -> None:
    (path, *_) = [*(path for path in api.paths() if path.endswith("events/collect")), ""]
    api.skip_unless_served("PUT", path)

    def collect(time: int) -> dict[str, Any]:
        view = {"fullUrl": "http://x.example/", "url": "/", "hostname": "x", "sessionId": NOTHING,
                "userId": NOTHING, "language": "en", "screenSize": "1x1"}  # fmt: skip
        event: dict[str, Any] = api.put(
            path, {"eventType": "PageView", "timestamp": time, "eventData": view}
        )
        return event

    first, second = collect(1000), collect(2000)
    assert first["eventId"] != second["eventId"]
    assert first["eventData"]["url"] == "/"
    found = api.get(f"{path}?eventType=PageView&startTs=0&endTs=2000")
    assert found["data"] == [second, first]
    assert found["paging"]["total"] == 2
    assert api.get(f"{path}?eventType=PageView&startTs=1500&endTs=2000")["data"] == [second]
    assert api.get(f"{path}?eventType=CustomEvent&startTs=0&endTs=2000")["data"] == []
    api.error("GET", f"{path}?eventType=PageView", 500)
    api.error("PUT", path, 400, json={"eventType": "Telepathy", "timestamp": 1})
    root = path.removesuffix("/collect")
    assert api.request("DELETE", f"{root}/PageView/2000/collect").status_code == 200
    assert api.get(f"{path}?eventType=PageView&startTs=0&endTs=2000")["data"] == [second]
