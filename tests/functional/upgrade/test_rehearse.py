"""A script is run against sandboxes of two releases, and the runs are compared."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

import dynclient
from dynclient import sandbox
from dynclient.cli.app import run
from dynclient.cli.exit_codes import DIFFERS, MISUSED
from dynclient.testing import catalogue, load_example_catalogue
from tests.support.trees import TREES, real_release

SCRIPT = """\
import sys
import dynclient

om = dynclient.connect()
user = om.users["ada"]
table = om.tables.create(
    name="invoices", databaseSchema="sample.area_0.part_0", owner=user, description="x",
    columns=[{"name": "id", "dataType": "INT"}],
)
if om.version.startswith("1.13"):
    table.description = "Other here."
    om.save(table)
    om.tags.create(name="New", classification="Care", description="Only here.")
    sys.exit("this release is not supported")
"""


def test_what_differs(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, "utf-8")
    old, new = real_release("1.6.0"), real_release("1.13.0")
    result = dynclient.rehearse(script, before=old, to=new, load=catalogue(3).load)
    assert (result.before.exit_code, result.after.exit_code) == (0, 1), result.before.output
    kinds = {kind: [d for d in result.differences if d.kind == kind] for kind in
             ("exit", "error", "warning", "request", "catalogue")}  # fmt: skip
    assert [(d.before, d.after) for d in kinds["exit"]] == [("0", "1")]
    before = "Table.owner is called owners"
    assert not any(before in line for line in result.before.warnings)
    assert [d.before for d in kinds["catalogue"] if "invoices" not in d.after] == [""]
    assert any("tag Care.New" in d.after for d in kinds["catalogue"])
    assert any("Other here." in d.after for d in kinds["catalogue"])
    assert any(d.after.startswith("POST /api/v1/tags 201") for d in kinds["request"])
    assert "this release is not supported" in result.after.output
    assert {d.kind for d in result.breaks} <= {"exit", "error", "catalogue"}
    text = json.dumps(result.asdict())
    assert "eyJ" not in text


def test_any_program_can_be_rehearsed(tmp_path: Path) -> None:
    program = tmp_path / "program.sh"
    program.write_text('#!/bin/sh\ntest -n "$OM_TOKEN" && echo "$OM_TOKEN at $OM_HOST"\n', "utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    result = dynclient.rehearse(program, before="starter", to="starter")
    assert result.differences == ()
    assert result.before.exit_code == 0
    assert result.before.output.startswith("********** at http://127.0.0.1")


def test_a_script_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(dynclient.UsageError, match="there is no script"):
        dynclient.rehearse(tmp_path / "absent.py", before="starter")


OF_EXAMPLE = """\
import dynclient

om = dynclient.connect()
table = om.tables["shop.sales.public.orders"]
print([str(each.name) for each in table.owners])
table.description = "Changed."
om.save(table)
if om.version.startswith("1.13"):
    raise SystemExit(2)
"""


def fork_of_example(path: Path) -> Path:
    """Write a fork of the example catalogue of 1.6.0."""
    release = real_release("1.6.0")
    with (
        sandbox.start(release, in_process=True) as server,
        dynclient.connect(server.host, token=server.admin_token, release=release) as om,
    ):
        load_example_catalogue(om)
        sandbox.fork(om, path, service="shop")
    return path


def test_the_content_of_a_fork(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script, data = tmp_path / "script.py", fork_of_example(tmp_path / "shop.db")
    script.write_text(OF_EXAMPLE, "utf-8")
    old, new = (str(TREES[name]) for name in ("1.6.0", "1.13.0"))
    command = ["rehearse", str(script), "--from", old, "--to", new, "--data", str(data)]
    assert run([*command, "--output", "json"]) == DIFFERS
    found = json.loads(capsys.readouterr().out)
    for each in ("before", "after"):
        assert found[each]["output"] == "['ada']"
        assert found[each]["changes"] == ["changed table shop.sales.public.orders"]
    assert [each["kind"] for each in found["differences"]] == ["exit"]


def test_options(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("pass", "utf-8")
    assert run(["rehearse", str(script), "--from", "starter", "--output", "xml"]) == MISUSED
    with pytest.raises(dynclient.UsageError, match="there is no script"):
        run(["rehearse", str(tmp_path / "absent.py"), "--from", "starter"])
    with pytest.raises(dynclient.UsageError, match="cannot be read as the data file"):
        run(["rehearse", str(script), "--from", "starter", "--data", str(script)])
    with pytest.raises(dynclient.BadArguments, match="cannot be combined with load="):
        dynclient.rehearse(script, before="starter", load=catalogue(1).load, data="shop.db")
