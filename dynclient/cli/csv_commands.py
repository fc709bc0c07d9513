"""``dynclient export`` and ``dynclient import``: what is below an entity as CSV."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from dynclient.cli.data_files import STANDARD_INPUT, read_text
from dynclient.cli.exit_codes import DONE, FAILED
from dynclient.cli.output import Output, escaped, show_blocks, show_object
from dynclient.cli.targets import Target
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from dynclient.client.client import Client


def export_csv(output: Output, om: Client, target: Target, file: str | None = None) -> int:
    """Write what is below an entity as CSV.

    Args:
        output: where to print without a file.
        om: a client.
        target: the entity: a glossary, a team, a table …
        file: path of the file to write; it is replaced as a whole. None prints the text.

    Raises:
        NotSupported: the type has no CSV.
    """
    text: str = target.collection(om).export_csv(target.key)
    if file is None or file == STANDARD_INPUT:
        output.write(escaped(text) if output.is_terminal else text)
        return DONE
    _replace(Path(file), text)
    output.say(f"wrote {max(text.count(chr(10)), 1):,} lines to {file}")
    return DONE


def _replace(path: Path, text: str) -> None:
    """Write a file as a whole, so that nothing is half-written."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}"
    else:
        message = ""
    if message:
        raise UsageError(message)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as opened:
            opened.write(text)
        if path.exists():
            Path(name).chmod(path.stat().st_mode & 0o777)
        else:
            mask = os.umask(0)
            os.umask(mask)
            Path(name).chmod(0o666 & ~mask)
        Path(name).replace(path)
    except BaseException as error:
        Path(name).unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename = str(path)  # an error of write() names no file
        raise


def import_csv(
    output: Output, om: Client, target: Target, file: str, *, dry_run: bool = True
) -> int:
    """Read CSV into what is below an entity, and print what became of it.

    Args:
        output: where and how.
        om: a client.
        target: the entity.
        file: path of a CSV file; ``-`` for standard input.
        dry_run: change nothing.

    Returns:
        0 if all rows are right, else 1.
    """
    text = read_text(file)
    result = target.collection(om).import_csv(target.key, text, dry_run=dry_run)
    if output.is_table:
        show_blocks(output, result._blocks())
        if result and dry_run:
            output.say("nothing was changed; repeat it with --no-dry-run")
    else:
        show_object(
            output,
            {
                "status": result.status,
                "dryRun": result.is_dry_run,
                "reason": result.reason,
                "processed": result.processed,
                "passed": result.passed,
                "failed": result.failed,
                "rows": [row._asdict() for row in result.rows],
            },
        )
    return DONE if result else FAILED
