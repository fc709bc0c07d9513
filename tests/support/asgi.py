"""Requests to a sandbox in this process, without a web server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from dynclient.sandbox.app import Sandbox


async def parts(*chunks: bytes) -> AsyncIterator[bytes]:
    """Yield the chunks of a body."""
    for chunk in chunks:
        yield chunk


class Client:
    """One request to the application, and how much of its body was read.

    Args:
        sandbox: the sandbox.
        chunks: of the body.
        token: whether the request has the token of an administrator, or one of nobody.
    """

    def __init__(
        self, sandbox: Sandbox, chunks: AsyncIterator[bytes], *, token: bool = True
    ) -> None:
        self.application = sandbox.application()
        self.token = sandbox.admin_token if token else "nobody"
        self.chunks = chunks
        self.read = 0
        self.gone = False
        self.sent: list[Any] = []

    def send(
        self, method: str, path: str, *, runner: asyncio.Runner | None = None, **headers: str
    ) -> tuple[int, Any]:
        """Send the request; return status and decoded body of the response.

        Args:
            method: the HTTP method.
            path: path and query, not encoded further.
            runner: runs the application; a new event loop without.
            headers: names with underscores for hyphens.
        """
        named = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        path, _, query = path.partition("?")
        scope = {
            "type": "http", "http_version": "1.1", "method": method, "scheme": "http",
            "path": path, "raw_path": path.encode(), "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2),
        }  # fmt: skip
        run = asyncio.run if runner is None else runner.run
        run(self.application(scope, self.receive, self.collect))  # type: ignore[arg-type]
        text = b"".join(message.get("body", b"") for message in self.sent[1:])
        return self.sent[0]["status"], _decoded(text)

    async def receive(self) -> dict[str, Any]:
        async for chunk in self.chunks:
            self.read += len(chunk)
            return {"type": "http.request", "body": chunk, "more_body": True}
        if self.gone:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": b"", "more_body": False}

    async def collect(self, message: Any) -> None:
        self.sent.append(message)


def _decoded(text: bytes) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text.decode()


def send(
    sandbox: Sandbox, method: str, path: str, body: bytes = b"", **headers: str
) -> tuple[int, Any]:
    """Send a request as an administrator; return status and decoded body of the response."""
    return Client(sandbox, parts(body)).send(method, path, content_length=str(len(body)), **headers)
