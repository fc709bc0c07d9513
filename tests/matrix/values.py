"""Facts about values of requests that are not in the schemas: ``values.json``, with reasons.

A row is about a field, ``at``: of one entity type's create request (``bot.botUser``), of a class in
it (``TagLabel.tagFQN``), or of any object (``*.owners``). It has one of these keys:

``value``
    The value. In a text ``{unique}`` is unique per request, ``{each}`` per place.
``entity``
    The type of the entity that the field names; ``with`` lists values that the entity must have,
    and ``fresh`` requires an entity that is not shared with other requests.
``link``
    The same, written as an entity link.
``branch``
    Another field of the request; its value is the ``type`` of the union's branch to use.
``any``
    Values to choose from, of which those count that the schema of the release has.
``items``
    The length that a list must have, if the schema allows shorter ones.
``out``
    True: the field is left out.

With ``name`` the entity is written as its name, where the schema allows a text and does not say
that it is one; with ``always`` an optional field is always present. ``since`` and ``until``
(exclusive) limit a row to releases. A row with ``seen`` is not needed by the sandbox: recordings of
these releases show what real servers accept.
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


def row_applies(row: Row, version: tuple[int, ...]) -> bool:
    """Return whether a row is for a release; without a version it counts as the newest."""
    version = version or (999,)
    since, until = row.get("since"), row.get("until")
    if since is not None and version < number(since):
        return False
    return until is None or version < number(until)


class Values:
    """The rows for one release.

    Attributes:
        used: the ``at`` of each row that was found by a lookup.
    """

    def __init__(self, version: tuple[int, ...], given: Iterable[Row] | None = None) -> None:
        self._rows = {
            row["at"]: row
            for row in (rows() if given is None else given)
            if row_applies(row, version)
        }
        self.used: set[str] = set()

    def row(self, owner: str, field: str) -> Row:
        """Return the row about a field of this owner, or of any; empty if there is none."""
        for at in (f"{owner}.{field}", f"*.{field}"):
            if at in self._rows:
                self.used.add(at)
                return self._rows[at]
        return {}
