"""The data file of a sandbox: its path, its lock, and the temporary folders of killed sandboxes.

One sandbox at a time serves a file. It holds a lock file beside it, which SQLite locks, so that
the operating system releases it however the process ends. Without a data file, a sandbox creates
one in a folder of its own in the system's temporary folder, with a lock file in it. A folder whose
lock is free belongs to a sandbox that was killed; the next sandbox that starts removes it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from dynclient.sandbox.startup_errors import DataInUse, DataRefused
from dynclient.sandbox.storage.database import Database, create_private

PREFIX = "dynclient-sandbox-"
"""Prefix of the folders with temporary data, in the system's temporary folder."""

_LOCK = "lock"


@contextmanager
def open_data(data: str | Path | None) -> Iterator[Database]:
    """Open a data file and lock it; None: a temporary file that is removed at the end.

    Raises:
        DataInUse: another sandbox serves the file.
        DataRefused: the file is not a sandbox's data file, or cannot be written.
    """
    with contextlib.ExitStack() as stack:
        if data is None:
            path = stack.enter_context(_temporary_file())
        else:
            path = Path(data)
            stack.enter_context(lock_beside(path))
        database = Database(path, durable=data is not None)
        stack.callback(database.close)
        yield database


class FileRelease(NamedTuple):
    """The release that a data file was created for."""

    name: str
    digest: str


def release_of(path: Path) -> FileRelease | None:
    """Return the release that a data file was created for; None for a new or another file.

    Args:
        path: path of the file, which is not changed.
    """
    if not path.is_file():
        return None
    query = "select key, value from meta where key in ('release', 'release name')"
    with contextlib.suppress(sqlite3.Error):
        uri = f"{path.resolve().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as connection:
            found = dict(connection.execute(query).fetchall())
            if len(found) == 2:
                return FileRelease(found["release name"], found["release"])
    return None


@contextmanager
def lock_beside(path: Path) -> Iterator[None]:
    """Lock a data file by a lock file beside it.

    Args:
        path: path of the data file.

    Raises:
        DataInUse: a sandbox serves the file.
        DataRefused: the lock file cannot be created.
    """
    lock = path.with_name(f"{path.name}-lock")
    try:
        connection = _try_lock(lock)
    except sqlite3.Error as error:
        raise DataRefused(
            f"the data file {path} cannot be used: {error}; name a file in a folder that exists and"
            " can be written"
        ) from None
    if connection is None:
        raise DataInUse(
            f"the data file {path} is served by another sandbox; stop that sandbox or name another"
            " file"
        )
    with contextlib.closing(connection):
        yield


@contextmanager
def _temporary_file() -> Iterator[Path]:
    """Yield the path of a data file in a locked folder that is removed at the end."""
    remove_abandoned_folders()
    locked = None
    try:
        while locked is None:
            # None if another sandbox removed the folder before it was locked.
            locked = _create_folder()
    except (OSError, sqlite3.Error) as error:
        raise DataRefused(
            f"the folder for temporary data cannot be created: {error}; name a data file, or set"
            " TMPDIR to a folder that can be written"
        ) from None
    folder, connection = locked
    try:
        yield folder / "data.db"
    finally:
        connection.close()
        shutil.rmtree(folder, ignore_errors=True)


def _create_folder() -> tuple[Path, sqlite3.Connection] | None:
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = folder / _LOCK
    try:
        connection = _try_lock(lock)
    except sqlite3.Error:
        if folder.exists():
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return None
    if connection is None:
        return None
    if not lock.exists():
        connection.close()
        return None
    return folder, connection


def remove_abandoned_folders() -> None:
    """Remove the temporary folders of killed sandboxes; folders of other users are kept."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError, sqlite3.Error):
            if not _is_own(folder) or not (folder / _LOCK).is_file():
                continue
            connection = _try_lock(folder / _LOCK)
            if connection is not None:
                with contextlib.closing(connection):
                    shutil.rmtree(folder, ignore_errors=True)


def _is_own(folder: Path) -> bool:
    return not hasattr(os, "geteuid") or folder.lstat().st_uid == os.geteuid()


def _try_lock(lock: Path) -> sqlite3.Connection | None:
    """Lock a file until the connection is closed or the process ends; None if it is locked already.

    Raises ``sqlite3.Error`` if the file cannot be created.
    """
    create_private(lock)
    connection = sqlite3.connect(lock, isolation_level=None, timeout=0, check_same_thread=False)
    try:
        # The open transaction is the lock; nothing is written, so the file stays empty.
        connection.execute("begin immediate")
    except sqlite3.Error as error:
        connection.close()
        if "locked" in str(error):
            return None
        raise
    return connection
