"""Secrets in documents: a file has the place of a secret, and never the secret.

A place is ``${env:NAME}``, an environment variable, or ``${keyring:SERVICE/NAME}``, an entry of the
keyring of the system. Places are recognized only where the schema has a secret: the same text in a
description is a text.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from dynclient.errors import UsageError
from dynclient.model.masking import is_secret, sealed
from dynclient.secrets import Secret
from dynclient.validation.messages import format_path

if TYPE_CHECKING:
    from dynclient.schema import Node

Store = Literal["env", "keyring"]
"""Where the places in files say that secrets are: environment variables, or the keyring."""

PREFIX = "DYNCLIENT_SECRET_"
"""How the names of environment variables begin."""
SERVICE = "dynclient"
"""The service of entries of the keyring."""

_PLACE = re.compile(r"\$\{(?P<store>env|keyring):(?P<name>[^{}]+)\}")
_MARK = "eyJdynclient.place."
_NOT_IN_NAMES = re.compile(r"[^A-Z0-9]+")

Path = tuple[str | int, ...]


def is_place(value: Any) -> bool:
    """Return whether a value is the place of a secret and not a secret."""
    return isinstance(value, str) and _PLACE.fullmatch(value) is not None


def is_wrong_place(value: str) -> bool:
    """Return whether a value looks like a place and is not one, such as ``${file:…}``."""
    return value.startswith("${") and value.endswith("}") and not is_place(value)


class SecretPlaces:
    """The places of the secrets of one catalogue; each secret has another one.

    Args:
        store: where the secrets are.
    """

    def __init__(self, store: Store = "env") -> None:
        self._store = store
        self._owners: dict[str, tuple[str, str, Path]] = {}

    def replaced(self, node: Node, value: Any, entity_type: str, fqn: str) -> Any:
        """Return a copy of JSON with the place of each secret instead of it.

        Args:
            node: the schema node of the JSON.
            value: decoded JSON.
            entity_type: name of the entity type.
            fqn: fully qualified name of the entity.
        """
        return _walk(
            _sealed_below(node, value), (), lambda path, _: self._place(entity_type, fqn, path)
        )

    def _place(self, entity_type: str, fqn: str, path: Path) -> str:
        owner = (entity_type, fqn, path)
        words = [fqn, *(str(step) for step in path)]
        name = "_".join(
            filter(None, (_NOT_IN_NAMES.sub("_", each.upper()).strip("_") for each in words))
        )
        if self._owners.setdefault(name, owner) != owner:
            # Two secrets must not have one place: one of them would be sent as the other.
            text = "\n".join([entity_type, fqn, format_path(path)])
            name = f"{name}_{hashlib.sha256(text.encode()).hexdigest()[:8].upper()}"
            self._owners.setdefault(name, owner)
        if self._store == "keyring":
            return f"${{keyring:{SERVICE}/{name}}}"
        return f"${{env:{PREFIX}{name}}}"


def secret_places(node: Node, value: Any) -> list[tuple[str, str]]:
    """Return the path and the value at each place where a secret is or has to be.

    Args:
        node: the schema node of the JSON.
        value: decoded JSON, of a document.
    """
    found: list[tuple[str, str]] = []

    def note(path: Path, text: str) -> str:
        found.append((format_path(path), text))
        return text

    _walk(_sealed(node, value), (), note)
    return found


def resolve_secrets(
    node: Node, value: Any, environ: Mapping[str, str] | None = None
) -> tuple[Any, list[tuple[str, str]]]:
    """Return a copy of JSON with each secret instead of its place, and what was not found.

    Args:
        node: the schema node of the JSON.
        value: decoded JSON, of a document.
        environ: environment variables; default: those of the process.

    Returns:
        The copy, in which a secret that was not found still is its place; and for each of these
        its path and its place. Values that are not places are kept.

    Raises:
        UsageError: a secret is in the keyring, and the package keyring is not installed.
    """
    missing: list[tuple[str, str]] = []
    variables = os.environ if environ is None else environ

    def secret(path: Path, text: str) -> str:
        found = _PLACE.fullmatch(text)
        if found is None:
            return text
        secret = variables.get(found["name"]) if found["store"] == "env" else _stored(found["name"])
        if secret is None:
            missing.append((format_path(path), text))
            return text
        return secret

    return _walk(_sealed(node, value), (), secret), missing


def _sealed(node: Node, value: Any) -> Any:
    """Return a copy of a document's JSON with its secrets and their places sealed."""
    places: list[str] = []
    marked = _sealed_below(node, _marked(value, places))
    return _unmarked(marked, places) if places else marked


