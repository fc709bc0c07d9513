"""Backups: everything of a server in one file, and back."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time
from typing import TYPE_CHECKING, NamedTuple

from dynclient.as_code.applied_state import FOLDER, AppliedState
from dynclient.as_code.apply import Application, ApplyResult, check_plan
from dynclient.as_code.apply import Options as ApplyOptions
from dynclient.as_code.backup_file import read_backup, write_backup
from dynclient.as_code.catalogue import Catalogue
from dynclient.as_code.catalogue_plan import CataloguePlan
from dynclient.as_code.dump import dump
from dynclient.as_code.plan_actions import KEEP, Action
from dynclient.as_code.planner import Options as PlanOptions
from dynclient.as_code.planner import Planner
from dynclient.as_code.request_fields import LeftOut
from dynclient.as_code.sections import Switches
from dynclient.as_code.selection import Options
from dynclient.as_code.whole_files import folder_beside
from dynclient.documentation import document_fields
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from dynclient.session.session import Session


@document_fields
class Backup(NamedTuple):
    """What a backup contains.

    Attributes:
        path: Path of the file.
        release: Name of the release of the server.
        counts: Number of entities by entity type.
        left_out: What no document says, by its path and reason: for each, the number of entities.
    """

    path: str
    release: str
    counts: dict[str, int]
    left_out: dict[LeftOut, int]

    @property
    def total(self) -> int:
        """The number of entities."""
        return sum(self.counts.values())


@document_fields
class Restoration(NamedTuple):
    """What became of a backup on a server.

    Attributes:
        counts: Number of entities in the backup by entity type.
        result: What became of each entity that was created or changed.
        differing: What has to be done still so that the server has what the backup says, found by
            comparing all of it again; empty if everything was restored.
    """

    counts: dict[str, int]
    result: ApplyResult
    differing: list[Action]


def create_backup(
    session: Session, path: Path, switches: Switches, *, replace: bool = False
) -> Backup:
    """Write everything of a server into a file; see ``om.backup``."""
    with folder_beside(path, replace=replace) as temporary:
        folder, staged = Path(temporary, "documents"), Path(temporary, path.name)
        found = dump(session, folder, Options(format="jsonl", sections=switches))
        release = session.release.name
        facts = write_backup(folder, staged, session.host, release, int(time() * 1000))
        if facts.counts != found.counts:
            raise UsageError(f"{path} cannot be written: it has other entities than were read")
        staged.replace(path)
    return Backup(str(path), release, facts.counts, found.left_out)


def restore_backup(
    session: Session,
    path: Path,
    options: ApplyOptions,
    *,
    confirm: Callable[[CataloguePlan], None] | None = None,
) -> Restoration:
    """Make a server have what a backup says; see ``om.restore_backup``.

    Args:
        session: the session of the server.
        path: path of the file.
        options: how the plan is applied.
        confirm: called with the plan before anything is written; an error that it raises ends the
            restoration.
    """
    with TemporaryDirectory(prefix="dynclient-backup-") as temporary:
        folder = Path(temporary)
        facts = read_backup(path, folder)
        with AppliedState(folder, session.host, write=True) as state:
            plan = _plan(session, folder, state)
            check_plan(session, plan, options)
            if confirm is not None:
                confirm(plan)
            result = Application(session, plan, state, options).run()
        # Without the state of this restoration, all of it is compared with the server.
        shutil.rmtree(folder / FOLDER)
        with AppliedState(folder, session.host) as state:
            rest = _plan(session, folder, state)
    differing = [each for each in rest.actions if each.kind != KEEP]
    return Restoration(facts.counts, result, differing)


def plan_of_backup(session: Session, path: Path) -> CataloguePlan:
    """Return what restoring a backup would do; only reads are sent.

    Args:
        session: the session of the server.
        path: path of the file.
    """
    with TemporaryDirectory(prefix="dynclient-backup-") as temporary:
        folder = Path(temporary)
        read_backup(path, folder)
        with AppliedState(folder, session.host) as state:
            plan = _plan(session, folder, state)
    plan.folder = str(path)
    return plan


def _plan(session: Session, folder: Path, state: AppliedState) -> CataloguePlan:
    return Planner(session, Catalogue(folder, session.release), state, PlanOptions()).plan()
