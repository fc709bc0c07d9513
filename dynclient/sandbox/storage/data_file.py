"""The data file of a sandbox: where it lies, who holds it, and what killed sandboxes left behind.

One sandbox serves one file at a time. It holds a lock beside the file, kept by SQLite and so
released by the system however the process ends. A sandbox that keeps nothing has its file in a
folder of its own in the system's temporary folder, with such a lock in it: a folder whose lock is
free belongs to a sandbox that was killed, and goes when the next one starts.
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

from dynclient.sandbox.startup_errors import DataInUse, DataRefused
from dynclient.sandbox.storage.database import Database

PREFIX = "dynclient-sandbox-"
"""How the folders of throw-away data begin, in the system's temporary folder."""

_LOCK = "lock"


@contextmanager
def opened(data: str | Path | None) -> Iterator[Database]:
    """Open a data file; without one, of a file that is thrown away at the end.

    Raises:
        DataInUse: another sandbox serves the file.
        DataRefused: the file is none of ours, or cannot be written.
    """
    with contextlib.ExitStack() as stack:
        if data is None:
            path = stack.enter_context(_thrown_away())
        else:
            path = Path(data)
            stack.enter_context(_held_for(path))
        database = Database(path, durable=data is not None)
        stack.callback(database.close)
        yield database


@contextmanager
def _held_for(path: Path) -> Iterator[None]:
    """Hold a data file that outlives the sandbox."""
    lock = path.with_name(f"{path.name}-lock")
    try:
        hold = _hold(lock)
    except sqlite3.Error as error:
        raise DataRefused(
            f"the data file {path} cannot be used: {error}; name a file in a folder that exists and"
            " can be written"
        ) from None
    if hold is None:
        raise DataInUse(
            f"the data file {path} is served by another sandbox; stop that one or name another file"
        )
    with contextlib.closing(hold):
        yield


@contextmanager
def _thrown_away() -> Iterator[Path]:
    """Give the path of a data file in a held folder that is gone at the end."""
    sweep()
    held = None
    try:
        while held is None:
            # None where another sandbox's sweep came between the folder and its lock.
            held = _own_folder()
    except (OSError, sqlite3.Error) as error:
        raise DataRefused(
            f"there is no room for temporary data: {error}; name a data file, or another folder"
            " in TMPDIR"
        ) from None
    folder, hold = held
    try:
        yield folder / "data.db"
    finally:
        hold.close()
        shutil.rmtree(folder, ignore_errors=True)


def _own_folder() -> tuple[Path, sqlite3.Connection] | None:
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = folder / _LOCK
    try:
        hold = _hold(lock)
    except sqlite3.Error:
        if folder.exists():
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return None
    if hold is not None and not lock.exists():
        hold.close()
        return None
    return (folder, hold) if hold is not None else None


def sweep() -> None:
    """Remove the folders of sandboxes that were killed; those of other users stay."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError, sqlite3.Error):
            if not _is_ours(folder) or not (folder / _LOCK).is_file():
                continue
            hold = _hold(folder / _LOCK)
            if hold is not None:
                with contextlib.closing(hold):
                    shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    return not hasattr(os, "geteuid") or folder.lstat().st_uid == os.geteuid()


def _hold(lock: Path) -> sqlite3.Connection | None:
    """Take a lock, held until the connection is closed or the process ends; None where it is taken.

    Raises ``sqlite3.Error`` where there can be no such file.
    """
    connection = sqlite3.connect(lock, isolation_level=None, timeout=0, check_same_thread=False)
    try:
        # Nothing is ever written: the lock is the transaction, and the file stays empty.
        connection.execute("begin immediate")
    except sqlite3.Error as error:
        connection.close()
        if "locked" in str(error):
            return None
        raise
    return connection
