"""References to people, teams, domains and others, from what users write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.dispatch.responses import is_route
from dynclient.errors import NotFound, Problem
from dynclient.extensions.registry import collection_method
from dynclient.operations.operation import Plan, is_id
from dynclient.session.reference_names import REFERENCE_NAMES
from dynclient.suggestions import nearest

if TYPE_CHECKING:
    from dynclient.session.session import Session

Reference = dict[str, Any]

_PAGE = 1000
"""Names that are compared with one that does not exist, at most."""


def references(
    session: Session, values: Iterable[Any], types: Sequence[str], call: str, argument: str
) -> list[Reference]:
    """Return references to entities, each ``{"id": …, "type": …}`` and each once.

    Args:
        session: the session of the server.
        values: entities, references, ids, names, ``"user:ada"``, or e-mail addresses of users.
        types: the entity types that they may have, in the order in which a name is looked up.
        call: the call that takes them, ``tables.add_owners``.
        argument: its argument, ``owners``.

    Raises:
        BadArguments: a value does not name an entity of these types; lists all problems.
    """
    return [bare(each) for each in named_references(session, values, types, call, argument)]


def named_references(
    session: Session, values: Iterable[Any], types: Sequence[str], call: str, argument: str
) -> list[Reference]:
    """Return references with the names that are known; see :func:`references`."""
    found: dict[str, Reference] = {}
    problems = []
    for position, value in enumerate(values):
        result = _reference(session, value, types)
        if isinstance(result, Problem):
            problems.append(result._replace(path=f"{argument}[{position}]"))
        else:
            found[result["id"]] = result
    if problems:
        raise bad_arguments(call, problems)
    return list(found.values())


def reference(
    session: Session, value: Any, types: Sequence[str], call: str, argument: str
) -> Reference:
    """Return the reference to one entity; see :func:`references`."""
    found = _reference(session, value, types)
    if isinstance(found, Problem):
        raise bad_arguments(call, [found._replace(path=argument)])
    return bare(found)


def _reference(session: Session, value: Any, types: Sequence[str]) -> Reference | Problem:
    """Return the reference that a value names, or what is wrong with it."""
    kinds = " or ".join(types)
    if isinstance(value, UUID):
        value = str(value)
    if isinstance(value, str):
        return _named(session, "".join(value), types)
    raw = model.json_of(value)
    kind = model.type_of(value) if isinstance(value, model.Entity) else None
    if not isinstance(raw, Mapping):
        return _problem(type(value).__name__, f"must be a {kinds}, not {type(value).__name__}")
    if isinstance(value, model.Entity):
        from dynclient.session.same_server import check_same_server

        check_same_server(session, value)
    kind = kind or raw.get("type")
    if kind is None:
        return _problem(type(value).__name__, f"must be a {kinds}; a reference needs id and type")
    if kind not in types:
        return _problem(kind, f"must be a {kinds}, not a {kind}")
    if isinstance(raw.get("id"), str):
        return _named_reference(raw, kind)
    name = raw.get("fullyQualifiedName") or raw.get("name")
    return _named(session, f"{kind}:{name}", types)


def _named(session: Session, text: str, types: Sequence[str]) -> Reference | Problem:
    prefix, _, rest = text.partition(":")
    kinds: Sequence[str] = types
    name = text
    if rest and prefix in session.release.entities:
        if prefix not in types:
            return _problem(text, f"must be a {' or '.join(types)}, not a {prefix}")
        kinds, name = [prefix], rest
    if not name:
        return _problem(text, "the name must not be empty")
    is_address = "@" in name
    for kind in kinds:
        has_addresses = "email" in session.release.entities[kind].properties
        found = _with_address(session, kind, name) if is_address and has_addresses else None
        found = found or _read(session, kind, name)
        if found is not None:
            return _named_reference(found, kind)
    near = () if is_id(name) else nearest(name, _names(session, kinds))
    return _problem(text, f"there is no {' or '.join(kinds)} {name!r}", near)


def bare(reference: Mapping[str, Any]) -> Reference:
    """Return a reference as it is sent: its id and type."""
    return {"id": reference["id"], "type": reference["type"]}


def _named_reference(raw: Mapping[str, Any], kind: str) -> Reference:
    names = {name: raw[name] for name in REFERENCE_NAMES if isinstance(raw.get(name), str)}
    return {"id": raw["id"], "type": kind, **names}


def _with_address(session: Session, kind: str, address: str) -> Mapping[str, Any] | None:
    """Return the user or team with an e-mail address as JSON; None if no user or team has it."""
    by_email = collection_method(session, session.find(kind), "by_email")
    found = by_email(address)
    return None if found is None else model.raw(found)


def _read(session: Session, kind: str, key: str) -> Mapping[str, Any] | None:
    try:
        found: Mapping[str, Any] = model.raw(session.resolver.resolve(key, kind))
    except NotFound as error:
        if is_route(error.message):
            raise
        return None
    return found


def _names(session: Session, kinds: Iterable[str]) -> list[str]:
    """Return the names of the first entities of some types."""
    names = []
    for kind in kinds:
        plan = Plan(session.find(kind).operations["list"], {"page_size": _PAGE})
        for one in session.listing(plan).page():
            raw = model.raw(one)
            names += [raw["name"], *filter(None, [raw.get("email")])]
    return names


def _problem(value: Any, message: str, near: tuple[str, ...] = ()) -> Problem:
    return Problem("", value, "argument", message, near)
