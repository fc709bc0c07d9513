"""``upgrade-check`` finds by reading the sample scripts what running them on two releases finds.

Disagreements are listed with their reasons in ``upgrade-differs.json``. All scripts are slow tests.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import dynclient
from dynclient.sandbox import Running
from dynclient.upgrade.script_runs import run_script
from tests.support.external_server import only_on_sandbox
from tests.support.trees import real_release

pytestmark = [
    pytest.mark.usefixtures("removed_afterwards"),
    only_on_sandbox("the names in the scripts are fixed, and may exist there"),
]

OLD, NEW = "1.6.0", "1.13.0"
SCRIPTS = Path(__file__).parents[2] / "compat" / "scripts"
NAMES = [path.relative_to(SCRIPTS).as_posix() for path in sorted(SCRIPTS.rglob("*.py"))]
QUICK = {"domains.py", "sdk/configuration.py"}
"""Scripts that every run of the tests compares: one with differences and one without."""
DIFFERS: dict[str, str] = json.loads(
    Path(__file__).with_name("upgrade-differs.json").read_text("utf-8")
)
"""Scripts for which both disagree, with the reasons."""


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in NAMES],
)
def test_reading_finds_what_running_finds(server: Callable[[str], Running], name: str) -> None:
    old, new = real_release(OLD), real_release(NEW)
    script = SCRIPTS / name
    report = dynclient.upgrade_check(script, to=new, before=old)
    first, second = (run_script(script, server(one), timeout=300) for one in (OLD, NEW))
    ran = {text for _, text in second.warnings} - {
        text.replace(f"release {OLD}", f"release {NEW}") for _, text in first.warnings
    }
    agrees = {each.message for each in report.warnings} == ran and bool(report.errors) == (
        first.exit_code != second.exit_code
    )
    assert agrees == (name not in DIFFERS), (report.findings, first, second)


def test_the_list_of_disagreements_names_scripts_and_reasons() -> None:
    assert set(DIFFERS) <= set(NAMES)
    assert all(len(reason) > 20 for reason in DIFFERS.values())
    assert len(NAMES) >= 55
