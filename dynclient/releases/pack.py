r"""The file format of a release: one immutable file, written atomically, read as a whole.

::

    dynclient-pack 1 <crc32 of the rest, 8 hex digits>\\n
    {"name": …, "digest": …, "sections": {"documents": [offset, length], …}}\\n
    sections and documents, minified JSON each

It is plain JSON, which nothing executes and every version of Python reads. Offsets count from the
end of the second line. The section ``documents`` lists, for each document, its offset, the
documents it refers to and its class name, so closures need no parsing; ``entities``, ``names`` and
``repairs`` are parsed when needed. A pack (2 MiB) is read as a whole: this takes less than a
millisecond, verifies it, and leaves no open file that a fork, deletion or Windows could conflict
with.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dynclient.errors import PackCorrupt
from dynclient.schema.entity_types import EntityType, entities
from dynclient.schema.pointers import join, walk
from dynclient.schema.type_names import root_names, type_names

if TYPE_CHECKING:
    from dynclient.schema.repair import RepairNote

FORMAT = 3
"""Version of the format; part of the file name, so that versions can coexist.

Increase it whenever the layout, a repair or the facts about a tree change (not the words of a
note): existing packs are never rebuilt otherwise.
"""
SUFFIX = f".v{FORMAT}.pack"
_MAGIC = b"dynclient-pack "


def minified(value: Any) -> bytes:
    """Encode as ASCII JSON without spaces, in the order given."""
    return json.dumps(value, separators=(",", ":")).encode("ascii")


def build(
    documents: dict[str, Any],
    repairs: tuple[RepairNote, ...],
    name: str | None,
    version: str | None = None,
    *,
    lossy: bool = False,
) -> Pack:
    """Build a pack from repaired documents.

    Args:
        documents: documents by path; the target of each ``$ref`` is one of them.
        repairs: what was changed in them.
        name: name of the release; None for one derived from the digest.
        version: its version, if the name does not contain it.
        lossy: whether the documents contain less than the server's own schemas.
    """
    import hashlib

    ordered = sorted(documents)
    number = {path: place for place, path in enumerate(ordered)}
    bodies = [minified(documents[path]) for path in ordered]
    digest = hashlib.sha256()
    for path, body in zip(ordered, bodies, strict=True):
        digest.update(path.encode() + b"\0" + body + b"\0")
    own = root_names(documents)
    found = entities(documents, own)
    privileged = {path for entity in found for path in (entity.path, entity.create) if path}
    names, ambiguous = type_names(documents, privileged, own)
    index: dict[str, list[Any]] = {}
    blob = bytearray()
    for path, body in zip(ordered, bodies, strict=True):
        needed = sorted(number[other] for other in _needed(path, documents[path]))
        index[path] = [len(blob), len(body), needed, own[path]]
        blob += body
    sections: dict[str, list[int]] = {}
    for section, value in (
        ("documents", index),
        ("entities", found),
        ("names", {"names": names, "ambiguous": ambiguous}),
        ("repairs", repairs),
    ):
        body = minified(value)
        sections[section] = [len(blob), len(body)]
        blob += body
    hexed = digest.hexdigest()
    header = {
        "name": name or f"tree-{hexed[:12]}",
        "version": version,
        "digest": hexed,
        "lossy": lossy,
        "sections": sections,
    }
    rest = minified(header) + b"\n" + bytes(blob)
    return Pack(_MAGIC + b"%d %08x\n" % (FORMAT, zlib.crc32(rest)) + rest)


def _needed(path: str, document: Any) -> set[str]:
    """Return the paths of the other documents that one refers to."""
    needed = {
        join(path, schema["$ref"])[0]
        for _, schema in walk(document)
        if isinstance(schema.get("$ref"), str)
    }
    return needed - {path}


class Pack:
    """A pack in memory; each part is parsed when it is needed."""

    __slots__ = ("_bodies", "_index", "_order", "data", "digest", "lossy", "name", "version")

    def __init__(self, data: bytes) -> None:
        """Read the header of a pack.

        Args:
            data: content of the file.

        Raises:
            PackCorrupt: it is not a pack, has another format, is truncated or was changed.
        """
        first = data.find(b"\n")
        second = data.find(b"\n", first + 1)
        words = data[:first].split() if 0 < first < 64 and data.startswith(_MAGIC) else []
        if len(words) != 3 or second < 0:
            raise PackCorrupt("it is not a pack")
        if words[1] != b"%d" % FORMAT:
            raise PackCorrupt(f"its format is {words[1].decode('ascii', 'replace')}, not {FORMAT}")
        if words[2] != b"%08x" % zlib.crc32(memoryview(data)[first + 1 :]):
            raise PackCorrupt("its content does not match its checksum")
        header = json.loads(data[first + 1 : second])
        self.data = data
        self.name: str = header["name"]
        self.version: str | None = header["version"]
        self.digest: str = header["digest"]
        self.lossy: bool = header["lossy"]
        self._bodies = second + 1
        self._order: dict[str, list[int]] = header["sections"]
        self._index: dict[str, list[Any]] | None = None

    @property
    def file_name(self) -> str:
        """Name of the file of this pack."""
        return f"{self.name}-{self.digest[:12]}{SUFFIX}"

    @property
    def index(self) -> dict[str, list[Any]]:
        """Offset, length, numbers of the referenced documents and class name, by path, sorted."""
        if self._index is None:
            self._index = self._section("documents")
        return self._index

    def document(self, path: str) -> Any:
        """Return one document, decoded.

        Raises:
            KeyError: there is no document at that path.
        """
        offset, length, _, _ = self.index[path]
        return self._parse(offset, length)

    def entities(self) -> list[EntityType]:
        """Return the entity types and time series."""
        return [
            EntityType._make([*fields[:5], tuple(fields[5]), *fields[6:]])
            for fields in self._section("entities")
        ]

    def names(self) -> tuple[dict[str, str], dict[str, list[str]]]:
        """Return (short name → reference, ambiguous name → references)."""
        section = self._section("names")
        return section["names"], section["ambiguous"]

    def repairs(self) -> tuple[RepairNote, ...]:
        """Return the notes of the repairs of the tree."""
        from dynclient.schema.repair import RepairNote

        return tuple(RepairNote(*fields) for fields in self._section("repairs"))

    def _section(self, name: str) -> Any:
        return self._parse(*self._order[name])

    def _parse(self, offset: int, length: int) -> Any:
        start = self._bodies + offset
        return json.loads(self.data[start : start + length])


def load(file: Path) -> Pack:
    """Read a pack from the disk.

    Raises:
        PackCorrupt: see :class:`Pack`; the message contains the name of the file.
        OSError: it cannot be read.
    """
    try:
        return Pack(file.read_bytes())
    except (PackCorrupt, ValueError, KeyError, TypeError) as error:
        raise PackCorrupt(f"{file.name}: {error}", file=str(file)) from error


def write(file: Path, data: bytes) -> None:
    """Write a file atomically: other processes see all of it or nothing.

    Raises:
        OSError: the disk is full, read-only …; no partial file is left.
    """
    import os
    import uuid

    # Not `mkstemp`: only the owner can read its files, and a cache may be shared.
    partial = file.with_name(f".{file.name}-{uuid.uuid4().hex[:12]}.tmp")
    try:
        with partial.open("xb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        partial.replace(file)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
