"""The pytest plugin: ``pytest -p dynclient.compat`` runs tests written for the official SDK.

``--metadata-release 1.13.0``, or ``metadata_release`` in the configuration file, names the release;
without it, :func:`dynclient.compat.install` chooses one. pytest is imported to report errors only.
"""

from __future__ import annotations

import os
from typing import Any

from dynclient.compat.install import PREFER, install, installed, uninstall
from dynclient.errors import DynclientError

_OPTION = "metadata_release"
_OFFICIAL_PLUGIN = "pytest_openmetadata"
"""A plugin of the official SDK, which imports that SDK before any test does."""


def pytest_plugin_registered(manager: Any) -> None:
    """Block the official SDK's own plugin if dynclient is preferred."""
    if os.environ.get(PREFER) == "dynclient":
        manager.set_blocked(_OFFICIAL_PLUGIN)


def pytest_addoption(parser: Any) -> None:
    """Add the command line option and the setting."""
    description = "release whose schemas define metadata.generated: 1.13.0, starter"
    parser.getgroup("dynclient").addoption("--metadata-release", dest=_OPTION, help=description)
    parser.addini(_OPTION, description)


def pytest_load_initial_conftests(early_config: Any) -> None:
    """Install the import hook before any test module is imported."""
    release = getattr(early_config.known_args_namespace, _OPTION, None)
    try:
        install(release or early_config.getini(_OPTION) or None, pydantic=True)
    except DynclientError as error:
        message = str(error)
    else:
        return
    import pytest

    raise pytest.UsageError(f"-p dynclient.compat: {message}")


def pytest_report_header() -> str | None:
    """Return which release the tests use."""
    hook = installed()
    return None if hook is None else f"metadata.generated: schemas of release {hook.release.name}"


def pytest_unconfigure() -> None:
    """Remove the import hook."""
    uninstall()
