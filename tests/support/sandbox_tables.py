"""A sandbox with a database schema, called without the client."""

from __future__ import annotations

from typing import Any

from tests.support.sandbox_api import Api

NOTHING = "00000000-0000-0000-0000-000000000000"
"""The id of no entity."""


class TablesApi(Api):
    """A sandbox with a service, a database and a schema ``s.d.c``, for tests that create tables."""

    def create_table(self, name: str, **fields: Any) -> dict[str, Any]:
        """Create a table in ``s.d.c`` with the columns ``id`` and ``total``; return it."""
        columns = [{"name": "id", "dataType": "INT"}, {"name": "total", "dataType": "DOUBLE"}]
        body = {"name": name, "databaseSchema": "s.d.c", "columns": columns, **fields}
        return self.create("/v1/tables", **body)

    def put(self, path: str, body: Any, status: int = 200) -> Any:
        """Send a PUT request, check its status, and return the response's JSON or None."""
        response = self.request("PUT", path, json=body)
        assert response.status_code == status, response.text
        return response.json() if response.content else None

    def post(self, path: str, body: Any, status: int = 201) -> Any:
        """Send a POST request, check its status, and return the response's JSON or None."""
        response = self.request("POST", path, json=body)
        assert response.status_code == status, response.text
        return response.json() if response.content else None

    def error(self, method: str, path: str, status: int, **options: Any) -> str:
        """Send a request that must fail with a status; return the text of the response."""
        response = self.request(method, path, **options)
        assert response.status_code == status, response.text
        return response.text

    def paths(self) -> dict[str, Any]:
        """Return the paths of the OpenAPI document."""
        paths: dict[str, Any] = self._document()["paths"]
        return paths

    def schemas(self) -> dict[str, Any]:
        """Return the schemas of the OpenAPI document by name."""
        schemas: dict[str, Any] = self._document()["components"]["schemas"]
        return schemas

    def _document(self) -> Any:
        root = self.running.host.removesuffix("/api")
        return self.session.get(f"{root}/swagger.json", timeout=120).json()


def author_of(api: TablesApi) -> dict[str, str]:
    """Return the author of a message; the newest releases take it from the token."""
    has_author = "from" in api.schemas()["CreateThreadRequest"]["properties"]
    return {"from": "admin"} if has_author else {}
