"""Running a script of the official SDK as it stands: ``dynclient run script.py …``.

The script sees what ``python script.py …`` would show it: its own ``sys.argv``, its folder first on
``sys.path``, ``__name__ == "__main__"``. Only ``metadata.*`` is served by dynclient.
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
"""Environment variable; set, tracebacks show dynclient's own frames, too."""

_PACKAGE = str(Path(__file__).resolve().parent.parent)


def run(
    script: str | Path,
    arguments: Sequence[str] = (),
    release: Release | str | None = None,
) -> int:
    """Run a script under the drop-in and return its exit code.

    Args:
        script: path of the file, or of a folder or archive with a ``__main__.py``.
        arguments: what it finds behind its own name in ``sys.argv``.
        release: whose schemas ``metadata.generated`` shows; None for the server's where it is
            known, else the newest at hand.

    Raises:
        FileNotFoundError: there is no such script.
    """
    from dynclient import compat

    path = os.fspath(script)
    if not Path(path).exists():
        raise FileNotFoundError(2, "there is no such script", path)
    compat.install(release, pydantic=True)
    with _as_main([path, *arguments], str(Path(path).resolve().parent)):
        return _ended(path)


@contextmanager
def _as_main(arguments: list[str], folder: str) -> Iterator[None]:
    """Give a script its arguments and its place on the path, and take them back afterwards."""
    before, places = sys.argv, sys.path[:]
    sys.argv = arguments
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.argv = before
        sys.path[:] = places


def _ended(path: str) -> int:
    """Run the file; return the exit code that Python would end with."""
    try:
        runpy.run_path(path, run_name="__main__")
    except SystemExit as ending:
        return _code(ending.code)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BaseException as error:  # noqa: BLE001 -- the last line of a program: told, and ended
        _tell(error)
        return FAILED
    return DONE


def _code(given: object) -> int:
    """Return the exit code that ``sys.exit(given)`` means, saying what it says."""
    if given is None:
        return DONE
    if isinstance(given, int):
        return given & 0xFF
    sys.stderr.write(f"{given}\n")
    return FAILED


def _tell(error: BaseException) -> None:
    """Tell an error as the interpreter does, with the frames of the script and its libraries."""
    if sys.excepthook is not sys.__excepthook__:
        sys.excepthook(type(error), error, _trimmed(error.__traceback__))
        return
    told = traceback.TracebackException.from_exception(error)
    if not os.environ.get(TRACEBACK):
        _trim(told, set())
    sys.stderr.write("".join(told.format()))


def _trim(told: traceback.TracebackException | None, seen: set[int]) -> None:
    """Take frames of dynclient and runpy out of an error, and of those it came from."""
    if told is None or id(told) in seen:
        return
    seen.add(id(told))
    kept = [frame for frame in told.stack if not _is_inner(frame.filename)]
    told.stack = traceback.StackSummary.from_list(kept)
    _trim(told.__cause__, seen)
    _trim(told.__context__, seen)


def _trimmed(trace: TracebackType | None) -> TracebackType | None:
    """Return a traceback from the script's first frame on."""
    while trace is not None and _is_inner(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    return trace


def _is_inner(file: str) -> bool:
    return file.startswith(("<frozen ", _PACKAGE + os.sep)) or file == runpy.__file__
