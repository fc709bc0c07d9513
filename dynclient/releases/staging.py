"""Files of an unfinished download, kept by git object id, so that the next attempt can resume.

They are not part of the cache, where a release is written as a whole. A file that is read back must
match its id, so it does not matter which process wrote it, or whether it finished.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from dynclient.releases.pack import read_file

if TYPE_CHECKING:
    from dynclient.releases.github_tree import RemoteFile

FOLDER = "staging"
"""Their folder in the cache."""
_WEEK = 7 * 24 * 3600


class Staging:
    """The staging area of one release; processes may share it.

    It only saves time: files that cannot be written or read are downloaded again.

    Args:
        cache: directory of the cache.
        name: name of the release.
    """

    def __init__(self, cache: Path, name: str) -> None:
        self._parent = cache / FOLDER
        self.directory = self._parent / name
        self._writable = True

    def get(self, listed: RemoteFile) -> bytes | None:
        """Return the content of a file that was downloaded earlier, or None."""
        try:
            data = read_file(self.directory / listed.sha)
        except OSError:
            return None
        return data if listed.matches(data) else None

    def put(self, listed: RemoteFile, data: bytes) -> None:
        """Store the content of a file."""
        if not self._writable:
            return
        file = self.directory / listed.sha
        partial = file.with_name(f"{listed.sha}-{uuid.uuid4().hex[:12]}")
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            # Not synced to the disk: after a crash, the id shows which files are complete.
            partial.write_bytes(data)
            partial.replace(file)
        except OSError:
            self._writable = False
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)

    def count(self, listed: list[RemoteFile]) -> int:
        """Return how many of these files are stored."""
        return sum(os.path.exists(self.directory / each.sha) for each in listed)  # noqa: PTH110

    def discard(self) -> None:
        """Remove it, and staging areas that have not changed for a week."""
        shutil.rmtree(self.directory, ignore_errors=True)
        with contextlib.suppress(OSError):
            for other in self._parent.iterdir():
                if other.stat().st_mtime < time.time() - _WEEK:
                    shutil.rmtree(other, ignore_errors=True)
        with contextlib.suppress(OSError):
            self._parent.rmdir()
