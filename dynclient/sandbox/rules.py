"""Facts about servers that no schema states: ``rules.json``, filtered by release.

Every entry of the file is a fact seen in recordings of real servers. An entry may be limited to
releases (``"from": "1.2"`` inclusive, ``"until": "1.5"`` exclusive); the last match wins. Such an
entry has the recorded releases that show it or its absence: ``"seen": ["1.0.4", "1.6.0"]``.

An entry may depend on what the schemas of a release contain instead: ``"when": "event_ids"`` or
``"unless": "kpi_targets"`` name one of the file's ``facts``, which holds for a release that has the
schema, the place in it and the value there. It then needs no border between releases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.sandbox.json_codec import packaged_document

if TYPE_CHECKING:
    from dynclient.schema.release import Release

_FILE = "rules.json"
Version = tuple[int, ...]
NO_FACTS: frozenset[str] = frozenset()


def parse_version(text: str) -> Version:
    """Return ``"1.6.0"`` as ``(1, 6, 0)``."""
    return tuple(int(part) for part in text.split("."))


def schema_facts(release: Release) -> frozenset[str]:
    """Return the names of the file's facts that hold for the schemas of a release."""
    facts = packaged_document(_FILE)["facts"]
    return frozenset(name for name, fact in facts.items() if _holds(release, fact))


def _holds(release: Release, fact: Mapping[str, Any]) -> bool:
    if fact["schema"] not in release.paths:
        return False
    place: Any = release.document(fact["schema"])
    for step in fact.get("pointer", "").split("/")[1:]:
        if not isinstance(place, dict) or step not in place:
            return False
        place = place[step]
    return "value" not in fact or fact["value"] in place


def is_for_release(entry: Mapping[str, Any], version: Version, facts: Set[str] = NO_FACTS) -> bool:
    """Return whether an entry applies to a release.

    Args:
        entry: of the file.
        version: of the release.
        facts: those that hold for the schemas of the release, see :func:`schema_facts`.
    """
    if "when" in entry and entry["when"] not in facts:
        return False
    if "unless" in entry and entry["unless"] in facts:
        return False
    start, end = entry.get("from"), entry.get("until")
    if start is not None and version < parse_version(start):
        return False
    return end is None or version < parse_version(end)


class Border(NamedTuple):
    """The release at which a rule begins or ends."""

    rule: str
    """Section of the file, and the flag: ``flags.etags``."""
    end: str
    """``from`` or ``until``."""
    release: str
    after: str | None
    """The last recorded release that shows the rule before the border, or None."""
    up_to: str | None
    """The first recorded release that shows the rule from the border on, or None."""

    def is_guess_for(self, version: Version) -> bool:
        """Return whether no recording shows on which side of the border a release is."""
        is_later = self.after is None or version > parse_version(self.after)
        return is_later and (self.up_to is None or version < parse_version(self.up_to))

    def __str__(self) -> str:
        verb = "begins" if self.end == "from" else "ends"
        gap = f"after {self.after}" if self.after else "at any release"
        gap += f" and up to {self.up_to}" if self.up_to else ", which no recording shows"
        return f"{self.rule} {verb} at {self.release}: {gap}"


def borders() -> list[Border]:
    """Return every border in the file, in its order."""
    document = packaged_document(_FILE)
    entries = [(f"flags.{name}", each) for name, flag in document["flags"].items() for each in flag]
    for section, blocks in document.items():
        if isinstance(blocks, list):
            entries += [(section, block) for block in blocks]
    return [
        _border(name, end, entry) for name, entry in entries for end in ("from", "until")
        if end in entry
    ]  # fmt: skip


def _border(name: str, end: str, entry: Mapping[str, Any]) -> Border:
    place = parse_version(entry[end])
    seen = sorted(entry["seen"], key=parse_version)
    before = [each for each in seen if parse_version(each) < place]
    after = [each for each in seen if parse_version(each) >= place]
    return Border(
        name, end, entry[end], before[-1] if before else None, after[0] if after else None
    )


class Rules:
    """The rules of one release.

    Args:
        version: of the release, such as ``(1, 6, 0)``.
        facts: those that hold for its schemas, see :func:`schema_facts`.
    """

    def __init__(self, version: Version, facts: Set[str] = NO_FACTS) -> None:
        self.version = version
        self._facts = facts
        self._sections: dict[str, Any] = {}

    def flag(self, name: str) -> Any:
        """Return the value of a flag (see ``flags`` in the file); raises ``KeyError``."""
        value: Any = None
        found = False
        for entry in packaged_document(_FILE)["flags"][name]:
            if is_for_release(entry, self.version, self._facts):
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
                if is_for_release(block, self.version, self._facts):
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
