"""Aliases: fields that a type lacks in this release and that other releases have.

The rules work on plain JSON and are written here only. Attributes of entities
(:mod:`dynclient.model.alias_descriptors`), attributes of drop-in models, requests
(:mod:`dynclient.drift.translate`) and names in ``fields=`` apply them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from dynclient.drift import table
from dynclient.errors import Problem
from dynclient.schema.release import ERROR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dynclient.schema import EntityType, Node, Release

    Unwrap = Callable[[Node, Any], Any]
    """Takes the node of a type and a value that a user passed for it or for one of its fields;
    returns a mapping for an object, a list for a list, and any other value as it is."""


class NotTranslatable(ValueError):
    """Why a value cannot be represented in this release."""


def _plain(node: Node, value: Any) -> Any:  # noqa: ARG001  # the signature of Unwrap
    return value


class Alias:
    """A field that a type lacks, and the rule for what replaces it in this release.

    Args:
        node: the schema node of the type.
        name: the field, as another release calls it.
    """

    __slots__ = ("name", "node")

    own_names: tuple[str, ...] = ()
    """The fields of this release that replace it."""

    def __init__(self, node: Node, name: str) -> None:
        self.node = node
        self.name = name

    @property
    def place(self) -> str:
        """Where this release has the field, as the end of a sentence: ``is called owners``."""
        raise NotImplementedError

    @property
    def place_in_release(self) -> str:
        """The place with the release: ``is called owners in release 1.13.0``."""
        return f"{self.place} in release {self.node.release.name}"

    @property
    def sentence(self) -> str:
        """``Table.owner is called owners in release 1.13.0``."""
        return f"{self.node.type_name}.{self.name} {self.place_in_release}"

    def put(self, fields: dict[str, Any], value: Any, unwrap: Unwrap = _plain) -> None:
        """Put a value of the field where this release has it.

        Args:
            fields: an object under construction, without the field; it is changed.
            value: what was passed for the field, not None.
            unwrap: opens objects that are not plain JSON.

        Raises:
            NotTranslatable: the value cannot be represented in this release.
        """
        raise NotImplementedError

    def problem(self, message: str, path: str = "") -> Problem:
        """Return a problem with the field in a request; ``path`` defaults to its name."""
        return Problem(path or self.name, None, "drift", message, self.own_names)

    def warn(self) -> None:
        """Warn with a DriftWarning that the field has another place in this release."""
        table.warn_drift(self.node.release, self.sentence)


class RenamedAlias(Alias):
    """A field under another name, which may hold a list where the other holds one value."""

    __slots__ = ("conversion", "own_name", "own_names")

    def __init__(self, node: Node, name: str, found: table.FieldAlias) -> None:
        super().__init__(node, name)
        self.own_name = found.name
        self.own_names = (found.name,)
        self.conversion = found.conversion
        """``same``; ``wrap``: this release has a list; ``unwrap``: it has one value."""

    @property
    def place(self) -> str:
        """Where this release has the field."""
        return f"is called {self.own_name}"

    def put(self, fields: dict[str, Any], value: Any, unwrap: Unwrap = _plain) -> None:
        """Put a value under the name that this release has."""
        if fields.get(self.own_name) is not None:
            raise NotTranslatable(f"{self.place_in_release}, and {self.own_name} is set too")
        fields[self.own_name] = self.convert(value, unwrap)

    def convert(self, value: Any, unwrap: Unwrap = _plain) -> Any:
        """Return a value of the field as this release has it: in a list, out of one, or as it is.

        Raises:
            NotTranslatable: there are several values, and this release takes one.
        """
        opened = unwrap(self.node, value)
        if isinstance(opened, (list, tuple, set, frozenset)):
            value = opened if isinstance(opened, list) else list(opened)
        try:
            return table.convert_value(value, self.conversion)
        except ValueError:
            message = f"{self.place_in_release} and takes one value, not {len(value)}"
            raise NotTranslatable(message) from None


class NestedAlias(Alias):
    """A field that became part of an object: ``password``, which is ``authType.password``."""

    __slots__ = ("outer", "own_names", "part")

    def __init__(self, node: Node, move: table.Move) -> None:
        super().__init__(node, move.old)
        self.outer = move.into
        """The field of this release that holds the object."""
        self.part = move.new
        """What the field is called in the object."""
        self.own_names = (move.into,)

    @property
    def place(self) -> str:
        """Where this release has the field."""
        return f"is {self.outer}.{self.part}"

    def put(self, fields: dict[str, Any], value: Any, unwrap: Unwrap = _plain) -> None:  # noqa: ARG002  # the signature of Alias.put
        """Put a value into the object, which other aliases may have created already."""
        outer = fields.get(self.outer)
        if outer is not None and (not isinstance(outer, dict) or self.part in outer):
            raise NotTranslatable(f"{self.place_in_release}, and {self.outer} is set too")
        fields[self.outer] = {**(outer or {}), self.part: value}


class FlattenedAlias(Alias):
    """An object whose parts are fields of the type itself here: ``authType`` of ``password``."""

    __slots__ = ("own_names", "parts")

    def __init__(self, node: Node, name: str, parts: dict[str, str]) -> None:
        super().__init__(node, name)
        self.parts = parts
        """The fields of this release by the names of the parts."""
        self.own_names = tuple(parts.values())

    @property
    def place(self) -> str:
        """Where this release has the field."""
        return f"is {', '.join(self.own_names)}"

    def put(self, fields: dict[str, Any], value: Any, unwrap: Unwrap = _plain) -> None:
        """Put the parts of an object beside each other."""
        own = self.split(value, unwrap)
        doubled = [name for name in own if fields.get(name) is not None]
        if doubled:
            verb = "is" if len(doubled) == 1 else "are"
            message = f"{self.place_in_release}, and {', '.join(doubled)} {verb} set too"
            raise NotTranslatable(message)
        fields.update(own)

    def split(self, value: Any, unwrap: Unwrap = _plain) -> dict[str, Any]:
        """Return the parts of an object under their names in this release.

        None sets all of them to None.

        Raises:
            NotTranslatable: the value is not an object, or has a part that this release lacks.
        """
        if value is None:
            return dict.fromkeys(self.own_names)
        opened = unwrap(self.node, value)
        if not isinstance(opened, Mapping):
            raise NotTranslatable(f"{self.place_in_release} and must be an object")
        missing = [name for name in opened if name not in self.parts]
        if missing:
            message = f"{self.place_in_release}, which has no {', '.join(missing)}"
            raise NotTranslatable(message)
        return {self.parts[name]: part for name, part in opened.items()}


class BoxedItemAlias(Alias):
    """A field of a list item that was put into an object: ``name``, which is ``term.name``."""

    __slots__ = ("inner", "own_names")

    def __init__(self, node: Node, name: str, inner: str) -> None:
        super().__init__(node, name)
        self.inner = inner
        """The field of the object that holds the item."""
        self.own_names = (inner,)

    @property
    def place(self) -> str:
        """Where this release has the field."""
        return f"is {self.inner}.{self.name}"

    def put(self, fields: dict[str, Any], value: Any, unwrap: Unwrap = _plain) -> None:  # noqa: ARG002  # the signature of Alias.put
        """Put a value into the inner object."""
        inner = fields.get(self.inner) or {}
        if not isinstance(inner, dict):
            raise NotTranslatable(f"{self.place_in_release}, and {self.inner} is set too")
        fields[self.inner] = {**inner, self.name: value}


class BareItemAlias(Alias):
    """A field of the object that newer releases put a list item into; here the item is bare."""

    __slots__ = ("_row",)

    def __init__(self, node: Node, name: str, row: table.Items) -> None:
        super().__init__(node, name)
        self._row = row

    @property
    def place(self) -> str:
        """Where this release has the field."""
        return "is the item itself" if self.is_item else f"is always {self.value!r}"

    @property
    def is_item(self) -> bool:
        """Whether the field is the item itself; otherwise it always has the same value."""
        return self.name == self._row.inner

    @property
    def value(self) -> Any:
        """The only value that the field can have here, where it is not the item itself."""
        return self._row.others[self.name]

    @property
    def document(self) -> str:
        """Path of the schema whose list the item must be in; elsewhere the field is unknown."""
        return self._row.document

    def require_same(self, value: Any) -> None:
        """Raise NotTranslatable unless a value is the only one that the field can have here."""
        if self.is_item or value != self.value:
            raise NotTranslatable(self.place_in_release)

    def put(self, fields: dict[str, Any], value: Any, unwrap: Unwrap = _plain) -> None:
        """Put the fields of the item in its place, where nothing else is set."""
        if not self.is_item:
            self.require_same(value)
            return
        opened = unwrap(self.node, value)
        if not isinstance(opened, Mapping) or fields:
            raise NotTranslatable(self.place_in_release)
        fields.update(opened)


def aliases_of(node: Node) -> Mapping[str, Alias]:
    """Return the aliases of a type by name: the fields that it lacks and other releases have.

    Args:
        node: the schema node of the type; kept with its release.
    """
    target = node.target
    known: dict[str, dict[str, Alias]] = target.release.memo("aliases", lambda _: {})
    found = known.get(target.ref)
    if found is None:
        found = known[target.ref] = {alias.name: alias for alias in _aliases(target)}
    return found


def _aliases(node: Node) -> Iterator[Alias]:
    known = node.properties
    for rename in table.renames():
        # Nearly every type has both names or neither, and every type that is used comes here.
        if (rename.old in known) == (rename.new in known):
            continue
        name = rename.new if rename.old in known else rename.old
        found = table.find_alias(name, known, node.path)
        if found is not None:
            yield RenamedAlias(node, name, found)
    moves = [move for move in table.moves() if node.path in move.documents]
    for move in moves:
        if move.into in known and move.old not in known:
            yield NestedAlias(node, move)
        elif move.old in known and move.into not in known:
            parts = {each.new: each.old for each in moves if each.into == move.into}
            yield FlattenedAlias(node, move.into, parts)
    if not node.pointer:
        yield from _item_aliases(node)


def _item_aliases(node: Node) -> Iterator[Alias]:
    for row in table.items():
        if node.path == row.new:
            for name in node.properties[row.inner].properties:
                if name not in node.properties:
                    yield BoxedItemAlias(node, name, row.inner)
        elif node.path == row.old and row.new not in node.release.paths:
            for name in (row.inner, *row.others):
                yield BareItemAlias(node, name, row)


def with_own_names(
    node: Node, fields: Mapping[str, Any], unwrap: Unwrap = _plain
) -> tuple[dict[str, Any], dict[str, Problem]]:
    """Return the fields of an object with those of other releases where this release has them.

    Each one that is moved is reported by a DriftWarning. Where the drift setting of the release is
    ``error``, each one is a problem instead.

    Args:
        node: the schema node of the object's type.
        fields: by name; not changed.
        unwrap: opens values that are not plain JSON, see :data:`Unwrap`.

    Returns:
        The fields, and by name the problems of those that cannot be represented in this release;
        these stay as they are.
    """
    own, aliases = node.properties, aliases_of(node)
    foreign = [name for name in fields if name in aliases and name not in own]
    translated = {name: value for name, value in fields.items() if name not in foreign}
    problems = {}
    for name in foreign:
        alias = aliases[name]
        try:
            if node.release.drift == ERROR:
                raise NotTranslatable(alias.place_in_release)
            if fields[name] is not None:
                alias.put(translated, fields[name], unwrap)
            alias.warn()
        except NotTranslatable as error:
            problems[name] = alias.problem(str(error))
            translated[name] = fields[name]
    for name in fields:
        if name not in own and name not in problems:
            message = removed_field_message(node, name)
            if message is not None:
                problems[name] = Problem(name, None, "drift", message)
    return translated, problems


def translate_object(node: Node, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object of another release with its fields where this release has them.

    There are no warnings, since the names are not written in a script: the data comes from a
    server or a model of another release. What cannot be represented stays; validation reports it.

    Args:
        node: the schema node of its type.
        data: decoded JSON; not changed. Only its own fields are translated.
    """
    own, aliases = node.properties, aliases_of(node)
    foreign = [name for name in data if name in aliases and name not in own]
    translated = {name: value for name, value in data.items() if name not in foreign}
    for name in foreign:
        try:
            aliases[name].put(translated, data[name])
        except NotTranslatable:
            translated[name] = data[name]
    return translated


