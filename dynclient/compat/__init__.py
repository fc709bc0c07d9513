"""The official SDK's modules, provided by dynclient: scripts written for it run unmodified.

::

    from dynclient import compat

    compat.install()  # from here on, `import metadata…` imports dynclient's classes
    from metadata.generated.schema.entity.data.table import Table

The classes are built from the schemas of a release when they are imported. They have the API of the
official models (``model_dump``, ``.root`` …), which dynclient's own entities do not have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.compat.install import find_release, install, installed, uninstall

# `pytest -p dynclient.compat` finds its hooks here.
from dynclient.compat.pytest_plugin import (
    pytest_addoption,
    pytest_load_initial_conftests,
    pytest_plugin_registered,
    pytest_report_header,
    pytest_unconfigure,
)

if TYPE_CHECKING:
    from dynclient.schema import Release

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


_RENAMED = {"at_hand": "find_release"}
"""Public names of earlier versions, and what they are called now."""


def __getattr__(name: str) -> Any:
    if name not in _RENAMED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
    import warnings

    current = _RENAMED[name]
    message = f"dynclient.compat.{name} is deprecated: use dynclient.compat.{current} instead"
    warnings.warn(message, DeprecationWarning, stacklevel=2)
    return globals()[current]


def entity_class(release: Release, path: str) -> Any:
    """Return the class of a schema document, or of a schema in one.

    Args:
        release: the release.
        path: ``entity/data/table.json`` or ``entity/data/table.json#/definitions/column``.

    Raises:
        SchemaNotFound: the release has no such document or schema.
    """
    from dynclient.compat.models.class_registry import class_registry

    document, _, pointer = path.partition("#")
    return class_registry(release).class_at(release.node(document, pointer))


def payload(value: Any) -> Any:
    """Return the JSON to send for a value: the fields that are set and not None, secrets in clear.

    Data from a server that was not changed is returned as the server sent it.

    Args:
        value: a model, a root type, an enumeration member, or lists and dicts of them.
    """
    from dynclient.compat.models import serialization

    return serialization.payload(value)


def wrap(cls: Any, data: Any) -> Any:
    """Return an instance of an official class for a server's response.

    Args:
        cls: the class.
        data: decoded JSON, which is shared and not validated; or an entity of dynclient.
    """
    from dynclient.model import Entity, asdict

    return cls._from_json(asdict(data, secrets=True) if isinstance(data, Entity) else data)
