"""The cache from the command line: what is in it, taken in, fetched, examined and removed."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Sequence
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
    """Print the releases of the cache and the one that comes along."""
    cache = Cache()
    found = [_told(each) for each in _at_hand(cache)]
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


def _told(found: Release) -> dict[str, Any]:
    return {
        "name": found.name,
        "entities": len(found.entities),
        "documents": len(found.paths),
        "digest": found.digest,
        "lossy": found.lossy,
        "origin": found.origin,
    }


def _at_hand(cache: Cache) -> Iterator[Release]:
    names = cache.names()
    if bundled() is not None and STARTER not in names:
        yield release(STARTER)
    for name in names:
        try:
            yield release(name)
        except UnknownRelease:  # damaged, which was logged; 'schemas verify' tells of it
            continue


# -- add and fetch -------------------------------------------------------------------------------


def add(console: Console, source: Path, name: str | None, *, as_json: bool = False) -> None:
    """Take a tree into the cache and say what it holds and what had to be repaired.

    Raises:
        SourceRefused: the source holds no schema tree, or is not safe or not sound.
        SchemaError: the cache cannot be written.
    """
    with _kept() as kept:
        taken = kept(release(name, source=source))
    _say_taken(console, taken, as_json=as_json)


def fetch(console: Console, version: str, mirror: str, *, as_json: bool = False) -> None:
    """Fetch the schemas of a version from GitHub into the cache, unless it has them already.

    Raises:
        SourceUnavailable: GitHub has no such release, or does not give it now.
        SourceRefused: what it gives is no schema tree.
        TransportError: GitHub is not reached.
        SchemaError: the cache cannot be written.
        KeyboardInterrupt: somebody stopped it; how much is kept was said.
    """
    from dynclient.releases import github, progress
    from dynclient.schema.versions import names_for

    cache = Cache()
    _refuse_no_version(version, cache)
    held = next((name for name in names_for(version) if cache.find(name) is not None), None)
    if held is not None:
        _say_taken(console, release(held), as_json=as_json, note=", at hand already")
        return
    with progress.shown(f"schemas of {version} from GitHub") as told, _kept() as kept:
        try:
            taken = kept(github.fetch(version, cache=cache, mirror=mirror, progress=told))
        except KeyboardInterrupt as stop:
            for note in stop.args:
                _say_aside(str(note))
            raise
    _say_taken(console, taken, as_json=as_json)


def _refuse_no_version(version: str, cache: Cache) -> None:
    """Refuse what no tag can be called after, before anybody is asked."""
    from dynclient.schema.versions import close, numbers

    plain = version.removesuffix("-release").lstrip("vV")
    found = numbers(plain)
    if plain == version and len(found) > 2:
        return
    meant_surely = [plain + ".0" * (3 - len(found))] if found else []
    near = meant_surely or close(version, cache.names())
    message = f"{version!r} is no version of OpenMetadata, as 1.13.0 is one{did_you_mean(near)}"
    raise SourceUnavailable(message, source="github")


@contextmanager
def _kept() -> Iterator[Any]:
    """Give a function that makes sure that a release is on the disk, which is what was asked for.

    Libraries go on in memory where a cache cannot be written; a command would have done nothing.
    """
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", DynclientWarning)

        def sure(taken: Release) -> Release:
            cache = Cache()
            if cache.find(taken.name, taken.digest) is None:
                written = str(said[-1].message).partition(";")[0] if said else ""
                why = written or f"somebody removed it from {cache.directory} meanwhile"
                way = "make room there, or name another place with DYNCLIENT_CACHE"
                end = f"; {way}" if written else ""
                raise SchemaError(f"{taken.name} was read, but not kept: {why}{end}")
            return taken

        yield sure


def _say_taken(console: Console, taken: Release, *, as_json: bool, note: str = "") -> None:
    steps: dict[str, int] = {}
    for repaired in taken.repairs:
        steps[repaired.step] = steps.get(repaired.step, 0) + 1
    if as_json:
        _print_json(console, {**_told(taken), "repairs": steps})
        return
    kinds = f"{len(taken.entities)} kinds of entities, {len(taken.paths)} documents"
    text = f"{taken.name}: {kinds}, digest {taken.digest[:12]}{note}"
    console.print(text, highlight=False, soft_wrap=True)
    for step, count in steps.items():
        console.print(f"  {step}: {count}", highlight=False)


# -- verify and remove -----------------------------------------------------------------------------


def verify(console: Console, names: Sequence[str], *, as_json: bool = False) -> int:
    """Examine packs, print what was found, and return what the command ends with.

    Raises:
        UnknownRelease: the cache has nothing of some name.
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
        told = f"{cache.directory}: {sound} sound, {len(bad)} bad"
        console.print(Text(told), soft_wrap=True)
    return DIFFERS if bad else DONE


def _show_finding(console: Console, found: Finding) -> None:
    line = Text(f"{found.state:<6}", _MARKS[found.state]).append(found.file, "default")
    if found.why:
        line.append(f": {found.why}", "default")
    console.print(line, soft_wrap=True)
    if found.advice:
        console.print(Text(f"      {found.advice}"), soft_wrap=True)


def remove(console: Console, names: Sequence[str], *, as_json: bool = False) -> None:
    """Remove releases from the cache and print what is gone.

    Raises:
        UnknownRelease: the cache has nothing of some name; nothing is removed then.
        UsageError: it is the release that comes along with dynclient.
        OSError: a file cannot be removed.
    """
    from dynclient.releases import maintenance

    removed = maintenance.remove(Cache(), names)
    if as_json:
        _print_json(console, [each._asdict() for each in removed])
        return
    for each in removed:
        text = f"{each.release}: removed {', '.join(each.files) or 'by somebody else meanwhile'}"
        console.print(Text(text), soft_wrap=True)


def _print_json(console: Console, told: Any) -> None:
    console.out(json.dumps(told, indent=2), highlight=False)


def _say_aside(text: str) -> None:
    from rich.console import Console

    Console(stderr=True).print(Text(f"dynclient: {text}"), soft_wrap=True)
