"""``python -m dynclient.sandbox``: serve a release from the command line."""

from __future__ import annotations

import argparse
import sys

from dynclient.errors import DynclientError
from dynclient.sandbox.server import serve


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and serve; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m dynclient.sandbox", description="An embedded OpenMetadata server."
    )
    parser.add_argument("--release", help="a release in the cache (default: the starter release)")
    parser.add_argument("--tree", help="a folder or archive that holds a schema tree")
    parser.add_argument("--data", help="SQLite file to keep everything in (default: thrown away)")
    parser.add_argument("--port", type=int, default=0, help="0 for any free port")
    parser.add_argument("--json", action="store_true", help="tell host and tokens as one JSON line")
    parser.add_argument("--follow-parent", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    try:
        serve(
            given.release,
            tree=given.tree,
            data=given.data,
            port=given.port,
            json=given.json,
            follow_parent=given.follow_parent,
        )
    except (DynclientError, OSError, ValueError) as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
