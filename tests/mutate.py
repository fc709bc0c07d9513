"""``python -m tests.mutate MODULE``: whether the tests notice when a module is changed.

Cosmic Ray makes small changes to the module ("mutants"); the tests run on each until one fails. A
mutant that no test catches has survived. Works on a copy of the checkout. Prints the number of
mutants that were caught, of how many, and the change of each survivor. The sample is drawn with a
seed, so the same command creates the same mutants. Mutants of annotations are left out: annotations
are not evaluated.

The tests of a mutant run in a fork of this process, which has imported the libraries they use but
nothing of the project, so that a mutant costs little more than its tests.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import importlib
import importlib.util
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, NoReturn

ROOT = Path(__file__).resolve().parent.parent
NOT_COPIED = shutil.ignore_patterns(
    ".*", "__pycache__", "build", "dist", "*.egg-info"
)  # environments and caches
PYTEST = (
    *("-x", "-q", "-p", "no:randomly", "-p", "no:cacheprovider"),
    *("-W", "ignore:Module already imported:pytest.PytestAssertRewriteWarning"),
)  # plugins that a fork inherits are not rewritten
OWN = ("dynclient", "tests", "conftest", "benchmarks")
"""Top-level modules that each fork imports for itself."""
LATE = ("_hypothesis", "_pytest", "pytest", "xdist", "pytest_")
"""Modules that pytest imports itself, to rewrite their assertions."""


class Mutant(NamedTuple):
    """A change of a module: its line, the operator that makes it, and the whole source with it."""

    line: int
    operator: str
    source: str


class Checkout(NamedTuple):
    """A copy of the checkout and the arguments of pytest in it."""

    folder: Path
    arguments: list[str]

    def run(self, timeout: float, *, imported: Path | None = None) -> tuple[int, str]:
        """Run the tests in a fork; return pytest's exit code, 1 after the timeout, and its output.

        Args:
            timeout: in seconds.
            imported: a file that receives the names of the modules that the tests imported.
        """
        log = self.folder.parent / "output.txt"
        child = os.fork()
        if not child:
            self._run_here(log, imported)
        end = time.monotonic() + timeout
        while True:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status), log.read_text("utf-8", "replace")
            if time.monotonic() > end:
                with suppress(ProcessLookupError):
                    os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return 1, f"stopped after {timeout:g} s"
            time.sleep(0.02)

    def _run_here(self, log: Path, imported: Path | None) -> NoReturn:
        code = 3
        try:
            os.setsid()
            out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(out, 1)
            os.dup2(out, 2)
            os.chdir(self.folder)
            os.environ["PYTHONPATH"] = sys.path[0] = str(self.folder)
            # Bytecode of other modules is kept from the run without mutants; see also `write`.
            sys.dont_write_bytecode = imported is None
            for name in [name for name in sys.modules if name.split(".")[0] in OWN]:
                del sys.modules[name]
            pytest = importlib.import_module("pytest")
            code = int(pytest.main(self.arguments))
            if imported is not None:
                names = [name for name in sys.modules if name.split(".")[0] not in OWN]
                imported.write_text(json.dumps(names), "utf-8")
        except BaseException:
            traceback.print_exc()
        finally:
            with suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    def write(self, module: Path, source: str) -> None:
        """Replace a module and forget its bytecode, which may be of the same size and second."""
        path = self.folder / module
        path.write_text(source, "utf-8")
        Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)


def main() -> int:
    """Run the mutants of a module; return 1 if the tests fail without any."""
    options = parse_arguments()
    module = options.module.resolve().relative_to(ROOT)
    tests = options.tests or tests_of(module)
    with tempfile.TemporaryDirectory(prefix="dynclient-mutants-") as folder:
        copy = Path(folder, "checkout")
        shutil.copytree(ROOT, copy, ignore=NOT_COPIED)
        # In a temporary folder there is no ../shared.
        shared = copy.parent if options.starter else ROOT.parent / "shared"
        if options.starter or "DYNCLIENT_SHARED" not in os.environ:
            os.environ["DYNCLIENT_SHARED"] = str(shared)
        checkout = Checkout(copy, [*PYTEST, *tests])
        print(f"{module}: {' '.join(tests)}", flush=True)
        names = Path(folder, "imported.json")
        code, output = checkout.run(10 * options.timeout, imported=names)
        if not code:
            preload(json.loads(names.read_text("utf-8")))
            code, output = checkout.run(options.timeout)
        if code:
            print(output[-3000:], "the tests fail without any mutant", sep="\n")
            return 1
        source = (ROOT / module).read_text("utf-8")
        mutants = mutants_of(source, options.sample, options.seed)
        print(f"{len(mutants)} mutants (seed {options.seed}) …", flush=True)
        survivors = 0
        for mutant in mutants:
            checkout.write(module, mutant.source)
            if checkout.run(options.timeout)[0] == 0:
                survivors += 1
                print_survivor(module, source, mutant)
    print(f"\n{len(mutants) - survivors} of {len(mutants)} mutants caught")
    return 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mutate", description=__doc__)
    parser.add_argument("module", type=Path, help="such as dynclient/model/masking.py")
    parser.add_argument(
        "tests",
        nargs="*",
        help="test files or folders to run (default: of the module's room)",
    )
    parser.add_argument("--sample", type=int, default=30, help="mutants at most; 0 for all")
    parser.add_argument("--seed", type=int, default=0, help="seed of the sample")
    parser.add_argument("--timeout", type=float, default=60, help="seconds for a mutant's tests")
    parser.add_argument(
        "--starter", action="store_true", help="without real schema trees, which is faster"
    )
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


def preload(names: list[str]) -> None:
    """Import the libraries that the tests use, once for all forks."""
    for name in names:
        if name.startswith(LATE) or name in sys.modules:
            continue
        with suppress(Exception):
            importlib.import_module(name)


def mutants_of(source: str, sample: int = 0, seed: int = 0) -> list[Mutant]:
    """Return mutants of a module's source: all in its order, or a sample."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator, operator_names

    tree = get_ast(source)
    annotations = annotated(source)
    places = []
    for name in operator_names():
        kind = get_operator(name)
        if kind.arguments():
            continue
        operator = kind()
        positions = (
            start for node in ast_nodes(tree) for start, _ in operator.mutation_positions(node)
        )
        for occurrence, start in enumerate(positions):
            if not any(first <= start < last for first, last in annotations):
                places.append((start, name, occurrence))
    places.sort()
    if 0 < sample < len(places):
        places = random.Random(seed).sample(places, sample)
    found = []
    for (line, _), name, occurrence in places:
        # Cosmic Ray cannot replace a dotted name in a tuple of exceptions.
        with suppress(AttributeError):
            found.append(Mutant(line, name, mutate_code(source, get_operator(name)(), occurrence)))
    return found


def annotated(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return where annotations and ``if TYPE_CHECKING`` are: (line, column) of start and end."""
    nodes: list[ast.expr | None] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.arg, ast.AnnAssign)):
            nodes.append(node.annotation)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            nodes.append(node.returns)
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            nodes.append(node.test)
    return [
        ((node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0))
        for node in nodes
        if node is not None
    ]


def print_survivor(module: Path, source: str, mutant: Mutant) -> None:
    print(f"\nsurvived: {module}:{mutant.line} ({mutant.operator})")
    lines = difflib.unified_diff(source.splitlines(), mutant.source.splitlines(), n=0, lineterm="")
    print("\n".join(line for line in list(lines)[3:]), flush=True)


if __name__ == "__main__":
    sys.exit(main())
