"""The configuration file: any content yields profiles, or an error of this package."""

from __future__ import annotations

import os
import stat
import traceback
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.client.connect import chosen_profile, configure
from dynclient.config.config_file import find_profile, read_config
from dynclient.config.profile import CREDENTIALS, KEYS
from dynclient.errors import ConfigInvalid, DynclientError, UnknownProfile, UsageError
from tests.support.config import SECRET, write_config

TWO = """
[profile.prod]
host = "https://metadata.example.com"
[profile."my dev"]
host = "http://localhost:8585"
"""


def test_profiles_and_the_default(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    write_config(folder, TWO)
    config = read_config()
    assert config is not None
    assert list(config.profiles) == ["prod", "my dev"]
    assert config.default is None
    assert find_profile() is None
    assert find_profile("my dev").host == "http://localhost:8585"  # type: ignore[union-attr]
    write_config(folder, f"{TWO}[profile.default]\n")
    assert find_profile().name == "default"  # type: ignore[union-attr]
    write_config(folder, f'default_profile = "my dev"\n{TWO}[profile.default]\n')
    assert find_profile().name == "my dev"  # type: ignore[union-attr]
    assert repr(read_config()).endswith("with 3 profiles>")


def test_no_file_is_no_profile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for path in (os.devnull, tmp_path / "none.toml", tmp_path / "none" / "config.toml"):
        monkeypatch.setenv("DYNCLIENT_CONFIG", str(path))
        assert find_profile() is None
        with pytest.raises(UnknownProfile, match="profile 'prod' does not exist: ") as caught:
            find_profile("prod")
        assert (caught.value.name, caught.value.profiles) == ("prod", ())
    assert "'dynclient login --profile prod' creates it" in str(caught.value)
    monkeypatch.setenv("OPENMETADATA_PROFILE", "prod")
    with pytest.raises(UnknownProfile, match=r"^OPENMETADATA_PROFILE: profile 'prod' does not"):
        find_profile()


def test_an_unknown_profile_suggests_and_lists(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write_config(tmp_path / "config", TWO)
    with pytest.raises(UnknownProfile) as caught:
        find_profile("prd")
    assert str(caught.value).endswith("no profile 'prd'; did you mean prod?; it has prod, my dev")
    assert caught.value.profiles == ("prod", "my dev")
    monkeypatch.setenv("OPENMETADATA_PROFILE", "prd")
    with pytest.raises(UnknownProfile, match=r"^OPENMETADATA_PROFILE: the configuration file"):
        find_profile()
    for name in ("", 3, ["prod"]):
        with pytest.raises(UsageError, match="profile= must be the name of a profile, not"):
            find_profile(name)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("[profile", ["is not valid TOML: Expected ']'"]),
        (f'token = "{SECRET}\n', ["is not valid TOML: "]),
        ("x = " + "[" * 2000, ["is not valid TOML: it is nested deeply"]),
        ("x = " + "1" * 5000, ["is not valid TOML: a number is too long"]),
        ("profile = 3", ["\n  profile: must be a table: [profile.NAME]"]),
        ("profile.prod = 3", ["\n  profile.prod: must be a table: [profile.prod]"]),
        ("[[profile.prod]]", ["\n  profile.prod: must be a table: [profile.prod]"]),
        ("[prod]\nhost = 'http://x'", ["\n  prod: is not a table of this file; a profile is"]),
        ("[profiles.prod]", ["\n  profiles: is not a key of this file; did you mean profile or"]),
        (
            "default_profil = 'a'\ndefault_profile = 'prd'\n[profile.prod]\n[profile]\nx = 1",
            [
                "\n  default_profil: is not a key of this file; did you mean default_profile?",
                "\n  profile.x: must be a table: [profile.x]",
                "\n  default_profile: must be the name of a profile in this file; did you mean p",
            ],
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_file_is_said_at_once(
    text: str, messages: list[str], tmp_path: Path
) -> None:
    path = write_config(tmp_path / "config", text)
    with pytest.raises(ConfigInvalid) as caught:
        read_config()
    assert all(message in str(caught.value) for message in messages), str(caught.value)
    assert caught.value.file == str(path)
    printed = "".join(traceback.format_exception(caught.value))
    assert SECRET not in f"{printed} {caught.value.__context__!r}"


def test_a_file_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "config"
    path = write_config(folder, "")
    path.write_bytes(b"x = '\xff'")
    with pytest.raises(ConfigInvalid, match=r"it is not UTF-8 text \(at byte 5\)"):
        read_config()
    path.write_bytes(b"#" * (1024 * 1024 + 1))
    with pytest.raises(ConfigInvalid, match="has more than 1 MiB"):
        read_config()
    monkeypatch.setenv("DYNCLIENT_CONFIG", str(folder))
    with pytest.raises(ConfigInvalid, match="cannot be read: "):
        read_config()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are for POSIX")
def test_a_pipe_does_not_stop_the_program(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, stat.S_IRUSR | stat.S_IWUSR)
    with pytest.raises(ConfigInvalid, match="it is not a file"):
        read_config(pipe)


VALUES = st.recursive(
    st.one_of(
        st.text(max_size=8).map(lambda text: repr(text.encode("unicode_escape").decode())),
        st.sampled_from(['"https://x"', '"~/x"', '"a/b"', "inf", "nan", "true", "-1", "1e400"]),
        st.integers().map(str),
        st.just("2026-01-01T00:00:00Z"),
        st.just("12:30:00"),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(inner, max_size=2).map(
            lambda items: "{" + ", ".join(f"k{at} = {item}" for at, item in enumerate(items)) + "}"
        ),
    ),
    max_leaves=4,
)
PROFILES = st.dictionaries(st.sampled_from([*KEYS, "drft", "a"]), VALUES, max_size=6)


@given(st.one_of(st.text(max_size=60), st.binary(max_size=60)))
def test_any_text_is_a_file_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, text: str | bytes
) -> None:
    path = write_config(tmp_path_factory.getbasetemp() / "any", "")
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    with suppress(ConfigInvalid):
        assert read_config(path) is not None


@given(table=PROFILES)
def test_any_profile_configures_a_client_or_is_an_error(
    tmp_path_factory: pytest.TempPathFactory, table: dict[str, str]
) -> None:
    lines = "\n".join(f"{key} = {value}" for key, value in table.items())
    write_config(tmp_path_factory.getbasetemp() / "any", f"[profile.prod]\n{lines}\n")
    if any(key in {"token", "password"} for key in table):
        lines = ""  # the warning has a test of its own
        table = {key: value for key, value in table.items() if key not in CREDENTIALS}
        lines = "\n".join(f"{key} = {value}" for key, value in table.items())
        write_config(tmp_path_factory.getbasetemp() / "any", f"[profile.prod]\n{lines}\n")
    with suppress(DynclientError):
        found = configure(profile="prod", settings={})
        assert found.base.endswith("/api")
        assert repr(chosen_profile(None, "prod"))
