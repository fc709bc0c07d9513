"""What no schema tells about a server's behaviour, as data: ``rules.json``, cut to one release.

Every entry of the file is a fact seen in recordings of real servers. An entry may be limited to
releases (``"from": "1.2"`` inclusive, ``"until": "1.5"`` exclusive); the last that holds wins.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

Version = tuple[int, ...]


def parse_version(text: str) -> Version:
    """Return ``"1.6.0"`` as ``(1, 6, 0)``."""
    return tuple(int(part) for part in text.split("."))


def is_for_release(entry: Mapping[str, Any], version: Version) -> bool:
    """Tell whether an entry is for this release."""
    start, end = entry.get("from"), entry.get("until")
    if start is not None and version < parse_version(start):
        return False
    return end is None or version < parse_version(end)


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """Return the whole file."""
    text = resources.files("dynclient.sandbox").joinpath("rules.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


class Rules:
    """The rules of one release; ``version`` such as ``(1, 6, 0)``."""

    def __init__(self, version: Version) -> None:
        self.version = version
        self._sections: dict[str, Any] = {}

    def flag(self, name: str) -> Any:
        """Return the value of a switch (see ``flags`` in the file); raises ``KeyError``."""
        value: Any = None
        found = False
        for entry in document()["flags"][name]:
            if is_for_release(entry, self.version):
                value, found = entry["value"], True
        if not found:
            raise KeyError(f"rules.json: no value of {name} for {self.version}")
        return value

    def table(self, section: str) -> dict[str, Any]:
        """Return a section's entries for this release, later ones over earlier ones, by key."""
        merged = self._sections.get(section)
        if merged is None:
            merged = {}
            for block in document()[section]:
                if is_for_release(block, self.version):
                    merged.update(block["rules"])
            self._sections[section] = merged
        return merged

    def names(self, section: str, type: str) -> frozenset[str]:
        """Return a section's field names for one entity type: those of ``*`` and its own.

        A name with a minus before it takes the name out again.
        """
        table = self.table(section)
        return _combine((*table.get("*", ()), *table.get(type, ())))


def _combine(names: Iterable[str]) -> frozenset[str]:
    out: set[str] = set()
    for name in names:
        if name.startswith("-"):
            out.discard(name[1:])
        else:
            out.add(name)
    return frozenset(out)
