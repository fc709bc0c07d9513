"""The methods of collections: what a user writes, turned into operations and their arguments.

Each verb is a function that plans: it gives the operation, its arguments and its body. Sending is
the dispatcher's; so a call and ``om.prepare`` of the same call cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient import fqn, model
from dynclient.dispatch import refused
from dynclient.errors import BadName, Problem, UsageError

if TYPE_CHECKING:
    from dynclient.operations import Operation
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.schema import Release

Ask = Callable[["Plan"], Any]
"""Carries out a plan that another needs first, such as looking up an id."""


class Plan(NamedTuple):
    """One operation with all it needs."""

    operation: Operation
    arguments: dict[str, Any]
    body: Any = None


class Call(NamedTuple):
    """What a user wrote: the collection, its method, and the arguments."""

    spec: CollectionSpec
    release: Release
    verb: str
    given: tuple[Any, ...]
    keywords: dict[str, Any]
    ask: Ask

    @property
    def name(self) -> str:
        """``tables.create``."""
        return f"{self.spec.attribute}.{self.verb}"

    def operation(self, name: str) -> Operation:
        """Return an operation that the collection is known to have."""
        return self.spec.operations[name]

    def wrong(self, place: str, value: Any, message: str) -> Exception:
        """Return the error for one wrong argument."""
        return refused(self.name, [Problem(place, value, "argument", message)])


# -- keys: which entity is meant -------------------------------------------------------------------


def is_id(text: str) -> bool:
    """Tell whether a text has the shape of an id, a UUID with dashes."""
    if len(text) != 36 or text.count("-") != 4:
        return False
    parts = [len(part) for part in text.split("-")]
    return parts == [8, 4, 4, 4, 12] and all(c in _HEX for c in text)


_HEX = frozenset("0123456789abcdefABCDEF-")


def key_of(call: Call, given: tuple[Any, ...]) -> tuple[str, str]:
    """Return ("id", id) or ("fqn", fully qualified name) of the entity that is meant.

    Args:
        call: whose keywords ``id`` and ``fqn`` count, too.
        given: an id, a name, an entity or a reference to it; or several names.

    Raises:
        BadArguments: nothing, or something else.
    """
    for keyword in ("id", "fqn"):
        if not given and call.keywords.get(keyword) is not None:
            return _named(call, keyword, call.keywords.pop(keyword))
    if len(given) == 1 and isinstance(given[0], tuple):
        given = given[0]
    if not given:
        raise call.wrong("", None, "which one? Give its id, its name, or the entity")
    if len(given) > 1:
        try:
            return "fqn", fqn.build(*given)
        except BadName as error:
            raise call.wrong("", given, str(error)) from None
    return _key(call, given[0])


def _named(call: Call, keyword: str, value: Any) -> tuple[str, str]:
    """Return the key that was given as ``id`` or ``fqn``."""
    if isinstance(value, model.Entity):
        return _key_of_entity(call, value)
    text = str(value)
    if keyword == "id" and not is_id(text):
        # Servers have no route for it, which would be told as if the collection were not there.
        raise call.wrong("id", text, f"{text!r} is no id, which is a UUID; a name is given as fqn")
    return keyword, text


def _key(call: Call, key: Any) -> tuple[str, str]:
    if isinstance(key, model.Entity):
        return _key_of_entity(call, key)
    if isinstance(key, str):
        text = "".join(key)
        if not text:
            raise call.wrong("", key, "an empty name is none")
        return ("id" if is_id(text) else "fqn"), text
    from uuid import UUID

    if isinstance(key, UUID):
        return "id", str(key)
    message = f"{type(key).__name__} is neither an id, nor a name, nor an entity"
    raise call.wrong("", type(key).__name__, message)


def _key_of_entity(call: Call, entity: Any) -> tuple[str, str]:
    raw, node, own = model.raw(entity), model.schema_of(entity), call.spec.entity
    # A reference tells its type in its data, an entity by its class.
    kind = node.entity.name if node.entity is not None else raw.get("type", own.name)
    if kind.casefold() != own.name.casefold():
        raise call.wrong("", node.type_name, f"is a {kind}, where a {own.name} is wanted")
    for place, field in (("id", "id"), ("fqn", "fullyQualifiedName"), ("fqn", "name")):
        if isinstance(raw.get(field), str):
            return place, raw[field]
    raise call.wrong("", node.type_name, "has neither an id nor a name")


def id_of(call: Call, given: tuple[Any, ...], include: str = "non-deleted") -> str:
    """Return the id of the entity that is meant, asking the server where only its name is known."""
    place, key = key_of(call, given)
    if place == "id":
        return key
    lookup = Plan(call.operation("get_by_name"), {"fqn": key, "include": include})
    return str(model.raw(call.ask(lookup))["id"])


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
    from dynclient.client.references import settled

    return Plan(operation, outer, settled(call, operation.body or "", body))


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


class Spec(NamedTuple):
    """What is known of a verb apart from any collection."""

    operation: str
    """The operation that a collection has to have for it, and whose keywords it takes."""
    plan: Callable[[Call], Plan]
    first: tuple[tuple[str, str], ...] = ()
    """What it takes before its keywords, see ``text.signature``."""
    intro: str = ""


_ONE = (("key", "many"),)
SPECS: dict[str, Spec] = {
    "create": Spec("create", sends),
    "upsert": Spec("upsert", sends),
    "get": Spec(
        "get", gets, _ONE,
        "Return one entity, or None where there is none.\n\n"
        "Takes its id, its fully qualified name, or its names one by one from the outermost on\n"
        "(which are quoted where needed); an entity or a reference is read anew.",
    ),
    "list": Spec(
        "list", lists, (),
        "Return a lazy list: loop over it, ask for its len(), or take its pages one by one.\n\n"
        "`limit` is the size of a page, not of the whole.",
    ),
    "patch": Spec(
        "patch", patches, (("entity", "many"),),
        "Send the changes of an entity, as om.save does; or, of an id, the JSON Patch given.",
    ),
    "delete": Spec(
        "delete", deletes, _ONE,
        "Delete one entity, given as for get, and return it as it was.\n\n"
        "Softly unless hard; with recursive everything below goes too.",
    ),
    "restore": Spec("restore", restores, _ONE, "Bring a softly deleted entity back."),
    "versions": Spec("versions", versions, _ONE, "Return all versions of an entity, newest first."),
    "version": Spec(
        "version", version, (*_ONE, ("version", "one")),
        "Return an entity as it was in a version, such as 0.1.",
    ),
    "follow": Spec("follow", follows, (("entity", "one"), ("user", "one"))),
    "unfollow": Spec("unfollow", follows, (("entity", "one"), ("user", "one"))),
    "followers": Spec("follow", follower_fields, _ONE, "Return the users who follow an entity."),
    "vote": Spec(
        "vote", votes, (("entity", "one"), ("vote", "one")),
        "Vote for or against an entity: votedUp, votedDown or unVoted.",
    ),
}  # fmt: skip
"""All verbs by name; a collection has those whose operation it has."""


def nothing_asked(plan: Plan) -> Any:
    """Refuse to look anything up, where a request shall be prepared and nothing sent."""
    raise UsageError(
        f"preparing this needs a request of its own ({plan.operation.method}"
        f" {plan.operation.route}); give the id or the entity instead of the name"
    )
