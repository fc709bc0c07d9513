"""What trees look like."""

from __future__ import annotations

import dynclient
from dynclient import model
from dynclient.display.displayed import media_types
from dynclient.extensions.hierarchy import Branch, Tree


def branch(name: str, *children: Branch, title: str | None = None) -> Branch:
    node = dynclient.release("starter").find("Team")
    found = Branch(model.load(node, {"id": name, "name": name, "displayName": title}))
    found.children.extend(children)
    return found


def test_a_tree_is_drawn_with_the_titles_of_entities() -> None:
    tree = Tree([branch("org", branch("core", branch("db")), branch("web", title="Web team"))])
    assert media_types(tree)["text/plain"].splitlines() == [
        "4 entities",
        "",
        "└─ org",
        "   ├─ core",
        "   │  └─ db",
        "   └─ web (Web team)",
    ]
    html = tree._repr_html_()
    assert html.count("<li>") == 4
    assert "<pre>" not in html


def test_a_branch_is_drawn_with_what_is_below_it() -> None:
    text = media_types(branch("core", branch("db", title="db")))["text/plain"]
    assert text.splitlines() == ["└─ core", "   └─ db"]


def test_a_deep_tree_needs_no_recursion() -> None:
    root = leaf = branch("0")
    for number in range(1, 3_000):
        below = branch(str(number))
        leaf.children.append(below)
        leaf = below
    assert "3000 entities" in Tree([root])._repr_html_()
