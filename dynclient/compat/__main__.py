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
    parser.add_argument(
        "--release",
        help="release whose schemas define metadata.generated (default: the server's, else the"
        " newest in the cache)",
    )
    parser.add_argument("script", help="path of the script")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="arguments of the script")
    options = parser.parse_args(arguments)
    try:
        return run(options.script, options.arguments, options.release)
    except (DynclientError, FileNotFoundError) as error:
        sys.stderr.write(f"dynclient: {error}\n")
        return MISUSED


if __name__ == "__main__":
    sys.exit(main())
