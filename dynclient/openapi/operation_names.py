"""Python names for the operations of an OpenAPI document: valid, unique, and stable.

A name is the operation's id in snake_case. Ids repeat, and generators number the repetitions in
the order they met them (``restore_17``), which the next release changes; so numbers are dropped,
and where operations then share a name, what tells them apart is added to it. Names do not depend
on the order of the document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from keyword import iskeyword
from typing import TYPE_CHECKING, NamedTuple

from dynclient.openapi.digest import placeholders

if TYPE_CHECKING:
    from dynclient.openapi.index import OperationInfo

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_NUMBER = re.compile(r"_\d+$")


class _Group(NamedTuple):
    """What the operations of one name have in common."""

    parameters: frozenset[str]
    words: frozenset[str]


def snake_case(text: str) -> str:
    """Return words of any spelling in snake_case: ``list column Profiles``, ``getByFQN``."""
    return "_".join(word.lower() for word in _WORD.findall(text))


def identifier(text: str, fallback: str = "value") -> str:
    """Return a text as a Python identifier that is no keyword: ``from`` → ``from_``."""
    name = re.sub(r"\W", "_", text, flags=re.ASCII).strip("_") or fallback
    if name[0].isdigit():
        name = f"_{name}"
    return f"{name}_" if iskeyword(name) else name


def operation_names(operations: Iterable[OperationInfo], root: str) -> dict[str, OperationInfo]:
    """Return operations by their Python names, sorted.

    Args:
        operations: of one collection, or of the server.
        root: path they have in common: ``/v1/tables``.
    """
    told = sorted(operations, key=lambda each: (each.path, each.method))
    levels = dict.fromkeys(range(len(told)), 0)
    while True:
        groups = _grouped(told, levels, root)
        shared = [places for places in groups.values() if len(places) > 1]
        movable = [place for places in shared for place in places if levels[place] < len(_LEVELS)]
        if not movable:
            break
        for place in movable:
            levels[place] += 1
    names: dict[str, OperationInfo] = {}
    for name, places in groups.items():
        for number, place in enumerate(places, 1):
            # Only where method and path differ in nothing but signs is it down to counting.
            names[identifier(name if number == 1 else f"{name}_{number}", "call")] = told[place]
    return dict(sorted(names.items()))


def _grouped(
    told: list[OperationInfo], levels: Mapping[int, int], root: str
) -> dict[str, list[int]]:
    """Return the places of operations by the name that they have at their level."""
    first: dict[str, list[int]] = {}
    for place, each in enumerate(told):
        first.setdefault(_base(each, root), []).append(place)
    groups: dict[str, list[int]] = {}
    for base, places in first.items():
        common = _common([told[place] for place in places])
        for place in places:
            level = levels[place]
            name = base if level == 0 else _LEVELS[level - 1](base, told[place], common, root)
            groups.setdefault(name, []).append(place)
    return groups


def _base(told: OperationInfo, root: str) -> str:
    name = snake_case(_NUMBER.sub("", told.identity)) if told.identity else ""
    # An attribute starts with a letter.
    return name if name[:1].isalpha() else _whole("", told, None, root)


def _common(told: list[OperationInfo]) -> _Group:
    return _Group(
        frozenset.intersection(*(frozenset(placeholders(each.path)) for each in told)),
        frozenset.intersection(*(frozenset(_words(each.path)) for each in told)),
    )


def _words(path: str) -> list[str]:
    return [part for part in path.split("/") if part and part[:1] != "{"]


def _by_parameters(base: str, told: OperationInfo, common: _Group, root: str) -> str:  # noqa: ARG001
    """``patch_table`` → ``patch_table_by_fqn``: the parameters that not all of the name have."""
    own = [snake_case(name) for name in placeholders(told.path) if name not in common.parameters]
    return f"{base}_by_{'_and_'.join(own)}" if own else base


def _by_method(base: str, told: OperationInfo, common: _Group, root: str) -> str:
    """``report_usage_by_id`` → ``report_usage_by_id_put``."""
    return f"{_by_parameters(base, told, common, root)}_{told.method.lower()}"


def _by_words(base: str, told: OperationInfo, common: _Group, root: str) -> str:
    """Add the words of the path that not all of the name have."""
    own = [snake_case(word) for word in _words(told.path) if word not in common.words]
    return "_".join([_by_method(base, told, common, root), *own])


def _whole(base: str, told: OperationInfo, common: _Group | None, root: str) -> str:  # noqa: ARG001
    """Return method and path, the root of them all left out: ``put_id_sample_data``."""
    own = told.path.removeprefix(root)
    return "_".join(part for part in (told.method.lower(), snake_case(own)) if part)


_LEVELS: tuple[Callable[[str, OperationInfo, _Group, str], str], ...] = (
    _by_parameters,
    _by_method,
    _by_words,
    _whole,
)  # fmt: skip
"""Ever longer names, until no two are the same."""
