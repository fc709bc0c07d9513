"""Secrets in an entity's JSON: where they are, and copies with them masked or sealed.

The schemas mark them by ``format: password`` and ``mask``; in a union one branch is enough. Where
there is no schema, and in maps whose keys no schema names, the name of a field decides, or a value
that looks like a credential.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from dynclient.schema.pointers import nested_too_deeply
from dynclient.secrets import MASK, Secret, has_credential, is_mask, looks_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dynclient.schema import Node

T = TypeVar("T")

_ENDINGS = (
    "password",
    "passwd",
    "passcode",
    "pwd",
    "passphrase",
    "secret",
    "secretkey",
    "token",
    "privatekey",
    "apikey",
    "accesskey",
    "jwt",
)
_KEYS = ("id", "name")
"""What identifies an item of a list."""


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
    plain = name.casefold().replace("_", "").replace("-", "")
    return plain.endswith(_ENDINGS) and any(node.kind in {"string", "any"} for node in nodes)


def is_secret_key(name: str, nodes: tuple[Node, ...]) -> bool:
    """Return whether a key of a map is a secret; no schema names it, so its name decides.

    Args:
        name: the key.
        nodes: the schema nodes of the values of the map; none where there is no schema.
    """
    return looks_secret(name) or is_secret(name, nodes)


def masked(node: Node | None, raw: Any) -> Any:
    """Return a copy of JSON with each secret replaced by ``MASK``.

    Args:
        node: the schema node of the JSON, or None.
        raw: decoded JSON.
    """
    return _copied(_hidden, _nodes(node), raw, lambda _: MASK)


def masked_map(values: Node | None, raw: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of a map with each secret replaced by ``MASK``.

    Args:
        values: the schema node of its values, or None.
        raw: the map.
    """
    return _copied(_hidden_map, _nodes(values), raw, lambda _: MASK)


