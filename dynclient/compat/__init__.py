"""The official SDK's modules, provided by dynclient: scripts written for it run unmodified.

::

    from dynclient import compat

    compat.install()  # from here on, `import metadata…` imports dynclient's classes
    from metadata.generated.schema.entity.data.table import Table

The classes are built from the schemas of a release when they are imported. They have the API of the
official models (``model_dump``, ``.root`` …), which dynclient's own entities do not have.
"""

from __future__ import annotations

from dynclient.compat.conversion import entity_class, payload, wrap
from dynclient.compat.install import at_hand as at_hand  # deprecated, so not in __all__
from dynclient.compat.install import find_release, install, installed, uninstall

# `pytest -p dynclient.compat` finds its hooks here.
from dynclient.compat.pytest_plugin import (
    pytest_addoption,
    pytest_load_initial_conftests,
    pytest_plugin_registered,
    pytest_report_header,
    pytest_unconfigure,
)

__all__ = [
    "entity_class",
    "find_release",
    "install",
    "installed",
    "payload",
    "pytest_addoption",
    "pytest_load_initial_conftests",
    "pytest_plugin_registered",
    "pytest_report_header",
    "pytest_unconfigure",
    "uninstall",
    "wrap",
]
