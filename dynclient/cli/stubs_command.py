"""``dynclient stubs``: writes type stubs of a release, or says whether they are up to date."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from dynclient.cli.exit_codes import DIFFERS, DONE
from dynclient.explore.known_releases import release_or_newest
from dynclient.stubs import compare, write

_SHOWN = 5
"""How many files that differ are listed."""


def write_stubs(release: str | None, out: Path, *, only_check: bool, as_json: bool) -> int:
    """Write the stubs of a release, or compare them with those that are there.

    Args:
        release: the name of the release; None for the newest one in the cache.
        out: the folder that type checkers search.
        only_check: whether to compare and write nothing.
        as_json: whether to print one JSON object.

    Returns:
        The exit code: DIFFERS if the stubs are not those of the release, else DONE.
    """
    found = release_or_newest(release)
    facts = {"release": found.name, "digest": found.digest}
    if not only_check:
        files = write(found, out)
        folder = files[0].parent
        if as_json:
            typer.echo(json.dumps({**facts, "folder": str(folder), "files": len(files)}))
        else:
            typer.echo(f"Wrote stubs of release {found.name} to {folder}: {len(files):,} files.")
        return DONE
    result = compare(found, out)
    if as_json:
        paths = {name: getattr(result, name) for name in ("missing", "changed", "extra")}
        state = {"folder": str(result.folder), "current": result.is_current}
        typer.echo(json.dumps({**facts, **state, **paths}))
    elif result.is_current:
        typer.echo(f"The stubs in {result.folder} are those of release {found.name}.")
    else:
        typer.echo(f"The stubs in {result.folder} are not those of release {found.name}:")
        for kind in ("missing", "changed", "extra"):
            for line in _listed(kind, getattr(result, kind)):
                typer.echo(f"  {line}")
        typer.echo(f"Write them with: dynclient stubs --release {found.name} --out {out}")
    return DONE if result.is_current else DIFFERS


def _listed(kind: str, paths: tuple[str, ...]) -> list[str]:
    """Return one line for each of the first files, and one for the others."""
    lines = [f"{kind}: {path}" for path in paths[:_SHOWN]]
    more = len(paths) - _SHOWN
    return [*lines, f"{kind}: {more:,} more"] if more > 0 else lines
