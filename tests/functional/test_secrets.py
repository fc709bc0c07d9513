"""Secrets in every place they may come from, and everything that prints or stores: none is shown.

A new place is a line of ``PLACES`` and, unless it is a key of a map, a line where it is planted.
"""

from __future__ import annotations

import copy
import http.client
import io
import json
import logging
import os
import pickle
import subprocess
import sys
import traceback
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

import dynclient
from dynclient import cli, compat
from dynclient.hooks import Hooks
from dynclient.operations.operation import Operation, Plan
from dynclient.schema import Release
from dynclient.settings import Settings
from dynclient.transport.auth import identity
from dynclient.transport.http import Transport
from dynclient.transport.request import Request
from tests.support import sandbox_processes
from tests.support.external_server import only_on_sandbox
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
    *("parameter of a query", "header of a request", "value of a patch", "password of a login"),
    *("argument of a password", "token of a callable", "error of a callable", "drop-in's token"),
    *("drop-in's header", "drop-in's password", "token of a bot", "generated password"),
    *("payload of a check", "mirror of the command line", "sandbox's user", "sandbox's service"),
)
SECRETS = {place: f"hush{number:03}x" for number, place in enumerate(PLACES)}
"""One secret for each place; each is found by its number."""
ENCODED = {place: b64encode(secret.encode()).decode() for place, secret in SECRETS.items()}
"""The secrets as they are sent to log in."""


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

    def error(
        self,
        where: str,
        call: Callable[[], Any],
        kind: type[Exception] = dynclient.DynclientError,
    ) -> None:
        """Add all forms of the error that a call raises."""
        from rich.console import Console
        from rich.traceback import Traceback

        with pytest.raises(kind) as caught:
            call()
        error = caught.value
        self.value(f"error of {where}", error)
        self.add(f"parts of {where}", error.__dict__)
        self.add(f"traceback of {where}", *traceback.format_exception(error))
        self.add(f"locals in {where}", _with_locals(error))
        file = io.StringIO()
        shown = Traceback.from_exception(
            type(error),
            error,
            error.__traceback__,
            show_locals=True,
            locals_max_length=None,
            locals_max_string=None,
        )
        for stack in shown.trace.stacks:
            stack.frames = [frame for frame in stack.frames if frame.filename != __file__]
        Console(file=file, width=200).print(shown)
        self.add(f"rich traceback of {where}", file.getvalue())

    @property
    def leaks(self) -> list[str]:
        return sorted(
            {
                f"{place!r} in {where}"
                for where, text in self.parts
                for place, secret in SECRETS.items()
                if secret in text or ENCODED[place] in text
            }
        )


def _with_locals(error: BaseException) -> str:
    """A traceback with the variables of all frames but those of this module."""
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    pending: list[traceback.TracebackException | None] = [shown]
    while pending:
        part = pending.pop()
        if part is not None:
            for frame in part.stack:
                frame.locals = None if frame.filename == __file__ else frame.locals
            pending += [part.__cause__, part.__context__]
    return "".join(shown.format())


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
    records = caplog.get_records("call")  # its text has those of the present phase only
    found.add("log", *(f"{record.getMessage()} {record.__dict__!r}" for record in records))
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
        config = value.connection.config
        output.value(name, value)
        output.value(f"{name}'s connection", value.connection)
        output.value(f"{name}'s config", config)
        output.value(f"{name}'s arguments", config.connectionArguments)
        output.add(f"asdict of {name}", dynclient.asdict(value), dynclient.to_json(value))
        output.add(f"parts of {name}", dynclient.to_json(config.connectionArguments))
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


def test_the_command_line(stub: Stub, output: Output, capsys: pytest.CaptureFixture[str]) -> None:
    stub.default = lambda seen: Reply(401, {"message": f"no {seen.headers['Authorization']}"})
    for arguments in (["--json"], []):
        cli.main(
            ["doctor", stub.host, "--release", "starter", "--token", SECRETS["token"], *arguments]
        )
        output.add("doctor", *capsys.readouterr())
    assert json.dumps(SECRETS["token"]) not in str(output.parts)


# -- calls that fail in every way ------------------------------------------------------------------


