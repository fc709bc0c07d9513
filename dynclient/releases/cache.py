"""The cache of releases on the disk; ``schema_cache/README.md`` describes its layout.

Every file in it is whole from the moment it has its name, is never changed afterwards, and stands
for itself: there is no index that racing processes could lose each other's entries from.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dynclient import warn
from dynclient.errors import DynclientWarning, PackCorrupt
from dynclient.releases import pack as packs
from dynclient.releases.pack import Pack

if TYPE_CHECKING:
    import logging

VARIABLE = "DYNCLIENT_CACHE"
"""Environment variable that names the directory of the cache."""
STARTER = "starter"
"""Name of the release that is shipped with this package."""
STARTER_VERSION = "1.13.0"
"""The OpenMetadata release that the starter release follows."""

_DAY = 24 * 3600 * 10**9
_said: set[str] = set()


def default_directory() -> Path:
    """Return the directory of the cache: ``DYNCLIENT_CACHE``, else the platform's own place."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("dynclient", appauthor=False))


def bundled() -> Path | None:
    """Return the folder of the starter release's schemas, or None where it was left out."""
    package = Path(__file__).resolve().parent.parent
    # In a wheel schema_cache/ lies in the package, in a checkout beside it.
    for layer in (package / "schema_cache", package.parent / "schema_cache"):
        if (layer / STARTER).is_dir():
            return layer / STARTER
    return None


