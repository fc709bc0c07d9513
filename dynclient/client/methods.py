"""The methods of collections: what a user writes, turned into operations and their arguments.

Each method has a function that plans it: it returns the operation, its arguments and its body. The
session sends it, so a call and ``om.prepare`` of the same call cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from dynclient import model
from dynclient.operations.operation import Plan, is_id
from dynclient.session.calls import Call, path_names, plan_create


def plan_series(call: Call, body: Any = None) -> Plan:
    """Plan a method of a time series: the values of its path in order, or an entry of it."""
    operation = call.operation(METHODS[call.method].operation)
    names = path_names(operation)
    values = call.values
    if len(values) == 1 and isinstance(values[0], model.Entity):
        node, raw = model.schema_of(values[0]), model.raw(values[0])
        if node.entity is not None and node.entity.name == call.spec.entity.name:
            fields = {each.name: each.field or each.name for each in operation.parameters}
            values = tuple(raw.get(fields[name]) for name in names)
    if len(values) > len(names):
        message = f"takes {', '.join(names)}, and keywords" if names else "takes keywords only"
        raise call.error("", len(call.values), message)
    return Plan(operation, {**dict(zip(names, values, strict=False)), **call.keywords}, body)


def plan_get(call: Call) -> Plan:
    """Plan ``get``."""
    if path_names(call.operation("get")) != ["id"]:
        return plan_series(call)
    kind, key = call.key(call.values)
    name = "get" if kind == "id" else "get_by_name"
    if name not in call.spec.operations:
        raise call.error("", key, "must be an id; entities of this type cannot be read by name")
    return Plan(call.operation(name), {kind: key, **call.keywords})


def plan_list(call: Call) -> Plan:
    """Plan ``list``."""
    if call.values and path_names(call.operation("list")):
        return plan_series(call)
    if call.values:
        raise call.error("", len(call.values), "takes keywords only, such as limit=50")
    size = call.keywords.get("page_size")
    if size == 0 and not isinstance(size, bool):
        message = "must be 1 or more, not 0; len(…) is the number of entities"
        raise call.error("page_size", size, message)
    return Plan(call.operation("list"), dict(call.keywords))


def plan_delete(call: Call) -> Plan:
    """Plan ``delete``.

    By id, so that a repeated request never deletes what was created under the name meanwhile. Most
    servers ignore ``recursive`` for names, too.
    """
    if call.spec.entity.kind == "timeseries":
        return plan_series(call)
    identity = call.id(call.values, "all")
    return Plan(call.operation("delete"), {"id": identity, **call.keywords})


def plan_restore(call: Call) -> Plan:
    """Plan ``restore``."""
    body = {"id": call.id(call.values, "deleted")}
    return Plan(call.operation("restore"), dict(call.keywords), body)


def plan_versions(call: Call) -> Plan:
    """Plan ``versions``."""
    identity = call.id(call.values, "all")
    return Plan(call.operation("versions"), {"id": identity, **call.keywords})


def plan_version(call: Call) -> Plan:
    """Plan ``version``: an entity and a number such as 0.1."""
    if "version" in call.keywords:
        key, number = call.values, None
    elif len(call.values) > 1:
        key, number = call.values[:-1], call.values[-1]
    else:
        message = "takes two arguments: the entity, and the number of a version"
        raise call.error("", len(call.values), message)
    identity = call.id(key, "all")
    arguments = {"id": identity, "version": number, **call.keywords}
    return Plan(call.operation("version"), arguments)


def plan_patch(call: Call) -> Plan:
    """Plan ``patch`` of an entity with JSON Patch operations of the user's own."""
    if len(call.values) < 2 or not isinstance(call.values[-1], list):
        message = "takes a changed entity, or an id and a list of JSON Patch operations"
        raise call.error("", len(call.values), message)
    if path_names(call.operation("patch")) != ["id"]:
        return plan_series(call._replace(values=call.values[:-1]), call.values[-1])
    identity = call.id(call.values[:-1])
    return Plan(call.operation("patch"), {"id": identity, **call.keywords}, call.values[-1])


def plan_follow(call: Call) -> Plan:
    """Plan ``follow`` and ``unfollow``: an entity and a user."""
    if len(call.values) != 2:
        message = "takes two arguments: the entity, and the user or the id of one"
        raise call.error("", len(call.values), message)
    user = _user_id(call, call.values[1])
    identity = call.id(call.values[:1])
    if call.method == "follow":
        return Plan(call.operation("follow"), {"id": identity, **call.keywords}, user)
    return Plan(call.operation("unfollow"), {"id": identity, "user": user, **call.keywords})


