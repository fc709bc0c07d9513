"""What the sections of a document are made of, checked when a document is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from dynclient.as_code.references import is_named
from dynclient.errors import Problem
from dynclient.validation.messages import format_path

_REFERENCE = "a reference, {type: user, fullyQualifiedName: ada}"


class _Shape(NamedTuple):
    """What a section is."""

    what: str
    """In words, for messages."""
    is_list: bool = False
    needed: Mapping[str, type] = {}
    """The fields that each item must have."""
    references: tuple[str, ...] = ()
    """Those of them that are references; an empty name for the item itself."""


_SHAPES: Mapping[str, _Shape] = {
    "fields": _Shape("fields of the entity by name"),
    "sampleData": _Shape("the sample data as the server has it"),
    "profile": _Shape("the profile as the server has it"),
    "followers": _Shape(f"a list; each item is {_REFERENCE}", is_list=True, references=("",)),
    "lineage": _Shape("a list of edges with from", True, {"from": dict}, ("from",)),
    "customProperties": _Shape(
        "a list of definitions with name and propertyType", True,
        {"name": str, "propertyType": dict}, ("propertyType",),
    ),
    "feed": _Shape(
        "a list of conversations with from, message and posts", True,
        {"from": str, "message": str, "posts": list},
    ),
}  # fmt: skip


def section_problems(name: str, value: Any) -> Iterator[Problem]:
    """Yield what is wrong with the form of a section.

    Args:
        name: the name of the section.
        value: its value.

    Yields:
        Problems, whose paths are those in the document.
    """
    shape = _SHAPES[name]
    if not isinstance(value, list if shape.is_list else Mapping):
        yield Problem(name, None, "type", f"{name} must be {shape.what}")
        return
    for number, item in enumerate(value if shape.is_list else ()):
        path = format_path((name, number))
        if not isinstance(item, Mapping):
            message = f"{path} is not an object; {name} must be {shape.what}"
            yield Problem(path, None, "type", message)
            continue
        for field, kind in shape.needed.items():
            if not isinstance(item.get(field), kind):
                message = f"{path} must have the field {field}; {name} must be {shape.what}"
                yield Problem(path, None, "required", message)
        for field in shape.references:
            reference = item.get(field) if field else item
            if isinstance(reference, Mapping) and not is_named(reference):
                place = f"{path}.{field}" if field else path
                yield Problem(place, None, "type", f"{place} must be {_REFERENCE}")
