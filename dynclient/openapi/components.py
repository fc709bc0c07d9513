"""From a component of an OpenAPI document to the place in the tree that it was made from.

Components carry the simple names of Java classes, so schemas of different packages that share one
are merged there. What is ambiguous is not taken: no judgement is better than a wrong one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.errors import AmbiguousName, SchemaNotFound
from dynclient.schema.pointers import walk
from dynclient.schema.type_names import camel, stem

if TYPE_CHECKING:
    from dynclient.schema import Release


def reference(release: Release, component: str, near: str | None = None) -> str | None:
    """Return the reference of a component's schema, ``entity/data/table.json``.

    Args:
        release: whose tree is searched.
        component: its name, ``TableData``.
        near: document of the entity that it is used with, which is asked first.

    Returns:
        None where the tree has none of that name, or several and none in the document ``near``.
    """
    found = _java_names(release).get(component, [])
    near_by = [each for each in found if each.partition("#")[0] == near]
    # A definition is its document's own business, until no document is called like it.
    roots = [each for each in found if "#" not in each]
    for chosen in (near_by, roots, found):
        if chosen:
            return chosen[0] if len(chosen) == 1 else None
    try:
        node = release.find(component)
    except (AmbiguousName, SchemaNotFound):
        return None
    return node.ref.removesuffix("#")


def places(release: Release) -> dict[str, str]:
    """Return the paths of a release's documents by the names of the classes made of them.

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
            name = _java_name(schema, path, pointer)
            if name is not None:
                names.setdefault(name, []).append(f"{path}#{pointer}" if pointer else path)
    return names


def _java_name(schema: dict[str, Any], path: str, pointer: str) -> str | None:
    """Return the simple name of the class that is made of a place, or None where none is.

    The generator names roots and definitions after their file and key, where nothing is told.
    """
    named = schema.get("javaType")
    if isinstance(named, str) and named:
        return named.rsplit(".", 1)[-1]
    if not pointer:
        return camel(stem(path))
    above, _, key = pointer.rpartition("/")
    return camel(key) if above == "/definitions" else None
