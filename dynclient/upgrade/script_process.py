"""``python -m dynclient.upgrade.script_process REPORT SCRIPT …``: run a script and report on it.

The script runs as with ``dynclient run``. The report is a JSON file with its DriftWarnings and the
error that ended it.
"""

from __future__ import annotations

import json
import sys
import traceback
import warnings
from pathlib import Path
from typing import Any

from dynclient.errors import DriftWarning
from dynclient.secrets import printable


def main(report: str, script: str, arguments: list[str]) -> int:
    """Run a script, write the report, and return the exit code of the script."""
    from dynclient.compat.run import run

    found: dict[str, Any] = {"warnings": [], "error": ""}
    show = warnings.showwarning

    def note(message: Any, category: Any, filename: str, lineno: int, *rest: Any) -> None:
        if issubclass(category, DriftWarning):
            found["warnings"].append([lineno, printable(str(message))])
        else:
            show(message, category, filename, lineno, *rest)

    def failed(kind: Any, error: BaseException, trace: Any) -> None:
        lines = [
            frame.lineno for frame in traceback.extract_tb(trace) if Path(frame.filename) == path
        ]
        text = f"{kind.__name__}: {printable(str(error))}".rstrip(": ")
        found["error"] = f"line {lines[-1]}: {text}" if lines else text
        traceback.print_exception(kind, error, trace)

    path = Path(script)
    # Warnings are printed once for each place in the script; a filter of the script may hide them.
    warnings.simplefilter("default", DriftWarning)
    warnings.showwarning = note  # type: ignore[assignment]  # the signature has names of typeshed
    sys.excepthook = failed
    try:
        return run(script, arguments)
    finally:
        Path(report).write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
