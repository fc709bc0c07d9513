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
    if not os.environ.get(TRACEBACK):
        _trim(error, set())
    if sys.excepthook is not sys.__excepthook__:
        sys.excepthook(type(error), error, error.__traceback__)
    else:
        sys.stderr.write("".join(traceback.format_exception(error)))


def _trim(error: BaseException | None, seen: set[int]) -> None:
    """Take frames of dynclient and runpy out of an error, and of those it came from."""
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
    made = None
    for each in reversed(kept):
        made = TracebackType(made, each.tb_frame, each.tb_lasti, each.tb_lineno)
    return made


def _is_inner(file: str) -> bool:
    return file.startswith(("<frozen ", _PACKAGE + os.sep)) or file == runpy.__file__
