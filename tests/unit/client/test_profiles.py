"""Where each value of a connection comes from: arguments, profiles, the environment, defaults."""

from __future__ import annotations

import json
import os
import pickle
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient.client.connect import configure, profile_problems
from dynclient.config.config_file import find_profile
from dynclient.errors import (
    ConfigInvalid,
    CredentialUnavailable,
    InsecureWarning,
    Unauthorized,
    UnknownProfile,
    UsageError,
)
from dynclient.session.release_choice import Sources
from tests.support.config import SECRET, write_config
from tests.support.stub import Reply, Seen, Stub

CONFIG = """
default_profile = "prod"
[profile.prod]
host = "https://prod.example.com"
token_command = "print-a-token"
timeout = 10
drift = "warn"
github = "https://mirror.example.com"
[profile.dev]
host = "http://dev.example.com"
unread = "error"
[profile.settings]
drift = "error"
"""


@pytest.fixture(autouse=True)
def file(tmp_path: Path) -> Path:
    return write_config(tmp_path / "config", CONFIG)


def found(*arguments: Any, **keywords: Any) -> tuple[str, str]:
    """Return the host and the authentication of a configuration."""
    configuration = configure(*arguments, **keywords)
    return configuration.base.removesuffix("/api"), repr(configuration.auth)


PROD = ("https://prod.example.com", "token from profile.prod.token_command")
DEV = ("http://dev.example.com", "no authentication")
TOKEN = "token **********"


def test_the_default_profile_is_for_those_who_name_no_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert found() == PROD
    assert found("http://x") == ("http://x", "no authentication")
    monkeypatch.setenv("OPENMETADATA_HOST", "http://y")
    assert found() == ("http://y", "no authentication")
    assert configure().profile is None


def test_a_named_profile_comes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENMETADATA_HOST", "http://y")
    monkeypatch.setenv("OPENMETADATA_TOKEN", SECRET)
    monkeypatch.setenv("OPENMETADATA_PROFILE", "no-such-profile")
    monkeypatch.setenv("DYNCLIENT_TIMEOUT", "20")
    monkeypatch.setenv("DYNCLIENT_UNREAD", "none")
    assert found(profile="prod") == PROD
    assert configure(profile="prod").settings.timeout == 10
    assert configure(profile="prod").settings.unread == "none"  # the profile does not say
    # The token of the environment is for the host of the environment.
    assert found(profile="dev") == DEV
    monkeypatch.setenv("OPENMETADATA_HOST", "http://dev.example.com/api")
    assert found(profile="dev") == (DEV[0], TOKEN)
    monkeypatch.delenv("OPENMETADATA_HOST")
    assert found(profile="dev") == (DEV[0], TOKEN)


def test_the_environment_comes_before_a_profile_that_no_argument_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENMETADATA_TOKEN", SECRET)
    monkeypatch.setenv("DYNCLIENT_TIMEOUT", "20")
    monkeypatch.setenv("DYNCLIENT_GITHUB", "https://other.example.com")
    configuration = configure()
    assert (configuration.base, repr(configuration.auth)) == (f"{PROD[0]}/api", TOKEN)
    settings = configuration.settings
    assert (settings.timeout, settings.github, settings.drift) == (20, "", "warn")
    assert configuration.origins["token"] == "OPENMETADATA_TOKEN"
    assert configuration.origins["timeout"] == "DYNCLIENT_TIMEOUT"
    assert configuration.origins["drift"] == configuration.origins["host"] == "profile 'prod'"
    monkeypatch.setenv("OPENMETADATA_PROFILE", "dev")
    assert found() == (DEV[0], TOKEN)
    assert configure().origins["profile"] == "OPENMETADATA_PROFILE"


