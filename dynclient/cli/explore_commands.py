"""``dynclient explain`` and ``dynclient example``."""

from __future__ import annotations

import json

import typer

import dynclient


def show_explanation(path: str, release: str | None, *, recursive: bool, as_json: bool) -> None:
    """Print what a release has, as text or as one JSON object."""
    found = dynclient.explain(path, release=release, recursive=recursive)
    typer.echo(json.dumps(found.asdict(), ensure_ascii=False) if as_json else str(found))


def show_example(name: str, release: str | None, *, full: bool) -> None:
    """Print an example of a create request as indented JSON."""
    found = dynclient.example(name, release=release, full=full)
    typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
