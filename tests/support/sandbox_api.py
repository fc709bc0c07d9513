"""Requests to a sandbox, sent without the client."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from dynclient import sandbox

JSON_PATCH = {"Content-Type": "application/json-patch+json"}


class Api:
    """One sandbox and one connection to it; an administrator's, unless a token says otherwise."""

    def __init__(self, running: sandbox.Running, token: str | None = None) -> None:
        self.running = running
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token or running.admin_token}"

    def request(self, method: str, path: str, **more: Any) -> requests.Response:
        return self.session.request(method, self.running.host + path, timeout=120, **more)

    def create(self, path: str, **body: Any) -> dict[str, Any]:
        """Send a POST request that must create something; return it."""
        response = self.request("POST", path, json=body)
        assert response.status_code == 201, response.text
        created: dict[str, Any] = response.json()
        return created

    def with_schema(self) -> None:
        """Create the schema ``s.d.c``, its database and its service."""
        config = {"type": "Mysql", "username": "u", "hostPort": "db:3306"}
        self.create("/v1/services/databaseServices", name="s", serviceType="Mysql",
                  connection={"config": config})  # fmt: skip
        self.create("/v1/databases", name="d", service="s")
        self.create("/v1/databaseSchemas", name="c", database="s.d")

    def get(self, path: str) -> dict[str, Any]:
        """Send a GET request that must succeed; return the response body."""
        response = self.request("GET", path)
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        return body

    def patch(self, path: str, *operations: Any, **headers: str) -> requests.Response:
        """Send a JSON Patch."""
        return self.request(
            "PATCH", path, data=json.dumps(operations), headers={**JSON_PATCH, **headers}
        )

    def skip_unless_served(self, method: str, path: str) -> None:
        """Skip the test on a release that does not have a route."""
        document = self.session.get(self.running.host.removesuffix("/api") + "/swagger.json").json()
        if method.lower() not in document["paths"].get(path, {}):
            pytest.skip(f"this release has no {method} {path}")
