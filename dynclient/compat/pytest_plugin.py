"""The pytest plugin: ``pytest -p dynclient.compat`` runs tests written for the official SDK.

``--metadata-release 1.13.0``, or ``metadata_release`` in the configuration file, names the release;
without it, it is chosen as :func:`dynclient.compat.install` does. Nothing of pytest is imported
before something has to be told.
"""

from __future__ import annotations

import os
from typing import Any

from dynclient.compat.install import PREFER, install, installed, uninstall
from dynclient.errors import DynclientError

_OPTION = "metadata_release"
_RIVAL = "pytest_openmetadata"
"""A plugin of the official SDK, which imports that SDK before any test asks for it."""


def pytest_plugin_registered(manager: Any) -> None:
    """Keep the official SDK's own plugin out where dynclient is the one to serve ``metadata``."""
    if os.environ.get(PREFER) == "dynclient":
        manager.set_blocked(_RIVAL)


def pytest_addoption(parser: Any) -> None:
    """Add the option and the setting."""
    words = "release whose schemas make metadata.generated: 1.13.0, starter"
    parser.getgroup("dynclient").addoption("--metadata-release", dest=_OPTION, help=words)
    parser.addini(_OPTION, words)


def pytest_load_initial_conftests(early_config: Any) -> None:
    """Serve ``metadata`` before any file of the tests is imported."""
    named = getattr(early_config.known_args_namespace, _OPTION, None)
    try:
        install(named or early_config.getini(_OPTION) or None, pydantic=True)
    except DynclientError as error:
        told = str(error)
    else:
        return
    import pytest

    raise pytest.UsageError(f"-p dynclient.compat: {told}")


def pytest_report_header() -> str | None:
    """Tell whose classes the tests get."""
    hook = installed()
    return None if hook is None else f"metadata.generated: made from release {hook.release.name}"


def pytest_unconfigure() -> None:
    """Take the import hook away."""
    uninstall()
