"""Where trees come from: a directory, or a zip, jar or tar archive, that holds a schema root somewhere.

Whatever is read is untrusted: names that lead out, links, devices, bombs and broken files are refused,
and nothing is ever unpacked to the disk.
"""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

from dynclient.errors import SourceRefused

MAX_BYTES = 64 * 1024 * 1024
"""No archive may unpack to more; the largest schema tree known has 4 MiB."""
MAX_MEMBERS = 10_000
"""No archive may hold more; the largest schema tree known has 900 files."""
MAX_DEPTH = 100
"""No document nests deeper; the deepest known has 14 levels."""
MAX_SEARCHED = 200_000
"""So many files of a directory are looked at in search of a schema root, before giving up."""

ROOTS = ("openmetadata-spec/src/main/resources/json/schema", "json/schema", "schemas", "schema")
"""Folders a schema root is known to be, likeliest first."""
_LANDMARK = "type/basic.json"
"""Shared types that every release has: what best tells a schema root."""
_CHUNK = 1 << 16


class Tree(NamedTuple):
    """The schema files of one source."""

    documents: dict[str, Any]
    """Decoded documents by path inside the schema root."""
    root: str
    """Folder of the schema root inside the source; empty for the source itself."""
    version: str | None
    """Version told by the name of the archive or folder."""


def read(source: Path) -> Tree:
    """Read the schema tree out of a directory or an archive.

    Args:
        source: a directory, or a zip, jar, tar or tar.gz file, told by its content.

    Raises:
        SourceRefused: nothing is there, it holds no schema root, or it is not safe or not sound.
    """
    if source.is_dir():
        root, raw = _from_directory(source)
        names = _telling(source.resolve().joinpath(root))
    elif source.is_file():
        members = _members(source)
        root = find_root(members, str(source))
        raw = {name[len(root) :]: data for name, data in members.items() if name.startswith(root)}
        root = root.rstrip("/")
        names = [source.name, *root.split("/")]
    else:
        message = f"{source} is neither a directory nor a file"
        raise SourceRefused(message, source=str(source))
    version = next((found for name in names if (found := version_in(name))), None)
    return Tree(decode(raw, str(source)), root, version)


_VERSION = re.compile(
    r"(?<![\w.])v?(\d+\.\d+(?:\.\d+)*(?:[-.]?(?:SNAPSHOT|alpha|beta|rc)[-.]?\d*)?)", re.IGNORECASE
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
    """Return the folder, with a slash at its end or empty, that is the schema root among these files.

    Of several the one in a known place wins, then the one with most documents, then the shallowest.

    Raises:
        SourceRefused: there is none.
    """
    documents = [name for name in names if _is_document(name)]
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
        place = next((n for n, known in enumerate(ROOTS) if f"/{root}".endswith(f"/{known}/")), len(ROOTS))
        count = sum(name.startswith(root) for name in documents)
        return root + _LANDMARK not in documents, place, -count, root.count("/"), root

    return min(candidates, key=rank)


def _is_document(name: str) -> bool:
    hidden = name.startswith((".", "__MACOSX/")) or "/." in name
    return name.endswith(".json") and not hidden


def decode(raw: dict[str, bytes], source: str) -> dict[str, Any]:
    """Decode the files of a tree.

    Raises:
        SourceRefused: naming every file that is no JSON document, or whose name no reference could reach.
    """
    documents: dict[str, Any] = {}
    broken = []
    for path in sorted(raw):
        try:
            documents[path] = _decode_one(path, raw[path])
        except (ValueError, RecursionError) as error:
            reason = "it nests too deeply" if isinstance(error, RecursionError) else str(error)
            broken.append(f"{path}: {reason}")
    if broken:
        message = "\n  ".join([f"{source} has files that are no schema documents:", *broken])
        raise SourceRefused(message, source=source, files=tuple(broken))
    return documents


def _decode_one(path: str, data: bytes) -> Any:
    if any(letter in "#?%\\" or ord(letter) < 32 for letter in path):
        raise ValueError("no reference can name such a file")
    text = data.decode("utf-8-sig")
    document = json.loads(text, parse_constant=_no_constant)
    if not isinstance(document, dict):
        kind = type(document).__name__
        raise ValueError(f"a schema document is an object, not {kind}")  # noqa: TRY004  # one kind of report
    if _depth(document) > MAX_DEPTH:
        raise RecursionError
    return document


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


def schema_files(directory: Path) -> tuple[str, dict[str, Path]]:
    """Find the schema root in a directory and return it with its files by path inside the root.

    Raises:
        SourceRefused: there is no schema root, or it holds links out of it or too much.
    """
    for known in ("", *ROOTS):
        if (directory / known / _LANDMARK).is_file():
            root = known
            break
    else:
        root = find_root(_search(directory), str(directory)).rstrip("/")
    top = directory / root
    files = {name: top / name for name in _search(top) if _is_document(name)}
    refuse_excess(len(files), 0, str(directory))
    inside = top.resolve()
    for name, file in files.items():
        if file.is_symlink() and not file.resolve().is_relative_to(inside):
            raise SourceRefused(f"{directory}: {name} is a link out of the tree", source=str(directory))
        if not file.is_file():
            raise SourceRefused(f"{directory}: {name} is no regular file", source=str(directory))
    return root, files


def _from_directory(directory: Path) -> tuple[str, dict[str, bytes]]:
    root, files = schema_files(directory)
    raw: dict[str, bytes] = {}
    total = 0
    for name, file in files.items():
        with file.open("rb") as opened:
            raw[name] = opened.read(MAX_BYTES - total + 1)
        total += len(raw[name])
        refuse_excess(len(files), total, str(directory))
    return root, raw


def _search(directory: Path) -> Iterator[str]:
    """Yield the files below a directory by relative path; folders that are links are not entered."""
    import os

    seen = 0
    for folder, folders, files in os.walk(directory):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "node_modules")
        below = Path(folder).relative_to(directory).as_posix()
        for name in files:
            seen += 1
            if seen > MAX_SEARCHED:
                message = f"{directory} holds over {MAX_SEARCHED:,} files; name the schema folder itself"
                raise SourceRefused(message, source=str(directory))
            yield name if below == "." else f"{below}/{name}"


