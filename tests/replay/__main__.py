"""Replay recordings against the sandbox and print how many responses are equal.

``python -m tests.replay [RELEASE …] [--scenario NAME …] [-v] [--write | --unseen]``
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from tests.replay import figures, known_differences, recordings
from tests.replay.leave_out import replay_unseen
from tests.replay.replayer import Comparison, replay


def main() -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.replay",
        description="Replay recordings of real servers against the sandbox and compare responses.",
    )
    parser.add_argument(
        "release", nargs="*", help="releases to replay (default: all that have recordings)"
    )
    parser.add_argument("--scenario", nargs="*", help="scenarios to replay (default: all)")
    parser.add_argument("-v", "--verbose", action="store_true", help="print every difference")
    parser.add_argument(
        "--write", action="store_true", help=f"update {known_differences.FILE.name}"
    )
    parser.add_argument(
        "--unseen", action="store_true", help="leave out the rules that only this release shows"
    )
    arguments = parser.parse_args()
    if arguments.unseen and arguments.write:
        parser.error("--unseen shows what would be; --write is for what is")
    results: dict[str, dict[str, list[Comparison]]] = {}
    rows = []
    for release in arguments.release or recordings.releases():
        for scenario in recordings.scenarios(release):
            if arguments.scenario and scenario not in arguments.scenario:
                continue
            comparisons = (replay_unseen if arguments.unseen else replay)(release, scenario)
            results.setdefault(release, {})[scenario] = comparisons
            rows.append(figures.count_equal(release, scenario, comparisons))
            if arguments.verbose:
                _print_differences(comparisons)
    if not rows:
        parser.error(f"no recordings match; there are recordings of {recordings.releases()}")
    print("\n".join(figures.table(rows)))
    if arguments.write:
        replayed = {(row.release, row.scenario) for row in rows}
        current = known_differences.find_differences(results)
        content = known_differences.update(known_differences.load(), current, replayed)
        known_differences.write(content)
    return 0


def _print_differences(comparisons: list[Comparison]) -> None:
    kinds: Counter[str] = Counter()
    for comparison in comparisons:
        if comparison.same:
            continue
        recorded, actual = comparison.status
        print(f"#{comparison.number} [{comparison.step}] {comparison.request} {recorded}/{actual}")
        for line in (*comparison.headers, *comparison.body[:6]):
            print(f"      {line[:300]}")
        kinds.update(known_differences.kinds(comparison))
    for kind, count in kinds.most_common(25):
        print(f"{count:6} {kind}")


if __name__ == "__main__":
    sys.exit(main())
