"""What was applied to a server last: the state that a plan compares files and server with.

It is kept beside the documents, in the hidden folder ``.dynclient``, with a file for each server.
Changes are appended to a log first, a line for each entity, so that they survive the process; the
log becomes part of the file when it is closed.
"""

from __future__ import annotations

import contextlib
import filecmp
import hashlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.as_code.file_locks import lock_file
from dynclient.as_code.key_index import Key, KeyIndex
from dynclient.as_code.sections import PATCHED
from dynclient.as_code.whole_files import write_whole
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from dynclient.as_code.documents import Document

FOLDER = ".dynclient"
"""Name of the hidden folder of states in the folder of a catalogue."""
_FORMAT = 1


class Applied(NamedTuple):
    """The state of an entity when it was last dumped or applied."""

    request: dict[str, Any]
    """The create request and the other fields, as documents have them."""
    release: str
    """The release that the request is for."""
    stamp: str = ""
    """Version and time of the last change, as :func:`stamp_of` returns it; empty if unknown."""
    is_ours: bool = False
    """Whether an apply created the entity, so that it may be deleted with its document."""
    sections: dict[str, Any] | None = None
    """What other requests set, such as lineage."""


def stamp_of(raw: Any) -> str:
    """Return what each change of an entity alters: its version and the time of its change."""
    return f"{raw.get('version')} {raw.get('updatedAt')}"


def state_path(folder: Path, host: str) -> Path:
    """Return the path of the state of a server.

    Args:
        folder: the folder of the catalogue.
        host: the address of the server.
    """
    words = re.sub(r"[^A-Za-z0-9]+", "-", host.partition("://")[2]).strip("-")[:60]
    digest = hashlib.sha256(host.encode()).hexdigest()[:8]
    return folder / FOLDER / f"{words}-{digest}.jsonl"


