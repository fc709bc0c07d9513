"""Scripts and programs run against a sandbox, with their errors and warnings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dynclient.errors import UsageError
from dynclient.secrets import printable

if TYPE_CHECKING:
    from dynclient.sandbox.process import RunningSandbox

_LINES = 40
"""How many of the last lines of the output are kept."""
_OURS = "OPENMETADATA_"
_TIMED_OUT = 124
"""The exit code that a run has that was ended, as of the command ``timeout``."""


class Outcome(NamedTuple):
    """How a run ended."""

    exit_code: int
    error: str
    """The exception that ended it, with the line of the script; empty if there was none."""
    warnings: tuple[tuple[int, str], ...]
    """Its DriftWarnings, with their lines."""
    output: str
    """The last lines of its standard output and standard error."""


def run_script(
    script: Path, sandbox: RunningSandbox, arguments: Sequence[str] = (), *, timeout: float
) -> Outcome:
    """Run a script or a program against a sandbox.

    Args:
        script: a Python script, which runs with the drop-in, or a program.
        sandbox: where the environment of the script points to.
        arguments: the arguments of the script.
        timeout: after how many seconds it is ended.

    Raises:
        UsageError: it cannot be executed.
    """
    known = {name: each for name, each in os.environ.items() if not name.startswith(_OURS)}
    environment = {
        **known,
        **dict.fromkeys(("OM_HOST", "OPENMETADATA_HOST"), sandbox.host),
        **dict.fromkeys(("OM_TOKEN", "OPENMETADATA_TOKEN"), sandbox.admin_token),
    }
    with tempfile.TemporaryDirectory(prefix="dynclient-") as folder:
        report = Path(folder, "report.json")
        program = [str(script.resolve())]
        if script.suffix == ".py":
            module = "dynclient.upgrade.script_process"
            program = [sys.executable, "-m", module, str(report), *program]
        try:
            done = subprocess.run(  # noqa: S603 - the script that the caller named
                [*program, *arguments],
                env=environment, capture_output=True, text=True, check=False, timeout=timeout,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Outcome(_TIMED_OUT, f"it did not end within {timeout:g} seconds", (), "")
        except OSError as error:
            raise UsageError(f"{script} cannot be executed: {error.strerror}") from None
        found = json.loads(report.read_text("utf-8")) if report.exists() else {}
    text = "\n".join((done.stdout + done.stderr).splitlines()[-_LINES:])
    return Outcome(
        done.returncode,
        found.get("error", ""),
        tuple((line, text) for line, text in found.get("warnings", ())),
        printable(text.replace(sandbox.admin_token, "**********")),
    )
