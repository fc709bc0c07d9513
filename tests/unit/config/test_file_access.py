"""A file that other users can change is refused, and so is one with a secret they can read."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dynclient.config import file_access
from dynclient.config.config_file import find_profile, read_config
from dynclient.errors import ConfigInvalid
from tests.support.config import SECRET, write_config

pytestmark = pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
DEV = '[profile.dev]\nhost = "http://localhost:8585"\n'


@pytest.fixture
def no_private_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups have other members, whatever the user of this run has."""
    monkeypatch.setattr(file_access, "_is_private_group", lambda status: False)


@pytest.mark.usefixtures("no_private_groups")
@pytest.mark.parametrize(
    ("mode", "is_used"),
    [(0o600, True), (0o644, True), (0o400, True), (0o620, False), (0o602, False), (0o666, False)],
)
def test_the_mode_of_the_file(mode: int, is_used: bool, tmp_path: Path) -> None:
    path = write_config(tmp_path / "config", DEV, mode)
    if is_used:
        assert read_config() is not None
        return
    with pytest.raises(ConfigInvalid) as caught:
        read_config()
    assert "other users can write to the file" in str(caught.value)
    assert str(caught.value).endswith(f"chmod go-w {path}")
    assert caught.value.file == str(path)


@pytest.mark.usefixtures("no_private_groups")
@pytest.mark.parametrize(
    ("mode", "is_used"),
    [(0o700, True), (0o755, True), (0o770, False), (0o777, False), (0o1777, True)],
)
def test_the_mode_of_its_folder(mode: int, is_used: bool, tmp_path: Path) -> None:
    path = write_config(tmp_path / "config", DEV)
    path.parent.chmod(mode)
    if is_used:
        assert read_config() is not None
        return
    with pytest.raises(ConfigInvalid, match=r"other users can write to the folder .* chmod go-w"):
        read_config()


@pytest.mark.usefixtures("no_private_groups")
def test_the_folder_of_a_link_and_that_of_its_target(tmp_path: Path) -> None:
    path = write_config(tmp_path / "config", DEV)
    link = tmp_path / "links" / "config.toml"
    link.parent.mkdir(mode=0o700)
    link.symlink_to(path)
    assert read_config(link) is not None
    path.parent.chmod(0o777)
    with pytest.raises(ConfigInvalid, match="write to the folder"):
        read_config(link)
    path.parent.chmod(0o700)
    link.parent.chmod(0o777)
    with pytest.raises(ConfigInvalid, match="write to the folder"):
        read_config(link)


def test_the_owner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = write_config(tmp_path / "config", DEV)
    owner = path.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    if owner == 0:  # a file of root is everyone's to trust
        assert read_config() is not None
        plain = os.fstat

        def of_another(descriptor: int) -> os.stat_result:
            found = plain(descriptor)
            return os.stat_result((*found[:4], owner + 2, *found[5:]))

        monkeypatch.setattr(os, "fstat", of_another)
    with pytest.raises(ConfigInvalid, match=r"the file .* belongs to another user, .* chown"):
        read_config()


@pytest.mark.parametrize(
    ("group", "members", "is_private"),
    [("ada", [], True), ("ada", ["ada"], True), ("ada", ["eve"], False), ("staff", [], False)],
)
def test_a_group_of_one_user_may_have_rights(
    group: str, members: list[str], is_private: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    import grp
    import pwd

    user = SimpleNamespace(pw_name="ada", pw_gid=7)
    monkeypatch.setattr(pwd, "getpwuid", lambda _: user)
    found = SimpleNamespace(gr_name=group, gr_gid=7, gr_mem=members)
    monkeypatch.setattr(grp, "getgrgid", lambda _: found)
    status: Any = SimpleNamespace(st_mode=stat.S_IFREG | 0o660, st_uid=1, st_gid=7)
    assert file_access.is_readable_by_others(status) is not is_private


@pytest.mark.usefixtures("no_private_groups")
@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_secret_that_others_can_read_is_refused(mode: int, tmp_path: Path) -> None:
    text = f'{DEV}[profile.prod]\nhost = "http://x"\ntoken = "{SECRET}"\n'
    path = write_config(tmp_path / "config", text, mode)
    assert find_profile("dev") is not None
    with pytest.raises(ConfigInvalid) as caught:
        find_profile("prod")
    assert "other users can read the file" in str(caught.value)
    assert str(caught.value).endswith(f"chmod go= {path}")
    assert SECRET not in f"{caught.value} {caught.value.parts}"
    path.chmod(0o600)
    assert find_profile("prod") is not None
