"""The cache of releases on the disk; ``schema_cache/README.md`` describes its layout.

Every file is complete as soon as it has its name, and is never changed afterwards. There is no
index, so concurrent processes cannot lose each other's entries.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dynclient.errors import DynclientWarning, PackCorrupt, UsageError
from dynclient.releases import pack as packs
from dynclient.releases.pack import Pack

if TYPE_CHECKING:
    import logging

VARIABLE = "DYNCLIENT_CACHE"
"""Environment variable that names the directory of the cache."""
STARTER = "starter"
"""Name of the release that is bundled with this package."""
STARTER_VERSION = "1.13.0"
"""The OpenMetadata release that the starter release follows."""

_NOTE_KEYS = {"source", "fingerprint", "name", "digest"}
_DAY = 24 * 3600 * 10**9
_warned: set[str] = set()


def default_directory() -> Path:
    """Return the cache directory: ``DYNCLIENT_CACHE``, or the default of the platform."""
    path = os.environ.get(VARIABLE)
    if path:
        return expanded(path, VARIABLE)
    import platformdirs

    return Path(platformdirs.user_cache_dir("dynclient", appauthor=False))


def bundled() -> Path | None:
    """Return the schema folder of the starter release, or None if it is not installed."""
    package = Path(__file__).resolve().parent.parent
    # A wheel has schema_cache/ in the package, a checkout beside it.
    for layer in (package / "schema_cache", package.parent / "schema_cache"):
        if (layer / STARTER).is_dir():
            return layer / STARTER
    return None


def expanded(path: str | Path, what: str) -> Path:
    """Return a path with ``~`` replaced.

    Args:
        path: what a user passed as a path.
        what: the name of the argument or variable, for the error.

    Raises:
        UsageError: it is not a path.
    """
    try:
        found = Path(path).expanduser()
    except (RuntimeError, TypeError) as error:
        raise UsageError(f"{what} must be a path, not {path!r}: {error}") from None
    if "\0" in str(found):
        raise UsageError(f"{what} must be a path, not {path!r}: it contains NUL")
    return found


class Cache:
    """A directory of releases, each in one file (a pack).

    A directory that does not exist, is read-only or full is not an error: releases are then built
    in memory, with one warning for each directory and process.
    """

    def __init__(self, directory: str | Path | None = None) -> None:
        """Set the directory; it is created when the first release is written.

        Args:
            directory: path of the directory; None for :func:`default_directory`.

        Raises:
            UsageError: it is not a path.
        """
        self.directory = default_directory() if directory is None else expanded(directory, "cache=")

    def __repr__(self) -> str:
        return f"Cache({str(self.directory)!r})"

    def names(self) -> tuple[str, ...]:
        """Return the names of the releases in the cache, sorted by version."""
        from dynclient.schema.versions import numbers

        found = {name for name, _ in self.contents()}
        return tuple(sorted(found, key=lambda name: (numbers(name), name)))

    def contents(self) -> tuple[tuple[str, str], ...]:
        """Return the names of the releases in the cache, each with 12 digits of its digest."""
        return tuple((name, digest) for name, digest, _ in self._packs())

    def find(self, name: str | None = None, digest: str | None = None) -> Pack | None:
        """Return the pack of a release, or None; of several of one name, the one stored last.

        Args:
            name: name of the release; None for any.
            digest: digest of its documents, or the first 12 digits of it; None for any.
        """
        matching = [
            file
            for known, short, file in self._packs()
            if name in {None, known} and (digest is None or digest.startswith(short))
        ]
        if len(matching) > 1:
            matching.sort(key=_modified, reverse=True)
        for file in matching:
            pack = self._load(file)
            if pack is None:
                continue
            if digest is None:
                return pack
            if pack.digest.startswith(digest) and self._has_its_digest(pack, file):
                return pack
        return None

    def _has_its_digest(self, pack: Pack, file: Path) -> bool:
        try:
            pack.verify_digest()
        except PackCorrupt as error:
            self._set_aside(file, f"{file.name}: {error}")
            return False
        return True

    def _packs(self) -> list[tuple[str, str, Path]]:
        try:
            listed = os.listdir(self.directory)  # noqa: PTH208  # paths are built only for packs
        except FileNotFoundError:
            return []
        except OSError as error:
            self._warn_once(error, "read")
            return []
        found = []
        for listed_name in sorted(listed):
            name, dash, digest = listed_name.removesuffix(packs.SUFFIX).rpartition("-")
            if dash and listed_name.endswith(packs.SUFFIX) and len(digest) == 12:
                found.append((name, digest, self.directory / listed_name))
        return found

    def _load(self, file: Path) -> Pack | None:
        if not self._is_trusted(file):
            return None
        try:
            pack = packs.load(file)
        except PackCorrupt as error:
            self._set_aside(file, str(error))
            return None
        except (FileNotFoundError, NotADirectoryError):  # removed since it was listed
            return None
        except OSError as error:
            _log().warning("%s cannot be read (%s); continuing without it", file, error.strerror)
            return None
        if pack.file_name != file.name:
            self._set_aside(file, f"{file.name}: it contains {pack.file_name}")
            return None
        return pack

    def _is_trusted(self, file: Path) -> bool:
        """Return whether a file may be read; where all users may write, only one's own and root's.

        A file that another user put there decides about routes and what is valid.
        """
        if not hasattr(os, "geteuid"):
            return True
        try:
            owner, mode = file.lstat().st_uid, self.directory.stat().st_mode
        except OSError:
            return True  # what reads it reports that
        if not mode & stat.S_IWOTH or owner in {0, os.geteuid()}:
            return True
        key = f"{file} of {owner}"
        if key not in _warned:
            _warned.add(key)
            message = (
                f"{file} is not used: another user owns it, and all users can write to its folder."
                f" Set a folder of your own with {VARIABLE} or cache="
            )
            from dynclient import warn

            warn.warn_user(message, DynclientWarning)
        return False

    def _set_aside(self, file: Path, why: str) -> None:
        aside = file.with_name(f"{file.name}.corrupt")
        try:
            file.replace(aside)
        except OSError as error:
            _log().warning("damaged file ignored: %s (it cannot be moved: %s)", why, error.strerror)
        else:
            _log().warning(
                "damaged file moved to %s, to be rebuilt when needed: %s", aside.name, why
            )

    def store(self, pack: Pack) -> bool:
        """Write a pack unless the cache has it; return whether it is on the disk now."""
        file = self.directory / pack.file_name
        try:
            if not self._has(file):
                self._write(file, pack.data)
        except OSError as error:
            # Another process may have written it; some systems do not replace a file in use.
            if not self._has(file):
                self._warn_once(error)
                return False
        # Of several releases of one name, the last one stored is used.
        with contextlib.suppress(OSError):
            os.utime(file)
        return True

    def _has(self, file: Path) -> bool:
        return os.path.lexists(file) and self._load(file) is not None

    def _write(self, file: Path, data: bytes) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self._sweep()
        packs.write(file, data)

    def _sweep(self) -> None:
        """Remove partial files of killed processes; no write takes a day."""
        for partial in self._listed(".", ".tmp"):
            if 0 < _modified(partial) < time.time_ns() - _DAY:
                with contextlib.suppress(OSError):
                    partial.unlink()

    def _listed(self, prefix: str, suffix: str) -> list[Path]:
        """Return the files with a prefix and a suffix; empty if the directory cannot be read."""
        try:
            names = os.listdir(self.directory)  # noqa: PTH208  # paths are built only for matches
        except OSError:
            return []
        return [
            self.directory / name
            for name in sorted(names)
            if name.startswith(prefix) and name.endswith(suffix)
        ]

    def _warn_once(self, error: OSError, done: str = "written") -> None:
        key = str(self.directory)
        if key not in _warned:
            _warned.add(key)
            message = (
                f"{self.directory} cannot be {done} ({error.strerror}); releases are built in"
                " memory, which takes each process about a second. Set another directory with"
                f" {VARIABLE} or cache="
            )
            from dynclient import warn

            warn.warn_user(message, DynclientWarning)

    # -- other files -------------------------------------------------------------------------------

    def read(self, name: str) -> bytes | None:
        """Return the content of a file of the cache, or None if it cannot be read."""
        if not self._is_trusted(self.directory / name):
            return None
        try:
            return packs.read_file(self.directory / name)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            _log().warning("%s cannot be read (%s); continuing without it", name, error.strerror)
            return None

    def write(self, name: str, data: bytes) -> bool:
        """Write a file atomically; return whether it is on the disk now."""
        try:
            self._write(self.directory / name, data)
        except OSError as error:
            self._warn_once(error)
            return False
        return True

    def set_aside(self, name: str, why: str) -> None:
        """Rename a damaged file and log why."""
        self._set_aside(self.directory / name, f"{name}: {why}")

    # -- sources of releases -----------------------------------------------------------------------

    def recall(self, source: Path, name: str | None, print_: str) -> Pack | None:
        """Return the pack built from a source earlier, or None if the source has changed.

        Args:
            source: directory or archive.
            name: the requested name of the release, if any.
            print_: current fingerprint of the source.
        """
        note = self._read_note(self._note(source, name))
        if note.get("fingerprint") != print_:
            return None
        return self.find(note["name"], note["digest"])

    def remember(self, source: Path, name: str | None, print_: str, pack: Pack) -> None:
        """Note that this pack was built from a source.

        Args:
            source: directory or archive.
            name: the requested name of the release, if any.
            print_: fingerprint of the source; empty if it may change unnoticed.
            pack: the pack.
        """
        note: dict[str, Any] = {"source": str(source), "fingerprint": print_}
        note |= {"name": pack.name, "digest": pack.digest}
        try:
            self._write(self._note(source, name), packs.minified(note))
        except OSError as error:
            self._warn_once(error)

    def sources(self, name: str) -> list[Path]:
        """Return the sources that a release of this name was read from, the last one first."""
        files = sorted(self._listed("source-", ".json"), key=_modified, reverse=True)
        notes = [self._read_note(file) for file in files]
        return [Path(note["source"]) for note in notes if note.get("name") == name]

    def forget(self, name: str) -> None:
        """Remove the notes on the sources of a release.

        Raises:
            OSError: one cannot be removed.
        """
        for note in self._listed("source-", ".json"):
            if self._read_note(note).get("name") == name:
                note.unlink(missing_ok=True)

    def _read_note(self, note: Path) -> dict[str, str]:
        """Return the content of a note; empty if it is missing or damaged: notes only save time."""
        if not self._is_trusted(note):
            return {}
        try:
            content = json.loads(packs.read_file(note))
        except (OSError, ValueError, RecursionError):
            return {}
        is_note = isinstance(content, dict) and all(
            isinstance(content.get(key), str) for key in _NOTE_KEYS
        )
        return content if is_note else {}

    def _note(self, source: Path, name: str | None) -> Path:
        import hashlib

        key = hashlib.sha256(
            f"{source}\0{name or ''}".encode("utf-8", "surrogateescape")
        ).hexdigest()
        return self.directory / f"source-{key[:24]}.json"


def _log() -> logging.Logger:
    # Not at the top: a start from the cache logs nothing, and logging is slow to import.
    import logging

    return logging.getLogger(__name__)


def _modified(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0
