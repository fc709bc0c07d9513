"""mypy and pyright, as users run them on a script, with the stubs in ``typings``."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

import dynclient
from dynclient.stubs import write
from tests.support import external_server
from tests.support.documents import ROOT, blocks
from tests.support.servers import Server
from tests.support.trees import ALL_RELEASES, real_release, release_named

HERE = Path(__file__).parent
EDITORS = ROOT / "docs" / "editors.md"
RIGHT, WRONG = HERE / "right_script.py", HERE / "wrong_script.py"


def marked(script: Path) -> set[int]:
    lines = script.read_text("utf-8").splitlines()
    return {number for number, line in enumerate(lines, 1) if line.endswith("# wrong")}


def settings() -> str:
    """Return the settings of the type checkers in the documentation."""
    return next(each.text for each in blocks(EDITORS) if each.language == "toml")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the two scripts and an environment in which dynclient is installed.

    Its settings are those of the documentation, but the stubs are checked as well.
    """
    folder = tmp_path_factory.mktemp("project")
    packages = folder / "packages"
    packages.mkdir()
    source = Path(dynclient.__file__ or "").parent
    (packages / "dynclient").symlink_to(source, target_is_directory=True)
    venv.create(folder / "venv", symlinks=True)
    sites = [*(folder / "venv").glob("lib/python*/site-packages")]
    known = [path for path in sys.path if path.endswith("site-packages")]
    sites[0].joinpath("here.pth").write_text("\n".join([str(packages), *known]), "utf-8")
    shutil.copy(RIGHT, folder)
    text = WRONG.read_text("utf-8").replace("# mypy: ignore-errors", "#")
    folder.joinpath(WRONG.name).write_text(text, "utf-8")
    (folder / "pyproject.toml").write_text(settings().replace('"typings", ', ""), "utf-8")
    write(release_named("starter"), folder / "typings")
    yield folder
    shutil.rmtree(folder)


def python_of(project: Path) -> str:
    return str(project / "venv" / "bin" / "python")


def found_by_mypy(project: Path) -> dict[str, set[int]]:
    """Return the lines of each script that mypy has an error for."""
    pytest.importorskip("mypy", reason="mypy is not installed; the extra lint has it")
    command = [sys.executable, "-m", "mypy", "--python-executable", python_of(project)]
    ran = subprocess.run(
        [*command, RIGHT.name, WRONG.name],
        cwd=project, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode in {0, 1}, ran.stderr
    found = re.findall(r"^(.+?):(\d+): error: ", ran.stdout, re.MULTILINE)
    return lines_of((place, int(line)) for place, line in found)


def found_by_pyright(project: Path) -> dict[str, set[int]]:
    """Return the lines of each script that pyright has an error for."""
    program = Path(sys.executable).with_name("basedpyright")
    if not program.exists():
        pytest.skip("basedpyright is not installed; the extra lint has it")
    command = [str(program), "--outputjson", "--pythonpath", python_of(project)]
    ran = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert ran.returncode in {0, 1}, ran.stderr
    found = json.loads(ran.stdout)["generalDiagnostics"]
    return lines_of((each["file"], each["range"]["start"]["line"] + 1) for each in found)


def lines_of(found: Iterator[tuple[str, int]]) -> dict[str, set[int]]:
    lines: dict[str, set[int]] = {RIGHT.name: set(), WRONG.name: set()}
    for place, line in found:
        lines.setdefault(Path(place).name, set()).add(line)
    return lines


@pytest.mark.parametrize("check", [found_by_mypy, found_by_pyright])
def test_a_type_checker_finds_all_mistakes_and_nothing_else(project: Path, check: object) -> None:
    assert callable(check)
    assert len(marked(WRONG)) > 20
    assert check(project) == {RIGHT.name: set(), WRONG.name: marked(WRONG)}


@pytest.mark.parametrize(
    "check", [pytest.param(found_by_mypy, marks=pytest.mark.slow), found_by_pyright]
)
def test_so_it_does_for_a_real_release(project: Path, check: object, tmp_path: Path) -> None:
    assert callable(check)
    real = tmp_path / "real"
    # With what mypy has stored about dynclient and the standard library.
    shutil.copytree(project, real, symlinks=True, ignore=shutil.ignore_patterns("typings"))
    (real / "pyproject.toml").write_text(settings(), "utf-8")
    write(real_release("1.13.0"), real / "typings")
    assert check(real) == {RIGHT.name: set(), WRONG.name: marked(WRONG)}
    shutil.rmtree(real)


@pytest.mark.skipif(bool(external_server.HOST), reason="the script has names of its own")
def test_the_right_script_runs(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.functional.stubs import right_script

    running = server(ALL_RELEASES[-1])
    right_script.main(running.host, running.admin_token)
    out = capsys.readouterr().out
    assert "stubs_shop.sales.public.orders ['stubs_shop_ada']" in out
    assert "gone" in out
