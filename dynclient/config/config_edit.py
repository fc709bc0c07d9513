"""Changes of the configuration file: comments are kept, and the file is replaced as a whole."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import InlineTable

from dynclient.config.config_file import DEFAULT_KEY, TABLE, check_document, read_file
from dynclient.config.location import path_text
from dynclient.errors import ConfigInvalid

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
_MARK = "# Written by 'dynclient login'; see 'dynclient profiles'.\n"


def update_profile(
    path: Path, name: str, values: Mapping[str, Any], *, removed: tuple[str, ...] = ()
) -> None:
    """Set keys of a profile, which is created if it does not exist.

    The first profile of a file becomes the default one. A process that changes the file at the same
    time waits; one that reads it sees the file before or after the change.

    Args:
        path: the configuration file; it and its folder are created if need be.
        name: name of the profile.
        values: values by their keys.
        removed: keys to remove, if they are there.

    Raises:
        ConfigInvalid: the file is not valid, or others can change it.
        OSError: it cannot be written; it is as it was then.
    """
    path = path.resolve()  # a link stays one
    path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    with _locked(path.parent):
        found = read_file(path)
        text = _MARK if found is None else found[0]
        before = check_document(path, text)
        text = _changed(path, text, name, values, removed)
        after = check_document(path, text)
        _compare(path, before, after, name, values)
        _replace(path, text.encode())


def _changed(
    path: Path, text: str, name: str, values: Mapping[str, Any], removed: tuple[str, ...]
) -> str:
    """Return the text of a file with a profile changed."""
    problem = ""
    try:
        document = tomlkit.parse(text)
        if TABLE not in document:
            if DEFAULT_KEY not in document:
                document.add(DEFAULT_KEY, name)
            document.add(TABLE, tomlkit.table(is_super_table=True))
        tables: Any = document[TABLE]
        if name not in tables:
            is_inline = isinstance(tables, InlineTable)
            tables[name] = tomlkit.inline_table() if is_inline else tomlkit.table()
        table = tables[name]
        for key in removed:
            if key in table and key not in values:
                del table[key]
        for key, value in values.items():
            table[key] = value
        return tomlkit.dumps(document)
    except (TOMLKitError, ValueError, TypeError) as error:
        problem = type(error).__name__  # the text may quote the file
    raise _uneditable(path, problem)


def _compare(
    path: Path,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    name: str,
    values: Mapping[str, Any],
) -> None:
    """Refuse a change that reached other profiles, or not this one."""
    others = {key: table for key, table in before.get(TABLE, {}).items() if key != name}
    written = dict(after.get(TABLE, {}))
    own = written.pop(name, {})
    if written != others or any(own.get(key) != value for key, value in values.items()):
        raise _uneditable(path, "the tables of the file overlap")


def _uneditable(path: Path, problem: str) -> ConfigInvalid:
    return ConfigInvalid(
        f"the configuration file {path_text(path)} cannot be changed by a program ({problem});"
        " write each profile as a table, [profile.NAME], or change it in an editor",
        file=str(path),
    )


def _replace(path: Path, data: bytes) -> None:
    """Replace a file by a new one that only its owner can read; on an error it is as it was."""
    partial = path.with_name(f".{path.name}-{uuid.uuid4().hex[:12]}")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        descriptor = os.open(partial, flags, PRIVATE_FILE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException as error:
        with suppress(OSError):
            partial.unlink()
        if isinstance(error, OSError):
            error.filename = str(path)  # an error of write() names no file, one of open() another
        raise


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Wait for other processes that change the file, and let none begin meanwhile.

    The lock is on the folder, since the file is replaced. Windows has none: there, the last of two
    changes at the same moment wins.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)  # which unlocks it
