"""All files of a release on GitHub: fetched side by side, resumed, and taken in as a whole."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from dynclient.errors import DynclientError
from dynclient.releases.staging import Staging

if TYPE_CHECKING:
    from dynclient.releases.cache import Cache
    from dynclient.releases.github_tree import GitHubTree, RemoteFile
    from dynclient.schema.release import Release

PARALLEL = 16
"""Files that are under way at once."""

Progress = Callable[[int, int], None]
"""Told how many files are there, and of how many."""


def unseen(done: int, total: int) -> None:
    """Tell nobody about the progress."""


def download(remote: GitHubTree, name: str, cache: Cache, progress: Progress = unseen) -> Release:
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
        KeyboardInterrupt: somebody stopped it; its argument tells how far it came.
    """
    from dynclient.releases.registry import add_documents
    from dynclient.releases.tree_files import decode

    listed = remote.listing()
    staging = Staging(cache.directory, name)
    try:
        files = _fetched(remote, listed, staging, progress)
    except DynclientError as error:
        raise _resumable(error, staging.held(listed), len(listed)) from None
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_kept(staging.held(listed), len(listed))) from None
    release = add_documents(decode(files, remote.page), name, cache=cache, origin=remote.page)
    if cache.find(release.name, release.digest) is not None:
        staging.discard()  # otherwise the next attempt needs them still
    return release


def _fetched(
    remote: GitHubTree, listed: list[RemoteFile], staging: Staging, progress: Progress
) -> dict[str, bytes]:
    """Return the content of all files by path; the first that fails ends it."""
    crew = _DownloadPool(listed, lambda each: _one(remote, each, staging))
    files: dict[str, bytes] = {}
    try:
        while len(files) < len(listed):
            path, data = crew.next()
            files[path] = data
            progress(len(files), len(listed))
    except Exception:
        crew.dismiss()
        crew.wait()  # what is under way is kept as well
        raise
    except BaseException:
        crew.dismiss()  # somebody at a keyboard does not wait for a server that stalls
        raise
    return files


class _DownloadPool:
    """Threads that fetch files; unlike those of a pool they keep no process from ending.

    Args:
        listed: what to fetch.
        fetch: fetches one.
    """

    def __init__(self, listed: list[RemoteFile], fetch: Callable[[RemoteFile], bytes]) -> None:
        self._fetch = fetch
        self._todo: SimpleQueue[RemoteFile] = SimpleQueue()
        self._done: SimpleQueue[tuple[str, bytes | BaseException]] = SimpleQueue()
        self._dismissed = threading.Event()
        for each in listed:
            self._todo.put(each)
        self._threads = [
            threading.Thread(target=self._work, name="dynclient-fetch", daemon=True)
            for _ in range(min(PARALLEL, len(listed)))
        ]
        for thread in self._threads:
            thread.start()

    def _work(self) -> None:
        while not self._dismissed.is_set():
            try:
                each = self._todo.get_nowait()
            except Empty:
                return
            try:
                self._done.put((each.path, self._fetch(each)))
            except BaseException as error:  # noqa: BLE001 -- raised where it is waited for
                self._done.put((each.path, error))

    def next(self) -> tuple[str, bytes]:
        """Return path and content of the next file that is there, or raise why one is not."""
        path, data = self._done.get()
        if isinstance(data, BaseException):
            raise data
        return path, data

    def dismiss(self) -> None:
        """Begin no other file."""
        self._dismissed.set()

    def wait(self) -> None:
        """Wait for the files that are under way."""
        for thread in self._threads:
            thread.join()


def _one(remote: GitHubTree, listed: RemoteFile, staging: Staging) -> bytes:
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
    message = f"{error.parts['message']}\n  ({_kept(held, total)})"
    return type(error)(**{**error.parts, "message": message})


def _kept(held: int, total: int) -> str:
    return f"{held} of {total} files are kept, and the next attempt goes on from there"
