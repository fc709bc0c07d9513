"""Plays one recorded scenario against a running sandbox and compares every answer."""

from __future__ import annotations

import http.client
import json
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from dynclient import sandbox
from tests.replay import recordings
from tests.replay.normalise import UUID, Names, Normaliser, differences
from tests.support.trees import TREES

HEADERS = ("Content-Type", "X-OpenMetadata-Change", "Location")
"""Headers that a client may depend on."""


class Compared(NamedTuple):
    """One exchange and how it came out."""

    number: int
    step: str
    request: str
    status: tuple[int, int]
    """Recorded, sandbox's."""
    body: tuple[str, ...]
    """Differences of the bodies."""
    headers: tuple[str, ...]
    served: bool = True
    """Whether the sandbox has the route at all."""

    @property
    def same_status(self) -> bool:
        return self.status[0] == self.status[1]

    @property
    def same_body(self) -> bool:
        return self.same_status and not self.body

    @property
    def same(self) -> bool:
        return self.same_body and not self.headers


class Server(NamedTuple):
    """Where the sandbox is and how to get in."""

    host: str
    admin_token: str
    bot_token: str


class Replay:
    """One scenario on one server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        parts = urlsplit(server.host)
        self._root = parts.path
        self._connection = http.client.HTTPConnection(parts.netloc, timeout=60)
        self._names = Names()
        self._tokens: dict[str, str] = {}

    def close(self) -> None:
        self._connection.close()

    def run(self, exchanges: list[dict[str, Any]]) -> list[Compared]:
        return [self._one(number, exchange) for number, exchange in enumerate(exchanges)]

    def _one(self, number: int, exchange: dict[str, Any]) -> Compared:
        request, recorded = exchange["request"], exchange["response"]
        names = self._names
        names.sent(request.get("body"))
        # A redacted token that the server did not find is one that it never gave.
        status, headers, body = self._send(request, known=recorded["status"] != 404)
        if recorded["status"] == status:
            names.learn(recorded["body"], body)
        if recorded["status"] == 201:
            names.made(recorded["body"])
        self._learn_cursors(recorded["body"], body)
        self._learn_tokens(request, body)
        there = Normaliser(names, here=False).body(recorded["body"])
        here = Normaliser(names, here=True).body(body)
        path = UUID.sub("{id}", request["path"])
        query = f"?{urlencode(request['query'])}" if request["query"] else ""
        return Compared(
            number,
            exchange["step"],
            f"{request['method']} {path}{query}",
            (recorded["status"], status),
            tuple(differences(there, here)),
            tuple(self._compare_headers(recorded["headers"], headers)),
            "HTTP 404 Not Found" not in json.dumps(body),
        )

    def _send(self, request: dict[str, Any], *, known: bool) -> tuple[int, dict[str, str], Any]:
        path = self._root + self._names.path_here(request["path"])
        query = self._names.to_here(request["query"])
        if query:
            path += "?" + urlencode(query)
        headers = {}
        if "Content-Type" in request["headers"]:
            headers["Content-Type"] = request["headers"]["Content-Type"]
        token = self._token(request["headers"].get("auth"))
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        body = None
        if request.get("bodyIsText"):
            body = self._names.to_here(request["body"] or "").encode()
        elif request.get("body") is not None:
            body = json.dumps(self._fresh(self._names.to_here(request["body"]), known)).encode()
        self._connection.request(
            request["method"], quote(path, safe="/%?&=+:,;@~!$*'()-._"), body, headers
        )
        answer = self._connection.getresponse()
        data = answer.read()
        told = dict(answer.getheaders())
        kind = told.get("content-type", "")
        if not data:
            decoded: Any = None
        elif "json" in kind:
            decoded = json.loads(data)
        else:
            decoded = data.decode("utf-8", "replace")
        return answer.status, {name.lower(): value for name, value in told.items()}, decoded

    def _token(self, kind: str | None) -> str | None:
        if kind in (None, "none"):
            return None
        if kind == "bad":
            return "not.a.token"
        if kind == "bot":
            return self._server.bot_token
        return self._tokens.get(str(kind), self._server.admin_token)

    def _fresh(self, body: Any, known: bool) -> Any:
        """Give redacted tokens of a request their values here."""
        if known and isinstance(body, dict) and body.get("refreshToken") == "<redacted>":
            return {**body, "refreshToken": self._tokens.get("refresh", "")}
        return body

    def _learn_tokens(self, request: dict[str, Any], body: Any) -> None:
        if isinstance(body, dict) and "accessToken" in body:
            self._tokens["recuser"] = body["accessToken"]
            self._tokens["refresh"] = body.get("refreshToken", "")

    def _learn_cursors(self, there: Any, here: Any) -> None:
        if not (isinstance(there, dict) and isinstance(here, dict)):
            return
        mine, yours = there.get("paging"), here.get("paging")
        if isinstance(mine, dict) and isinstance(yours, dict):
            for name in ("before", "after"):
                if name in mine and name in yours:
                    self._names.cursors[mine[name]] = yours[name]

    def _compare_headers(self, there: dict[str, str], here: dict[str, str]) -> list[str]:
        out = []
        for name in HEADERS:
            mine = self._header(name, there.get(name), here=False)
            yours = self._header(name, here.get(name.lower()), here=True)
            if mine != yours:
                out.append(f"{name}: {mine} ≠ {yours}")
        return out

    def _header(self, name: str, value: str | None, *, here: bool) -> str | None:
        if value is None:
            return None
        if name == "Content-Type":
            return value.partition(";")[0].strip()
        return str(Normaliser(self._names, here=here).body({"x": value})["x"])


def play(release: str, scenario: str) -> list[Compared]:
    """Play one scenario against a fresh sandbox of its release."""
    with sandbox.start(release, tree=TREES.get(release)) as running:
        player = Replay(Server(running.host, running.admin_token, running.bot_token))
        try:
            return player.run(recordings.load(release, scenario))
        finally:
            player.close()
