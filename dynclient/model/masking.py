"""Secrets in an entity's JSON: where they are, and copies with them masked or sealed.

The schemas mark them by ``format: password`` and ``mask``; in a union one branch is enough. Where
there is no schema, the name of a field decides.
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
    """Return whether a field is a secret.

    Args:
        name: of the field.
        nodes: its schema nodes, several in a union; none where no schema has it.
    """
    if not nodes:
        return looks_secret(name)
    if any(node.secret or node.schema.get("mask") is True for node in nodes):
        return True
    return name.casefold().endswith(_ENDINGS) and any(node.kind == "string" for node in nodes)


def masked(node: Node | None, raw: Any) -> Any:
    """Return a copy of JSON with each secret replaced by ``MASK``.

    Args:
        node: the schema node of the JSON, or None.
        raw: decoded JSON.
    """
    return _hidden(_nodes(node), raw, lambda _: MASK)


def sealed(node: Node | None, raw: Any) -> Any:
    """Return a copy of JSON whose secrets pickle as handles, see :func:`dynclient.secrets.seal`.

    Args:
        node: the schema node of the JSON, or None.
        raw: decoded JSON.
    """
    return _hidden(_nodes(node), raw, Secret)


def unsealed(raw: Any) -> Any:
    """Return a copy of sealed JSON with its secrets as plain strings."""
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


def _hidden(nodes: tuple[Node, ...], raw: Any, hide: Callable[[str], Any]) -> Any:
    if isinstance(raw, dict):
        return {name: _field(name, _below(nodes, name), value, hide) for name, value in raw.items()}
    if isinstance(raw, list):
        below: list[Node] = []
        for node in nodes:
            if node.items is not None:
                below.extend(_nodes(node.items))
        items = tuple(below)
        return [_hidden(items, value, hide) for value in raw]
    if isinstance(raw, str) and any(node.secret for node in nodes):
        return hide(raw)
    return raw


def _field(name: str, nodes: tuple[Node, ...], value: Any, hide: Callable[[str], Any]) -> Any:
    if is_secret(name, nodes):
        if isinstance(value, str):
            return hide(value)
        if isinstance(value, list):
            return [
                hide(item) if isinstance(item, str) else _hidden((), item, hide) for item in value
            ]
    return _hidden(nodes, value, hide)
