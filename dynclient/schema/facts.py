r"""Facts about servers on the disk, beside the releases: a small file for each, checked on reading.

::

    dynclient-facts <crc32 of the rest, 8 hex digits>\n
    <head: JSON on one line>\n
    <body: bytes that whoever keeps it understands>

Like packs, the files are written whole and never changed in place, so any number of processes may
write the same fact at once. What is damaged is set aside, and is asked for anew.
"""

from __future__ import annotations

import json
import re
import zlib
from typing import TYPE_CHECKING, Any

from dynclient.errors import PackCorrupt

if TYPE_CHECKING:
    from dynclient.releases.cache import Cache

_MAGIC = b"dynclient-facts "
SUFFIX = ".facts"


def recall(cache: Cache, name: str) -> tuple[Any, bytes] | None:
    """Return head and body of a fact, or None where it is not known, or damaged.

    Args:
        cache: where it is kept.
        name: of the fact; any text.
    """
    data = cache.read(_file_name(name))
    if data is None:
        return None
    try:
        return _parsed(data)
    except PackCorrupt as error:
        cache.set_aside(_file_name(name), str(error))
        return None


def keep(cache: Cache, name: str, head: Any, body: bytes = b"") -> bool:
    """Write a fact; return whether it is on the disk now.

    A cache that cannot be written is told of by one warning, as for releases.

    Args:
        cache: where to keep it.
        name: of the fact; any text.
        head: plain JSON.
        body: any bytes.
    """
    rest = json.dumps(head, separators=(",", ":")).encode("ascii") + b"\n" + body
    return cache.write(_file_name(name), _MAGIC + b"%08x\n" % zlib.crc32(rest) + rest)


def _parsed(data: bytes) -> tuple[Any, bytes]:
    first = data.find(b"\n")
    if not data.startswith(_MAGIC) or first < 0:
        raise PackCorrupt("it holds no fact")
    if data[len(_MAGIC) : first] != b"%08x" % zlib.crc32(memoryview(data)[first + 1 :]):
        raise PackCorrupt("its content does not match its checksum")
    head, _, body = data[first + 1 :].partition(b"\n")
    return json.loads(head), body


def _file_name(name: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9.+-]", "_", name)
    # What differs in signs alone stays apart, whatever the file system makes of it.
    return f"{plain[:80]}-{zlib.crc32(name.encode()):08x}{SUFFIX}"
