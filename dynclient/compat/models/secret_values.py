"""A secret string, as the official models hold it."""

from __future__ import annotations

from typing import Any

from dynclient.secrets import MASK, seal, unseal


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