class AppliedState:
    """What was applied to one server; a context manager, which locks it.

    Args:
        folder: the folder of the catalogue.
        host: the address of the server.
        write: whether it is changed; only then it is locked and created.
        replace: whether the documents are replaced, too; then no other process may apply them to
            any server meanwhile.

    Attributes:
        path: path of the file.
        started: the entities whose creation was started by an apply that was interrupted, and of
            which is not known whether it took place.

    Raises:
        UsageError: another process writes it or the documents, or it cannot be read or written.
    """

    def __init__(
        self, folder: Path, host: str, *, write: bool = False, replace: bool = False
    ) -> None:
        self.path = state_path(folder, host)
        self.started: set[Key] = set()
        self._entries = KeyIndex()
        """Whether the last line of an entity is in the log, and at which byte it begins."""
        self._log = self.path.with_suffix(".log")
        self._locks: list[int] = []
        self._file: int | None = None
        self._is_written = write
        if write:
            self._open(folder, replace)
        try:
            self._read(self.path)
            self._read(self._log)
        except BaseException:
            self._release()
            raise

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def entities(self) -> Iterator[Key]:
        """Yield type and fully qualified name of all entities."""
        return iter(self._entries)

    def get(self, key: Key) -> Applied | None:
        """Return the state of an entity, or None if it was never dumped or applied."""
        place = self._entries.get(key)
        if place is None:
            return None
        is_logged, offset = place
        with (self._log if is_logged else self.path).open("rb") as lines:
            lines.seek(offset)
            return _applied(json.loads(lines.readline()))

    # -- writing -----------------------------------------------------------------------------------

    def start(self, key: Key) -> None:
        """Record that an entity is about to be created."""
        self._append({"type": key[0], "fullyQualifiedName": key[1], "started": True})

    def record(self, key: Key, applied: Applied) -> None:
        """Record the state of an entity.

        Args:
            key: its type and fully qualified name.
            applied: its state.
        """
        place = self._append(_as_json(key, applied))
        self._entries[key] = (True, place)
        self.started.discard(key)

    def remove(self, key: Key) -> None:
        """Record that an entity was deleted, or is not part of the catalogue any more."""
        self._append({"type": key[0], "fullyQualifiedName": key[1], "removed": True})
        self._entries.remove(key)
        self.started.discard(key)

    def take_dump(self, document: Document) -> None:
        """Record the document of an entity as it was dumped.

        Args:
            document: the document.
        """
        applied = self.get(document.key)
        sections = {name: each for name, each in document.sections.items() if name != PATCHED}
        request = {**document.request, **(document.sections.get(PATCHED) or {})}
        is_ours = applied is not None and applied.is_ours
        self.record(document.key, Applied(request, document.release, "", is_ours, sections))

    def discard(self) -> None:
        """Forget what was recorded since it was opened for a dump, and unlock it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
            self._log.unlink(missing_ok=True)
        self._release()

    def close(self) -> None:
        """Write the log into the file, and unlock it."""
        try:
            if self._file is not None:
                os.close(self._file)
                self._file = None
                with contextlib.suppress(OSError):  # such as on a full disk: the log is as good
                    self._compact()
        finally:
            self._release()

    def __enter__(self) -> AppliedState:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- files -------------------------------------------------------------------------------------

    def _open(self, folder: Path, replace: bool) -> None:
        message = ""
        try:
            hidden = self.path.parent
            if hidden.is_symlink():
                raise UsageError(f"{hidden} is a symbolic link; remove it, and it is created")
            hidden.mkdir(parents=True, exist_ok=True)
            ignored = hidden / ".gitignore"
            if not ignored.exists():
                write_whole(ignored, "*.lock\n*.log\n*.new\n")
            self._locks.append(
                lock_file(
                    hidden / "folder.lock",
                    f"another process dumps into {folder}{' or applies it' if replace else ''} at"
                    " the moment; wait until it has ended",
                    shared=not replace,
                )
            )
            self._locks.append(
                lock_file(
                    self.path.with_suffix(".lock"),
                    f"another process applies {folder} to this server at the moment; wait until it"
                    " has ended, then plan again",
                )
            )
        except OSError as error:
            message = f"{folder} cannot be written: {error.strerror}"
        except UsageError:
            self._release()
            raise
        if message:
            self._release()
            raise UsageError(message)

    def _release(self) -> None:
        while self._locks:
            os.close(self._locks.pop())  # which unlocks it

    def _read(self, path: Path) -> None:
        if not path.is_file():
            return
        offset = 0
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.endswith(b"\n"):
                    break  # the process was killed while it was written
                try:
                    self._take(json.loads(line), path, offset)
                except (ValueError, TypeError, KeyError):
                    message = f"{path}:{number} is damaged; delete the file to plan without it"
                    raise UsageError(message) from None
                offset += len(line)
        if path == self._log and self._is_written:
            os.truncate(path, offset)

    def _take(self, entry: dict[str, Any], path: Path, offset: int) -> None:
        key = (entry["type"], entry["fullyQualifiedName"])
        if entry.get("started"):
            self.started.add(key)
            return
        self.started.discard(key)
        if entry.get("removed"):
            self._entries.remove(key)
        else:
            self._entries[key] = (path == self._log, offset)

    def _append(self, entry: dict[str, Any]) -> int:
        if self._file is None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
            self._file = os.open(self._log, flags, 0o600)
        place = os.lseek(self._file, 0, os.SEEK_END)
        line = json.dumps(entry, separators=(",", ":")).encode() + b"\n"
        try:
            while line:
                line = line[os.write(self._file, line) :]
        except OSError as error:
            with contextlib.suppress(OSError):
                os.truncate(self._file, place)  # or the next line would be a part of this one
            message = f"{self._log} cannot be written: {error.strerror}"
        else:
            return place
        raise UsageError(message)

    def fold(self) -> None:
        """Write the log of an apply that was interrupted into the file.

        Raises:
            OSError: it cannot be written.
        """
        if self._log.is_file():
            self._compact()
            self._entries.clear()
            self._read(self.path)

    def _compact(self) -> None:
        """Write all entries into the file, in the order of their names; remove the log."""
        staged = self.path.with_suffix(".new")
        try:
            with staged.open("wb") as lines:
                for line in self._lines():
                    lines.write(line)
                lines.flush()
                os.fsync(lines.fileno())
        except OSError:
            staged.unlink(missing_ok=True)
            raise
        if self.path.is_file() and filecmp.cmp(staged, self.path, shallow=False):
            staged.unlink()  # versions of files do not change without a reason
        else:
            staged.replace(self.path)
        with contextlib.suppress(FileNotFoundError):
            self._log.unlink()

    def _lines(self) -> Iterator[bytes]:
        for key in self._entries:
            applied = self.get(key)
            if applied is not None:
                text = json.dumps(_as_json(key, applied), ensure_ascii=False, sort_keys=True)
                yield text.encode("utf-8", "surrogatepass") + b"\n"


def _as_json(key: Key, applied: Applied) -> dict[str, Any]:
    return {
        "format": _FORMAT, "type": key[0], "fullyQualifiedName": key[1],
        "release": applied.release, "stamp": applied.stamp, "ours": applied.is_ours,
        "request": applied.request, "sections": applied.sections or {},
    }  # fmt: skip


def _applied(entry: dict[str, Any]) -> Applied:
    return Applied(
        entry["request"], entry["release"], entry.get("stamp", ""), bool(entry.get("ours")),
        entry.get("sections") or {},
    )  # fmt: skip
