"""Files that are written as a whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from dynclient.errors import UsageError


def write_whole(path: Path, text: str) -> None:
    """Write a file so that its path has either the old content or the new one, never a part.

    Args:
        path: path of the file, in a folder that exists. A link is followed; what is not a
            regular file, such as ``/dev/stdout``, is written to as it is.
        text: the new content; lines end with a line feed on every system.

    Raises:
        UsageError: it cannot be written, such as on a full disk; the old content stays.
    """
    target = path.resolve()
    staged = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        if target.exists() and not target.is_file():
            path.write_text(text, encoding="utf-8")
            return
        with staged.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
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
