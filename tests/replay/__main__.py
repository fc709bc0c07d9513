"""``python -m tests.replay RELEASE [SCENARIO …] [-v] [--all]``: figures; -v: every difference."""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from dynclient import sandbox
from tests.replay import recordings
from tests.replay.replayer import Compared, Replay, Server
from tests.trees import TREES


def replay(release: str, scenarios: list[str]) -> dict[str, list[Compared]]:
    """Play scenarios, each against a fresh sandbox."""
    out = {}
    for scenario in scenarios:
        with sandbox.start(release, tree=TREES[release]) as running:
            server = Server(running.host, running.admin_token, running.bot_token)
            player = Replay(server)
            try:
                out[scenario] = player.run(recordings.load(release, scenario))
            finally:
                player.close()
    return out


def table(results: dict[str, list[Compared]]) -> str:
    """Return the figures as text."""
    lines = [f"{'scenario':20}{'exchanges':>10}{'status':>9}{'body':>9}{'headers':>9}"]
    rows = [*results.items(), ("all", [one for found in results.values() for one in found])]
    for name, found in rows:
        count = len(found) or 1
        status = sum(one.same_status for one in found) / count
        body = sum(one.same_body for one in found) / count
        headers = sum(not one.headers for one in found) / count
        lines.append(f"{name:20}{len(found):>10}{status:>9.1%}{body:>9.1%}{headers:>9.1%}")
    return "\n".join(lines)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.replay")
    parser.add_argument("release", choices=recordings.releases())
    parser.add_argument("scenario", nargs="*")
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("--all", action="store_true", help="also the scenarios of single features")
    given = parser.parse_args()
    known = recordings.scenarios(given.release)
    generic = [name for name in recordings.GENERIC if name in known]
    names = given.scenario or (known if given.all else generic)
    results = replay(given.release, names)
    if given.verbose:
        kinds: Counter[str] = Counter()
        for found in results.values():
            for one in found:
                if one.same:
                    continue
                print(f"#{one.number} [{one.step}] {one.request} {one.status[0]}/{one.status[1]}")
                for line in (*one.headers, *one.body[:6]):
                    print(f"      {line[:300]}")
                    kinds[line.partition(":")[0]] += 1
        print()
        for kind, count in kinds.most_common(25):
            print(f"{count:6} {kind}")
    print(table(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
