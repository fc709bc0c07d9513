"""Only a server to go by: its release comes from the cache, GitHub, near by, or the server."""

from __future__ import annotations

import pickle
import re
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient.client.client import Client
from dynclient.errors import (
    DynclientWarning,
    NotOpenMetadata,
    SourceRefused,
    TransportError,
    UnknownRelease,
)
from dynclient.releases import Cache, registry, release
from tests.support.github_server import LISTINGS, GitHub, files_of, hasty
from tests.support.openapi_server import OpenAPIServer
from tests.support.small_tree import SMALL, files, make_folder, make_zip
from tests.support.stub import Reply
from tests.unit.cli.test_main import run

__all__ = ["hasty"]

VERSION = "/api/v1/system/version"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache and a process that know no release."""
    monkeypatch.setattr(registry, "_open", {})
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    with GitHub({"7.1.0-release": files_of(SMALL)}) as hub:
        monkeypatch.setenv("DYNCLIENT_GITHUB", hub.host)
        yield hub


@pytest.fixture
def server() -> Iterator[OpenAPIServer]:
    """A server of release 7.1.0 that keeps its document to itself."""
    with OpenAPIServer(None, version="7.1.0") as server:
        yield server


Connect = Callable[..., Client]


@pytest.fixture
def connect(server: OpenAPIServer) -> Iterator[Connect]:
    opened: list[Client] = []

    def connected(**arguments: Any) -> Client:
        opened.append(dynclient.connect(server.host, **arguments))
        return opened[-1]

    yield connected
    for om in opened:
        om.close()


def add_documents(folder: Path, version: str) -> None:
    """Put a release into the cache."""
    release(source=make_zip(folder / f"{version}.zip", files()))


def entity_document(version: str = "7.1.0") -> dict[str, Any]:
    """Return an OpenAPI document that shows one entity."""
    fields = ("id", "name", "fullyQualifiedName", "version", "updatedAt", "updatedBy", "href",
              "changeDescription")  # fmt: skip
    schema = {"$ref": "#/components/schemas/CreateThing"}
    body = {"requestBody": {"content": {"application/json": {"schema": schema}}}}
    text = {"type": "string"}
    return {
        "openapi": "3.0.1",
        "info": {"version": version},
        "paths": {"/v1/odd/things": {"get": {}, "post": body}},
        "components": {
            "schemas": {
                "Thing": {"type": "object", "properties": dict.fromkeys(fields, text)},
                "CreateThing": {
                    "type": "object", "properties": {"name": text}, "required": ["name"]
                },
            }
        },
    }  # fmt: skip


# -- the four steps --------------------------------------------------------------------------------


def test_the_cache_comes_first(connect: Connect, hub: GitHub, tmp_path: Path) -> None:
    add_documents(tmp_path, "7.1.0")
    om = connect()
    assert om.release.name == "7.1.0"
    assert hub.seen == []


def test_connecting_sends_no_request(connect: Connect, hub: GitHub, server: OpenAPIServer) -> None:
    connect()
    connect(source="github")
    assert (hub.seen, server.seen) == ([], [])


def test_then_github_and_from_then_on_the_cache(
    connect: Connect, hub: GitHub, server: OpenAPIServer, monkeypatch
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        om = connect()
        assert om.release.name == "7.1.0"
        assert om.release.entities["thing"].create
    request_count = len(hub.seen)
    assert request_count == 1 + len(SMALL)
    monkeypatch.setattr(registry, "_open", {})
    again = connect()
    assert again.release == om.release
    assert len(hub.seen) == request_count
    assert server.request_count(VERSION) == 2  # once for each client


def test_then_the_nearest_with_one_warning_that_names_both(
    connect: Connect, hub: GitHub, tmp_path: Path, server: OpenAPIServer
) -> None:
    server.routes[VERSION] = {"version": "7.1.5", "revision": "abc"}
    for version in ("7.0.9", "7.1.2", "6.9.0"):
        add_documents(tmp_path, version)
    om = connect()
    with pytest.warns(DynclientWarning) as caught:
        names = [om.release.name, om.release.name]
    assert names == ["7.1.2", "7.1.2"]
    (warning,) = caught
    assert "7.1.5" in str(warning.message)
    assert "7.1.2 instead, the nearest release in the cache with the same" in str(warning.message)
    assert hub.requested(LISTINGS) == [f"{LISTINGS}7.1.5-release?recursive=1"]


def test_the_same_major_version_will_do(
    connect: Connect, tmp_path: Path, hub: GitHub, server: OpenAPIServer
) -> None:
    server.routes[VERSION] = {"version": "7.4.0", "revision": "abc"}
    for version in ("7.0.9", "7.2.2", "8.4.0"):
        add_documents(tmp_path, version)
    with pytest.warns(DynclientWarning, match=r"7\.4\.0 were not.* 7\.2\.2.* same major"):
        assert connect().release.name == "7.2.2"


def test_then_the_server_itself(connect: Connect, hub: GitHub) -> None:
    with OpenAPIServer(entity_document("9.9.9")) as server:
        om = dynclient.connect(server.host)
        with pytest.warns(DynclientWarning, match=r"9\.9\.9\+openapi.* less.*cache: .*github: "):
            assert om.release.lossy
        assert om.release.name.startswith("9.9.9+openapi+starter.")
        assert om.release.origin == server.host
        assert om.things.create(name="a").name == "a"
        assert [seen.path for seen in server.seen if seen.method == "POST"] == [
            "/api/v1/odd/things"
        ]
        with pytest.raises(dynclient.RequestInvalid, match="nme"):
            om.things.create(nme="a")
        assert server.request_count("/swagger.json") == 1
        om.close()


def test_the_servers_names_cause_no_drift_warning(connect: Connect) -> None:
    with OpenAPIServer(entity_document("9.9.9")) as server, warnings.catch_warnings():
        warnings.simplefilter("error")
        om = dynclient.connect(server.host, source="server")
        assert om.release.lossy
        om.close()


def test_a_damaged_pack_is_passed_over_for_the_next_nearest(
    connect: Connect, hub: GitHub, tmp_path: Path, server: OpenAPIServer, monkeypatch
) -> None:
    server.routes[VERSION] = {"version": "7.1.5", "revision": "abc"}
    for version in ("7.1.4", "7.1.2"):
        add_documents(tmp_path, version)
    (pack,) = Cache().directory.glob("7.1.4-*.pack")
    pack.write_bytes(b"damaged")
    for note in Cache().directory.glob("source-*.json"):
        note.unlink()
    monkeypatch.setattr(registry, "_open", {})
    with pytest.warns(DynclientWarning, match=r"7\.1\.5 were not.* 7\.1\.2"):
        assert connect().release.name == "7.1.2"


def test_a_lossy_release_is_never_the_nearest(
    connect: Connect, hub: GitHub, server: OpenAPIServer
) -> None:
    with OpenAPIServer(entity_document("7.1.1")) as other:
        om = dynclient.connect(other.host, source="server")
        assert om.release.name == "7.1.1+openapi"
        om.close()
    with pytest.raises(UnknownRelease, match="no release of the same major"):
        _ = connect(source="nearest").release


def test_the_starter_is_never_a_fallback(
    connect: Connect, hub: GitHub, server: OpenAPIServer
) -> None:
    server.routes[VERSION] = {"version": "1.13.1", "revision": "abc"}
    dynclient.release("starter")
    with pytest.raises(UnknownRelease):
        _ = connect().release


# -- named and forbidden ---------------------------------------------------------------------------


def test_a_source_that_is_not_named_is_not_used(
    connect: Connect, hub: GitHub, tmp_path: Path, server: OpenAPIServer
) -> None:
    server.routes[VERSION] = {"version": "7.1.5", "revision": "abc"}
    add_documents(tmp_path, "7.1.2")
    with pytest.raises(UnknownRelease) as caught:
        _ = connect(source=["cache"]).release
    assert [step for step, _ in caught.value.steps] == ["cache"]
    assert "source= excludes it: github, server, nearest" in str(caught.value)
    assert hub.seen == []
    with pytest.warns(DynclientWarning):
        assert connect(source="cache").release.name == "7.1.2"
    assert hub.seen == []


def test_steps_are_gone_through_in_the_order_named(
    connect: Connect, hub: GitHub, tmp_path: Path
) -> None:
    add_documents(tmp_path, "7.1.0")
    assert connect(source=["github", "cache"]).release.name == "7.1.0"
    assert hub.seen


def test_a_path_may_be_a_step(connect: Connect, hub: GitHub, tmp_path: Path) -> None:
    tree = make_zip(tmp_path / "7.8.9.zip", files())
    assert connect(source=["cache", tmp_path / "nothing", tree]).release.name == "7.8.9"
    assert hub.seen == []


def test_a_path_alone_is_read_at_once_without_a_request(
    connect: Connect, server: OpenAPIServer, tmp_path: Path
) -> None:
    assert connect(source=make_zip(tmp_path / "7.8.9.zip", files())).release.name == "7.8.9"
    assert server.seen == []
    with pytest.raises(SourceRefused):
        connect(source=tmp_path / "nowhere")


def test_a_release_by_name_from_github_leaves_the_server_alone(
    connect: Connect, hub: GitHub, server: OpenAPIServer
) -> None:
    om = connect(release="7.1.0", source=["cache", "github"])
    assert om.release.name == "7.1.0"
    assert server.seen == []


def test_a_mirror_can_be_named_as_a_setting(connect: Connect, hub: GitHub, monkeypatch) -> None:
    monkeypatch.delenv("DYNCLIENT_GITHUB")
    assert connect(github=hub.host, source="github").release.name == "7.1.0"


def test_headers_and_tokens_of_the_server_never_go_to_github(connect: Connect, hub: GitHub) -> None:
    om = connect(token="a.very.secret", headers={"X-Gateway-Key": "k"})
    assert om.release.name == "7.1.0"
    sent = {name.lower() for seen in hub.seen for name in seen.headers}
    assert not sent & {"authorization", "x-gateway-key"}


# -- when nothing works ----------------------------------------------------------------------------


def test_one_error_lists_every_step_and_what_to_do(
    connect: Connect, hub: GitHub, server: OpenAPIServer, cache: Path
) -> None:
    server.routes[VERSION] = {"version": "9.9.9", "revision": "abc"}
    om = connect()
    with pytest.raises(UnknownRelease) as caught:
        _ = om.release
    message = str(caught.value)
    assert [step for step, _ in caught.value.steps] == ["cache", "github", "server", "nearest"]
    assert f"cache: not found in the cache {cache}, which contains nothing" in message
    assert "github: GitHub did not find the listing of 9.9.9-release" in message
    assert "nearest: " in message
    assert f"server: {server.host}/swagger.json: 404" in message
    assert "dynclient schemas add CHECKOUT" in message
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.steps) == (message, caught.value.steps)


def test_the_advice_of_the_error_leads_to_a_release(
    connect: Connect, hub: GitHub, tmp_path: Path, server: OpenAPIServer, capsys
) -> None:
    server.routes[VERSION] = {"version": "7.1.5", "revision": "abc"}
    om = connect()
    with pytest.raises(UnknownRelease) as caught:
        _ = om.release
    advice = re.search(r"'dynclient (schemas add) CHECKOUT'", str(caught.value))
    assert advice is not None
    pom = (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><groupId>org.open-metadata</groupId>'
        "<version>7.1.5-SNAPSHOT</version></project>"
    )
    schemas = files(root="openmetadata-spec/src/main/resources/json/schema/")
    checkout = make_folder(tmp_path / "OpenMetadata", {**schemas, "pom.xml": pom.encode()})
    assert run(capsys, *advice[1].split(), str(checkout))[::2] == (0, "")
    assert om.release.name == "7.1.5-SNAPSHOT"
    assert connect().release == om.release


def test_a_failed_choice_is_tried_again(
    connect: Connect, hub: GitHub, tmp_path: Path, hasty: list[float]
) -> None:
    om = connect(source=["cache", "github"])
    hub.faults[""] = [Reply(500)]
    with pytest.raises(UnknownRelease, match="status 500 for the listing"):
        _ = om.release
    assert om.release.name == "7.1.0"


def test_a_server_that_does_not_respond_is_reported(hasty: list[float]) -> None:
    om = dynclient.connect("http://127.0.0.1:9")
    with pytest.raises(TransportError, match="could not connect"):
        _ = om.release
    om.close()


@pytest.mark.parametrize("version", ["../../evil", "", "7.1.0\n", "x" * 300, "é"])
def test_an_invalid_version_is_not_an_error(
    connect: Connect, hub: GitHub, server: OpenAPIServer, version: str, cache: Path
) -> None:
    server.routes[VERSION] = {"version": version, "revision": "abc"}
    with pytest.raises(NotOpenMetadata, match="instead of a version"):
        _ = connect().release
    assert not cache.exists()


def test_a_document_without_entities_is_not_a_release(connect: Connect, hub: GitHub) -> None:
    document = {"openapi": "3.0.1", "paths": {"/v1/x": {"get": {}}}, "info": {}}
    with OpenAPIServer(document, version="9.9.9") as server:
        om = dynclient.connect(server.host)
        with pytest.raises(UnknownRelease, match="shows no entity"):
            _ = om.release
        om.close()


# -- several at once, and later --------------------------------------------------------------------


def test_threads_fetch_once(connect: Connect, hub: GitHub) -> None:
    om = connect()
    start = threading.Barrier(8)
    found = []

    def take() -> None:
        start.wait()
        found.append(om.release)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(each) for each in found}) == 1
    assert len(hub.requested(LISTINGS)) == 1


def test_a_pickled_client_keeps_to_its_sources(connect: Connect, hub: GitHub) -> None:
    om = pickle.loads(pickle.dumps(connect(source=["cache"])))
    with pytest.raises(UnknownRelease, match="source= excludes it: github"):
        _ = om.release
    om.close()


def test_a_lossy_release_is_known_again_by_its_build(hub: GitHub, monkeypatch) -> None:
    types = [{"name": "thing", "category": "entity", "schema": "{}"}]
    with OpenAPIServer(entity_document("9.9.9"), types=types, revision="0123456789") as server:
        first = dynclient.connect(server.host, source="server")
        assert first.release.name == "9.9.9+openapi.0123456"
        monkeypatch.setattr(registry, "_open", {})
        begun = len(server.seen)
        again = dynclient.connect(server.host, source="server")
        assert again.release == first.release
        assert [seen.path for seen in server.seen[begun:]] == [VERSION]
        assert again.things.create(name="a").name == "a"
        first.close()
        again.close()
