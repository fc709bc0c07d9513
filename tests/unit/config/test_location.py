"""Where the configuration file is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dynclient.config.location import config_path, is_disabled, path_text
from dynclient.errors import UsageError


@pytest.mark.skipif(os.name != "posix", reason="XDG_CONFIG_HOME is for Linux")
def test_the_platform_says_where_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DYNCLIENT_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    path = config_path()
    assert path.name == "config.toml"
    assert path.parent.name == "dynclient"
    assert path.is_relative_to(tmp_path)


def test_a_variable_names_another_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("DYNCLIENT_CONFIG", "~/mine.toml")
    assert config_path() == tmp_path / "mine.toml"
    assert path_text(config_path()) == f"~{os.sep}mine.toml"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DYNCLIENT_CONFIG", "here.toml")
    assert config_path() == tmp_path / "here.toml"
    monkeypatch.setenv("DYNCLIENT_CONFIG", "~no-such-user-here/x.toml")
    with pytest.raises(UsageError, match="DYNCLIENT_CONFIG must be a path"):
        config_path()


def test_the_null_device_is_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DYNCLIENT_CONFIG", os.devnull)
    assert is_disabled(config_path())
    assert not is_disabled(Path("config.toml"))
