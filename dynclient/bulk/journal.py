"""A file with what became of each row, so that a load that was killed continues where it was.

The first line says which load it is. Each further line is one row that is done: its number, a
digest of its content, what became of it, and the name of the entity. Rows that failed have no line,
and are sent again. Lines are appended before a row is reported as done, so they survive the
process; they reach the disk in batches, and when the load ends. A torn last line is dropped.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from array import array
from collections.abc import Mapping
from os import PathLike, fspath
from typing import Any

from dynclient.bulk.result import KINDS, Outcome
from dynclient.errors import UsageError

_FORMAT = 1
_SYNC = 256
"""Lines after which the file is written to the disk."""
_DIGEST = 8
"""Bytes of a digest: enough to see that a row is another one."""


def digest(content: Any) -> int:
    """Return a digest of a row's content.

    Args:
        content: bytes, text, or what JSON can be made of.
    """
    if isinstance(content, str):
        content = content.encode()
    elif not isinstance(content, bytes):
        content = json.dumps(content, sort_keys=True, default=str).encode()
    return int.from_bytes(hashlib.blake2b(content, digest_size=_DIGEST).digest(), "big")


class Journal:
    """The journal of one load, open for writing; a context manager.

    Args:
        path: the file; created if it does not exist.
        load: what identifies the load: the call, the server and the arguments.

    Attributes:
        is_continued: whether the file existed.

    Raises:
        UsageError: the file is not a journal, is that of another load, is used by another process,
            or cannot be written.
    """

    def __init__(self, path: str | PathLike[str], load: Mapping[str, Any]) -> None:
        self.path = fspath(path)
        self._load = {"journal": _FORMAT, **load}
        self._digests = array("Q")
        """By the number of the row; of rows that are not done, 0."""
        self._outcomes = bytearray()
        """By the number of the row: 0 if it is not done, else 1 + the place in KINDS."""
        self._since_sync = 0
        self._last = -1, 0
        """The row written last, and the size of the file before: if Ctrl-C comes right after the
        write, the row is recorded again."""
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
            self._file = os.open(self.path, flags, 0o600)
        except OSError as error:
            raise self._error(f"cannot be opened: {error.strerror}") from None
        try:
            self._lock()
            self.is_continued = self._read()
        except BaseException:
            os.close(self._file)
            raise

    def _lock(self) -> None:
        """Lock the file until it is closed; where there are no locks, do nothing."""
        try:
            import fcntl
        except ModuleNotFoundError:
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise self._error("is in use by another load") from None
        except OSError:
            return  # a file system without locks

    # -- reading -----------------------------------------------------------------------------------

    def _read(self) -> bool:
        """Read the file, drop a torn last line, and return whether it had a first one."""
        place = 0
        with open(self._file, "rb", closefd=False) as file:
            for number, line in enumerate(file):
                if not line.endswith(b"\n"):
                    break
                place += len(line)
                self._take(number, line)
        os.ftruncate(self._file, place)
        if place:
            return True
        self._append(self._load)
        os.fsync(self._file)
        return False

    def _take(self, number: int, line: bytes) -> None:
        try:
            entry = json.loads(line)
            if number == 0:
                self._check_load(entry)
                return
            row, content, kind, _ = entry
            self._mark(row, int(content, 16), KINDS.index(kind))
        except (ValueError, TypeError, KeyError, OverflowError):
            raise self._error(f"is not a journal: line {number + 1} is damaged") from None

    def _check_load(self, entry: Any) -> None:
        if not isinstance(entry, dict) or "journal" not in entry:
            raise ValueError
        for name, value in self._load.items():
            if entry.get(name) != value:
                raise self._error(
                    f"is the journal of another load: its {name} is {entry.get(name)!r}, not"
                    f" {value!r}"
                )

    def _mark(self, row: int, content: int, kind: int) -> None:
        missing = row + 1 - len(self._outcomes)
        if missing > 0:
            self._outcomes.extend(bytes(missing))
            self._digests.extend([0] * missing)
        self._digests[row] = content
        self._outcomes[row] = kind + 1

    @property
    def is_empty(self) -> bool:
        """Whether no row is done."""
        return not any(self._outcomes)

    def is_done(self, row: int, content: int) -> bool:
        """Return whether a row is done.

        Args:
            row: its number.
            content: the digest of its content.

        Raises:
            UsageError: the journal has another row of that number.
        """
        if row >= len(self._outcomes) or not self._outcomes[row]:
            return False
        if self._digests[row] != content:
            raise self._error(
                f"is the journal of another load: row {row} has changed since then; continue with"
                " the same rows in the same order, or use a new journal"
            )
        return True

    def outcomes(self) -> Any:
        """Yield an outcome for each row that is done, in the order of the file."""
        with open(self.path, "rb") as file:  # noqa: PTH123 -- the position of the other is shared
            next(file, None)
            for line in file:
                row, _, kind, name = json.loads(line)
                yield Outcome(kind, name, row)

    # -- writing -----------------------------------------------------------------------------------

    def record(self, row: int, content: int, kind: str, name: str) -> None:
        """Record that a row is done; a row that is recorded already stays so.

        Args:
            row: its number.
            content: the digest of its content.
            kind: what became of it, one of ``KINDS``.
            name: the name of the entity.

        Raises:
            UsageError: the file cannot be written.
        """
        if row < len(self._outcomes) and self._outcomes[row]:
            return
        size = os.fstat(self._file).st_size
        if self._last[0] != row or size == self._last[1]:
            self._last = row, size
            self._append([row, f"{content:x}", kind, name])
        self._mark(row, content, KINDS.index(kind))
        self._since_sync += 1
        if self._since_sync >= _SYNC:
            self.sync()

    def _append(self, entry: Any) -> None:
        line = json.dumps(entry, separators=(",", ":")).encode() + b"\n"
        try:
            while line:
                line = line[os.write(self._file, line) :]
        except OSError as error:
            raise self._error(f"cannot be written: {error.strerror}") from None

    def sync(self) -> None:
        """Write the file to the disk."""
        self._since_sync = 0
        with contextlib.suppress(OSError):  # what is not a file has no disk
            os.fsync(self._file)

    def close(self) -> None:
        """Write the file to the disk and close it."""
        self.sync()
        os.close(self._file)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _error(self, problem: str) -> UsageError:
        return UsageError(f"journal {self.path} {problem}")