def _sealed_below(node: Node, value: Any) -> Any:
    """Return a copy of JSON with its secrets sealed; parts that cannot have any are not copied."""
    if isinstance(value, list) and node.kind == "array" and node.items is not None:
        return [_sealed_below(node.items, each) for each in value]
    if not _may_have_secrets(node):
        return value
    if not isinstance(value, dict) or node.kind != "object":
        return sealed(node, value)
    found = {}
    fields, secrets = node.properties, _secret_fields(node)
    for name, inner in value.items():
        below = fields.get(name)
        if below is None or name in secrets:
            found[name] = sealed(node, {name: inner})[name]
        else:
            found[name] = _sealed_below(below, inner)
    return found


def _may_have_secrets(node: Node) -> bool:
    """Return whether JSON of a place may have secrets; kept with the release."""
    known: dict[str, bool] = node.release.memo("places of secrets", lambda _: {})
    found = known.get(node.ref)
    if found is None:
        found = known[node.ref] = _finds_secrets(node)
    return found


def _secret_fields(node: Node) -> frozenset[str]:
    """Return the names of the properties of a type that are secrets; kept with the release."""
    known: dict[str, frozenset[str]] = node.release.memo("fields of secrets", lambda _: {})
    found = known.get(node.ref)
    if found is None:
        found = known[node.ref] = frozenset(
            name
            for name, each in node.properties.items()
            if is_secret(name, each.branches or (each,))
        )
    return found


def _finds_secrets(start: Node) -> bool:
    waiting, seen = [start.target], {start.target.ref}
    while waiting:
        node = waiting.pop()
        if node.kind in {"map", "any"} or (node.kind == "object" and not node.closed):
            return True  # any key of it may have a secret
        if _secret_fields(node):
            return True
        items = () if node.items is None else (node.items,)
        for below in (*node.properties.values(), *node.branches, *items):
            if below.target.ref not in seen:
                seen.add(below.target.ref)
                waiting.append(below.target)
    return start.secret


def _marked(value: Any, places: list[str]) -> Any:
    """Return a copy with a made-up credential instead of each place; note the places.

    Any key of a free map may have a secret, and only its text says that it is one.
    """
    if isinstance(value, dict):
        return {name: _marked(inner, places) for name, inner in value.items()}
    if isinstance(value, list):
        return [_marked(inner, places) for inner in value]
    if not is_place(value):
        return value
    places.append(value)
    return f"{_MARK}{len(places) - 1}"


def _unmarked(value: Any, places: list[str]) -> Any:
    if isinstance(value, dict):
        return {name: _unmarked(inner, places) for name, inner in value.items()}
    if isinstance(value, list):
        return [_unmarked(inner, places) for inner in value]
    text = value.get_secret_value() if isinstance(value, Secret) else value
    if not isinstance(text, str) or not text.startswith(_MARK):
        return value
    place = places[int(text.removeprefix(_MARK))]
    return Secret(place) if isinstance(value, Secret) else place


def _stored(name: str) -> str | None:
    """Return an entry of the keyring, or None."""
    try:
        import keyring
    except ImportError:
        message = "secrets in the keyring need the package keyring; install dynclient[login]"
    else:
        service, _, user = name.rpartition("/")
        return keyring.get_password(service, user)
    raise UsageError(message)


def _walk(value: Any, path: Path, change: Callable[[Path, str], str]) -> Any:
    """Return a copy of sealed JSON with its secrets changed."""
    if isinstance(value, Secret):
        return change(path, value.get_secret_value())
    if isinstance(value, dict):
        return {name: _walk(inner, (*path, name), change) for name, inner in value.items()}
    if isinstance(value, list):
        return [_walk(inner, (*path, place), change) for place, inner in enumerate(value)]
    return value
