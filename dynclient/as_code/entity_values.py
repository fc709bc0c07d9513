"""Values of documents put into the JSON of an entity, as a patch needs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dynclient.as_code.references import is_named, named_references
from dynclient.as_code.request_fields import NAME
from dynclient.drift import table
from dynclient.validation.messages import format_path

if TYPE_CHECKING:
    from dynclient.schema import EntityType, Node, Release

_KEYS = (NAME, "tagFQN", "name", "key")
"""Fields that identify the items of lists, best first."""
Path = tuple[str | int, ...]


class EntityValues:
    """Puts values of one document into the JSON of its entity.

    What servers add to a value stays: ids of columns, labels that follow from others. References
    and texts that name an entity become references with its id.

    Args:
        release: the release of the server.
        entity: the entity type.
        id_of: returns the id of an entity, by its type and its fully qualified name.
    """

    def __init__(
        self, release: Release, entity: EntityType, id_of: Callable[[tuple[str, ...], str], Any]
    ) -> None:
        self._release = release
        self._entity = entity
        self._own = release.node(entity.path)
        self._id_of = id_of
        self._named: dict[str, tuple[str, ...]] = {}

    def value(self, name: str, new: Any, old: Any, raw: Any) -> Any:
        """Return the value of a field for the JSON of the entity.

        Args:
            name: of the field.
            new: its new value, as documents have it; None to remove it.
            old: its present value, as documents have it.
            raw: its present value in the JSON of the entity.
        """
        references = named_references(self._release, self._entity, {name: new})
        self._named = {
            each.path: each.types
            for each in references
            if not each.path.endswith(f".{table.LABEL_NAME}")
        }
        return self._value(self._own.properties.get(name), new, old, raw, (name,))

    def _value(self, own: Node | None, new: Any, old: Any, raw: Any, path: Path) -> Any:
        if raw is not None and new == old:
            return raw
        if is_named(new):
            return self._reference((new["type"],), new[NAME])
        if isinstance(new, str):
            return self._text(own, new, path)
        if isinstance(new, Mapping):
            return self._object(own, new, old, raw, path)
        if isinstance(new, list):
            return self._list(own, new, old, raw, path)
        return new

    def _text(self, own: Node | None, new: str, path: Path) -> Any:
        if own is None:
            return new
        types = self._named.get(format_path(path))
        if types and own.kind == "object":
            return self._reference(types, new)
        if own.kind in {"integer", "number"}:
            return int(datetime.fromisoformat(new).timestamp() * 1000)
        return new

    def _reference(self, types: tuple[str, ...], fqn: str) -> dict[str, Any]:
        entity_type, id = self._id_of(types, fqn)
        return {"id": id, "type": entity_type, NAME: fqn}

    def _object(
        self, own: Node | None, new: Mapping[str, Any], old: Any, raw: Any, path: Path
    ) -> dict[str, Any]:
        before = old if isinstance(old, Mapping) else {}
        there = raw if isinstance(raw, Mapping) else {}
        known = {} if own is None else own.properties
        found = {name: each for name, each in there.items() if name in new or name not in before}
        for name, each in new.items():
            inner = (before.get(name), there.get(name), (*path, name))
            found[name] = self._value(known.get(name), each, *inner)
        return found

    def _list(self, own: Node | None, new: list[Any], old: Any, raw: Any, path: Path) -> list[Any]:
        item = None if own is None else own.items
        before = old if isinstance(old, list) else []
        there = raw if isinstance(raw, list) else []
        found, used = [], []
        for number, each in enumerate(new):
            present = _like(each, there)
            used.append(present)
            found.append(self._value(item, each, _like(each, before), present, (*path, number)))
        used += [_like(each, there) for each in before]
        # What documents do not have of a list is what servers derived: it stays.
        rest = [each for each in there if not any(each is other for other in used)]
        return [*found, *(each for each in rest if isinstance(each, Mapping))]


def _like(item: Any, items: list[Any]) -> Any:
    """Return the item of a list that has the same name as another one; None without one."""
    if isinstance(item, str):
        names = (NAME, "name")
        matches = (
            each for each in items
            if each == item or (isinstance(each, Mapping) and item in map(each.get, names))
        )  # fmt: skip
        return next(matches, None)
    if isinstance(item, Mapping):
        key = next((name for name in _KEYS if isinstance(item.get(name), str)), None)
        if key is not None:
            same = (
                each for each in items if isinstance(each, Mapping) and each.get(key) == item[key]
            )
            return next(same, None)
    return None
