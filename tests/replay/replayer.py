"""Replays a recorded scenario against a running sandbox and compares every response."""

from __future__ import annotations

import contextlib
import http.client
import json
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from dynclient import sandbox
from tests.replay import recordings
from tests.replay.normalise import REDACTED, UUID, Normaliser, ValueMap, differences
from tests.support.trees import TREES

HEADERS = ("Content-Type", "X-OpenMetadata-Change", "Location")
"""Response headers that a client may depend on."""


UNINDEXED = {"1.0.4"}
"""Releases that were recorded with a search engine whose responses they could not read, so that
almost nothing was indexed (NOTES.md): only the shape of their search responses counts."""


class Comparison(NamedTuple):
    """One exchange, compared with what the sandbox responds."""

    number: int
    step: str
    request: str
    status: tuple[int, int]
    """The recorded status and the sandbox's."""
    body: tuple[str, ...]
    """Differences between the bodies."""
    headers: tuple[str, ...]
    """Differences between the headers."""
    served: bool = True
    """Whether the sandbox has the route."""

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
    """The address of a sandbox, and the tokens of its admin and its bot."""

    host: str
    admin_token: str
    bot_token: str


class Replay:
    """One scenario, sent to one server over one connection."""

    def __init__(self, server: Server, *, is_indexed: bool = True) -> None:
        self._server = server
        url = urlsplit(server.host)
        self._root = url.path
        self._connection = http.client.HTTPConnection(url.netloc, timeout=60)
        self._values = ValueMap()
        self._values.is_indexed = is_indexed
        self._tokens: dict[str, str] = {}

    def close(self) -> None:
        self._connection.close()

    def run(self, exchanges: list[dict[str, Any]]) -> list[Comparison]:
        return [self._compare(number, exchange) for number, exchange in enumerate(exchanges)]

    def _compare(self, number: int, exchange: dict[str, Any]) -> Comparison:
        request, response = exchange["request"], exchange["response"]
        values = self._values
        values.note_sent_times(request.get("body"))
        # A redacted token that the recorded server did not find is one that it never issued.
        status, headers, body = self._send(request, issued=response["status"] != 404)
        if response["status"] == status:
            values.learn(response["body"], body)
        if response["status"] == 201:
            values.note_created(response["body"])
        self._learn_cursors(response["body"], body)
        self._learn_tokens(body)
        # Some recordings write an empty body as an empty string.
        recorded_body = None if response["body"] == "" else response["body"]
        recorded = Normaliser(values, sandbox=False).body(recorded_body)
        actual = Normaliser(values, sandbox=True).body(body)
        path = UUID.sub("{id}", request["path"])
        query = f"?{urlencode(request['query'])}" if request["query"] else ""
        return Comparison(
            number,
            exchange["step"],
            f"{request['method']} {path}{query}",
            (response["status"], status),
            tuple(differences(recorded, actual)),
            tuple(self._compare_headers(response["headers"], headers)),
            "HTTP 404 Not Found" not in json.dumps(body),
        )

    def _send(self, request: dict[str, Any], *, issued: bool) -> tuple[int, dict[str, str], Any]:
        """Send a recorded request; return the status, the headers in lower case and the body."""
        path = self._root + self._values.translate_path(request["path"])
        query = self._values.translate_query(request["query"])
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
            body = self._values.translate(request["body"] or "").encode()
        elif request.get("body") is not None:
            translated = self._values.translate(request["body"])
            body = json.dumps(self._with_token(translated) if issued else translated).encode()
        self._connection.request(
            request["method"], quote(path, safe="/%?&=+:,;@~!$*'()-._"), body, headers
        )
        response = self._connection.getresponse()
        data = response.read()
        response_headers = {name.lower(): value for name, value in response.getheaders()}
        if not data:
            decoded: Any = None
        else:
            decoded = data.decode("utf-8", "replace")
            if "json" in response_headers.get("content-type", ""):
                # Apps respond with plain text that is declared as JSON.
                with contextlib.suppress(ValueError):
                    decoded = json.loads(decoded)
        return response.status, response_headers, decoded

    def _token(self, kind: str | None) -> str | None:
        if kind in (None, "none"):
            return None
        if kind == "bad":
            return "not.a.token"
        if kind == "bot":
            return self._server.bot_token
        return self._tokens.get(str(kind), self._server.admin_token)

    def _with_token(self, body: Any) -> Any:
        """Return a request body with the sandbox's token instead of a redacted one."""
        if isinstance(body, dict) and body.get("refreshToken") == REDACTED:
            return {**body, "refreshToken": self._tokens.get("refresh", "")}
        return body

    def _learn_tokens(self, body: Any) -> None:
        if isinstance(body, dict) and "accessToken" in body:
            self._tokens["recuser"] = self._tokens["other"] = body["accessToken"]
            self._tokens["refresh"] = body.get("refreshToken", "")

    def _learn_cursors(self, recorded: Any, actual: Any) -> None:
        if not (isinstance(recorded, dict) and isinstance(actual, dict)):
            return
        paging, own_paging = recorded.get("paging"), actual.get("paging")
        if isinstance(paging, dict) and isinstance(own_paging, dict):
            for name in ("before", "after"):
                if name in paging and name in own_paging:
                    self._values.cursors[paging[name]] = own_paging[name]

    def _compare_headers(self, recorded: dict[str, str], actual: dict[str, str]) -> list[str]:
        out = []
        for name in HEADERS:
            expected = self._header(name, recorded.get(name), sandbox=False)
            value = self._header(name, actual.get(name.lower()), sandbox=True)
            if expected != value:
                out.append(f"{name}: {expected} ≠ {value}")
        return out

    def _header(self, name: str, value: str | None, *, sandbox: bool) -> str | None:
        if value is None:
            return None
        if name == "Content-Type":
            return value.partition(";")[0].strip()
        return str(Normaliser(self._values, sandbox=sandbox).body({"x": value})["x"])


def replay(release: str, scenario: str, *, in_process: bool = False) -> list[Comparison]:
    """Replay one scenario against a new sandbox of its release."""
    with sandbox.start(
        release, tree=TREES.get(release), in_process=in_process,
        pipeline_service=False, run_polls=0,  # as the recorded servers were
    ) as running:  # fmt: skip
        server = Server(running.host, running.admin_token, running.bot_token)
        player = Replay(server, is_indexed=release not in UNINDEXED)
        try:
            return player.run(recordings.load(release, scenario))
        finally:
            player.close()
