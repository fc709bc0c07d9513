"""The folder of a dataset, which is replaced as a whole: a reader never finds half of an export.

Everything is written into a hidden folder beside it, ``.tables.export``, and renamed when it is
complete. An export that is killed leaves the dataset as it was; what it has written is removed by
the next one.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from dynclient.as_code.file_locks import lock_file
from dynclient.errors import UsageError
from dynclient.parquet.manifest import Manifest

_DATA = "data"
_OLD = "old"
_LOCK = "lock"


class DatasetFolder:
    """A folder of a dataset that is being written; a context manager, which locks it.

    Args:
        folder: path of the folder.

    Attributes:
        path: its absolute path.
        staging: the folder to write the new dataset into.

    Raises:
        UsageError: another process writes it, or the path cannot be a folder that is replaced.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder.resolve()
        self._work = self.path.parent / f".{self.path.name}.export"
        self._lock: int | None = None
        self.staging = self._work / _DATA
        if not self.path.name or (self.path.exists() and not self.path.is_dir()):
            raise UsageError(f"{folder} is not a folder; name one that may be created or replaced")

    def __enter__(self) -> DatasetFolder:
        try:
            self._work.mkdir(parents=True, exist_ok=True)
            self._take_lock()
            self._recover()
            self.staging.mkdir()
        except OSError as error:
            self._release()
            message = f"{self.path} cannot be written: {error.strerror}"
        else:
            return self
        raise UsageError(message)

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._work, ignore_errors=True)
        self._release()

    def _take_lock(self) -> None:
        path = self._work / _LOCK
        message = f"another process exports to {self.path} at the moment; wait until it has ended"
        self._lock = lock_file(path, message)
        # The process that had locked it may have removed the file.
        if not path.exists() or os.fstat(self._lock).st_ino != path.stat().st_ino:
            self._release()
            raise UsageError(message)

    def _release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)  # which unlocks it
            self._lock = None

    def _recover(self) -> None:
        """Remove what a killed export has left; it may have ended between two renames."""
        old = self._work / _OLD
        if old.exists() and not self.path.exists():
            old.rename(self.path)
        for left in (self.staging, old):
            shutil.rmtree(left, ignore_errors=True)

    def manifest(self) -> Manifest | None:
        """Return the manifest of the dataset in the folder; None without a dataset.

        Raises:
            UsageError: the folder has other files.
        """
        found = Manifest.read(self.path)
        if found is None and self.path.is_dir() and any(self.path.iterdir()):
            raise UsageError(
                f"{self.path} has files that are not a dataset of dynclient; use another folder"
            )
        return found

    def keep(self, path: str) -> None:
        """Take a file of the present dataset into the new one.

        Args:
            path: its path below the folder.
        """
        source, target = self.path / path, self.staging / path
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, target)
        except OSError:  # a file system without hard links; a missing file fails here too
            shutil.copy2(source, target)

    def commit(self) -> None:
        """Replace the dataset by the new one.

        Raises:
            UsageError: the folder cannot be renamed, for instance since it is a mount point.
        """
        old = self._work / _OLD
        try:
            with suppress(FileNotFoundError):
                self.path.rename(old)
            try:
                self.staging.rename(self.path)
            except BaseException:
                if old.exists() and not self.path.exists():
                    old.rename(self.path)
                raise
        except OSError as error:
            message = f"{self.path} cannot be replaced: {error.strerror}"
        else:
            return
        raise UsageError(message)
