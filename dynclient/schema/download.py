"""All files of a release on GitHub: fetched side by side, resumed, and taken in as a whole."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING

from dynclient.errors import DynclientError
from dynclient.schema.staging import Staging

if TYPE_CHECKING:
    from dynclient.schema.cache import Cache
    from dynclient.schema.github import Listed, Remote
    from dynclient.schema.tree import Release

PARALLEL = 16
"""Files that are under way at once."""

Progress = Callable[[int, int], None]
"""Told how many files are there, and of how many."""


def unseen(done: int, total: int) -> None:
    """Tell nobody about the progress."""


def download(remote: Remote, name: str, cache: Cache, progress: Progress = unseen) -> Release:
    """Fetch a release and take it into the cache.

    Whatever stops it, the cache holds all of the release or nothing; files that came are kept in a
    staging area, and the next attempt goes on from there. Of processes that fetch the same release
    at once each comes to the same pack.

    Args:
        remote: where it is.
        name: what to call it, ``1.13.0``.
        cache: where to keep it.
        progress: told after every file, in this thread.

    Raises:
        SourceUnavailable: GitHub has no such release, or does not give it now.
        SourceRefused: what it gives is no schema tree.
        TransportError: GitHub is not reached.
    """
    from dynclient.schema.load import take_in
    from dynclient.schema.source import decode

    listed = remote.listing()
    staging = Staging(cache.directory, name)
    try:
        files = _fetched(remote, listed, staging, progress)
    except DynclientError as error:
        raise _resumable(error, staging.held(listed), len(listed)) from None
    release = take_in(decode(files, remote.page), name, cache=cache, origin=remote.page)
    staging.discard()
    return release


def _fetched(
    remote: Remote, listed: list[Listed], staging: Staging, progress: Progress
) -> dict[str, bytes]:
    """Return the content of all files by path; the first that fails ends it."""
    files: dict[str, bytes] = {}
    with ThreadPoolExecutor(PARALLEL) as pool:
        waiting = {pool.submit(_one, remote, each, staging): each.path for each in listed}
        try:
            for done in as_completed(waiting):
                files[waiting[done]] = done.result()
                progress(len(files), len(listed))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return files


def _one(remote: Remote, listed: Listed, staging: Staging) -> bytes:
    staged = staging.get(listed)
    if staged is not None:
        return staged
    data = remote.fetch(listed)
    staging.put(listed, data)
    return data


def _resumable(error: DynclientError, held: int, total: int) -> DynclientError:
    """Return an error that tells how far it came."""
    if not held:
        return error
    note = f"{held} of {total} files are kept, and the next attempt goes on from there"
    return type(error)(**{**error.parts, "message": f"{error.parts['message']}\n  ({note})"})
