"""A script is run against sandboxes of two releases, and the runs are compared."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

import pytest

import dynclient
from dynclient import sandbox
from dynclient.cli.app import run
from dynclient.cli.exit_codes import DONE, MISUSED
from dynclient.testing import catalogue
from tests.support.trees import real_release

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


def fork_of_a_user(path: Path) -> None:
    """Write a fork of a sandbox with one user."""
    with (
        sandbox.start(in_process=True) as server,
        dynclient.connect(server.host, token=server.admin_token, release="starter") as om,
    ):
        om.users.create(name="grace", email="grace@example.com")
        sandbox.fork(om, path, types="users")


def test_any_program_can_be_rehearsed_on_the_content_of_a_fork(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program, data = tmp_path / "program.sh", tmp_path / "users.db"
    program.write_text(
        '#!/bin/sh\ntest -n "$OM_TOKEN" && echo "$OM_TOKEN at $OM_HOST"\n'
        f"{sys.executable} - <<END\n"
        "import dynclient\nom = dynclient.connect('$OM_HOST', token='$OM_TOKEN')\n"
        "user = om.users['grace']\nuser.displayName = 'Grace'\nom.save(user)\nEND\n",
        "utf-8",
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    fork_of_a_user(data)
    command = ["rehearse", str(program), "--from", "starter", "--to", "starter"]
    assert run([*command, "--data", str(data), "--output", "json"]) == DONE
    result = json.loads(capsys.readouterr().out)
    assert result["differences"] == []
    for each in ("before", "after"):
        assert result[each]["exit_code"] == 0, result[each]["output"]
        assert result[each]["output"].startswith("********** at http://127.0.0.1")
        assert result[each]["changes"] == ["changed user grace"]


def test_a_script_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(dynclient.UsageError, match="there is no script"):
        dynclient.rehearse(tmp_path / "absent.py", before="starter")


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
