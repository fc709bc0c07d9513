"""Asking a sandbox in the plainest way, without the client."""

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

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        return self.session.request(method, self.running.host + path, timeout=120, **more)

    def made(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self.ask("POST", path, json=body)
        assert answer.status_code == 201, answer.text
        created: dict[str, Any] = answer.json()
        return created

    def with_schema(self) -> None:
        """Create the schema ``s.d.c``, its database and its service."""
        config = {"type": "Mysql", "username": "u", "hostPort": "db:3306"}
        self.made("/v1/services/databaseServices", name="s", serviceType="Mysql",
                  connection={"config": config})  # fmt: skip
        self.made("/v1/databases", name="d", service="s")
        self.made("/v1/databaseSchemas", name="c", database="s.d")

    def got(self, path: str) -> dict[str, Any]:
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        entity: dict[str, Any] = answer.json()
        return entity

    def patched(self, path: str, *operations: Any, **headers: str) -> requests.Response:
        return self.ask(
            "PATCH", path, data=json.dumps(operations), headers={**JSON_PATCH, **headers}
        )

    def serves(self, method: str, path: str) -> None:
        """Skip the test on a release that does not have a route."""
        document = self.session.get(self.running.host.removesuffix("/api") + "/swagger.json").json()
        if method.lower() not in document["paths"].get(path, {}):
            pytest.skip(f"this release has no {method} {path}")
