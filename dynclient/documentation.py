"""Docstrings of fields and of instances, which Python does not have by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T", bound=type)


def document_fields(cls: T) -> T:
    """Set the docstring of each field of a NamedTuple to its text below ``Attributes:``.

    ``help()`` shows it, where it would show "Alias for field number 0". It also shows the types of
    the signature as they are written, not as ``ForwardRef``.
    """
    types = getattr(cls.__new__, "__annotations__", {})
    for name, annotation in types.items():
        types[name] = getattr(annotation, "__forward_arg__", annotation)
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


class InstanceDoc:
    """A ``__doc__`` that is written for each instance when it is read, as by ``help()``.

    Args:
        class_doc: the docstring of the class itself.
        write: returns the docstring of an instance.
    """

    def __init__(self, class_doc: str | None, write: Callable[[Any], str]) -> None:
        self._class_doc = class_doc
        self._write = write

    def __get__(self, instance: Any, owner: type | None = None) -> str | None:
        return self._class_doc if instance is None else self._write(instance)
