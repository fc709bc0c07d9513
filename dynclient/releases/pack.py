r"""The file format of a release: one immutable file, written atomically, read as a whole.

::

    dynclient-pack 4 <crc32 of the rest, 8 hex digits>\\n
    {"name": …, "digest": …, "sections": {"documents": [offset, length], …}}\\n
    path, NUL, document, NUL for each document; then the sections, minified JSON each

It is plain JSON, which nothing executes and every version of Python reads. Offsets count from the
end of the second line. The section ``documents`` lists, for each document, its offset, the
documents it refers to and its class name, so closures need no parsing; ``entities``, ``names`` and
``repairs`` are parsed when needed. A pack (2 MiB) is read as a whole: this takes two milliseconds,
verifies its checksum and its index, and leaves no open file that a fork, deletion or Windows could
conflict with. The digest is verified where a release is looked for by its digest.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dynclient.errors import PackCorrupt
from dynclient.schema.entity_types import ENTITY, TIME_SERIES, EntityType, entities
from dynclient.schema.pointers import check_call_stack, join, walk
from dynclient.schema.type_names import root_names, type_names

if TYPE_CHECKING:
    from dynclient.schema.repair import RepairNote

FORMAT = 4
"""Version of the format; part of the file name, so that versions can coexist.

Increase it whenever the layout, a repair or the facts about a tree change (not the words of a
note): existing packs are never rebuilt otherwise.
"""
SUFFIX = f".v{FORMAT}.pack"
MAX_BYTES = 256 * 1024 * 1024
"""Limit of the size of a file of the cache; a tree has at most 64 MiB."""
_MAGIC = b"dynclient-pack "
_ENTRY = [int, int, list, str]
"""The types of an entry of the index."""
_SECTIONS = {"documents", "entities", "names", "repairs"}


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
    own = root_names(documents)
    found = entities(documents, own)
    privileged = {path for entity in found for path in (entity.path, entity.create) if path}
    names, ambiguous = type_names(documents, privileged, own)
    index: dict[str, list[Any]] = {}
    blob = bytearray()
    for path, body in zip(ordered, bodies, strict=True):
        needed = sorted(number[other] for other in _needed(path, documents[path]))
        blob += path.encode() + b"\0"
        index[path] = [len(blob), len(body), needed, own[path]]
        blob += body + b"\0"
    hexed = hashlib.sha256(blob).hexdigest()
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
        self.data = data
        self._bodies = second + 1
        self._index: dict[str, list[Any]] | None = None
        header = self._decoded(first + 1, second, "header")
        if not isinstance(header, dict) or not self._has_valid_sections(header.get("sections")):
            raise PackCorrupt("its header is not valid")
        self._order: dict[str, list[int]] = header["sections"]
        name, version, digest = (header.get(key) for key in ("name", "version", "digest"))
        if not isinstance(name, str) or not isinstance(version, (str, type(None))):
            raise PackCorrupt("its header is not valid")
        if not isinstance(digest, str) or len(digest) != 64:
            raise PackCorrupt("its header is not valid")
        self.name: str = name
        self.version: str | None = version
        self.digest: str = digest
        self.lossy: bool = header.get("lossy") is True

    def _has_valid_sections(self, sections: Any) -> bool:
        """Return whether the sections are pairs of an offset and a length inside the file."""
        size = len(self.data) - self._bodies
        return (
            isinstance(sections, dict)
            and sections.keys() == _SECTIONS
            and all(
                isinstance(place, list)
                and len(place) == 2
                and all(type(number) is int and number >= 0 for number in place)
                and sum(place) <= size
                for place in sections.values()
            )
        )

    def verify_digest(self) -> None:
        """Raise an error unless the digest is that of the documents; this takes 2 ms.

        Raises:
            PackCorrupt: it is not.
        """
        import hashlib

        end = self._bodies + self._order["documents"][0]
        computed = hashlib.sha256(memoryview(self.data)[self._bodies : end]).hexdigest()
        if computed != self.digest:
            raise PackCorrupt("its documents do not match its digest")

    @property
    def file_name(self) -> str:
        """Name of the file of this pack."""
        return f"{self.name}-{self.digest[:12]}{SUFFIX}"

    @property
    def index(self) -> dict[str, list[Any]]:
        """Offset, length, numbers of the referenced documents and class name, by path, sorted.

        Raises:
            PackCorrupt: it is not the index of the documents in this file.
        """
        if self._index is None:
            index = self._section("documents")
            if not isinstance(index, dict) or not self._is_index(index):
                raise self._corrupt("documents")
            self._index = index
        return self._index

    def _is_index(self, index: dict[str, Any]) -> bool:
        """Return whether an index describes all documents of the file, in their order."""
        count, end, before = len(index), 0, ""
        data, bodies = self.data, self._bodies
        for path, entry in index.items():
            # Each document follows the one before, and its own path, so none can be exchanged.
            title = path.encode("utf-8", "surrogatepass") + b"\0"
            if type(entry) is not list or [*map(type, entry)] != _ENTRY or (end and path <= before):
                return False
            offset, length, needed, _ = entry
            if offset != end + len(title) or length < 0 or not data.startswith(title, bodies + end):
                return False
            if needed and (
                {*map(type, needed)} != {int} or min(needed) < 0 or max(needed) >= count
            ):
                return False
            end, before = offset + length + 1, path
        return end == self._order["documents"][0]

    def document(self, path: str) -> Any:
        """Return one document, decoded.

        Raises:
            KeyError: there is no document at that path.
            PackCorrupt: it is not a JSON object.
        """
        offset, length, _, _ = self.index[path]
        document = self._parse(offset, length, path)
        if not isinstance(document, dict):
            raise self._corrupt(path)
        return document

    def entities(self) -> list[EntityType]:
        """Return the entity types and time series.

        Raises:
            PackCorrupt: a record is not valid.
        """
        records = self._section("entities")
        if not isinstance(records, list) or not all(map(self._is_entity, records)):
            raise self._corrupt("entities")
        return [
            EntityType._make([*fields[:5], tuple(fields[5]), *fields[6:]]) for fields in records
        ]

    def _is_entity(self, fields: Any) -> bool:
        if not isinstance(fields, list) or len(fields) != len(EntityType._fields):
            return False
        name, type_name, path, create, kind, properties, *flags = fields
        return (
            all(map(_is_text, (name, type_name, path)))
            and path.partition("#")[0] in self.index
            and (create is None or (isinstance(create, str) and create in self.index))
            and isinstance(kind, str)
            and kind in {ENTITY, TIME_SERIES}
            and isinstance(properties, list)
            and all(map(_is_text, properties))
            and all(isinstance(flag, bool) for flag in flags)
        )

    def names(self) -> tuple[dict[str, str], dict[str, list[str]]]:
        """Return (short name → reference, ambiguous name → references).

        Raises:
            PackCorrupt: they are not names and references.
        """
        section = self._section("names")
        try:
            names, ambiguous = section["names"], section["ambiguous"]
            lists = [[*names.values()], *ambiguous.values()]
        except (AttributeError, LookupError, TypeError):
            raise self._corrupt("names") from None
        for references in lists:
            if not isinstance(references, list) or not all(map(_is_text, references)):
                raise self._corrupt("names")
        return names, ambiguous

    def repairs(self) -> tuple[RepairNote, ...]:
        """Return the notes of the repairs of the tree.

        Raises:
            PackCorrupt: a note is not valid.
        """
        from dynclient.schema.repair import RepairNote

        notes = self._section("repairs")
        if not isinstance(notes, list) or not all(
            isinstance(note, list) and [type(text) for text in note] == [str] * 4 for note in notes
        ):
            raise self._corrupt("repairs")
        return tuple(RepairNote(*fields) for fields in notes)

    def _section(self, name: str) -> Any:
        offset, length = self._order[name]
        return self._parse(offset, length, name)

    def _parse(self, offset: int, length: int, what: str) -> Any:
        start = self._bodies + offset
        return self._decoded(start, start + length, what)

    def _decoded(self, start: int, end: int, what: str) -> Any:
        try:
            return json.loads(self.data[start:end])
        except ValueError:
            raise self._corrupt(what) from None
        except RecursionError:
            # A tree has at most 100 levels; a caller may have left less room than that.
            check_call_stack(150)
            raise self._corrupt(what) from None

    def _corrupt(self, what: str) -> PackCorrupt:
        return PackCorrupt(f"its part {what!r} is not valid; delete the file from the cache")


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def load(file: Path) -> Pack:
    """Read a pack from the disk.

    Raises:
        PackCorrupt: see :class:`Pack` and ``Pack.index``; the message contains the file's name.
        OSError: it cannot be read, or is not a regular file.
    """
    try:
        pack = Pack(read_file(file))
        _ = pack.index  # verified here, so that a damaged file is replaced
    except PackCorrupt as error:
        raise PackCorrupt(f"{file.name}: {error}", file=str(file)) from error
    return pack


def read_file(file: Path, limit: int = MAX_BYTES) -> bytes:
    """Return the content of a regular file, without waiting for a pipe or reading a device.

    Args:
        file: path of the file.
        limit: the most bytes that it may have.

    Raises:
        OSError: it cannot be read, is larger, or is not a regular file.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    # Opening it and looking then leaves no time to replace it in between.
    descriptor = os.open(file, flags | getattr(os, "O_CLOEXEC", 0))
    with open(descriptor, "rb") as opened:  # noqa: PTH123 -- a descriptor, not a path
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file", str(file))
        if status.st_size > limit:
            raise OSError(errno.EFBIG, f"it has more than {limit >> 20} MiB", str(file))
        return opened.read(status.st_size)


def write(file: Path, data: bytes) -> None:
    """Write a file atomically: other processes see all of it or nothing.

    Raises:
        OSError: the disk is full, read-only …; no partial file is left.
    """
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
