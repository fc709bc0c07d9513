"""Which entity is meant: by id, name, entity or reference."""

from __future__ import annotations

from typing import Any

from dynclient import fqn, model
from dynclient.client.calls import Call, Plan
from dynclient.errors import BadName


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
