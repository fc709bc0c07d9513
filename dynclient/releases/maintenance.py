"""Maintenance of the cache: verify packs completely, and remove releases.

Normal use does not need it: reading a pack verifies its checksum and renames a damaged one.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dynclient.errors import PackCorrupt, SchemaError, UnknownRelease, UsageError
from dynclient.releases import pack as packs
from dynclient.releases.cache import STARTER
from dynclient.releases.staging import FOLDER
from dynclient.schema.pointers import walk
from dynclient.schema.release import Release
from dynclient.schema.versions import close
from dynclient.suggestions import did_you_mean

if TYPE_CHECKING:
    from dynclient.releases.cache import Cache
    from dynclient.releases.pack import Pack

_ASIDE = ".corrupt"


class Finding(NamedTuple):
    """The state of one file of the cache, or of the folder of one download."""

    file: str
    """Name of the file."""
    release: str
    """Name of its release."""
    state: str
    """``sound``, ``bad`` (a pack that cannot be used), or ``idle`` (not in use)."""
    why: str = ""
    """What is wrong with it, or what it is."""
    advice: str = ""
    """What to do about it."""


class Removed(NamedTuple):
    """A release that was removed."""

    release: str
    """Name of the release."""
    files: tuple[str, ...]
    """Names of the removed files."""


# -- examining ---------------------------------------------------------------------------------


def verify(cache: Cache, names: Iterable[str] = ()) -> list[Finding]:
    """Verify the packs of a cache; nothing in it is changed.

    Args:
        cache: the cache.
        names: names of the releases to verify; empty for all.

    Raises:
        UnknownRelease: the cache has nothing of one of these names.
    """
    wanted = _known(cache, names) if names else None
    return [
        _finding(cache, name, file)
        for name, file in _files(cache)
        if wanted is None or name in wanted
    ]


def _finding(cache: Cache, name: str, file: Path) -> Finding:
    if file.parent.name == FOLDER:
        advice = f"'dynclient schemas fetch {name}' continues it"
        return Finding(f"{FOLDER}/{file.name}", name, "idle", "an unfinished download", advice)
    remove_command = f"'dynclient schemas remove {name}'"
    if file.name.endswith(_ASIDE):
        why = "a damaged pack that was renamed"
        return Finding(file.name, name, "idle", why, f"{remove_command} removes it")
    if not file.name.endswith(packs.SUFFIX):
        why = "a pack of another version of dynclient"
        return Finding(
            file.name,
            name,
            "idle",
            why,
            f"{remove_command} removes it; do so if that version is no longer used",
        )
    try:
        examine(packs.load(file), file.name)
    except (SchemaError, OSError) as error:
        return Finding(file.name, name, "bad", _reason(error), _advice(cache, name))
    return Finding(file.name, name, "sound")


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return str(text).partition(": ")[2] if isinstance(error, PackCorrupt) else str(text)


def _advice(cache: Cache, name: str) -> str:
    if name == STARTER:
        return "delete it; it is created again when it is needed"
    source = next((each for each in cache.sources(name) if os.path.exists(each)), None)  # noqa: PTH110
    if source is not None:
        add_command = f"dynclient schemas add {source}"
        return f"'dynclient schemas remove {name}' and '{add_command}', its source"
    return f"'dynclient schemas remove {name}' and 'dynclient schemas fetch {name}'"


def examine(pack: Pack, file_name: str) -> None:
    """Raise an error unless a pack is complete and correct.

    Args:
        pack: the pack.
        file_name: name of its file.

    Raises:
        PackCorrupt: its name, its digest, a document, a reference or an entity is wrong.
    """
    try:
        defects = list(_defects(pack, file_name))
    except PackCorrupt as error:
        defects = [str(error)]
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        defects = [f"its sections cannot be read ({type(error).__name__})"]
    if defects:
        more = f", and {len(defects) - 1} more" if len(defects) > 1 else ""
        raise PackCorrupt(f"{file_name}: {defects[0]}{more}", file=file_name)


def _defects(pack: Pack, file_name: str) -> Iterator[str]:
    if pack.file_name != file_name:
        yield f"it contains {pack.file_name}"
    try:
        pack.verify_digest()
    except PackCorrupt as error:
        yield str(error)
    documents = {path: pack.document(path) for path in pack.index}
    if not documents:
        yield "it contains no document"
    release = Release(pack)
    for path, document in documents.items():
        for _, schema in walk(document):
            reference = schema.get("$ref")
            if isinstance(reference, str):
                try:
                    release.resolve(reference, path)
                except SchemaError as error:
                    yield str(error)
    for entity in pack.entities():
        for place in (entity.path, entity.create or entity.path):
            if place.partition("#")[0] not in documents:
                yield f"{place} of the entity type {entity.name} is missing"
    pack.names()
    pack.repairs()


# -- removing ----------------------------------------------------------------------------------


def remove(cache: Cache, names: Iterable[str]) -> list[Removed]:
    """Remove releases from a cache: their packs, damaged packs, and unfinished downloads.

    Processes that have one open can continue to use it. The notes on its sources are removed as
    well, so that it is not built again from there.

    Args:
        cache: the cache.
        names: names of the releases.

    Raises:
        UnknownRelease: the cache has nothing of one of these names; nothing is removed then.
        UsageError: it is the release bundled with dynclient.
        OSError: a file cannot be removed.
    """
    wanted = _known(cache, names)
    if STARTER in wanted:
        raise UsageError(
            f"{STARTER!r} is bundled with dynclient and cannot be removed; nothing was removed"
        )
    return [_remove(cache, name) for name in wanted]


def _remove(cache: Cache, name: str) -> Removed:
    # The notes first, so that no process builds the release again meanwhile.
    cache.forget(name)
    removed = []
    for owner, file in _files(cache):
        if owner != name:
            continue
        if file.is_dir():
            shutil.rmtree(file, ignore_errors=True)
        else:
            file.unlink(missing_ok=True)  # another process may remove it as well
        removed.append(file.name if file.parent == cache.directory else f"{FOLDER}/{file.name}")
    return Removed(name, tuple(removed))


# -- files ------------------------------------------------------------------------------------


def _files(cache: Cache) -> Iterator[tuple[str, Path]]:
    """Yield (name of the release, file) of all packs and unfinished downloads."""
    found = []
    for file in _listed(cache.directory):
        plain = file.name.removesuffix(_ASIDE)
        stem, _, version = plain.removesuffix(".pack").rpartition(".v")
        name, _, digest = stem.rpartition("-")
        if plain.endswith(".pack") and version.isdigit() and name and len(digest) == 12:
            found.append((name, file))
    found += [(folder.name, folder) for folder in _listed(cache.directory / FOLDER)]
    yield from sorted(found)


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _known(cache: Cache, names: Iterable[str]) -> list[str]:
    """Return the names without duplicates, if the cache has files of each."""
    wanted = list(dict.fromkeys(names))
    available = sorted({name for name, _ in _files(cache)})
    missing = [name for name in wanted if name not in available and name != STARTER]
    if missing:
        near = close(missing[0], available)
        here = ", ".join(available) or "none"
        absent = f"{', '.join(missing)}{did_you_mean(near, '.')}"
        message = f"{cache.directory} has no release {absent} Releases in it: {here}"
        raise UnknownRelease(message, name=missing[0])
    return wanted
