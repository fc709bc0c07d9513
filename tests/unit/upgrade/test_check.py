"""Files and folders, payloads, and SARIF."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import dynclient
from dynclient.upgrade.findings import RULES
from dynclient.upgrade.sarif import sarif
from tests.support.trees import real_release

SCRIPT = 'import dynclient\nom = dynclient.connect()\nom.tables["x"].owner\nom.types.Tabel\n'
DOCUMENT = """\
type: table
fullyQualifiedName: a.b.c.d
release: "1.6.0"
request:
  name: d
  databaseSchema: a.b.c
  columns:
    - name: id
      dataType: BIGNT
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "script.py").write_text(SCRIPT, "utf-8")
    (tmp_path / "table.yaml").write_text(DOCUMENT, "utf-8")
    (tmp_path / "other.yaml").write_text("a: 1\n", "utf-8")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "script.py").write_text(SCRIPT, "utf-8")
    return tmp_path


def test_a_folder(folder: Path) -> None:
    report = dynclient.upgrade_check(folder, to=real_release("1.13.0"))
    assert [Path(name).name for name in report.files] == ["script.py", "table.yaml"]
    assert [(Path(f.file).name, f.line, f.rule) for f in report.findings] == [
        ("script.py", 3, "field"), ("script.py", 4, "class"), ("table.yaml", 9, "payload"),
    ]  # fmt: skip
    assert (len(report.errors), len(report.warnings)) == (2, 1)
    assert json.loads(json.dumps(report.asdict()))["release"] == "1.13.0"


def test_what_the_release_before_lacks_too_is_not_reported(folder: Path) -> None:
    report = dynclient.upgrade_check(
        [folder / "script.py"], to=real_release("1.13.0"), before=real_release("1.0.4")
    )
    assert [finding.name for finding in report.findings] == ["owner"]
    assert report.before == "1.0.4"


def test_payloads_whose_type_is_given(tmp_path: Path) -> None:
    file = tmp_path / "tables.jsonl"
    table = {"name": "d", "databaseSchema": "a.b.c", "columns": []}
    owner = {"id": "2f0a4bd1-2e2f-4a5e-9d7e-0a6c54ad3f0a", "type": "user"}
    lines = [table, {**table, "owner": owner}, {**table, "columns": 3}]
    file.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    report = dynclient.upgrade_check(file, to=real_release("1.13.0"), kind="CreateTableRequest")
    assert [(f.line, f.level, f.name) for f in report.findings] == [
        (2, "warning", "CreateTableRequest"), (3, "error", "columns"),
    ]  # fmt: skip


def test_a_payload_whose_type_is_not_known(tmp_path: Path) -> None:
    file = tmp_path / "table.json"
    file.write_text("{}", "utf-8")
    with pytest.raises(dynclient.UsageError, match="--as CreateTableRequest"):
        dynclient.upgrade_check(file, to="starter")
    with pytest.raises(dynclient.UsageError, match="there is no file or folder"):
        dynclient.upgrade_check(tmp_path / "absent", to="starter")


def test_sarif(folder: Path) -> None:
    report = dynclient.upgrade_check(folder, to=real_release("1.13.0"))
    (run,) = sarif(report)["runs"]
    names = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert names == list(RULES)
    for result, finding in zip(run["results"], report.findings, strict=True):
        place = result["locations"][0]["physicalLocation"]
        assert names[result["ruleIndex"]] == result["ruleId"] == finding.rule
        assert place["region"]["startLine"] == finding.line
        assert place["artifactLocation"]["uri"].endswith(Path(finding.file).name)
    assert run["results"][0]["message"]["text"].endswith("release 1.13.0 (since 1.5)")