def removed_field_message(node: Node, name: str) -> str | None:
    """Return which release removed a field and what replaces it, or None where nothing is known.

    Args:
        node: the schema node of a type that lacks the field.
        name: the field.
    """
    removed = table.removed_field(name, node.target.path)
    if removed is None:
        return None
    return f"was accepted before release {removed.since}; {removed.way}"


# -- names in fields= ------------------------------------------------------------------------------


def own_field_names(
    entity: EntityType, release: Release | None, names: str | Iterable[object]
) -> list[str]:
    """Return names of fields of an entity type as a release has them, each once.

    A name of another release is replaced, with a DriftWarning; unknown names stay. Nothing is
    replaced where the drift setting of the release is ``error``.

    Args:
        entity: the entity type.
        release: its release; None to keep the names of other releases.
        names: the names, or one string with commas between them.
    """
    words = names.split(",") if isinstance(names, str) else names
    found = [_own_field_name(entity, release, str(word).strip()) for word in words]
    return [*dict.fromkeys(found)]


def _own_field_name(entity: EntityType, release: Release | None, name: str) -> str:
    if name in entity.properties or release is None or release.drift == ERROR:
        return name
    found = table.find_alias(name, entity.properties, entity.path)
    if found is None:
        return name
    table.warn_drift(release, _renamed(entity, release, name, found.name))
    return found.name


def unknown_field_problem(
    entity: EntityType, release: Release | None, name: str, path: str = "fields"
) -> Problem:
    """Return the problem with a name in ``fields=`` that an entity type lacks.

    Args:
        entity: the entity type.
        release: its release, or None.
        name: the name.
        path: the parameter it was passed for.
    """
    found = table.find_alias(name, entity.properties, entity.path)
    if found is not None and release is not None:
        message = _renamed(entity, release, name, found.name)
        return Problem(path, name, "drift", message, (found.name,))
    from dynclient.suggestions import nearest  # only calls that fail look for names

    message = f"{entity.type_name} has no field {name!r}"
    return Problem(path, name, "enum", message, nearest(name, entity.properties))


def _renamed(entity: EntityType, release: Release, name: str, own: str) -> str:
    return f"{entity.type_name}.{name} is called {own} in release {release.name}"
