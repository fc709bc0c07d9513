"""A sandbox with some tables to search for."""

from __future__ import annotations

from typing import Any

from dynclient import sandbox
from tests.support.sandbox_api import Api


class Index(Api):
    """A sandbox with some tables to search for."""

    def search(self, q: str, **query: Any) -> dict[str, Any]:
        parameters = {"index": "table_search_index", "q": q, **query}
        response = self.request("GET", "/v1/search/query", params=parameters)
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        return body

    def names(self, q: str, **query: Any) -> list[str]:
        return [hit["_source"]["name"] for hit in self.search(q, **query)["hits"]["hits"]]


def fill_index(started: sandbox.Running) -> Index:
    """Return an index of a sandbox with tables in two services, one of them deleted."""
    api = Index(started)
    for name in ("shop", "mill"):
        api.create("/v1/services/databaseServices", name=name, serviceType="Mysql",
                 connection={"config": {"type": "Mysql", "username": "u", "hostPort": "h:1"}},
                 )  # fmt: skip
        api.create("/v1/databases", name="d", service=name)
        api.create("/v1/databaseSchemas", name="c", database=f"{name}.d")
    columns = [{"name": "id", "dataType": "INT"}, {"name": "total", "dataType": "DOUBLE"}]
    for name, more in (
        ("orders", {"description": "all that was bought"}),
        ("orders_2020", {"displayName": "Old orders"}),
        ("100%_sure", {}),
    ):
        api.create("/v1/tables", name=name, databaseSchema="shop.d.c", columns=columns, **more)
    api.create("/v1/tables", name="stock", databaseSchema="mill.d.c", columns=columns[:1])
    gone = api.create("/v1/tables", name="gone", databaseSchema="mill.d.c", columns=columns[:1])
    api.request("DELETE", f"/v1/tables/{gone['id']}")
    return api
