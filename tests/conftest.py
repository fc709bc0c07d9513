"""What holds for every test: no network, a clean environment, a cache of its own.

Sockets reach loopback only. ``OPENMETADATA_*`` of the caller's shell is removed. The starter
release and the real trees are read once per run into a seed, from which each test gets its own
cache. What a test changes in the process is put back afterwards, so tests run in any order.
Hypothesis draws the same examples each time.
"""

from __future__ import annotations

import ipaddress
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.support.session_cache import SESSION_CACHE

ON_WORKER = "PYTEST_XDIST_WORKER" in os.environ

_ROOT_VARIABLE = "DYNCLIENT_TESTS_CACHE"
"""Names the directory of this run's caches to the workers of a parallel run."""

# Before any test module is imported, since a module may look for releases while it is collected.
for _name in [
    name for name in os.environ if name.startswith(("OPENMETADATA_", "DYNCLIENT_COMPAT_"))
]:
    del os.environ[_name]
os.environ.pop("GITHUB_TOKEN", None)
os.environ["DYNCLIENT_CONFIG"] = os.devnull
# A test that needs a keyring has its own.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
os.environ["DYNCLIENT_GITHUB"] = "http://127.0.0.1:9"  # nothing listens there
if not ON_WORKER:
    os.environ[_ROOT_VARIABLE] = tempfile.mkdtemp(prefix="dynclient-tests-")
CACHES = Path(os.environ[_ROOT_VARIABLE])
SEED = CACHES / "seed"
"""The starter release and the real trees; every other cache starts as links to its files."""


def _seeded(directory: Path) -> Path:
    """Create a cache that contains what the seed contains, without a copy of the data."""
    directory.mkdir(parents=True)
    for file in SEED.iterdir():
        os.link(file, directory / file.name)
    return directory


def _seed_releases() -> None:
    """Read each tree into the seed and open its release, so that no test is the first to do so."""
    from tests.support.trees import ALL_RELEASES, TREES, release_named

    os.environ["DYNCLIENT_CACHE"] = str(SEED)
    for name in dict.fromkeys([*ALL_RELEASES, *TREES]):
        release_named(name)
    # Fixtures wider than a test write here: the seed itself is never written again.
    session = str(_seeded(CACHES / f"session-{os.getpid()}"))
    os.environ["DYNCLIENT_CACHE"] = os.environ[SESSION_CACHE] = session


def pytest_configure() -> None:
    """Fill the seed before anything is collected."""
    # A job in the background of a shell ignores Ctrl-C, and so would every process that it starts.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    _seed_releases()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip tests that take minutes unless they are selected."""
    if "slow" in config.option.markexpr:
        return
    for item in items:
        if item.get_closest_marker("slow") is not None:
            item.add_marker(pytest.mark.skip('takes long; run it by make test ARGS="-m slow"'))


