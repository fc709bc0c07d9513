"""What of the sections of documents differs from the server: followers, lineage, sample data …"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dynclient.as_code.merged_fields import overlaid
from dynclient.as_code.sections import (
    FEED,
    FOLLOWERS,
    LINEAGE,
    PATCHED,
    PROFILE,
    SAMPLE_DATA,
    SectionReader,
    Switches,
)
from dynclient.extensions.entity_diff import FieldChange
from dynclient.session.property_values import DEFINITIONS

if TYPE_CHECKING:
    from dynclient.as_code.documents import Document
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.session.session import Session


def section_changes(
    session: Session,
    spec: CollectionSpec,
    document: Document,
    raw: Mapping[str, Any],
    found: Document,
    applied: Mapping[str, Any] | None,
) -> tuple[dict[str, Any], list[FieldChange]]:
    """Return the sections of a document that have to be written, and what differs.

    What is on the server and not in the document stays: followers, edges. A section that is as it
    was applied last is not read; conversations are written once, since they cannot be compared.

    Args:
        session: the session of the server.
        spec: the collection of the entity.
        document: the document in the files.
        raw: the JSON of the entity.
        found: the document of the entity as the server has it.
        applied: the sections that were applied last; None if nothing was.
    """
    known = applied or {}
    expected = {
        name: value
        for name, value in document.sections.items()
        if name != PATCHED and known.get(name) != value
    }
    if not expected:
        return {}, []
    switches = Switches(
        lineage=LINEAGE in expected, sample_data=SAMPLE_DATA in expected,
        profiles=PROFILE in expected, feeds=FEED in expected,
    )  # fmt: skip
    there = dict(found.sections)
    if any(switches):
        there.update(SectionReader(session, switches).sections(spec, raw)[0])
    written, changes = {}, []
    for name, value in expected.items():
        current = there.get(name)
        missing = _missing(name, *_comparable(session, name, value, current))
        if missing:
            written[name] = missing
            changes.append(FieldChange(name, current, value))
    return written, changes


def _comparable(session: Session, name: str, expected: Any, current: Any) -> tuple[Any, Any]:
    """Return both states without the authors of messages, where requests cannot name them."""
    from dynclient.extensions.feed import Feed

    if name != FEED or Feed(session).takes_author():
        return expected, current
    found = [
        [
            {**each, "from": None, "posts": [{**post, "from": None} for post in each["posts"]]}
            for each in threads or ()
        ]
        for threads in (expected, current)
    ]
    return found[0], found[1]


def _missing(name: str, expected: Any, current: Any) -> Any:
    """Return what of a section the server does not have."""
    if name in {FOLLOWERS, LINEAGE}:
        known = current or []
        return [each for each in expected if all(overlaid(each, other) != other for other in known)]
    return None if overlaid(expected, current) == current else expected


def definition_changes(
    document: Document, found: Document | None
) -> tuple[list[dict[str, Any]], list[FieldChange]]:
    """Return the custom properties that a type lacks or has otherwise, and what differs.

    Args:
        document: the document of the type in the files.
        found: the document of the type as the server has it; None without custom properties.
    """
    known = [] if found is None else found.sections[DEFINITIONS]
    there = {each["name"]: each for each in known}
    expected, changes = [], []
    for each in document.sections.get(DEFINITIONS, ()):
        current = there.get(each["name"])
        if current is None or overlaid(each, current) != current:
            expected.append(each)
            path = f"{DEFINITIONS}[{each['name']!r}]"
            changes.append(FieldChange(path, current, each))
    return expected, changes
