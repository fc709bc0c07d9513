"""What holds for every test: no network, a clean environment, a cache of its own.

Sockets reach loopback only; ``OPENMETADATA_*`` of the caller's shell is not seen; everything a test
caches goes to one directory that is gone afterwards. Hypothesis draws the same examples each time.
"""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest

ON_WORKER = "PYTEST_XDIST_WORKER" in os.environ

# Before any test module is imported, since a module may look for releases while it is collected.
# The workers of a parallel run inherit the cache of the process that started them.
for _name in [name for name in os.environ if name.startswith("OPENMETADATA_")]:
    del os.environ[_name]
os.environ.pop("GITHUB_TOKEN", None)
os.environ["DYNCLIENT_GITHUB"] = "http://127.0.0.1:9"  # nothing answers there
if not ON_WORKER:
    os.environ["DYNCLIENT_CACHE"] = tempfile.mkdtemp(prefix="dynclient-tests-")

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


def _is_loopback(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if not isinstance(host, str) or host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse(host: object) -> None:
    raise NetworkForbidden(f"tests reach this machine only, not {host!r}")


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Let sockets connect to loopback and look up loopback names, nothing else."""
    patch = pytest.MonkeyPatch()
    look_up = socket.getaddrinfo

    def guarded(name: str) -> Any:
        plain = getattr(socket.socket, name)

        def connect(self: socket.socket, address: Any) -> Any:
            if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(address[0]):
                _refuse(address[0])
            return plain(self, address)

        return connect

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host is not None and not _is_loopback(host):
            _refuse(host)
        return look_up(host, *args, **kwargs)

    patch.setattr(socket.socket, "connect", guarded("connect"))
    patch.setattr(socket.socket, "connect_ex", guarded("connect_ex"))
    patch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep proxies and settings that one test or the caller's shell left from reaching the next."""
    for name in list(os.environ):
        if name.startswith("OPENMETADATA_") or name.lower() in {
            "http_proxy", "https_proxy", "all_proxy", "no_proxy", "netrc",
        }:  # fmt: skip
            monkeypatch.delenv(name)


def pytest_report_header() -> list[str]:
    """Say which real schema trees are at hand, so that a green run tells what it covered."""
    from tests.support.trees import TREES

    if not TREES:
        found = "none, tests on them are left out (DYNCLIENT_SHARED names the folder above them)"
    else:
        found = ", ".join(TREES)
    return [f"real schema trees: {found}"]


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
    """Throw the cache away, in the process that made it."""
    if not ON_WORKER:
        shutil.rmtree(os.environ["DYNCLIENT_CACHE"], ignore_errors=True)
