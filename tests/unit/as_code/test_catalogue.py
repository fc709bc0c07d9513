"""Folders of documents read back: their order, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient.as_code import Catalogue
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
