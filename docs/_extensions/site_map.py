"""The contents of the site are those of its maps: each ``README.md`` below ``docs/``.

A heading of a map becomes a caption of the sidebar, and the links below it the pages under the
caption, with the text of the link as their title. The Markdown stays as a git host shows it. A page
that no map links to is a warning of Sphinx, and so an error of ``make docs``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_MAP = re.compile(r"docs/(?:.+/)?README")
_HEADING = re.compile(r"^## (?P<title>.+?)\s*$", re.MULTILINE)
_LINK = re.compile(r"\[(?P<title>[^\]]+)\]\((?P<path>[^)#\s:]+)\.(?:md|rst|ipynb)(?:#[^)]*)?\)")
_UNLISTED = {
    "Tutorial": ("docs/tutorial",),
    "How-to": ("docs/how-to/*", "docs/notebooks/*"),
}
"""Pages that appear below a heading of docs/README.md, linked there or not, and first of all if it
does not have the heading."""


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("source-read", add_contents)
    app.connect("env-get-outdated", _maps)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def _maps(app: Sphinx, env: object, *changes: object) -> list[str]:  # noqa: ARG001 - as called
    """Return the maps, whose contents depend on which pages there are."""
    return [docname for docname in app.project.docnames if _MAP.fullmatch(docname)]


def add_contents(app: Sphinx, docname: str, source: list[str]) -> None:
    """Add tables of contents to a map."""
    if not _MAP.fullmatch(docname):
        return
    known = app.project.docnames - {docname}
    seen: set[str] = set()
    sections = dict(_sections(source[0]))
    unlisted = {title: "" for title in _UNLISTED if title not in sections}
    for title, text in (unlisted | sections).items():
        pages: dict[str, str] = {}
        for page, name in _pages(docname, title, text, known):
            if page not in seen:
                pages.setdefault(page, f"{name} </{page}>" if name else f"/{page}")
        seen.update(pages)
        if pages:
            caption = title if docname == app.config.root_doc else ""
            source[0] += _contents(caption, list(pages.values()))


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """Yield the sections of a map as (title, text); what is above the first one has no title."""
    first, *rest = _HEADING.split(text)
    yield "", first
    yield from zip(rest[::2], rest[1::2], strict=True)


def _pages(docname: str, title: str, text: str, known: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the pages that a section of a map links to, and those that belong there anyhow.

    Each is a pair of the page and the text of the link.
    """
    folder = posixpath.dirname(docname)
    for link in _LINK.finditer(text):
        page = posixpath.normpath(posixpath.join(folder, link["path"]))
        if page in known and (not _MAP.fullmatch(page) or page.startswith(f"{folder}/")):
            yield page, link["title"]
    maps = {page for page in known if _MAP.fullmatch(page)}
    with_map = {posixpath.dirname(page) for page in maps}
    for pattern in _UNLISTED.get(title, ()) if folder == "docs" else ():
        for page in sorted(known):
            is_mapped = posixpath.dirname(page) in with_map and page not in maps
            if fnmatch(page, pattern) and (not is_mapped or posixpath.dirname(page) == folder):
                yield page, ""


def _contents(caption: str, entries: list[str]) -> str:
    head = [f":caption: {caption}"] if caption else []
    return "\n".join(["", "", "```{toctree}", ":hidden:", *head, "", *entries, "```"])
