"""Facts about servers that no schema states: ``rules.json``, filtered by release.

Every entry of the file is a fact seen in recordings of real servers. An entry may be limited to
releases (``"from": "1.2"`` inclusive, ``"until": "1.5"`` exclusive); the last match wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dynclient.sandbox.json_codec import packaged_document

_FILE = "rules.json"
Version = tuple[int, ...]


def parse_version(text: str) -> Version:
    """Return ``"1.6.0"`` as ``(1, 6, 0)``."""
    return tuple(int(part) for part in text.split("."))


def is_for_release(entry: Mapping[str, Any], version: Version) -> bool:
    """Return whether an entry applies to a release."""
    start, end = entry.get("from"), entry.get("until")
    if start is not None and version < parse_version(start):
        return False
    return end is None or version < parse_version(end)


class Rules:
    """The rules of one release; ``version`` such as ``(1, 6, 0)``."""

    def __init__(self, version: Version) -> None:
        self.version = version
        self._sections: dict[str, Any] = {}

    def flag(self, name: str) -> Any:
        """Return the value of a flag (see ``flags`` in the file); raises ``KeyError``."""
        value: Any = None
        found = False
        for entry in packaged_document(_FILE)["flags"][name]:
            if is_for_release(entry, self.version):
                value, found = entry["value"], True
        if not found:
            raise KeyError(f"rules.json has no value of the flag {name!r} for {self.version}")
        return value

    def table(self, section: str) -> dict[str, Any]:
        """Return a section's entries for this release by key; the last entry wins."""
        merged = self._sections.get(section)
        if merged is None:
            merged = {}
            for block in packaged_document(_FILE)[section]:
                if is_for_release(block, self.version):
                    merged.update(block["rules"])
            self._sections[section] = merged
        return merged

    def names(self, section: str, type: str, base: Iterable[str] = ()) -> frozenset[str]:
        """Return a section's field names for one entity type: those of ``*`` and its own.

        They are added to ``base``; a name that begins with a minus is removed again.
        """
        table = self.table(section)
        out = set(base)
        for name in (*table.get("*", ()), *table.get(type, ())):
            if name.startswith("-"):
                out.discard(name[1:])
            else:
                out.add(name)
        return frozenset(out)
