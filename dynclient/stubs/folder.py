"""The folder of the stubs: written whole, replaced whole, and compared with what it should be."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dynclient.errors import UsageError
from dynclient.stubs.stub_files import HEADER, stub_files

if TYPE_CHECKING:
    from dynclient.schema import Release

PACKAGE = "dynclient"
"""The folder that is written, in the folder that type checkers search."""


class Comparison(NamedTuple):
    """How a folder differs from the stubs of a release; all paths are below ``dynclient/``."""

    folder: Path
    missing: tuple[str, ...]
    """Files that are not there."""
    changed: tuple[str, ...]
    """Files with another text."""
    extra: tuple[str, ...]
    """Files that the stubs do not have."""

    @property
    def is_current(self) -> bool:
        """Whether there is no difference."""
        return not (self.missing or self.changed or self.extra)


def write(release: Release, out: Path) -> list[Path]:
    """Write the stubs of a release, in place of those that are there.

    They are written beside the present ones and then renamed, so a failure changes nothing.

    Args:
        release: the release.
        out: the folder that type checkers search, ``typings``; it is created if it is missing. The
            stubs are the folder ``dynclient`` in it.

    Returns:
        The files that were written.

    Raises:
        UsageError: ``dynclient`` in it has files that are no stubs of dynclient; or it cannot be
            written.
    """
    folder = out / PACKAGE
    files = stub_files(release)
    try:
        _check_replaceable(folder)
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{PACKAGE}-", dir=out) as name:
            new, old = Path(name) / "new", Path(name) / "old"
            for path, text in files.items():
                file = new / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, "utf-8")
            _swap(folder, new, old)
    except OSError as error:
        place = error.filename or folder
        raise UsageError(f"{place} cannot be written: {error.strerror or error}") from None
    return [folder / path for path in files]


def _swap(folder: Path, new: Path, old: Path) -> None:
    """Put a new folder in the place of another one, which is put back if that fails."""
    exists = folder.exists()
    if exists:
        folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        if exists:
            old.rename(folder)
        raise


def compare(release: Release, out: Path) -> Comparison:
    """Compare a folder with the stubs of a release.

    Args:
        release: the release.
        out: as for :func:`write`.

    Raises:
        UsageError: a file cannot be read.
    """
    folder = out / PACKAGE
    files = stub_files(release)
    try:
        present = {file.relative_to(folder).as_posix(): file for file in _files(folder)}
        changed = [
            path
            for path, text in files.items()
            if path in present and present[path].read_bytes() != text.encode()
        ]
    except OSError as error:
        raise UsageError(f"{error.filename} cannot be read: {error.strerror}") from None
    missing = [path for path in files if path not in present]
    extra = sorted(path for path in present if path not in files)
    return Comparison(folder, tuple(missing), tuple(changed), tuple(extra))


def _check_replaceable(folder: Path) -> None:
    """Raise UsageError if a folder contains what ``write`` did not write."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UsageError(f"{folder} is not a folder; remove it, or write to another one")
    for file in _files(folder):
        if not file.read_bytes().startswith(HEADER.encode()):
            raise UsageError(
                f"{file} was not written by dynclient stubs, so {folder} is not replaced; write to"
                " another folder, or remove it"
            )


def _files(folder: Path) -> list[Path]:
    found = [path for path in sorted(folder.rglob("*")) if path.is_file() or path.is_symlink()]
    return [path for path in found if "__pycache__" not in path.parts]
