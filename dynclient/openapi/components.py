"""Components of an OpenAPI document: their names, and the schemas of a release they stand for.

Components have the simple names of Java classes, so a server merges schemas of different packages
that share one. An ambiguous name is not resolved: no validation is better than a wrong one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.errors import AmbiguousName, SchemaNotFound
from dynclient.schema.pointers import walk
from dynclient.schema.type_names import declared_java_name, java_name, stem

if TYPE_CHECKING:
    from dynclient.schema import Release

COMPONENTS = "#/components/schemas/"
"""What references to components begin with."""


def component_of(schema: Any) -> str | None:
    """Return the name of the component that a schema refers to; None if it refers to none."""
    reference = schema.get("$ref") if isinstance(schema, dict) else None
    if isinstance(reference, str) and reference.startswith(COMPONENTS):
        return reference[len(COMPONENTS) :]
    return None


def created_type(component: str | None) -> str | None:
    """Return the name of the type that a create request creates.

    ``CreateTable`` → ``Table``, ``CreateKpiRequest`` → ``Kpi``; None for any other component.
    """
    if component is None or not component.startswith("Create"):
        return None
    return component.removeprefix("Create").removesuffix("Request").removesuffix("Req")


def reference(release: Release, component: str, near: str | None = None) -> str | None:
    """Return the reference of a component's schema in a release, ``entity/data/table.json``.

    Args:
        release: the release to search.
        component: the component's name, ``TableData``.
        near: path of the document of the entity it is used with; a schema there takes precedence.

    Returns:
        None if the release has no such schema, or several and none of them in ``near``.
    """
    found = _java_names(release).get(component, [])
    near_by = [each for each in found if each.partition("#")[0] == near]
    # A definition is private to its document unless no document has that name.
    roots = [each for each in found if "#" not in each]
    for candidates in (near_by, roots, found):
        if candidates:
            return candidates[0] if len(candidates) == 1 else None
    try:
        node = release.find(component)
    except (AmbiguousName, SchemaNotFound):
        return None
    return node.ref.removesuffix("#")


def paths_by_component(release: Release) -> dict[str, str]:
    """Return the paths of a release's documents by the names of their components.

    Names that several documents share are left out.
    """
    roots = {
        name: [each for each in found if "#" not in each]
        for name, found in _java_names(release).items()
    }
    return {name: found[0] for name, found in roots.items() if len(found) == 1}


def _java_names(release: Release) -> dict[str, list[str]]:
    """Return references by the names of the Java classes that the server generates from them.

    This reads every document of the release, once, when a call first needs it.
    """
    return release.memo("java names", _read_java_names)


def _read_java_names(release: Release) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for path in release.paths:
        for pointer, schema in walk(release.document(path)):
            name = _class_name(schema, path, pointer)
            if name is not None:
                names.setdefault(name, []).append(f"{path}#{pointer}" if pointer else path)
    return names


def _class_name(schema: dict[str, Any], path: str, pointer: str) -> str | None:
    """Return the name of the Java class generated from a place, or None if none is.

    Without a ``javaType``, classes are generated from documents and definitions only.
    """
    if not pointer:
        return java_name(schema, stem(path))
    parent, _, key = pointer.rpartition("/")
    return java_name(schema, key) if parent == "/definitions" else declared_java_name(schema)
