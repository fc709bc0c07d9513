"""Folders of documents read back: their order, and what is wrong with them."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient.as_code import Catalogue, Document
from dynclient.as_code.folder_writer import FolderWriter
from dynclient.as_code.manifest import Manifest
from dynclient.as_code.yaml_text import to_yaml
from dynclient.schema import Release
from tests.support.trees import release_named

SERVICE = {"name": "shop", "serviceType": "Mysql"}


@pytest.fixture
def release() -> Release:
    return release_named("starter")


def write(folder: Path, kind: str, fqn: str, request: dict[str, Any], **others: Any) -> Path:
    """Write a document into a folder and return its path."""
    path = folder / kind / f"{fqn}.yaml"
    path.parent.mkdir(exist_ok=True)
    document = {"type": kind, "fullyQualifiedName": fqn, "release": "starter", "request": request}
    path.write_text(to_yaml({**document, **others}), encoding="utf-8")
    return path


def shop(folder: Path) -> None:
    """Write a table with all that it needs, and a team with a user."""
    owners = [{"type": "user", "fullyQualifiedName": "ada"}]
    columns = [{"name": "id", "dataType": "INT"}]
    table = {"name": "orders", "databaseSchema": "shop.sales.public", "columns": columns}
    write(folder, "table", "shop.sales.public.orders", {**table, "owners": owners})
    write(folder, "user", "ada", {"name": "ada", "email": "ada@example.com"})
    write(
        folder, "databaseSchema", "shop.sales.public", {"name": "public", "database": "shop.sales"}
    )
    write(folder, "database", "shop.sales", {"name": "sales", "service": "shop"})
    write(folder, "databaseService", "shop", SERVICE)


def lines(problems: list[dynclient.Problem]) -> list[str]:
    return [str(problem) for problem in problems]


def test_documents_come_after_what_they_refer_to(tmp_path: Path, release: Release) -> None:
    shop(tmp_path)
    catalogue = Catalogue(tmp_path, release)
    assert (catalogue.problems, catalogue.missing, catalogue.unresolved) == ([], [], [])
    keys = catalogue.keys()
    assert [each.key for each in catalogue] == keys
    names = [fqn for _, fqn in keys if fqn.startswith("shop")]
    assert names == sorted(names, key=lambda name: name.count("."))
    assert keys.index(("user", "ada")) < keys.index(("table", "shop.sales.public.orders"))
    catalogue.check()


def test_all_problems_are_listed_with_file_and_line(tmp_path: Path, release: Release) -> None:
    shop(tmp_path)
    write(tmp_path, "databasService", "x", {"name": "x"})
    write(tmp_path, "database", "y.z", {"name": "z", "service": "y"})
    path = write(tmp_path, "team", "t", {"name": "t", "teamType": "Grup", "displayNam": "T"})
    (tmp_path / "copy.yaml").write_bytes((tmp_path / "databaseService" / "shop.yaml").read_bytes())
    (tmp_path / "bad.yaml").write_text("a: [}", encoding="utf-8")
    (tmp_path / "empty.yaml").write_text("type: table\nrequst: {}\n", encoding="utf-8")
    catalogue = Catalogue(tmp_path, release)
    found = lines(catalogue.problems)
    assert any(line.startswith("bad.yaml:1: is not valid YAML") for line in found)
    assert "empty.yaml:2: unknown field requst; did you mean request?" in found
    assert any("empty.yaml:1: fullyQualifiedName is missing" in line for line in found)
    assert any("databaseService/shop.yaml:2" in line and "copy.yaml" in line for line in found)
    assert any(
        line.startswith("databasService/x.yaml:1: type: ") and "mean databaseService" in line
        for line in found
    )
    number = path.read_text("utf-8").splitlines().index("  teamType: Grup") + 1
    assert any(line.startswith(f"team/t.yaml:{number}: request.teamType") for line in found)
    assert any("request.displayNam" in line and "displayName?" in line for line in found)
    with pytest.raises(dynclient.ValidationFailed) as caught:
        catalogue.check()
    assert "databaseService 'y' has no document" in str(caught.value)
    assert len(caught.value.problems) == len(found) + 1


def test_a_missing_reference_may_be_on_the_target(tmp_path: Path, release: Release) -> None:
    write(tmp_path, "database", "y.z", {"name": "z", "service": "y"})
    catalogue = Catalogue(tmp_path, release)
    assert [(each.types, each.fqn) for each in catalogue.missing] == [(("databaseService",), "y")]
    catalogue.check(lambda kind, fqn: (kind, fqn) == ("databaseService", "y"))
    with pytest.raises(dynclient.ValidationFailed, match=r"database/y\.z\.yaml:6"):
        catalogue.check(lambda kind, fqn: False)


def test_secrets_that_are_not_set_are_listed(
    tmp_path: Path, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = {
        "hostPort": "h:1",
        "username": "u",
        "authType": {"password": "${env:DYNCLIENT_SECRET_A}"},
    }
    write(tmp_path, "databaseService", "shop", {**SERVICE, "connection": {"config": config}})
    catalogue = Catalogue(tmp_path, release)
    with pytest.raises(dynclient.ValidationFailed, match="DYNCLIENT_SECRET_A} is not set"):
        catalogue.check()
    catalogue.check(without_secrets=True)
    monkeypatch.setenv("DYNCLIENT_SECRET_A", "x")
    Catalogue(tmp_path, release).check()


def test_lines_of_json_have_numbers(tmp_path: Path, release: Release) -> None:
    good = '{"type": "databaseService", "fullyQualifiedName": "a", "release": "starter",'
    text = f'{good} "request": {{"name": "a", "serviceType": "Mysql"}}}}\n\n{{"type": 1\n'
    (tmp_path / "databaseService.jsonl").write_text(text, encoding="utf-8")
    catalogue = Catalogue(tmp_path, release)
    assert len(catalogue) == 1
    assert lines(catalogue.problems)[0].startswith("databaseService.jsonl:3: is not valid JSON")


def test_what_is_not_a_folder_is_refused(tmp_path: Path, release: Release) -> None:
    with pytest.raises(dynclient.UsageError, match="is not a folder"):
        Catalogue(tmp_path / "none", release)


def test_entities_that_refer_to_each_other_are_all_there(tmp_path: Path, release: Release) -> None:
    for name, other in (("a", "b"), ("b", "a")):
        parents = [{"type": "team", "fullyQualifiedName": other}]
        write(tmp_path, "team", name, {"name": name, "teamType": "Group", "parents": parents})
    catalogue = Catalogue(tmp_path, release)
    assert sorted(each.fqn for each in catalogue) == ["a", "b"]
    assert catalogue.missing == []


def doc(request: Any, fqn: str = "h", **more: Any) -> str:
    """Return the document of a service as JSON."""
    head = {"type": "databaseService", "fullyQualifiedName": fqn, "release": "starter"}
    return json.dumps({**head, "request": request, **more})


PLAIN = {"name": "h", "serviceType": "Mysql"}
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
)
CONFIG = {"type": "Mysql", "username": "u", "hostPort": "h:1"}


def connection(password: str) -> dict[str, Any]:
    """Return the request of a service with a password."""
    return {**PLAIN, "connection": {"config": {**CONFIG, "authType": {"password": password}}}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("type: [\n", "is not valid YAML"),
        (BOMB, "repeats too many values by aliases"),
        ("a: &a\n  b: *a\n", "contains itself"),
        ("a: !!python/object/apply:os.abort []\n", "must not have the tag"),
        ("[" * 20_000, "nesting depth|nested too deeply"),
        (f"a: {'9' * 5000}\n", "not a number that can be read"),
        ("type: a\n---\ntype: b\n", "another document"),
        (doc(PLAIN, fqn="other"), "'other', but the request creates 'h'"),
        (doc(PLAIN, fields=[1]), "fields must be fields of the entity by name"),
        (doc(PLAIN, lineage=[1, {"to": 2}]), r"lineage\[1\] must have the field from"),
        (doc(PLAIN, followers=[{"type": "user"}]), r"followers\[0\] must be a reference"),
        (doc(PLAIN, feed=[{"message": 1}]), "must have the field posts"),
        (doc(PLAIN, customProperties=[{"name": "x"}]), "must have the field propertyType"),
        (doc(connection("*********")), "password: is a mask"),
        (doc(connection("${file:/etc/passwd}")), "is not the place of a secret"),
    ],
)
def test_hostile_documents_are_reported(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "x.yaml").write_text(text, "utf-8")
    problems = Catalogue(tmp_path, release_named("starter")).problems
    assert [each for each in problems if re.search(message, each.message)], problems
    assert all(each.path.startswith("x.yaml:") for each in problems)


def test_deeply_nested_json_is_reported(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text("[" * 50_000 + "\n", "utf-8")
    (problem,) = Catalogue(tmp_path, release_named("starter")).problems
    assert (problem.path, problem.message) == ("x.jsonl:1", "is nested too deeply")


def test_byte_order_marks_and_the_ends_of_lines_of_windows_are_read(tmp_path: Path) -> None:
    text = "type: databaseService\r\nfullyQualifiedName: h\r\nrelease: starter\r\nrequest:\r\n"
    data = f"{text}  name: h\r\n  serviceType: Mysql\r\n  description: |-\r\n    a\r\n    b\r\n"
    (tmp_path / "x.yaml").write_bytes(b"\xef\xbb\xbf" + data.encode())
    catalogue = Catalogue(tmp_path, release_named("starter"))
    document = catalogue.find("databaseService", "h")
    assert document is not None
    assert (catalogue.problems, document.request["description"]) == ([], "a\nb")


@pytest.mark.skipif(os.name != "posix", reason="links need rights on other systems")
def test_links_to_other_places_are_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    folder.mkdir()
    (tmp_path / "outside.yaml").write_text(doc(PLAIN), "utf-8")
    (folder / "x.yaml").symlink_to(tmp_path / "outside.yaml")
    catalogue = Catalogue(folder, release_named("starter"))
    assert "symbolic link" in catalogue.problems[0].message
    assert len(catalogue) == 0
    (folder / ".dynclient-staging").symlink_to(tmp_path)
    (folder / "databaseService").symlink_to(tmp_path)
    with pytest.raises(dynclient.UsageError, match="symbolic link"):
        FolderWriter(folder, "yaml")
    (folder / ".dynclient-staging").unlink()
    writer = FolderWriter(folder, "yaml")
    writer.add(Document("databaseService", "h", "starter", PLAIN))
    with pytest.raises(dynclient.UsageError, match="outside of"):
        writer.finish(Manifest("yaml", "starter"))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["c", "outside.yaml"]
