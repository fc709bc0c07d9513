"""Checks of files against a release, before a server is upgraded to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.documentation import document_fields
from dynclient.errors import UsageError
from dynclient.explore.known_releases import release_or_newest
from dynclient.extensions.arguments import as_list, as_path
from dynclient.tracebacks import public_call
from dynclient.upgrade.findings import ERROR, Finding
from dynclient.upgrade.payload import (
    JSON_ENDINGS,
    YAML_ENDINGS,
    check_payloads,
    is_catalogue_file,
    refuse_unknown_type,
)
from dynclient.upgrade.script import check_script

if TYPE_CHECKING:
    from dynclient.schema import Release

_ENDINGS = (".py", *YAML_ENDINGS, *JSON_ENDINGS)


@document_fields
class UpgradeReport(NamedTuple):
    """The result of checking files against a release.

    Attributes:
        release: Name of the release that the files were checked against.
        before: Name of the release that they work on; empty if none was named.
        files: The files that were read.
        findings: What does not work there, in the order of files and lines.
    """

    release: str
    before: str
    files: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What does not work with any client."""
        return tuple(each for each in self.findings if each.level == ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What dynclient translates, and other clients do not."""
        return tuple(each for each in self.findings if each.level != ERROR)

    def asdict(self) -> dict[str, Any]:
        """Return the report as JSON."""
        return {
            **self._asdict(),
            "files": list(self.files),
            "findings": [
                {**each._asdict(), "replacement": list(each.replacement)} for each in self.findings
            ],
        }


@public_call
def upgrade_check(
    paths: str | PathLike[str] | Iterable[str | PathLike[str]],
    *,
    to: Release | str | Path | None = None,
    before: Release | str | Path | None = None,
    kind: str | None = None,
) -> UpgradeReport:
    """Return what breaks in scripts and payloads once a server has another release.

    Nothing is run and nothing is sent. Scripts are read as syntax trees: imports of
    ``metadata.generated``, classes, their fields and enumerations, collections, methods,
    ``fields=``. What depends on values that only exist at run time is not found; rehearse the
    script for that.

    Args:
        paths: files, and folders whose files are read: ``.py``, documents of a catalogue in
            ``.yaml`` and ``.jsonl``, and with ``kind=`` also ``.json``.
        to: the release, or its name; default: the newest one in the cache.
        before: the release that the files are for; what it does not have either is not reported.
        kind: the type of payloads in JSON: ``CreateTableRequest``.

    Raises:
        BadArguments: ``paths`` is not a path or several.
        UsageError: a path does not exist, or the type of a payload is not known.
        SchemaNotFound: no release has a type of the name ``kind``.
        UnknownRelease: there is no release of some name.
    """
    release = release_or_newest(to)
    old = None if before is None else release_or_newest(before)
    call, name = "upgrade_check", "paths"
    given = [paths] if isinstance(paths, PathLike) else as_list(paths, call, name)
    places = [as_path(each, call, name) for each in given]
    files = list(dict.fromkeys(path for place in places for path in _files(place, kind)))
    found = [finding for path in files for finding in _check(path, release, kind)]
    if old is not None:
        same = {finding.place for path in files for finding in _check(path, old, kind)}
        found = [finding for finding in found if finding.place not in same]
    names = tuple(str(path) for path in files)
    return UpgradeReport(release.name, old.name if old is not None else "", names, tuple(found))


def _files(path: Path, kind: str | None) -> Iterator[Path]:
    if path.is_file():
        if path.suffix not in _ENDINGS:
            raise UsageError(f"{path} must be a file of one of {', '.join(_ENDINGS)}, or a folder")
        if path.suffix != ".py" and kind is None and not is_catalogue_file(path):
            raise refuse_unknown_type(str(path))
        yield path
    elif path.is_dir():
        for file in sorted(path.rglob("*")):
            inner = file.relative_to(path).parts
            if file.suffix not in _ENDINGS or not file.is_file():
                continue
            if any(part.startswith(".") or part == "__pycache__" for part in inner):
                continue
            is_payload = kind is not None and file.suffix in JSON_ENDINGS
            if file.suffix == ".py" or is_payload or is_catalogue_file(file):
                yield file
    else:
        raise UsageError(f"there is no file or folder {path}")


def _check(path: Path, release: Release, kind: str | None) -> list[Finding]:
    if path.suffix != ".py":
        return check_payloads(path, str(path), release, kind)
    try:
        source = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"is not encoded in UTF-8: invalid byte at {error.start}"
        return [Finding(str(path), 1, 1, ERROR, "syntax", str(path), message)]
    return check_script(source, str(path), release)
