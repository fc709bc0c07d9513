"""The fields of a create request, taken from the JSON of the entity that it would create."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.data import data_file
from dynclient.documentation import document_fields
from dynclient.drift import table
from dynclient.drift.labels import label_entity
from dynclient.schema.node import SERVICE_TYPE_FIELD
from dynclient.schema.unions import Union
from dynclient.validation.messages import format_path

if TYPE_CHECKING:
    from dynclient.schema import EntityType, Node, Release

NAME = "fullyQualifiedName"
Path = tuple[str | int, ...]

_EMPTY: tuple[Any, ...] = (None, "", [], {})
_DERIVED = "Derived"
"""The type of the labels that servers add because of another label."""


@document_fields
class LeftOut(NamedTuple):
    """Something that an entity has and its create request cannot say.

    Attributes:
        path: Its place in the entity in Python syntax, ``votes``, ``columns[2].profile``; empty if
            it is about the whole entity.
        reason: Why it is left out, in one sentence.
    """

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}" if self.path else self.reason


@document_fields
class Reference(NamedTuple):
    """An entity that a create request refers to.

    Attributes:
        path: Its place in the request in Python syntax, ``owners[0]``.
        type: Name of its entity type, ``user``.
        fqn: Its fully qualified name.
        id: Its id on the server that the entity comes from; empty if it is not known.
    """

    path: str
    type: str
    fqn: str
    id: str = ""


def is_reference(value: Any) -> bool:
    """Return whether JSON is a reference to an entity, with its id or by its name."""
    return isinstance(value, dict) and "type" in value and ("id" in value or value.keys() == {
        "type", NAME,
    })  # fmt: skip


class _Omitted(Exception):
    """A value has no place in the request; it was reported if it has to be."""


class RequestFields:
    """Builds one create request.

    Args:
        release: the release of the entity and of the request.
        entity: the entity type.
        create: path of the schema of its create request.
        portable: whether the request is for any server, see ``create_request``.

    Attributes:
        left_out: what was left out so far, except for what servers set themselves.
        references: the references in the request so far.
    """

    def __init__(
        self, release: Release, entity: EntityType, create: str, *, portable: bool
    ) -> None:
        self._entity = entity
        self._create = release.node(create)
        self._own = release.node(entity.path)
        self._portable = portable
        self._facts = data_file("create_requests.json")
        self._service_type: Any = None
        self.left_out: list[LeftOut] = []
        self.references: list[Reference] = []

    def request(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Return the request of an entity.

        Args:
            raw: the JSON of the entity.
        """
        self._service_type = raw.get(SERVICE_TYPE_FIELD)
        found: dict[str, Any] = {}
        for name, place in self._create.properties.items():
            value = self._value_of(raw, name)
            if value is None or self._repeats(name):
                continue
            if value == [] and name not in self._create.required:
                continue
            try:
                found[name] = self._value(place, self._own.properties.get(name), value, (name,))
            except _Omitted:
                continue
        for name, value in raw.items():
            if name not in self._create.properties:
                self._report(name, value, raw)
        return found

    def patched(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields that the request lacks and that a patch sets, in their portable form.

        Args:
            raw: the JSON of the entity.
        """
        return {
            name: converted
            for name in self._facts["patched"]
            if raw.get(name) not in _EMPTY and name not in self._create.properties
            and (converted := self.own_value(name, raw[name])) not in _EMPTY
        }  # fmt: skip

    def own_value(self, name: str, value: Any) -> Any:
        """Return the value of a field of the entity in its portable form; None if it has none.

        Args:
            name: of the field.
            value: its value.
        """
        place = self._own.properties.get(name)
        is_initial = name in self._facts["initial"].get(self._entity.name, ())
        if place is None or (value == place.default and not is_initial):
            return None
        try:
            return self._value(place, place, value, (name,))
        except _Omitted:
            return None

    def portable(self, place: Node, value: Any) -> Any:
        """Return any JSON of the release in its portable form.

        Args:
            place: its schema node.
            value: the JSON.
        """
        return self._value(place, place, value, ())

    def _value_of(self, raw: Mapping[str, Any], name: str) -> Any:
        """Return what an entity has for a field of its create request, which may be elsewhere."""
        value = raw.get(name)
        if value is not None:
            return value
        for row in self._facts["sources"]:
            if row["entity"] == self._entity.name and row["field"] == name:
                found: Any = raw
                for step in row["from"].split("."):
                    found = found.get(step) if isinstance(found, Mapping) else None
                return found
        return None

    def _repeats(self, name: str) -> bool:
        """Return whether a field of a portable request repeats what other entities say."""
        row = self._facts["inverse"].get(f"{self._entity.name}.{name}")
        if not self._portable or row is None:
            return False
        other, _, field = row.partition(".")
        entity = self._create.release.entities.get(other)
        return (
            entity is not None
            and entity.create is not None
            and field in self._create.release.node(entity.create).properties
        )

    # -- what is left out --------------------------------------------------------------------------

    def _report(self, name: str, value: Any, raw: Mapping[str, Any]) -> None:
        """Report a field of the entity that the request lacks, unless servers set it."""
        if name in self._facts["server_fields"] or value in _EMPTY or self._is_source(name):
            return
        for row in self._facts["derived"]:
            if name in row["fields"]:
                return
        node = self._own.properties.get(name)
        if node is not None and value == node.default:
            return
        if is_reference(value) and self._is_above(value, raw):
            return
        self._leave_out((name,), self._reason(name))

    def missing(self) -> dict[str, str]:
        """Return the fields of the entity type that no request has, each with the reason.

        What servers set themselves, or take from other entities, is not listed.
        """
        derived = {name for row in self._facts["derived"] for name in row["fields"]}
        known = {*self._facts["server_fields"], *derived, *self._create.properties}
        return {
            name: self._reason(name)
            for name in self._own.properties
            if name not in known and not self._is_source(name)
        }

    def _is_source(self, name: str) -> bool:
        return any(
            row["entity"] == self._entity.name and row["from"].partition(".")[0] == name
            for row in self._facts["sources"]
        )

    @staticmethod
    def _is_above(reference: Mapping[str, Any], raw: Mapping[str, Any]) -> bool:
        """Return whether a reference is to an entity that contains this one, as its name says."""
        above, own = reference.get(NAME), raw.get(NAME)
        return bool(above) and isinstance(own, str) and own.startswith(f"{above}.")

    def _reason(self, name: str) -> str:
        for row in self._facts["reasons"]:
            if name in row["fields"]:
                return str(row["reason"])
        return f"{self._create.type_name} has no field {name} in release {self._release_name}"

    @property
    def _release_name(self) -> str:
        return self._create.release.name

    def _leave_out(self, path: Path, reason: str) -> None:
        self.left_out.append(LeftOut(format_path(path), reason))

    # -- values ------------------------------------------------------------------------------------

    def _value(self, place: Node | None, own: Node | None, value: Any, path: Path) -> Any:
        """Return a value of the entity as the request has it.

        Args:
            place: the schema node of its place in the request; None where no schema has it.
            own: the schema node of its place in the entity, or None.
            value: the value.
            path: of the place in the request.

        Raises:
            _Omitted: it has no place in the request.
        """
        if place is None or not isinstance(value, (dict, list)):
            return _as_date(value) if place is not None and _is_time(place, value) else value
        if place.kind == "union":
            if not _has_reference(value):
                return value  # connections and the like, which servers store as they were sent
            branch = Union(place).branch(value, lambda: self._service_type)
            if branch is None:
                return value
            place = branch
        if isinstance(value, list):
            return self._list(place, own, value, path)
        if is_reference(value) and _takes_reference(place):
            return self._reference(place, value, path)
        if place.kind in {"string", "enum"}:
            return self._text(place, value, path)
        if place.type_name == table.LABEL:
            return self._label(value, path)
        if place.kind == "object":
            return self._object(place, value, path)
        if place.kind == "map":
            return {
                name: self._value(place.values, None, inner, (*path, name))
                for name, inner in value.items()
            }
        return value

    def _list(self, place: Node, own: Node | None, value: list[Any], path: Path) -> list[Any]:
        item, own_item = place.items, None if own is None else own.items
        found: list[Any] = []
        for each in value:
            try:
                found.append(self._value(item, own_item, each, (*path, len(found))))
            except _Omitted:
                continue
        if self._portable and any(map(is_unordered, value)):
            found = self._sorted(found, path)
        return found

    def _sorted(self, items: list[Any], path: Path) -> list[Any]:
        """Return references and labels in an order that does not depend on the server.

        The references in them are numbered as they are sorted.
        """
        found = [*map(sort_key, items)]
        order = sorted(range(len(items)), key=found.__getitem__)
        prefix = format_path(path)
        places = {f"{prefix}[{old}]": f"{prefix}[{new}]" for new, old in enumerate(order)}
        ends = ("", f".{table.LABEL_NAME}")
        renamed = {before + end: after + end for before, after in places.items() for end in ends}
        self.references = [
            each._replace(path=renamed.get(each.path, each.path)) for each in self.references
        ]
        return [items[number] for number in order]

    def _reference(self, place: Node, value: dict[str, Any], path: Path) -> Any:
        """Return a reference as the request takes it: by name, by id or as it is."""
        if value.get("inherited"):
            raise _Omitted
        name, kind, id = value.get(NAME) or value.get("name"), value["type"], value.get("id", "")
        if value.get("deleted"):
            self._leave_out(path, f"It refers to {kind} {name}, which is deleted")
            raise _Omitted
        is_name = place.kind != "object" and place.format != "uuid"
        if not isinstance(name, str) and (self._portable or is_name):
            self._leave_out(path, "It refers to an entity of which the response has no name")
            raise _Omitted
        self.references.append(Reference(format_path(path), kind, name or "", id))
        if is_name:
            return value.get("name", name) if place.kind == "enum" else name
        if self._portable:
            return {"type": kind, NAME: name}
        if place.kind != "object":
            return id
        known = ("id", "type", "name", NAME)
        return {key: value[key] for key in known if key in value and key in place.properties}

    def _text(self, place: Node, value: dict[str, Any], path: Path) -> Any:
        """Return an object of the entity as the text that the request has in its place."""
        for name, inner in value.items():
            if is_reference(inner):
                self._report_rest(value, name, path)
                return self._reference(place, inner, path)
        for name, inner in value.items():
            if isinstance(inner, str):
                self._report_rest(value, name, path)
                return inner
        self._leave_out(path, f"{self._create.type_name} takes a text here")
        raise _Omitted

    def _report_rest(self, value: Mapping[str, Any], used: str, path: Path) -> None:
        """Report the parts of an object other than the one that the request has instead of it."""
        defaults = next((row.others for row in table.items() if row.inner == used), {})
        for name, inner in value.items():
            if name != used and inner not in _EMPTY and defaults.get(name) != inner:
                reason = f"{self._create.type_name} takes only the {used} of it"
                self._leave_out((*path, name), reason)

    def _label(self, value: dict[str, Any], path: Path) -> dict[str, Any]:
        """Return a label without what servers add to it."""
        if value.get("labelType") == _DERIVED:
            raise _Omitted
        kind, name = label_entity(value), value.get(table.LABEL_NAME)
        if kind is not None and isinstance(name, str):
            place = format_path((*path, table.LABEL_NAME))
            self.references.append(Reference(place, kind, name))
        added = data_file("labels.json")["derived"]
        return {
            name: inner for name, inner in value.items() if name not in added and inner is not None
        }

    def _object(self, place: Node, value: dict[str, Any], path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        known = place.properties
        self._service_type = value.get(SERVICE_TYPE_FIELD, self._service_type)
        for name, inner in value.items():
            here = (*path, name)
            if inner is None or name in self._facts["nested_server_fields"]:
                continue
            if self._portable and inner == [] and name not in place.required:
                continue
            if name in self._facts["nested_results"]:
                if inner not in _EMPTY:
                    self._leave_out(here, self._reason(name))
                continue
            if name not in known and place.closed:
                if inner not in _EMPTY:
                    self._leave_out(here, f"{place.type_name} has no field {name} here")
                continue
            try:
                found[name] = self._value(known.get(name) or place.values, None, inner, here)
            except _Omitted:
                continue
        return found


def _has_reference(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_has_reference, value))
    if not isinstance(value, dict):
        return False
    return is_reference(value) or any(map(_has_reference, value.values()))


def _is_time(place: Node, value: Any) -> bool:
    """Return whether a value is a time in milliseconds, where the request takes a text."""
    return type(value) is int and place.kind == "string" and place.format == "date-time"


def _as_date(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _takes_reference(place: Node) -> bool:
    return place.kind in {"string", "enum"} or place.type_name == table.REFERENCE


def is_unordered(value: Any) -> bool:
    """Return whether an item is of a list that servers return in any order."""
    return is_reference(value) or (isinstance(value, dict) and table.LABEL_NAME in value)


def sort_key(value: Any) -> tuple[str, ...]:
    """Return what references and labels are sorted by in documents."""
    if not isinstance(value, Mapping):
        return (str(value),)
    return tuple(str(value.get(name, "")) for name in ("type", NAME, "source", table.LABEL_NAME))
