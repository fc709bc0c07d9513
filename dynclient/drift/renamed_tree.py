"""The schema tree of one release with the field names of another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dynclient.drift.table import Rename, renames
from dynclient.schema.pointers import join, look_up
from dynclient.schema.repair import relative
from dynclient.schema.versions import numbers

if TYPE_CHECKING:
    from dynclient.schema.release import Release


def renamed_tree(release: Release, version: tuple[int, ...]) -> dict[str, Any]:
    """Return the documents of a release by path, with the field names of another version.

    Only fields at the top of a document are renamed, which are those of the drift table. Documents
    without such a field are shared with the release.

    Args:
        release: the release.
        version: numbers of the other version; empty leaves all names as they are.
    """
    entities = [*release.entities.values(), *release.time_series.values()]
    general = {path for entity in entities for path in (entity.path, entity.create) if path}
    tree = {path: release.document(path) for path in release.paths}
    if not version or not release.version:
        return tree
    changes = list(_changes(release.version, version))
    return {
        path: _renamed(path, document, [c for c in changes if _applies(c[0], path, general)], tree)
        for path, document in tree.items()
    }


def _changes(before: tuple[int, ...], after: tuple[int, ...]) -> Iterator[tuple[Rename, bool]]:
    """Yield the renames between two versions, and whether the old name is replaced."""
    for rename in renames():
        since = numbers(rename.since)
        if before < since <= after:
            yield rename, True
        elif after < since <= before:
            yield rename, False


def _applies(rename: Rename, path: str, general: set[str]) -> bool:
    # A row without documents is about entities; in a connection, "domain" is something else.
    return path in (rename.documents or general)


def _renamed(
    path: str, document: Any, changes: list[tuple[Rename, bool]], tree: Mapping[str, Any]
) -> Any:
    properties = document.get("properties") if changes and isinstance(document, dict) else None
    if not isinstance(properties, dict):
        return document
    names: dict[str, str] = {}
    schemas = dict(properties)
    for rename, is_forward in changes:
        name, other = (rename.old, rename.new) if is_forward else (rename.new, rename.old)
        if name not in schemas or other in schemas:
            continue
        if rename.change == "list" and is_forward:
            schemas[name] = {"type": "array", "items": schemas[name]}
        elif rename.change == "list":
            schemas[name] = _item_of(schemas[name], path, tree)
        names[name] = other
    if not names:
        return document
    changed = {
        **document,
        "properties": {names.get(name, name): each for name, each in schemas.items()},
    }
    if isinstance(document.get("required"), list):
        changed["required"] = [names.get(name, name) for name in document["required"]]
    return changed


def _item_of(schema: Any, path: str, tree: Mapping[str, Any]) -> Any:
    """Return the schema of an item of a list, in the document at ``path``."""
    place = path
    while isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
        place, pointer = join(place, schema["$ref"])
        try:
            schema = look_up(tree[place], pointer)
        except LookupError:
            return {}
    items = schema.get("items", {}) if isinstance(schema, dict) else {}
    if place != path and isinstance(items, dict) and isinstance(items.get("$ref"), str):
        target, pointer = join(place, items["$ref"])
        return {**items, "$ref": relative(path, target) + (f"#{pointer}" if pointer else "")}
    return items