def test_arguments_come_first() -> None:
    configuration = configure(
        profile="prod", token=SECRET, settings={"drift": "error", "timeout": None}
    )
    assert repr(configuration.auth) == TOKEN
    assert (configuration.settings.drift, configuration.settings.timeout) == ("error", None)
    assert configuration.settings.github == "https://mirror.example.com"
    origins = configuration.origins
    assert origins["drift"] == origins["token"] == origins["timeout"] == "argument"
    assert origins["github"] == "profile 'prod'"
    assert "retries" not in origins


def test_a_credential_is_for_the_server_of_its_profile() -> None:
    with pytest.raises(UsageError) as caught:
        configure("http://x", profile="prod")
    assert str(caught.value) == (
        "host= is http://x/api, but the credential of profile 'prod' is for"
        " https://prod.example.com/api and is sent there only; pass token= as well, or leave out"
        " host="
    )
    assert found("http://x", profile="prod", token=SECRET) == ("http://x", TOKEN)
    assert found("https://prod.example.com/api/v1", profile="prod") == PROD
    assert found("http://x", profile="dev") == ("http://x", "no authentication")


def test_an_environment_that_names_two_servers_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENMETADATA_PROFILE", "prod")
    monkeypatch.setenv("OPENMETADATA_HOST", "https://prod.example.com/")
    assert found() == PROD
    monkeypatch.setenv("OPENMETADATA_HOST", "http://y")
    with pytest.raises(UsageError, match="names the profile 'prod', whose host is https://prod"):
        configure()
    assert found("http://x") == ("http://x", "no authentication")
    assert found(profile="dev") == DEV
    monkeypatch.setenv("OPENMETADATA_PROFILE", "settings")  # has no host
    assert found() == ("http://y", "no authentication")
    assert configure().settings.drift == "error"


def test_a_missing_host_names_the_profiles(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match=r"host= is missing; .*, or add host to profile 'settings'"
    ):
        configure(profile="settings")
    write_config(tmp_path / "config", CONFIG.replace("default_profile", "# default_profile"))
    with pytest.raises(UsageError, match=r"or pass profile=: .* has 'prod', 'dev', 'settings'$"):
        configure()
    write_config(tmp_path / "config", "")
    with pytest.raises(UsageError, match=r"or set OPENMETADATA_HOST$"):
        configure()


def test_a_profile_is_validated_as_a_whole(tmp_path: Path) -> None:
    write_config(tmp_path / "config", """
        [profile.prod]
        host = "prod"
        drft = "warn"
        retries = "three"
        timeout = [5, 60]
        verify = "ca.pem"
        read_timeout = nan
        headers = {"X-Key" = 3}
        [profile.good]
        host = "http://x"
    """)  # fmt: skip
    with pytest.raises(ConfigInvalid) as caught:
        dynclient.connect(profile="prod")
    lines = str(caught.value).splitlines()
    assert lines[0].endswith(" is not valid")
    assert [line.strip().partition(":")[0] for line in lines[1:]] == [
        f"profile.prod.{key}"
        for key in ("drft", "host", "retries", "timeout", "verify", "read_timeout", "headers")
    ]
    profile = find_profile("prod")
    assert profile is not None
    assert list(map(str, profile_problems(profile))) == list(map(str, caught.value.problems))
    assert found(profile="good") == ("http://x", "no authentication")


def test_release_and_source_come_together(tmp_path: Path) -> None:
    text = '[profile.prod]\nhost = "http://x"\nrelease = "starter"\n'
    write_config(tmp_path / "config", text)
    with dynclient.connect(profile="prod") as om:
        assert om.release.name == "starter"
    write_config(tmp_path / "config", f'{text}source = ["cache", "nearest"]\n')
    assert configure(profile="prod").source == ["cache", "nearest"]
    assert configure(profile="prod").origins["source"] == "profile 'prod'"
    given = configure(profile="prod", release="1.13.0")
    assert (given.release, given.source) == ("1.13.0", None)
    sources = dynclient.connect(profile="prod").session._sources
    assert isinstance(sources, Sources)
    assert sources.steps == ("cache", "nearest")


