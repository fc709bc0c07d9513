"""A server without its own schema tree, and the tree of another release in the cache.

The server's document decides about what it names; the other tree only completes it. The documents
are those of real servers; recordings show what these servers accepted.
"""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient.client.client import Client
from dynclient.errors import DriftWarning, DynclientWarning
from dynclient.operations.catalogue import catalogue
from dynclient.releases import Cache, registry, release
from dynclient.validation import validator
from tests.functional.scripts import catalogue as catalogue_script
from tests.functional.session.test_openapi_release import LEFT_OUT, exchanges
from tests.support.agreement import field_agreement
from tests.support.external_server import own
from tests.support.openapi_server import DOCUMENTS, OpenAPIServer, document_of, entity_types
from tests.support.servers import Server
from tests.support.trees import TREES, real_release


def _others(server: str) -> list[str]:
    """Return the trees next to a server's own, and the one that is farthest from it."""
    names = list(TREES)
    distances = {name: abs(names.index(name) - names.index(server)) for name in names}
    farthest = max(distances.values())
    return [name for name in names if distances[name] in {1, farthest}]


PAIRS = [(server, tree) for server in DOCUMENTS if server in TREES for tree in _others(server)]
"""What a tree between two others shows, these show too."""

each_pair = pytest.mark.parametrize(("name", "tree"), PAIRS or [("1.6.0", "1.11.0")])


def resources_of(name: str) -> list[str]:
    """Return the resources that a real server lists, from a recording of it."""
    found = real_release(name)
    return [*found.entities, *found.time_series]


@contextmanager
def only(name: str, folder: Path) -> Iterator[Path]:
    """Leave the tree of one release in the cache, and none open in this process."""
    found = real_release(name)
    folder.mkdir()
    for pack in Cache().directory.glob(f"{name}-{found.digest[:12]}*.pack"):
        os.link(pack, folder / pack.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DYNCLIENT_CACHE", str(folder))
        patch.setattr(registry, "_open", {})
        yield folder


def server_of(name: str) -> OpenAPIServer:
    """Return a server that serves the document of a real one, and lists its types."""
    real = real_release(name)
    resources = [*real.entities, *real.time_series]
    return OpenAPIServer(document_of(name), types=entity_types(real), resources=resources)


Completed = Callable[[str, str], Client]


@pytest.fixture(scope="module")
def completed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Completed]:
    """Return a function that returns a client of a server, with only another release's tree."""
    known: dict[tuple[str, str], Client] = {}
    with ExitStack() as stack:

        def client(name: str, tree: str) -> Client:
            if (name, tree) not in known:
                host = stack.enter_context(server_of(name)).host
                om = stack.enter_context(dynclient.connect(host))
                message = rf"OpenAPI document, completed with the schemas of {tree}"
                with only(tree, tmp_path_factory.mktemp("cache") / "only"):
                    with pytest.warns(DynclientWarning, match=message):
                        assert om.release.lossy
                    om.contract.load()
                known[name, tree] = om
            return known[name, tree]

        yield client


@each_pair
def test_fields_are_those_of_the_server(name: str, tree: str, completed: Completed) -> None:
    own, other = real_release(name), real_release(tree)
    found = completed(name, tree).release
    # An older tree does not say which fields a Java interface adds to all types of the document.
    is_newer = other.version > own.version
    assert field_agreement(own, found) > (0.92 if is_newer else 0.78)
    assert field_agreement(own, found) > field_agreement(own, other) + 0.15
    assert [note for note in found.repairs if note.step == "open-references"] == []
    assert found.version == own.version


@each_pair
def test_entity_types_are_those_of_the_server_and_their_routes_are(
    name: str, tree: str, completed: Completed
) -> None:
    own, other = real_release(name), real_release(tree)
    om = completed(name, tree)
    found = {**om.release.entities, **om.release.time_series}
    expected = {**own.entities, **own.time_series}
    assert set(found) <= set(expected)
    # What the document leaves out and the other release does not have is missing.
    lacking = set(expected) - set(found)
    assert not lacking & {*other.entities, *other.time_series}
    routes = {spec.entity.name: spec.route for spec in catalogue(own)}
    assert {each: om.contract[each].route for each in found} == {
        each: routes[each] for each in found
    }


@each_pair
def test_recorded_requests_are_as_valid_as_with_the_tree_of_the_server(
    name: str, tree: str, completed: Completed
) -> None:
    om = completed(name, tree)
    own = real_release(name)
    entities = {om.contract[each].route: each for each in om.release.entities}
    counts: Counter[tuple[bool, bool]] = Counter()
    for exchange in exchanges(name):
        request = exchange["request"]
        entity, body = entities.get(request["path"]), request["body"]
        if request["method"] not in {"POST", "PUT"} or not isinstance(body, dict) or not entity:
            continue
        create, theirs = om.release.entities[entity].create, own.entities[entity].create
        if create is None or theirs is None:
            continue
        problems = validator(om.release).problems(om.release.node(create), body)
        if entity in LEFT_OUT[name]:
            # Enum values of what the document leaves out are those of the other release.
            problems = [problem for problem in problems if problem.rule != "enum"]
        counts[validator(own).is_valid(theirs, body), not problems] += 1
    assert sum(counts.values()) > 400
    assert counts[True, False] == 0
    assert counts[False, False] > 4 * counts[False, True]


@each_pair
def test_every_request_and_entity_can_be_built(name: str, tree: str, completed: Completed) -> None:
    om = completed(name, tree)
    assert om.release.entities
    for entity in om.release.entities.values():
        assert dynclient.schema_of(getattr(om.types, entity.type_name)).path == entity.path
        if entity.create is not None and entity.name not in LEFT_OUT[name]:
            assert not validator(om.release).is_valid(entity.create, {"no such field": 1})


