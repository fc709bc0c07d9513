"""Changes of the configuration file: nothing else is lost, and a failure changes nothing."""

from __future__ import annotations

import errno
import os
import stat
import threading
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.config import config_edit
from dynclient.config.config_edit import update_profile
from dynclient.config.config_file import read_config
from dynclient.config.profile import CREDENTIALS, dotted
from dynclient.errors import ConfigInvalid
from tests.support.config import SECRET, write_config

COMMENTED = """\
# our servers
default_profile = "dev"  # not prod

[profile.dev]
host = "http://localhost:8585"   # the laptop
retries = 0

[profile."my prod"]  # careful
host = "https://prod.example.com"
token_command = ["op", "read", "op://x"]
headers = { X-Tenant = "shop" }
"""


def test_the_first_profile_is_the_default_one(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    update_profile(path, "my prod", {"host": "http://x", "token_keyring": "dynclient/prod"})
    assert path.read_text() == (
        "# Written by 'dynclient login'; see 'dynclient profiles'.\n"
        'default_profile = "my prod"\n\n[profile."my prod"]\nhost = "http://x"\n'
        'token_keyring = "dynclient/prod"\n'
    )
    update_profile(path, "dev", {"host": "http://y"})
    config = read_config(path)
    assert config is not None
    assert (list(config.profiles), config.default) == (["my prod", "dev"], "my prod")
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir()] == ["config.toml"]


def test_comments_and_other_profiles_are_kept(tmp_path: Path) -> None:
    path = write_config(tmp_path / "config", COMMENTED, 0o644)
    update_profile(path, "dev", {"host": "http://y", "token_keyring": "a/b"}, removed=CREDENTIALS)
    assert path.read_text() == COMMENTED.replace(
        'host = "http://localhost:8585"   # the laptop\nretries = 0\n',
        'host = "http://y"   # the laptop\nretries = 0\ntoken_keyring = "a/b"\n',
    )
    update_profile(path, "my prod", {"token_keyring": "c/d"}, removed=CREDENTIALS)
    assert "op://x" not in path.read_text()
    assert '[profile."my prod"]  # careful\nhost = "https://prod' in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    path = write_config(tmp_path / "config", COMMENTED)
    link = tmp_path / "link.toml"
    link.symlink_to(path)
    update_profile(link, "dev", {"host": "http://y"})
    assert link.is_symlink()
    assert "http://y" in path.read_text()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[profile", "is not valid TOML"),
        ("[prod]", "prod: is not a table of this file"),
        ("profile = {dev = {retries = 1}}\n", None),
        ('[profile]\ndev.retries = 1\n"a b".retries = 2\n', None),
    ],
)
def test_any_way_to_write_tables(text: str, message: str | None, tmp_path: Path) -> None:
    path = write_config(tmp_path / "config", text)
    if message is not None:
        with pytest.raises(ConfigInvalid, match=message):
            update_profile(path, "dev", {"host": "http://y"})
        assert path.read_text() == text
        return
    before = tomllib.loads(text)["profile"]
    update_profile(path, "dev", {"host": "http://y"})
    update_profile(path, "new", {"host": "http://z"})
    after = tomllib.loads(path.read_text())["profile"]
    before["dev"]["host"] = "http://y"
    assert after == {**before, "new": {"host": "http://z"}}


def test_tables_that_tomlkit_would_lose_are_refused(tmp_path: Path) -> None:
    text = "profile.dev.retries = 1\nprofile.prod.retries = 2\n"
    path = write_config(tmp_path / "config", text)
    with pytest.raises(ConfigInvalid, match=r"cannot be changed by a program .* \[profile\.NAME\]"):
        update_profile(path, "new", {"host": "http://z"})
    assert path.read_text() == text


def fail_with(code: int) -> Any:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(code, os.strerror(code))

    return fail


@pytest.mark.parametrize("function", ["open", "fsync"])
def test_a_full_disk_leaves_the_old_file(
    function: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_config(tmp_path / "config", COMMENTED)
    plain = os.open

    def full(file: Any, flags: int, *rest: Any, **more: Any) -> int:
        if flags & os.O_CREAT:
            fail_with(errno.ENOSPC)()
        return plain(file, flags, *rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(
            config_edit.os, function, full if function == "open" else fail_with(errno.ENOSPC)
        )
        with pytest.raises(OSError, match="No space left on device"):
            update_profile(path, "dev", {"token": SECRET})
    assert path.read_text() == COMMENTED
    assert [each.name for each in path.parent.iterdir()] == ["config.toml"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is a device of Linux")
def test_a_disk_that_is_full_when_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_config(tmp_path / "config", COMMENTED)
    plain = os.open

    def to_a_full_disk(file: Any, flags: int, *rest: Any) -> int:
        return plain("/dev/full" if flags & os.O_CREAT else file, flags & ~os.O_EXCL, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(config_edit.os, "open", to_a_full_disk)
        with pytest.raises(OSError, match="No space left on device") as caught:
            update_profile(path, "dev", {"token": SECRET})
    assert caught.value.filename == str(path)
    assert path.read_text() == COMMENTED


def test_threads_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    path = tmp_path / "config" / "config.toml"
    names = [f"p{number}" for number in range(8)]
    start = threading.Barrier(len(names))

    def write(name: str) -> None:
        start.wait()
        update_profile(path, name, {"host": f"http://{name}"})

    threads = [threading.Thread(target=write, args=[name]) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    config = read_config(path)
    assert config is not None
    assert {name: each.host for name, each in config.profiles.items()} == {
        name: f"http://{name}" for name in names
    }


NAMES = st.one_of(
    st.sampled_from(["dev", "a b", "a.b", 'q"q', "é"]), st.text(min_size=1, max_size=5)
)


@given(
    tables=st.dictionaries(NAMES, st.dictionaries(st.sampled_from(["host", "drift"]),
                                                  st.text(max_size=5)), max_size=3),
    name=NAMES,
    host=st.text(max_size=5),
)  # fmt: skip
def test_only_the_profile_changes(
    tmp_path_factory: pytest.TempPathFactory,
    tables: dict[str, dict[str, str]],
    name: str,
    host: str,
) -> None:
    import tomlkit

    text = tomlkit.dumps({"profile": tables})
    path = write_config(tmp_path_factory.getbasetemp() / "edited", "")
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    expected = {**tables, name: {**tables.get(name, {}), "host": host}}
    with suppress(ConfigInvalid):  # a name or text that TOML does not have
        update_profile(path, name, {"host": host})
        assert tomllib.loads(path.read_bytes().decode())["profile"] == expected
        assert dotted(name)
