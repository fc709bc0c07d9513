"""A sandbox with some tables, asked without the client."""

from __future__ import annotations

from typing import Any

from tests.support.sandbox_api import Api

NOTHING = "00000000-0000-0000-0000-000000000000"


class Shop(Api):
    """A sandbox with a service, a schema and some tables in it."""

    def table(self, name: str, **more: Any) -> dict[str, Any]:
        columns = [{"name": "id", "dataType": "INT"}, {"name": "total", "dataType": "DOUBLE"}]
        return self.made("/v1/tables", name=name, databaseSchema="s.d.c", columns=columns, **more)

    def put(self, path: str, body: Any, status: int = 200) -> Any:
        answer = self.ask("PUT", path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def paths(self) -> dict[str, Any]:
        document = self.session.get(self.running.host.removesuffix("/api") + "/swagger.json").json()
        told: dict[str, Any] = document["paths"]
        return told

    def schemas(self) -> dict[str, Any]:
        document = self.session.get(self.running.host.removesuffix("/api") + "/swagger.json").json()
        told: dict[str, Any] = document["components"]["schemas"]
        return told
