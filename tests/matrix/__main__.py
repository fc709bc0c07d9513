"""Run the grid on all releases at hand, and write it: ``python -m tests.matrix --write FILE``.

Without ``--write`` it is printed. It ends with 1 where a cell is not as it is known to be.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.matrix import grid
from tests.support.trees import ALL_RELEASES


def main() -> int:
    """Run it and return how it ended."""
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    parser.add_argument("--write", type=Path, metavar="FILE", help="where the page goes")
    asked = parser.parse_args()
    surprises: list[str] = []
    whole: grid.Grid = {}
    for name in ALL_RELEASES:
        whole[name] = grid.run(name, surprises.append)
        told = grid.count(whole[name])
        sys.stderr.write(f"{name}: {told.creatable} of {told.entities} made, {told.red} red\n")
    page = grid.document(whole)
    if asked.write is None:
        sys.stdout.write(page)
    else:
        asked.write.write_text(page, "utf-8")
    sys.stderr.writelines(f"{line}\n" for line in surprises)
    return 1 if surprises else 0


if __name__ == "__main__":
    sys.exit(main())
