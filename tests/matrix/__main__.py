"""Run the grid on all available releases and write it: ``python -m tests.matrix --write FILE``.

Without ``--write`` the page is printed. The exit code is 1 if a cell is not as expected.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.matrix import grid
from tests.support.trees import ALL_RELEASES


def main() -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    parser.add_argument("--write", type=Path, metavar="FILE", help="the file to write the page to")
    arguments = parser.parse_args()
    deviations: list[str] = []
    whole: grid.Grid = {}
    for name in ALL_RELEASES:
        whole[name] = grid.run(name, deviations.append)
        counts = grid.count(whole[name])
        sys.stderr.write(
            f"{name}: {counts.creatable} of {counts.entities} entity types created,"
            f" {counts.red} cells red\n"
        )
    page = grid.document(whole)
    if arguments.write is None:
        sys.stdout.write(page)
    else:
        arguments.write.write_text(page, "utf-8")
    sys.stderr.writelines(f"{line}\n" for line in deviations)
    return 1 if deviations else 0


if __name__ == "__main__":
    sys.exit(main())
