"""Run an unmodified script of the official SDK: ``dynclient run script.py …``.

The script runs as with ``python script.py …``: with its own ``sys.argv``, its folder first in
``sys.path``, and ``__name__ == "__main__"``. Only ``metadata.*`` is imported from dynclient.
"""

from __future__ import annotations

import os
import runpy
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dynclient.schema import Release

DONE, FAILED, MISUSED, INTERRUPTED = 0, 1, 2, 130
TRACEBACK = "DYNCLIENT_TRACEBACK"
"""Environment variable; if it is set, tracebacks include dynclient's own frames."""

_PACKAGE = str(Path(__file__).resolve().parent.parent)


def run(
    script: str | Path,
    arguments: Sequence[str] = (),
    release: Release | str | None = None,
) -> int:
    """Run a script with the drop-in and return its exit code.

    Args:
        script: path of the file, or of a folder or archive with a ``__main__.py``.
        arguments: the script's command line arguments.
        release: the release whose schemas define ``metadata.generated``; None for the server's if
            it is known, else the newest in the cache.

    Returns:
        The exit code: 0 on success, 1 for an exception or a message of ``sys.exit()``, 130 after
        Ctrl-C, else the code of ``sys.exit()``.

    Raises:
        FileNotFoundError: the script does not exist.
        UsageError: it is a folder without a ``__main__.py``.
    """
    from dynclient import compat

    path = os.fspath(script)
    if not Path(path).exists():
        raise FileNotFoundError(2, "script not found", path)
    if Path(path).is_dir() and not Path(path, "__main__.py").is_file():
        from dynclient.errors import UsageError

        scripts = sorted(map(str, Path(path).glob("*.py")))
        hint = f", such as {scripts[0]}" if scripts else ""
        raise UsageError(f"{path} is a folder without a __main__.py; pass a script{hint}")
    compat.install(release, pydantic=True)
    with _as_main([path, *arguments], str(Path(path).resolve().parent)):
        return _exit_code(path)


@contextmanager
def _as_main(arguments: list[str], folder: str) -> Iterator[None]:
    """Set ``sys.argv`` and ``sys.path`` for a script, and restore them afterwards."""
    argv, search_path = sys.argv, sys.path[:]
    sys.argv = arguments
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.argv = argv
        sys.path[:] = search_path


def _exit_code(path: str) -> int:
    """Run the file; return the exit code that Python would exit with."""
    try:
        runpy.run_path(path, run_name="__main__")
    except SystemExit as ending:
        return _code_of(ending.code)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BaseException as error:  # noqa: BLE001 -- reported, as the interpreter does
        _report(error)
        return FAILED
    return DONE


def _code_of(argument: object) -> int:
    """Return the exit code for an argument of ``sys.exit()``; print it if it is a message."""
    if argument is None:
        return DONE
    if isinstance(argument, int):
        return argument & 0xFF
    sys.stderr.write(f"{argument}\n")
    return FAILED


def _report(error: BaseException) -> None:
    """Print an error as the interpreter does, with the frames of the script and its libraries."""
    if not os.environ.get(TRACEBACK):
        _trim(error, set())
    if sys.excepthook is not sys.__excepthook__:
        sys.excepthook(type(error), error, error.__traceback__)
    else:
        sys.stderr.write("".join(traceback.format_exception(error)))


def _trim(error: BaseException | None, seen: set[int]) -> None:
    """Remove frames of dynclient and runpy from an error, its causes and its context."""
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    error.__traceback__ = _trimmed(error.__traceback__)
    for other in (error.__cause__, error.__context__, *getattr(error, "exceptions", ())):
        _trim(other if isinstance(other, BaseException) else None, seen)


def _trimmed(trace: TracebackType | None) -> TracebackType | None:
    """Return a traceback without the frames of dynclient and runpy."""
    kept = []
    while trace is not None:
        if not _is_inner(trace.tb_frame.f_code.co_filename):
            kept.append(trace)
        trace = trace.tb_next
    result = None
    for each in reversed(kept):
        result = TracebackType(result, each.tb_frame, each.tb_lasti, each.tb_lineno)
    return result


def _is_inner(file: str) -> bool:
    return file.startswith(("<frozen ", _PACKAGE + os.sep)) or file == runpy.__file__
