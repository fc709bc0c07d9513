"""A part of a catalogue copied to another server: dump, plan, apply."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from os import PathLike
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from dynclient.extensions.arguments import as_path
from dynclient.tracebacks import public_call

if TYPE_CHECKING:
    from dynclient.as_code.apply import ApplyResult
    from dynclient.as_code.catalogue_plan import CataloguePlan
    from dynclient.client.client import Client


@public_call
def copy(
    source: Client,
    target: Client,
    *,
    service: str = "",
    types: Iterable[Any] | str = (),
    where: str = "",
    folder: str | PathLike[str] | None = None,
    overwrite: bool = False,
    lossy: bool = False,
    without_secrets: bool = False,
    progress: bool | None = None,
    confirm: Callable[[CataloguePlan], object] | None = None,
) -> ApplyResult:
    """Copy a part of a catalogue to another server, of any release.

    It is dumped into files, planned and applied; what it refers to is created where it is missing.

    Args:
        source: a client of the server to read.
        target: a client of the server to write.
        service: the fully qualified name of a service, which is copied with all that is below it.
        types: the entity types to copy, by any name of their collections; default: all.
        where: conditions, ``owner:ada -tier:*``, as in a search; needs ``types``.
        folder: path of a folder for the files, to continue later or to check them; by default they
            are removed at the end.
        overwrite: whether conflicts are decided for the source.
        lossy: whether to leave out what the release of the target has no place for.
        without_secrets: whether to leave out secrets that are not set in the environment.
        progress: whether to show a progress bar; None: only in a terminal.
        confirm: called with the plan before anything is written; an error that it raises ends the
            copy.

    Returns:
        What was done, with a report for each entity.

    Raises:
        BadArguments: an argument is wrong; lists all problems.
        ValidationFailed: what is planned is not valid for the release of the target, or would lose
            something without ``lossy=True``; lists all problems.
        UsageError: the folder cannot be written.
        ServerError, TransportError: a list could not be read; nothing was written.
    """
    kept = None if folder is None else as_path(folder, "copy", "folder")
    with TemporaryDirectory(prefix="dynclient-copy-") as temporary:
        place = temporary if kept is None else kept
        source.dump(place, service=service, types=types, where=where, format="jsonl")
        plan: CataloguePlan = target.plan(place, overwrite=overwrite)
        if confirm is not None:
            confirm(plan)
        result: ApplyResult = target.apply(
            plan, lossy=lossy, without_secrets=without_secrets, progress=progress
        )
        return result