def test_settings_of_a_profile_reach_the_client(tmp_path: Path) -> None:
    with Stub() as stub:
        stub.default = Reply(200, {"version": "1.13.0"})
        write_config(tmp_path / "config", f"""
            [profile.prod]
            host = "{stub.host}"
            page_size = 7
            timeout = 5
            headers = {{"X-Api-Key" = "{SECRET}", "X-Tenant" = "shop"}}
        """)  # fmt: skip
        with dynclient.connect(profile="prod") as om:
            assert om.version == "1.13.0"
            assert om.settings.page_size == 7
            assert SECRET not in f"{om.settings!r} {om!r} {configure(profile='prod')!r}"
        assert stub.seen[0].headers["X-Api-Key"] == SECRET
        assert stub.seen[0].headers["X-Tenant"] == "shop"


def test_a_secret_in_the_file_gives_a_warning(tmp_path: Path) -> None:
    text = '[profile.prod]\nhost = "http://x"\n'
    write_config(tmp_path / "config", f'{text}token = "{SECRET}"\n')
    with pytest.warns(InsecureWarning, match="the token of profile 'prod' is in clear in") as seen:
        configure(profile="prod")
    assert SECRET not in str(seen[0].message)
    configure(profile="prod", token="t")  # it is not used
    write_config(tmp_path / "config", f'{text}username = "ada"\npassword = "{SECRET}"\n')
    with pytest.warns(InsecureWarning, match="the password of profile 'prod' is in clear in"):
        configure(profile="prod")
    assert found(profile="prod", password="p") == ("http://x", "user ada")


def test_the_password_of_a_user_may_be_an_argument(tmp_path: Path) -> None:
    write_config(tmp_path / "config", '[profile.prod]\nhost = "http://x"\nusername = "ada"\n')
    with pytest.raises(CredentialUnavailable, match=r"profile\.prod\.username has no password"):
        configure(profile="prod")
    assert found(profile="prod", password="p") == ("http://x", "user ada")
    with pytest.raises(UsageError, match="password= requires username= as well"):
        configure("http://x", password="p")


