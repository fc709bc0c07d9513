"""Where secrets are in an entity's JSON, and JSON with them masked or sealed.

The schemas tell by ``format: password`` and ``mask``; in a union any branch's word counts. Names
tell where no schema reaches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.secrets import MASK, Secret, looks_secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynclient.schema import Node

_ENDINGS = (
    "password",
    "passphrase",
    "secret",
    "secretkey",
    "token",
    "privatekey",
    "apikey",
    "accesskey",
    "jwt",
)


def is_secret(name: str, nodes: tuple[Node, ...]) -> bool:
    """Tell whether a field holds a secret.

    Args:
        name: of the field.
        nodes: its places in the schemas, several in a union; none where no schema knows it.
    """
    if not nodes:
        return looks_secret(name)
    if any(node.secret or node.schema.get("mask") is True for node in nodes):
        return True
    return name.casefold().endswith(_ENDINGS) and any(node.kind == "string" for node in nodes)


def masked(node: Node | None, raw: Any) -> Any:
    """Return a copy of JSON with every secret masked."""
    return _walked(_nodes(node), raw, lambda _: MASK)


def sealed(node: Node | None, raw: Any) -> Any:
    """Return a copy of JSON whose secrets pickle as handles (see ``dynclient.secrets``)."""
    return _walked(_nodes(node), raw, Secret)


def unsealed(raw: Any) -> Any:
    """Return JSON with its sealed secrets as plain strings."""
    if isinstance(raw, dict):
        return {name: unsealed(value) for name, value in raw.items()}
    if isinstance(raw, list):
        return [unsealed(value) for value in raw]
    return raw.get_secret_value() if isinstance(raw, Secret) else raw


def _nodes(node: Node | None) -> tuple[Node, ...]:
    if node is None:
        return ()
    return node.branches or (node,)


def _below(nodes: tuple[Node, ...], name: str) -> tuple[Node, ...]:
    found: list[Node] = []
    for node in nodes:
        below = node.properties.get(name) or node.values
        if below is not None:
            found.extend(_nodes(below))
    return tuple(found)


def _walked(nodes: tuple[Node, ...], raw: Any, hide: Callable[[str], Any]) -> Any:
    if isinstance(raw, dict):
        return {name: _field(name, _below(nodes, name), value, hide) for name, value in raw.items()}
    if isinstance(raw, list):
        below: list[Node] = []
        for node in nodes:
            if node.items is not None:
                below.extend(_nodes(node.items))
        items = tuple(below)
        return [_walked(items, value, hide) for value in raw]
    if isinstance(raw, str) and any(node.secret for node in nodes):
        return hide(raw)
    return raw


def _field(name: str, nodes: tuple[Node, ...], value: Any, hide: Callable[[str], Any]) -> Any:
    if is_secret(name, nodes):
        if isinstance(value, str):
            return hide(value)
        if isinstance(value, list):
            return [hide(one) if isinstance(one, str) else _walked((), one, hide) for one in value]
    return _walked(nodes, value, hide)
