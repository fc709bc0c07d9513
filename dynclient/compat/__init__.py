"""The official SDK's modules, served by dynclient: scripts written for it run as they are.

::

    from dynclient import compat

    compat.install()  # from here on `import metadata…` is served by dynclient
    from metadata.generated.schema.entity.data.table import Table

The classes are made from the schemas of a release, when they are imported. They have the face of
the official models (``model_dump``, ``.root`` …), which dynclient's own entities do not have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.compat.install import at_hand, install, installed, uninstall

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
    "at_hand",
    "entity_class",
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


def entity_class(release: Release, path: str) -> Any:
    """Return the class of a document, or of a place in one.

    Args:
        release: the release.
        path: ``entity/data/table.json`` or ``entity/data/table.json#/definitions/column``.

    Raises:
        SchemaNotFound: the release has no such document or place.
    """
    from dynclient.compat.models.class_registry import class_registry

    document, _, pointer = path.partition("#")
    return class_registry(release).class_at(release.node(document, pointer))


def payload(value: Any) -> Any:
    """Return the JSON to send for a value: what was set and is not None, secrets in clear.

    What came from a server and was not changed goes back as it came.

    Args:
        value: a model, a root, a member of an enumeration, or lists and dicts of them.
    """
    from dynclient.compat.models import serialization

    return serialization.payload(value)


def wrap(cls: Any, data: Any) -> Any:
    """Return what users hold for what a server sent.

    Args:
        cls: a class with the official face.
        data: decoded JSON, which is shared and not judged; or an entity of dynclient.
    """
    from dynclient.model import Entity, asdict

    return cls._take(asdict(data, secrets=True) if isinstance(data, Entity) else data)
