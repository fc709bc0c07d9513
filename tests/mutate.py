"""``python -m tests.mutate MODULE``: whether the tests notice when a module is changed.

Cosmic Ray makes small changes to the module ("mutants"), one at a time, and runs the tests on each;
a mutant that no test catches has survived. Works on a copy of the checkout. Prints the number of
mutants that were caught, of how many, and the change of each survivor. The sample is drawn with a
seed, so the same command creates the same mutants.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.support.trees import shared

ROOT = Path(__file__).resolve().parent.parent
NOT_COPIED = shutil.ignore_patterns(
    ".*", "__pycache__", "build", "dist", "*.egg-info"
)  # environments and caches


def main() -> int:
    """Run the mutants of a module; return 1 where the tests fail without any."""
    options = parse_arguments()
    module = options.module.resolve().relative_to(ROOT)
    tests = options.tests or tests_of(module)
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:randomly", *tests]
    with tempfile.TemporaryDirectory(prefix="dynclient-mutants-") as folder:
        copy = Path(folder, "checkout")
        shutil.copytree(ROOT, copy, ignore=NOT_COPIED)
        environment = environment_in(copy)
        print(f"{module}: {' '.join(tests)}", flush=True)
        plain = subprocess.run(
            command, cwd=copy, env=environment, check=False, capture_output=True, text=True
        )
        if plain.returncode:
            print(plain.stdout[-3000:], "the tests fail without any mutant", sep="\n")
            return 1
        results = run_mutants(copy, environment, module, command, options)
    return report(results)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mutate", description=__doc__)
    parser.add_argument("module", type=Path, help="such as dynclient/model/masking.py")
    parser.add_argument("tests", nargs="*", help="tests to run; those of the module's room without")
    parser.add_argument("--sample", type=int, default=30, help="mutants at most; 0 for all")
    parser.add_argument("--seed", type=int, default=0, help="seed of the sample")
    parser.add_argument("--timeout", type=float, default=300, help="seconds for a mutant's tests")
    return parser.parse_args()


def tests_of(module: Path) -> list[str]:
    """Return the tests of a module's room, those of the module itself first."""
    _, *rooms = module.parent.parts
    name = f"test_{module.stem}.py"
    places = [
        Path("tests/unit", *rooms, name),
        Path("tests", *rooms, name),
        Path("tests/unit", *rooms),
        Path("tests/functional", *rooms[:1]) if rooms else Path("tests/unit"),
        *([Path("tests", *rooms)] if rooms[:1] == ["sandbox"] else []),
    ]
    return list(dict.fromkeys(place.as_posix() for place in places if (ROOT / place).exists()))


def environment_in(copy: Path) -> dict[str, str]:
    folder = shared(".")
    found = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    return found if folder is None else {**found, "DYNCLIENT_SHARED": str(folder.resolve())}


def run_mutants(
    copy: Path,
    environment: dict[str, str],
    module: Path,
    command: list[str],
    options: argparse.Namespace,
) -> list[Any]:
    """Run the tests on a sample of mutants and return (mutant, result) pairs."""
    from cosmic_ray.work_db import WorkDB, use_db

    config, session = copy.parent / "config.toml", copy.parent / "session.sqlite"
    config.write_text(
        "[cosmic-ray]\n"
        f"module-path = {json.dumps(module.as_posix())}\n"
        f"timeout = {options.timeout}\n"
        "excluded-modules = []\n"
        f"test-command = {json.dumps(' '.join(command))}\n"
        "[cosmic-ray.distributor]\nname = 'local'\n",
        "utf-8",
    )
    tool = [sys.executable, "-m", "cosmic_ray.cli"]

    def run(*arguments: object) -> None:
        subprocess.run([*tool, *map(str, arguments)], cwd=copy, env=environment, check=True)

    run("init", config, session)
    with use_db(str(session), WorkDB.Mode.open) as db:
        mutants = sorted(db.work_items, key=lambda item: _order(item.mutations[0]))
        if 0 < options.sample < len(mutants):
            mutants = random.Random(options.seed).sample(mutants, options.sample)
        db.clear()
        db.add_work_items(mutants)
        print(f"{len(mutants)} mutants (seed {options.seed}) …", flush=True)
    run("exec", config, session)
    with use_db(str(session), WorkDB.Mode.open) as db:
        return list(db.completed_work_items)


def _order(mutation: Any) -> tuple[Any, ...]:
    return (mutation.start_pos, mutation.operator_name, mutation.occurrence)


def report(results: list[Any]) -> int:
    """Print what survived, and the figures."""
    survivors = [(item, result) for item, result in results if not result.is_killed]
    for item, result in survivors:
        mutation = item.mutations[0]
        place = f"{mutation.module_path}:{mutation.start_pos[0]}"
        print(f"\nsurvived: {place} ({mutation.operator_name})")
        print("\n".join(line for line in (result.diff or "").splitlines() if _is_change(line)))
    caught = len(results) - len(survivors)
    print(f"\n{caught} of {len(results)} mutants caught")
    return 0


def _is_change(line: str) -> bool:
    return line.startswith(("+", "-")) and not line.startswith(("+++", "---"))


if __name__ == "__main__":
    sys.exit(main())
