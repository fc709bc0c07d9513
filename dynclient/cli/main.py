"""The entry point of the ``dynclient`` command: errors become messages and exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from dynclient.cli.exit_codes import DONE, FAILED, INTERRUPTED, MISUSED
from dynclient.tracebacks import FULL, public_call

_EXTRAS = {
    "typer": "cli",
    "rich": "cli",
    "starlette": "sandbox",
    "uvicorn": "sandbox",
    "jsonpatch": "sandbox",
    "tomlkit": "login",
}
"""The extra that installs a package which a command needs."""


@public_call
def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Expected errors are printed without a traceback. With ``DYNCLIENT_TRACEBACK=1`` in the
    environment they are raised, for bug reports.

    Args:
        arguments: the words after ``dynclient``; None for those of the command line.

    Returns:
        An exit code of :mod:`dynclient.cli.exit_codes`.
    """
    from dynclient.errors import DynclientError

    try:
        from dynclient.cli.app import run

        return run(sys.argv[1:] if arguments is None else arguments)
    except ModuleNotFoundError as error:
        extra = _EXTRAS.get((error.name or "").split(".")[0])
        if extra is None or os.environ.get(FULL):
            raise
        return _fail(
            f"this command needs the package {error.name!r}, which is not installed; run\n"
            f"  pip install 'dynclient[{extra}]'",
            MISUSED,
        )
    except BrokenPipeError:
        # The reader has closed the pipe, as `head` does; discard the rest.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except (DynclientError, OSError) as error:
        if os.environ.get(FULL):
            raise
        from dynclient.cli.error_text import error_text

        return _fail(error_text(error), FAILED)
    except KeyboardInterrupt:
        return _fail("interrupted", INTERRUPTED)


def _fail(text: str, code: int) -> int:
    print(f"dynclient: {text}", file=sys.stderr)
    return code