# -- what a script does ----------------------------------------------------------------------------

SANDBOXES = [(server, tree) for server in TREES for tree in _others(server)]


@pytest.mark.parametrize(("name", "tree"), SANDBOXES or [("1.6.0", "1.11.0")])
def test_a_script_runs_with_the_tree_of_any_other_release(
    name: str, tree: str, server: Server, tmp_path: Path
) -> None:
    """With the other tree alone, a field of the other release is refused by the server."""
    running = server(name)
    with only(tree, tmp_path / "only"), warnings.catch_warnings():
        warnings.simplefilter("ignore", DynclientWarning)
        with dynclient.connect(running.host, token=running.admin_token) as om:
            seen = catalogue_script.main(om, own(f"with_{tree.replace('.', '_')}"))
    assert seen["tables"] == ["customers", "orders"]


ADA = {"id": "6c6b6b6f-0000-4000-8000-000000000001", "type": "user"}
TABLE = {
    "name": "orders",
    "databaseSchema": "shop.main.public",
    "columns": [{"name": "id", "dataType": "BIGINT"}],
}


@pytest.mark.parametrize(
    ("name", "tree", "field", "value"),
    [
        ("1.6.0", "1.11.0", "domain", "Sales"),
        ("1.6.0", "1.13.0", "domain", "Sales"),
        ("1.6.0", "1.2.0", "owners", [ADA]),
        ("1.0.4", "1.6.0", "owner", ADA),
        ("1.0.4", "1.13.0", "owner", ADA),
    ],
)
def test_a_field_of_the_server_is_sent_as_it_is(
    name: str, tree: str, field: str, value: Any, tmp_path: Path
) -> None:
    with server_of(name) as server, only(tree, tmp_path / "only"):
        om = dynclient.connect(server.host)
        with pytest.warns(DynclientWarning) as caught:
            om.tables.upsert(**TABLE, **{field: value})
        (warning,) = caught
        assert not issubclass(warning.category, DriftWarning)
        assert tree in str(warning.message)
        (body,) = [seen.json for seen in server.seen if seen.method == "PUT"]
        assert body[field] == value
        om.close()


def test_a_field_of_another_release_is_translated_to_that_of_the_server(tmp_path: Path) -> None:
    with server_of("1.0.4") as server, only("1.6.0", tmp_path / "only"):
        om = dynclient.connect(server.host, source=["server", "nearest"])
        with pytest.warns(DriftWarning, match="owners"):
            om.tables.create(**TABLE, owners=[ADA])
        (body,) = [seen.json for seen in server.seen if seen.method == "POST"]
        assert body["owner"] == ADA
        assert "owners" not in body
        om.close()


def test_connections_come_from_the_other_tree_and_refuse_nothing(completed: Completed) -> None:
    om = completed("1.0.4", "1.6.0")
    mysql = {"type": "Mysql", "username": "ada", "password": "secret", "hostPort": "db:3306"}
    arguments = {"name": "shop", "serviceType": "Mysql", "connection": {"config": mysql}}
    assert om.database_services.create(**arguments).name == "shop"
    assert "secret" not in repr(om.types.CreateDatabaseServiceRequest(**arguments))
    assert om.release.find("MysqlConnection").path.startswith("entity/services/connections/")


def test_the_release_is_built_once_for_a_build_of_the_server_and_a_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with server_of("1.6.0") as server, only("1.11.0", tmp_path / "only") as folder:
        names = []
        for _ in range(2):
            monkeypatch.setattr(registry, "_open", {})
            with pytest.warns(DynclientWarning), dynclient.connect(server.host) as om:
                names.append(om.release.name)
        assert len(set(names)) == 1
        assert server.request_count("/swagger.json") == 1
        assert len(list(folder.glob(f"{names[0]}-*.pack"))) == 1
        assert names[0].startswith("1.6.0-SNAPSHOT+openapi.0123456+1.11.0.")


def test_without_a_document_the_nearest_tree_decides(tmp_path: Path) -> None:
    with OpenAPIServer(None, version="1.2.0") as server, only("1.6.0", tmp_path / "only"):
        om = dynclient.connect(server.host)
        with pytest.warns(DynclientWarning, match=r"using those of 1\.6\.0 instead, the nearest"):
            assert om.release.name == "1.6.0"
        om.close()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("nearest", "1.11.0"),
        (["nearest", "server"], "1.11.0"),
        ("server", "1.6.0-SNAPSHOT+openapi"),
    ],
)
def test_a_step_that_is_named_alone_or_first_is_used_alone(
    source: Any, expected: str, tmp_path: Path
) -> None:
    with (
        server_of("1.6.0") as server,
        only("1.11.0", tmp_path / "only"),
        warnings.catch_warnings(),
        dynclient.connect(server.host, source=source) as om,
    ):
        warnings.simplefilter("ignore", DynclientWarning)
        assert om.release.name.removesuffix(".0123456") == expected


@pytest.mark.parametrize(
    ("version", "cached"), [("1.6.0-SNAPSHOT", "1.6.0"), ("1.6.0", "1.6.0-SNAPSHOT")]
)
def test_a_snapshot_is_the_same_release(
    version: str, cached: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = TREES.get("1.6.0") or pytest.skip("the schema tree of 1.6.0 is not available")
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(registry, "_open", {})
    release(cached, source=tree)
    with OpenAPIServer(None, version=version) as server, dynclient.connect(server.host) as om:
        assert om.release.name == cached
