"""Configuration files and keyrings for tests, none of them the developer's own."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from keyring.backend import KeyringBackend

SECRET = "open-sesame-of-the-shop"
KEYRING = "DYNCLIENT_TESTS_KEYRING"
"""Environment variable with the file of the test keyring."""


def write_config(folder: Path, text: str, mode: int = 0o600) -> Path:
    """Write a configuration file, name it in ``DYNCLIENT_CONFIG``, and return its path."""
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / "config.toml"
    path.write_text(text, "utf-8")
    path.chmod(mode)
    os.environ["DYNCLIENT_CONFIG"] = str(path)
    return path


class FileKeyring(KeyringBackend):
    """A keyring in a JSON file, which processes that a test starts use as well."""

    priority = 1  # type: ignore[assignment]

    @property
    def _file(self) -> Path:
        return Path(os.environ[KEYRING])

    def _entries(self) -> dict[str, Any]:
        return json.loads(self._file.read_text("utf-8")) if self._file.exists() else {}

    def get_password(self, service: str, username: str) -> str | None:
        return self._entries().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        entries = self._entries() | {f"{service} {username}": password}
        self._file.write_text(json.dumps(entries), "utf-8")

    def delete_password(self, service: str, username: str) -> None:
        entries = self._entries()
        del entries[f"{service} {username}"]
        self._file.write_text(json.dumps(entries), "utf-8")


class LockedKeyring(KeyringBackend):
    """A keyring that refuses everything, with an error of the library it uses."""

    priority = 1  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str | None:
        raise ConnectionRefusedError(f"the daemon of {service} is locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise ConnectionRefusedError(f"{password} refused")
