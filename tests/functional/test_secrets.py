"""Secrets in every place they may come from, and everything that prints or stores: none is shown.

A new place is a line of ``PLACES`` and, unless it is a key of a map, a line where it is planted.
"""

from __future__ import annotations

import copy
import http.client
import io
import json
import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient import cli, compat
from dynclient.hooks import Hooks
from dynclient.schema import Release
from dynclient.settings import Settings
from dynclient.transport.auth import identity
from dynclient.transport.http import Transport
from dynclient.transport.request import Request
from tests.support.raw_server import RawServer, response
from tests.support.stub import Reply, Stub
from tests.support.trees import release_named

KEYS = (
    *("password", "passwd", "pwd", "db_pwd", "dbPassword", "passphrase", "user_pass"),
    *("secret", "secretKey", "client_secret", "token", "jwtToken", "refresh-token", "bearer"),
    *("api_key", "apiKey", "x-api-key", "access-key", "accessKeyId", "private_key", "privateKey"),
    *("account key", "sharedKey", "credentials", "authorization", "signature", "cookie"),
)
"""Keys of maps that no schema names."""
MAPS = ("request", "options", "response", "unknown", "drop-in")
"""Free maps: two of a request, of a response, of a field that no schema has, of a model."""
PLACES = (
    *(f"{each}:{key}" for each in MAPS for key in KEYS),
    *("marked field", "marked field of the drop-in", "nested map", "list under a secret name"),
    *(
        "token",
        "password of a user",
        "header X-Api-Key",
        "header Cookie",
        "access token of a login",
    ),
    *("refresh token of a login", "mirror", "user of the host", "unsendable token", "bad header"),
    *("user of a redirect", "query of a redirect", "fragment of a redirect", "echoed token"),
    *("echoed body", "echoed header", "echoed query", "response JWT", "URL of a response"),
    *("invalid value at a secret place", "invalid JWT", "invalid URL", "misspelt field"),
    *("changed value", "replaced value", "unknown setting", "PEM as path"),
    *("query of a request", "broken header of a response", "password of a proxy"),
)
SECRETS = {place: f"hush{number:03}x" for number, place in enumerate(PLACES)}
"""One secret for each place; each is found by its number."""


def jwt(place: str) -> str:
    return f"eyJhbGciOiJSUzI1NiJ9.{SECRETS[place]}.c2lnbmF0dXJl"


def free(name: str) -> dict[str, Any]:
    return {**{key: SECRETS[f"{name}:{key}"] for key in KEYS}, "host": "visible"}


