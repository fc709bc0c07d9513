"""The entry point of the ``dynclient`` command: errors become messages and exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from dynclient.cli.exit_codes import DONE, FAILED, INTERRUPTED, MISUSED
from dynclient.tracebacks import FULL, public_call

COMPLETED_SHELL = "_DYNCLIENT_COMPLETE"
"""The environment variable in which the script of a shell has the name of the shell."""

_EXTRAS = {
    "typer": "cli",
    "rich": "cli",
    "starlette": "sandbox",
    "uvicorn": "sandbox",
    "jsonpatch": "sandbox",
    "IPython": "shell",
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

    words = sys.argv[1:] if arguments is None else arguments
    try:
        shell = os.environ.get(COMPLETED_SHELL)
        if shell:
            from dynclient.cli.completion import complete

            complete(shell, words)
            return DONE
        from dynclient.cli.app import run

        code = run(words)
        sys.stdout.flush()
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
        return _report(error, words, FAILED)
    except KeyboardInterrupt as error:
        return _report(error, words, INTERRUPTED)
    return code


def _report(error: BaseException, words: Sequence[str], code: int) -> int:
    from dynclient.cli.error_text import asks_for_json, error_json, error_text

    text = error_text(error)
    if asks_for_json(words):
        print(error_json(error, text), file=sys.stderr)
        return code
    return _fail(text, code)


def _fail(text: str, code: int) -> int:
    print(f"dynclient: {text}", file=sys.stderr)
    return code
