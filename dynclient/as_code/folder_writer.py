"""Documents written into a folder, so that a dump that ends halfway is never taken for a whole one.

Files are written into a staging folder. Only when all are there, the files of the last dump are
replaced: the manifest is removed first and written last, and the staging folder is removed after
it, so what reads the folder knows whether its files are those of one dump.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from dynclient.as_code.documents import FORMATS, JSON_LINES, YAML, Document
from dynclient.as_code.file_names import collision_key, file_path, with_digest
from dynclient.as_code.key_index import KeyIndex
from dynclient.as_code.manifest import FILE, STAGING, Manifest
from dynclient.as_code.whole_files import write_whole
from dynclient.as_code.yaml_comments import has_comments, with_comments
from dynclient.as_code.yaml_text import from_yaml
from dynclient.errors import UsageError


class FolderWriter:
    """Writes the documents of one dump.

    Args:
        folder: path of the folder; it is created if it does not exist.
        format: ``yaml``, a file for each document, or ``jsonl``, a file for each entity type.

    Raises:
        UsageError: the path cannot be a folder, or cannot be written.
    """

    def __init__(self, folder: Path, format: str) -> None:
        self._folder = folder
        self._format = format
        self._staging = folder / STAGING
        self._plain = KeyIndex()
        """By collision key, path and name of the document that has a path; None for more."""
        self._lines = KeyIndex()
        """Where the line of a document is among the unsorted ones, and its length."""
        self._open: dict[str, BinaryIO] = {}
        self._folders: set[Path] = set()
        """The folders that are known to be inside of the folder of the dump."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if self._staging.is_symlink():
                raise UsageError(f"{self._staging} is a symbolic link; remove it")
            # The folder stays as the sign that files may be of two dumps, until these are replaced.
            self._is_mixed = self._staging.exists()
            self._staging.mkdir(exist_ok=True)
            _empty(self._staging)
        except OSError as error:
            message = f"{folder} cannot be written: {error.strerror}"
        else:
            return
        raise UsageError(message)

    def add(self, document: Document) -> None:
        """Write a document into the staging folder."""
        if self._format == YAML:
            self._add_file(document)
        else:
            self._add_line(document)

    def _add_file(self, document: Document) -> None:
        path = file_path(document.type, document.fqn, f".{YAML}")
        key = collision_key(path)
        if ("", key) in self._plain:
            # None of the entities keeps the plain path: which one was first depends on the server.
            first = self._plain.get(("", key))
            if first is not None:
                other, name = first
                (self._staging / other).rename(self._staging / with_digest(other, name))
                self._plain["", key] = None
            path = with_digest(path, document.fqn)
        else:
            self._plain["", key] = (path, document.fqn)
        target = self._staging / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(document.text(YAML), encoding="utf-8", newline="\n")

    def _add_line(self, document: Document) -> None:
        """Append a document to the lines of its type, which are put in order at the end."""
        data = document.text(JSON_LINES).encode()
        lines = self._open.get(document.type)
        if lines is None:
            path = self._staging / f"{document.type}.unsorted"
            lines = self._open[document.type] = path.open("wb")
        self._lines[document.key] = (lines.tell(), len(data))
        lines.write(data)

    def finish(self, manifest: Manifest) -> None:
        """Replace the files of the last dump by those that were added.

        Args:
            manifest: of the dump.
        """
        self._close()
        for entity_type in self._lines.types():
            self._sort(entity_type)
        self._is_mixed = True
        (self._folder / FILE).unlink(missing_ok=True)
        written = KeyIndex()
        for path in document_files(self._staging):
            relative = path.relative_to(self._staging)
            written["", relative.as_posix()] = None
            self._replace(path, self._folder / relative)
        for path in document_files(self._folder):
            if ("", path.relative_to(self._folder).as_posix()) not in written:
                path.unlink()
                _remove_empty(path.parent, self._folder)
        manifest.write(self._folder)
        shutil.rmtree(self._staging)

    def discard(self) -> None:
        """Remove what was added; the files of the last dump stay.

        Once :meth:`finish` has begun to replace files, the staging folder stays as the sign of it.
        """
        while self._open:
            with suppress(OSError):  # what could not be written to a full disk is not needed
                self._close()
        if self._is_mixed:
            _empty(self._staging)
        else:
            shutil.rmtree(self._staging, ignore_errors=True)

    def _close(self) -> None:
        while self._open:
            _, lines = self._open.popitem()
            lines.close()

    def _sort(self, entity_type: str) -> None:
        source = self._staging / f"{entity_type}.unsorted"
        target = self._staging / f"{entity_type}.{JSON_LINES}"
        with source.open("rb") as unsorted, target.open("wb") as lines:
            for fqn in self._lines.names(entity_type):
                offset, length = self._lines.get((entity_type, fqn))
                unsorted.seek(offset)
                lines.write(unsorted.read(length))
        source.unlink()

    def _replace(self, new: Path, old: Path) -> None:
        """Replace a file if its content is another one; comments of YAML are kept."""
        before = b""
        with suppress(OSError):
            before = old.read_bytes()
        if before == new.read_bytes():
            return
        text = before.decode("utf-8", "replace")
        if self._format == YAML and has_comments(text):
            merged = with_comments(text, from_yaml(new.read_text("utf-8")).value)
            write_whole(new, merged)
        self._make_folder(old.parent)
        new.replace(old)

    def _make_folder(self, folder: Path) -> None:
        """Create a folder of documents.

        Raises:
            UsageError: it is a symbolic link to a place outside of the folder of the dump.
        """
        folder.mkdir(parents=True, exist_ok=True)
        if folder not in self._folders:
            if not folder.resolve().is_relative_to(self._folder.resolve()):
                raise UsageError(
                    f"{folder} is a symbolic link to {folder.resolve()}, outside of {self._folder};"
                    " remove it, and dump again"
                )
            self._folders.add(folder)


def document_files(folder: Path) -> Iterator[Path]:
    """Yield the files with documents in a folder; those of hidden folders are not documents."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir():
            if not path.is_symlink():
                yield from document_files(path)
        elif path.suffix.removeprefix(".") in FORMATS:
            yield path


def _empty(folder: Path) -> None:
    for path in [*folder.iterdir()]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _remove_empty(folder: Path, top: Path) -> None:
    """Remove folders that have become empty."""
    while folder != top:
        try:
            folder.rmdir()
        except OSError:
            return  # something is in it
        folder = folder.parent