def failing_calls(om: Any, release: Release) -> dict[str, Callable[[], Any]]:
    """Calls with a secret in every place of a request, all of them valid."""
    connection = {
        "config": {
            "type": "Mysql",
            "username": "r",
            "hostPort": "h:1",
            "authType": {"password": SECRETS["marked field"]},
            "connectionArguments": free("request"),
        }
    }
    create = om.types.CreateDatabaseServiceRequest(
        name="s", serviceType="Mysql", connection=connection
    )
    entity = dynclient.model.load(om.types.DatabaseService, service(release))
    entity.connection.config.authType.password = SECRETS["changed value"]
    patch = [
        {
            "op": "add",
            "path": "/connection/config/authType/password",
            "value": SECRETS["value of a patch"],
        }
    ]
    request = dynclient.transport.request.Request(
        "GET",
        "/v1/users",
        (("password", SECRETS["parameter of a query"]),),
        (("X-Api-Key", SECRETS["header of a request"]),),
    )
    identity = service(release)["id"]
    return {
        "create": lambda: om.database_services.create(
            name="s", serviceType="Mysql", connection=connection
        ),
        "create of a request": lambda: om.database_services.create(create),
        "upsert": lambda: om.create_or_update(create),
        "save": lambda: om.save(entity),
        "patch": lambda: om.database_services.patch(identity, patch),
        "send": lambda: om.send(request),
        "list": lambda: list(om.tables.list()),
        "length": lambda: len(om.tables),
    }


WAYS: dict[str, Any] = {
    "no connection": Reply(0),
    "refused": lambda seen: Reply(400, {"code": 400, "message": _echo(seen)}),
    "failed": lambda seen: Reply(500, {"code": 500, "message": _echo(seen)}),
    "not accepted": lambda seen: Reply(401, {"code": 401, "message": _echo(seen)}),
    "a page": lambda seen: Reply(
        502, f"<html>{_echo(seen)}</html>".encode(), (("Content-Type", "text/html"),)
    ),
    "another body": lambda seen: Reply(200, [_echo(seen)] if seen.method != "GET" else b"no"),
}
"""Replies that make a call fail, most of which repeat the request."""


def _echo(seen: Any) -> str:
    return f"{seen.headers} {unquote(seen.path)} {seen.body.decode()}"


@pytest.mark.parametrize("way", WAYS)
def test_calls_that_fail(stub: Stub, release: Release, output: Output, way: str) -> None:
    stub.default = WAYS[way]
    om = client(stub, release, token=SECRETS["token"], retries=0)
    for name, call in failing_calls(om, release).items():
        output.error(f"{name}, {way}", call)
    om.close()
    assert len(stub.seen) >= 8


def test_responses_that_are_not_valid(stub: Stub, release: Release, output: Output) -> None:
    invalid = {**service(release), "serviceType": 5}
    stub.default = lambda seen: Reply(200, invalid)
    om = client(stub, release, responses="strict")
    output.error("strict", lambda: om.database_services.get(invalid["id"]))
    om.close()


def test_errors_that_a_hook_gets(stub: Stub, release: Release, output: Output) -> None:
    found: list[Exception] = []

    def log(request: Any, error: Exception) -> None:
        output.add("error of a hook", _with_locals(error), repr(request))
        found.append(error)

    stub.default = WAYS["refused"]
    om = client(stub, release, retries=0, hooks=Hooks(on_error=log))
    for name, call in failing_calls(om, release).items():
        output.error(name, call)
    om.close()
    om = dynclient.connect(
        "http://127.0.0.1:9",
        token=SECRETS["token"],
        release=release,
        retries=0,
        hooks=Hooks(on_error=log),
    )
    for name, call in failing_calls(om, release).items():
        output.error(name, call)
    om.close()
    invalid = {**service(release), "serviceType": 5}
    stub.default = lambda seen: Reply(200, invalid)
    om = client(stub, release, responses="strict", hooks=Hooks(on_error=log))
    output.error("strict", lambda: om.database_services.get(invalid["id"]))
    om.close()
    assert len(found) >= 17


