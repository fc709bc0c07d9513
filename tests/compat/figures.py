"""What of the official SDK runs here, in figures; each is counted by one function.

``python -m tests.compat.figures`` writes them to docs/drop-in.md. The tests that a row names fail
if its figure is not true.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from dynclient import compat
from dynclient.compat.ometa.request_methods import rows
from tests.compat.comparison import RELEASE, recorded
from tests.compat.differences import listed
from tests.compat.imported_names import import_all
from tests.compat.official import HERE
from tests.compat.test_names import EXPECTED, listed_names
from tests.support.documents import ROOT
from tests.support.trees import shared

PAGE = ROOT / "docs" / "drop-in.md"
COMMAND = "python -m tests.compat.figures"
_BLOCK = re.compile(r"<!-- figures:.*?<!-- figures end -->", re.DOTALL)


class Figure(NamedTuple):
    """One row of the table.

    Attributes:
        what: what is counted.
        works: how many of them work.
        total: how many there are.
        tested: the file of the test, below ``tests``.
    """

    what: str
    works: int
    total: int
    tested: str


def methods() -> Iterator[Figure]:
    """Yield the methods of the official client."""
    known = rows()
    works = sum(row["how"] != "absent" for row in known)
    yield Figure(
        "[methods](drop-in-methods.md) of the official client, of all releases up to 2.0",
        works,
        len(known),
        "unit/compat/ometa",
    )


def generated_names() -> Iterator[Figure]:
    """Yield the classes of ``metadata.generated``."""
    # Not what only later schemas have: this is not about names, and their trees have it.
    total = len(EXPECTED) - len(listed_names("later"))
    yield Figure(
        f"classes of `metadata.generated` in {RELEASE}.0 whose schemas the tree of {RELEASE} has",
        total - len(listed_names() - listed_names("later")),
        total,
        "compat/test_names.py",
    )


def imported_names() -> Iterator[Figure]:
    """Yield the names outside ``metadata.generated`` that scripts import."""
    compat.install("starter")
    try:
        imported = import_all()
    finally:
        compat.uninstall()
    names = [each for each in imported if "ingestion framework" not in (each.error or "")]
    yield Figure(
        "names that public scripts import from other modules, without those of the ingestion"
        " framework",
        sum(each.error is None for each in names),
        len(names),
        "compat/test_imported_names.py",
    )


def calls() -> Iterator[Figure]:
    """Yield the calls that both SDKs make."""
    made = recorded().calls
    yield Figure(
        f"calls that send, return and raise the same as with {RELEASE}.0 on a server each",
        len(made) - len(listed().calls),
        len(made),
        "compat/test_calls.py",
    )


def scripts() -> Iterator[Figure]:
    """Yield the sample scripts, by folder."""
    folder = HERE / "scripts"
    for place in [folder, *sorted(path for path in folder.iterdir() if path.is_dir())]:
        found = len(list(place.glob("*.py")))
        if place == folder:
            yield Figure(
                f"sample scripts, which {RELEASE}.0 runs too, on each release from 1.1 on",
                found,
                found,
                "functional/compat/test_drop_in.py",
            )
        elif found:
            yield Figure(
                f"sample scripts of `metadata.{place.name}`", found, found, "functional/compat"
            )


def documentation() -> Iterator[Figure]:
    """Yield the blocks of the official page about the SDK."""
    from tests.functional.compat.test_drop_in import blocks_of

    page = shared("seed/python-sdk.md")
    assert page is not None
    runs, others = blocks_of(page.read_text("utf-8"))
    yield Figure(
        "examples of the official page about the SDK; the others are a line for the shell, the"
        " listing of a class, and a block that is not valid Python",
        len(runs),
        len(runs) + len(others),
        "functional/compat/test_drop_in.py",
    )


COUNTED: tuple[Callable[[], Iterator[Figure]], ...] = (
    methods,
    generated_names,
    imported_names,
    calls,
    scripts,
    documentation,
)
"""The functions, in the order of their rows."""


def block() -> str:
    """Return the lines of the page."""
    lines = [
        f"<!-- figures: generated; do not edit. Run: {COMMAND} -->",
        "",
        "| | work | of | tested by |",
        "| --- | ---: | ---: | --- |",
    ]
    for count in COUNTED:
        lines += [
            f"| {each.what} | {each.works:,} | {each.total:,} | `tests/{each.tested}` |"
            for each in count()
        ]
    return "\n".join([*lines, "", "<!-- figures end -->"])


def main() -> None:
    """Write the figures to the page."""
    PAGE.write_text(_BLOCK.sub(lambda _: block(), PAGE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
