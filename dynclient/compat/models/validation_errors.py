"""Errors in data given to a model, in the form and wording of pydantic."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from dynclient.compat.models.secret_values import SecretStr
from dynclient.errors import Problem, ValidationFailed
from dynclient.schema.pointers import is_deeper
from dynclient.secrets import MASK, has_credential, looks_secret
from dynclient.suggestions import did_you_mean

_MAX_LENGTH = 100
"""Characters of a value that the text of an error shows."""
_MAX_DEPTH = 100
"""Levels of a value that an error keeps."""
_MAX_VALUES = 12
"""Allowed values that the text of an error lists."""

Loc = tuple[Any, ...]
"""Where in the data: names and indexes, and which branch of a union was tried."""


class FieldError(NamedTuple):
    """One error in a value."""

    kind: str
    """pydantic's error type: ``missing``, ``extra_forbidden``, ``enum``, ``string_type`` …"""
    loc: Loc
    message: str
    value: Any
    known: tuple[str, ...] = ()
    """Valid names or values; the closest ones are suggested."""

    @property
    def nearest(self) -> tuple[str, ...]:
        """The valid names or values closest to the one given."""
        from dynclient.suggestions import nearest

        name = self.value if self.kind == "enum" else self.loc[-1:]
        if isinstance(name, tuple):
            name = name[0] if name else None
        return nearest(name, self.known) if self.known and isinstance(name, str) else ()

    @property
    def text(self) -> str:
        """The message, followed by suggestions."""
        return f"{self.message}{did_you_mean(self.nearest)}"


def too_deep() -> FieldError:
    """Return the error of a value whose depth exceeds the call stack."""
    return FieldError(
        "recursion_loop", (), "The value is nested too deeply, or contains itself", ""
    )


class ValidationError(ValidationFailed):
    """Data that is not valid for a model; ``errors()`` lists every error.

    Attributes:
        title: name of the model.
        field_errors: the errors; secrets in them are masked.
    """

    title: str
    field_errors: tuple[FieldError, ...]

    def __init__(
        self, message: str = "", *, title: str = "", field_errors: Any = (), **_: Any
    ) -> None:
        # The error does not even hold what it may not show.
        listed = tuple(
            error._replace(value=visible_value(error))
            for error in map(FieldError._make, field_errors)
        )
        super().__init__(
            message, title=title, what=title, field_errors=listed, problems=map(_problem, listed)
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (self.title, self.field_errors)

    def render(self) -> str:
        """Return a headline, then location, message, type and value of each error."""
        listed = self.parts["field_errors"]
        count = f"{len(listed)} validation error{'' if len(listed) == 1 else 's'}"
        lines = [f"{count} for {self.parts['title']}"]
        for error in listed:
            kind = type(error.value).__name__
            details = f"[type={error.kind}, input_value={_short(error.value)}, input_type={kind}]"
            lines += [".".join(map(str, error.loc)), f"  {error.text} {details}"]
        return "\n".join(lines)

    def error_count(self) -> int:
        """Return the number of errors."""
        return len(self.field_errors)

    def errors(
        self, *, include_url: bool = True, include_context: bool = True, include_input: bool = True
    ) -> list[dict[str, Any]]:
        """Return the errors as dictionaries with ``type``, ``loc``, ``msg`` and ``input``.

        Args:
            include_url: accepted and ignored; there are no pages about single errors.
            include_context: add ``ctx`` with the closest valid names, if there are any.
            include_input: add the value, secrets masked.
        """
        del include_url
        listed = []
        for each in self.field_errors:
            error: dict[str, Any] = {"type": each.kind, "loc": each.loc, "msg": each.message}
            if include_input:
                error["input"] = each.value
            if include_context and each.nearest:
                error["ctx"] = {"nearest": list(each.nearest)}
            listed.append(error)
        return listed

    def json(self, *, indent: int | None = None, **options: bool) -> str:
        """Return :meth:`errors` as JSON text."""
        import json

        return json.dumps(self.errors(**options), indent=indent, default=str)


def _rebuilt(title: str, field_errors: tuple[FieldError, ...]) -> ValidationError:
    return ValidationError(title=title, field_errors=field_errors)


def expected_values(values: Iterable[Any]) -> str:
    """Return allowed values as an error message lists them: ``'a', 'b' or 'c'``."""
    listed = [repr(value) for value in values]
    if len(listed) > _MAX_VALUES:
        return f"one of {', '.join(listed[:_MAX_VALUES])} …"
    *first, last = listed or ["nothing"]
    return f"{', '.join(first)} or {last}" if first else last


def visible_value(error: FieldError) -> Any:
    """Return the value of an error as it may be shown: masked if it may be secret."""
    if is_deeper(error.value, _MAX_DEPTH):
        return "…"
    names = [step for step in error.loc if isinstance(step, str)]
    return mask_secrets(error.value, hide=any(map(looks_secret, names)))


def mask_secrets(value: Any, *, hide: bool = False) -> Any:
    """Return plain data with the values of all secret-looking names masked.

    Args:
        value: the data.
        hide: mask everything in it.
    """
    if isinstance(value, dict):
        return {
            name: mask_secrets(below, hide=hide or looks_secret(str(name)))
            for name, below in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [mask_secrets(below, hide=hide) for below in value]
    is_hidden = isinstance(value, SecretStr) or (hide and isinstance(value, (str, bytes)))
    if not is_hidden and isinstance(value, str):
        is_hidden = has_credential("".join(value))
    return MASK if is_hidden else value


def _short(value: Any) -> str:
    text = repr(value)
    if len(text) <= _MAX_LENGTH:
        return text
    return f"{text[: _MAX_LENGTH // 2]}…{text[-_MAX_LENGTH // 2 :]}"


def _problem(error: FieldError) -> Problem:
    path = ""
    for step in error.loc:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else str(step)
    return Problem(path, error.value, error.kind, error.message, error.nearest)
