"""Files that are written as a whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from dynclient.errors import UsageError


def folder_beside(target: Path, *, replace: bool) -> TemporaryDirectory[str]:
    """Return a temporary folder for a file, on its file system, so that it can be renamed.

    Args:
        target: path of the file.
        replace: whether the file may exist.

    Raises:
        UsageError: the file exists or cannot be written.
    """
    if target.exists() and not replace:
        raise UsageError(f"{target} exists; name another file, or use replace=True to replace it")
    if not target.parent.is_dir():
        raise UsageError(f"{target} cannot be written: {target.parent} is not a folder")
    try:
        return TemporaryDirectory(prefix=".dynclient-", dir=target.parent)
    except OSError as error:
        message = f"{target} cannot be written: {error.strerror}"
    raise UsageError(message)


def write_whole(path: Path, text: str | Iterable[str]) -> None:
    """Write a file so that its path has either the old content or the new one, never a part.

    Args:
        path: path of the file, in a folder that exists. A link is followed; what is not a
            regular file, such as ``/dev/stdout``, is written to as it is.
        text: the new content, or its parts; lines end with a line feed on every system.

    Raises:
        UsageError: it cannot be written, such as on a full disk; the old content stays.
    """
    parts = [text] if isinstance(text, str) else text
    target = path.resolve()
    staged = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        if target.exists() and not target.is_file():
            with path.open("w", encoding="utf-8") as file:
                file.writelines(parts)
            return
        with staged.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        staged.replace(target)
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}"
    else:
        return
    with contextlib.suppress(OSError):
        staged.unlink()  # what was written before the disk was full
    raise UsageError(message)
