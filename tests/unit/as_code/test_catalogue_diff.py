"""Two folders of documents are compared, also of two releases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient.as_code import Document, diff
from dynclient.as_code.catalogue_diff import _content

CREATED = {"name": "s", "serviceType": "Mysql", "description": "A service."}


def write(folder: Path, fqn: str, request: dict[str, Any], **more: Any) -> None:
    document = Document("databaseService", fqn, "starter", request, **more)
    folder.mkdir(exist_ok=True)
    with (folder / "databaseService.jsonl").open("a") as lines:
        lines.write(document.text("jsonl"))


def test_entities_and_fields(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    write(one, "same", {**CREATED, "name": "same"})
    write(two, "same", {**CREATED, "name": "same"})
    write(one, "other", {**CREATED, "name": "other"}, sections={"fields": {"disabled": False}})
    write(two, "other", {**CREATED, "name": "other", "description": "Another."})
    write(one, "old", {**CREATED, "name": "old"})
    write(two, "new", {"name": "new", "serviceType": "Mysql"})
    write(two, "ref", {**CREATED, "name": "ref"}, referenced=True)
    found = diff(one, two)
    assert [each[:3] for each in found] == [
        ("created", "databaseService", "new"),
        ("deleted", "databaseService", "old"),
        ("changed", "databaseService", "other"),
    ]
    assert [str(each) for each in found[2].changes] == [
        "~ description: A service. → Another.", "- disabled: false"
    ]  # fmt: skip
    assert found.counts == {"created": 1, "changed": 1, "deleted": 1}
    assert str(found).splitlines()[-1] == "1 created, 1 changed, 1 deleted"
    assert repr(found).endswith("1 created, 1 changed, 1 deleted>")
    written = json.loads(json.dumps(found.as_json()))
    assert written["differences"][2]["changes"][0] == {
        "path": "description", "before": "A service.", "after": "Another."
    }  # fmt: skip
    assert len(diff(one, one)) == 0
    assert str(diff(one, one)).endswith("no differences")


def test_referenced_documents_are_compared_without_sections(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    write(one, "s", CREATED, sections={"fields": {"disabled": True}})
    write(two, "s", CREATED, referenced=True)
    assert len(diff(one, two)) == 0


def test_documents_of_another_release_are_translated() -> None:
    request = {"name": "t", "databaseSchema": "a.b.c", "columns": []}
    owner = {"type": "user", "fullyQualifiedName": "ada"}
    old = Document("table", "a.b.c.t", "1.0.4", {**request, "owner": owner})
    release = dynclient.release("starter")
    found = _content(old, release)
    assert found is not None
    assert (found.get("owners"), "owner" in found) == ([owner], False)


def test_what_is_not_a_catalogue(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("nothing")
    with pytest.raises(dynclient.UsageError, match="is not a folder"):
        diff(tmp_path, tmp_path / "file")
    with pytest.raises(dynclient.UsageError, match="only if it is a fork"):
        diff(tmp_path)
    (tmp_path / "x.jsonl").write_text('{"type": "table"}\n{"type": 3}\n')
    with pytest.raises(dynclient.ValidationFailed) as caught:
        diff(tmp_path, tmp_path)
    assert {each.path for each in caught.value.problems} == {"x.jsonl:1", "x.jsonl:2"}
