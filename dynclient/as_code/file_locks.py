"""Locks of files that end with their process, so that one that was killed blocks no other."""

from __future__ import annotations

import os
from pathlib import Path

from dynclient.errors import UsageError


def lock_file(path: Path, message: str | None = None, *, shared: bool = False) -> int:
    """Lock a file, which is created, and return its descriptor; closing it unlocks.

    Args:
        path: path of the file, in a folder that exists.
        message: what the error says if another process has locked it; None waits until it has
            ended.
        shared: whether others may lock it, too, if they share it as well.

    Raises:
        OSError: the file cannot be created.
        UsageError: another process has locked it.
    """
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        import fcntl
    except ModuleNotFoundError:
        return lock  # a system without these locks
    try:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        fcntl.flock(lock, kind if message is None else kind | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
    except BaseException:
        os.close(lock)
        raise
    else:
        return lock
    raise UsageError(message or f"another process has locked {path}")
