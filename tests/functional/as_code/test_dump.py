"""A catalogue dumped from a sandbox, and read back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient import sandbox
from dynclient.as_code import Catalogue, Document
from dynclient.as_code.manifest import FILE, STAGING
from dynclient.client.client import Client
from dynclient.testing import load_example_catalogue
from tests.support.external_server import only_on_sandbox
from tests.support.full_disk import full_disk
from tests.support.session_cache import session_cache
from tests.support.trees import ALL_RELEASES, TREES, release_named

pytestmark = only_on_sandbox("dumps a whole catalogue, which is that of this test")

Snapshot = dict[str, tuple[bytes, int]]


@pytest.fixture(scope="module")
def server() -> Iterator[sandbox.Running]:
    """A sandbox with the example catalogue, a secret and a follower."""
    name = ALL_RELEASES[-1]
    with session_cache(), sandbox.start(tree=TREES.get(name)) as server:
        with connected(server) as om:
            load_example_catalogue(om)
            service = om.database_services["shop"]
            service.connection.config.authType = {"password": "s3cret"}
            om.save(service)
            om.tables.follow(om.tables["shop.sales.public.orders"], om.users["ada"])
        yield server


def connected(server: sandbox.Running, **options: Any) -> Client:
    """Return a client of the sandbox."""
    release = release_named(ALL_RELEASES[-1])
    return dynclient.connect(server.host, token=server.admin_token, release=release, **options)


@pytest.fixture
def om(server: sandbox.Running) -> Iterator[Client]:
    """A client of the sandbox with the example catalogue."""
    with connected(server) as om:
        yield om


def snapshot(folder: Path) -> Snapshot:
    """Return content and time of change of all files in a folder."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("format", ["yaml", "jsonl"])
def test_a_second_dump_changes_nothing(om: Client, tmp_path: Path, format: str) -> None:
    types = ["databaseService", "databaseSchema", "table", "testCase", "user"]
    first = om.dump(tmp_path / "a", types=types, format=format)
    before = snapshot(tmp_path / "a")
    assert om.dump(tmp_path / "a", types=types, format=format) == first
    after = snapshot(tmp_path / "a")
    assert after.pop(FILE)[0] == before.pop(FILE)[0]
    assert after == before
    assert not (tmp_path / "a" / STAGING).exists()


def test_both_formats_have_the_same_documents(om: Client, tmp_path: Path) -> None:
    catalogues = []
    for format in ("yaml", "jsonl"):
        om.dump(
            tmp_path / format, types=["table", "databaseService"], format=format,
            followers=True, lineage=True, sample_data=True,
        )  # fmt: skip
        catalogues.append([each.as_json() for each in Catalogue(tmp_path / format, om.release)])
    assert catalogues[0] == catalogues[1]
    orders = next(each for each in catalogues[0] if each["fullyQualifiedName"].endswith(".orders"))
    assert orders["followers"] == [{"type": "user", "fullyQualifiedName": "ada"}]
    assert orders["lineage"][0]["from"]["fullyQualifiedName"] == "shop.sales.public.customers"
    assert orders["sampleData"]["columns"][0] == "id"


def test_what_is_dumped_is_complete_valid_and_in_order(om: Client, tmp_path: Path) -> None:
    result = om.dump(tmp_path / "a")
    catalogue = Catalogue(tmp_path / "a", om.release)
    assert result.total == len(catalogue) > 20
    assert (catalogue.problems, catalogue.missing) == ([], [])
    seen: set[tuple[str, str]] = set()
    for document in catalogue:
        for reference in catalogue.request(document).references:
            is_later = (reference.type, reference.fqn) in catalogue
            assert not is_later or (reference.type, reference.fqn) in seen, (document, reference)
        seen.add(document.key)
    for document in catalogue:
        entity = om[document.type].get(fqn=document.fqn)
        assert entity is not None
        assert entity.name == document.request["name"]


def test_no_secret_is_in_any_file(om: Client, tmp_path: Path) -> None:
    om.dump(tmp_path / "a", types="databaseService")
    contents = snapshot(tmp_path / "a")
    assert not [name for name, (data, _) in contents.items() if b"s3cret" in data]
    place = b"${env:DYNCLIENT_SECRET_SHOP_CONNECTION_CONFIG_AUTHTYPE_PASSWORD}"
    assert place in contents["databaseService/shop.yaml"][0]
    unresolved = Catalogue(tmp_path / "a", om.release).unresolved
    assert [problem.path.partition(":")[0] for problem in unresolved] == [
        "databaseService/shop.yaml"
    ]


def test_a_service_is_dumped_with_what_it_refers_to(om: Client, tmp_path: Path) -> None:
    result = om.dump(tmp_path / "a", service="shop")
    catalogue = Catalogue(tmp_path / "a", om.release)
    referenced = {each.key for each in catalogue if each.referenced}
    others = {each.fqn.partition(".")[0] for each in catalogue if not each.referenced}
    assert others == {"shop"}
    assert {("user", "ada"), ("team", "data"), ("glossaryTerm", "Sales.Order")} <= referenced
    assert (result.referenced, catalogue.problems, catalogue.missing) == (len(referenced), [], [])


