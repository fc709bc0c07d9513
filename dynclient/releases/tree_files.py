"""Where trees come from: a directory or an archive that holds a schema root somewhere.

Whatever is read is untrusted: names that lead out, links, devices, bombs and broken files are
refused, and nothing is ever unpacked to the disk.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from dynclient.errors import SourceRefused
from dynclient.releases.archive import MAX_BYTES, members, refuse_excess

MAX_DEPTH = 100
"""No document nests deeper; the deepest known has 14 levels."""
MAX_SEARCHED = 200_000
"""So many files of a directory are looked at in search of a schema root, before giving up."""

ROOTS = ("openmetadata-spec/src/main/resources/json/schema", "json/schema", "schemas", "schema")
"""Folders a schema root is known to be, likeliest first."""
_LANDMARK = "type/basic.json"
"""Shared types that every release has: what best tells a schema root."""


class SchemaFiles(NamedTuple):
    """The schema files of one source."""

    documents: dict[str, Any]
    """Decoded documents by path inside the schema root."""
    root: str
    """Folder of the schema root inside the source; empty for the source itself."""
    version: str | None
    """Version told by the name of the archive or folder."""


def read(source: Path) -> SchemaFiles:
    """Read the schema tree out of a directory or an archive.

    Args:
        source: a directory, or a zip, jar, tar or tar.gz file, told by its content.

    Raises:
        SourceRefused: nothing is there, it holds no schema root, or it is not safe or not sound.
    """
    if source.is_dir():
        root, raw = _from_directory(source)
        names = _telling(source.resolve() / root)
    elif source.is_file():
        held = members(source, is_document)
        root = find_root(held, str(source))
        raw = {name[len(root) :]: data for name, data in held.items() if name.startswith(root)}
        root = root.rstrip("/")
        names = [source.name, *root.split("/")]
    else:
        message = f"{source} is neither a directory nor a file"
        raise SourceRefused(message, source=str(source))
    version = next((found for name in names if (found := version_in(name))), None)
    return SchemaFiles(decode(raw, str(source)), root, version)


_VERSION = re.compile(
    r"(?<![A-Za-z0-9.])v?(\d+\.\d+(?:\.\d+)*(?:[-.]?(?:SNAPSHOT|alpha|beta|rc)[-.]?\d*)?)",
    re.IGNORECASE,
)


def version_in(name: str) -> str | None:
    """Return the version in the name of a file or folder: ``OpenMetadata-1.6.0`` → ``1.6.0``."""
    found = _VERSION.search(re.sub(r"\.(zip|jar|tar|tgz|tar\.gz)$", "", name, flags=re.IGNORECASE))
    return found[1] if found else None


def _telling(root: Path) -> list[str]:
    """Return the names of folders that may tell the version of a schema root, the nearest first."""
    layout = {"schema", "schemas", "json", "resources", "main", "src", "openmetadata-spec"}
    steps = list(reversed(root.parts))
    while steps and steps[0] in layout:
        steps.pop(0)
    return steps[:1]


def find_root(names: Iterable[str], source: str) -> str:
    """Return the schema root among these files: a folder ending in a slash, or empty.

    Of several the one in a known place wins, then the one with most documents, then the shallowest.

    Raises:
        SourceRefused: there is none.
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
            f"{source} holds no schema tree: no folder in it has {_LANDMARK} or entity/…;"
            f" give the folder or archive that holds {ROOTS[0]} of OpenMetadata's sources"
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
    """Tell by its path whether a file is a schema document."""
    hidden = name.startswith((".", "__MACOSX/")) or "/." in name
    return name.endswith(".json") and not hidden


def decode(raw: dict[str, bytes], source: str) -> dict[str, Any]:
    """Decode the files of a tree.

    Raises:
        SourceRefused: naming every file that is no JSON object, or that no reference could reach.
    """
    documents: dict[str, Any] = {}
    broken = []
    for path in sorted(raw):
        document, fault = _decode_one(path, raw[path])
        if fault:
            broken.append(f"{path}: {fault}")
        else:
            documents[path] = document
    if broken:
        message = "\n  ".join([f"{source} has files that are no schema documents:", *broken])
        raise SourceRefused(message, source=source, files=tuple(broken))
    return documents


def _decode_one(path: str, data: bytes) -> tuple[Any, str]:
    """Return (document, what is wrong with it or nothing)."""
    if any(letter in "#?%\\" or ord(letter) < 32 for letter in path):
        return None, "no reference can name such a file"
    try:
        document = json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
    except ValueError as error:
        return None, str(error)
    except RecursionError:
        return None, "it nests too deeply"
    if not isinstance(document, dict):
        return None, f"a schema document is an object, not {type(document).__name__}"
    return document, "it nests too deeply" if _depth(document) > MAX_DEPTH else ""


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


def _depth(document: Any) -> int:
    level, deepest = [document], 0
    while level and deepest <= MAX_DEPTH:
        deepest += 1
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
        level = [value for value in below if isinstance(value, (dict, list))]
    return deepest


class File(NamedTuple):
    """One file of a directory."""

    name: str
    """Path below the directory, with slashes."""
    entry: os.DirEntry[str]


def schema_files(directory: Path) -> tuple[str, list[File]]:
    """Find the schema root in a directory and return it with its files, named inside the root.

    Raises:
        SourceRefused: there is no schema root, or it holds links out of it or too much.
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
            raise SourceRefused(f"{source}: {name} is a link out of the tree", source=source)
        if not entry.is_file():
            raise SourceRefused(f"{source}: {name} is no regular file", source=source)
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
    """Yield the files below a directory; folders that are links are not entered."""
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
                f"{directory} holds over {MAX_SEARCHED:,} files; name the schema folder itself"
            )
            raise SourceRefused(message, source=str(directory))
