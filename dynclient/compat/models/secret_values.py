"""Secrets: a secret string as the official models hold it, and plain data with secrets hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.model.masking import is_secret
from dynclient.secrets import MASK, Secret, looks_secret, seal, unseal

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynclient.schema import Node


class SecretStr:
    """A secret: ``get_secret_value()`` returns it, everything else shows a mask.

    It is not a ``str``, so that it is never printed, joined or encoded by accident.
    """

    __slots__ = ("_secret_value",)

    def __init__(self, secret_value: str) -> None:
        self._secret_value = secret_value

    def get_secret_value(self, skip_secret_manager: bool = False) -> str:
        """Return the plain value.

        Args:
            skip_secret_manager: accepted and ignored; dynclient uses no secrets manager.
        """
        del skip_secret_manager
        return self._secret_value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SecretStr):
            return NotImplemented
        return self._secret_value == other._secret_value

    def __hash__(self) -> int:
        return hash(self._secret_value)

    def __len__(self) -> int:
        return len(self._secret_value)

    def __str__(self) -> str:
        return MASK if self._secret_value else ""

    def __repr__(self) -> str:
        return f"SecretStr('{self}')"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __copy__(self) -> SecretStr:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> SecretStr:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _unsealed, (seal(self._secret_value),)


def _unsealed(handle: str) -> SecretStr:
    value = unseal(handle)
    return SecretStr(MASK if value is None else value)


def hide_field(node: Node, name: str, value: Any, hide: Callable[[str], Any]) -> Any:
    """Return the value of a field with its secrets hidden; models in it hide their own.

    Args:
        node: the schema node of the object that the field is in.
        name: name of the field in JSON.
        value: its value.
        hide: returns what replaces a secret.
    """
    if not isinstance(value, (str, dict, list, tuple)):
        return value
    field = node.properties.get(name)
    nodes = () if field is None else field.branches or (field,)
    return hide_names(value, hide, is_hidden=is_secret(name, nodes))


def hide_names(value: Any, hide: Callable[[str], Any], *, is_hidden: bool = False) -> Any:
    """Return plain data with the strings under secret names hidden, or the data itself without any.

    Args:
        value: the data.
        hide: returns what replaces a secret.
        is_hidden: hide the data itself, if it is a string or a list of strings.
    """
    if type(value) is dict:
        pairs = [
            (name, hide_names(below, hide, is_hidden=looks_secret(str(name))))
            for name, below in value.items()
        ]
        is_same = all(below is value[name] for name, below in pairs)
        return value if is_same else dict(pairs)
    if type(value) in {list, tuple}:
        items = [hide_names(below, hide, is_hidden=is_hidden) for below in value]
        is_same = all(one is other for one, other in zip(items, value, strict=True))
        return value if is_same else type(value)(items)
    return hide("".join(value)) if is_hidden and isinstance(value, str) else value


def mask(secret: str) -> str:
    """Return the mask for a secret; none for an empty string."""
    return MASK if secret else ""


def reveal(value: Any) -> Any:
    """Return plain data whose secrets were hidden by ``Secret`` as it was before."""
    if type(value) is dict:
        return {name: reveal(below) for name, below in value.items()}
    if type(value) in {list, tuple}:
        return type(value)(map(reveal, value))
    return value.get_secret_value() if type(value) is Secret else value
