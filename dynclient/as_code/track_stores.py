"""Where the manifests of tracked runs are kept: the document store of a server, or a folder.

A manifest is a small value, which is compared before it is replaced, and parts of it that are
written once and never changed. So large lists of entities have no history on the server, which
keeps each version of a document, and a run that is killed leaves the last manifest whole.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from dynclient import model
from dynclient.as_code.file_locks import lock_file
from dynclient.as_code.observed_writes import is_unobserved
from dynclient.as_code.whole_files import write_whole
from dynclient.data import data_file
from dynclient.errors import Conflict, Forbidden, NotFound, UsageError
from dynclient.operations.operation import Plan

if TYPE_CHECKING:
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.session.session import Session

Value = dict[str, Any]


class Changed(Exception):
    """The value is not the one that was read."""


class Store(Protocol):
    """Where one manifest is kept."""

    def read(self) -> Value:
        """Return the value; empty before the first run."""

    def replace(self, value: Value) -> None:
        """Replace the value that was read last.

        Raises:
            Changed: it was replaced by another run since.
        """

    def add_part(self, part: Value) -> str:
        """Write a part and return its name."""

    def part(self, name: str) -> Value:
        """Return a part; empty if it does not exist."""

    def remove_part(self, name: str) -> None:
        """Remove a part."""


def store_of(session: Session, name: str, folder: Path | None) -> Store:
    """Return where the manifest of a track is.

    Args:
        session: the session of the server.
        name: the name of the track.
        folder: a folder that the user named; None for the document store of the server, or the
            user's state folder for a server without one.
    """
    spec = _documents(session)
    if folder is None and spec is not None:
        return DocumentStore(session, spec, name)
    if folder is None:
        import platformdirs

        folder = Path(platformdirs.user_state_dir("dynclient", appauthor=False), "tracks")
    return FolderStore(folder / _file_name(session.host) / _file_name(name))


def _documents(session: Session) -> CollectionSpec | None:
    """Return the collection of documents of the server, or None if it has none."""
    entity = session.release.entities.get(data_file("create_requests.json")["manifests"]["type"])
    spec = None if entity is None or entity.create is None else session.find(entity)
    needed = {"create", "get_by_name", "patch", "delete"}
    return spec if spec is not None and needed <= spec.operations.keys() else None


def _file_name(name: str) -> str:
    """Return a name that file systems and servers accept, another one for each name."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:60]
    return f"{words}-{hashlib.sha256(name.encode(errors='surrogatepass')).hexdigest()[:12]}"


class DocumentStore:
    """A manifest in the document store of a server.

    Args:
        session: the session of the server.
        spec: the collection of documents.
        name: the name of the track.

    Raises:
        UsageError: the user may not write documents.
    """

    def __init__(self, session: Session, spec: CollectionSpec, name: str) -> None:
        self._session = session
        self._spec = spec
        self._title = name
        self._name = f"dynclient-track-{_file_name(name)}"
        self._entity: Any = None

    def read(self) -> Value:
        """Return the value; see :class:`Store`."""
        self._entity = self._find(self._name)
        return {} if self._entity is None else _data(self._entity)

    def replace(self, value: Value) -> None:
        """Replace the value; see :class:`Store`."""
        with self._unobserved("write"):
            try:
                if self._entity is None:
                    self._entity = self._create(self._name, value)
                else:
                    self._entity.data = value
                    self._entity = self._session.save(self._entity)
            except (Conflict, NotFound):
                raise Changed from None

    def add_part(self, part: Value) -> str:
        """Write a part; see :class:`Store`."""
        name = f"{self._name}-{uuid.uuid4().hex}"
        with self._unobserved("write"):
            self._create(name, part)
        return name

    def part(self, name: str) -> Value:
        """Return a part; see :class:`Store`."""
        found = self._find(name)
        return {} if found is None else _data(found)

    def remove_part(self, name: str) -> None:
        """Remove a part; see :class:`Store`."""
        found = self._find(name)
        if found is not None:
            arguments = {"id": model.raw(found)["id"], "hard": True}
            with self._unobserved("delete"), contextlib.suppress(NotFound):
                self._session.call(Plan(self._spec.operations["delete"], arguments))

    def _find(self, name: str) -> Any:
        with self._unobserved("read"):
            return self._session.find_one(Plan(self._spec.operations["get_by_name"], {"fqn": name}))

    def _create(self, name: str, data: Value) -> Any:
        kind = data_file("create_requests.json")["manifests"]["entityType"]
        names = {"name": name, "fullyQualifiedName": name, "displayName": self._title}
        body = {**names, "entityType": kind, "data": data}
        return self._session.call(Plan(self._spec.operations["create"], {}, body))

    @contextlib.contextmanager
    def _unobserved(self, verb: str) -> Iterator[None]:
        token = is_unobserved.set(True)
        try:
            yield
        except Forbidden as error:
            message = (
                f"this user may not {verb} documents of the server, where the manifest of"
                f" {self._title!r} is: {error}; manifest='folder' keeps it in a folder instead"
            )
        else:
            return
        finally:
            is_unobserved.reset(token)
        raise UsageError(message)


def _data(entity: Any) -> Value:
    found = model.raw(entity).get("data")
    return dict(found) if isinstance(found, dict) else {}


class FolderStore:
    """A manifest in a folder of this machine.

    Args:
        folder: path of the folder, which is created when something is written.

    Raises:
        UsageError: it cannot be read or written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "manifest.json"
        self._text = ""

    def read(self) -> Value:
        """Return the value; see :class:`Store`."""
        self._text = self._content(self._path)
        return self._value(self._path, self._text)

    def replace(self, value: Value) -> None:
        """Replace the value; see :class:`Store`."""
        with self._locked():
            if self._content(self._path) != self._text:
                raise Changed
            self._text = json.dumps(value, indent=1, sort_keys=True)
            write_whole(self._path, self._text)

    def add_part(self, part: Value) -> str:
        """Write a part; see :class:`Store`."""
        name = uuid.uuid4().hex
        with self._locked():
            write_whole(self._part_path(name), json.dumps(part, sort_keys=True))
        return name

    def part(self, name: str) -> Value:
        """Return a part; see :class:`Store`."""
        path = self._part_path(name)
        return self._value(path, self._content(path))

    def remove_part(self, name: str) -> None:
        """Remove a part; see :class:`Store`."""
        self._part_path(name).unlink(missing_ok=True)

    def _part_path(self, name: str) -> Path:
        return self._folder / f"part-{_file_name(name)}.json"

    @staticmethod
    def _content(path: Path) -> str:
        try:
            return path.read_text("utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, ValueError) as error:
            message = f"{path} cannot be read: {error}"
        raise UsageError(message)

    @staticmethod
    def _value(path: Path, text: str) -> Value:
        try:
            value = json.loads(text or "{}")
        except ValueError:
            value = None
        if isinstance(value, dict):
            return value
        raise UsageError(f"{path} is damaged; delete it, and nothing of earlier runs is pruned")

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Wait until no other process replaces the value."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = lock_file(self._folder / "manifest.lock")
        except OSError as error:
            message = f"{self._folder} cannot be written: {error.strerror}"
        else:
            message = ""
        if message:
            raise UsageError(message)
        try:
            yield
        finally:
            os.close(lock)  # which unlocks it
