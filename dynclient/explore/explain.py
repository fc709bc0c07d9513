"""``explain``: what a release says about a type, a field or an operation; and what an error is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from inspect import Parameter, cleandoc, isclass, signature
from typing import TYPE_CHECKING, Any

from dynclient import errors
from dynclient.drift import table
from dynclient.explore.examples import example_value
from dynclient.explore.explanation import Explanation
from dynclient.explore.known_releases import known_releases, release_or_newest
from dynclient.explore.places import (
    Place,
    find_place,
    find_spec,
    owners,
    steps_of,
    unknown_field,
)
from dynclient.extensions import registry
from dynclient.model.class_docs import type_words
from dynclient.suggestions import did_you_mean, nearest
from dynclient.tracebacks import public_call

if TYPE_CHECKING:
    from pathlib import Path

    from dynclient.operations import Operation
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.schema import Node, Release

_LIMITS = (
    "format",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minItems",
    "maxItems",
    "uniqueItems",
)
_OUTLINE = {"EntityReference", "EntityHistory"}
"""Types whose fields a tree does not repeat at each place."""


@public_call
def explain(
    path: str | type, *, release: Release | str | Path | None = None, recursive: bool = False
) -> Explanation:
    """Return what is known of a type, a field, an operation or an error.

    The releases in the cache and the drift table say which releases have it, and what others call
    it. Nothing is sent.

    Args:
        path: a type or collection and fields of it, ``"table.columns.dataType"``; an operation or
            a method, ``"tables.list"``, ``"tables.add_tags"``; a feature of the client,
            ``"lineage"``, ``"lineage.add"``; an error, ``"NotFound"`` or its class; or the path of
            a document, ``"type/basic.json#/definitions/email"``.
        release: a release or its name; by default the newest one in the cache.
        recursive: explain the fields of fields too, as a tree.

    Raises:
        SchemaNotFound: the release has no such type; ``nearest`` lists close names.
        AmbiguousName: several types have that name; ``candidates`` lists them.
        UnknownField: the type has no such field or operation, or another release has it.
        UnknownRelease: the cache does not have the release.
        UsageError: it is not such a path.
    """
    if isclass(path) and issubclass(path, (errors.DynclientError, errors.DynclientWarning)):
        return _error(path)
    name = path if isinstance(path, str) else getattr(path, "__name__", path)
    if isinstance(name, str) and name.removeprefix("dynclient.") in _errors():
        return _error(_errors()[name.removeprefix("dynclient.")])
    steps = steps_of(name)
    chosen = release_or_newest(release)
    spec = find_spec(chosen, steps[0])
    is_collection = spec is not None and spec.attribute == steps[0]
    found = None
    if is_collection:
        found = _operation_or_method(chosen, steps)
    place = find_place(chosen, steps) if found is None else None
    if place is not None:
        return _place(chosen, steps, place, recursive=recursive)
    found = found or _operation_or_method(chosen, steps) or _feature(chosen, steps)
    if found is not None:
        return found
    methods = _method_names(chosen, spec) if spec is not None and len(steps) == 2 else []
    more = [*registry.client_names(chosen, None), *_errors()] if len(steps) == 1 else methods
    raise unknown_field(chosen, steps, more)


# -- types and fields ------------------------------------------------------------------------------


def _place(release: Release, steps: Sequence[str], place: Place, *, recursive: bool) -> Explanation:
    path = ".".join(steps)
    node, owner = place.node, place.owner
    found = _described(release, path, place)
    since, until, not_in = _period(release, lambda other: find_place(other, steps) is not None)
    elsewhere: list[str] = []
    for sentence, first, end in _drift(owner or node, node, place.name if owner else ""):
        elsewhere.append(sentence)
        since, until = first or since, end or until
    entity = owner.entity if owner is not None else None
    create = ""
    if entity is not None and entity.create is not None:
        request = release.node(entity.create)
        in_request = "optional" if place.name in request.properties else "absent"
        create = "required" if place.name in request.required else in_request
    example = example_value(node, place.name)
    fields = tuple(_fields(release, path, node, (), recursive=recursive))
    return _replaced(
        found, create=create, since=since, until=until, not_in=not_in, example=example,
        elsewhere=tuple(elsewhere), fields=fields,
    )  # fmt: skip


def _described(release: Release, path: str, place: Place) -> Explanation:
    """Return what the schema of a place says, without its fields."""
    node, owner = place.node, place.owner
    inner = node.items if node.kind == "array" and node.items is not None else node
    schema = {**node.target.schema, **node.schema}
    return Explanation(
        path,
        "field" if owner is not None else "type",
        release.name,
        type=type_words(node),
        description=" ".join((node.description or "").split()),
        required=None if owner is None else place.name in owner.required,
        values=tuple(one for one in inner.enum or () if one is not None),
        limits={name: schema[name] for name in _LIMITS if name in schema},
        default=node.default,
    )


def _fields(
    release: Release, path: str, node: Node, above: tuple[str, ...], *, recursive: bool
) -> Iterator[Explanation]:
    """Yield the fields of a place; of a union, those of all its branches by their first names."""
    seen: set[str] = set()
    for owner in owners(node):
        if owner.ref in above:
            continue  # a type that contains itself
        for name, field in owner.properties.items():
            if name in seen:
                continue
            seen.add(name)
            place = f"{path}.{name}"
            found = _described(release, place, Place(field, owner, name))
            if recursive and (field.items or field).type_name not in _OUTLINE:
                below = _fields(release, place, field, (*above, owner.ref), recursive=True)
                found = _replaced(found, fields=tuple(below))
            yield found


def _replaced(explanation: Explanation, **changes: Any) -> Explanation:
    from dataclasses import replace

    return replace(explanation, **changes)


def _period(release: Release, has: Callable[[Release], bool]) -> tuple[str, str, tuple[str, ...]]:
    """Return the first known release that has something, the first without it, and all without.

    Args:
        release: a release that has it.
        has: returns whether a release has it.
    """
    known = known_releases(release)
    having = {each.version: has(each) or each.version == release.version for each in known}
    since = release.name
    for each in reversed([one for one in known if one.version <= release.version]):
        if not having[each.version]:
            break
        since = "" if each is known[0] else each.name
    later = [one for one in known if one.version > release.version]
    until = next((one.name for one in later if not having[one.version]), "")
    return since, until, tuple(one.name for one in known if not having[one.version])


def _drift(owner: Node, node: Node, name: str) -> Iterator[tuple[str, str, str]]:
    """Yield what other releases call a field: a sentence, since when, until when."""
    path, known = owner.target.path, owner.properties
    inner = (node.items or node) if node.kind == "array" else node
    for row in table.renames():
        both = row.old in known and row.new in known
        is_here = path in row.documents or (
            not row.documents and inner.type_name == table.REFERENCE
        )
        if both or not is_here:
            continue
        what = ", one value instead of a list" if row.change == "list" else ""
        if name == row.new:
            yield f"before {row.since} it is called {row.old}{what}", row.since, ""
        elif name == row.old:
            what = ", a list" if row.change == "list" else ""
            yield f"since {row.since} it is called {row.new}{what}", "", row.since
    for move in table.moves():
        if path in move.documents and name == move.old and move.into not in known:
            yield f"since {move.since} it is {move.into}.{move.new}", "", move.since
        elif path in move.documents and name == move.into and move.old not in known:
            yield f"before {move.since} {name}.{move.new} is called {move.old}", "", ""
    for items in table.items():
        if items.document == path and items.field == name:
            yield (
                f"since {items.since} each item is an object with the former item as {items.inner}",
                "",
                "",
            )
    for removed in table.removed_fields():
        if removed.field == name and path in removed.documents:
            yield f"removed in {removed.since}; {removed.way}", "", removed.since


# -- operations and methods ------------------------------------------------------------------------


def _operation_or_method(release: Release, steps: Sequence[str]) -> Explanation | None:
    if len(steps) != 2:
        return None
    spec = find_spec(release, steps[0])
    if spec is None:
        return None
    name = steps[1]

    def has(other: Release) -> bool:
        own = find_spec(other, spec.entity.name)
        return own is not None and name in _method_names(other, own)

    operation = spec.operations.get(name)
    if operation is not None:
        since, until, not_in = _period(release, has)
        return _replaced(
            _operation(release, spec, operation), since=since, until=until, not_in=not_in
        )
    if name not in registry.method_names(release, spec, None):
        return None
    entry = next(
        each
        for each in registry.extensions().values()
        if name in each.methods and each.methods[name].is_met(release, each.rows, spec, None)
    )
    since, until, not_in = _period(release, has)
    period = entry.methods[name].period(entry.rows, spec)
    found = _function(release, f"{spec.attribute}.{name}", getattr(entry.load(), name))
    return _replaced(found, since=period.since or since, until=period.until or until, not_in=not_in)


def _method_names(release: Release, spec: CollectionSpec) -> list[str]:
    return [*spec.operations, *registry.method_names(release, spec, None)]


def _operation(release: Release, spec: CollectionSpec, operation: Operation) -> Explanation:
    path = f"{spec.attribute}.{operation.name}"
    parameters = [
        Explanation(
            f"{path}.{each.name}", "parameter", release.name, type=each.type,
            description=each.doc, required=each.required, values=each.choices,
        )
        for each in operation.parameters
    ]  # fmt: skip
    body = None
    if operation.body is not None:
        body = release.node(operation.body)
        parameters += [
            Explanation(
                f"{path}.{name}", "parameter", release.name, type=type_words(field),
                description=" ".join((field.description or "").split()),
                required=name in body.required, values=field.enum or (),
            )
            for name, field in body.properties.items()
        ]  # fmt: skip
    required = [each for each in parameters if each.required]
    call = ", ".join(f"{each.path.rpartition('.')[2]}=…" for each in required)
    return Explanation(
        path, "operation", release.name,
        type=f"{operation.method} {operation.route}",
        description=operation.doc,
        example=f"om.{path}({call})",
        fields=tuple(parameters),
    )  # fmt: skip


def _feature(release: Release, steps: Sequence[str]) -> Explanation | None:
    """Return the explanation of a feature of the client, or of a method of it."""
    first, *rest = steps
    if len(rest) > 1 or first not in registry.client_names(release, None):
        return None
    entry = next(each for each in registry.extensions().values() if first in each.client)
    cls: Any = entry.load()
    path = ".".join(steps)
    public = [each for each in vars(cls) if not each.startswith("_")]
    names = [each for each in public if callable(getattr(cls, each))]
    if rest or first != entry.name:
        method = getattr(cls, rest[0] if rest else first, None)
        is_public = callable(method) and not (rest and rest[0].startswith("_"))
        if is_public:
            return _function(release, path, method)
        if not rest:
            return None
        close = did_you_mean(nearest(rest[0], names))
        raise errors.UnknownField(f"om.{first} has no method {rest[0]!r}{close}", name=rest[0])
    return Explanation(
        path, "feature", release.name, type="feature of the client",
        description=_summary(cls), example=f"om.{path}",
        fields=tuple(_function(release, f"{path}.{name}", getattr(cls, name)) for name in names),
    )  # fmt: skip


def _function(release: Release, path: str, function: Any) -> Explanation:
    """Return the explanation of a method by its signature and docstring."""
    own = [one for one in signature(function).parameters.values() if one.name != "self"]
    described = _arguments(function)
    plain = [one.replace(annotation=Parameter.empty) for one in own]
    usage = signature(function).replace(parameters=plain, return_annotation=Parameter.empty)
    return Explanation(
        path, "operation", release.name, type="method",
        description=_summary(function), example=f"om.{path}{usage}",
        fields=tuple(
            Explanation(
                f"{path}.{one.name}", "parameter", release.name, type=_annotation(one),
                description=described.get(one.name, ""),
                required=one.default is Parameter.empty
                and one.kind not in {Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD},
            )
            for one in own
        ),
    )  # fmt: skip


def _annotation(parameter: Parameter) -> str:
    found = parameter.annotation
    return "any" if found in {Parameter.empty, "Any"} else str(found)


def _summary(documented: Any) -> str:
    """Return the first paragraph of a docstring."""
    return " ".join(cleandoc(documented.__doc__ or "").partition("\n\n")[0].split())


def _arguments(documented: Any, heading: str = "Args:") -> dict[str, str]:
    """Return the descriptions in a section of a docstring, by name."""
    section = cleandoc(documented.__doc__ or "").partition(f"{heading}\n")[2].partition("\n\n")[0]
    found: dict[str, str] = {}
    name = ""
    for line in section.splitlines():
        if line.startswith("    ") and not line.startswith("     ") and ": " in line:
            name, _, text = line.strip().partition(": ")
            found[name] = text
        elif name:
            found[name] += f" {line.strip()}"
    return found


# -- errors ----------------------------------------------------------------------------------------


def _errors() -> dict[str, type]:
    """Return the errors and warnings by name."""
    bases = (errors.DynclientError, errors.DynclientWarning)
    return {
        name: each
        for name, each in vars(errors).items()
        if isclass(each) and issubclass(each, bases) and not name.startswith("_")
    }


def _error(cls: type) -> Explanation:
    bases = [one.__name__ for one in cls.__mro__[1:] if not one.__name__.startswith("_")]
    used = bases[: bases.index("Exception")] if "Exception" in bases else bases
    description = cleandoc(cls.__doc__ or "").partition("Attributes:\n")[0]
    return Explanation(
        cls.__name__, "error", type=f"a {', '.join(used)}",
        description=" ".join(description.split()),
        example=f"except dynclient.{cls.__name__} as error: print(error)",
        fields=tuple(
            Explanation(f"{cls.__name__}.{name}", "field", type="attribute", description=text)
            for name, text in _arguments(cls, "Attributes:").items()
        ),
    )  # fmt: skip
