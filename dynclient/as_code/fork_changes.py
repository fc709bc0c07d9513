"""What was changed in a fork, as a folder of documents that a plan can be made of."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from dynclient.as_code.applied_state import Applied, AppliedState
from dynclient.as_code.folder_writer import FolderWriter
from dynclient.as_code.fork_file import ForkChange, open_fork
from dynclient.as_code.manifest import Manifest
from dynclient.as_code.sections import PATCHED

if TYPE_CHECKING:
    from dynclient.session.session import Session

SUFFIX = "-changes"
"""What the name of the folder has after that of the data file."""
_MADE = "fork"


def changes_folder(path: Path) -> Path:
    """Return the folder beside a data file that its changes are written into."""
    return path.with_name(f"{path.name}{SUFFIX}")


def write_changes(session: Session, path: Path) -> Path:
    """Write the documents of what was changed in a fork into a folder beside its data file.

    The state of the server when the fork was made becomes the state that a plan compares with, as
    if it had been applied last; for what was applied since, that is kept.

    Args:
        session: the session of the server that the changes are for.
        path: path of the data file.

    Returns:
        The folder.

    Raises:
        UsageError: it is not the data file of a fork, or the folder cannot be written.
    """
    folder = changes_folder(path)
    with open_fork(path, session.release) as fork:
        facts = fork.facts
        _remove_older(folder, facts.at)
        writer = FolderWriter(folder, "jsonl")
        try:
            with AppliedState(folder, session.host, write=True) as state:
                for change in fork.changes():
                    if change.before is not None and change.key not in state:
                        state.record(change.key, _applied(change))
                    after = change.after
                    if after is not None and (after.request or after.sections):
                        writer.add(after)
            writer.finish(Manifest("jsonl", facts.release, {_MADE: facts.at}))
        except BaseException:
            writer.discard()
            raise
    return folder


def _remove_older(folder: Path, at: int) -> None:
    """Remove the changes of an earlier fork of the same name."""
    known = Manifest.read(folder)
    if known is not None and known.selection.get(_MADE) != at:
        shutil.rmtree(folder)


def _applied(change: ForkChange) -> Applied:
    """Return what the server had; what was deleted in the fork may be deleted there."""
    before = change.before
    if before is None:
        raise AssertionError(change)
    fields = before.sections.get(PATCHED) or {}
    sections = {name: each for name, each in before.sections.items() if name != PATCHED}
    request = {**before.request, **fields}
    return Applied(request, before.release, change.stamp, change.after is None, sections)
