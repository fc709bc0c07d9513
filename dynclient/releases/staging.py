"""Files of a fetch that has not ended: kept by their git object id, so that the next one resumes.

They are never part of the cache: a release is written there as a whole, or not at all. What is read
back is held against its id, so it does not matter who wrote it, or how far.
"""

from __future__ import annotations

import contextlib
import shutil
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dynclient.releases.github_tree import RemoteFile

FOLDER = "staging"
"""Folder of the cache that they are in."""
_WEEK = 7 * 24 * 3600


class Staging:
    """The staging area of one release; processes may share it.

    Nothing depends on it: where it cannot be written or read, files are fetched once more.

    Args:
        cache: directory of the cache.
        name: of the release.
    """

    def __init__(self, cache: Path, name: str) -> None:
        self._above = cache / FOLDER
        self.directory = self._above / name
        self._writable = True

    def get(self, listed: RemoteFile) -> bytes | None:
        """Return the content of a file that was fetched earlier, or None."""
        try:
            data = (self.directory / listed.sha).read_bytes()
        except OSError:
            return None
        return data if listed.fits(data) else None

    def put(self, listed: RemoteFile, data: bytes) -> None:
        """Keep the content of a file."""
        if not self._writable:
            return
        file = self.directory / listed.sha
        partial = file.with_name(f"{listed.sha}-{uuid.uuid4().hex[:12]}")
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            # Not synced to the disk: after a crash the id shows what is whole.
            partial.write_bytes(data)
            partial.replace(file)
        except OSError:
            self._writable = False
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)

    def held(self, listed: list[RemoteFile]) -> int:
        """Return how many of these files are there."""
        return sum((self.directory / each.sha).exists() for each in listed)

    def discard(self) -> None:
        """Remove it, and what nobody came back to for a week."""
        shutil.rmtree(self.directory, ignore_errors=True)
        with contextlib.suppress(OSError):
            for other in self._above.iterdir():
                if other.stat().st_mtime < time.time() - _WEEK:
                    shutil.rmtree(other, ignore_errors=True)
        with contextlib.suppress(OSError):
            self._above.rmdir()
