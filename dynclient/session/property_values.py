"""Values of custom properties, validated by their definitions on the server.

An entity keeps them in ``extension``; the definitions are part of the type that the server has for
each entity type. They are read when a value is changed, and kept for a short time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cachetools import TTLCache

from dynclient import model
from dynclient.errors import Forbidden, NotFound, Problem, RequestInvalid, UnknownCollection
from dynclient.schema import date_patterns
from dynclient.suggestions import nearest
from dynclient.validation import validator

if TYPE_CHECKING:
    from dynclient.operations.operation import Plan
    from dynclient.schema import Node, Release
    from dynclient.session.session import Session
    from dynclient.transport.request import Request

FIELD = "extension"
DEFINITIONS = "customProperties"
_TYPE = "type"
SECONDS = 60.0
"""Time for which definitions are kept."""
_DOCUMENTS = ("type/basic.json", "type/customProperties/complexTypes.json")
"""The documents with the types of properties, under the names that servers have for them."""

Definition = Mapping[str, Any]


class PropertyDefinitions:
    """The custom properties of each entity type; may be shared by threads.

    Args:
        session: sends the requests.
        clock: returns the present time in seconds.
    """

    def __init__(self, session: Session, clock: Callable[[], float] = time.monotonic) -> None:
        self._session = session
        self._cache: TTLCache[str, dict[str, Definition] | None]
        self._cache = TTLCache(1_000, SECONDS, timer=clock)
        self._lock = threading.Lock()

    def of(self, entity_type: str, *, fresh: bool = False) -> dict[str, Definition] | None:
        """Return the definitions of an entity type by name; None if they cannot be read.

        Args:
            entity_type: name of the entity type, ``table``.
            fresh: whether to read them even if they are known.
        """
        with self._lock:
            if not fresh and entity_type in self._cache:
                return self._cache[entity_type]
        found = self._read(entity_type)
        with self._lock:
            self._cache[entity_type] = found
        return found

    def forget(self, entity_type: str) -> None:
        """Drop what is known of an entity type."""
        with self._lock:
            self._cache.pop(entity_type, None)

    def _read(self, entity_type: str) -> dict[str, Definition] | None:
        from dynclient.operations.operation import Plan

        try:
            operation = self._session.find(_TYPE).operations["get_by_name"]
            found = self._session.call(Plan(operation, {"fqn": entity_type, "fields": DEFINITIONS}))
        except (NotFound, Forbidden, UnknownCollection):
            return None  # the server decides about the values
        return {one["name"]: one for one in model.raw(found).get(DEFINITIONS) or ()}


def check_changes(
    session: Session, node: Node, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Raise an error if the changed custom properties of an entity are not valid.

    Those that are not changed are not validated, so that one that is wrong already does not
    prevent changes of others.

    Args:
        session: the session of the server.
        node: the schema node of the entity type.
        before: the JSON of the entity as the server returned it.
        after: the JSON that is intended.

    Raises:
        RequestInvalid: a property is not defined, or has a wrong value; lists all problems.
    """
    old, new = before.get(FIELD), after.get(FIELD)
    if new is None or old == new or node.entity is None:
        return
    if isinstance(new, Mapping):
        kept = old if isinstance(old, Mapping) else {}
        changed = {name: new[name] for name in new if name not in kept or kept[name] != new[name]}
        found = problems(session, node.entity.name, changed)
    else:
        kind = type(new).__name__
        message = f"must be an object with a value for each custom property, not {kind}"
        found = [Problem(FIELD, kind, "type", message)]
    if found:
        raise RequestInvalid(what=f"the changed {node.type_name}", problems=found)


def check_request(session: Session, plan: Plan, request: Request) -> None:
    """Raise an error if the custom properties of a create request are not valid.

    Args:
        session: the session of the server.
        plan: the plan of the request.
        request: the request; its body is valid by its schema.

    Raises:
        RequestInvalid: a property is not defined, or has a wrong value; lists all problems.
    """
    body, entity = request.json, plan.operation.entity_type
    values = body.get(FIELD) if isinstance(body, Mapping) else None
    if entity is None or not isinstance(values, Mapping):
        return
    found = problems(session, entity.name, values)
    if found:
        what = session.release.node(plan.operation.body or entity.path).type_name
        raise RequestInvalid(what=what, problems=found)


