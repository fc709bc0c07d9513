"""How a release is had: from its source, from the cache, or from the starter schemas."""

from __future__ import annotations

import copyreg
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dynclient.errors import BadName, SourceRefused, UnknownRelease
from dynclient.releases.cache import STARTER, STARTER_VERSION, Cache, bundled
from dynclient.releases.pack import Pack
from dynclient.schema.release import BRIDGE, Release
from dynclient.suggestions import did_you_mean

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

_open: dict[tuple[str, str], Release] = {}
_lock = threading.Lock()

_RACY = 50_000_000
"""Nanoseconds within which a file may change again without its times showing it."""


def release(
    name: str | None = None,
    *,
    source: str | Path | None = None,
    cache: str | Path | None = None,
) -> Release:
    """Return a release: one immutable schema tree.

    Args:
        name: what to call it, ``1.13.0``; ``starter`` is the one shipped with this package. None
            takes the version that the name of the archive or folder tells, else ``tree-`` and 12
            digits of its digest.
        source: a directory, or a zip, jar or tar.gz file, that holds an OpenMetadata schema tree
            somewhere. None looks the name up in the cache, then among the releases of this
            process. A source that has not changed since it was taken in is not read again.
        cache: directory of the cache; None for ``DYNCLIENT_CACHE``, else the platform's.

    Raises:
        UnknownRelease: the cache has none of that name, and no source is given.
        SourceRefused: the source holds no schema tree, or is not safe or not sound.
        BadName: the name would not make a file name.
    """
    if name is not None:
        _check(name, own=source is not None)
    store = Cache(cache)
    if source is not None:
        return _opened(*_from_source(Path(source), name, store))
    if name is None:
        raise UnknownRelease(_teach("name a release or its source", store), name=name)
    if name == STARTER:
        return starter(store)
    pack = store.find(name)
    if pack is not None:
        return _opened(pack, store, None)
    # Taken in by this process, where no cache could be written.
    held = [opened for (known, _), opened in _open.items() if known == name]
    if held:
        return held[-1]
    # Its pack is gone, damaged or of another format; its source may still be there.
    for earlier in store.sources(name):
        if earlier.exists():
            return _opened(*_from_source(earlier, name, store))
    from dynclient.schema.versions import close

    near = close(name, [*store.names(), STARTER])
    what = f"no schema tree of {name} is available{did_you_mean(near)}"
    raise UnknownRelease(_teach(what, store), name=name)


def starter(store: Cache | None = None) -> Release:
    """Return the release that is shipped with this package.

    Raises:
        UnknownRelease: this installation lacks it.
    """
    known = next((held for (name, _), held in _open.items() if name == STARTER), None)
    if known is not None:
        return known
    folder = bundled()
    if folder is None:
        raise UnknownRelease(
            "this installation of dynclient lacks its starter schemas", name=STARTER
        )
    return _opened(*_from_source(folder, STARTER, store or Cache(), STARTER_VERSION))


def reopen(name: str, digest: str, cache: str | None = None, source: str | None = None) -> Release:
    """Return the release of a pickle: by name and digest, wherever it is found.

    Raises:
        UnknownRelease: it is neither open, nor in the cache, nor made by its source any more.
    """
    known = _open.get((name, digest))
    if known is not None:
        return known
    store = Cache(cache)
    # A pickle of another machine names a cache that may not be here.
    for place in (store, Cache()):
        pack = place.find(name, digest)
        if pack is not None:
            return _opened(pack, place, source)
    if name == STARTER and bundled() is not None:
        found = starter(store)
    elif source is not None and Path(source).exists():
        found = release(name, source=source, cache=cache)
    else:
        raise UnknownRelease(
            _teach(f"release {name} ({digest[:12]}) is not at hand", store), name=name
        )
    if found.digest != digest:
        message = f"release {name} is at hand, but not with the documents it had ({digest[:12]})"
        raise UnknownRelease(message, name=name)
    return found


def _reduce(release: Release) -> tuple[Any, ...]:
    """Return how pickle and copy find a release again: by name and digest, never its documents."""
    if release.drift != BRIDGE:
        return Release.with_drift, (release.with_drift(BRIDGE), release.drift)
    return reopen, (release.name, release.digest, *release.location)


# Here, not in a method of the class: schema/ knows no registry, and every release is made here.
copyreg.pickle(Release, _reduce)


