"""Lineage: what is added to edges, and what is found around an entity."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from dynclient.client.client import Client
from dynclient.errors import BadArguments, NotFound, NotSupported, RequestInvalid

AIRFLOW = {"config": {"hostPort": "http://x:80", "connection": {"type": "Backend"}}}
MLFLOW = {"config": {"trackingUri": "http://x:80", "registryUri": "http://x:80"}}


@pytest.fixture
def tables(each: Client) -> Iterator[list[Any]]:
    """Tables a to g, each with the columns id and total."""
    service = each.database_services.create(
        name="flow", serviceType="Mysql", connection={"config": {"hostPort": "x", "username": "x"}}
    )
    database = each.databases.create(name="db", service=service)
    schema = each.database_schemas.create(name="s", database=database)
    columns = [{"name": name, "dataType": "INT"} for name in ("id", "total")]
    yield [
        each.tables.create(name=name, databaseSchema=schema, columns=columns) for name in "abcdefg"
    ]
    each.database_services.delete(service, recursive=True, hard=True)


def names(references: list[Any]) -> str:
    return "".join(reference.name for reference in references)


def chain(om: Client, tables: list[Any]) -> None:
    for source, target in itertools.pairwise(tables):
        om.lineage.add(source, target)


def test_an_edge_is_added_and_found_from_both_ends(each: Client, tables: list[Any]) -> None:
    a, b, *_ = tables
    assert repr(each.lineage(a)) == "<Lineage of table flow.db.s.a: 1 entity, 0 edges>"
    added = each.lineage.add(a, b)
    assert repr(each.lineage(a)).endswith(": 2 entities, 1 edge>")
    assert "flow.db.s.a → flow.db.s.b" in repr(each.lineage(a, downstream=1).edges[0])
    assert names(each.lineage(a).downstream()) == "b"
    assert names(each.lineage(f"table:{b.fullyQualifiedName}").upstream()) == "a"
    assert names(each.lineage(b.fullyQualifiedName, type="table").upstream()) == "a"
    assert added.source.id == a.id
    assert each.lineage.edge(a, b) is not None
    assert each.lineage.edge(b, a) is None


def test_depths_beyond_those_of_servers_are_walked(each: Client, tables: list[Any]) -> None:
    chain(each, tables)
    a, g = tables[0], tables[-1]
    assert names(each.lineage(a, downstream=6).downstream()) == "bcdefg"
    assert names(each.lineage(a, downstream=5).downstream()) == "bcdef"
    assert names(each.lineage(a, downstream=2).downstream()) == "bc"
    assert names(each.lineage(g, upstream=7, downstream=0).upstream()) == "fedcba"
    assert names(each.lineage(a, upstream=0, downstream=0).downstream()) == ""


def test_a_limit_ends_the_walk(each: Client, tables: list[Any]) -> None:
    chain(each, tables)
    graph = each.lineage(tables[0], downstream=6, limit=4)
    assert not graph.is_complete
    assert names(graph.downstream()) == "bcd"
    assert "not complete" in repr(graph)
    assert str(graph).endswith("… and more")


def test_circles_end(each: Client, tables: list[Any]) -> None:
    a, b, c, *_ = tables
    for source, target in ((a, b), (b, c), (c, a), (a, a)):
        each.lineage.add(source, target)
    graph = each.lineage(a, upstream=9, downstream=9)
    assert names(graph.downstream()) == "bc"
    assert len(graph.edges) == 4
    assert "…" in str(graph)


def test_columns_are_added_to_what_an_edge_has(each: Client, tables: list[Any]) -> None:
    a, b, *_ = tables
    each.lineage.add(a, b, columns={"id": "id"}, sql="insert into b select id from a")
    each.lineage.add(a, b, columns={"TOTAL": ["id", "flow.db.s.a.total"]}, description="sums")
    edge = each.lineage.edge(a, b)
    assert {(link.source[-2:], link.target[-5:]) for link in edge.columns} == {
        ("id", ".b.id"),
        ("id", "total"),
        ("al", "total"),
    }
    assert edge.sql == "insert into b select id from a"
    graph = each.lineage(a)
    assert len(graph.columns()) == 3
    assert [link.target for link in graph.columns("flow.db.s.a.total")] == ["flow.db.s.b.total"]
    with pytest.raises(BadArguments, match=r"did you mean flow\.db\.s\.b\.total"):
        graph.columns("flow.db.s.b.totl")


def test_all_unknown_columns_are_reported_and_nothing_is_added(
    each: Client, tables: list[Any]
) -> None:
    a, b, *_ = tables
    with pytest.raises(BadArguments, match=r"did you mean total") as caught:
        each.lineage.add(a, b, columns={"totl": "id", "id": ["ix", "total"]})
    assert len(caught.value.problems) == 2
    assert each.lineage.edge(a, b) is None


@pytest.mark.parametrize(
    ("columns", "place"),
    [(5, "columns"), (["id"], "columns"), ({"id": None, "total": 5}, r"columns\['id'\]")],
)
def test_columns_that_are_not_names_by_name_are_refused(
    each: Client, tables: list[Any], columns: Any, place: str
) -> None:
    a, b, *_ = tables
    message = f"{place}: must be a name of a source column or several, by the name of the target"
    with pytest.raises(BadArguments, match=message) as caught:
        each.lineage.add(a, b, columns=columns)
    assert len(caught.value.problems) == (2 if isinstance(columns, dict) else 1)
    assert each.lineage.edge(a, b) is None


def test_a_pipeline_is_a_part_of_the_edge_and_stays(each: Client, tables: list[Any]) -> None:
    a, b, *_ = tables
    service = each.pipeline_services.create(name="pipes", serviceType="Airflow", connection=AIRFLOW)
    pipeline = each.pipelines.create(name="load", service=service)
    try:
        each.lineage.add(a, b, pipeline=pipeline)
        each.lineage.add(a, b, columns={"id": "id"})
        edge = each.lineage.edge(a, b)
        assert edge.pipeline.id == pipeline.id
        assert len(edge.columns) == 1
    finally:
        each.pipeline_services.delete(service, recursive=True, hard=True)


def test_an_edge_is_removed_once(each: Client, tables: list[Any]) -> None:
    a, b, *_ = tables
    each.lineage.add(a, b)
    each.lineage.remove(a, b)
    assert each.lineage.edge(a, b) is None
    with pytest.raises(NotFound):
        each.lineage.remove(a, b)


def test_edges_of_one_origin_are_removed_where_the_release_can(
    each: Client, tables: list[Any]
) -> None:
    a, b, *_ = tables
    if not each.lineage.has_operation("delete_by_source"):
        with pytest.raises(NotSupported, match=r"since 1\.3"):
            each.lineage.remove_by_source(b, "QueryLineage")
        return
    each.lineage.add(a, b, origin="QueryLineage")
    message = r"origin: 'QueryLineag' is not an origin of edges; did you mean QueryLineage"
    with pytest.raises(BadArguments, match=message):
        each.lineage.remove_by_source(b, "QueryLineag")
    with pytest.raises(BadArguments, match=r"None is not an origin of edges \(Manual, "):
        each.lineage.remove_by_source(b, None)
    each.lineage.remove_by_source(b, "Manual")
    assert each.lineage.edge(a, b).origin == "QueryLineage"
    each.lineage.remove_by_source(b, "QueryLineage")
    assert each.lineage.edge(a, b) is None


def test_ways_between_entities_are_found_the_shortest_first(
    each: Client, tables: list[Any]
) -> None:
    a, b, c, d, *_ = tables
    for source, target in ((a, b), (b, d), (a, c), (c, d), (a, d)):
        each.lineage.add(source, target)
    graph = each.lineage(a, downstream=3)
    assert [names(path) for path in graph.paths(a, d)] == ["ad", "abd", "acd"]
    assert graph.paths(d, a) == []
    assert sorted(names(graph.upstream("flow.db.s.d"))) == ["a", "b", "c"]
    with pytest.raises(BadArguments, match=r"did you mean flow\.db\.s\.a"):
        graph.paths("flow.db.s.aa", d)


def test_a_graph_is_drawn(each: Client, tables: list[Any]) -> None:
    a, b, c, *_ = tables
    each.lineage.add(a, b)
    each.lineage.add(b, c)
    graph = each.lineage(b)
    assert str(graph) == (
        "table flow.db.s.b\nupstream\n  table flow.db.s.a\ndownstream\n  table flow.db.s.c"
    )
    mermaid = graph.to_mermaid()
    assert mermaid.startswith("flowchart LR\n")
    assert mermaid.count("-->") == 2
    assert graph.to_dot().count("->") == 2
    html = graph._repr_html_()
    assert html.count("<rect ") == 3
    assert f'href="{each.url(a)}"' in html
    assert 'href="' in html.split("<svg ")[0]  # the heading is a link too


def test_features_of_a_model_have_lineage(each: Client, tables: list[Any]) -> None:
    a, *_ = tables
    service = each.mlmodel_services.create(name="models", serviceType="Mlflow", connection=MLFLOW)
    source = {"name": "id", "dataType": "integer", "dataSource": {"id": a.id, "type": "table"}}
    unknown = {**source, "name": "nowhere"}
    features = [
        {"name": "age", "dataType": "numerical", "featureSources": [source, unknown]},
        {"name": "sex", "dataType": "categorical"},
    ]
    mlmodel = each.mlmodels.create(
        name="churn", service=service, algorithm="x", mlFeatures=features
    )
    try:
        [edge] = each.lineage.from_mlmodel(mlmodel)
        assert [link.source for link in edge.columns] == ["flow.db.s.a.id"]
        assert names(each.lineage(mlmodel).upstream()) == "a"
    finally:
        each.mlmodel_services.delete(service, recursive=True, hard=True)


@pytest.mark.parametrize("depths", [{"upstream": -1}, {"downstream": 1.5}, {"upstream": True}])
def test_a_depth_is_a_number_of_edges(each: Client, depths: Any) -> None:
    with pytest.raises(BadArguments, match="at least 0"):
        each.lineage("table:a.b.c.d", **depths)


@pytest.mark.parametrize("limit", [0, -1, None, "10"])
def test_a_limit_is_a_positive_number_of_entities(each: Client, limit: Any) -> None:
    with pytest.raises(BadArguments, match="limit: must be an integer of at least 1"):
        each.lineage("table:a.b.c.d", limit=limit)


def test_details_are_validated_before_they_are_sent(each: Client, tables: list[Any]) -> None:
    a, b, *_ = tables
    with pytest.raises(RequestInvalid, match="sqlQuery"):
        each.lineage.add(a, b, sql=5)
    with pytest.raises(NotFound):
        each.lineage.add(a, "table:flow.db.s.nope")


@pytest.mark.parametrize(
    ("sql", "edges"),
    [
        ("insert into b select id, total from a", {"a→b: id→id, total→total"}),
        ("INSERT INTO s.b (total) SELECT a.id + c.total FROM a JOIN c ON a.id = c.id",
         {"a→b: id→total", "c→b: total→total"}),
        ("create table d as with x as (select id from a) select x.id, b.total from x, db.s.b",
         {"a→d: id→id", "b→d: total→total"}),
        ("create view e as select * from `a`", {"a→e: id→id, total→total"}),
        ("insert into f select count(*) as n from a", {"a→f: "}),
        ("insert into f select id from a; insert into g select id from f",
         {"a→f: id→id", "f→g: id→id"}),
        ("select * from a", set()),
        ("merge into b using a on a.id = b.id when matched then update set total = a.total",
         {"a→b: "}),
    ],
)  # fmt: skip
def test_a_query_has_lineage(om: Client, sql: str, edges: set[str]) -> None:
    pytest.importorskip("sqlglot")
    service = om.database_services.create(
        name="flow", serviceType="Mysql", connection={"config": {"hostPort": "x", "username": "x"}}
    )
    try:
        database = om.databases.create(name="db", service=service)
        schema = om.database_schemas.create(name="s", database=database)
        columns = [{"name": name, "dataType": "INT"} for name in ("id", "total")]
        for name in "abcdefg":
            om.tables.create(name=name, databaseSchema=schema, columns=columns)
        added = om.lineage.from_sql(sql, service="flow")
        found = {f"{short(each)}: {links(each)}" for each in added}
        assert found == edges
        for each in added:
            assert om.lineage.edge(each.source, each.target).sql == sql
    finally:
        om.database_services.delete(service, recursive=True, hard=True)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        (None, "sql: must be SQL as a string, not NoneType"),
        ("selec", "sql: 'selec' is not a statement"),
        ("inser into b; a + 1", "sql: "),
    ],
)
def test_what_is_not_a_statement_is_refused(om: Client, sql: Any, message: str) -> None:
    pytest.importorskip("sqlglot")
    connection = {"config": {"hostPort": "x", "username": "x"}}
    service = om.database_services.create(name="q", serviceType="Mysql", connection=connection)
    try:
        with pytest.raises(BadArguments, match=message):
            om.lineage.from_sql(sql, service=service)
    finally:
        om.database_services.delete(service, hard=True)


def short(edge: Any) -> str:
    return f"{edge.source.name}→{edge.target.name}"


def links(edge: Any) -> str:
    pairs = sorted(
        (link.source.rpartition(".")[2], link.target.rpartition(".")[2]) for link in edge.columns
    )
    return ", ".join(f"{source}→{target}" for source, target in pairs)
