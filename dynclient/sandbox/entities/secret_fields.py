"""Secrets in responses: found by the schema, and replaced by a mask or an encrypted text."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities.request_parsing import choose_branch

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel
    from dynclient.schema.node import Node

MASK = "*********"
"""The text that the server sends in place of a secret."""

_ENCRYPTED = "fernet:"
"""The prefix of an encrypted secret."""


def encrypt(secret: str) -> str:
    """Return the text that the server keeps and sends in place of a secret after some changes.

    Nothing decrypts it: a text that a client sends back is compared with that of the stored secret.
    """
    if secret.startswith(_ENCRYPTED):
        return secret
    return _ENCRYPTED + hashlib.blake2b(secret.encode(), digest_size=24).hexdigest()


def mask_secrets(model: EntityModel, doc: dict[str, Any]) -> dict[str, Any]:
    """Return ``doc`` with every secret masked; parts without secrets are not copied."""
    if not model.secret_fields:
        return doc
    out = dict(doc)
    for name in model.secret_fields:
        if name in out:
            out[name] = _replace(model.node.properties[name], out[name], None)
    return out


def encrypt_secrets(
    model: EntityModel, doc: dict[str, Any], fields: Collection[str]
) -> dict[str, Any]:
    """Return ``doc`` with the secrets of some fields encrypted, and all others masked."""
    out = mask_secrets(model, doc)
    encrypted = model.secret_fields.intersection(fields, out)
    replaced = {
        name: _replace(model.node.properties[name], doc[name], None, encrypt) for name in encrypted
    }
    return {**out, **replaced}


def mask(node: Node, value: Any) -> Any:
    """Return a value of a schema with its secrets masked; of a union, those of every branch."""
    for branch in node.branches or (node,):
        value = _replace(branch, value, None)
    return value


def remove_masked(model: EntityModel, doc: dict[str, Any]) -> dict[str, Any]:
    """Return ``doc`` as servers write it to logs: without fields whose schema says ``mask``.

    Any other secret is masked.
    """
    out = dict(doc)
    for name in model.secret_fields:
        if name in out:
            out[name] = _without_masked(model.node.properties[name], out[name])
    return mask_secrets(model, out)


def _without_masked(node: Node, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    properties = node.properties
    return {
        name: _without_masked(properties[name], inner) if name in properties else inner
        for name, inner in value.items()
        if not (name in properties and properties[name].schema.get("mask"))
    }


def restore_secrets(
    model: EntityModel, doc: dict[str, Any], stored: dict[str, Any]
) -> dict[str, Any]:
    """Return ``doc`` with the masks that a client sent back replaced by the stored secrets."""
    if not model.secret_fields:
        return doc
    out = dict(doc)
    for name in model.secret_fields:
        if name in out and name in stored:
            out[name] = _replace(model.node.properties[name], out[name], stored[name])
    return out


def _mask(secret: str) -> str:  # noqa: ARG001
    return MASK


def _replace(node: Node, value: Any, stored: Any, hide: Callable[[str], str] = _mask) -> Any:
    """Hide the secrets of ``value``, or restore them from ``stored`` if it is not None."""
    if isinstance(value, str):
        if not node.secret:
            return value
        if stored is None:
            return hide(value)
        is_hidden = isinstance(stored, str) and value in {MASK, encrypt(stored)}
        return stored if is_hidden else value
    if isinstance(value, list):
        item = node.items
        if item is None:
            return value
        current = stored if isinstance(stored, list) else []
        return [
            _replace(
                item,
                inner,
                current[place] if place < len(current) else ({} if current else stored),
                hide,
            )
            for place, inner in enumerate(value)
        ]
    if isinstance(value, dict):
        return _replace_fields(node, value, stored, hide)
    return value


def _replace_fields(
    node: Node, value: dict[str, Any], stored: Any, hide: Callable[[str], str]
) -> dict[str, Any]:
    if node.kind == "union":
        branch = choose_branch(node, value)
        return value if branch is None else _replace_fields(branch, value, stored, hide)
    properties = node.properties
    extra = node.values
    current = stored if isinstance(stored, dict) else ({} if stored is not None else None)
    out: dict[str, Any] = {}
    for name, inner in value.items():
        child = properties.get(name, extra)
        below = None if current is None else current.get(name, {})
        out[name] = inner if child is None else _replace(child, inner, below, hide)
    return out