def test_conditions_select_entities(om: Client, tmp_path: Path) -> None:
    om.dump(tmp_path / "a", types=["table"], where="owner:ada")
    found = {each.fqn for each in Catalogue(tmp_path / "a", om.release) if not each.referenced}
    assert found == {"shop.sales.public.orders"}


def test_another_selection_is_refused(om: Client, tmp_path: Path) -> None:
    om.dump(tmp_path / "a", types="team")
    before = snapshot(tmp_path / "a")
    with pytest.raises(dynclient.UsageError, match=r"types=\['team'\].*not of everything"):
        om.dump(tmp_path / "a")
    assert snapshot(tmp_path / "a") == before
    om.dump(tmp_path / "a", types="glossary", replace=True)
    assert not (tmp_path / "a" / "team").exists()


def test_a_failed_dump_leaves_the_folder(
    om: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    om.dump(tmp_path / "a", types="glossary")
    before = snapshot(tmp_path / "a")

    def text(document: Document, format: str) -> Any:
        raise KeyError(document.fqn)

    monkeypatch.setattr(Document, "text", text)
    with pytest.raises(KeyError):
        om.dump(tmp_path / "a", types="glossary")
    assert snapshot(tmp_path / "a") == before


def test_an_interrupted_dump_is_not_taken_for_a_whole_one(om: Client, tmp_path: Path) -> None:
    om.dump(tmp_path / "a", types="glossary")
    (tmp_path / "a" / STAGING).mkdir()
    with pytest.raises(dynclient.UsageError, match="interrupted"):
        Catalogue(tmp_path / "a", om.release)
    om.dump(tmp_path / "a", types="glossary")
    assert len(Catalogue(tmp_path / "a", om.release))


def test_comments_and_other_files_stay(om: Client, tmp_path: Path) -> None:
    om.dump(tmp_path / "a", types="glossary")
    path = tmp_path / "a" / "glossary" / "Sales.yaml"
    path.write_text("# ours\n" + path.read_text("utf-8"), encoding="utf-8")
    (tmp_path / "a" / "README.md").write_text("read me", encoding="utf-8")
    (tmp_path / "a" / "glossary" / "Gone.yaml").write_text("type: glossary", encoding="utf-8")
    om.dump(tmp_path / "a", types="glossary")
    assert path.read_text("utf-8").startswith("# ours\ntype: glossary")
    assert (tmp_path / "a" / "README.md").exists()
    assert not (tmp_path / "a" / "glossary" / "Gone.yaml").exists()


def test_requests_do_not_grow_with_the_entities(server: sandbox.Running, tmp_path: Path) -> None:
    counted: list[str] = []
    hooks = dynclient.Hooks(on_request=lambda request: counted.append(repr(request)))
    with connected(server, hooks=hooks) as om:
        result = om.dump(tmp_path / "a", types="table", tests=False, custom_properties=False)
    lists = [each for each in counted if "/v1/tables" in each]
    assert (result.counts["table"], len(lists)) == (6, 1)


def test_every_argument_is_checked_before_a_request(om: Client, tmp_path: Path) -> None:
    with pytest.raises(dynclient.BadArguments) as caught:
        om.dump(tmp_path / "a", format="yml", secrets="file", where="owner:ada", service="s")
    assert {problem.path for problem in caught.value.problems} == {
        "format", "secrets", "where", "service"
    }  # fmt: skip
    assert not (tmp_path / "a").exists()


def test_the_command_dumps(
    server: sandbox.Running,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from dynclient.cli import main

    monkeypatch.setenv("OPENMETADATA_JWT_TOKEN", server.admin_token)
    monkeypatch.chdir(tmp_path)
    arguments = ["dump", "--host", server.host, "--type", "glossary", "-o", "a"]
    with session_cache():
        arguments += ["--release", release_named(ALL_RELEASES[-1]).name, "--output", "json"]
        assert main(arguments) == 0
    assert json.loads(capsys.readouterr().out)["counts"] == {"glossary": 1}


def test_a_full_disk_leaves_the_last_dump_as_it_is(om: Client, tmp_path: Path) -> None:
    om.dump(tmp_path / "a", types="databaseService")
    before = snapshot(tmp_path / "a")
    service = om.database_services["warehouse"]
    service.description = "x" * 20_000
    om.save(service)
    with full_disk(8000), pytest.raises(dynclient.UsageError, match="cannot be written"):
        om.dump(tmp_path / "a", types="databaseService")
    after = snapshot(tmp_path / "a")
    assert {name: each for name, each in after.items() if ".dynclient" not in name} == {
        name: each for name, each in before.items() if ".dynclient" not in name
    }
    assert Catalogue(tmp_path / "a", om.release).problems == []
    om.dump(tmp_path / "a", types="databaseService")
    text = (tmp_path / "a/databaseService/warehouse.yaml").read_text("utf-8")
    assert "x" * 20_000 in text
    service = om.database_services["warehouse"]
    service.description = ""
    om.save(service)
