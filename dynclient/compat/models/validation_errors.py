"""What is wrong with data given to a model, told as the official models tell it."""

from __future__ import annotations

from typing import Any, NamedTuple

from dynclient.compat.models.secret_values import SecretStr
from dynclient.errors import Problem, ValidationFailed
from dynclient.secrets import MASK, looks_secret
from dynclient.suggestions import did_you_mean

_SHOWN = 100
"""Characters of a value that the text of an error shows."""

Loc = tuple[Any, ...]
"""Where in the data: names and numbers, and which branch of a union was tried."""


class FieldError(NamedTuple):
    """One thing wrong with a value."""

    kind: str
    """``missing``, ``extra_forbidden``, ``enum``, ``string_type`` …"""
    loc: Loc
    message: str
    value: Any
    known: tuple[str, ...] = ()
    """Right names or values, of which the nearest are told."""

    @property
    def nearest(self) -> tuple[str, ...]:
        """The known names or values that are close to the one given."""
        from dynclient.suggestions import nearest

        given = self.value if self.kind == "enum" else self.loc[-1:]
        if isinstance(given, tuple):
            given = given[0] if given else None
        return nearest(given, self.known) if self.known and isinstance(given, str) else ()

    @property
    def told(self) -> str:
        """The message, with what was probably meant."""
        return f"{self.message}{did_you_mean(self.nearest)}"


class ValidationError(ValidationFailed):
    """Data that a model does not take; ``errors()`` lists everything that is wrong."""

    title: str
    """The name of the model."""
    faults: tuple[FieldError, ...]

    def __init__(self, message: str = "", *, title: str = "", faults: Any = (), **_: Any) -> None:
        # What a fault may not show, the error does not hold either.
        listed = tuple(
            fault._replace(value=shown(fault)) for fault in map(FieldError._make, faults)
        )
        super().__init__(
            message, title=title, what=title, faults=listed, problems=map(_problem, listed)
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (self.title, self.faults)

    def render(self) -> str:
        """Return a headline, then the place, what is wrong and what was given, for each fault."""
        count = len(self.parts["faults"])
        lines = [f"{count} validation error{'' if count == 1 else 's'} for {self.parts['title']}"]
        for fault in self.parts["faults"]:
            kind = type(fault.value).__name__
            told = f"[type={fault.kind}, input_value={_short(fault.value)}, input_type={kind}]"
            lines += [".".join(map(str, fault.loc)), f"  {fault.told} {told}"]
        return "\n".join(lines)

    def error_count(self) -> int:
        """Return how many things are wrong."""
        return len(self.faults)

    def errors(
        self, *, include_url: bool = True, include_context: bool = True, include_input: bool = True
    ) -> list[dict[str, Any]]:
        """Return what is wrong as dictionaries with ``type``, ``loc``, ``msg`` and ``input``.

        Args:
            include_url: accepted and without meaning here: no page explains single errors.
            include_context: add ``ctx`` with the nearest right names, where there are any.
            include_input: add what was given, secrets masked.
        """
        del include_url
        listed = []
        for fault in self.faults:
            error: dict[str, Any] = {"type": fault.kind, "loc": fault.loc, "msg": fault.message}
            if include_input:
                error["input"] = fault.value
            if include_context and fault.nearest:
                error["ctx"] = {"nearest": list(fault.nearest)}
            listed.append(error)
        return listed

    def json(self, *, indent: int | None = None, **options: bool) -> str:
        """Return :meth:`errors` as JSON text."""
        import json

        return json.dumps(self.errors(**options), indent=indent, default=str)


def _rebuilt(title: str, faults: tuple[FieldError, ...]) -> ValidationError:
    return ValidationError(title=title, faults=faults)


def shown(fault: FieldError) -> Any:
    """Return the value of a fault as it may be shown: masked where it may be secret."""
    names = [step for step in fault.loc if isinstance(step, str)]
    return masked(fault.value, hide=bool(names) and looks_secret(names[-1]))


def masked(value: Any, *, hide: bool = False) -> Any:
    """Return plain data with everything masked that is named like a secret.

    Args:
        value: the data.
        hide: mask all of it.
    """
    if isinstance(value, dict):
        return {
            name: masked(below, hide=hide or looks_secret(str(name)))
            for name, below in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [masked(below, hide=hide) for below in value]
    hidden = isinstance(value, SecretStr) or (hide and isinstance(value, (str, bytes)))
    return MASK if hidden else value


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN // 2]}…{text[-_SHOWN // 2 :]}"


def _problem(fault: FieldError) -> Problem:
    path = ""
    for step in fault.loc:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else str(step)
    return Problem(path, fault.value, fault.kind, fault.message, fault.nearest)
