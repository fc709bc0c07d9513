"""The version of a checkout of OpenMetadata, from its Maven project files.

A checkout's folder is usually named after the repository, not after the version, but clients find
a release by the version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_GROUP = "org.open-metadata"
_MAX_BYTES = 1024 * 1024
_MAX_LENGTH = 40


def version(content: bytes) -> str | None:
    """Return the version of a project file; None if it is not one of OpenMetadata with a version.

    Args:
        content: content of a ``pom.xml``. The version may be a property, or that of its parent.
    """
    from xml.etree.ElementTree import ParseError, fromstring

    if b"<!DOCTYPE" in content:  # none has one; it could define entities without end
        return None
    try:
        project = fromstring(content[:_MAX_BYTES])  # noqa: S314  # bounded, without a DOCTYPE
    except (ParseError, ValueError, LookupError):  # LookupError: an unknown encoding
        return None
    for element in (project, _child(project, "parent")):
        if _text(element, "version") and _GROUP in {
            _text(project, "groupId"),
            _text(_child(project, "parent"), "groupId"),
        }:
            return _resolved(_text(element, "version"), project)
    return None


def _resolved(text: str, project: Element) -> str | None:
    """Return a version whose text may be a property: ``${revision}``."""
    if text.startswith("${") and text.endswith("}"):
        text = _text(_child(project, "properties"), text[2:-1])
    return text if text and len(text) <= _MAX_LENGTH else None


def _child(element: Element | None, name: str) -> Element | None:
    children = () if element is None else element
    return next((each for each in children if each.tag.rpartition("}")[2] == name), None)


def _text(element: Element | None, name: str) -> str:
    child = _child(element, name)
    return "" if child is None or child.text is None else child.text.strip()
