"""The methods of collections: what a user writes, turned into operations and their arguments.

Each verb is a function that plans: it gives the operation, its arguments and its body. Sending is
the dispatcher's; so a call and ``om.prepare`` of the same call cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient import model
from dynclient.client.calls import Call, Plan
from dynclient.session.keys import id_of, is_id, key_of

if TYPE_CHECKING:
    from dynclient.operations import Operation


# -- keys: which entity is meant -------------------------------------------------------------------


# -- verbs -----------------------------------------------------------------------------------------


def sends(call: Call) -> Plan:
    """Plan ``create`` and ``upsert``: a create request, its fields, or both."""
    operation = call.operation(call.verb)
    fields = dict(call.keywords)
    outer = {p.name: fields.pop(p.name, None) for p in operation.parameters}
    if len(call.given) > 1:
        raise call.wrong("", len(call.given), "takes one request at most, or its fields by keyword")
    body: Any = fields
    if call.given:
        body = call.given[0]
        _fits(call, operation, body)
        if fields:
            held = model.raw(body) if isinstance(body, model.Entity) else body
            body = {**held, **fields}
    from dynclient.client.references import resolve_references

    return Plan(operation, outer, resolve_references(call, operation.body or "", body))


def _fits(call: Call, operation: Operation, request: Any) -> None:
    """Make sure that something can be the body at all."""
    wanted = call.release.node(operation.body or "").type_name
    if isinstance(request, model.Entity):
        node = model.schema_of(request)
        if node.type_name != wanted:
            way = "; changes of it are sent by om.save(…)" if node.entity is not None else ""
            message = f"is a {node.type_name}, where a {wanted} is wanted{way}"
            raise call.wrong("", node.type_name, message)
    elif not isinstance(request, Mapping):
        message = f"is a {type(request).__name__}, where a {wanted} is wanted, or a mapping"
        raise call.wrong("", type(request).__name__, message)


def gets(call: Call) -> Plan:
    """Plan ``get``."""
    place, key = key_of(call, call.given)
    name = "get" if place == "id" else "get_by_name"
    if name not in call.spec.operations:
        raise call.wrong("", key, "entities of this kind are had by their id alone")
    return Plan(call.operation(name), {place: key, **call.keywords})


def lists(call: Call) -> Plan:
    """Plan ``list``."""
    if call.given:
        raise call.wrong("", len(call.given), "takes keywords only, such as limit=50")
    return Plan(call.operation("list"), dict(call.keywords))


def deletes(call: Call) -> Plan:
    """Plan ``delete``.

    By name only where nothing lies below: most servers ignore ``recursive`` there.
    """
    by_name = "delete_by_name" in call.spec.operations and not call.keywords.get("recursive")
    if by_name:
        place, key = key_of(call, call.given)
    else:
        place, key = "id", id_of(call, call.given, "all")
    name = "delete" if place == "id" else "delete_by_name"
    return Plan(call.operation(name), {place: key, **call.keywords})


def restores(call: Call) -> Plan:
    """Plan ``restore``."""
    body = {"id": id_of(call, call.given, "deleted")}
    return Plan(call.operation("restore"), dict(call.keywords), body)


def versions(call: Call) -> Plan:
    """Plan ``versions``."""
    identity = id_of(call, call.given, "all")
    return Plan(call.operation("versions"), {"id": identity, **call.keywords})


def version(call: Call) -> Plan:
    """Plan ``version``: an entity and a number such as 0.1."""
    *given, number = call.given if "version" not in call.keywords else (*call.given, None)
    identity = id_of(call, tuple(given), "all")
    arguments = {"id": identity, "version": number, **call.keywords}
    return Plan(call.operation("version"), arguments)


def patches(call: Call) -> Plan:
    """Plan ``patch`` of an entity by operations of the user's own."""
    if len(call.given) < 2 or not isinstance(call.given[-1], list):
        raise call.wrong("", len(call.given), "takes an entity, or an id and a list of operations")
    identity = id_of(call, call.given[:-1])
    return Plan(call.operation("patch"), {"id": identity, **call.keywords}, call.given[-1])


