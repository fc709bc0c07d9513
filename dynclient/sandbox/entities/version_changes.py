"""Compare two states of an entity: its ``changeDescription`` and its next version.

Both states are whole entities as responses contain them, with references and labels resolved.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities.secret_fields import mask_secrets
from dynclient.sandbox.json_codec import dumps

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel
    from dynclient.sandbox.rules import Rules

FIRST_VERSION = 0.1
"""The version of a new entity."""
MINOR, MAJOR = 0.1, 1.0

_MEMBER_SKIPPED = {
    "name", "fullyQualifiedName", "profile", "customMetrics", "dataTypeDisplay", "ordinalPosition",
}  # fmt: skip


class Change:
    """The differences between two states; true if there are any."""

    def __init__(self) -> None:
        self.added: list[dict[str, Any]] = []
        self.updated: list[dict[str, Any]] = []
        self.deleted: list[dict[str, Any]] = []
        self.major = False

    def __bool__(self) -> bool:
        return bool(self.added or self.updated or self.deleted)

    def record(self, name: str, old: Any, new: Any) -> None:
        """Record one field as added (``old`` is None), deleted (``new`` is None) or updated."""
        if old is None:
            self.added.append({"name": name, "newValue": new})
        elif new is None:
            self.deleted.append({"name": name, "oldValue": old})
        else:
            self.updated.append({"name": name, "oldValue": old, "newValue": new})

    def description(self, previous: float) -> dict[str, Any]:
        """Return the ``changeDescription`` since version ``previous``."""
        return {
            "fieldsAdded": self.added,
            "fieldsUpdated": self.updated,
            "fieldsDeleted": self.deleted,
            "previousVersion": previous,
        }


def next_version(version: float, *, major: bool) -> float:
    """Return the version after a change; 1.9 is followed by 2.0."""
    return round(version + (MAJOR if major else MINOR), 1)


_ENCRYPTED = ('"old-encrypted-value"', '"new-encrypted-value"')
"""What replaces a field with secrets in a change, as JSON text."""


class Differ:
    """Compares the states of one entity type."""

    def __init__(self, model: EntityModel, rules: Rules, *, patched: bool = False) -> None:
        self._model = model
        self._untracked = rules.names("untracked", model.type) | (
            model.on_request - model.for_update
        )
        self._as_values = rules.names("values_in_changes", model.type)
        self._always = rules.names("changed_by_any_patch", model.type) if patched else frozenset()
        self._breaking = rules.names("breaking_when_removed", model.type)
        self._encrypted = rules.names("encrypted_in_changes", model.type)
        self._compared = rules.table("compared_as_members").get(model.type, {})
        self._members = {group.path[0]: group for group in model.members if len(group.path) == 1}

    def compare(self, old: dict[str, Any], new: dict[str, Any]) -> Change:
        """Return what changed from ``old`` to ``new``."""
        change = Change()
        for name in self._model.fields:
            if name in self._untracked:
                continue
            before, after = _without_inherited(old.get(name)), _without_inherited(new.get(name))
            group = self._members.get(name)
            if group is not None:
                below = group.children
                self._compare_members(change, name, below, before or [], after or [])
            elif name in self._compared:
                self._compare_members(
                    change, name, None, before or [], after or [], self._compared[name]
                )
            elif isinstance(before, list) or isinstance(after, list):
                self._compare_lists(change, name, before or [], after or [])
            elif not _is_same(before, after) or (name in self._always and after is not None):
                if name in self._encrypted:
                    if after is not None:  # servers do not record that it was removed
                        change.record(name, *_ENCRYPTED)
                elif name == "extension":
                    _compare_extensions(change, before or {}, after or {})
                else:
                    change.record(
                        name, self._change_value(name, before), self._change_value(name, after)
                    )
        return change

    def _change_value(self, name: str, value: Any) -> Any:
        if name in self._model.secret_fields:
            value = mask_secrets(self._model, {name: value})[name]
        if value is None or name in self._as_values:
            return value
        if isinstance(value, dict | list):
            return dumps(value)
        return value

    def _compare_lists(self, change: Change, name: str, old: list[Any], new: list[Any]) -> None:
        key = _key_of(old, new)
        if name in self._as_values:
            if not _is_same(old, new):
                change.record(name, old or None, new or None)
            return
        added, deleted = _split(old, new, key)
        if added:
            change.added.append({"name": name, "newValue": self._change_value(name, added)})
        if deleted:
            change.deleted.append({"name": name, "oldValue": self._change_value(name, deleted)})
            change.major = change.major or name in self._breaking

    def _compare_members(
        self,
        change: Change,
        name: str,
        children: str | None,
        old: list[Any],
        new: list[Any],
        kind: str | None = None,
    ) -> None:
        """Compare lists of named members.

        Args:
            change: the differences to add to.
            name: of the list.
            children: the field of a member that lists further members.
            old: the members before.
            new: the members after.
            kind: the field that identifies a member beside its name; None for its data type.
        """

        def key(member: Any) -> Any:
            return _member_key(member) if kind is None else (member["name"], member[kind]["id"])

        added, deleted = _split(old, new, key)
        if added:
            change.added.append({"name": name, "newValue": dumps(added)})
        if deleted:
            change.deleted.append({"name": name, "oldValue": dumps(deleted)})
            change.major = change.major or name in self._breaking
        before = {key(member): member for member in old}
        for member in new:
            stored = before.get(key(member))
            if stored is not None:
                self._compare_member(change, name, children, stored, member)

    def _compare_member(
        self,
        change: Change,
        name: str,
        children: str | None,
        old: dict[str, Any],
        new: dict[str, Any],
    ) -> None:
        for field in dict.fromkeys((*old, *new)):
            before, after = old.get(field), new.get(field)
            if field in _MEMBER_SKIPPED:
                continue
            if children is not None and field == children:
                self._compare_members(change, name, children, before or [], after or [])
                continue
            path = f"{name}.{new.get('name')}.{field}"
            if isinstance(before, list) or isinstance(after, list):
                self._compare_lists(change, path, before or [], after or [])
            elif not _is_same(before, after):
                change.record(
                    path, self._change_value(field, before), self._change_value(field, after)
                )


def _without_inherited(value: Any) -> Any:
    """Remove inherited references."""
    if isinstance(value, list):
        return [item for item in value if not (isinstance(item, dict) and item.get("inherited"))]
    if isinstance(value, dict) and value.get("inherited"):
        return None
    return value


def _is_same(old: Any, new: Any) -> bool:
    if isinstance(old, dict) and isinstance(new, dict) and "id" in old and "type" in old:
        return bool(old["id"] == new.get("id"))
    return bool(old == new) and isinstance(old, bool) == isinstance(new, bool)


def _compare_extensions(change: Change, old: dict[str, Any], new: dict[str, Any]) -> None:
    added = [{name: new[name]} for name in new if name not in old]
    deleted = [{name: old[name]} for name in old if name not in new]
    if added:
        change.added.append({"name": "extension", "newValue": dumps(added)})
    if deleted:
        change.deleted.append({"name": "extension", "oldValue": dumps(deleted)})
    for name, value in new.items():
        if name in old and not _is_same(old[name], value):
            change.record(f"extension.{name}", dumps(old[name]), dumps(value))


def _split(
    old: list[Any], new: list[Any], key: Callable[[Any], Any]
) -> tuple[list[Any], list[Any]]:
    """Return the items that only ``new`` has, and those that only ``old`` has."""
    before = {key(item) for item in old}
    after = {key(item) for item in new}
    added = [item for item in new if key(item) not in before]
    deleted = [item for item in old if key(item) not in after]
    return added, deleted


def _member_key(member: Any) -> Any:
    if not isinstance(member, dict):
        return dumps(member)
    return (member.get("name"), member.get("dataType"), member.get("arrayDataType"))


def _key_of(old: list[Any], new: list[Any]) -> Callable[[Any], Any]:
    """Return the function that identifies the items of two lists: labels, references or values."""
    sample = next((item for item in (*old, *new) if isinstance(item, dict)), {})
    field = "tagFQN" if "tagFQN" in sample else "id" if {"id", "type"} <= sample.keys() else ""

    def key(item: Any) -> str:
        found = item.get(field) if isinstance(item, dict) else None
        return found if isinstance(found, str) else dumps(item)

    return key
