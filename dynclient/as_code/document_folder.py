"""The documents in a folder by type and name, without checking them for a release."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from dynclient.as_code.documents import Document, document_at, read_file
from dynclient.as_code.folder_writer import document_files
from dynclient.as_code.key_index import Key, KeyIndex
from dynclient.as_code.manifest import STAGING, Manifest
from dynclient.errors import Problem, UsageError, ValidationFailed


class _Place(NamedTuple):
    """Where a document is."""

    file: str
    offset: int
    first_line: int


class DocumentFolder:
    """The documents in a folder; they are read from their files when they are needed.

    Args:
        folder: path of the folder.

    Raises:
        UsageError: it is not a folder, or a dump into it was interrupted.
        ValidationFailed: files are not documents; lists all problems with file and line.
    """

    def __init__(self, folder: Path) -> None:
        self.manifest(folder)
        self._folder = folder
        self._places = KeyIndex()
        problems: list[Problem] = []
        for path in document_files(folder):
            file = path.relative_to(folder).as_posix()
            for found, offset in read_file(path, file):
                if isinstance(found, ValidationFailed):
                    problems += found.problems
                else:
                    self._places[found.key] = _Place(file, offset, found.first_line)
        if problems:
            raise ValidationFailed(what=str(folder), problems=problems)

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._places)

    def find(self, key: Key) -> Document | None:
        """Return the document of an entity, or None.

        Args:
            key: its type and fully qualified name.
        """
        place = self._places.get(key)
        return None if place is None else document_at(self._folder / place[0], *place)

    @staticmethod
    def manifest(folder: Path) -> Manifest | None:
        """Return the manifest of a folder, or None if it was written by hand.

        Args:
            folder: path of the folder.

        Raises:
            UsageError: it is not a folder, or a dump into it was interrupted.
        """
        if not folder.is_dir():
            raise UsageError(f"{folder} is not a folder; a catalogue is what om.dump writes")
        if (folder / STAGING).exists():
            raise UsageError(
                f"a dump into {folder} was interrupted, so its files may be of two states of"
                f" the server; dump it again, or delete {folder / STAGING} to use it as it is"
            )
        return Manifest.read(folder)
