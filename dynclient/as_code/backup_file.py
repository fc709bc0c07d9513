"""The file of a backup: documents as JSON Lines in a zip archive, with their counts and digests."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

from dynclient.as_code.documents import JSON_LINES
from dynclient.as_code.manifest import FILE
from dynclient.errors import Problem, UsageError, ValidationFailed

MANIFEST = "backup.json"
"""Name of the entry with the counts and digests, which is the first of the archive."""
VERSION = 1
"""The version of the format of backups."""
_NAME = re.compile(rf"[A-Za-z][A-Za-z0-9_]*\.{JSON_LINES}|{re.escape(FILE)}")
_CHUNK = 1 << 20
_LARGEST_MANIFEST = 16 * _CHUNK


class _Entry(NamedTuple):
    """What the manifest says of a file."""

    sha256: str
    bytes: int
    documents: int


class BackupFacts(NamedTuple):
    """What a backup says about itself."""

    host: str
    """Address of the server."""
    release: str
    """Name of its release."""
    at: int
    """When it was made, in ms since the epoch."""
    files: dict[str, _Entry]
    """Digest, size and number of documents of each file."""

    @property
    def counts(self) -> dict[str, int]:
        """Number of documents by entity type."""
        return {
            name.removesuffix(f".{JSON_LINES}"): entry.documents
            for name, entry in sorted(self.files.items())
            if name != FILE
        }


def write_backup(folder: Path, target: Path, host: str, release: str, at: int) -> BackupFacts:
    """Write the documents in a folder into a file, read it back, and compare the digests.

    Args:
        folder: the folder, with documents as JSON Lines.
        target: path of the file.
        host: address of the server.
        release: name of its release.
        at: when it was read, in ms since the epoch.

    Raises:
        UsageError: the file cannot be written, or has another content than was written.
    """
    paths = [path for path in sorted(folder.iterdir()) if _NAME.fullmatch(path.name)]
    facts = BackupFacts(host, release, at, {path.name: _entry(path) for path in paths})
    value = {
        "version": VERSION, **facts._asdict(),
        "files": {name: entry._asdict() for name, entry in facts.files.items()},
    }  # fmt: skip
    try:
        with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(MANIFEST, json.dumps(value, indent=2))
            for path in paths:
                archive.write(path, path.name)
        read_backup(target)
    except (OSError, ValidationFailed) as error:
        message = f"{target} cannot be written: {error}"
    else:
        return facts
    raise UsageError(message)


def read_backup(source: Path, folder: Path | None = None) -> BackupFacts:
    """Check the whole file of a backup, and write its documents into a folder.

    Args:
        source: path of the file.
        folder: the folder; None to check only.

    Raises:
        UsageError: there is no such file, or it cannot be read.
        ValidationFailed: it is not a backup, is truncated, or was altered; lists all problems.
    """
    problems: list[Problem] = []
    facts = None
    try:
        with zipfile.ZipFile(source) as archive:
            facts = _facts(source, archive)
            names = {*archive.namelist()} - {MANIFEST}
            problems += [
                _problem(f"{source}:{name}", "is not in the list of files of the backup")
                for name in sorted(names - facts.files.keys())
            ]
            for name, entry in facts.files.items():
                if name not in names:
                    problems.append(_problem(f"{source}:{name}", "is missing"))
                    continue
                fault = _check(archive, name, entry, folder)
                if fault is not None:
                    problems.append(_problem(f"{source}:{name}", fault))
    except FileNotFoundError:
        message = f"there is no file {source}"
    except OSError as error:
        message = f"{source} cannot be read: {error.strerror or error}"
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        # Encrypted entries are a RuntimeError, an unknown compression is a NotImplementedError.
        problems.append(_problem(str(source), f"is not a backup, or is truncated: {error}"))
        message = ""
    else:
        message = ""
    if message:
        raise UsageError(message)
    if problems or facts is None:
        raise ValidationFailed(what=str(source), problems=problems)
    return facts


def _facts(source: Path, archive: zipfile.ZipFile) -> BackupFacts:
    """Return what the manifest says, if it is the manifest of a backup."""
    try:
        info = archive.getinfo(MANIFEST)
        if info.file_size > _LARGEST_MANIFEST:
            raise ValueError("is too large")
        value = json.loads(archive.read(info))
        if value["version"] > VERSION:
            raise ValueError(f"has version {value['version']}; this dynclient reads {VERSION}")
        files = {name: _Entry(**entry) for name, entry in value["files"].items()}
        wrong = [name for name in files if not _NAME.fullmatch(name)]
        if wrong:
            raise ValueError(f"names a file {wrong[0]!r}, which backups do not have")
        return BackupFacts(str(value["host"]), str(value["release"]), int(value["at"]), files)
    except (KeyError, TypeError, ValueError, AttributeError, zlib.error) as error:
        fault = f"is not the manifest of a backup: {error}"
    raise ValidationFailed(what=str(source), problems=[_problem(f"{source}:{MANIFEST}", fault)])


def _check(archive: zipfile.ZipFile, name: str, entry: _Entry, folder: Path | None) -> str | None:
    """Return what is wrong with a file of the archive, and write it into a folder if nothing is.

    No more is read than the manifest says, whatever the archive contains.
    """
    digest, size, lines = hashlib.sha256(), 0, 0
    target = None if folder is None else folder / name
    try:
        with archive.open(name) as stream:
            out: IO[bytes] | None = None if target is None else target.open("wb")
            try:
                for chunk in _chunks(stream):
                    size += len(chunk)
                    if size > entry.bytes:
                        return f"has more than the {entry.bytes:,} bytes that it had"
                    digest.update(chunk)
                    lines += chunk.count(b"\n")
                    if out is not None:
                        out.write(chunk)
            finally:
                if out is not None:
                    out.close()
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        return f"is damaged: {error}"
    if size != entry.bytes:
        return f"has {size:,} bytes, and had {entry.bytes:,}"
    if digest.hexdigest() != entry.sha256:
        return "was altered: its SHA-256 digest is not that of the backup"
    if name != FILE and lines != entry.documents:
        return f"has {lines:,} documents, and the manifest says {entry.documents:,}"
    return None


def _entry(path: Path) -> _Entry:
    digest, size, lines = hashlib.sha256(), 0, 0
    with path.open("rb") as stream:
        for chunk in _chunks(stream):
            digest.update(chunk)
            size += len(chunk)
            lines += chunk.count(b"\n")
    return _Entry(digest.hexdigest(), size, 0 if path.name == FILE else lines)


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk


def _problem(path: str, message: str, value: Any = None) -> Problem:
    return Problem(path, value, "backup", message)
