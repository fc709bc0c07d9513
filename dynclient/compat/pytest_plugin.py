"""The pytest plugin: ``pytest -p dynclient.compat`` runs tests written for the official SDK.

``--metadata-release 1.13.0``, or ``metadata_release`` in the configuration file, names the release;
without it, it is chosen as :func:`dynclient.compat.install` does. Nothing of pytest is imported.
"""

from __future__ import annotations

from typing import Any

from dynclient.compat.install import install, installed, uninstall

_OPTION = "metadata_release"


def pytest_addoption(parser: Any) -> None:
    """Add the option and the setting."""
    words = "release whose schemas make metadata.generated: 1.13.0, starter"
    parser.getgroup("dynclient").addoption("--metadata-release", dest=_OPTION, help=words)
    parser.addini(_OPTION, words)


def pytest_load_initial_conftests(early_config: Any) -> None:
    """Serve ``metadata`` before any file of the tests is imported."""
    named = getattr(early_config.known_args_namespace, _OPTION, None)
    install(named or early_config.getini(_OPTION) or None)


def pytest_report_header() -> str | None:
    """Tell whose classes the tests get."""
    hook = installed()
    return None if hook is None else f"metadata.generated: made from release {hook.release.name}"


def pytest_unconfigure() -> None:
    """Take the import hook away."""
    uninstall()
