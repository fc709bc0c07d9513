"""The calls of ``calls/`` made by one SDK on a sandbox that no other client has seen.

``python -m tests.compat.comparison OFFICIAL_PYTHON`` records what the official SDK does in
``data/calls-1.6.0.json``: what each call sends and returns, and the types of the values. The
recording is ours: made by our calls, on our sandbox, without anything of the official package.

The sandbox, the client and the recorder of the requests are three processes with a cache each, so
neither side can take from a cache what the other one wrote there.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dynclient import sandbox
from dynclient.releases.cache import VARIABLE, default_directory
from tests.compat.normalization import Normalizer
from tests.support.fault_proxy import FaultProxy
from tests.support.trees import release_named

RELEASE = "1.6.0"
"""The release of the official SDK that is compared, and of the sandbox."""
HERE = Path(__file__).parent
RECORDING = HERE / "data" / f"calls-{RELEASE}.json"
SCRIPT = HERE / "serve_calls.py"


class Made(NamedTuple):
    """What came of one call."""

    requests: list[str]
    outcome: dict[str, Any]


class Run(NamedTuple):
    """All calls of one SDK.

    Attributes:
        calls: by name, in order.
        types: names of types, by the place they were found at.
    """

    calls: dict[str, Made]
    types: dict[str, list[str]]


class _Recorder(FaultProxy):
    """Forwards requests and keeps them with their responses."""

    def __init__(self, upstream: str) -> None:
        super().__init__(upstream)
        self.recorded: list[tuple[str, str, bytes, bytes]] = []

    def _forward(self, method: str, target: str, headers: Any, body: bytes) -> Any:
        answer = super()._forward(method, target, headers, body)
        self.recorded.append((method, target, body, answer.body))
        return answer

    def take(self) -> list[tuple[str, str, bytes, bytes]]:
        """Return what was recorded since the last time."""
        taken, self.recorded = self.recorded, []
        return taken


def _caches(stack: contextlib.ExitStack, count: int) -> Iterator[str]:
    """Yield new caches with the release in them, which are removed at the end."""
    release_named(RELEASE)  # reads it into the present cache, which they are copies of
    for _ in range(count):
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="dynclient-calls-"))
        shutil.copytree(default_directory(), folder, dirs_exist_ok=True)
        yield folder


@contextlib.contextmanager
def _sandbox(cache: str) -> Iterator[sandbox.RunningSandbox]:
    """Yield a new sandbox with a separate cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, cache)
        running = sandbox.start(RELEASE)
    with running:
        yield running


def command(python: str) -> list[str]:
    """Return how a script is run: by the official SDK if that Python is not the present one."""
    here = [sys.executable, "-m", "dynclient.compat", "--release", RELEASE]
    return here if python == sys.executable else [python]


def run_calls(python: str) -> Run:
    """Make all calls with one SDK, on a new sandbox.

    Args:
        python: that of the official SDK's environment; the present one for ours.
    """
    with contextlib.ExitStack() as stack:
        caches = _caches(stack, 2)
        running = stack.enter_context(_sandbox(next(caches)))
        recorder = stack.enter_context(_Recorder(running.host))
        environment = {**os.environ, VARIABLE: next(caches), "PYTHONHASHSEED": "0"}
        if python != sys.executable:
            environment["PYTHONPATH"] = ""  # the official SDK may not see this checkout
        log = stack.enter_context(tempfile.TemporaryFile("w+"))
        process = subprocess.Popen(
            [*command(python), str(SCRIPT), recorder.base, running.admin_token],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=environment,
        )  # fmt: skip
        with process:
            try:
                return _conversation(process, recorder)
            except (ValueError, OSError) as error:
                process.kill()
                log.seek(0)
                raise AssertionError(f"the calls ended early:\n{log.read()[-4000:]}") from error


def _conversation(process: subprocess.Popen[str], recorder: _Recorder) -> Run:
    assert process.stdin is not None
    assert process.stdout is not None
    normalizer = Normalizer()
    calls: dict[str, Made] = {}
    types: dict[str, set[str]] = {}
    for name in json.loads(process.stdout.readline()):
        print(name, file=process.stdin, flush=True)
        outcome = json.loads(process.stdout.readline())
        sent = recorder.take()
        for *_, answer in sent:
            normalizer.learn(answer)
        for place, names in outcome.pop("types", {}).items():
            types.setdefault(place, set()).update(names)
        requests = [normalizer.request(*each[:3]) for each in sent]
        calls[name] = Made(requests, normalizer.value(outcome))
    return Run(calls, {place: sorted(names) for place, names in sorted(types.items())})


def recorded() -> Run:
    """Return what the official SDK did when it was recorded."""
    data = json.loads(RECORDING.read_text("utf-8"))
    calls = {name: Made(made["requests"], made["outcome"]) for name, made in data["calls"].items()}
    return Run(calls, {place: names.split() for place, names in data["types"].items()})


def written(run: Run) -> str:
    """Return a recording as it is stored: a call and a place on each line."""
    dump = functools.partial(json.dumps, ensure_ascii=False)
    calls = ",\n".join(
        f"  {dump(name)}: {dump(made._asdict())}" for name, made in run.calls.items()
    )
    types = ",\n".join(
        f"  {dump(place)}: {dump(' '.join(names))}" for place, names in run.types.items()
    )
    return f'{{\n "calls": {{\n{calls}\n }},\n "types": {{\n{types}\n }}\n}}\n'


def main() -> None:
    """Record the calls."""
    parser = argparse.ArgumentParser(prog="python -m tests.compat.comparison", description=__doc__)
    parser.add_argument("python", help="the Python of the official SDK's environment")
    parser.add_argument("--to", type=Path, default=RECORDING, metavar="FILE")
    options = parser.parse_args()
    run = run_calls(options.python)
    options.to.write_text(written(run), "utf-8")
    print(f"{len(run.calls)} calls recorded in {options.to}")


if __name__ == "__main__":
    main()
