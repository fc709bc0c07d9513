"""Names of the files of a catalogue: a folder for each part of a fully qualified name.

Any name becomes the name of a file that every file system accepts. Names that differ only in case,
or in how their characters are composed, get different files on systems that do not see the
difference.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from dynclient import fqn
from dynclient.errors import BadName

_PART_MAX = 120
"""The bytes of a part of a path; file systems allow 255, of which a suffix needs some."""
_PATH_MAX = 800
"""The bytes of a path below the folder; a longer one has a hash instead of its middle."""
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f"*/:<>?\\|%~\ud800-\udfff\u2028\u2029]')
_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$)(?=\.|$)")
"""Names that Windows reserves, with any ending."""
_ENDING = re.compile(r"(?i)\.(?=(yaml|yml|json|jsonl)$)")
"""The dot of a folder that would otherwise be called like the file of another entity."""
_HASH = 12


def file_path(entity_type: str, name: str, suffix: str) -> str:
    """Return the path of the file of an entity below the folder of a catalogue.

    Args:
        entity_type: name of the entity type, ``table``; the first folder.
        name: the fully qualified name of the entity.
        suffix: of the file, ``.yaml``.

    Returns:
        The path with ``/``: ``table/shop/sales/public/orders.yaml``.
    """
    *folders, last = map(encoded, _parts(name))
    parts = [entity_type, *(_ENDING.sub("%2E", each) for each in folders), last]
    path = "/".join(parts) + suffix
    if len(path.encode()) <= _PATH_MAX:
        return path
    return "/".join([entity_type, parts[1][:_PART_MAX], f"~{_digest(name)}{suffix}"])


def _parts(name: str) -> list[str]:
    try:
        return fqn.split(name) or [name]
    except BadName:
        return [name]


def encoded(part: str) -> str:
    """Return a part of a name as a part of a path; different parts have different results.

    Args:
        part: any text. What file systems do not accept is percent-encoded, and the end of a very
            long one replaced by a hash after ``~``.
    """
    text = _UNSAFE.sub(_escaped, part)
    if text.endswith((" ", ".")):
        text = text[:-1] + _hexadecimal(text[-1])
    if text[:1] in {"", " ", "."} or _DEVICE.match(text):
        text = _hexadecimal(text[:1]) + text[1:]
    if len(text.encode()) <= _PART_MAX:
        return text
    start = text.encode()[: _PART_MAX - _HASH - 1].decode(errors="ignore")
    return f"{start}~{_digest(part)}"


def _escaped(found: re.Match[str]) -> str:
    return _hexadecimal(found[0])


def _hexadecimal(character: str) -> str:
    encoded = character.encode(errors="surrogatepass")
    return "".join(f"%{byte:02X}" for byte in encoded) or "%"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:_HASH]


def with_digest(path: str, name: str) -> str:
    """Return the path of an entity whose plain path another entity has on some file systems.

    Args:
        path: the plain path, with a suffix.
        name: the fully qualified name of the entity.
    """
    stem, dot, suffix = path.rpartition(".")
    return f"{stem}~{_digest(name)}{dot}{suffix}"


def collision_key(path: str) -> str:
    """Return what two paths have in common if a file system may take them for the same file."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", path).casefold())
