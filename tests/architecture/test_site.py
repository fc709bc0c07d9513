"""The reference covers what is public; the built site is whole and loads nothing from elsewhere.

``make site`` builds the site and names its folder in ``DYNCLIENT_SITE``; without it, the tests of
the built pages are skipped.
"""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

import dynclient
from dynclient.data import data_file
from dynclient.dispatch.pagination import Listing, Page
from dynclient.extensions.base import CollectionExtension
from dynclient.extensions.registry import extensions

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


def functions() -> Iterator[tuple[str, Any]]:
    """Yield what users call, as (name, function)."""
    for name in dynclient.__all__:
        public = getattr(dynclient, name)
        if inspect.isfunction(public):
            yield name, public
    for cls in (dynclient.Client, Listing, Page):
        yield from members(cls, [name for name in vars(cls) if not name.startswith("_")])
    for entry in extensions().values():
        cls = entry.load()
        names = {*entry.methods, *entry.client}
        if entry.name in entry.client:
            own = vars(cls).keys() - set(dir(CollectionExtension))
            names |= {name for name in own if not name.startswith("_")} | {"__call__"}
        yield from members(cls, names)


def members(cls: type, names: Iterable[str]) -> Iterator[tuple[str, Any]]:
    for name in sorted(names):
        member = inspect.unwrap(getattr(cls, name, None) or str)
        if inspect.isfunction(member):
            yield f"{cls.__name__}.{name}", member


def test_every_argument_of_what_users_call_is_described() -> None:
    wrong, count = [], 0
    for name, function in functions():
        count += 1
        text = inspect.getdoc(function) or ""
        section = re.search(r"^Args:\n((?:(?: .*)?\n?)*)", text, re.MULTILINE)
        described = re.findall(r"^    (\w+):", section[1], re.MULTILINE) if section else []
        given = [each for each in inspect.signature(function).parameters if each != "self"]
        if set(described) != set(given):
            wrong.append(f"{name}: {sorted(set(described) ^ set(given))}")
    assert count > 250
    assert not wrong


# -- the contents ----------------------------------------------------------------------------------


def contents(text: str, *pages: str, docname: str = "docs/README") -> list[list[str]]:
    """Return the tables of contents that a map gets, each with its options and entries."""
    spec = spec_from_file_location("site_map", DOCS / "_extensions" / "site_map.py")
    assert spec is not None
    assert spec.loader is not None
    site_map = module_from_spec(spec)
    spec.loader.exec_module(site_map)
    project = SimpleNamespace(docnames={docname, *pages})
    source = [text]
    app = SimpleNamespace(project=project, config=SimpleNamespace(root_doc="docs/README"))
    site_map.add_contents(app, docname, source)
    blocks = source[0].removeprefix(text).split("```{toctree}\n:hidden:\n")[1:]
    return [block.removesuffix("\n```").split() for block in (one.strip() for one in blocks)]


def test_a_section_of_a_map_is_a_table_of_contents() -> None:
    text = "# D\n\n## Guides\n\n[One](one.md), [again](one.md#part)\n\n## Project\n\n[C](../C.md)\n"
    assert contents(text, "docs/one", "C") == [
        [":caption:", "Guides", "One", "</docs/one>"],
        [":caption:", "Project", "C", "</C>"],
    ]


def test_tutorial_and_jobs_have_a_place_whether_they_are_linked_or_not() -> None:
    text = "# D\n\n## How-to\n\n[Tag](how-to/tag.md)\n"
    pages = ("docs/how-to/find", "docs/how-to/tag", "docs/tutorial")
    assert contents(text, *pages) == [
        [":caption:", "Tutorial", "/docs/tutorial"],
        [":caption:", "How-to", "Tag", "</docs/how-to/tag>", "/docs/how-to/find"],
    ]
    assert contents("# D\n\n## How-to\n") == []


def test_a_map_in_a_folder_has_the_pages_of_the_folder() -> None:
    pages = ("docs/how-to/find", "docs/how-to/README")
    assert contents("# D\n", *pages) == [[":caption:", "How-to", "/docs/how-to/README"]]
    text = "# Jobs\n\n[Find](find.md) [up](../README.md)\n"
    found = contents(text, "docs/README", *pages, docname="docs/how-to/README")
    assert found == [["Find", "</docs/how-to/find>"]]


# -- the built site --------------------------------------------------------------------------------


class BuiltPage(HTMLParser):
    """What a page links to, what it loads, and where it can be linked to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.ids: set[str] = set()
        self.text = ""
        self.feed(path.read_text("utf-8"))

    def handle_data(self, data: str) -> None:
        self.text += data

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
def pages(site: Path) -> dict[Path, BuiltPage]:
    return {path: BuiltPage(path) for path in sorted(site.rglob("*.html"))}


def targets(path: Path, page: BuiltPage) -> Iterator[tuple[Path, str]]:
    """Yield what a page links to within the site, as (file, id)."""
    for link in page.links:
        address, fragment = urldefrag(link)
        if not urlsplit(address).scheme:
            target = (path.parent / unquote(address)).resolve() if address else path
            yield target, unquote(fragment)


def test_every_link_within_the_site_has_a_target(pages: dict[Path, BuiltPage]) -> None:
    assert len(pages) > 40
    broken = []
    for path, page in pages.items():
        for target, fragment in targets(path, page):
            if not target.is_file():
                broken.append(f"{path.name}: {target}")
            elif fragment and target in pages and fragment not in pages[target].ids:
                broken.append(f"{path.name}: {target.name}#{fragment}")
    assert not broken


def test_every_page_is_reached_from_the_first_one(site: Path, pages: dict[Path, BuiltPage]) -> None:
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


def test_no_page_loads_anything_from_elsewhere(site: Path, pages: dict[Path, BuiltPage]) -> None:
    loaded = [(path, each) for path, page in pages.items() for each in page.loaded]
    assert loaded
    assert not [f"{path.name}: {each}" for path, each in loaded if re.match(r"\w+:|//", each)]
    styles = [path.read_text("utf-8") for path in site.rglob("*.css")]
    assert styles
    elsewhere = re.compile(r"""url\(['"]?(?:https?:)?//|@import""")
    assert not [match[0] for text in styles for match in elsewhere.finditer(text)]


def test_the_sections_of_the_map_are_the_contents(site: Path) -> None:
    headings = re.findall(r"^## (.+)$", (DOCS / "README.md").read_text("utf-8"), re.MULTILINE)
    assert "Reference" in headings
    text = (site / "docs" / "README.html").read_text("utf-8")
    captions = re.findall(r'class="caption-text">([^<]+)<', text)
    assert list(dict.fromkeys(captions)) == headings


def test_a_flowchart_is_a_picture(site: Path) -> None:
    assert "```mermaid" in (DOCS / "architecture.md").read_text("utf-8")
    text = (site / "docs" / "architecture.html").read_text("utf-8")
    assert "<svg" in text.partition('class="diagram"')[2]
    assert "flowchart" not in text


def test_no_markup_is_left_in_the_text(pages: dict[Path, BuiltPage]) -> None:
    left = re.compile(r":(?:rtype|param \w+|type \w+|raises \w+|Collections|meth|class|func|mod):")
    found = {path.name: left.findall(page.text) for path, page in pages.items()}
    assert not {name: words for name, words in found.items() if words}


def test_a_signature_is_what_users_type(site: Path) -> None:
    text = (site / "docs" / "reference" / "lineage.html").read_text("utf-8")
    assert 'id="om.lineage.add"' in text
    assert 'id="dynclient.extensions.lineage_graph.Lineage"' in text
