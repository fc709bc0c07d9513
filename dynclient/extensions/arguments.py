"""Arguments of public calls that take several values, or values by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem


def as_list(value: Any, call: str, argument: str) -> list[Any]:
    """Return several values as a list; one name, reference or entity alone is a list of one.

    Args:
        value: the value of the argument.
        call: the call, for errors.
        argument: the name of the argument.

    Raises:
        BadArguments: it is neither one nor several.
    """
    if isinstance(value, (str, type, Mapping, model.Entity)):
        return [value]
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return list(value)
    kind = type(value).__name__
    message = f"must be a name, a reference, an entity, or a list of them, not {kind}"
    raise bad_arguments(call, [Problem(argument, kind, "argument", message)])


def as_mapping(value: Any, call: str, argument: str) -> Mapping[str, Any]:
    """Return values by name; an empty mapping for None.

    Args:
        value: the value of the argument.
        call: the call, for errors.
        argument: the name of the argument.

    Raises:
        BadArguments: it is not a mapping.
    """
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return value
    kind = type(value).__name__
    raise bad_arguments(call, [Problem(argument, kind, "argument", f"must be a dict, not {kind}")])


def flat(values: Iterable[Any]) -> list[Any]:
    """Return the values of a call in which a list is several values."""
    found: list[Any] = []
    for value in values:
        found += value if isinstance(value, (list, tuple, set)) else [value]
    return found


def as_text(value: Any, call: str, argument: str, *, may_be_empty: bool = False) -> str:
    """Return a text.

    Args:
        value: the value of the argument.
        call: the call, for errors.
        argument: the name of the argument.
        may_be_empty: whether an empty text is accepted.

    Raises:
        BadArguments: it is not a text, or it is empty.
    """
    if isinstance(value, str) and (value or may_be_empty):
        return "".join(value)
    given = "an empty one" if isinstance(value, str) else type(value).__name__
    problem = Problem(argument, given, "argument", f"must be a text, not {given}")
    raise bad_arguments(call, [problem])


def as_path(value: Any, call: str, argument: str) -> Path:
    """Return the path of a file or folder.

    Args:
        value: the value of the argument: a text or a ``Path``.
        call: the call, for errors.
        argument: the name of the argument.

    Raises:
        BadArguments: it is not a path, or it is an empty text, which would be the current folder.
    """
    path = fspath(value) if isinstance(value, PathLike) else value
    if isinstance(path, str) and path:
        return Path(path)
    given = "an empty text" if path == "" else type(value).__name__
    raise bad_arguments(
        call, [Problem(argument, given, "argument", f"must be a path, not {given}")]
    )
