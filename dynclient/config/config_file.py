"""The configuration file: read as TOML, refused if others can change it, one profile chosen."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dynclient.config.file_access import check_writers, is_readable_by_others
from dynclient.config.location import DISABLED, config_path, is_disabled, path_text
from dynclient.config.profile import Profile, dotted
from dynclient.errors import ConfigInvalid, Problem, UnknownProfile, UsageError
from dynclient.suggestions import did_you_mean, nearest
from dynclient.transport.address import PROFILE

DEFAULT = "default"
"""Name of the profile that is used if ``default_profile`` names none."""
TABLE, DEFAULT_KEY = "profile", "default_profile"
_LARGEST = 1024 * 1024


class ConfigFile:
    """The configuration file as it was read.

    Args:
        path: the file.
        document: its content.
        is_private: whether only its owner can read it.

    Raises:
        ConfigInvalid: the document has keys that do not exist, or values of another type.
    """

    def __init__(self, path: Path, document: Mapping[str, Any], *, is_private: bool = True) -> None:
        self.path = path
        self._is_private = is_private
        tables = document.get(TABLE, {})
        default = document.get(DEFAULT_KEY)
        problems = [_unknown(key, value) for key, value in document.items() if key not in _TOP]
        if not isinstance(tables, dict):
            problems.append(Problem(TABLE, TABLE, "type", "must be a table: [profile.NAME]"))
            tables = {}
        for name, table in tables.items():
            if not isinstance(table, dict):
                message = f"must be a table: [{dotted(TABLE, name)}]"
                problems.append(Problem(dotted(TABLE, name), name, "type", message))
        if default is not None and not (isinstance(default, str) and default in tables):
            message = "must be the name of a profile in this file"
            problems.append(
                Problem(DEFAULT_KEY, DEFAULT_KEY, "value", message, nearest(default, tables))
            )
        if problems:
            raise invalid(path, problems)
        self.profiles = {name: Profile(name, table, path) for name, table in tables.items()}
        self.default: str | None = default or (DEFAULT if DEFAULT in tables else None)
        """Name of the profile that is used if a call names no profile, or None."""

    def __repr__(self) -> str:
        return f"<ConfigFile {str(self.path)!r} with {len(self.profiles)} profiles>"

    def profile(self, name: str, place: str = "") -> Profile:
        """Return a profile.

        Args:
            name: its name.
            place: where the name comes from, for messages.

        Raises:
            UnknownProfile: no profile has that name.
            ConfigInvalid: it contains a secret, and other users can read the file.
        """
        found = self.profiles.get(name)
        if found is None:
            names = tuple(self.profiles)
            listed = f"it has {', '.join(names)}" if names else "it has no profiles"
            raise UnknownProfile(
                f"{place}the configuration file {path_text(self.path)} has no profile {name!r}"
                f"{did_you_mean(nearest(name, names))}; {listed}",
                name=name,
                profiles=names,
            )
        if found.has_secret and not self._is_private:
            raise ConfigInvalid(
                f"the configuration file {path_text(self.path)} contains the token or password of"
                f" profile {name!r}, and other users can read the file; take that right away:"
                f" chmod go= {self.path}",
                file=str(self.path),
            )
        return found


_TOP = (TABLE, DEFAULT_KEY)


def _unknown(key: str, value: object) -> Problem:
    """Return the problem of a key that the file does not have at its top."""
    if isinstance(value, dict) and key != "profiles":
        message = f"is not a table of this file; a profile is [{dotted(TABLE, key)}]"
        return Problem(dotted(key), key, "unknown", message)
    return Problem(dotted(key), key, "unknown", "is not a key of this file", nearest(key, _TOP))


def invalid(path: Path, problems: list[Problem]) -> ConfigInvalid:
    """Return the error of a file with problems."""
    lines = "".join(f"\n  {problem}" for problem in problems)
    return ConfigInvalid(
        f"the configuration file {path_text(path)} is not valid{lines}",
        file=str(path),
        problems=tuple(problems),
    )


def read_config(path: Path | None = None) -> ConfigFile | None:
    """Return the configuration file, or None if it does not exist.

    Args:
        path: the file; None for that of the user, see :func:`config_path`.

    Raises:
        ConfigInvalid: it cannot be read, is not TOML, or other users can change it.
    """
    path = config_path() if path is None else path
    found = None if is_disabled(path) else read_file(path)
    if found is None:
        return None
    text, status = found
    document = check_document(path, text)
    return ConfigFile(path, document, is_private=not is_readable_by_others(status))


def check_document(path: Path, text: str) -> dict[str, Any]:
    """Return the content of a configuration file.

    Args:
        path: the file, for messages.
        text: its text.

    Raises:
        ConfigInvalid: it is not TOML, or has keys that do not exist.
    """
    import tomllib

    problem = ""
    document: dict[str, Any] = {}
    # Raised outside the handlers, so that no error has the content of the file in it.
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problem = str(error)
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits, 500 brackets
        problem = "a number is too long" if isinstance(error, ValueError) else "it is nested deeply"
    if problem:
        raise _not_toml(path, problem)
    ConfigFile(path, document)
    return document


def _not_toml(path: Path, problem: str) -> ConfigInvalid:
    return ConfigInvalid(
        f"the configuration file {path_text(path)} is not valid TOML: {problem}", file=str(path)
    )


def read_file(path: Path) -> tuple[str, os.stat_result] | None:
    """Return text and status of the file; None if it does not exist.

    Raises:
        ConfigInvalid: it cannot be read, or other users can change it.
    """
    try:
        # The same open file is checked and read; a pipe must not stop the program.
        with open(path, "rb", opener=_open) as file:  # Path has no opener
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise OSError(errno.EINVAL, "it is not a file")
            check_writers(path, status)
            data = file.read(_LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ConfigInvalid(
            f"the configuration file {path_text(path)} cannot be read: {error.strerror}",
            file=str(path),
        ) from None
    if len(data) > _LARGEST:
        raise ConfigInvalid(
            f"the configuration file {path_text(path)} has more than 1 MiB", file=str(path)
        )
    problem = ""
    try:
        return data.decode(), status
    except UnicodeDecodeError as error:  # raised below: this one has the content of the file
        problem = f"it is not UTF-8 text (at byte {error.start})"
    raise _not_toml(path, problem)


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def find_profile(name: str | None = None) -> Profile | None:
    """Return the profile to use: the named one, that of the environment, or the default one.

    Args:
        name: name of the profile; None for that of ``OPENMETADATA_PROFILE``, or the default of the
            file.

    Returns:
        None without a name and without a default.

    Raises:
        UnknownProfile: the named one does not exist.
        ConfigInvalid: the file cannot be used.
        UsageError: the name is not a string.
    """
    given: Any = name
    if not (given is None or (isinstance(given, str) and given)):
        raise UsageError(f"profile= must be the name of a profile, not {name!r}")
    variable = os.environ.get(PROFILE) if name is None else None
    chosen, place = name or variable, f"{PROFILE}: " if variable else ""
    config = read_config()
    if config is not None:
        chosen = chosen or config.default
        return None if chosen is None else config.profile(chosen, place)
    if chosen is None:
        return None
    path = config_path()
    why = f"there is no configuration file {path_text(path)}"
    if is_disabled(path):
        why = DISABLED
    raise UnknownProfile(
        f"{place}profile {chosen!r} does not exist: {why}; 'dynclient login --profile"
        f" {chosen}' creates it",
        name=chosen,
    )
