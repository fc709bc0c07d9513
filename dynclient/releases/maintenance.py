"""The cache looked after: packs examined to the last reference, and releases removed.

Nothing here is needed to work; reading a pack checks its sum, and what is damaged is set aside.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

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
    """What was found out about one file of the cache (or the folder of one fetch)."""

    file: str
    """Its name."""
    release: str
    """The release that it is of, by its name."""
    state: str
    """``sound``, ``bad`` (a pack that cannot be used), or ``idle`` (nothing that is used)."""
    why: str = ""
    """What is wrong with it, or what it is."""
    advice: str = ""
    """What to do about it."""


class Removed(NamedTuple):
    """A release that was removed."""

    release: str
    files: tuple[str, ...]
    """Names of the files that are gone."""


# -- examining ---------------------------------------------------------------------------------


def verify(cache: Cache, names: Iterable[str] = ()) -> list[Finding]:
    """Examine the packs of a cache; nothing in it is changed.

    Args:
        cache: whose packs.
        names: of the releases to examine; none stands for all.

    Raises:
        UnknownRelease: the cache has nothing of some name.
    """
    wanted = _known(cache, names) if names else None
    return [
        _finding(cache, name, file)
        for name, file in _files(cache)
        if wanted is None or name in wanted
    ]


def _finding(cache: Cache, name: str, file: Path) -> Finding:
    if file.parent.name == FOLDER:
        advice = f"'dynclient schemas fetch {name}' goes on from there"
        return Finding(f"{FOLDER}/{file.name}", name, "idle", "a fetch that has not ended", advice)
    away = f"'dynclient schemas remove {name}'"
    if file.name.endswith(_ASIDE):
        why = "a damaged pack that was set aside"
        return Finding(file.name, name, "idle", why, f"{away} takes it away")
    if not file.name.endswith(packs.SUFFIX):
        why = "a pack of another version of dynclient"
        return Finding(file.name, name, "idle", why, f"{away} takes it away, if that is not used")
    try:
        examine(packs.load(file), file.name)
    except (SchemaError, OSError) as error:
        return Finding(file.name, name, "bad", _words(error), _advice(cache, name))
    return Finding(file.name, name, "sound")


def _words(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return str(text).partition(": ")[2] if isinstance(error, PackCorrupt) else str(text)


def _advice(cache: Cache, name: str) -> str:
    if name == STARTER:
        return "delete it; it is made anew when it is asked for"
    source = next((each for each in cache.sources(name) if each.exists()), None)
    if source is not None:
        again = f"dynclient schemas add {source}"
        return f"'dynclient schemas remove {name}' and '{again}', where it came from"
    return f"'dynclient schemas remove {name}' and 'dynclient schemas fetch {name}'"


def examine(pack: Pack, file_name: str) -> None:
    """Make sure that a pack holds what it says, and all of it.

    Args:
        pack: as read.
        file_name: what its file is called.

    Raises:
        PackCorrupt: its name, its digest, a document, a reference or an entity is not right.
    """
    try:
        faults = list(_faults(pack, file_name))
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        faults = [f"its sections cannot be read ({type(error).__name__})"]
    if faults:
        more = f", and {len(faults) - 1} more" if len(faults) > 1 else ""
        raise PackCorrupt(f"{file_name}: {faults[0]}{more}", file=file_name)


def _faults(pack: Pack, file_name: str) -> Iterator[str]:
    if pack.file_name != file_name:
        yield f"it holds {pack.file_name}"
    digest = hashlib.sha256()
    documents: dict[str, Any] = {}
    for path in pack.index:
        documents[path] = pack.document(path)
        digest.update(path.encode() + b"\0" + packs.minified(documents[path]) + b"\0")
    if digest.hexdigest() != pack.digest:
        yield "its documents are not those of its digest"
    if not documents:
        yield "it holds no document"
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
                yield f"{place} of the entity {entity.name} is missing"
    pack.names()
    pack.repairs()


# -- removing ----------------------------------------------------------------------------------


def remove(cache: Cache, names: Iterable[str]) -> list[Removed]:
    """Remove releases from a cache, with all that is kept of them: packs, damaged ones, fetches.

    A process that has one open keeps it: packs are read whole. Where it was taken in from is
    forgotten as well, so that it does not come back by itself.

    Args:
        cache: to remove from.
        names: of the releases.

    Raises:
        UnknownRelease: the cache has nothing of some name; nothing is removed then.
        UsageError: it is the release that comes along with dynclient.
        OSError: a file cannot be removed.
    """
    wanted = _known(cache, names)
    if STARTER in wanted:
        raise UsageError(f"{STARTER!r} comes along with dynclient and stays; nothing is removed")
    return [_removed(cache, name) for name in wanted]


def _removed(cache: Cache, name: str) -> Removed:
    # The notes first: whoever asks for the release meanwhile must not build it anew.
    cache.forget(name)
    gone = []
    for owner, file in _files(cache):
        if owner != name:
            continue
        if file.is_dir():
            shutil.rmtree(file, ignore_errors=True)
        else:
            file.unlink(missing_ok=True)  # somebody else may remove it as well
        gone.append(file.name if file.parent == cache.directory else f"{FOLDER}/{file.name}")
    return Removed(name, tuple(gone))


# -- what is there -----------------------------------------------------------------------------


def _files(cache: Cache) -> Iterator[tuple[str, Path]]:
    """Give every pack, of whatever state and format, and every fetch, with its release's name."""
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
    """Return the names, once each, if the cache has something of all of them."""
    wanted = list(dict.fromkeys(names))
    held = sorted({name for name, _ in _files(cache)})
    missing = [name for name in wanted if name not in held and name != STARTER]
    if missing:
        near = close(missing[0], held)
        here = ", ".join(held) or "nothing"
        absent = f"{', '.join(missing)}{did_you_mean(near, '.')}"
        message = f"{cache.directory} has no release {absent} Releases there: {here}"
        raise UnknownRelease(message, name=missing[0])
    return wanted