def _check(name: str, *, own: bool) -> None:
    if own and name == STARTER:
        raise BadName(f"{STARTER!r} is the release shipped with dynclient", name=name)
    plain = name.replace(".", "").replace("-", "").replace("_", "").replace("+", "")
    if not (plain.isascii() and plain.isalnum() and name[0].isalnum() and len(name) <= 64):
        rule = "letters, digits, '.', '-', '_' and '+', at most 64, a letter or digit first"
        raise BadName(f"{name!r} cannot be the name of a release: {rule}", name=name)


def _teach(what: str, store: Cache) -> str:
    names = [*store.names(), *([STARTER] if bundled() is not None else [])]
    here = ", ".join(dict.fromkeys(names)) or "none"
    return (
        f"{what}; in the cache ({store.directory}): {here}. Add one with"
        ' dynclient.release("1.13.0", source="path of a schema folder or archive"), or with'
        " 'dynclient schemas fetch VERSION'"
    )


def _opened(pack: Pack, store: Cache, source: Path | str | None) -> Release:
    """Return the one release of this process with that name and digest."""
    with _lock:
        known = _open.get((pack.name, pack.digest))
        if known is None:
            told = None if source is None else str(source)
            where = (str(store.directory), told)
            known = _open[pack.name, pack.digest] = Release(pack, origin=told, where=where)
        return known


def _from_source(
    source: Path, name: str | None, store: Cache, version: str | None = None
) -> tuple[Pack, Cache, Path]:
    source = source.expanduser().absolute()
    before = fingerprint(source)
    pack = store.recall(source, name, before)
    if pack is not None:
        return pack, store, source
    pack = ingest(source, name, version)
    if store.store(pack):
        # A source that changes while it is read, or has just changed, is read again next time.
        settled = before == fingerprint(source, settled=True)
        store.remember(source, name, before if settled else "", pack)
    return pack, store, source


def ingest(source: Path, name: str | None = None, version: str | None = None) -> Pack:
    """Read a tree, repair it and pack it; nothing is written.

    Raises:
        SourceRefused: see :func:`dynclient.releases.tree_files.read`.
    """
    from dynclient.releases import tree_files as sources

    tree = sources.read(source)
    return _packed(tree.documents, name or tree.version, version)


def add_documents(
    documents: dict[str, Any],
    name: str,
    *,
    cache: Cache,
    origin: str,
    lossy: bool = False,
) -> Release:
    """Make a release of documents that were had from elsewhere than a path, and keep it.

    Args:
        documents: decoded, by path inside the schema root; they are changed by repairs.
        name: what to call it; its version is told by it.
        cache: where to keep it.
        origin: address that they came from, for people to read.
        lossy: whether they say less than the server's own.

    Raises:
        BadName: the name would not make a file name.
    """
    _check(name, own=True)
    pack = _packed(documents, name, None, lossy=lossy)
    cache.store(pack)
    return _opened(pack, cache, origin)


def _packed(
    documents: dict[str, Any], name: str | None, version: str | None, *, lossy: bool = False
) -> Pack:
    from dynclient.releases import pack
    from dynclient.schema import repair

    repairs = repair.repair(documents)
    return pack.build(documents, repairs, name, version, lossy=lossy)


def fingerprint(source: Path, *, settled: bool = False) -> str:
    """Return what changes whenever a source does: names, sizes and times of its files.

    Args:
        source: directory or archive.
        settled: give an empty string for a source that changed a moment ago, since another change
            might leave the same times.
    """
    told: list[Any] = []
    latest = 0
    for name, status in _files(source):
        told += [name, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
        latest = max(latest, status.st_mtime_ns, status.st_ctime_ns)
    if settled and latest > time.time_ns() - _RACY:
        return ""
    import hashlib

    return hashlib.sha256(repr(told).encode("utf-8", "surrogateescape")).hexdigest()


def _files(source: Path) -> Iterator[tuple[str, os.stat_result]]:
    if source.is_dir():
        from dynclient.releases.tree_files import schema_files

        root, files = schema_files(source)
        for name, entry in files:
            yield f"{root}/{name}", entry.stat()
    elif source.is_file():
        yield source.name, source.stat()
    else:
        raise SourceRefused(f"{source} is neither a directory nor a file", source=str(source))