class Cache:
    """A directory of packs.

    Reading never fails for a cache that is not there, not writable or full: what is not found is
    built and kept in memory, and one warning per directory and process says so.
    """

    def __init__(self, directory: str | Path | None = None) -> None:
        """Name the directory; it is made when the first release is written.

        Args:
            directory: where it is; None for :func:`default_directory`.
        """
        chosen = default_directory() if directory is None else Path(directory).expanduser()
        self.directory = chosen

    def __repr__(self) -> str:
        return f"Cache({str(self.directory)!r})"

    def names(self) -> tuple[str, ...]:
        """Return the names of the releases it holds, sorted by version."""
        from dynclient.schema.versions import numbers

        found = {name for name, _, _ in self._packs()}
        return tuple(sorted(found, key=lambda name: (numbers(name), name)))

    def find(self, name: str | None = None, digest: str | None = None) -> Pack | None:
        """Return the pack of a release, the one taken in last where a name has several; or None.

        Args:
            name: of the release; None for any.
            digest: of its documents, whole or its first 12 digits; None for any.
        """
        fitting = [
            file
            for known, short, file in self._packs()
            if name in {None, known} and (digest is None or digest.startswith(short))
        ]
        if len(fitting) > 1:
            fitting.sort(key=_modified, reverse=True)
        for file in fitting:
            pack = self._load(file)
            if pack is not None and (digest is None or pack.digest.startswith(digest)):
                return pack
        return None

    def _packs(self) -> list[tuple[str, str, Path]]:
        try:
            listed = os.listdir(self.directory)  # noqa: PTH208  # names alone; paths only for those that fit
        except OSError:
            return []
        found = []
        for listed_name in sorted(listed):
            name, dash, digest = listed_name.removesuffix(packs.SUFFIX).rpartition("-")
            if dash and listed_name.endswith(packs.SUFFIX) and len(digest) == 12:
                found.append((name, digest, self.directory / listed_name))
        return found

    def _load(self, file: Path) -> Pack | None:
        try:
            pack = packs.load(file)
        except PackCorrupt as error:
            self._set_aside(file, str(error))
            return None
        except OSError as error:
            _log().warning("%s cannot be read (%s); going on without it", file, error.strerror)
            return None
        if pack.file_name != file.name:
            self._set_aside(file, f"{file.name}: it holds {pack.file_name}")
            return None
        return pack

    def _set_aside(self, file: Path, why: str) -> None:
        aside = file.with_name(f"{file.name}.corrupt")
        try:
            file.replace(aside)
        except OSError as error:
            _log().warning("corrupt file ignored: %s (it cannot be moved: %s)", why, error.strerror)
        else:
            _log().warning(
                "corrupt file moved to %s and rebuilt when asked for: %s", aside.name, why
            )

    def store(self, pack: Pack) -> bool:
        """Write a pack, unless it is there already; return whether it is on the disk now."""
        file = self.directory / pack.file_name
        try:
            if not self._holds(file):
                self._write(file, pack.data)
        except OSError as error:
            # Another process may have been faster, where a file in use cannot be replaced.
            if not self._holds(file):
                self._say(error)
                return False
        # Asked for anew: of several releases of one name this one counts now.
        with contextlib.suppress(OSError):
            os.utime(file)
        return True

    def _holds(self, file: Path) -> bool:
        return file.exists() and self._load(file) is not None

    def _write(self, file: Path, data: bytes) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self._sweep()
        packs.write(file, data)

    def _sweep(self) -> None:
        """Remove what writers left that were killed: no write takes a day."""
        for partial in self.directory.glob(".*.tmp"):
            if 0 < _modified(partial) < time.time_ns() - _DAY:
                with contextlib.suppress(OSError):
                    partial.unlink()

    def _say(self, error: OSError) -> None:
        key = str(self.directory)
        if key not in _said:
            _said.add(key)
            message = (
                f"{self.directory} cannot be written ({error.strerror}); releases are built in"
                " memory, which costs every process a second or so. Name another place with"
                f" {VARIABLE} or cache="
            )
            warn.warn_user(message, DynclientWarning)

    # -- other files -------------------------------------------------------------------------------

    def read(self, name: str) -> bytes | None:
        """Return the content of a file of the cache, or None where it cannot be had."""
        try:
            return (self.directory / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            _log().warning("%s cannot be read (%s); going on without it", name, error.strerror)
            return None

    def write(self, name: str, data: bytes) -> bool:
        """Write a file, whole or not at all; return whether it is on the disk now."""
        try:
            self._write(self.directory / name, data)
        except OSError as error:
            self._say(error)
            return False
        return True

    def set_aside(self, name: str, why: str) -> None:
        """Move a file out of the way that turned out damaged, and log it."""
        self._set_aside(self.directory / name, f"{name}: {why}")

    # -- sources already taken in ------------------------------------------------------------------

    def recall(self, source: Path, name: str | None, print_: str) -> Pack | None:
        """Return the pack made from a source earlier, if the source is still the same.

        Args:
            source: directory or archive.
            name: the release name that was asked for.
            print_: fingerprint of the source now.
        """
        told = _read_note(self._note(source, name))
        if told.get("fingerprint") != print_:
            return None
        return self.find(told["name"], told["digest"])

    def remember(self, source: Path, name: str | None, print_: str, pack: Pack) -> None:
        """Note that a source gave this pack.

        Args:
            source: directory or archive.
            name: the release name that was asked for.
            print_: fingerprint of the source; empty where it may change without showing it.
            pack: what it gave.
        """
        told: dict[str, Any] = {"source": str(source), "fingerprint": print_}
        told |= {"name": pack.name, "digest": pack.digest}
        try:
            self._write(self._note(source, name), packs.minified(told))
        except OSError as error:
            self._say(error)

    def sources(self, name: str) -> list[Path]:
        """Return the sources that a release of this name was taken in from, the last one first."""
        notes = sorted(self.directory.glob("source-*.json"), key=_modified, reverse=True)
        told = [_read_note(note) for note in notes]
        return [Path(note["source"]) for note in told if note.get("name") == name]

    def forget(self, name: str) -> None:
        """Remove the notes on the sources that a release of this name was taken in from.

        Raises:
            OSError: one cannot be removed.
        """
        for note in self.directory.glob("source-*.json"):
            if _read_note(note).get("name") == name:
                note.unlink(missing_ok=True)

    def _note(self, source: Path, name: str | None) -> Path:
        import hashlib

        key = hashlib.sha256(
            f"{source}\0{name or ''}".encode("utf-8", "surrogateescape")
        ).hexdigest()
        return self.directory / f"source-{key[:24]}.json"


_NOTED = {"source", "fingerprint", "name", "digest"}


def _read_note(note: Path) -> dict[str, str]:
    """Return what a note on a source tells; nothing where it is damaged: it is only a short cut."""
    try:
        told = json.loads(note.read_bytes())
    except (OSError, ValueError):
        return {}
    sound = isinstance(told, dict) and all(isinstance(told.get(key), str) for key in _NOTED)
    return told if sound else {}


def _log() -> logging.Logger:
    # Not at the top: a start from the cache has nothing to tell, and logging is slow to import.
    import logging

    return logging.getLogger(__name__)


def _modified(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0
