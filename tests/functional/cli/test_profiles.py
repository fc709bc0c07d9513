"""Sign in, list, check and use profiles, as processes and in a pseudo-terminal."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import keyring
import pytest

import dynclient
from dynclient.cli import login_command
from dynclient.client.client import Client
from dynclient.config.config_file import find_profile, read_config
from dynclient.transport.request import Request
from tests.support.command_line import run as run_here
from tests.support.config import KEYRING, SECRET, FileKeyring, write_config
from tests.support.external_server import only_on_sandbox
from tests.support.sandbox_processes import PATIENCE, environment
from tests.support.servers import Server
from tests.support.stub import Reply, Seen, Stub
from tests.support.terminals import in_terminal
from tests.support.trees import ALL_RELEASES, TREES, release_named

NEWEST = ALL_RELEASES[-1]
PASSWORD = "Long-enough-1"
Variables = dict[str, str]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "dynclient", *arguments]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration file and the keyring of the test, neither of which exists yet."""
    monkeypatch.setenv("DYNCLIENT_CONFIG", str(tmp_path / "config" / "config.toml"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.support.config.FileKeyring")
    monkeypatch.setenv(KEYRING, str(tmp_path / "keyring.json"))
    monkeypatch.setattr(keyring.core, "_keyring_backend", FileKeyring())
    return tmp_path / "config" / "config.toml"


@pytest.fixture
def variables(path: Path) -> Variables:
    return environment()


@pytest.fixture
def ada(each: Client) -> Iterator[str]:
    """The e-mail address of a user of each release, with a password."""
    yield from user_of(each)


@pytest.fixture
def newest_ada(om: Client) -> Iterator[str]:
    """The e-mail address of a user of the newest release, with a password."""
    yield from user_of(om)


def user_of(om: Client) -> Iterator[str]:
    name = f"ada-{uuid4().hex[:8]}"
    user = om.users.create(
        name=name, email=f"{name}@example.com", isBot=False, password=PASSWORD,
        createPasswordType="ADMIN_CREATE", confirmPassword=PASSWORD,
    )  # fmt: skip
    yield str(user.email)
    om.users.delete(user, hard=True)


def stored() -> dict[str, str]:
    return json.loads(Path(os.environ[KEYRING]).read_text("utf-8"))


def in_pipe(
    words: list[str], variables: Variables, text: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, input=text, env=variables, capture_output=True, check=False, text=True,
        timeout=PATIENCE,
    )  # fmt: skip


# -- signing in ------------------------------------------------------------------------------------


with_personal_tokens = pytest.mark.skipif(
    "auth/createPersonalToken.json" not in release_named(NEWEST).paths,
    reason=f"{NEWEST} has no personal access tokens",
)


@only_on_sandbox("creates a user with a password")
@with_personal_tokens
def test_a_person_signs_in_at_a_terminal_and_uses_the_profile(
    variables: Variables,
    path: Path,
    newest_ada: str,
    server: Server,
    capsys: pytest.CaptureFixture[str],
) -> None:
    host = server(NEWEST).host.removesuffix("/api")
    code, output = in_terminal(
        command("login", "--profile", "shop"), variables,
        ("Address of the server: ", f"{host}\n"),
        ("to enter a token): ", f"{newest_ada}\n"),
        (f"Password of {newest_ada}: ", f"{PASSWORD}\n"),
    )  # fmt: skip
    name = newest_ada.partition("@")[0]
    assert code == 0, output
    assert f"profile 'shop': {name} at {host}, OpenMetadata " in output
    assert "the token is in the keyring entry dynclient/shop@127.0.0.1:" in output
    assert "and valid until 20" in output
    (token,) = stored().values()
    assert PASSWORD not in output + path.read_text() + token
    assert token not in output + path.read_text()
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.read_text().startswith("# Written by 'dynclient login'")

    release = str(TREES.get(NEWEST, NEWEST))
    words = ("whoami", "--profile", "shop", "--release", release, "--output", "json")
    code, out, err = run_here(capsys, *words)
    assert (code, err, json.loads(out)["name"]) == (0, "", name)
    code, out, err = run_here(capsys, "profiles", "--check", "--output", "json")
    assert (code, err) == (0, "")
    (row,) = json.loads(out)
    assert (row["name"], row["default"], row["user"], row["problem"]) == ("shop", True, name, "")
    assert row["credential"].startswith("token_keyring dynclient/shop@")
    assert token not in out

    code, out, err = run_here(capsys, "logout", "--profile", "shop")
    assert (code, err, stored()) == (0, "", {})
    assert "removed the token of profile 'shop' from the keyring entry dynclient/shop@" in out
    assert "token" not in path.read_text()
    assert find_profile("shop").host == host  # type: ignore[union-attr]
    assert run_here(capsys, "logout", "--profile", "shop") == (
        1, "", "dynclient: profile 'shop' has no token in the keyring or file\n"
    )  # fmt: skip


@only_on_sandbox("creates a user with a password")
def test_a_wrong_password_writes_nothing(
    variables: Variables, path: Path, newest_ada: str, server: Server
) -> None:
    words = command("login", "--host", server(NEWEST).host, "--username", newest_ada)
    code, output = in_terminal(words, variables, ("@example.com: ", f"{SECRET}\n"))
    assert code == 1
    assert f"the server refused the login of {newest_ada}" in output
    assert SECRET not in output
    assert not path.exists()
    assert not Path(os.environ[KEYRING]).exists()


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal at which the password is typed."""
    monkeypatch.setattr(login_command, "ask_secret", lambda question: PASSWORD)
    monkeypatch.setattr(sys, "stdin", TerminalText())


class TerminalText(StringIO):
    def isatty(self) -> bool:
        return True


@only_on_sandbox("creates a user with a password")
@pytest.mark.usefixtures("answers")
def test_a_login_creates_a_token_of_the_user(
    each: Client, ada: str, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run_here(
        capsys, "login", "--host", each.host, "--username", ada, "--days", "7"
    )
    if "auth/createPersonalToken.json" not in each.release.paths:
        assert (code, out) == (1, "")
        assert "does not create personal access tokens" in err
        assert not path.exists()
        return
    assert (code, err) == (0, "")
    assert f"profile 'default': {ada.partition('@')[0]} at {each.host}" in out
    (token,) = stored().values()
    with dynclient.connect() as om:
        (created,) = om.session.send(Request("GET", "/v1/users/security/token"))["data"]
    assert created["jwtToken"] == token
    assert created["tokenName"].startswith("dynclient default on ")


@only_on_sandbox("creates a user with a password")
@with_personal_tokens
@pytest.mark.usefixtures("answers")
def test_a_token_that_cannot_be_stored_is_revoked(
    om: Client,
    newest_ada: str,
    path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = f'# mine\n[profile.default]\nhost = "{om.host}" # the shop\nread_only = true\n'
    write_config(path.parent, text)
    created: list[str] = []

    def full(self: FileKeyring, service: str, username: str, password: str) -> None:
        created.append(password)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FileKeyring, "set_password", full)
    code, out, err = run_here(capsys, "login", "--username", newest_ada)
    assert (code, out) == (1, "")
    assert err == "dynclient: the keyring of the system cannot be used: OSError\n"
    assert path.read_text() == text
    with (
        dynclient.connect(om.host, token=created[0]) as client,
        pytest.raises(dynclient.Unauthorized),
    ):
        client.session.send(Request("GET", "/v1/users/loggedInUser"))


def test_a_token_from_standard_input(
    path: Path,
    each: Client,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    token = each.session.transport.auth.last.removeprefix("Bearer ")
    monkeypatch.setattr(sys, "stdin", StringIO(f"{token}\n"))
    words = ("login", "--profile", "bot", "--host", each.host, "--token-stdin")
    code, out, err = run_here(capsys, *words)
    assert (code, err) == (0, "")
    assert out.startswith(f"profile 'bot': admin at {each.host}, OpenMetadata ")
    assert list(stored().values()) == [token]
    assert token not in out + path.read_text()
    with dynclient.connect(profile="bot") as om:
        me = om.session.send(Request("GET", "/v1/users/loggedInUser"))
    assert me["name"] == "admin"


def test_a_new_login_replaces_the_token_and_a_failure_keeps_it(
    path: Path,
    om: Client,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    token = om.session.transport.auth.last.removeprefix("Bearer ")
    write_config(path.parent, """
        [profile.default]
        host = "http://old.example.com"
        token_keyring = "dynclient/default@old.example.com"
        [profile.other]
        host = "http://other.example.com"
        token_keyring = "mine/other"
    """)  # fmt: skip
    backend = FileKeyring()
    backend.set_password("dynclient", "default@old.example.com", "t0")
    backend.set_password("mine", "other", "t1")

    def log_in(*options: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", StringIO(token))
        return run_here(capsys, "login", "--host", om.host, "--token-stdin", *options)

    assert log_in()[0] == 0
    (own,) = (name for name in stored() if "default" in name)
    assert stored() == {"mine other": "t1", own: token}
    assert "old.example.com" not in path.read_text()

    backend.set_password(*own.split(" ", 1), "t2")
    text = path.read_text()
    with monkeypatch.context() as patch:
        patch.setattr("dynclient.config.config_edit.os.fsync", full_disk)
        assert log_in() == (1, "", f"dynclient: No space left on device: {str(path)!r}\n")
    assert stored() == {"mine other": "t1", own: "t2"}
    assert path.read_text() == text

    assert log_in("--profile", "other", "--store", "file")[0] == 0
    assert stored()["mine other"] == "t1"  # this package did not write it
    assert log_in("--store", "file")[0] == 0
    assert list(stored()) == ["mine other"]


def full_disk(*_: Any) -> None:
    raise OSError(28, "No space left on device")


def test_a_token_in_the_file_is_private_and_warned_of(
    variables: Variables, path: Path, om: Client
) -> None:
    token = om.session.transport.auth.last.removeprefix("Bearer ")
    words = command("login", "--host", om.host, "--token-stdin", "--store", "file")
    done = in_pipe(words, variables, token)
    assert (done.returncode, done.stderr) == (0, "")
    assert token not in done.stdout
    assert f"the token is in {path}" in done.stdout
    assert not Path(os.environ[KEYRING]).exists()
    assert f'token = "{token}"' in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    done = in_pipe(command("profiles", "--check"), variables)
    assert done.returncode == 0
    assert "the token of profile 'default' is in clear in" in done.stderr
    assert token not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("options", "text", "message"),
    [
        ((), "", "--host is required without a terminal"),
        (("--host", "http://127.0.0.1:1"), "", "--username or --token-stdin is required without"),
        (("--host", "http://127.0.0.1:1", "--username", "a@b.c"), "", "asked at a terminal; use"),
        (("--host", "http://127.0.0.1:1", "--token-stdin"), " \n", "the token is empty"),
        (("--host", "127.0.0.1", "--token-stdin"), "t", "host= must begin with https:// or http"),
        (("--host", "http://127.0.0.1:1", "--token-stdin"), SECRET, "could not connect to http"),
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_said(
    options: tuple[str, ...],
    text: str,
    message: str,
    path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO(text))
    code, out, err = run_here(capsys, "login", *options)
    assert (code, out) == (1, "")
    assert message in err
    assert SECRET not in err
    assert not path.exists()


def test_without_a_keyring_nothing_is_asked(
    variables: Variables, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = command("login", "--host", "http://127.0.0.1:1", "--token-stdin")
    backend = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    done = in_pipe(words, {**variables, **backend}, SECRET)
    assert done.returncode == 1
    assert done.stderr == (
        "dynclient: the keyring of the system cannot be used: no keyring is installed or unlocked;"
        " --store file keeps the token in the configuration file\n"
    )


def test_two_logins_at_once_lose_no_profile(variables: Variables, path: Path, om: Client) -> None:
    token = om.session.transport.auth.last.removeprefix("Bearer ")

    def sign_in(name: str) -> int:
        words = command(
            "login", "--profile", name, "--host", om.host, "--token-stdin", "--store", "file"
        )
        return in_pipe(words, variables, token).returncode

    names = [f"p{number}" for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(sign_in, names)) == [0] * 4
    config = read_config()
    assert config is not None
    assert sorted(config.profiles) == names
    assert config.default in names
    assert [each.name for each in path.parent.iterdir()] == ["config.toml"]


# -- listing and using -----------------------------------------------------------------------------

LISTED = """
default_profile = "prod"
[profile.prod]
host = "{host}"
token_command = {token}
read_only = true
[profile.old]
host = "{host}"
token = "open-sesame-of-the-shop"
[profile.broken]
host = "prod"
retries = "three"
token_command = "op read op://open-sesame-of-the-shop"
[profile.away]
host = "http://127.0.0.1:1"
username = "ada@example.com"
password_keyring = "om/ada"
"""


def version_and_user(seen: Seen) -> Reply:
    if seen.headers.get("Authorization") != "Bearer t1":
        return Reply(401, {"code": 401, "message": "Token not present"})
    return Reply(200, {"version": "1.13.0", "name": "ada"})


def test_profiles_are_listed_and_checked_without_secrets(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printing = json.dumps([sys.executable, "-c", "print('t1')"])
    with Stub() as stub:
        stub.default = version_and_user
        write_config(path.parent, LISTED.format(host=stub.host, token=printing))
        code, out, err = run_here(capsys, "profiles", "--output", "json")
        assert (code, err, stub.seen) == (0, "", [])
        rows = {row["name"]: row for row in json.loads(out)}
        assert list(rows) == ["prod", "old", "broken", "away"]
        assert rows["prod"] == {
            "name": "prod", "default": True, "host": stub.host, "read_only": True, "problem": "",
            "credential": f"token_command {sys.executable}",
        }  # fmt: skip
        assert rows["broken"]["problem"] == (
            "profile.broken.host: must begin with https:// or http://, not 'prod'; did you mean"
            " 'http://prod' or 'https://prod'?; profile.broken.retries: must be an integer, 0 or"
            " more, not 'three'"
        )
        assert rows["broken"]["credential"] == "token_command op"
        assert rows["away"]["credential"] == (
            "username ada@example.com with password_keyring om/ada"
        )
        code, table, _ = run_here(capsys, "profiles")
        assert code == 0
        assert ["prod", "true", stub.host] in [line.split()[:3] for line in table.splitlines()]
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            code, checked, err = run_here(capsys, "profiles", "--check", "--output", "json")
    assert code == 3
    rows = {row["name"]: row for row in json.loads(checked)}
    assert (rows["prod"]["version"], rows["prod"]["user"]) == ("1.13.0", "ada")
    assert rows["prod"]["problem"] == ""
    assert "Token not present" in rows["old"]["problem"]
    assert "is not valid; profile.broken.host" in rows["broken"]["problem"]
    assert "the keyring has no entry 'om/ada'" in rows["away"]["problem"]
    assert "the token of profile 'old' is in clear" in err
    assert SECRET not in out + table + checked + err


def test_no_profiles(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_here(capsys, "profiles", "--output", "json") == (0, "[]\n", "")
    code, out, _ = run_here(capsys, "profiles")
    assert (code, out) == (0, f"no profiles in {path}; 'dynclient login' creates one\n")


def test_a_missing_profile_is_an_error_of_every_command(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_config(path.parent, '[profile.prod]\nhost = "http://127.0.0.1:1"\n')
    for words in (["whoami"], ["get", "table", "a.b"], ["doctor"], ["logout"]):
        code, out, err = run_here(capsys, *words, "--profile", "prd")
        assert (code, out) == (1, "")
        assert "has no profile 'prd'; did you mean prod?; it has prod" in err
    code, _, err = run_here(capsys, "whoami", "--profile", "prd", "--output", "json")
    assert (code, json.loads(err)["error"]) == (1, "UnknownProfile")


def test_names_of_profiles_complete(path: Path) -> None:
    from dynclient.cli.candidates import candidates

    def found(text: str) -> list[str]:
        return [each.text for each in candidates(["whoami", "--profile"], text)]

    assert found("") == []
    write_config(path.parent, LISTED.format(host="http://x", token='"op"'))
    assert found("p") == ["prod"]
    assert sorted(found("")) == ["away", "broken", "old", "prod"]
    path.write_text("[")
    assert found("") == []


def test_the_end_of_the_input_is_an_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    import getpass

    def end(*_: Any, **__: Any) -> str:
        raise EOFError

    monkeypatch.setattr(getpass, "getpass", end)
    monkeypatch.setattr(sys, "stdin", TerminalText())
    code, out, err = run_here(capsys, "login", "--host", "http://127.0.0.1:1")
    assert (code, out) == (1, "")
    assert err.endswith("dynclient: Token: the input ended\n")
    assert not path.exists()


def test_every_command_that_takes_a_host_takes_a_profile() -> None:
    import typer

    from dynclient.cli.app import app

    commands: Any = typer.main.get_command(app)
    options = {
        name: {option for each in found.params for option in each.opts}
        for name, found in commands.commands.items()
    }
    with_host = [name for name, found in options.items() if "--host" in found]
    assert len(with_host) > 15
    assert not [name for name in with_host if "--profile" not in options[name]]


def test_the_password_of_a_profile_is_asked_at_the_terminal(
    variables: Variables, path: Path
) -> None:
    def login(seen: Seen) -> Reply:
        is_right = seen.json["password"] == "c2VzYW1l"
        return Reply(200, {"accessToken": "t1"}) if is_right else Reply(401, {"message": "no"})

    with Stub() as stub:
        stub.default = version_and_user
        stub.routes["/api/v1/users/login"] = login
        write_config(path.parent, f"""
            [profile.prod]
            host = "{stub.host}"
            username = "ada@example.com"
            release = "starter"
        """)  # fmt: skip
        words = command("call", "GET /v1/users/loggedInUser", "--profile", "prod")
        code, output = in_terminal(words, variables, ("Password of ada@example.com: ", "sesame\n"))
        assert code == 0, output
        assert '"name": "ada"' in output
        assert "sesame" not in output
        done = in_pipe(words, variables)
    assert done.returncode == 1
    assert "profile.prod.username has no password" in done.stderr


# -- doctor ----------------------------------------------------------------------------------------


def test_doctor_says_where_each_setting_comes_from(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_config(path.parent, f"""
        [profile.prod]
        host = "http://127.0.0.1:1"
        token_command = ["op", "{SECRET}"]
        headers = {{"X-Api-Key" = "{SECRET}", "X-Tenant" = "shop"}}
        github = "https://me:{SECRET}@mirror.example.com"
        retries = 0
        timeout = inf
    """)  # fmt: skip
    monkeypatch.setenv("OPENMETADATA_PROFILE", "prod")
    monkeypatch.setenv("DYNCLIENT_UNREAD", "none")
    code, out, err = run_here(capsys, "doctor", "--release", "starter")
    assert code == 1
    assert "profile.prod.token_command: the command 'op' cannot be run" in err
    lines = [line.split(maxsplit=1) for line in out.splitlines()]
    assert lines[0][0] == "setting"
    found = {name: rest.rsplit("  ", 1) for name, rest in lines[1:]}
    values = {name: (value[0].strip(), value[-1].strip()) for name, value in found.items()}
    assert values["profile"] == ("prod", "OPENMETADATA_PROFILE")
    assert values["host"] == ("http://127.0.0.1:1", "profile 'prod'")
    assert values["credential"] == ("token from profile.prod.token_command", "profile 'prod'")
    assert values["release"] == ("starter", "argument")
    assert values["unread"] == ("none", "DYNCLIENT_UNREAD")
    assert values["retries"] == ("0", "profile 'prod'")
    assert values["timeout"] == ("None", "profile 'prod'")
    assert values["headers"] == ("X-Api-Key: **********, X-Tenant: shop", "profile 'prod'")
    assert values["page_size"] == ("100", "default")
    assert set(dynclient.Settings._fields) <= set(values)
    assert SECRET not in out + err
