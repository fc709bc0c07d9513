r"""The on-disk form of a release: one immutable file, written atomically, read in one gulp.

::

    dynclient-pack 1 <crc32 of the rest, 8 hex digits>\\n
    {"name": …, "digest": …, "sections": {"documents": [offset, length], …}}\\n
    sections and documents, minified JSON each

Plain JSON: nothing in it can be executed, and no version of Python owns it. Offsets count from the
end of the second line. The section ``documents`` lists per document its place, the documents it
refers to and its class name, so a closure is found without parsing any; ``entities``, ``names`` and
``repairs`` are parsed when asked for. A pack is read whole (2 MiB) since that costs less than a
millisecond, proves it sound, and leaves no open file behind that fork, deletion or Windows could
trip over.
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
"""Version of the format; part of the file name, so that versions live side by side.

It goes up whenever the layout changes, a repair, or what is noted about a tree: a pack is never
rebuilt for another reason.
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
        documents: by path; every ``$ref`` in them leads to one of them.
        repairs: what was changed on the way.
        name: name of the release; None makes one of the digest.
        version: its version, where the name does not tell it.
        lossy: whether the documents say less than the server's own.
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
    """A pack in memory: parses what is asked for, when it is asked for."""

    __slots__ = ("_bodies", "_index", "_order", "data", "digest", "lossy", "name", "version")

    def __init__(self, data: bytes) -> None:
        """Take the bytes of a pack.

        Raises:
            PackCorrupt: they are none, of another format, cut short or changed.
        """
        first = data.find(b"\n")
        second = data.find(b"\n", first + 1)
        words = data[:first].split() if 0 < first < 64 and data.startswith(_MAGIC) else []
        if len(words) != 3 or second < 0:
            raise PackCorrupt("it is no pack")
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
        """Per path, sorted: offset, length, numbers of the documents it refers to, class name."""
        if self._index is None:
            self._index = self._section("documents")
        return self._index

    def document(self, path: str) -> Any:
        """Parse one document.

        Raises:
            KeyError: there is none at that path.
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
        """Return what was changed when the tree was taken in."""
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
        PackCorrupt: see :class:`Pack`; the file's name is part of the message.
        OSError: it cannot be read.
    """
    try:
        return Pack(file.read_bytes())
    except (PackCorrupt, ValueError, KeyError, TypeError) as error:
        raise PackCorrupt(f"{file.name}: {error}", file=str(file)) from error


def write(file: Path, data: bytes) -> None:
    """Write a file so that others see all of it or nothing, whatever happens meanwhile.

    Raises:
        OSError: the disk is full, read-only …; nothing is left behind then.
    """
    import os
    import uuid

    # Not `mkstemp`: its files are for their owner alone, and a cache may be laid out for others.
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
