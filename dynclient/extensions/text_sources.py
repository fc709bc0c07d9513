"""Text that users pass as a string, as bytes, as a path or as an open file."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem


def read_source(source: Any, call: str, argument: str) -> Any:
    """Return the text of a path, an open file or bytes, without a byte order mark.

    Args:
        source: the path, file or bytes; any other value is returned as it is.
        call: the call that takes it, for errors.
        argument: the name of the argument, for errors.

    Raises:
        BadArguments: the file cannot be read, or is not UTF-8.
    """
    try:
        if isinstance(source, PathLike):
            source = Path(source).read_bytes()
        elif hasattr(source, "read"):
            source = source.read()
        return source.decode("utf-8-sig") if isinstance(source, bytes) else source
    except OSError as error:
        message = f"{error.filename} cannot be read: {error.strerror}"
    except UnicodeDecodeError as error:
        message = f"must be UTF-8; byte {error.start} is not"
    raise bad_arguments(call, [Problem(argument, None, "argument", message)])