hypothesis.settings.register_profile(
    "dynclient",
    max_examples=40,
    deadline=None,  # no test depends on the clock
    derandomize=True,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("dynclient")


class NetworkForbidden(AssertionError):
    """A test tried to reach beyond this machine."""


def _is_allowed(host: object) -> bool:
    """Return whether a host is this machine, or the external server that tests use."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if not isinstance(host, str) or host in {"", "localhost", *_external_addresses()}:
        return True
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=1)
def _external_addresses() -> frozenset[str]:
    """Return the name and the addresses of the external server that tests use."""
    from tests.support import external_server

    name = external_server.host_name()
    if name is None:
        return frozenset()
    return frozenset({name, *(str(found[4][0]) for found in _LOOK_UP(name, None))})


_LOOK_UP = socket.getaddrinfo


def _refuse(host: object) -> None:
    raise NetworkForbidden(f"tests reach this machine only, not {host!r}")


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Let sockets connect to loopback and look up loopback names, nothing else."""
    patch = pytest.MonkeyPatch()
    look_up = socket.getaddrinfo

    def guard(name: str) -> Any:
        plain = getattr(socket.socket, name)

        def connect(self: socket.socket, address: Any) -> Any:
            if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_allowed(address[0]):
                _refuse(address[0])
            return plain(self, address)

        return connect

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host is not None and not _is_allowed(host):
            _refuse(host)
        return look_up(host, *args, **kwargs)

    patch.setattr(socket.socket, "connect", guard("connect"))
    patch.setattr(socket.socket, "connect_ex", guard("connect_ex"))
    patch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield
    patch.undo()


_PROXIES = {"http_proxy", "https_proxy", "all_proxy", "no_proxy", "netrc"}
_OF_THIS_RUN = {"PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD"}
"""What a pytest that a test starts must not inherit."""


@pytest.fixture(autouse=True)
def _isolation() -> Iterator[None]:
    """Give each test its own cache, and put back what it changes in this process."""
    from dynclient.releases import registry

    environment = dict(os.environ)
    folder = Path.cwd()
    path, meta_path = list(sys.path), list(sys.meta_path)
    opened, releases = registry._open, dict(registry._open)
    sizes = {file.name: file.stat().st_size for file in SEED.iterdir()}
    with tempfile.TemporaryDirectory(dir=CACHES, prefix="test-", ignore_cleanup_errors=True) as own:
        os.environ["DYNCLIENT_CACHE"] = str(_seeded(Path(own, "cache")))
        os.environ["XDG_STATE_HOME"] = str(Path(own, "state"))
        for name in environment:
            if (
                name.startswith(("OPENMETADATA_", "PYTEST_XDIST_"))
                or name in _OF_THIS_RUN
                or name.lower() in _PROXIES
            ):
                del os.environ[name]
        yield
    if sys.meta_path != meta_path:
        _remove_drop_in(meta_path)
    if hasattr(sys, "ps1"):  # a shell of IPython sets it, and clients ask whether it is there
        del sys.ps1
    registry._open = opened
    opened.clear()
    opened.update(releases)
    sys.path[:] = path
    if Path.cwd() != folder:
        os.chdir(folder)
    if dict(os.environ) != environment:
        os.environ.clear()
        os.environ.update(environment)
    changed = {file.name: file.stat().st_size for file in SEED.iterdir()}
    assert changed == sizes, "the test wrote into a file of its cache that all tests share"


def _remove_drop_in(meta_path: list[Any]) -> None:
    """Remove the drop-in where a test left it installed."""
    # The package has a function of the name of its module.
    from dynclient.compat.install import installed, uninstall

    hook = installed()
    if hook is not None and hook not in meta_path:
        uninstall()
    sys.meta_path[:] = meta_path


def pytest_report_header() -> list[str]:
    """Name the real schema trees that are available, so that a green run shows what it covered."""
    from tests.support import external_server
    from tests.support.trees import ALL_RELEASES, TREES

    if not TREES:
        found = (
            "none: tests run on the starter release, tests of other releases are left out"
            " (DYNCLIENT_SHARED names the folder above the trees)"
        )
    else:
        found = ", ".join(TREES)
    lines = [f"real schema trees: {found}"]
    if external_server.HOST:
        lines.append(f"server: {external_server.HOST}, release {', '.join(ALL_RELEASES)}")
    return lines


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Show how the sandbox fared against the recordings; tests noted it as properties."""
    rows = [
        value
        for kind in ("passed", "failed")
        for report in terminalreporter.getreports(kind)
        for name, value in getattr(report, "user_properties", ())
        if name == "replay"
    ]
    if rows:
        from tests.replay import figures

        terminalreporter.section("sandbox against recordings of real servers")
        for line in figures.table(sorted(figures.Figures(*row) for row in rows)):
            terminalreporter.write_line(line)


def pytest_unconfigure() -> None:
    """Remove the caches, in the process that created them."""
    if not ON_WORKER:
        shutil.rmtree(CACHES, ignore_errors=True)
