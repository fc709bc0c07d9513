"""The commands on the cache: list, add, fetch, verify and remove releases."""

from __future__ import annotations

import errno
import json
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from dynclient.cli.exit_codes import DIFFERS, DONE
from dynclient.errors import DynclientWarning, SchemaError, SourceUnavailable, UnknownRelease
from dynclient.releases import Cache, release
from dynclient.releases.cache import STARTER, bundled
from dynclient.schema import Release
from dynclient.suggestions import did_you_mean

if TYPE_CHECKING:
    from rich.console import Console

    from dynclient.releases.maintenance import Finding

_MARKS = {"sound": "green", "bad": "bold red", "idle": "yellow"}


# -- list --------------------------------------------------------------------------------------


def show_list(console: Console, *, as_json: bool = False) -> None:
    """Print the releases in the cache and the bundled one."""
    cache = Cache()
    found = [_summary(each) for each in _releases(cache)]
    if as_json:
        _print_json(console, found)
        return
    table = Table("release", "entities", "documents", "digest", box=None, pad_edge=False)
    for each in found:
        note = " (lossy)" if each["lossy"] else ""
        counts = str(each["entities"]), str(each["documents"])
        table.add_row(each["name"] + note, *counts, each["digest"][:12])
    console.print(table)
    console.print(f"cache: {cache.directory}", highlight=False, soft_wrap=True)


def _summary(found: Release) -> dict[str, Any]:
    return {
        "name": found.name,
        "entities": len(found.entities),
        "documents": len(found.paths),
        "digest": found.digest,
        "lossy": found.lossy,
        "origin": found.origin,
    }


def _releases(cache: Cache) -> Iterator[Release]:
    names = cache.names()
    if bundled() is not None and STARTER not in names:
        yield release(STARTER)
    for name in names:
        try:
            yield release(name)
        except UnknownRelease:  # damaged, which was logged; 'schemas verify' reports it
            continue


# -- add and fetch -------------------------------------------------------------------------------


def add(console: Console, source: Path, name: str | None, *, as_json: bool = False) -> None:
    """Add a tree to the cache and print what it contains and what was repaired.

    Raises:
        SourceRefused: the source contains no schema tree, or is unsafe or damaged.
        SchemaError: the cache cannot be written.
    """
    with _require_cached() as require_cached:
        added = require_cached(release(name, source=source))
    _print_added(console, added, as_json=as_json)


def fetch(console: Console, version: str, mirror: str, *, as_json: bool = False) -> None:
    """Download the schemas of a version from GitHub into the cache, unless it has them.

    Raises:
        SourceUnavailable: GitHub has no such release, or refuses the request.
        SourceRefused: the download is not a schema tree.
        TransportError: GitHub cannot be reached.
        SchemaError: the cache cannot be written.
        KeyboardInterrupt: the user stopped it; what is kept has been printed.
    """
    from dynclient.releases import github, progress
    from dynclient.schema.versions import names_for

    cache = Cache()
    _require_version(version, cache)
    cached = next((name for name in names_for(version) if cache.find(name) is not None), None)
    if cached is not None:
        _print_added(console, release(cached), as_json=as_json, suffix=", already in the cache")
        return
    with (
        progress.shown(f"schemas of {version} from GitHub") as report,
        _require_cached() as require_cached,
    ):
        try:
            fetched = github.fetch(version, cache=cache, mirror=mirror, progress=report)
            added = require_cached(fetched)
        except KeyboardInterrupt as stop:
            for note in stop.args:
                _print_error(str(note))
            raise
    _print_added(console, added, as_json=as_json)


def _require_version(version: str, cache: Cache) -> None:
    """Reject anything but a full version number before a request is sent."""
    from dynclient.schema.versions import close, numbers

    plain = version.removesuffix("-release").lstrip("vV")
    found = numbers(plain)
    if plain == version and len(found) > 2:
        return
    completed = [plain + ".0" * (3 - len(found))] if found else []
    near = completed or close(version, cache.names())
    message = f"{version!r} is not a version of OpenMetadata such as 1.13.0{did_you_mean(near)}"
    raise SourceUnavailable(message, source="github")