def _user_id(call: Call, user: Any) -> str:
    raw = model.raw(user) if isinstance(user, model.Entity) else {"id": user}
    identity = raw.get("id")
    from uuid import UUID

    if not isinstance(identity, (str, UUID)) or not is_id(str(identity)):
        label = repr(user) if isinstance(user, (str, model.Entity)) else type(user).__name__
        message = f"must be a user or the id of one, not {label}"
        raise call.error("user", type(user).__name__, message)
    return str(identity)


def plan_followers(call: Call) -> Plan:
    """Plan ``followers``: the entity with that field only."""
    kind, key = call.key(call.values)
    name = "get" if kind == "id" else "get_by_name"
    return Plan(call.operation(name), {kind: key, "fields": "followers", **call.keywords})


def plan_vote(call: Call) -> Plan:
    """Plan ``vote``: an entity and ``up``, ``down`` or None, or the server's words for these."""
    if len(call.values) != 2:
        message = "takes two arguments: the entity, and 'up', 'down' or None"
        raise call.error("", len(call.values), message)
    vote = call.values[1]
    if vote not in [*_VOTES, *_VOTES.values()]:
        raise call.error("vote", vote, f"must be 'up', 'down' or None, not {vote!r}")
    body = {"updatedVoteType": _VOTES.get(vote, vote)}
    return Plan(call.operation("vote"), {"id": call.id(call.values[:1]), **call.keywords}, body)


_VOTES = {"up": "votedUp", "down": "votedDown", None: "unVoted"}
"""What users write for a vote, and what servers take."""


class MethodSpec(NamedTuple):
    """What is known of a method apart from any collection."""

    operation: str
    """The operation that a collection must have for it, and whose keywords it takes."""
    plan: Callable[[Call], Plan]
    first: tuple[tuple[str, str], ...] = ()
    """Its positional arguments, see ``docstrings.signature``."""
    intro: str = ""


_ONE = (("key", "many"), ("id", "option"), ("fqn", "option"))
METHODS: dict[str, MethodSpec] = {
    "create": MethodSpec("create", plan_create),
    "upsert": MethodSpec("upsert", plan_create),
    "get": MethodSpec(
        "get", plan_get, _ONE,
        "Return one entity, or None if it does not exist.\n\n"
        "Takes its id, its fully qualified name, or its names one by one from the outermost on\n"
        "(quoted where needed); an entity or a reference is read again.",
    ),
    "list": MethodSpec(
        "list", plan_list, (),
        "Return a lazy list: loop over it, take [:5], .first() or len() of it, or read it\n"
        "page by page with .page() and .pages().\n\n"
        "`limit` is the number of entities, `page_size` the number of them per request.",
    ),
    "patch": MethodSpec(
        "patch", plan_patch, (("entity", "many"),),
        "Send the changes of an entity, as om.save does; or JSON Patch operations for an id.",
    ),
    "latest": MethodSpec("latest", plan_series),
    "delete": MethodSpec(
        "delete", plan_delete, _ONE,
        "Delete one entity, named as for get, and return it as it was. Of a name, the id is\n"
        "requested first.\n\n"
        "The server keeps it and can restore it, unless hard=True. recursive=True deletes\n"
        "everything below it too.\n\n"
        "Returns None if the response was lost, and the repeated request finds it deleted.",
    ),
    "restore": MethodSpec(
        "restore", plan_restore, _ONE, "Restore an entity that was deleted without hard=True."
    ),
    "versions": MethodSpec(
        "versions", plan_versions, _ONE, "Return all versions of an entity, newest first."
    ),
    "version": MethodSpec(
        "version", plan_version, (("key", "many"), ("version", "one"), *_ONE[1:]),
        "Return an entity as it was in one version, such as 0.1.",
    ),
    "follow": MethodSpec("follow", plan_follow, (("entity", "one"), ("user", "one"))),
    "unfollow": MethodSpec("unfollow", plan_follow, (("entity", "one"), ("user", "one"))),
    "followers": MethodSpec(
        "follow", plan_followers, _ONE, "Return the users who follow an entity."
    ),
    "vote": MethodSpec(
        "vote", plan_vote, (("entity", "one"), ("vote", "one")),
        "Vote for or against an entity: 'up', 'down', or None to withdraw the vote.",
    ),
}  # fmt: skip
"""All methods by name; a collection has those whose operation it has."""
