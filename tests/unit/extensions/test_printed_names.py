"""What extensions print of names: nothing that a terminal obeys."""

from __future__ import annotations

from typing import Any

import pytest

import dynclient
from dynclient import model
from dynclient.extensions.entity_diff import EntityDiff
from dynclient.extensions.hierarchy import Branch, Tree
from dynclient.extensions.lineage_graph import LineageEdge
from dynclient.extensions.search_hits import Hit, Hits
from dynclient.extensions.versions import Blame, History

NAME = "s.\x1b[31m\u202et"
NAMED = {"id": "x", "name": NAME, "fullyQualifiedName": NAME}
HIT = {"_id": "x", "_source": NAMED}


def _hits() -> Hits:
    response = {"hits": {"total": 1, "hits": [HIT]}}
    hits = Hits(
        lambda _: response, lambda raw: Hit(raw, "table", lambda *_: None),
        limit=None, page_size=10, continues=False, order={}, release="x",
    )  # fmt: skip
    assert len(hits) == 1
    return hits


@pytest.mark.parametrize(
    "value",
    [
        EntityDiff(NAME, NAME, []),
        History(NAME, []),
        Blame(NAME, {}),
        LineageEdge(NAMED, NAMED),
        Hit(HIT, "table", lambda *_: None),
        _hits(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_control_characters_of_names_are_escaped(value: Any) -> None:
    texts = [str(value), repr(value)]
    if hasattr(value, "_repr_html_"):
        texts.append(value._repr_html_())
    assert any(r"\u202e" in text for text in texts)
    for text in texts:
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_control_characters_of_names_in_trees_are_escaped() -> None:
    team = dynclient.release("starter").find("Team")
    branch = Branch(model.load(team, NAMED))
    for value in (branch, Tree([branch])):
        assert r"\u202e" in str(value)
        assert not {"\x1b", "\u202e"} & {*str(value), *repr(value)}
