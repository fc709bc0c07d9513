"""Download of a release from GitHub: parallel, resumable, stored as a whole."""

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
"""Number of parallel downloads."""

Progress = Callable[[int, int], None]
"""Called with the number of files that are done and the number of all."""


def no_progress(done: int, total: int) -> None:
    """Ignore the progress."""


def download(
    remote: GitHubTree, name: str, cache: Cache, progress: Progress = no_progress
) -> Release:
    """Download a release into the cache and return it.

    The cache gets all of the release or nothing. After an interruption, files downloaded so far are
    kept in a staging area, from which the next attempt continues. Several processes may download
    the same release; each builds the same pack.

    Args:
        remote: the tree on GitHub.
        name: name of the release, ``1.13.0``.
        cache: the cache to store it in.
        progress: called after each file, in this thread.

    Raises:
        SourceUnavailable: GitHub has no such release, or does not return it now.
        SourceRefused: what GitHub returns is not a schema tree.
        TransportError: GitHub cannot be reached.
        KeyboardInterrupt: the download was interrupted; its argument says how far it got.
    """
    from dynclient.releases.registry import add_documents
    from dynclient.releases.tree_files import decode

    listed = remote.listing()
    staging = Staging(cache.directory, name)
    try:
        files = _download_files(remote, listed, staging, progress)
    except DynclientError as error:
        raise _resumable(error, staging.count(listed), len(listed)) from None
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_resume_note(staging.count(listed), len(listed))) from None
    release = add_documents(decode(files, remote.page), name, cache=cache, origin=remote.page)
    if cache.find(release.name, release.digest) is not None:
        staging.discard()  # if it could not be stored, the next attempt needs the files
    return release


def _download_files(
    remote: GitHubTree, listed: list[RemoteFile], staging: Staging, progress: Progress
) -> dict[str, bytes]:
    """Return the content of all files by path; the first failure ends the download."""
    pool = _DownloadPool(listed, lambda file: _download_file(remote, file, staging))
    files: dict[str, bytes] = {}
    try:
        while len(files) < len(listed):
            path, data = pool.next()
            files[path] = data
            progress(len(files), len(listed))
    except Exception:
        pool.cancel()
        pool.wait()  # downloads that have begun are kept as well
        raise
    except BaseException:
        pool.cancel()  # without waiting: after Ctrl-C a stalled server must not delay the exit
        raise
    return files


class _DownloadPool:
    """Threads that download files; they are daemons, so a process can end while they run.

    Args:
        listed: the files.
        fetch: downloads one file.
    """

    def __init__(self, listed: list[RemoteFile], fetch: Callable[[RemoteFile], bytes]) -> None:
        self._fetch = fetch
        self._todo: SimpleQueue[RemoteFile] = SimpleQueue()
        self._done: SimpleQueue[tuple[str, bytes | BaseException]] = SimpleQueue()
        self._cancelled = threading.Event()
        for each in listed:
            self._todo.put(each)
        self._threads = [
            threading.Thread(target=self._work, name="dynclient-fetch", daemon=True)
            for _ in range(min(PARALLEL, len(listed)))
        ]
        for thread in self._threads:
            thread.start()

    def _work(self) -> None:
        while not self._cancelled.is_set():
            try:
                each = self._todo.get_nowait()
            except Empty:
                return
            try:
                self._done.put((each.path, self._fetch(each)))
            except BaseException as error:  # noqa: BLE001 -- raised by next()
                self._done.put((each.path, error))

    def next(self) -> tuple[str, bytes]:
        """Return path and content of the next file that is done, or raise its error."""
        path, data = self._done.get()
        if isinstance(data, BaseException):
            raise data
        return path, data

    def cancel(self) -> None:
        """Start no more downloads."""
        self._cancelled.set()

    def wait(self) -> None:
        """Wait for the downloads that have begun."""
        for thread in self._threads:
            thread.join()


def _download_file(remote: GitHubTree, listed: RemoteFile, staging: Staging) -> bytes:
    staged = staging.get(listed)
    if staged is not None:
        return staged
    data = remote.fetch(listed)
    staging.put(listed, data)
    return data


def _resumable(error: DynclientError, count: int, total: int) -> DynclientError:
    """Return an error that also says how far the download got."""
    if not count:
        return error
    message = f"{error.parts['message']}\n  ({_resume_note(count, total)})"
    return type(error)(**{**error.parts, "message": message})


def _resume_note(count: int, total: int) -> str:
    return f"{count} of {total} files are kept, and the next attempt continues from there"