def test_functions_of_the_user_that_fail(stub: Stub, release: Release, output: Output) -> None:
    def fail(*values: Any) -> Any:
        raise ZeroDivisionError

    create = {"name": "u", "email": "ada@x.org", "password": SECRETS["argument of a password"]}
    for hooks in (Hooks(on_request=fail), Hooks(on_response=fail)):
        om = client(stub, release, hooks=hooks)
        output.error("hook", lambda om=om: om.users.create(**create), ZeroDivisionError)
        om.close()
    om = client(stub, release, token=fail)
    output.error("callable", lambda: om.users.create(**create), ZeroDivisionError)

    def token() -> str:
        return f"{SECRETS['token of a callable']}\n\n."

    om = client(stub, release, token=token)
    output.error("token of a callable", lambda: om.users.create(**create))


@pytest.mark.parametrize("status", [400, 401, 403, 500])
def test_logins_that_fail(stub: Stub, release: Release, output: Output, status: int) -> None:
    stub.default = lambda seen: Reply(status, {"code": status, "message": _echo(seen)})
    password = SECRETS["password of a login"]
    om = client(stub, release, token=None, username="ada", password=password, retries=0)
    output.error("login", lambda: om.tables.get("a.b.c.d"))
    output.value("client", om)
    assert ENCODED["password of a login"] in stub.seen[-1].body.decode()


@pytest.mark.parametrize("way", WAYS)
def test_the_drop_in(stub: Stub, release: Release, output: Output, way: str) -> None:
    from dynclient.compat.ometa.ometa_api import OpenMetadata

    stub.default = WAYS[way]
    config = {
        "hostPort": f"{stub.host}/api",
        "authProvider": "openmetadata",
        "securityConfig": {"jwtToken": SECRETS["drop-in's token"]},
        "extraHeaders": {"X-Api-Key": SECRETS["drop-in's header"]},
    }
    metadata = OpenMetadata(config, additional_client_config_arguments={"retry": 0})
    metadata.native.session.use_release(release)
    create = compat.entity_class(release, "api/services/createDatabaseService.json")
    body = create(
        name="s",
        serviceType="Mysql",
        connection={
            "config": {
                "type": "Mysql",
                "username": "r",
                "hostPort": "h:1",
                "authType": {"password": SECRETS["drop-in's password"]},
            }
        },
    )
    output.error("create_or_update", lambda: metadata.create_or_update(body))
    if way != "another body":  # requests by path return any body
        output.error("get", lambda: metadata.client.get("/users"))
        data = json.dumps({"password": SECRETS["drop-in's password"]})
        output.error("post", lambda: metadata.client.post("/users", data))
    output.value("drop-in", metadata)
    wrong = {**config, "apiVersion": "v2"}
    output.error("connection", lambda: OpenMetadata(wrong))
    wrong = {**config, "authProvider": "ldap", "verifySSL": "maybe"}
    output.error("connection", lambda: OpenMetadata(wrong))
    metadata.close()
    assert stub.seen


# -- what servers and commands return --------------------------------------------------------------


def test_tokens_and_passwords_that_operations_return(
    stub: Stub, release: Release, output: Output
) -> None:
    bot = {"JWTToken": SECRETS["token of a bot"], "JWTTokenExpiry": "7", "list": [{"token": "x"}]}
    stub.default = lambda seen: (
        Reply(200, SECRETS["generated password"].encode(), (("Content-Type", "text/plain"),))
        if "random" in seen.path
        else Reply(200, bot)
    )
    om = client(stub, release)
    request = dynclient.transport.request.Request("PUT", "/v1/users/generateToken/1", body=b"{}")
    result = om.send(request)
    output.value("token", result)
    assert result["JWTToken"].get_secret_value() == SECRETS["token of a bot"]
    assert json.loads(json.dumps(result)) == bot
    operation = Operation("generate_random_pwd", None, "GET", "/v1/users/random")
    for kind in ("any", "text"):
        text = om.send(om.session.prepare(Plan(operation._replace(result_kind=kind), {})))
        output.value("password", text)
        assert text.get_secret_value() == SECRETS["generated password"]
    om.close()


