"""Running scripts: what they see, how they end, and how errors are printed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dynclient import compat
from dynclient.compat import __main__ as module
from dynclient.compat.run import run
from dynclient.errors import UsageError

Write = Callable[[str], Path]


@pytest.fixture
def script(tmp_path: Path) -> Iterator[Write]:
    """Return a function that writes a script; afterwards the hook is removed."""

    def write(text: str) -> Path:
        path = tmp_path / "script.py"
        path.write_text(text, "utf-8")
        return path

    yield write
    compat.uninstall()


def test_a_script_sees_what_python_would_show_it(
    script: Write, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "beside.py").write_text("NAME = 'beside'\n")
    path = script("import sys, beside\nprint(__name__, __file__, sys.argv, beside.NAME)\n")
    argv, places = sys.argv, sys.path[:]
    assert run(path, ["--x", "y"], "starter") == 0
    assert capsys.readouterr().out == f"__main__ {path} {[str(path), '--x', 'y']} beside\n"
    assert (sys.argv, sys.path) == (argv, places)


@pytest.mark.parametrize(
    ("ending", "code", "output"),
    [
        ("", 0, ""),
        ("raise SystemExit", 0, ""),
        ("import sys; sys.exit(3)", 3, ""),
        ("import sys; sys.exit(-1)", 255, ""),
        ("import sys; sys.exit('no way')", 1, "no way\n"),
        ("raise KeyboardInterrupt", 130, ""),
    ],
)
def test_a_script_keeps_its_exit_code(
    script: Write, capsys: pytest.CaptureFixture[str], ending: str, code: int, output: str
) -> None:
    assert run(script(f"{ending}\n"), release="starter") == code
    assert capsys.readouterr().err == output


FAILING = """
from metadata.generated.schema.entity.data.table import Table

def make():
    return Table(name="orders")

try:
    make()
except ValueError as error:
    raise RuntimeError("no table") from error
"""


def test_errors_are_printed_with_the_frames_of_the_script(
    script: Write, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = script(FAILING)
    assert run(path, release="starter") == 1
    output = capsys.readouterr().err
    assert output.count(f'File "{path}"') == 3  # make(), its caller, and the raise
    assert output.count("File ") == 3
    assert "direct cause" in output
    assert output.splitlines()[-1] == "RuntimeError: no table"
    monkeypatch.setenv("DYNCLIENT_TRACEBACK", "1")
    assert run(path, release="starter") == 1
    assert "compat/models/model.py" in capsys.readouterr().err


def test_an_exception_hook_of_the_script_is_called(
    script: Write, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # put back afterwards
    path = script(
        "import sys\n"
        "def hook(kind, error, trace): print('hook', kind.__name__, trace.tb_lineno)\n"
        "sys.excepthook = hook\n"
        "1 / 0\n"
    )
    assert run(path, release="starter") == 1
    assert capsys.readouterr().out == "hook ZeroDivisionError 4\n"


def test_a_syntax_error_is_printed_with_its_line(
    script: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    path = script("def :\n")
    assert run(path, release="starter") == 1
    assert f'File "{path}", line 1' in capsys.readouterr().err


def test_a_folder_can_be_run(script: Write, tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text("raise SystemExit(7)\n")
    assert run(tmp_path, release="starter") == 7


def test_a_missing_script_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(FileNotFoundError):
        run("no/such.py")
    assert module.main(["no/such.py"]) == 2
    assert "script not found" in capsys.readouterr().err


def test_as_a_module_it_takes_the_scripts_own_options(
    script: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    path = script("import sys\nprint(sys.argv[1:])\n")
    assert module.main(["--release", "starter", str(path), "--release", "x", "-v"]) == 0
    assert capsys.readouterr().out == "['--release', 'x', '-v']\n"


def test_a_folder_without_a_main_module_is_refused_with_a_script_in_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"is a folder without a __main__\.py; pass a script$"):
        run(tmp_path, release="starter")
    (tmp_path / "b.py").write_text("")
    (tmp_path / "a.py").write_text("")
    with pytest.raises(UsageError, match=rf"such as {tmp_path / 'a.py'}$"):
        run(tmp_path, release="starter")


def test_a_folder_with_a_main_module_runs(
    script: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script("").rename(tmp_path / "__main__.py")
    (tmp_path / "__main__.py").write_text("print('ran')")
    assert run(tmp_path, release="starter") == 0
    assert capsys.readouterr().out == "ran\n"
