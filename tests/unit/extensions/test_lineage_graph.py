"""The graph of a lineage, without a server."""

from __future__ import annotations

import itertools
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient import model, release
from dynclient.errors import BadArguments
from dynclient.extensions.lineage_graph import (
    DRAWN_MAX,
    PATHS_MAX,
    ColumnLink,
    Lineage,
    LineageEdge,
)

RELEASE = release("starter")


def reference(name: str) -> Any:
    node = RELEASE.node("type/entityReference.json")
    return model.load(node, {"id": f"id-{name}", "type": "table", "fullyQualifiedName": name})


def details(*links: tuple[str, str], **more: Any) -> Any:
    node = RELEASE.node("type/entityLineage.json", "/definitions/lineageDetails")
    columns = [{"fromColumns": [source], "toColumn": target} for source, target in links]
    return model.load(node, {"columnsLineage": columns, **more})


def graph(*edges: str, center: str = "a", columns: Any = None) -> Lineage:
    """Return a graph of edges such as ``a>b``."""
    names = dict.fromkeys([center, *(name for edge in edges for name in edge.split(">"))])
    nodes = {name: reference(name) for name in names}
    return Lineage(
        nodes[center],
        {f"id-{name}": node for name, node in nodes.items()},
        [
            LineageEdge(*(nodes[name] for name in edge.split(">")), (columns or {}).get(edge))
            for edge in edges
        ],
    )


def shown(references: list[Any]) -> str:
    return " ".join(each.fullyQualifiedName for each in references)


def test_the_nearest_entities_come_first() -> None:
    found = graph("a>b", "b>c", "c>d", "a>c", "z>a", "y>z")
    assert shown(found.downstream()) == "b c d"
    assert shown(found.upstream()) == "z y"
    assert shown(found.upstream("d")) == "c b a z y"
    assert shown(found.downstream(reference("c"))) == "d"
    assert shown(found.downstream("id-c")) == "d"
    assert shown(found.downstream("table:c")) == "d"


_NAMES = st.sampled_from("abcdef")


@given(st.lists(st.tuples(_NAMES, _NAMES), max_size=12, unique=True))
def test_every_way_is_made_of_edges_and_visits_nothing_twice(pairs: list[Any]) -> None:
    found = graph(*(f"{source}>{target}" for source, target in pairs))
    reached = shown(found.downstream()).split()
    assert "a" not in reached
    for name in reached:
        ways = [shown(path).split() for path in found.paths("a", name)]
        assert ways
        assert [len(way) for way in ways] == sorted(len(way) for way in ways)
        for way in ways:
            assert len(set(way)) == len(way)
            assert all(pair in pairs for pair in itertools.pairwise(way))
            assert (way[0], way[-1]) == ("a", name)
    for name in set("bcdef") - set(reached):
        if f"id-{name}" in found.nodes:
            assert found.paths("a", name) == []
    assert str(found)


def test_too_many_ways_are_refused() -> None:
    layers = [[f"{layer}{n}" for n in range(4)] for layer in "bcdefg"]
    edges = [f"a>{n}" for n in layers[0]] + [f"{n}>z" for n in layers[-1]]
    for above, below in itertools.pairwise(layers):
        edges += [f"{x}>{y}" for x in above for y in below]
    with pytest.raises(BadArguments, match=f"more than {PATHS_MAX:,}"):
        graph(*edges).paths("a", "z")


def test_columns_are_followed_in_both_directions() -> None:
    found = graph(
        "a>b", "b>c", "a>c",
        columns={
            "a>b": details(("a.x", "b.x"), ("a.y", "b.y")),
            "b>c": details(("B.X", "c.x")),
            "a>c": details(("a.x", "c.z")),
        },
    )  # fmt: skip
    assert len(found.columns()) == 4
    assert found.columns("b.x") == [ColumnLink("a.x", "b.x"), ColumnLink("B.X", "c.x")]
    assert found.columns("c.z") == [ColumnLink("a.x", "c.z")]
    with pytest.raises(BadArguments, match=r"did you mean b\.y"):
        found.columns("b.yy")


def test_the_parts_of_an_edge_have_names() -> None:
    edge = LineageEdge(reference("a"), reference("b"), details(("a.x", "b.x"), sqlQuery="q"))
    assert edge.sql == "q"
    assert edge.pipeline is None
    assert repr(edge) == "<LineageEdge a → b, 1 column>"
    assert LineageEdge(reference("a"), reference("b")).columns == ()


def test_names_cannot_break_out_of_a_drawing() -> None:
    evil = 'x"];\n<script>alert(1)</script>\x1b[31m\\'
    found = graph(f"a>{evil.replace('>', '')}")
    for drawing in (found.to_mermaid(), found.to_dot(), str(found)):
        assert "\x1b" not in drawing
    assert len(found.to_mermaid().splitlines()) == 5
    assert "<script" not in found.to_mermaid()
    assert "<script" not in found._repr_html_()
    assert '\\"];' in found.to_dot()
    assert 'x\\"]; ' in found.to_dot()