def sealed_map(values: Node | None, raw: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of a map as :func:`sealed` does; for the arguments see :func:`masked_map`."""
    return _copied(_hidden_map, _nodes(values), raw, Secret)


def without_secrets(raw: Any) -> Any:
    """Return a copy of sealed JSON with its secrets replaced by ``MASK``."""
    if isinstance(raw, dict):
        return {name: without_secrets(value) for name, value in raw.items()}
    if isinstance(raw, list):
        return [without_secrets(value) for value in raw]
    return MASK if isinstance(raw, Secret) else raw


def sealed(node: Node | None, raw: Any) -> Any:
    """Return a copy of JSON whose secrets pickle as handles, see :func:`dynclient.secrets.seal`.

    Args:
        node: the schema node of the JSON, or None.
        raw: decoded JSON.
    """
    return _copied(_hidden, _nodes(node), raw, Secret)


def _copied(copy: Callable[..., T], *arguments: Any, **keywords: Any) -> T:
    """Return the result of a recursive function, or raise a UsageError if that went too deep."""
    try:
        return copy(*arguments, **keywords)
    except RecursionError:
        raise nested_too_deeply() from None


def mask_paths(node: Node | None, raw: Any) -> list[str]:
    """Return the places where JSON has a mask instead of a secret, in Python syntax.

    Args:
        node: the schema node of the JSON, or None.
        raw: decoded JSON.
    """
    return [*_mask_paths(_nodes(node), raw, "", secret=False)]


def patch_mask_paths(node: Node | None, operations: Any) -> list[str]:
    """Return the places where a JSON Patch would write a mask instead of a secret.

    Args:
        node: the schema node of the entity that is patched, or None.
        operations: the patch.
    """
    found: list[str] = []
    for operation in operations if isinstance(operations, list) else ():
        if not isinstance(operation, dict) or operation.get("op") not in {"add", "replace"}:
            continue
        nodes, path, secret = _patch_place(node, operation)
        found.extend(_mask_paths(nodes, operation.get("value"), path, secret=secret))
    return found


def masked_patch(node: Node | None, operations: Any) -> Any:
    """Return a copy of a JSON Patch with each secret in it replaced by ``MASK``.

    Args:
        node: the schema node of the entity that is patched, or None.
        operations: the patch.
    """
    if not isinstance(operations, list):
        return masked(None, operations)
    found = []
    for operation in operations:
        if not isinstance(operation, dict) or "value" not in operation:
            found.append(operation)
            continue
        nodes, _, secret = _patch_place(node, operation)
        value = _copied(_field, nodes, operation["value"], lambda _: MASK, is_secret=secret)
        found.append({**operation, "value": value})
    return found


def _patch_place(
    node: Node | None, operation: dict[str, Any]
) -> tuple[tuple[Node, ...], str, bool]:
    """Return the nodes of what a patch operation changes, its path, and whether it is secret."""
    from dynclient.schema.pointers import parts

    nodes, path, secret = _nodes(node), "", False
    for name in parts(str(operation.get("path", ""))):
        if name == "-" or name.isdigit():
            nodes, path = _items(nodes), f"{path}[{name}]"
        else:
            nodes, secret = _masked_field(nodes, name, operation.get("value"))
            path = _joined(path, name)
    return nodes, path, secret


def without_masks(node: Node | None, before: Any, after: Any) -> Any:
    """Return a copy of changed JSON with the former value at each place that is masked now.

    A mask where there was no value stays.

    Args:
        node: the schema node of the JSON, or None.
        before: the JSON before the change.
        after: the JSON after the change.
    """
    return _without_masks(_nodes(node), before, after, secret=False)


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


def _below(nodes: tuple[Node, ...], name: str) -> tuple[tuple[Node, ...], bool]:
    """Return the nodes of a field, and whether a schema names it."""
    found: list[Node] = []
    is_named = False
    for node in nodes:
        below = node.properties.get(name)
        is_named = is_named or below is not None
        below = below or node.values
        if below is not None:
            found.extend(_nodes(below))
    return tuple(found), is_named


def _items(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    found: list[Node] = []
    for node in nodes:
        if node.items is not None:
            found.extend(_nodes(node.items))
    return tuple(found)


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _mask_paths(nodes: tuple[Node, ...], raw: Any, path: str, *, secret: bool) -> Iterator[str]:
    if isinstance(raw, dict):
        for name, value in raw.items():
            below, hidden = _masked_field(nodes, name, value)
            yield from _mask_paths(below, value, _joined(path, name), secret=hidden)
    elif isinstance(raw, list):
        for number, value in enumerate(raw):
            yield from _mask_paths(_items(nodes), value, f"{path}[{number}]", secret=secret)
    elif is_mask(raw) and (secret or any(node.secret for node in nodes)):
        yield path


def _without_masks(nodes: tuple[Node, ...], before: Any, after: Any, *, secret: bool) -> Any:
    if isinstance(after, dict):
        known = before if isinstance(before, dict) else {}
        kept = {}
        for name, value in after.items():
            below, hidden = _masked_field(nodes, name, value)
            kept[name] = _without_masks(below, known.get(name), value, secret=hidden)
        return kept
    if isinstance(after, list):
        formers = before if isinstance(before, list) else []
        pairs = [(_former(formers, after, place), item) for place, item in enumerate(after)]
        return [_without_masks(_items(nodes), *pair, secret=secret) for pair in pairs]
    if is_mask(after) and isinstance(before, str):
        return before if secret or any(node.secret for node in nodes) else after
    return after


def _former(before: list[Any], after: list[Any], place: int) -> Any:
    """Return the former item that the masks in an item of a list stand for; None if in doubt.

    Items may have been moved since, so the place alone does not identify one.
    """
    item = after[place]
    if not _has_mask(item):
        return None  # nothing of it is needed
    found = [each for each in before if _is_equal_but_masks(each, item)]
    if not found and isinstance(item, dict):
        key = next((name for name in _KEYS if name in item), "")
        objects = [each for each in before if isinstance(each, dict)]
        found = [each for each in objects if key in each and each[key] == item[key]]
    if len(found) > 1 and len(before) == len(after):
        found = [each for each in found if each is before[place]]
    return found[0] if len(found) == 1 else None


def _has_mask(raw: Any) -> bool:
    if isinstance(raw, (dict, list)):
        return any(map(_has_mask, raw.values() if isinstance(raw, dict) else raw))
    return is_mask(raw)


def _is_equal_but_masks(before: Any, after: Any) -> bool:
    if isinstance(before, dict) and isinstance(after, dict):
        return before.keys() == after.keys() and all(
            _is_equal_but_masks(value, after[name]) for name, value in before.items()
        )
    if isinstance(before, list) and isinstance(after, list):
        return len(before) == len(after) and all(map(_is_equal_but_masks, before, after))
    return before == after or (is_mask(after) and isinstance(before, str))


def _hidden(nodes: tuple[Node, ...], raw: Any, hide: Callable[[str], Any]) -> Any:
    if isinstance(raw, dict):
        hidden = {}
        for name, value in raw.items():
            below, is_named = _below(nodes, name)
            is_hidden = is_secret(name, below) if is_named else _is_hidden_key(name, below, value)
            hidden[name] = _field(below, value, hide, is_secret=is_hidden)
        return hidden
    if isinstance(raw, list):
        items = _items(nodes)
        return [_hidden(items, value, hide) for value in raw]
    if isinstance(raw, str) and any(node.secret for node in nodes):
        return hide(raw)
    return raw


def _is_hidden_key(name: str, nodes: tuple[Node, ...], value: Any) -> bool:
    """Return whether the value of a key that no schema names is hidden: its own text may say so."""
    return is_secret_key(name, nodes) or (isinstance(value, str) and has_credential(value))


def _masked_field(nodes: tuple[Node, ...], name: str, value: Any) -> tuple[tuple[Node, ...], bool]:
    """Return the nodes of a field, and whether a mask in it replaces a secret.

    It does under any key of a free map, see ``_is_hidden_key``. Where there is no schema at all,
    the text of the mask may be the value itself.
    """
    below, is_named = _below(nodes, name)
    is_masked = bool(nodes) and not is_named and value == MASK
    return below, is_secret_key(name, below) or is_masked


def _hidden_map(
    nodes: tuple[Node, ...], raw: dict[str, Any], hide: Callable[[str], Any]
) -> dict[str, Any]:
    return {
        name: _field(nodes, value, hide, is_secret=_is_hidden_key(name, nodes, value))
        for name, value in raw.items()
    }


def _field(
    nodes: tuple[Node, ...], value: Any, hide: Callable[[str], Any], *, is_secret: bool
) -> Any:
    if is_secret:
        if isinstance(value, str):
            return hide(value)
        if isinstance(value, list):
            return [
                hide(item) if isinstance(item, str) else _hidden((), item, hide) for item in value
            ]
    return _hidden(nodes, value, hide)
