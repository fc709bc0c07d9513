"""``python -m dynclient.compat script.py …``: run a script of the official SDK, unmodified."""

from __future__ import annotations

import argparse
import sys

from dynclient.compat.run import MISUSED, run
from dynclient.errors import DynclientError


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, run the script and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m dynclient.compat",
        description="Run a script written for the official OpenMetadata SDK.",
    )
    parser.add_argument("--release", help="release to show it (default: the server's, see docs)")
    parser.add_argument("script", help="path of the script")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="what the script is given")
    given = parser.parse_args(arguments)
    try:
        return run(given.script, given.arguments, given.release)
    except (DynclientError, FileNotFoundError) as error:
        sys.stderr.write(f"dynclient: {error}\n")
        return MISUSED


if __name__ == "__main__":
    sys.exit(main())