def refuse_excess(members: int, size: int, source: str) -> None:
    """Refuse a source with too many members or bytes.

    Raises:
        SourceRefused: with the limit and the way out.
    """
    if members <= MAX_MEMBERS and size <= MAX_BYTES:
        return
    what = f"{members:,} members" if members > MAX_MEMBERS else f"over {MAX_BYTES >> 20} MiB unpacked"
    message = (
        f"{source} has {what}; no schema tree has more than {MAX_MEMBERS:,} members or"
        f" {MAX_BYTES >> 20} MiB. Give the schema folder alone"
    )
    raise SourceRefused(message, source=source)


def safe_name(name: str, source: str) -> str:
    """Return the name of an archive member with plain slashes and without ``.`` steps.

    Raises:
        SourceRefused: the name is absolute or leads out of the archive.
    """
    plain = name.replace("\\", "/")
    steps = plain.split("/")
    drive = len(steps[0]) > 1 and steps[0][1] == ":" and steps[0][0].isalpha()
    if plain.startswith("/") or drive or "\0" in plain or ".." in steps:
        why = "leads out of the archive" if ".." in steps else "is absolute"
        raise SourceRefused(f"{source}: the member {name!r} {why}", source=source, member=name)
    return "/".join(step for step in steps if step not in {"", "."})


def _members(archive: Path) -> dict[str, bytes]:
    import struct
    import tarfile
    import zipfile
    import zlib

    source = str(archive)
    try:
        if zipfile.is_zipfile(archive):
            return _from_zip(archive, source)
        return _from_tar(archive, source)
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            message = f"{source} cannot be read: {error.strerror}"
        else:
            message = f"{source} is no sound zip, jar or tar.gz archive: {error}"
        raise SourceRefused(message, source=source) from error


def _from_zip(archive: Path, source: str) -> dict[str, bytes]:
    from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

    members: dict[str, bytes] = {}
    with ZipFile(archive) as opened:
        infos = opened.infolist()
        refuse_excess(len(infos), sum(info.file_size for info in infos), source)
        seen: set[str] = set()
        total = 0
        for info in infos:
            name = safe_name(info.orig_filename, source)
            _refuse_special(stat.S_IFMT(info.external_attr >> 16), info.filename, source)
            if info.is_dir():
                continue
            _refuse_twice(name, seen, source)
            if info.flag_bits & 1:
                raise SourceRefused(f"{source}: {name} is encrypted", source=source, member=name)
            if info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
                message = f"{source}: {name} is compressed in an unusual way"
                raise SourceRefused(message, source=source, member=name)
            with opened.open(info) as stream:
                data, total = _drain(stream, total, len(infos), source, keep=_is_document(name))
            if _is_document(name):
                members[name] = data
    return members


def _refuse_twice(name: str, seen: set[str], source: str) -> None:
    if name in seen:
        raise SourceRefused(f"{source} holds {name!r} twice", source=source, member=name)
    seen.add(name)


def _refuse_special(kind: int, name: str, source: str) -> None:
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        what = "a link" if kind == stat.S_IFLNK else "a device or other special file"
        raise SourceRefused(f"{source}: the member {name!r} is {what}", source=source, member=name)


def _drain(
    stream: IO[bytes], total: int, members: int, source: str, *, keep: bool
) -> tuple[bytes, int]:
    """Read a member to its end, counting what really comes; its header may lie."""
    chunks = []
    while chunk := stream.read(_CHUNK):
        total += len(chunk)
        refuse_excess(members, total, source)
        if keep:
            chunks.append(chunk)
    return b"".join(chunks), total


class _Counted:
    """A stream that refuses to give more than an archive may unpack to, headers included."""

    def __init__(self, stream: IO[bytes], source: str) -> None:
        self._stream, self._source, self._given = stream, source, 0

    def read(self, size: int = -1) -> bytes:
        # A header block and padding come with each member; they are not what is unpacked.
        data = self._stream.read(_CHUNK if size < 0 else size)
        self._given += len(data)
        if self._given > MAX_BYTES + 2048 * MAX_MEMBERS:
            refuse_excess(0, self._given, self._source)
        return data


def _from_tar(archive: Path, source: str) -> dict[str, bytes]:
    import gzip
    import tarfile

    members: dict[str, bytes] = {}
    with archive.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        plain: Any = gzip.GzipFile(fileobj=file) if packed else file
        counted: Any = _Counted(plain, source)
        seen: set[str] = set()
        total = 0
        with tarfile.open(fileobj=counted, mode="r|") as opened:
            for count, info in enumerate(opened, 1):
                refuse_excess(count, total, source)
                name = safe_name(info.name, source)
                if info.isdir():
                    continue
                if not info.isreg():
                    kind = stat.S_IFLNK if info.issym() or info.islnk() else stat.S_IFCHR
                    _refuse_special(kind, info.name, source)
                _refuse_twice(name, seen, source)
                stream = opened.extractfile(info)
                if stream is None:
                    raise SourceRefused(f"{source}: {name} cannot be read", source=source, member=name)
                with stream:
                    data, total = _drain(stream, total, count, source, keep=_is_document(name))
                if _is_document(name):
                    members[name] = data
    return members
