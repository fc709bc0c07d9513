"""The reference covers what is public; the built site is whole and loads nothing from elsewhere.

``make site`` builds the site and names its folder in ``DYNCLIENT_SITE``; without it, the tests of
the built pages are skipped.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

import dynclient
from dynclient.data import data_file

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
REFERENCE = "\n".join(file.read_text("utf-8") for file in sorted(DOCS.rglob("reference/*.rst")))
_LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
_NOT_LOADED = {"canonical", "index", "search", "next", "prev", "alternate"}
"""Relations of ``<link>`` that name a page and load nothing."""


# -- the reference ---------------------------------------------------------------------------------


def directives(name: str) -> set[str]:
    """Return the arguments of all directives of a name, one by one."""
    found = re.findall(rf"^\.\. {name}:: *(.+)$", REFERENCE, re.MULTILINE)
    return {each for line in found for each in line.replace(",", " ").split()}


def test_every_feature_is_on_a_page_of_the_reference() -> None:
    known = {row["name"] for row in data_file("extensions.json")}
    missing = known - directives("feature")
    assert not missing, f"docs/reference/*.rst lack '.. feature::' for {sorted(missing)}"


def test_every_public_name_is_on_a_page_of_the_reference() -> None:
    documented = directives("auto(?:class|function|module|data|exception)")
    errors = vars(dynclient.errors)
    missing = [
        name
        for name in dynclient.__all__
        if name not in errors
        and not any(f"{each}.".startswith(f"dynclient.{name}.") for each in documented)
    ]
    # The module of errors is documented class by class.
    assert set(missing) <= {"__version__", "errors"}, "name them in docs/reference/*.rst"


def test_every_error_belongs_to_a_class_that_the_reference_documents() -> None:
    bases = [getattr(dynclient.errors, name) for name in directives("errors")]
    assert bases
    for name in dynclient.__all__:
        public = getattr(dynclient, name)
        if isinstance(public, type) and issubclass(public, (Exception, Warning)):
            assert any(issubclass(public, base) for base in bases), name


# -- the built site --------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a page links to, what it loads, and where it can be linked to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.ids: set[str] = set()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.add(str(given["id"]))
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        name = _LOADED.get(tag)
        if name is not None and given.get(name) and given.get("rel") not in _NOT_LOADED:
            self.loaded.append(str(given[name]))


@pytest.fixture(scope="module")
def site() -> Path:
    if not os.environ.get("DYNCLIENT_SITE"):
        pytest.skip("the site is not built; make site builds it and runs these tests")
    folder = Path(os.environ["DYNCLIENT_SITE"]).resolve()
    assert (folder / "index.html").is_file(), f"{folder} is not the folder of a site"
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in sorted(site.rglob("*.html"))}


def targets(path: Path, page: Page) -> Iterator[tuple[Path, str]]:
    """Yield what a page links to within the site, as (file, id)."""
    for link in page.links:
        address, fragment = urldefrag(link)
        if not urlsplit(address).scheme:
            target = (path.parent / unquote(address)).resolve() if address else path
            yield target, unquote(fragment)


def test_every_link_within_the_site_has_a_target(pages: dict[Path, Page]) -> None:
    assert len(pages) > 40
    broken = []
    for path, page in pages.items():
        for target, fragment in targets(path, page):
            if not target.is_file():
                broken.append(f"{path.name}: {target}")
            elif fragment and target in pages and fragment not in pages[target].ids:
                broken.append(f"{path.name}: {target.name}#{fragment}")
    assert not broken


def test_every_page_is_reached_from_the_first_one(site: Path, pages: dict[Path, Page]) -> None:
    first = site / "docs" / "README.html"
    found, rest = {first}, [first]
    while rest:
        path = rest.pop()
        new = {target for target, _ in targets(path, pages[path])} & pages.keys() - found
        found |= new
        rest += new
    index = site / "index.html"
    assert {target for target, _ in targets(index, pages[index])} == {first}
    made_by_sphinx = {"index.html", "genindex.html", "py-modindex.html", "search.html"}
    assert {path.relative_to(site).as_posix() for path in pages.keys() - found} <= made_by_sphinx


def test_no_page_loads_anything_from_elsewhere(site: Path, pages: dict[Path, Page]) -> None:
    loaded = [(path, each) for path, page in pages.items() for each in page.loaded]
    assert loaded
    assert not [f"{path.name}: {each}" for path, each in loaded if re.match(r"\w+:|//", each)]
    styles = [path.read_text("utf-8") for path in site.rglob("*.css")]
    assert styles
    elsewhere = re.compile(r"""url\(['"]?(?:https?:)?//|@import""")
    assert not [match[0] for text in styles for match in elsewhere.finditer(text)]


def test_a_signature_is_what_users_type(site: Path) -> None:
    text = (site / "docs" / "reference" / "lineage.html").read_text("utf-8")
    assert 'id="om.lineage.add"' in text
    assert 'id="dynclient.extensions.lineage_graph.Lineage"' in text
