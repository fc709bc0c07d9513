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
QUICK = ["domains.py", "sdk/configuration.py"]
"""Scripts that every run of the tests compares: one with differences and one without."""
DIFFERS: dict[str, str] = json.loads(
    Path(__file__).with_name("upgrade-differs.json").read_text("utf-8")
)
"""Scripts for which both disagree, with the reasons."""


def disagreement(server: Callable[[str], Running], name: str) -> str:
    """Return what reading and running a script find differently, or '' if they agree."""
    old, new = real_release(OLD), real_release(NEW)
    script = SCRIPTS / name
    report = dynclient.upgrade_check(script, to=new, before=old)
    first, second = (run_script(script, server(one), timeout=300) for one in (OLD, NEW))
    ran = {text for _, text in second.warnings} - {
        text.replace(f"release {OLD}", f"release {NEW}") for _, text in first.warnings
    }
    read = {each.message for each in report.warnings}
    breaks = first.exit_code != second.exit_code
    if read == ran and bool(report.errors) == breaks:
        return ""
    return f"{name}: read {read}, {report.errors}; ran {ran}, {second.error or second.exit_code}"


@pytest.mark.parametrize("name", QUICK)
def test_reading_finds_what_running_finds(server: Callable[[str], Running], name: str) -> None:
    found = disagreement(server, name)
    assert bool(found) == (name in DIFFERS), found


@pytest.mark.slow
def test_reading_finds_what_running_finds_in_all_scripts(
    server: Callable[[str], Running],
) -> None:
    found = {name: text for name in NAMES if (text := disagreement(server, name))}
    assert found.keys() == DIFFERS.keys(), "\n".join(found.values())


def test_the_list_of_disagreements_names_scripts_and_reasons() -> None:
    assert set(DIFFERS) <= set(NAMES)
    assert all(len(reason) > 20 for reason in DIFFERS.values())
    assert len(NAMES) >= 55