def frames(error: BaseException | None) -> Iterator[str]:
    """Yield the variables of each frame of an error and of its causes, this module's aside."""
    while error is not None:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if frame.f_code.co_filename != __file__:
                yield repr(frame.f_locals)
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("is_shown", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        f'host = "http://x"\ntoken = "{SECRET}"\nretries = -1',
        f'host = "http://x"\ntoken = "{SECRET}"\n[',
        f'host = "http://x"\ntoken = "{SECRET}\\nx"',
        f'host = "http://x"\ntoken_command = ["no-such-program-here", "{SECRET}"]\nretries = -1',
        f'host = "http://x"\nheaders = {{"X-Api-Key" = "{SECRET}\\n"}}',
    ],
)
def test_no_frame_of_an_error_has_a_secret(
    text: str, is_shown: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_shown:
        monkeypatch.setenv("DYNCLIENT_TRACEBACK", "1")
    write_config(tmp_path / "config", f"[profile.prod]\n{text}\n")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(dynclient.DynclientError) as caught:
            dynclient.connect(profile="prod")
    assert SECRET not in f"{caught.value} {caught.value.parts}"
    found = list(frames(caught.value))
    assert found
    assert not [each for each in found if SECRET in each]


def test_an_unknown_profile_sends_nothing() -> None:
    with pytest.raises(UnknownProfile, match="no profile 'prd'; did you mean prod"):
        dynclient.connect(profile="prd")


class Tokens:
    """A server that accepts one token at a time, and a command that prints the current one."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "token"
        self.runs = folder / "runs"
        self.current = "t1"
        self.issue("t1")
        code = (
            f"import pathlib; r = pathlib.Path({str(self.runs)!r}); r.open('a').write('x');"
            f" print(pathlib.Path({str(self.file)!r}).read_text())"
        )
        self.command = json.dumps([sys.executable, "-c", code])

    def issue(self, token: str) -> None:
        self.current = token
        self.file.write_text(token)

    def count(self) -> int:
        return len(self.runs.read_text())

    def __call__(self, seen: Seen) -> Reply:
        if seen.headers.get("Authorization") == f"Bearer {self.current}":
            return Reply(200, {"version": "1.13.0"})
        return Reply(401, {"code": 401, "message": "Expired token!"})


def test_a_command_runs_once_and_again_after_a_401(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path)
    with Stub() as stub:
        stub.default = tokens
        write_config(tmp_path / "config", f"""
            [profile.prod]
            host = "{stub.host}"
            token_command = {tokens.command}
        """)  # fmt: skip
        om = dynclient.connect(profile="prod")
        assert not tokens.runs.exists()  # nothing runs before it is needed
        assert om.session.server.request_build().version == "1.13.0"
        om.session.server.request_build()
        assert tokens.count() == 1
        tokens.issue("t2")
        om.session.server.request_build()
        assert tokens.count() == 2
        headers = [seen.headers["Authorization"] for seen in stub.seen]
        assert headers == ["Bearer t1", "Bearer t1", "Bearer t1", "Bearer t2"]

        threads = [threading.Thread(target=om.session.server.request_build) for _ in range(4)]
        tokens.issue("t3")
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert tokens.count() == 3  # one thread reads it for all

        again = pickle.loads(pickle.dumps(om.session.transport.auth))
        assert "t3" not in repr(vars(again))
        assert again.header(lambda request: None, "") == "Bearer t3"

        tokens.current = "t4"  # the command still prints t3: the request is not repeated
        before = len(stub.seen)
        with pytest.raises(Unauthorized) as caught:
            om.session.server.request_build()
        assert len(stub.seen) == before + 1
        assert "is from profile.prod.token_command" in str(caught.value)
        assert "Correct the profile, or sign in again with 'dynclient login'." in str(caught.value)
        om.close()


def test_a_command_that_fails_ends_a_call_before_it_is_sent(tmp_path: Path) -> None:
    with Stub() as stub:
        command = json.dumps([sys.executable, "-c", f"print('{SECRET}'); raise SystemExit(3)"])
        write_config(tmp_path / "config", f"""
            [profile.prod]
            host = "{stub.host}"
            token_command = {command}
        """)  # fmt: skip
        with dynclient.connect(profile="prod") as om:
            with pytest.raises(CredentialUnavailable, match="ended with exit code 3") as caught:
                om.session.server.request_build()
            printed = "".join(traceback.format_exception(caught.value))
            assert SECRET not in printed.replace(f"print('{SECRET}')", "")
        assert not stub.seen


def test_a_password_is_read_for_each_login(tmp_path: Path) -> None:
    def login(seen: Seen) -> Reply:
        assert seen.json == {"email": "ada@example.com", "password": "cGFzcw=="}
        return Reply(200, {"accessToken": "session"})

    with Stub() as stub:
        stub.default = Reply(200, {"version": "1.13.0"})
        stub.routes["/api/v1/users/login"] = login
        command = json.dumps([sys.executable, "-c", "print('pass')"])
        write_config(tmp_path / "config", f"""
            [profile.prod]
            host = "{stub.host}"
            username = "ada@example.com"
            password_command = {command}
        """)  # fmt: skip
        with dynclient.connect(profile="prod") as om:
            om.session.server.request_build()
        assert stub.seen[-1].headers["Authorization"] == "Bearer session"


def test_nothing_is_imported_for_those_who_name_a_server(tmp_path: Path) -> None:
    import subprocess

    script = (
        "import sys, dynclient; dynclient.connect('http://x', token='t', release='starter');"
        "print(*(name for name in sys.modules if name == 'tomllib' or 'dynclient.config' in name"
        " or name in ('keyring', 'tomlkit', 'platformdirs', 'shlex')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True,
        env={**os.environ, "OPENMETADATA_PROFILE": "prod"},
    )  # fmt: skip
    assert done.stdout.split() == []