class Output:
    """Collects whatever is printed or stored, and tells which secrets it contains."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, str]] = []

    def add(self, where: str, *texts: Any) -> None:
        for text in texts:
            shown = text.decode("latin-1") if isinstance(text, bytes) else str(text)
            self.parts.append((where, shown))

    def value(self, where: str, value: Any) -> None:
        """Add all forms of a value."""
        from rich.console import Console
        from rich.pretty import pretty_repr

        self.add(f"repr of {where}", repr(value), str(value), f"{value}", pretty_repr(value))
        self.add(f"pickle of {where}", pickle.dumps(value), pickle.dumps(copy.deepcopy(value)))
        file = io.StringIO()
        Console(file=file, width=200).print(value)
        self.add(f"rich print of {where}", file.getvalue())

    def error(self, where: str, call: Callable[[], Any]) -> None:
        """Add all forms of the error that a call raises."""
        from rich.console import Console
        from rich.traceback import Traceback

        with pytest.raises(dynclient.DynclientError) as caught:
            call()
        error = caught.value
        self.value(f"error of {where}", error)
        self.add(f"parts of {where}", error.parts, error.__dict__)
        self.add(f"traceback of {where}", *traceback.format_exception(error))
        file = io.StringIO()
        shown = Traceback.from_exception(type(error), error, error.__traceback__)
        Console(file=file, width=200).print(shown)
        self.add(f"rich traceback of {where}", file.getvalue())

    @property
    def leaks(self) -> list[str]:
        return sorted(
            {
                f"{place!r} in {where}"
                for where, text in self.parts
                for place, secret in SECRETS.items()
                if secret in text
            }
        )


@pytest.fixture
def release() -> Release:
    return release_named("starter")


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as stub:
        yield stub


@pytest.fixture
def output(
    caplog: pytest.LogCaptureFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Output]:
    """Collect; at the end add logs of all libraries and the cache, and look for secrets."""
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path / "cache"))
    for name in ("OPENMETADATA_HOST", "OPENMETADATA_TOKEN", "DYNCLIENT_GITHUB"):
        monkeypatch.delenv(name, raising=False)
    caplog.set_level(logging.DEBUG)
    found = Output()
    yield found
    found.add("log", caplog.text, *(repr(record.__dict__) for record in caplog.records))
    for file in (tmp_path / "cache").rglob("*"):
        if file.is_file():
            found.add(f"cache file {file.name}", file.read_bytes())
    assert not found.leaks, "\n".join(found.leaks)


def client(stub: Stub, release: Release, **settings: Any) -> Any:
    return dynclient.connect(
        stub.host, token=settings.pop("token", SECRETS["token"]), release=release, **settings
    )


def service(release: Release) -> dict[str, Any]:
    return {
        "id": "73331708-a86a-43bf-8a7f-596d5273bcfb",
        "name": "s",
        "fullyQualifiedName": "s",
        "serviceType": "Mysql",
        "connection": {
            "config": {
                "type": "Mysql",
                "username": "reader",
                "hostPort": "h:1",
                "authType": {"password": SECRETS["marked field"]},
                "connectionArguments": {
                    **free("response"),
                    "nested": {"list": [{"password": SECRETS["nested map"]}]},
                },
            }
        },
        "fromTomorrow": free("unknown"),
        "tokens": [SECRETS["list under a secret name"]],
    }


def test_there_are_many_places() -> None:
    assert len(SECRETS) == len(PLACES) >= 40
    assert len({*SECRETS.values()}) == len(PLACES)


def test_requests_and_entities(stub: Stub, release: Release, output: Output) -> None:
    om = client(stub, release)
    config = {
        "type": "Mysql",
        "username": "reader",
        "hostPort": "h:1",
        "authType": {"password": SECRETS["marked field"]},
        "connectionArguments": free("request"),
        "connectionOptions": free("options"),
    }
    create = om.types.CreateDatabaseServiceRequest(
        name="s", serviceType="Mysql", connection={"config": config}
    )
    entity = dynclient.model.load(om.types.DatabaseService, service(release))
    for name, value in (("request", create), ("entity", entity)):
        held = value.connection.config
        output.value(name, value)
        output.value(f"{name}'s connection", value.connection)
        output.value(f"{name}'s config", held)
        output.value(f"{name}'s arguments", held.connectionArguments)
        output.add(f"asdict of {name}", dynclient.asdict(value), dynclient.to_json(value))
        output.add(f"parts of {name}", dynclient.to_json(held.connectionArguments))
        assert "visible" in dynclient.to_json(value)
    output.value("unknown map", entity.fromTomorrow)
    output.value("unknown list", entity.tokens)
    entity.connection.config.authType.password = SECRETS["changed value"]
    entity.fromTomorrow = {"password": SECRETS["replaced value"]}
    output.value("changes", dynclient.changes(entity))
    output.value("changed entity", entity)
    stub.default = lambda seen: Reply(200, service(release))
    om.save(entity)
    patch = stub.seen[-1].body.decode()
    assert SECRETS["changed value"] in patch
    assert SECRETS["replaced value"] in patch
    assert "****" not in patch
    output.value("saved", om.create_or_update(create))
    sent = stub.seen[-1].body.decode()
    assert all(SECRETS[f"request:{key}"] in sent for key in KEYS)


def test_models_of_the_drop_in(release: Release, output: Output) -> None:
    mysql = compat.entity_class(
        release, "entity/services/connections/database/mysqlConnection.json"
    )
    data = {
        "username": "reader",
        "hostPort": "h:1",
        "authType": {"password": SECRETS["marked field of the drop-in"]},
        "connectionArguments": free("drop-in"),
    }
    for model in (mysql(**data), compat.wrap(mysql, data)):
        output.value("model", model)
        output.value("arguments of a model", model.connectionArguments)
        output.add("dump", model.model_dump(), model.model_dump_json(), model.json())
        output.value("dump", model.model_dump())
        assert all(SECRETS[f"drop-in:{key}"] in str(compat.payload(model)) for key in KEYS)
    output.error("invalid model", lambda: mysql(**{**data, "hostPort": [data]}))
    output.error("misspelt field", lambda: mysql(**data, passwrod=SECRETS["misspelt field"]))
    output.error("missing field", lambda: mysql(**{**data, "hostPort": None}))


def test_settings_and_authentication(stub: Stub, release: Release, output: Output) -> None:
    settings = {
        "headers": {
            "X-Api-Key": SECRETS["header X-Api-Key"],
            "Cookie": SECRETS["header Cookie"],
        },
        "github": f"https://me:{SECRETS['mirror']}@mirror.example",
    }
    om = client(stub, release, **settings)
    output.value("client", om)
    output.add("parts of a client", om.settings, repr(om.__dict__))
    stub.routes["POST /api/v1/users/login"] = {
        "accessToken": SECRETS["access token of a login"],
        "refreshToken": SECRETS["refresh token of a login"],
    }
    login = identity(None, "ada", SECRETS["password of a user"])
    transport = Transport(f"{stub.host}/api", om.settings, login)
    transport.send(dynclient.transport.request.Request("GET", "/v1/x"))
    assert SECRETS["access token of a login"] in stub.seen[-1].headers["Authorization"]
    output.value("transport", transport)
    output.value("login", login)
    host = f"http://me:{SECRETS['user of the host']}@h"
    output.error("host", lambda: dynclient.connect(host))
    bad = f"{SECRETS['unsendable token']}\n"
    output.error("token", lambda: client(stub, release, token=f"{bad}x"))
    output.error(
        "header",
        lambda: client(stub, release, headers={"X-Api-Key": f"{SECRETS['bad header']}\r\nX: 1"}),
    )
    output.error("setting", lambda: client(stub, release, tokn=SECRETS["unknown setting"]))
    pem = f"-----BEGIN PRIVATE KEY-----\n{SECRETS['PEM as path']}"
    output.error("PEM", lambda: client(stub, release, client_certificate=pem))
    output.error("mirror", lambda: client(stub, release, github=f"me:{SECRETS['mirror']}@m"))
    om.close()
    transport.close()


def test_the_logs_of_the_libraries_below(
    release: Release,
    output: Output,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    query = (("passphrase", SECRETS["query of a request"]),)
    request = Request("GET", "/v1/x", query)
    garbage = f"no colon?token={SECRETS['broken header of a response']}"
    for data in (response(b"{}", garbage), b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"):
        with RawServer(data) as server:
            auth = identity(SECRETS["token"], None, None)
            settings = Settings(
                retries=1, backoff=0, headers=(("Cookie", SECRETS["header Cookie"]),)
            )
            transport = Transport(f"{server.host}/api", settings, auth)
            if data.endswith(b"{}") and b"colon" in data:
                transport.send(request)
            else:
                output.error("a broken connection", lambda: transport.send(request))  # noqa: B023
            transport.close()
        assert SECRETS["query of a request"] in server.requests[0].decode()
    output.add("printed", *capsys.readouterr())


def test_proxies(release: Release, output: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    for status in ("407 Proxy Authentication Required", "502 Bad Gateway"):
        with RawServer(response(b"oh", status=status)) as proxy:
            url = f"http://me:{SECRETS['password of a proxy']}@127.0.0.1:{proxy.port}"
            for name in ("HTTP_PROXY", "HTTPS_PROXY"):
                monkeypatch.setenv(name, url)
            for host in ("http://server.example", "https://server.example"):
                om = dynclient.connect(host, token=SECRETS["token"], release=release, retries=0)
                output.error(f"proxy of {host}", lambda: om.tables["a.b.c.d"])  # noqa: B023
                output.value("client of a proxy", om)
                om.close()
        for host in ("http://server.example", "https://server.example"):
            om = dynclient.connect(host, token=SECRETS["token"], release=release, retries=0)
            output.error("closed proxy", lambda: om.tables["a.b.c.d"])  # noqa: B023
            om.close()


REDIRECTS = (
    f"http://me:{SECRETS['user of a redirect']}@elsewhere.example/x",
    f"http://elsewhere.example/x?access_token={SECRETS['query of a redirect']}",
    f"http://elsewhere.example/x#access_token={SECRETS['fragment of a redirect']}",
    f"http://[{SECRETS['fragment of a redirect']}",
)


@pytest.mark.parametrize("number", range(len(REDIRECTS)))
def test_redirects(stub: Stub, release: Release, output: Output, number: int) -> None:
    stub.default = lambda seen: Reply(302, b"", (("Location", REDIRECTS[number]),))
    om = client(stub, release)
    output.error("redirect", lambda: om.tables["a.b.c.d"])
    om.close()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 500])
def test_servers_that_repeat_secrets(
    stub: Stub, release: Release, output: Output, status: int
) -> None:
    def echo(seen: Any) -> Reply:
        text = f"{seen.headers} {seen.path} {seen.body.decode()} {jwt('response JWT')}"
        text += f" at https://me:{SECRETS['URL of a response']}@h/ \x1b[31m"
        return Reply(status, {"code": status, "message": text, "token": SECRETS["echoed token"]})

    stub.default = echo
    headers = {"X-Api-Key": SECRETS["echoed header"]}
    hooks = Hooks(on_response=lambda *values: output.add("hook", *map(repr, values)))
    om = client(stub, release, token=SECRETS["echoed token"], headers=headers, hooks=hooks)
    config = {"type": "Mysql", "username": "r", "hostPort": "h:1"}
    config["authType"] = {"password": SECRETS["echoed body"]}  # type: ignore[assignment]
    output.error(
        "echo",
        lambda: om.database_services.create(
            name="s", serviceType="Mysql", connection={"config": config}
        ),
    )
    assert stub.seen
    assert "\x1b" not in "".join(text for where, text in output.parts if "error of" in where)
    om.close()


def test_invalid_requests(stub: Stub, release: Release, output: Output) -> None:
    om = client(stub, release)
    url = f"mysql://me:{SECRETS['invalid URL']}@h"
    output.error(
        "create",
        lambda: om.tables.create(name=[1], databaseSchema="a.b.c", columns=jwt("invalid JWT")),
    )
    output.error("URL", lambda: om.tables.create(name="t", databaseSchema="a.b.c", columns=url))
    secret = SECRETS["invalid value at a secret place"]
    config = {"type": "Mysql", "username": 5, "hostPort": "h:1", "authType": {"password": [secret]}}
    output.error(
        "service",
        lambda: om.database_services.create(
            name="s", serviceType="Mysql", connection={"config": config}
        ),
    )
    output.error("unknown", lambda: om.tables.list(apiKey=SECRETS["misspelt field"]))
    output.error("field", lambda: om.types.Table(passwrod=SECRETS["misspelt field"]))
    assert all(seen.method == "GET" for seen in stub.seen)
    om.close()


def test_the_command_line(
    stub: Stub, release: Release, output: Output, capsys: pytest.CaptureFixture[str]
) -> None:
    stub.default = lambda seen: Reply(401, {"message": f"no {seen.headers['Authorization']}"})
    for arguments in (["--json"], []):
        cli.main(
            ["doctor", stub.host, "--release", "starter", "--token", SECRETS["token"], *arguments]
        )
        output.add("doctor", *capsys.readouterr())
    assert json.dumps(SECRETS["token"]) not in str(output.parts)
