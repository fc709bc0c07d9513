"""Which fields a server returns only on request, and the names in ``fields=`` that request them.

``data/requested_fields.json`` has what real servers of some releases do, by entity type. Another
release follows the nearest of them. A field that this one does not know is decided by its schema:
references, labels, ``extension``, votes, usage, life cycle and the last value of a time series are
stored apart from the entity, so that servers return them only on request. All other fields are
returned whenever they are set.

A path names a field from the root of the entity, ``columns[].tags``. Properties that contain
themselves are listed to the first repetition: ``columns[].children[].tags`` stands for every
deeper level too, see :func:`repeated_once`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from dynclient.data import data_file
from dynclient.drift import table

if TYPE_CHECKING:
    from dynclient.schema import EntityType, Node, Release

Kind = Literal["get", "list", "write"]
"""What an answer is for: a GET of one entity, a row of a list, or a POST, PUT or PATCH."""

_REFERENCES = {"EntityReference", "EntityReferenceList"}
_LABEL = "TagLabel"
_APART = {"Votes", "UsageDetails", "LifeCycle"}
_EXTENSION = "extension"
_NOTHING: frozenset[str] = frozenset()
_MAX_DEPTH = 4
"""The number of nested objects in which labels are searched; containers nest three."""


class _Row(NamedTuple):
    """What one release does for one entity type."""

    on_request: tuple[str, ...] = ()
    """Top-level fields that are returned only on request."""
    plain: tuple[str, ...] = ()
    """Fields that are always returned, though their schemas say otherwise."""
    needs: Mapping[str, list[str]] = {}
    """The names that request a path, where they are not its own."""


class _Fields(NamedTuple):
    """What one entity type of the release in use returns on request."""

    needed: Mapping[str, tuple[str, ...]]
    """The names that request a path, by path."""
    properties: frozenset[str]
    absent: frozenset[str]


def requested_fields(release: Release) -> RequestedFields:
    """Return which fields servers of a release return only on request; kept with the release."""
    return release.memo("requested_fields", RequestedFields)


class RequestedFields:
    """Which fields servers of one release return only on request.

    Args:
        release: the release.
    """

    def __init__(self, release: Release) -> None:
        self._release = release
        self._known: dict[str, _Fields] = {}

    def __repr__(self) -> str:
        return f"<RequestedFields of {self._release.name}>"

    def absent(self, entity_type: str, kind: Kind) -> frozenset[str]:  # noqa: ARG002
        """Return the paths that an answer leaves out without ``fields=``, though they may be set.

        A path that an answer contains nevertheless was read: the answer to a POST contains the
        owners that were sent. The lists and the answers to writes of all servers that are known
        leave out what a GET leaves out.

        Args:
            entity_type: name of the entity type, ``table``; for an unknown one nothing is absent.
            kind: what the answer is for.
        """
        return self._of(entity_type).absent

    def needed(self, entity_type: str, path: str) -> tuple[str, ...]:
        """Return the names that ``fields=`` must contain for a GET or a list to return a path.

        Args:
            entity_type: name of the entity type, ``table``.
            path: of the field or of anything in it, ``columns[].tags``. Its first name may be that
                of another release: ``owner`` is requested as ``owners`` where that replaced it.

        Returns:
            The names, ``("columns", "tags")``; empty if the path need not be requested.
        """
        fields = self._of(entity_type)
        path = repeated_once(self._own_path(entity_type, path, fields.properties))
        while path:
            if path in fields.needed:
                return fields.needed[path]
            path = _container(path)
        return ()

    def given(self, entity_type: str, fields: Iterable[str]) -> frozenset[str]:
        """Return the paths that names in ``fields=`` add to an answer, also together.

        Args:
            entity_type: name of the entity type, ``table``.
            fields: the names, which may be those of other releases; ``*`` stands for all.
        """
        known = self._of(entity_type)
        names = {self._own_path(entity_type, name.strip(), known.properties) for name in fields}
        if "*" in names:
            return known.absent
        return frozenset(path for path, needed in known.needed.items() if names.issuperset(needed))

    def _of(self, entity_type: str) -> _Fields:
        found = self._known.get(entity_type)
        if found is None:
            found = self._known[entity_type] = self._build(entity_type)
        return found

    def _build(self, entity_type: str) -> _Fields:
        entity = self._release.entities.get(entity_type)
        if entity is None:
            return _Fields({}, _NOTHING, _NOTHING)
        node = self._release.find(entity.path)
        row, is_own = _nearest_row(entity_type, self._release.version)
        properties = frozenset(node.properties)
        decided = {name for name in node.properties if is_stored_apart(node, name)}
        decided.update(_own_names(row.on_request, entity))
        if not is_own:
            decided |= _common_names() & properties
        decided -= {*_own_names(row.plain, entity)}
        needed = {path: self._names(row, entity, path) for path in sorted(decided & properties)}
        for path in sorted(_nested(node, decided)):
            needed[path] = self._names(row, entity, path)
        return _Fields(needed, properties, frozenset(needed))

    def _names(self, row: _Row, entity: EntityType, path: str) -> tuple[str, ...]:
        first, _, rest = path.partition(".")
        last = rest.rpartition(".")[2]
        # Objects in objects are filled as those that contain them.
        names = row.needs.get(f"{first}.{last}" if rest else path)
        if names is not None:
            return tuple(_own_names(names, entity))
        return (first.removesuffix("[]"), last) if rest else (path,)

    def _own_path(self, entity_type: str, path: str, properties: frozenset[str]) -> str:
        """Return a path with its first name as this release has it."""
        name = _first(path)
        if name in properties or entity_type not in self._release.entities:
            return path
        entity = self._release.entities[entity_type]
        alias = table.find_alias(name, properties, entity.path)
        return path if alias is None else alias.name + path[len(name) :]


def field_names(fields: str | Iterable[Any] | None) -> list[str]:
    """Return the names in ``fields=`` as a user passed it: a list, or a text with commas."""
    names = fields.split(",") if isinstance(fields, str) else fields or ()
    return [str(name).strip() for name in names]


def is_stored_apart(node: Node, name: str) -> bool:
    """Return whether servers store a property apart from its entity, by its schema.

    Args:
        node: the schema node of the entity type or of an object in it.
        name: the property.
    """
    if name == _EXTENSION:
        return True
    found = node.properties[name]
    item = found.items if found.kind == "array" else found
    if item is None:
        return False
    if item.type_name in _REFERENCES or table.boxed(item.target.ref) is not None:
        return True
    if _is_label(item) or item.type_name in _APART:
        return True
    # An object with the time at which it was measured is the last value of a time series.
    return found.kind == "object" and "timestamp" in found.properties


def _is_label(node: Node) -> bool:
    """Return whether a value is a label, or nothing but a label with its dates."""
    if node.type_name == _LABEL:
        return True
    return any(inner.type_name == _LABEL for inner in node.properties.values())


def _nested(node: Node, names: Iterable[str]) -> Iterator[str]:
    """Yield the paths of labels and the like in the objects that an entity contains.

    They have the names that can be requested of the entity; anything else in an object is returned
    with the object. A name that the entity itself lacks is requested for its objects only.
    """
    own = node.properties
    kinds = {name: _kind(own[name]) if name in own else None for name in names}

    def below(place: Node, path: str, entered: tuple[str, ...]) -> Iterator[str]:
        for name, found in place.properties.items():
            inner = found.items if found.kind == "array" else found
            here = f"{path}.{name}"
            if name in kinds and kinds[name] in {None, _kind(found)}:
                yield here
            elif inner is not None:
                here += "[]" * (found.kind == "array")
                yield from enter(inner, here, entered)

    def enter(place: Node, path: str, entered: tuple[str, ...]) -> Iterator[str]:
        ref = place.target.ref
        if place.kind != "object" or place.entity is not None:
            return
        if entered.count(ref) < 2 and len(entered) < _MAX_DEPTH:
            yield from below(place, path, (*entered, ref))

    for name, found in node.properties.items():
        if not is_stored_apart(node, name):
            inner = found.items if found.kind == "array" else found
            if inner is not None:
                yield from enter(inner, name + "[]" * (found.kind == "array"), ())


def _kind(node: Node) -> tuple[str, str]:
    item = node.items if node.kind == "array" else node
    return node.kind, item.type_name if item is not None and item.kind == "object" else ""


def repeated_once(path: str) -> str:
    """Return a path with each run of equal names shortened to one.

    ``columns[].children[].children[].tags`` becomes ``columns[].children[].tags``.
    """
    names = path.split(".")
    kept = [name for name, before in zip(names, [None, *names], strict=False) if name != before]
    return ".".join(kept)


def _container(path: str) -> str:
    """Return the path of the object or list that contains a place; empty for the root."""
    return path.removesuffix("[]") if path.endswith("[]") else path.rpartition(".")[0]


def _first(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]


def _own_names(names: Iterable[str], entity: EntityType) -> Iterator[str]:
    """Yield names of fields as an entity type of the release in use has them."""
    for name in names:
        alias = None
        if name not in entity.properties:
            alias = table.find_alias(name, entity.properties, entity.path)
        yield name if alias is None else alias.name


# -- the facts -------------------------------------------------------------------------------------


def _releases() -> Mapping[str, Mapping[str, Any]]:
    facts: Mapping[str, Mapping[str, Any]] = data_file("requested_fields.json")["releases"]
    return facts


def _nearest_row(entity_type: str, version: tuple[int, ...]) -> tuple[_Row, bool]:
    """Return the row of the nearest release, and whether it is of this release."""
    known = {name: rows[entity_type] for name, rows in _releases().items() if entity_type in rows}
    if not known:
        return _Row(), False
    own = _distance_key(version) if version else max(map(_number, known))
    nearest = min(known, key=lambda name: (abs(_number(name) - own), -_number(name)))
    return _Row(**known[nearest]), bool(version) and _number(nearest) == own


def _number(release: str) -> int:
    return _distance_key(tuple(int(part) for part in release.split(".")))


def _distance_key(version: tuple[int, ...]) -> int:
    major, minor = (*version, 0)[:2]
    return major * 1000 + minor


def _common_names() -> frozenset[str]:
    """Return the names that several entity types return on request, in any release."""
    found: Counter[str] = Counter()
    always: set[str] = set()
    for rows in _releases().values():
        counted: Counter[str] = Counter()
        for row in rows.values():
            counted.update(row.get("on_request", ()))
            always.update(row.get("plain", ()))
        found |= counted
    return frozenset(name for name, count in found.items() if count > 1) - always