def problems(session: Session, entity_type: str, values: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with values of custom properties; nothing if it cannot be known.

    Args:
        session: the session of the server.
        entity_type: name of the entity type, ``table``.
        values: JSON values by the name of the property.
    """
    if not values:
        return []
    for fresh in (False, True):  # the definitions may have been changed meanwhile
        known = session.property_definitions.of(entity_type, fresh=fresh)
        if known is None:
            return []
        found = [
            problem
            for name, value in values.items()
            for problem in _problems(session.release, entity_type, known, name, value)
        ]
        if not found:
            return []
    return found


def property_type(definition: Definition) -> str:
    """Return the name of the type of a property, ``string``."""
    return str((definition.get("propertyType") or {}).get("name"))


def config_of(definition: Definition) -> Any:
    """Return the settings of a property: a format, values, columns or entity types; or None."""
    return (definition.get("customPropertyConfig") or {}).get("config")


def type_node(release: Release, name: str) -> Node | None:
    """Return the schema node of a type of properties; None if the release does not have it."""
    for path in _DOCUMENTS:
        if path in release.paths and name in (release.document(path).get("definitions") or {}):
            return release.node(path, f"/definitions/{name}")
    return None


def _problems(
    release: Release, entity_type: str, known: Mapping[str, Definition], name: str, value: Any
) -> Iterator[Problem]:
    path = f"{FIELD}[{name!r}]"
    if name not in known:
        names = f"; it has {', '.join(sorted(known)) or 'none'}"
        near = nearest(name, known)
        message = f"{entity_type} has no custom property {name!r}{'' if near else names}"
        yield Problem(path, value, "property", message, near)
        return
    kind, config = property_type(known[name]), config_of(known[name])
    node = type_node(release, kind)
    listed = [] if node is None else validator(release).check(node, value)
    for problem in listed:
        yield problem._replace(path=path + (problem.path and f".{problem.path}"))
    if listed:
        return
    checks = [_date(config, value), _choice(config, value), _rows(config, value)]
    if kind.startswith("entityReference"):
        checks.append(_reference(config, value))
    for message, near in checks:
        if message:
            yield Problem(path, value, "property", message, near)


_Result = tuple[str, tuple[str, ...]]
_VALID: _Result = ("", ())


def _date(config: Any, value: Any) -> _Result:
    """Validate a date or time by its pattern."""
    if not isinstance(config, str) or not isinstance(value, str):
        return _VALID
    if not date_patterns.is_known(config) or date_patterns.matches(config, value):
        return _VALID
    return f"must have the format {config}, not {value!r}", ()


def _choice(config: Any, value: Any) -> _Result:
    """Validate the chosen values of an enumeration."""
    allowed = config.get("values") if isinstance(config, Mapping) else None
    if not isinstance(allowed, list) or not isinstance(value, list):
        return _VALID
    if len(value) > 1 and not config.get("multiSelect"):
        return f"takes one value only, not {value!r}", ()
    wrong = [one for one in value if one not in allowed]
    if not wrong:
        return _VALID
    near = nearest(str(wrong[0]), allowed)
    names = "" if near else f" of {', '.join(map(str, allowed))}"
    return f"must be one{names or ' of the values of the property'}, not {wrong[0]!r}", near


def _reference(config: Any, value: Any) -> _Result:
    """Validate references by the entity types that the property allows."""
    types = config if isinstance(config, list) else []
    for one in value if isinstance(value, list) else [value]:
        if not isinstance(one, Mapping) or not isinstance(one.get("id"), str):
            return f"must be a reference with id and type, not {type(one).__name__}", ()
        if types and one.get("type") not in types:
            return f"must refer to a {' or '.join(types)}, not a {one.get('type')}", ()
    return _VALID


def _rows(config: Any, value: Any) -> _Result:
    """Validate the columns of a table."""
    allowed = config.get("columns") if isinstance(config, Mapping) else None
    if not isinstance(allowed, list) or not isinstance(value, Mapping):
        return _VALID
    names = [*(value.get("columns") or ()), *(n for row in value.get("rows") or () for n in row)]
    wrong = [name for name in names if name not in allowed]
    if not wrong:
        return _VALID
    columns = ", ".join(allowed)
    return f"has the columns {columns}, not {wrong[0]!r}", nearest(str(wrong[0]), allowed)
