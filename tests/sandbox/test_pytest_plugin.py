"""The fixtures for users' own tests, in test runs of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.sandbox_processes import environment
from tests.support.trees import TREES

pytest_plugins = ["pytester"]

CONFTEST = 'pytest_plugins = ["dynclient.sandbox.pytest_plugin"]\n'


@pytest.fixture
def runs(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder for a test run, whose temporary folder is ``tmp`` in it."""
    for name, value in environment(pytester.path / "tmp").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # those installed for this run
    pytester.makeconftest(CONFTEST)
    return pytester


def left_behind(runs: pytest.Pytester) -> list[str]:
    return [path.name for path in (runs.path / "tmp").glob("dynclient-sandbox-*")]


def test_all_tests_share_a_sandbox_and_have_a_client(runs: pytest.Pytester) -> None:
    runs.makepyfile("""
        def test_makes(openmetadata):
            created = openmetadata.teams.create(name="shop", teamType="Group")
            assert openmetadata.teams["shop"].id == created.id

        def test_sees(openmetadata, openmetadata_sandbox):
            assert openmetadata_sandbox.host.startswith(openmetadata.host)
            assert "shop" in openmetadata.teams
    """)
    result = runs.runpytest_subprocess("-W", "error", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=2)
    assert left_behind(runs) == []


def test_failing_tests_leave_nothing_behind(runs: pytest.Pytester) -> None:
    runs.makepyfile("""
        def test_fails(openmetadata):
            assert openmetadata.health_check() is None

        def test_stops_everything(openmetadata):
            raise KeyboardInterrupt
    """)
    result = runs.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(failed=1)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert left_behind(runs) == []


@pytest.mark.parametrize("name", TREES)
def test_options_name_the_tree(runs: pytest.Pytester, name: str) -> None:
    tree: Path = TREES[name]
    runs.makeconftest(
        CONFTEST
        + "import pytest\n\n"
        + "@pytest.fixture(scope='session')\n"
        + f"def openmetadata_options():\n    return {{'tree': {str(tree)!r}}}\n"
    )
    runs.makepyfile(f"""
        def test_release(openmetadata, openmetadata_sandbox):
            assert openmetadata_sandbox.release == {name!r}
            assert openmetadata.version == {name!r}
    """)
    runs.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_the_fixtures_are_listed_with_their_docstrings(runs: pytest.Pytester) -> None:
    runs.makepyfile("")
    result = runs.runpytest_subprocess("--fixtures", "-p", "no:cacheprovider")
    result.stdout.fnmatch_lines([
        "openmetadata_sandbox * -- *", "    A sandbox in a separate process*",
        "openmetadata -- *", "    An administrator's client of the sandbox*",
    ])  # fmt: skip