@contextmanager
def _require_cached() -> Iterator[Callable[[Release], Release]]:
    """Yield a function that raises unless a release has been written to the cache.

    The library continues in memory if the cache cannot be written; the command would be useless.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DynclientWarning)

        def require_cached(found: Release) -> Release:
            cache = Cache()
            if cache.find(found.name, found.digest) is None:
                warning = str(caught[-1].message).partition(";")[0] if caught else ""
                why = warning or f"another process removed it from {cache.directory}"
                is_full = os.strerror(errno.ENOSPC) in why
                advice = "; " + "free some space, or " * is_full
                advice += "set DYNCLIENT_CACHE to another directory"
                end = advice if warning else ""
                raise SchemaError(f"{found.name} was read but not stored: {why}{end}")
            return found

        yield require_cached


def _print_added(console: Console, added: Release, *, as_json: bool, suffix: str = "") -> None:
    steps: dict[str, int] = {}
    for note in added.repairs:
        steps[note.step] = steps.get(note.step, 0) + 1
    if as_json:
        _print_json(console, {**_summary(added), "repairs": steps})
        return
    counts = f"{len(added.entities)} entity types, {len(added.paths)} documents"
    text = f"{added.name}: {counts}, digest {added.digest[:12]}{suffix}"
    console.print(text, highlight=False, soft_wrap=True)
    for step, count in steps.items():
        console.print(f"  {step}: {count}", highlight=False)
    if not added.version:
        advice = (
            "its version is not known, so clients do not find it by the version of their server;"
            " use it with connect(release=NAME), or add it again with --name VERSION"
        )
        console.print(f"  {advice}", highlight=False, soft_wrap=True)


# -- verify and remove -----------------------------------------------------------------------------


def verify(console: Console, names: Sequence[str], *, as_json: bool = False) -> int:
    """Check packs, print the findings, and return the exit code.

    Raises:
        UnknownRelease: a name is not found in the cache.
    """
    from dynclient.releases import maintenance

    cache = Cache()
    findings = maintenance.verify(cache, names)
    bad = [each for each in findings if each.state == "bad"]
    if as_json:
        _print_json(console, [each._asdict() for each in findings])
    else:
        for each in findings:
            _show_finding(console, each)
        sound = sum(each.state == "sound" for each in findings)
        counts = f"{cache.directory}: {sound} sound, {len(bad)} bad"
        console.print(Text(counts), soft_wrap=True)
    return DIFFERS if bad else DONE


def _show_finding(console: Console, found: Finding) -> None:
    line = Text(f"{found.state:<6}", _MARKS[found.state]).append(found.file, "default")
    if found.why:
        line.append(f": {found.why}", "default")
    console.print(line, soft_wrap=True)
    if found.advice:
        console.print(Text(f"      {found.advice}"), soft_wrap=True)


def remove(console: Console, names: Sequence[str], *, as_json: bool = False) -> None:
    """Remove releases from the cache and print the removed files.

    Raises:
        UnknownRelease: a name is not found in the cache; nothing is removed.
        UsageError: the release is the bundled one.
        OSError: a file cannot be removed.
    """
    from dynclient.releases import maintenance

    removed = maintenance.remove(Cache(), names)
    if as_json:
        _print_json(console, [each._asdict() for each in removed])
        return
    for each in removed:
        text = f"{each.release}: removed {', '.join(each.files) or 'by another process'}"
        console.print(Text(text), soft_wrap=True)


def _print_json(console: Console, value: Any) -> None:
    console.out(json.dumps(value, indent=2), highlight=False)


def _print_error(text: str) -> None:
    from rich.console import Console

    Console(stderr=True).print(Text(f"dynclient: {text}"), soft_wrap=True)
