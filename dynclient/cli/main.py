"""How the ``dynclient`` command starts, and how it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from dynclient.cli.exit_codes import DONE, FAILED, INTERRUPTED, MISUSED

_EXTRAS = {
    "typer": "cli",
    "rich": "cli",
    "starlette": "sandbox",
    "uvicorn": "sandbox",
    "jsonpatch": "sandbox",
}
"""Which extra brings a package that a command needs."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; never ends in a traceback for an expected error.

    ``arguments`` are those of the command line where None. With ``DYNCLIENT_TRACEBACK=1`` in the
    environment errors are raised as they are, for reports of bugs.
    """
    from dynclient.errors import DynclientError

    try:
        from dynclient.cli.app import run

        return run(sys.argv[1:] if arguments is None else arguments)
    except ModuleNotFoundError as error:
        extra = _EXTRAS.get((error.name or "").split(".")[0])
        if extra is None or os.environ.get("DYNCLIENT_TRACEBACK"):
            raise
        return _say(
            f"this needs the package {error.name!r}, which is not installed;\n"
            f"  pip install 'dynclient[{extra}]'",
            MISUSED,
        )
    except BrokenPipeError:
        # Whoever read the output has seen enough, as `head` does; the rest goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except (DynclientError, OSError) as error:
        if os.environ.get("DYNCLIENT_TRACEBACK"):
            raise
        return _say(str(error), FAILED)
    except KeyboardInterrupt:
        return _say("interrupted", INTERRUPTED)


def _say(text: str, code: int) -> int:
    print(f"dynclient: {text}", file=sys.stderr)
    return code
