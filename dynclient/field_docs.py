"""Documentation of the fields of named tuples, taken from their class docstring."""

from __future__ import annotations

from typing import Any, TypeVar

T = TypeVar("T", bound=type)


def document_fields(cls: T) -> T:
    """Give each field of a NamedTuple the sentence that ``Attributes:`` of its docstring has.

    ``help()`` shows it, where it would show "Alias for field number 0".
    """
    fields: Any = getattr(cls, "_fields", ())
    sentences: dict[str, list[str]] = {}
    current: list[str] = []
    for line in (cls.__doc__ or "").partition("Attributes:")[2].splitlines():
        name, colon, rest = line.strip().partition(":")
        if colon and name in fields:
            current = sentences[name] = [rest.strip()]
        else:
            current.append(line.strip())
    for name, lines in sentences.items():
        getattr(cls, name).__doc__ = " ".join(filter(None, lines))
    return cls
