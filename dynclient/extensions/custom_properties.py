"""Custom properties: defined for an entity type, set on its entities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.display.blocks import Block, Heading, Table, Text
from dynclient.display.displayed import Displayed, media_types
from dynclient.display.interactive import may_fetch
from dynclient.errors import BadArguments, DynclientError, Problem, UnknownCollection, UsageError
from dynclient.extensions.arguments import as_text
from dynclient.extensions.base import CollectionEntity, CollectionExtension, Extension
from dynclient.extensions.reference_lookup import references
from dynclient.extensions.times import timestamp
from dynclient.schema import date_patterns
from dynclient.session.property_values import (
    DEFINITIONS,
    FIELD,
    Definition,
    config_of,
    problems,
    property_type,
)
from dynclient.suggestions import nearest
from dynclient.tracebacks import public_calls

if TYPE_CHECKING:
    from dynclient.session.session import Session

_SUFFIX = "-cp"
"""The end of the names of some types, which users need not write: ``date-cp``."""
_FORMATS = {"date": "yyyy-MM-dd", "dateTime": "yyyy-MM-dd HH:mm:ss", "time": "HH:mm:ss"}
"""The formats of new properties for which none is given."""
_TYPES_BY_SETTING = {
    "values": ("enum",),
    "format": ("date", "dateTime", "time"),
    "entities": ("entityReference", "entityReferenceList"),
    "columns": ("table",),
}
"""The types of properties that take each setting."""
_FIELD_TYPES = 1000


class CustomProperties(Extension):
    """The custom properties of entity types: ``om.custom_properties("table")``."""

    name = "custom_properties"
    operations = "custom_properties"

    def __call__(self, entity: Any) -> TypeProperties:
        """Return the custom properties of an entity type; sends nothing.

        Args:
            entity: the entity type, ``table``, by any name of its collection or its class.

        Raises:
            UnknownCollection: the release has no such type.
        """
        return TypeProperties(self, self.session.find(entity).entity.name)

    def types(self) -> list[str]:
        """Return the names of the types that properties can have: ``string``, ``enum``."""
        return sorted(self.field_types())

    def field_types(self) -> dict[str, Mapping[str, Any]]:
        """Return the types that properties can have as JSON, by name."""
        arguments = {"category": "field", "page_size": _FIELD_TYPES}
        listed = [model.raw(one) for one in self.listing("field_types", arguments)]
        return {one["name"]: one for one in listed}


@public_calls
class TypeProperties(Displayed):
    """The custom properties of one entity type: loop over it, or use its methods.

    Args:
        extension: sends the requests.
        entity: name of the entity type.

    Attributes:
        entity: name of the entity type.
    """

    def __init__(self, extension: CustomProperties, entity: str) -> None:
        self._extension = extension
        self.entity = entity

    def list(self) -> Sequence[Any]:
        """Return the definitions, each with ``name``, ``propertyType`` and ``description``.

        Raises:
            NotFound: the server cannot extend entities of this type.
        """
        return list(self._extension.read(self.entity, "type", [DEFINITIONS])[DEFINITIONS] or ())

    def get(self, name: str) -> Any:
        """Return the definition of a property, or None if it does not exist.

        Args:
            name: the name of the property.
        """
        return next((each for each in self.list() if each.name == name), None)

    def define(
        self,
        name: str,
        type: str,
        description: str = "",
        *,
        values: Sequence[str] | None = None,
        multiple: bool = False,
        format: str | None = None,
        entities: Sequence[str] | None = None,
        columns: Sequence[str] | None = None,
        display_name: str | None = None,
    ) -> Any:
        """Define a property, or change the definition of one; return the definition.

        Args:
            name: its name.
            type: its type, such as ``string``, ``integer``, ``markdown``, ``enum``, ``date``,
                ``entityReference`` or ``table``; ``om.custom_properties.types()`` lists all.
            description: what it means.
            values: the values of an ``enum``.
            multiple: whether an ``enum`` takes several values.
            format: of dates and times, as Java writes it; ``yyyy-MM-dd`` by default.
            entities: the entity types that references may refer to, by any name; None allows all.
            columns: the columns of a ``table``.
            display_name: its title.

        Raises:
            BadArguments: the server has no such type, or the type does not take a setting.
            UsageError: the property exists with another type; its values would not be valid.
        """
        call = f"custom_properties({self.entity!r}).define"
        extension = self._extension
        known = extension.field_types()
        kind = next((each for each in (type, f"{type}{_SUFFIX}") if each in known), None)
        if kind is None:
            near = nearest(type, known)
            listed = "" if near else f"; it has {', '.join(sorted(known))}"
            message = f"the server has no type {type!r}{listed}"
            raise bad_arguments(call, [Problem("type", type, "argument", message, near)])
        settings = {
            "values": None if values is None else {"values": [*values], "multiSelect": multiple},
            "format": format,
            "entities": None if entities is None else self._entity_names(call, entities),
            "columns": None if columns is None else {"columns": [*columns]},
        }
        config = _config(call, kind, settings)
        body: dict[str, Any] = {
            "name": name,
            "description": description,
            "propertyType": {"id": known[kind]["id"], "type": "type"},
        }
        if display_name is not None:
            body["displayName"] = display_name
        if config is not None:
            body["customPropertyConfig"] = {"config": config}
        owner = extension.read(self.entity, "type", [DEFINITIONS])
        existing = next(
            (one for one in model.raw(owner).get(DEFINITIONS) or () if one["name"] == name), None
        )
        if existing is not None and property_type(existing) != kind:
            raise UsageError(
                f"{self.entity} has a custom property {name!r} of type"
                f" {property_type(existing)!r}, whose values are not valid for {kind!r}; remove it"
                " first, which removes its values too"
            )
        changed = extension.call("define", {"id": owner.id}, body)
        extension.session.property_definitions.forget(self.entity)
        return next(each for each in changed[DEFINITIONS] if each.name == name)

    def _entity_names(self, call: str, names: Sequence[Any]) -> Sequence[str]:
        """Return entity types by the names that servers use."""
        found, wrong = [], []
        for place, name in enumerate([names] if isinstance(names, str) else names):
            try:
                found.append(self._extension.session.find(name).entity.name)
            except UnknownCollection as error:
                near = tuple(error.parts["nearest"])
                message = f"there is no entity type {name!r}"
                wrong.append(Problem(f"entities[{place}]", name, "enum", message, near))
        if wrong:
            raise bad_arguments(call, wrong)
        return found

    def remove(self, *names: str) -> None:
        """Remove properties, and with them their values on all entities.

        Args:
            names: names of properties.

        Raises:
            BadArguments: one does not exist; lists all problems, and nothing is removed.
        """

        def change(state: Any) -> None:
            listed = model.raw(state).get(DEFINITIONS) or []
            known = [one["name"] for one in listed]
            wrong = [
                Problem("names", name, "argument", _no_property(self.entity, name, known),
                        nearest(name, known))
                for name in names
                if name not in known
            ]  # fmt: skip
            if wrong:
                raise bad_arguments(f"custom_properties({self.entity!r}).remove", wrong)
            state[DEFINITIONS] = [one for one in listed if one["name"] not in names]

        self._extension.edit(self.entity, change, "type", [DEFINITIONS])
        self._extension.session.property_definitions.forget(self.entity)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.list())

    def __contains__(self, name: object) -> bool:
        return any(each.name == name for each in self.list())

    def _blocks(self) -> Iterator[Block]:
        yield Heading("custom properties of", self.entity)
        if not may_fetch():
            yield Text("not read; list() reads them", "quiet")
            return
        try:
            definitions = self.list()
        except DynclientError as error:
            yield Text(f"cannot be read: {error}", "bad")
            return
        if not definitions:
            yield Text("none; define(name, type) adds one", "quiet")
            return
        rows = [
            (raw.get("name"), property_type(raw), raw.get("description"))
            for raw in map(model.raw, definitions)
        ]
        yield Table(("name", "type", "description"), rows)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return media_types(self, include, exclude)

    def __repr__(self) -> str:
        return f"<custom properties of {self.entity} at {self._extension.session.host}>"


class PropertyValues(CollectionExtension):
    """Values of custom properties: ``om.tables.set_property(t, "cost", 3)``."""

    name = "property_values"

    def set_property(self, target: Any, name: str, value: Any) -> CollectionEntity:
        """Set a custom property of an entity; its others stay, whether valid or not.

        Args:
            target: the entity, by id, name, reference or itself; only its identity is used.
            name: the property.
            value: its value as JSON; or a date, time, datetime or timedelta; an entity, reference
                or name for a reference; one value for an ``enum``; a pair of times for an interval.

        Returns:
            The entity as the server has it now.

        Raises:
            BadArguments: there is no such property, or its value is not valid. Nothing is sent.
        """
        known = as_text(name, f"{self.attribute}.set_property", "name")
        return self._set("set_property", target, {known: value}, only=False)

    def set_properties(
        self, target: Any, values: Mapping[str, Any], *, only: bool = False
    ) -> CollectionEntity:
        """Set several custom properties of an entity with one patch; see :meth:`set_property`.

        Args:
            target: the entity.
            values: values by the name of the property.
            only: whether to remove the properties that are not in ``values``.
        """
        return self._set("set_properties", target, values, only=only)

    def _set(self, method: str, target: Any, values: Any, *, only: bool) -> Any:
        call = f"{self.attribute}.{method}"
        if not isinstance(values, Mapping):
            message = f"must be values by the name of the property, not {type(values).__name__}"
            raise bad_arguments(call, [Problem("values", values, "argument", message)])
        self.check_target(target)
        kind = self.spec.entity.name
        known = self.session.property_definitions.of(kind)
        if known is not None and any(name not in known for name in values):
            known = self.session.property_definitions.of(kind, fresh=True)
        converted: dict[str, Any] = {}
        found: list[Problem] = []
        for name, value in values.items():
            try:
                definition = (known or {}).get(name)
                converted[name] = _converted(self.session, definition, value, call, name)
            except BadArguments as error:
                found += error.problems
        found += problems(self.session, kind, converted)
        if found:
            raise bad_arguments(call, found)

        def change(state: Any) -> None:
            current = model.raw(state).get(FIELD)
            kept = current if isinstance(current, Mapping) and not only else {}
            after = {**kept, **converted}
            if after != (current or {}):
                state[FIELD] = after

        return self.edit(target, change, fields=[FIELD])

    def remove_property(self, target: Any, *names: str) -> CollectionEntity:
        """Remove values of custom properties from an entity; those it does not have are ignored.

        Args:
            target: as for :meth:`set_property`.
            names: the properties.
        """

        def change(state: Any) -> None:
            current = model.raw(state).get(FIELD)
            if isinstance(current, Mapping) and any(name in current for name in names):
                state[FIELD] = {name: current[name] for name in current if name not in names}

        return self.edit(target, change, fields=[FIELD])


def _config(call: str, kind: str, settings: Mapping[str, Any]) -> Any:
    """Return the settings of a new property: the one that was given, or the default of its type.

    Raises:
        BadArguments: the type does not take a setting; lists all of them.
    """
    given = {name: value for name, value in settings.items() if value is not None}
    short = kind.removesuffix(_SUFFIX)
    wrong = [
        Problem(name, value, "argument",
                f"is not a setting of {short}, only of {', '.join(_TYPES_BY_SETTING[name])}")
        for name, value in given.items()
        if short not in _TYPES_BY_SETTING[name]
    ]  # fmt: skip
    if wrong:
        raise bad_arguments(call, wrong)
    if given:
        return next(iter(given.values()))
    return _FORMATS.get(short) if kind.endswith(_SUFFIX) else None


def _converted(
    session: Session, definition: Definition | None, value: Any, call: str, name: str
) -> Any:
    """Return a value as the JSON that the type of a property takes; unchanged if it has no rule."""
    if definition is None:
        return value
    kind, config = property_type(definition), config_of(definition)
    argument = f"{FIELD}[{name!r}]"
    if isinstance(value, (date, time)) and isinstance(config, str):
        return date_patterns.text_of(config, value)
    if isinstance(value, date) and kind == "timestamp":
        return timestamp(value, call, argument)
    if isinstance(value, timedelta):
        return f"PT{value.total_seconds():g}S"
    if isinstance(value, (date, time)):
        return value.isoformat()
    if kind == "timeInterval" and isinstance(value, (list, tuple)) and len(value) == 2:
        start, end = (timestamp(one, call, argument) for one in value)
        return {"start": start, "end": end}
    if kind.startswith("entityReference"):
        return _as_references(session, kind, config, value, call, argument)
    if isinstance(value, str) and _is_choice(config):
        return [value]
    return model.json_of(value)


def _is_choice(config: Any) -> bool:
    return isinstance(config, Mapping) and isinstance(config.get("values"), list)


def _as_references(
    session: Session, kind: str, config: Any, value: Any, call: str, argument: str
) -> Any:
    types = config if isinstance(config, list) and config else sorted(session.release.entities)
    is_list = isinstance(value, (list, tuple))
    found: dict[str, Any] = {}
    for one in value if is_list else [value]:
        prefix = one.partition(":")[0] if isinstance(one, str) else ""
        allowed = [prefix] if prefix in types else types
        if isinstance(one, str) and len(allowed) == len(session.release.entities):
            message = f"must say its type, such as 'user:{one}', not {one!r}"
            raise bad_arguments(call, [Problem(argument, one, "argument", message)])
        reference = references(session, [one], allowed, call, argument)[0]
        found[reference["id"]] = reference
    listed = [*found.values()]
    return listed if is_list or kind.endswith("List") else listed[0]


def _no_property(entity: str, name: str, known: Sequence[str]) -> str:
    listed = "" if nearest(name, known) else f"; it has {', '.join(known) or 'none'}"
    return f"{entity} has no custom property {name!r}{listed}"
