"""The JSON Patch of ``Tables.update(table)``: what the script changed, and nothing else.

A state that was read with ``fields=owners`` is compared with one that was read with the same
fields. What the script's state does not contain, because no response had it, is left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.patch_builder import build_patch, state_of
from dynclient.model.masking import without_masks
from dynclient.session.requested_fields import repeated_once, requested_fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.schema import Release

Json = dict[str, Any]


def fields_to_read(release: Release, spec: CollectionSpec, entity: Any) -> list[str]:
    """Return the names for ``fields=`` with which the current state can be compared.

    Args:
        release: the release of the server.
        spec: the collection.
        entity: the script's state, a model.
    """
    known, kind = requested_fields(release), spec.entity.name
    paths = {*_paths(_json(release, spec, entity)), *_removed(entity)} & known.absent(kind, "get")
    return list(dict.fromkeys(name for path in sorted(paths) for name in known.needed(kind, path)))


def update_patch(
    release: Release, spec: CollectionSpec, current: Any, entity: Any
) -> list[Json] | None:
    """Return the patch from the current state to the script's; None if nothing changes.

    Args:
        release: the release of the server.
        spec: the collection.
        current: the server's state, read with :func:`fields_to_read`.
        entity: the script's state.
    """
    before, after = _json(release, spec, current), _json(release, spec, entity)
    unread = requested_fields(release).absent(spec.entity.name, "get") - _removed(entity)
    before = _without_unread(before, after, unread)
    return build_patch(before, without_masks(release.node(spec.entity.path), before, after))


def _json(release: Release, spec: CollectionSpec, entity: Any) -> Json:
    state: Json = state_of(schema_classes.to_send(release.node(spec.entity.path), entity))
    return state


def _removed(entity: Any) -> set[str]:
    """Return the fields that a script has set to None."""
    return {name for name in entity.model_fields_set if getattr(entity, name, None) is None}


def _paths(data: Any, path: str = "") -> Iterator[str]:
    """Yield the paths of all fields in JSON, ``columns[].tags``."""
    if isinstance(data, list):
        for item in data:
            yield from _paths(item, f"{path}[]")
    elif isinstance(data, dict):
        for name, value in data.items():
            here = f"{path}.{name}" if path else name
            yield repeated_once(here)
            if isinstance(value, (dict, list)):
                yield from _paths(value, here)


def _without_unread(before: Json, after: Json, unread: Set[str], path: str = "") -> Json:
    """Return the server's state without the unread fields that the script's does not have."""
    kept: Json = {}
    for name, value in before.items():
        here = f"{path}.{name}" if path else name
        if name in after:
            kept[name] = _merged(value, after[name], unread, here)
        elif repeated_once(here) not in unread:
            kept[name] = value
    return kept


def _merged(before: Any, after: Any, unread: Set[str], path: str) -> Any:
    if isinstance(before, dict) and isinstance(after, dict):
        return _without_unread(before, after, unread, path)
    if isinstance(before, list) and isinstance(after, list):
        known = {item.get("name"): item for item in after if isinstance(item, dict)}
        return [
            _merged(item, known.get(item.get("name"), item), unread, f"{path}[]")
            if isinstance(item, dict)
            else item
            for item in before
        ]
    return before