def test_commands(
    stub: Stub,
    output: Output,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secret = SECRETS["payload of a check"]
    payload = {
        "name": 5,
        "serviceType": "Mysql",
        "passwrod": secret,
        "connection": {"config": {"type": "Mysql", "authType": {"password": [secret]}}},
    }
    file = tmp_path / "payload.json"
    file.write_text(json.dumps(payload))
    mirror = f"http://me:{SECRETS['mirror of the command line']}@{stub.host[7:]}"
    monkeypatch.setenv("DYNCLIENT_GITHUB", mirror)
    commands = (
        ["schemas", "check", str(file), "--as", "CreateDatabaseService", "--releases", "starter"],
        ["schemas", "fetch", "9.9.9"],
        ["schemas", "list"],
        ["schemas", "verify"],
        ["schemas", "diff", "starter", "starter"],
        ["doctor", stub.host, "--token", SECRETS["token"]],
        ["doctor", f"http://me:{SECRETS['user of the host']}@h"],
    )
    for traceback_wanted in ("", "1"):
        monkeypatch.setenv("DYNCLIENT_TRACEBACK", traceback_wanted)
        for command in commands:
            for more in ([], ["--json"]):
                try:
                    cli.main([*command[:2], *more, *command[2:]] if more else command)
                except SystemExit:
                    pass
                except dynclient.DynclientError as error:
                    output.error(f"{command[0]} {command[1]}", _raising(error))
                output.add(f"{command[0]} {command[1]}", *capsys.readouterr())
    assert any(seen.headers.get("Authorization", "").startswith("Basic") for seen in stub.seen)


def _raising(error: Exception) -> Callable[[], Any]:
    def call() -> Any:
        raise error

    return call


@only_on_sandbox("the log of a sandbox is read")
def test_the_log_of_a_sandbox(output: Output, tmp_path: Path) -> None:
    log = tmp_path / "log"
    data = tmp_path / "data.sqlite"
    with (
        log.open("w") as file,
        sandbox_processes.launch("--data", data, stderr=file) as running,
    ):
        om = dynclient.connect(running.info["host"], token=running.info["admin_token"])
        om.session.use_release(release_named("starter"))
        password = SECRETS["sandbox's user"]
        user = om.users.create(name="u", email="ada@x.org", password=password, isBot=False)
        output.value("user", user)
        connection = {
            "config": {
                "type": "Mysql",
                "username": "r",
                "hostPort": "h:1",
                "authType": {"password": SECRETS["sandbox's service"]},
            }
        }
        made = om.database_services.create(name="s", serviceType="Mysql", connection=connection)
        output.value("service", made)
        om.close()
        for path in tmp_path.glob("data.sqlite*"):
            assert path.stat().st_mode & 0o077 == 0, path
    output.add("log of the sandbox", log.read_text())


DROP_IN = """
import os
from metadata.generated.schema.entity.services.connections.metadata.openMetadataConnection import (
    OpenMetadataConnection,
)
from metadata.ingestion.ometa.ometa_api import OpenMetadata

OpenMetadata(OpenMetadataConnection(
    hostPort="http://127.0.0.1:9/api",
    authProvider="openmetadata",
    securityConfig={"jwtToken": os.environ["HUSH"]},
)).client.post("/users", os.environ["HUSH"])
"""


@pytest.mark.parametrize("shown", ["", "1"])
def test_a_script_of_the_drop_in(output: Output, tmp_path: Path, shown: str) -> None:
    file = tmp_path / "script.py"
    file.write_text(DROP_IN)
    done = subprocess.run(
        [sys.executable, "-m", "dynclient", "run", file, "--release", "1.13.0"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HUSH": SECRETS["drop-in's token"], "DYNCLIENT_TRACEBACK": shown},
    )
    assert done.returncode == 1
    output.add("run", done.stdout, done.stderr)


SHOWN_BY_PYTEST = """
import os
import dynclient

def test_create():
    om = dynclient.connect("http://127.0.0.1:9", token=os.environ["HUSH"], release="starter",
                           retries=0)
    om.users.create(name="u", email="ada@x.org", password=os.environ["HUSH"])
"""


def test_pytest_with_local_variables(output: Output, tmp_path: Path) -> None:
    file = tmp_path / "test_shown.py"
    file.write_text(SHOWN_BY_PYTEST)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-l", "-p", "no:cacheprovider", "-c", os.devnull, file],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HUSH": SECRETS["argument of a password"], "DYNCLIENT_TRACEBACK": ""},
    )
    assert "ConnectFailed" in done.stdout
    output.add("pytest -l", done.stdout, done.stderr)
