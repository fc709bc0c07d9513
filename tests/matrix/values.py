"""What no schema can tell about the values of requests: ``values.json``, each row with its reason.

A row is for a field, ``at``: of one entity's create request (``bot.botUser``), of a class below it
(``TagLabel.tagFQN``), or of anything (``*.owners``). It says one of these:

``value``
    The value. ``{unique}`` in a text is the same for one request, ``{each}`` for this place alone.
``entity``
    The type of the entity that is named there; ``with`` gives fields that it has to have, and
    ``fresh`` asks for one that nobody else uses.
``link``
    The same, written as an entity link.
``branch``
    Another field of the same request, whose value is the ``type`` of the alternative to take.
``any``
    Values to choose from.
``items``
    How many a list has to hold, where the schema would take fewer.
``out``
    True: it is left out, since it is of no use here.

With ``name`` an entity is written as its name, where the schema does not tell that one is wanted;
with ``always`` an optional field is always there. ``since`` and ``until`` (exclusive) limit a row
to releases.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("values.json")

Row = dict[str, Any]


@lru_cache(maxsize=1)
def rows() -> tuple[Row, ...]:
    """Return all rows of the file."""
    return tuple(json.loads(FILE.read_text("utf-8"))["values"])


def number(text: str) -> tuple[int, ...]:
    """Return ``"1.6"`` as ``(1, 6)``."""
    return tuple(int(part) for part in text.split("."))


def holds(row: Row, version: tuple[int, ...]) -> bool:
    """Tell whether a row is for a release; one of no known version counts as the newest."""
    version = version or (999,)
    since, until = row.get("since"), row.get("until")
    if since is not None and version < number(since):
        return False
    return until is None or version < number(until)


class Values:
    """The rows that hold for one release.

    Attributes:
        used: the ``at`` of rows that were looked up with success.
    """

    def __init__(self, version: tuple[int, ...], given: Iterable[Row] | None = None) -> None:
        self._rows = {
            row["at"]: row for row in (rows() if given is None else given) if holds(row, version)
        }
        self.used: set[str] = set()

    def row(self, owner: str, field: str) -> Row:
        """Return what is said of a field: of this owner, or of any; empty where nothing is."""
        for at in (f"{owner}.{field}", f"*.{field}"):
            if at in self._rows:
                self.used.add(at)
                return self._rows[at]
        return {}
