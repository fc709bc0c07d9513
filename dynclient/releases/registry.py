"""Open a release: from its source, from the cache, or the bundled starter release."""

from __future__ import annotations

import contextlib
import copyreg
import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dynclient.errors import BadName, DynclientWarning, SourceRefused, UnknownRelease
from dynclient.releases.cache import STARTER, STARTER_VERSION, Cache, bundled, expanded
from dynclient.releases.pack import Pack
from dynclient.schema.release import BRIDGE, Release
from dynclient.tracebacks import public_call

if TYPE_CHECKING:
    from collections.abc import Iterator

_open: dict[tuple[str, str], Release] = {}
_lock = threading.Lock()

_RACY = 50_000_000
"""Nanoseconds within which a file may change again without its times showing it."""


@public_call
def release(
    name: str | None = None,
    *,
    source: str | Path | None = None,
    cache: str | Path | None = None,
) -> Release:
    """Return a release: one immutable schema tree.

    Args:
        name: name of the release, ``1.13.0``; ``starter`` is bundled with this package. Without a
            source, the digest of its documents (12 to 64 digits) names it too. None for the version
            in the project file or the name of the source, or ``tree-`` and 12 digits of its digest.
        source: a directory, or a zip, jar or tar.gz file, that contains an OpenMetadata schema
            tree. None looks for the name in the cache, then among the releases of this process.
            A source that has not changed since is not read again.
        cache: directory of the cache; None for ``DYNCLIENT_CACHE``, or the platform's default.

    Raises:
        UnknownRelease: the cache has no release of that name, and there is no source.
        SourceRefused: the source has no schema tree, or is damaged or unsafe.
        BadName: the name cannot be part of a file name.
        UsageError: the source or the cache is not a path.
    """
    if name is not None:
        _check(name, own=source is not None)
    store = Cache(cache)
    if source is not None:
        return _opened(*_from_source(expanded(source, "source="), name, store))
    if name is None:
        raise UnknownRelease(
            _not_available("pass the name of a release or its source", store), name=name
        )
    if name == STARTER:
        return starter(store)
    pack = store.find(name) or (store.find(digest=name) if _is_digest(name) else None)
    if pack is not None:
        return _opened(pack, store, None)
    # Built by this process while no cache could be written.
    opened_here = [opened for (known, _), opened in _open.items() if known == name]
    if opened_here:
        return opened_here[-1]
    # Its pack is missing, damaged or of another format; its source may still exist.
    for earlier in store.sources(name):
        if os.path.exists(earlier):  # noqa: PTH110 -- Path.exists raises PermissionError
            return _opened(*_from_source(earlier, name, store))
    from dynclient.schema.versions import close

    near = close(name, [*store.names(), STARTER])
    from dynclient.suggestions import did_you_mean

    what = _not_available(f"release {name} was not found", store)
    raise UnknownRelease(f"{what}{did_you_mean(near)}", name=name)


def is_path(text: str) -> bool:
    """Return whether a text names a file or folder, rather than a release or a step."""
    looks_like_one = os.sep in text or "/" in text or text.endswith((".zip", ".jar", ".gz", ".tgz"))
    return looks_like_one or (bool(text) and Path(text).exists())


def starter(store: Cache | None = None) -> Release:
    """Return the release that is bundled with this package.

    Raises:
        UnknownRelease: it is not installed.
    """
    known = next((opened for (name, _), opened in _open.items() if name == STARTER), None)
    if known is not None:
        return known
    folder = bundled()
    if folder is None:
        raise UnknownRelease(
            "this installation of dynclient has no starter schemas; reinstall it", name=STARTER
        )
    return _opened(*_from_source(folder, STARTER, store or Cache(), STARTER_VERSION))


def reopen(name: str, digest: str, cache: str | None = None, source: str | None = None) -> Release:
    """Return the release of a pickle.

    Args:
        name: name of the release.
        digest: digest of its documents.
        cache: directory of the cache it was opened with.
        source: path of its source, if it was read from one.

    Raises:
        UnknownRelease: it is neither open nor in the cache, and its source is gone or has changed.
    """
    known = _open.get((name, digest))
    if known is not None:
        return known
    store = Cache(cache)
    # A pickle of another machine may name a cache that does not exist here.
    for place in (store, Cache()):
        pack = place.find(name, digest)
        if pack is not None:
            return _opened(pack, place, source)
    if name == STARTER and bundled() is not None:
        found = starter(store)
    elif source is not None and os.path.exists(source):  # noqa: PTH110 -- as above
        found = release(name, source=source, cache=cache)
    else:
        raise UnknownRelease(
            _not_available(f"release {name} ({digest[:12]}) was not found", store), name=name
        )
    if found.digest != digest:
        message = f"release {name} was found, but with other documents than pickled ({digest[:12]})"
        raise UnknownRelease(message, name=name)
    return found


