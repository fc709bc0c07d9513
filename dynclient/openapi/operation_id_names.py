"""Python names of operations from their ids, which earlier versions of dynclient used.

A name is the ``operationId`` in snake_case. Ids repeat, and generators number repeated ones in the
order of the document (``restore_17``), which differs between releases. So numbers are removed, and
names that several operations then share are extended by what distinguishes the operations. Names do
not depend on the order of the document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from dynclient.openapi.operation_names import identifier, snake_case
from dynclient.operations.routes import placeholders

if TYPE_CHECKING:
    from dynclient.openapi.index import OperationInfo

_NUMBER = re.compile(r"_\d+$")


class _Group(NamedTuple):
    """What the operations that share a name have in common."""

    parameters: frozenset[str]
    """Path parameters of all of them."""
    words: frozenset[str]
    """Other path segments of all of them."""


def names_by_operation_id(
    operations: Iterable[OperationInfo], root: str
) -> dict[str, OperationInfo]:
    """Return operations by their Python names, sorted by name.

    Args:
        operations: the operations of one collection, or of the server.
        root: the path that they have in common, ``/v1/tables``.
    """
    infos = sorted(operations, key=lambda each: (each.path, each.method))
    levels = dict.fromkeys(range(len(infos)), 0)
    while True:
        groups = _group_by_name(infos, levels, root)
        shared = [indices for indices in groups.values() if len(indices) > 1]
        extendable = [i for indices in shared for i in indices if levels[i] < len(_LEVELS)]
        if not extendable:
            break
        for i in extendable:
            levels[i] += 1
    names: dict[str, OperationInfo] = {}
    for name, indices in groups.items():
        for number, i in enumerate(indices, 1):
            # Numbers are needed only if method and path differ in nothing but punctuation.
            names[identifier(name if number == 1 else f"{name}_{number}", "call")] = infos[i]
    return dict(sorted(names.items()))


def _group_by_name(
    infos: list[OperationInfo], levels: Mapping[int, int], root: str
) -> dict[str, list[int]]:
    """Return the indices of operations by the names that they have at their levels."""
    by_base: dict[str, list[int]] = {}
    for i, info in enumerate(infos):
        by_base.setdefault(_base(info, root), []).append(i)
    groups: dict[str, list[int]] = {}
    for base, indices in by_base.items():
        common = _common([infos[i] for i in indices])
        for i in indices:
            extend = None if levels[i] == 0 else _LEVELS[levels[i] - 1]
            name = base if extend is None else extend(base, infos[i], common, root)
            groups.setdefault(name, []).append(i)
    return groups


def _base(info: OperationInfo, root: str) -> str:
    name = snake_case(_NUMBER.sub("", info.operation_id)) if info.operation_id else ""
    # An attribute starts with a letter.
    return name if name[:1].isalpha() else _by_path("", info, None, root)


def _common(infos: list[OperationInfo]) -> _Group:
    return _Group(
        frozenset.intersection(*(frozenset(placeholders(each.path)) for each in infos)),
        frozenset.intersection(*(frozenset(_words(each.path)) for each in infos)),
    )


def _words(path: str) -> list[str]:
    return [part for part in path.split("/") if part and part[:1] != "{"]


def _by_parameters(base: str, info: OperationInfo, common: _Group, root: str) -> str:  # noqa: ARG001
    """``patch_table`` → ``patch_table_by_fqn``: add the parameters that not all of them have."""
    own = [snake_case(name) for name in placeholders(info.path) if name not in common.parameters]
    return f"{base}_by_{'_and_'.join(own)}" if own else base


def _by_method(base: str, info: OperationInfo, common: _Group, root: str) -> str:
    """``report_usage_by_id`` → ``report_usage_by_id_put``: add the method."""
    return f"{_by_parameters(base, info, common, root)}_{info.method.lower()}"


def _by_words(base: str, info: OperationInfo, common: _Group, root: str) -> str:
    """Add the path segments that not all of them have."""
    own = [snake_case(word) for word in _words(info.path) if word not in common.words]
    return "_".join([_by_method(base, info, common, root), *own])


def _by_path(base: str, info: OperationInfo, common: _Group | None, root: str) -> str:  # noqa: ARG001
    """Return method and path without the common root: ``put_id_sample_data``."""
    own = info.path.removeprefix(root)
    return "_".join(part for part in (info.method.lower(), snake_case(own)) if part)


_LEVELS: tuple[Callable[[str, OperationInfo, _Group, str], str], ...] = (
    _by_parameters,
    _by_method,
    _by_words,
    _by_path,
)  # fmt: skip
"""Functions that extend a name, each more than the one before, until all names differ."""
