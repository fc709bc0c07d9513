"""``python -m tests.replay [RELEASE …] [--scenario NAME …] [-v] [--write]``: plays and compares.

Prints the figures; ``-v`` every difference as well; ``--write`` brings ``differences.json`` up to
date.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from tests.replay import figures, listed, recordings
from tests.replay.replayer import Compared, play


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.replay")
    parser.add_argument("release", nargs="*", help="all of which there are recordings, if none")
    parser.add_argument("--scenario", nargs="*", help="all, if none")
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    results: dict[str, dict[str, list[Compared]]] = {}
    rows = []
    for release in given.release or recordings.releases():
        for scenario in recordings.scenarios(release):
            if given.scenario and scenario not in given.scenario:
                continue
            compared = play(release, scenario)
            results.setdefault(release, {})[scenario] = compared
            rows.append(figures.of(release, scenario, compared))
            if given.verbose:
                _tell(compared)
    print("\n".join(figures.table(rows)))
    if given.write:
        played = {(row.release, row.scenario) for row in rows}
        listed.write(listed.updated(listed.load(), listed.found(results), played))
    return 0


def _tell(compared: list[Compared]) -> None:
    often: Counter[str] = Counter()
    for one in compared:
        if one.same:
            continue
        print(f"#{one.number} [{one.step}] {one.request} {one.status[0]}/{one.status[1]}")
        for line in (*one.headers, *one.body[:6]):
            print(f"      {line[:300]}")
        often.update(listed.kinds(one))
    for kind, count in often.most_common(25):
        print(f"{count:6} {kind}")


if __name__ == "__main__":
    sys.exit(main())