def _reduce(release: Release) -> tuple[Any, ...]:
    """Return how pickle and copy find a release again: by name and digest, never its documents."""
    if release.drift != BRIDGE:
        return Release.with_drift, (release.with_drift(BRIDGE), release.drift)
    return reopen, (release.name, release.digest, *release.location)


# Here, not in a method of the class: schema/ knows no registry, and every release is made here.
copyreg.pickle(Release, _reduce)


def _is_digest(name: str) -> bool:
    return 12 <= len(name) <= 64 and set(name) <= set("0123456789abcdef")


def _check(name: str, *, own: bool) -> None:
    if not isinstance(name, str):
        raise BadName(f"name= must be the name of a release, such as '1.13.0', not {name!r}")
    if own and name == STARTER:
        raise BadName(
            f"{STARTER!r} is the name of the release bundled with dynclient; choose another",
            name=name,
        )
    plain = name.replace(".", "").replace("-", "").replace("_", "").replace("+", "")
    if not (plain.isascii() and plain.isalnum() and name[0].isalnum() and len(name) <= 64):
        rule = "at most 64 letters, digits, '.', '-', '_' and '+', the first a letter or digit"
        raise BadName(f"{name!r} cannot be the name of a release: it must be {rule}", name=name)


def _not_available(what: str, store: Cache) -> str:
    names = [*store.names(), *([STARTER] if bundled() is not None else [])]
    here = ", ".join(dict.fromkeys(names)) or "none"
    return (
        f"{what}; releases in the cache ({store.directory}): {here}. Add one with"
        ' dynclient.release("1.13.0", source="path of a schema folder or archive") or'
        " 'dynclient schemas fetch VERSION'"
    )


def _opened(pack: Pack, store: Cache, source: Path | str | None) -> Release:
    """Return the one release of this process with that name and digest."""
    with _lock:
        known = _open.get((pack.name, pack.digest))
        if known is None:
            origin = None if source is None else str(source)
            where = (str(store.directory), origin)
            known = _open[pack.name, pack.digest] = Release(pack, origin=origin, where=where)
        return known


def _from_source(
    source: Path, name: str | None, store: Cache, version: str | None = None
) -> tuple[Pack, Cache, Path]:
    source = source.absolute()
    try:
        before = fingerprint(source)
        pack = store.recall(source, name, before)
        if pack is not None:
            return pack, store, source
        pack = ingest(source, name, version)
    except OSError as error:
        message = f"{source} cannot be read: {error.strerror or error}"
        raise SourceRefused(message, source=str(source)) from error
    if store.store(pack):
        settled = False
        # A source that changed just now, or while it was read, is read again next time.
        with contextlib.suppress(OSError, SourceRefused):  # it may be gone by now
            settled = before == fingerprint(source, settled=True)
        store.remember(source, name, before if settled else "", pack)
    return pack, store, source


def ingest(source: Path, name: str | None = None, version: str | None = None) -> Pack:
    """Read and repair a schema tree and return its pack; nothing is written.

    Args:
        source: directory or archive.
        name: name of the release; None for the version in the name of the source.
        version: its version; None for the one in its name.

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
    """Create a release from documents, store it in a cache and return it.

    Args:
        documents: decoded documents by path inside the schema root; repairs change them.
        name: name of the release, which contains its version.
        cache: the cache to store it in.
        origin: URL that the documents come from, for messages.
        lossy: whether the documents contain less than the server's own schemas.

    Raises:
        BadName: the name cannot be part of a file name.
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
    malformed = [note for note in repairs if note.step == repair.MALFORMED]
    if malformed:
        lines = "".join(f"\n  {note.path}#{note.pointer}: {note.note}" for note in malformed)
        what = "malformed keyword" + ("s" if len(malformed) > 1 else "")
        message = f"{name or 'the schema tree'} has {len(malformed)} {what}:{lines}"
        from dynclient import warn

        warn.warn_user(message, DynclientWarning)
    return pack.build(documents, repairs, name, version, lossy=lossy)


def fingerprint(source: Path, *, settled: bool = False) -> str:
    """Return a hash of the names, sizes and times of the files of a source.

    Args:
        source: directory or archive.
        settled: return an empty string if the source changed just now, since another change might
            leave the same times.

    Raises:
        SourceRefused: the source does not exist.
    """
    facts: list[Any] = []
    latest = 0
    for name, status in _files(source):
        facts += [name, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
        latest = max(latest, status.st_mtime_ns, status.st_ctime_ns)
    if settled and latest > time.time_ns() - _RACY:
        return ""
    import hashlib

    return hashlib.sha256(repr(facts).encode("utf-8", "surrogateescape")).hexdigest()


def _files(source: Path) -> Iterator[tuple[str, os.stat_result]]:
    if source.is_dir():
        from dynclient.releases.tree_files import project_files, schema_files

        root, files = schema_files(source)
        for name, entry in files:
            yield f"{root}/{name}", entry.stat()
        for file in project_files(source / root):
            yield str(file), file.stat()
    elif source.is_file():
        yield source.name, source.stat()
    else:
        raise SourceRefused(f"{source} is neither a directory nor a file", source=str(source))