def follows(call: Call) -> Plan:
    """Plan ``follow`` and ``unfollow``: an entity and a user."""
    if len(call.given) != 2:
        raise call.wrong("", len(call.given), "takes two: the entity, and the user or its id")
    user = _user_id(call, call.given[1])
    identity = id_of(call, call.given[:1])
    if call.verb == "follow":
        return Plan(call.operation("follow"), {"id": identity, **call.keywords}, user)
    return Plan(call.operation("unfollow"), {"id": identity, "user": user, **call.keywords})


def _user_id(call: Call, user: Any) -> str:
    raw = model.raw(user) if isinstance(user, model.Entity) else {"id": user}
    identity = raw.get("id")
    if identity is None or not is_id(str(identity)):
        raise call.wrong("user", type(user).__name__, "takes a user, or the id of one")
    return str(identity)


def follower_fields(call: Call) -> Plan:
    """Plan ``followers``: the entity with just that field."""
    place, key = key_of(call, call.given)
    name = "get" if place == "id" else "get_by_name"
    return Plan(call.operation(name), {place: key, "fields": "followers", **call.keywords})


def votes(call: Call) -> Plan:
    """Plan ``vote``: an entity and ``votedUp``, ``votedDown`` or ``unVoted``."""
    if len(call.given) != 2:
        raise call.wrong("", len(call.given), "takes two: the entity, and 'votedUp' or the like")
    body = {"updatedVoteType": call.given[1]}
    return Plan(call.operation("vote"), {"id": id_of(call, call.given[:1]), **call.keywords}, body)


class MethodSpec(NamedTuple):
    """What is known of a verb apart from any collection."""

    operation: str
    """The operation that a collection has to have for it, and whose keywords it takes."""
    plan: Callable[[Call], Plan]
    first: tuple[tuple[str, str], ...] = ()
    """What it takes before its keywords, see ``text.signature``."""
    intro: str = ""


_ONE = (("key", "many"),)
METHODS: dict[str, MethodSpec] = {
    "create": MethodSpec("create", sends),
    "upsert": MethodSpec("upsert", sends),
    "get": MethodSpec(
        "get", gets, _ONE,
        "Return one entity, or None where there is none.\n\n"
        "Takes its id, its fully qualified name, or its names one by one from the outermost on\n"
        "(which are quoted where needed); an entity or a reference is read anew.",
    ),
    "list": MethodSpec(
        "list", lists, (),
        "Return a lazy list: loop over it, ask for its len(), or take its pages one by one.\n\n"
        "`limit` is the size of a page, not of the whole.",
    ),
    "patch": MethodSpec(
        "patch", patches, (("entity", "many"),),
        "Send the changes of an entity, as om.save does; or, of an id, the JSON Patch given.",
    ),
    "delete": MethodSpec(
        "delete", deletes, _ONE,
        "Delete one entity, given as for get, and return it as it was.\n\n"
        "Softly unless hard; with recursive everything below goes too.",
    ),
    "restore": MethodSpec("restore", restores, _ONE, "Bring a softly deleted entity back."),
    "versions": MethodSpec(
        "versions", versions, _ONE, "Return all versions of an entity, newest first."
    ),
    "version": MethodSpec(
        "version", version, (*_ONE, ("version", "one")),
        "Return an entity as it was in a version, such as 0.1.",
    ),
    "follow": MethodSpec("follow", follows, (("entity", "one"), ("user", "one"))),
    "unfollow": MethodSpec("unfollow", follows, (("entity", "one"), ("user", "one"))),
    "followers": MethodSpec(
        "follow", follower_fields, _ONE, "Return the users who follow an entity."
    ),
    "vote": MethodSpec(
        "vote", votes, (("entity", "one"), ("vote", "one")),
        "Vote for or against an entity: votedUp, votedDown or unVoted.",
    ),
}  # fmt: skip
"""All verbs by name; a collection has those whose operation it has."""
