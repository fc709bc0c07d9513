"""Archives: read the documents of an untrusted zip, jar, tar or tar.gz file.

Paths outside the archive, links, devices, encryption and archive bombs are refused. Nothing is
unpacked to the disk.
"""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from dynclient.errors import SourceRefused

MAX_BYTES = 64 * 1024 * 1024
"""Limit of the unpacked size; the largest known schema tree has 4 MiB."""
MAX_MEMBERS = 10_000
"""Limit of the number of members; the largest known schema tree has 900 files."""
_CHUNK = 1 << 16


def refuse_excess(members: int, size: int, source: str) -> None:
    """Raise an error for a source with too many members or bytes.

    Args:
        members: number of its members.
        size: their unpacked size in bytes.
        source: path or URL of the source, for the message.

    Raises:
        SourceRefused: a limit is exceeded.
    """
    if members <= MAX_MEMBERS and size <= MAX_BYTES:
        return
    what = (
        f"{members:,} members" if members > MAX_MEMBERS else f"over {MAX_BYTES >> 20} MiB unpacked"
    )
    message = (
        f"{source} has {what}; the limit is {MAX_MEMBERS:,} members and"
        f" {MAX_BYTES >> 20} MiB. Pass the schema folder alone"
    )
    raise SourceRefused(message, source=source)


def safe_name(name: str, source: str) -> str:
    """Return the name of an archive member with plain slashes and without ``.`` steps.

    Raises:
        SourceRefused: the name is absolute or outside the archive.
    """
    plain = name.replace("\\", "/")
    steps = plain.split("/")
    drive = len(steps[0]) > 1 and steps[0][1] == ":" and steps[0][0].isalpha()
    if plain.startswith("/") or drive or "\0" in plain or ".." in steps:
        why = "points outside the archive" if ".." in steps else "is absolute"
        raise SourceRefused(f"{source}: the member {name!r} {why}", source=source, member=name)
    return "/".join(step for step in steps if step not in {"", "."})


def members(archive: Path, wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """Return the content of the wanted members of an archive, by name with forward slashes.

    Args:
        archive: a file; its format is recognized by its content, not its name.
        wanted: returns whether to keep a member, by its name; the others count towards the limits.

    Raises:
        SourceRefused: the file is not an archive, or is damaged or unsafe.
    """
    import struct
    import tarfile
    import zipfile
    import zlib

    source = str(archive)
    try:
        if zipfile.is_zipfile(archive):
            return _from_zip(archive, source, wanted)
        return _from_tar(archive, source, wanted)
    except SourceRefused:
        raise
    except (
        tarfile.TarError,
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        OSError,
        OverflowError,  # a size beyond that of the address space
        RuntimeError,  # a version or a compression of a zip file that is not supported
        ValueError,  # a name that is not in its encoding
    ) as error:
        if isinstance(error, OSError) and error.errno is not None:
            message = f"{source} cannot be read: {error.strerror}"
        else:
            message = f"{source} is not a valid zip, jar or tar.gz archive: {error}"
        raise SourceRefused(message, source=source) from error


def _from_zip(archive: Path, source: str, wanted: Callable[[str], bool]) -> dict[str, bytes]:
    from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

    found: dict[str, bytes] = {}
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
            _refuse_duplicate(name, seen, source)
            if info.flag_bits & 1:
                raise SourceRefused(f"{source}: {name} is encrypted", source=source, member=name)
            if info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
                message = f"{source}: {name} has an unsupported compression method"
                raise SourceRefused(message, source=source, member=name)
            with opened.open(info) as stream:
                data, total = _read_member(stream, total, len(infos), source, keep=wanted(name))
            if wanted(name):
                found[name] = data
    return found


def _refuse_duplicate(name: str, seen: set[str], source: str) -> None:
    if name in seen:
        raise SourceRefused(f"{source} contains {name!r} twice", source=source, member=name)
    seen.add(name)


def _refuse_special(kind: int, name: str, source: str) -> None:
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        what = "a link" if kind == stat.S_IFLNK else "a device or other special file"
        raise SourceRefused(f"{source}: the member {name!r} is {what}", source=source, member=name)


def _read_member(
    stream: IO[bytes], total: int, members: int, source: str, *, keep: bool
) -> tuple[bytes, int]:
    """Read a member to its end and count its bytes; the size in its header may be wrong."""
    chunks = []
    while chunk := stream.read(_CHUNK):
        total += len(chunk)
        refuse_excess(members, total, source)
        if keep:
            chunks.append(chunk)
    return b"".join(chunks), total


class _LimitedStream:
    """A stream that raises an error after the limit of the unpacked size, headers included."""

    def __init__(self, stream: IO[bytes], source: str) -> None:
        self._stream, self._source, self._count = stream, source, 0

    def read(self, size: int = -1) -> bytes:
        # Each member adds a header block and padding, which are not unpacked.
        data = self._stream.read(_CHUNK if size < 0 else size)
        self._count += len(data)
        if self._count > MAX_BYTES + 2048 * MAX_MEMBERS:
            refuse_excess(0, self._count, self._source)
        return data


def _from_tar(archive: Path, source: str, wanted: Callable[[str], bool]) -> dict[str, bytes]:
    import gzip
    import tarfile

    found: dict[str, bytes] = {}
    with archive.open("rb") as file:
        is_gzip = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        plain: Any = gzip.GzipFile(fileobj=file) if is_gzip else file
        limited: Any = _LimitedStream(plain, source)
        seen: set[str] = set()
        total = 0
        with tarfile.open(fileobj=limited, mode="r|") as opened:
            for count, info in enumerate(opened, 1):
                refuse_excess(count, total, source)
                name = safe_name(info.name, source)
                if info.isdir():
                    continue
                if not info.isreg():
                    kind = stat.S_IFLNK if info.issym() or info.islnk() else stat.S_IFCHR
                    _refuse_special(kind, info.name, source)
                _refuse_duplicate(name, seen, source)
                stream = opened.extractfile(info)
                if stream is None:
                    raise SourceRefused(
                        f"{source}: {name} cannot be read", source=source, member=name
                    )
                with stream:
                    data, total = _read_member(stream, total, count, source, keep=wanted(name))
                if wanted(name):
                    found[name] = data
    return found
