"""Sources of schema trees: a directory or an archive that contains a schema root.

Sources are untrusted: paths outside them, links, devices, archive bombs and damaged files are
refused, and nothing is unpacked to the disk.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath, PurePosixPath
from typing import Any, NamedTuple

from dynclient.errors import SourceRefused
from dynclient.releases.archive import MAX_BYTES, members, refuse_excess
from dynclient.schema.pointers import is_deeper

MAX_DEPTH = 100
"""Limit of the nesting depth of a document; the deepest known has 14 levels."""
MAX_SEARCHED = 200_000
"""Limit of the number of files that are searched for a schema root."""

ROOTS = ("openmetadata-spec/src/main/resources/json/schema", "json/schema", "schemas", "schema")
"""Usual paths of a schema root, most likely first."""
PROJECT = "pom.xml"
"""Name of the project files of a checkout, which contain its version."""
_LAYOUT = {"schema", "schemas", "json", "resources", "main", "src", "openmetadata-spec"}
"""Names of the folders between a checkout and the schemas in it."""
_LANDMARK = "type/basic.json"
"""A document that every release has; it identifies a schema root."""


class SchemaFiles(NamedTuple):
    """The schema files of one source."""

    documents: dict[str, Any]
    """Decoded documents by path inside the schema root."""
    root: str
    """Path of the schema root inside the source; empty for the source itself."""
    version: str | None
    """Version in the project file of a checkout, or else in the name of the archive or folder."""


def read(source: Path) -> SchemaFiles:
    """Read the schema tree of a directory or an archive.

    Args:
        source: a directory, or a zip, jar, tar or tar.gz file, recognized by its content.

    Raises:
        SourceRefused: the source does not exist, has no schema root, or is damaged or unsafe.
    """
    if source.is_dir():
        root, raw = _from_directory(source)
        names = _version_names(source.resolve() / root)
        projects = [_beginning(file) for file in project_files(source / root)]
    elif source.is_file():
        files = members(source, lambda name: is_document(name) or _is_project(name))
        documents = [name for name in files if is_document(name)]
        root = find_root(documents, str(source))
        raw = {name[len(root) :]: files[name] for name in documents if name.startswith(root)}
        root = root.rstrip("/")
        names = [source.name, *root.split("/")]
        projects = [
            files[str(folder / PROJECT)]
            for folder in project_folders(PurePosixPath(root))
            if str(folder / PROJECT) in files
        ]
    else:
        message = f"{source} is neither a directory nor a file"
        raise SourceRefused(message, source=str(source))
    if projects:
        from dynclient.releases.pom import version as project_version

        names = [found for each in projects if (found := project_version(each))] + names
    version = next((found for name in names if (found := version_in(name))), None)
    return SchemaFiles(decode(raw, str(source)), root, version)


def _beginning(file: Path) -> bytes:
    """Return the first mebibyte of a file; nothing if it cannot be read."""
    try:
        with file.open("rb") as opened:
            return opened.read(1 << 20)
    except OSError:
        return b""


def _is_project(name: str) -> bool:
    return name.rpartition("/")[2] == PROJECT


_VERSION = re.compile(
    r"(?<![A-Za-z0-9.])v?(\d+\.\d+(?:\.\d+)*(?:[-.]?(?:SNAPSHOT|alpha|beta|rc)[-.]?\d*)?)",
    re.IGNORECASE,
)


def version_in(name: str) -> str | None:
    """Return the version in the name of a file or folder: ``OpenMetadata-1.6.0`` → ``1.6.0``."""
    found = _VERSION.search(re.sub(r"\.(zip|jar|tar|tgz|tar\.gz)$", "", name, flags=re.IGNORECASE))
    return found[1] if found else None


def _version_names(root: Path) -> list[str]:
    """Return the names of folders that may contain the version of a schema root."""
    steps = list(reversed(root.parts))
    while steps and steps[0] in _LAYOUT:
        steps.pop(0)
    return steps[:1]


def project_folders(root: PurePath) -> Iterator[PurePath]:
    """Yield the folders that may contain a project file of a schema root, the nearest first."""
    while root.name in _LAYOUT:
        root = root.parent
        yield root


def project_files(root: Path) -> list[Path]:
    """Return the project files of a schema root on the disk, the nearest first."""
    folders = project_folders(root.resolve())
    return [file for folder in folders if (file := Path(folder) / PROJECT).is_file()]


def find_root(names: Iterable[str], source: str) -> str:
    """Return the schema root of these files: a folder that ends with a slash, or empty.

    Of several, one at a usual path is chosen, then that with most documents, then the shallowest.

    Args:
        names: paths of the files, with forward slashes.
        source: path of the source, for the message.

    Raises:
        SourceRefused: there is no schema root.
    """
    documents = [name for name in names if is_document(name)]
    candidates = set()
    for name in documents:
        if name == _LANDMARK or name.endswith("/" + _LANDMARK):
            candidates.add(name[: -len(_LANDMARK)])
        before, found, _ = f"/{name}".partition("/entity/")
        if found:
            candidates.add(before[1:] + "/" if before else "")
    if not candidates:
        message = (
            f"{source} contains no schema tree: no folder in it has {_LANDMARK} or entity/…; pass"
            f" a folder or archive of OpenMetadata's sources that contains {ROOTS[0]}"
        )
        raise SourceRefused(message, source=source)

    def rank(root: str) -> tuple[bool, int, int, int, str]:
        place = next(
            (n for n, known in enumerate(ROOTS) if f"/{root}".endswith(f"/{known}/")), len(ROOTS)
        )
        count = sum(name.startswith(root) for name in documents)
        return root + _LANDMARK not in documents, place, -count, root.count("/"), root

    return min(candidates, key=rank)


def is_document(name: str) -> bool:
    """Return whether a file is a schema document, by its path."""
    hidden = name.startswith((".", "__MACOSX/")) or "/." in name
    return name.endswith(".json") and not hidden


def decode(raw: dict[str, bytes], source: str) -> dict[str, Any]:
    """Decode the files of a tree.

    Raises:
        SourceRefused: some files are not JSON objects, or have a path that no ``$ref`` can contain;
            the message lists them all.
    """
    documents: dict[str, Any] = {}
    broken = []
    for path in sorted(raw):
        document, reason = _decode_one(path, raw[path])
        if reason:
            broken.append(f"{_printable(path)}: {reason}")
        else:
            documents[path] = document
    if broken:
        message = "\n  ".join([f"{source} has files that are not schema documents:", *broken])
        raise SourceRefused(message, source=source, files=tuple(broken))
    return documents


def _decode_one(path: str, data: bytes) -> tuple[Any, str]:
    """Return (document, reason why it is refused; empty if it is not)."""
    if any(letter in "#?%\\" or ord(letter) < 32 for letter in path) or _printable(path) != path:
        return None, "a $ref cannot contain this path"
    try:
        document = json.loads(data.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except ValueError as error:
        return None, str(error)
    except RecursionError:
        return None, f"it is nested more than {MAX_DEPTH} levels deep"
    if not isinstance(document, dict):
        return None, f"a schema document must be an object, not {type(document).__name__}"
    if is_deeper(document, MAX_DEPTH):
        return None, f"it is nested more than {MAX_DEPTH} levels deep"
    try:
        json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        return None, "it contains an unpaired surrogate"
    except ValueError:
        return None, "it contains a number that is too large"
    return document, ""


def _printable(path: str) -> str:
    return path.encode("utf-8", "backslashreplace").decode()


def _refuse_constant(text: str) -> None:
    raise ValueError(f"{text} is not JSON")


class File(NamedTuple):
    """One file of a directory."""

    name: str
    """Path below the directory, with slashes."""
    entry: os.DirEntry[str]


def schema_files(directory: Path) -> tuple[str, list[File]]:
    """Return the schema root of a directory, and its files by their path inside the root.

    Raises:
        SourceRefused: there is no schema root, or it contains links out of it, or too much.
    """
    source = str(directory)
    for known in ("", *ROOTS):
        if (directory / known / _LANDMARK).is_file():
            root = known
            break
    else:
        root = find_root((file.name for file in _search(directory)), source).rstrip("/")
    top = directory / root
    files = [file for file in _search(top) if is_document(file.name)]
    refuse_excess(len(files), 0, source)
    for name, entry in files:
        if entry.is_symlink() and not Path(entry).resolve().is_relative_to(top.resolve()):
            raise SourceRefused(
                f"{source}: {name} is a link to a file outside the tree", source=source
            )
        if not entry.is_file():
            raise SourceRefused(f"{source}: {name} is not a regular file", source=source)
    return root, files


def _from_directory(directory: Path) -> tuple[str, dict[str, bytes]]:
    root, files = schema_files(directory)
    raw: dict[str, bytes] = {}
    total = 0
    for name, entry in files:
        with Path(entry).open("rb") as opened:
            raw[name] = opened.read(MAX_BYTES - total + 1)
        total += len(raw[name])
        refuse_excess(len(files), total, str(directory))
    return root, raw


def _search(directory: Path) -> Iterator[File]:
    """Yield the files below a directory; links to folders are not followed."""
    waiting = [("", str(directory))]
    seen = 0
    while waiting:
        below, folder = waiting.pop()
        with os.scandir(folder) as scanned:
            entries = sorted(scanned, key=lambda entry: entry.name)
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                yield File(below + entry.name, entry)
            elif not entry.name.startswith(".") and entry.name != "node_modules":
                waiting.append((f"{below}{entry.name}/", entry.path))
        seen += len(entries)
        if seen > MAX_SEARCHED:
            message = (
                f"{directory} contains over {MAX_SEARCHED:,} files; pass the schema folder itself"
            )
            raise SourceRefused(message, source=str(directory))