def test_marks_of_direction_in_names_are_escaped() -> None:
    found = graph("a>x\u202ey")
    for text in (str(found), found.to_mermaid(), found.to_dot().replace("\\\\", "\\")):
        assert r"x\u202ey" in text
        assert "\u202e" not in text
    assert r"x\u202ey" in repr(graph("a>b", center="x\u202ey"))


def test_names_are_not_characters_for_mermaid() -> None:
    # Mermaid reads `#lt;` and `#60;` as `<`.
    assert '"table: x#35;lt;b#35;60;"' in graph("a>x#lt;b#60;").to_mermaid()
    assert '"table: A&amp;B&quot;C\'D"' in graph("a>A&B\"C'D").to_mermaid()


def test_a_notebook_gets_a_picture_a_flowchart_and_a_text() -> None:
    found = graph("a>b", "b>c", center="b")
    bundle = found._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", "text/vnd.mermaid"}
    assert "<svg " in bundle["text/html"]
    assert bundle["text/vnd.mermaid"] == found.to_mermaid()
    assert "upstream\n└─ table a\n" in bundle["text/plain"]
    assert set(found._repr_mimebundle_(include={"text/html", "image/png"})) == {"text/html"}
    assert "text/html" not in found._repr_mimebundle_(exclude={"text/html"})


def test_a_picture_has_all_nodes_and_says_what_is_at_the_edges() -> None:
    pipeline = {"id": "p", "type": "pipeline", "name": "nightly"}
    columns = {"a>b": details(("a.x", "b.x"), ("a.y", "b.y"), pipeline=pipeline)}
    html = graph("a>b", "b>c", columns=columns)._repr_html_()
    assert html.count("<rect ") == 3
    assert "nightly, 2 columns" in html
    assert "3 entities, 2 edges" in html


def test_a_picture_links_to_the_pages_of_entities() -> None:
    found = Lineage(
        reference("a"), {"id-a": reference("a")}, [], page=lambda each: f"https://x/{each.id}"
    )
    assert found._repr_html_().count("https://x/id-a") == 2  # the heading and the node


def test_a_large_lineage_draws_the_nearest_entities() -> None:
    chain = [f"t{n}" for n in range(DRAWN_MAX + 50)]
    edges = [f"{x}>{y}" for x, y in itertools.pairwise(chain)]
    html = graph(*edges, center="t100")._repr_html_()
    assert html.count("<rect ") == DRAWN_MAX
    assert "lineage.nodes has 50 more" in html
    assert "table t0<" in html
    assert "table t249<" not in html


def test_an_incomplete_lineage_says_so() -> None:
    found = Lineage(reference("a"), {"id-a": reference("a")}, [], is_complete=False)
    assert "not complete" in found._repr_html_()


@pytest.mark.parametrize("edges", [(), ("a>a",), ("a>b", "b>a"), ("a>b", "b>c", "c>a")])
def test_lineages_with_one_entity_and_with_cycles_are_drawn(edges: tuple[str, ...]) -> None:
    found = graph(*edges)
    assert found._repr_html_().count("<rect ") == len(found.nodes)
    assert found._repr_mimebundle_()["text/plain"].startswith("lineage of table a")


def test_a_tree_opens_each_entity_once() -> None:
    found = graph("a>b", "a>c", "b>d", "c>d", "d>e")
    assert str(found).splitlines() == [
        "table a",
        "downstream",
        "  table b",
        "    table d",
        "      table e",
        "  table c",
        "    table d …",
    ]


def test_a_long_chain_needs_no_recursion() -> None:
    names = [f"t{n}" for n in range(5_000)]
    edges = [f"{x}>{y}" for x, y in itertools.pairwise(names)]
    found = graph(*edges, center="t0")
    assert len(found.downstream()) == 4_999
    assert len(str(found).splitlines()) == 5_001
    assert [len(path) for path in found.paths("t0", "t4999")] == [5_000]


def test_a_graph_of_networkx_has_the_references() -> None:
    networkx = pytest.importorskip("networkx")
    found = graph("a>b", "b>c").to_networkx()
    assert networkx.shortest_path(found, "id-a", "id-c") == ["id-a", "id-b", "id-c"]
    assert found.nodes["id-b"]["name"] == "b"


def test_neither_networkx_nor_sqlglot_is_loaded_before_it_is_used() -> None:
    code = (
        "import sys, dynclient.extensions.lineage, dynclient.extensions.lineage_sql\n"
        "assert not {'networkx', 'sqlglot'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
