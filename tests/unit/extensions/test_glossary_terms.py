"""Requests for the relations of glossary terms."""

from __future__ import annotations

import pytest

import dynclient
from dynclient.errors import NotSupported
from tests.support.stub import Stub
from tests.support.trees import release_named

ID = "00000000-0000-4000-8000-000000000001"


def test_the_graph_of_relations_and_their_types_are_requested() -> None:
    graph = {"nodes": [{"id": ID}], "edges": []}
    with Stub() as stub:
        stub.routes[f"/api/v1/glossaryTerms/{ID}/relationsGraph"] = graph
        stub.routes[f"/api/v1/glossaryTerms/{ID}"] = {"id": ID, "name": "a"}
        stub.routes["/api/v1/glossaryTerms/relationTypes/usage"] = {"synonym": 3}
        with dynclient.connect(stub.host, release=release_named("1.13.0")) as om:
            types = ["synonym", "antonym"]
            assert om.glossary_terms.relations_graph(ID, depth=2, types=types) == graph
            assert om.glossary_terms.relation_type_usage() == {"synonym": 3}
        query = next(each.path for each in stub.seen if "Graph" in each.path).partition("?")[2]
    assert query.replace("%2C", ",") == "depth=2&relationTypes=synonym,antonym"


def test_releases_without_types_of_relations_say_so() -> None:
    release = release_named("1.6.0")
    with dynclient.connect("http://127.0.0.1:9", release=release) as om:
        assert not om.supports("glossary_terms.relations_graph")
        with pytest.raises(NotSupported, match=r"since 1\.13"):
            _ = om.glossary_terms.relations_graph
