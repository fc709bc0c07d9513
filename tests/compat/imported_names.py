"""The names outside ``metadata.generated`` that public scripts import, and what they get.

``python -m tests.compat.imported_names`` writes the figures of docs/drop-in.md.
"""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from tests.support.documents import ROOT

LISTED: dict[str, list[str]] = json.loads(
    (Path(__file__).parent / "data" / "imported-names.json").read_text("utf-8")
)
"""Names by module, as 111 public files and the official tests of three releases import them; those
of ``metadata.sdk`` are not among them."""
PAGE = ROOT / "docs" / "drop-in.md"
_FIGURES = re.compile(r"<!-- imported names -->\n.*?<!-- end -->", re.DOTALL)


class Imported(NamedTuple):
    """What the import of one name gives."""

    place: str
    """``module:name``."""
    error: str | None
    """The message of the ImportError; None without one."""


def import_all() -> list[Imported]:
    """Import every name, with the release that is installed."""
    return [
        Imported(f"{module}:{name}", _error(module, name))
        for module, names in LISTED.items()
        for name in names
    ]


def _error(module: str, name: str) -> str | None:
    try:
        found = import_module(module)
        if not hasattr(found, name):
            import_module(f"{module}.{name}")  # as `from module import name` does
    except ImportError as error:
        return str(error)
    return None


def figures() -> str:
    """Return the lines of the page."""
    imported = import_all()
    here = sum(each.error is None for each in imported)
    framework = sum("ingestion framework" in (each.error or "") for each in imported)
    rest = len(imported) - here - framework
    return (
        "<!-- imported names -->\n"
        f"Of {len(imported)} names outside `metadata.generated` and `metadata.sdk` that public"
        f" scripts and the official tests import,\n{here} are available and {framework} belong to"
        f" the ingestion framework; the error for {rest} more says what replaced it.\n"
        "<!-- end -->"
    )


def write() -> None:
    """Write the figures to the page."""
    PAGE.write_text(_FIGURES.sub(lambda _: figures(), PAGE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    from dynclient import compat

    compat.install("starter")
    write()
