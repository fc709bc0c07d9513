"""Python names for the operations of an OpenAPI document, made from method and path.

Documents of different servers give one operation different ids, and number repeated ones in the
order of the document. Method and path are the same everywhere, so a script that uses these names
runs on every server that has the operation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from keyword import iskeyword
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dynclient.openapi.index import OperationInfo

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_KEYS = {"id": "id", "fqn": "name", "name": "name"}
"""Last words of parameters that identify an entity, and what names call them."""


def snake_case(text: str) -> str:
    """Return a text in snake_case: ``list column Profiles`` → ``list_column_profiles``."""
    return "_".join(word.lower() for word in _WORD.findall(text))


def identifier(text: str, fallback: str = "value") -> str:
    """Return a text as a Python identifier that is not a keyword: ``from`` → ``from_``."""
    name = re.sub(r"\W", "_", text, flags=re.ASCII).strip("_") or fallback
    if name[0].isdigit():
        name = f"_{name}"
    return f"{name}_" if iskeyword(name) else name


def operation_names(operations: Iterable[OperationInfo], root: str) -> dict[str, OperationInfo]:
    """Return operations by their Python names, sorted by name.

    ``PUT /v1/tables/{id}/sampleData`` is ``put_sample_data``, ``GET /v1/tables/name/{fqn}/export``
    is ``get_export_by_name``. Two operations of one name, which differ in their parameters only,
    are numbered.

    Args:
        operations: the operations of one collection, or of the server.
        root: the path that they have in common, ``/v1/tables``.
    """
    names: dict[str, OperationInfo] = {}
    for info in sorted(operations, key=lambda each: (each.path, each.method)):
        base = name = identifier(_name(info, root), "call")
        number = 1
        while name in names:
            number += 1
            name = f"{base}_{number}"
        names[name] = info
    return dict(sorted(names.items()))


def _name(info: OperationInfo, root: str) -> str:
    """Return the method, the words of the path, and by what the path finds an entity."""
    segments = [part for part in info.path.removeprefix(root).split("/") if part]
    words: list[str] = []
    for position, segment in enumerate(segments):
        is_parameter = segment[0] == "{"
        is_by_name = segment == "name" and segments[position + 1 : position + 2]
        if not is_parameter and not (is_by_name and is_by_name[0][0] == "{"):
            words.append(snake_case(segment))
    keys = list(_keys(segments, root))
    by = [f"{key}s" if keys.count(key) > 1 else key for key in dict.fromkeys(keys)]
    suffix = ["by", "_and_".join(by)] if by else []
    return "_".join(part for part in (info.method.lower(), *words, *suffix) if part)


def _keys(segments: list[str], root: str) -> Iterator[str]:
    """Yield what the parameters of a path are, without the id of an entity of the collection.

    Parameters that are neither an id nor a name count only at the end of a path.
    """
    for position, segment in enumerate(segments):
        if segment[0] != "{":
            continue
        parameter = snake_case(segment[1:-1])
        key = _KEYS.get(parameter.rpartition("_")[2])
        is_own = position == 0 and key == "id" and root.count("/") > 1 and len(segments) > 1
        if key is not None and not is_own:
            yield key
        elif key is None and position == len(segments) - 1 and parameter:
            yield parameter
