"""One module of the stubs: its imports, which are collected while its text is written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from inspect import Parameter
from keyword import iskeyword
from typing import Any

from dynclient.secrets import printable

BASE = "dynclient.typing.base"
"""The module of what all types of a release have in common; ``typing_base.pyi`` is its text."""


class StubModule:
    """A module that is written line by line.

    Args:
        name: its dotted name.
        members: names that its classes have as members. An annotation in a class finds these first,
            so whatever else has such a name is used under another one.
        classes: names that the module itself defines.
    """

    def __init__(self, name: str, members: Iterable[str] = (), classes: Iterable[str] = ()) -> None:
        self.name = name
        self.lines: list[str] = []
        self._members = frozenset(members)
        self._own: dict[str, str] = {name: name for name in classes}
        self._aliases: dict[str, str] = {}
        self._imports: dict[str, dict[str, str]] = {}
        self._taken = {*self._members, *self._own}

    def use(self, module: str, name: str) -> str:
        """Return how the module writes a name that another module, or itself, defines."""
        if module == self.name:
            return self._use_own(name)
        known = self._imports.setdefault(module, {})
        if name not in known:
            known[name] = self._free(name)
        if module == "builtins" and known[name] == name:
            del known[name]
            return name
        return known[name]

    def _use_own(self, name: str) -> str:
        if name not in self._members:
            return name
        if name not in self._aliases:
            self._aliases[name] = self._free(name)
        return self._aliases[name]

    def _free(self, name: str) -> str:
        """Return the name, or one that is close to it and not used yet."""
        free, number = name, 1
        while free in self._taken:
            free = f"_{name}" if number == 1 else f"_{name}{number}"
            number += 1
        if free != name or name not in _BUILT_IN:
            self._taken.add(free)
        return free

    def write(self, *lines: str) -> None:
        """Append lines."""
        self.lines.extend(lines)

    def text(self, header: str) -> str:
        """Return the module as text.

        Args:
            header: the comment at its beginning.
        """
        code = (line for line in self.lines if not isinstance(line, DocLine))
        used = set(_WORD.findall("\n".join(code)))  # not all that was looked up is written
        imports = []
        for module, names in sorted(self._imports.items()):
            listed = ", ".join(
                name if name == local else f"{name} as {local}"
                for name, local in sorted(names.items())
                if local in used
            )
            if listed:
                imports.append(f"from {module} import {listed}")
        aliases = [f"{local} = {name}" for name, local in sorted(self._aliases.items())]
        parts = [[header, *SETTINGS], imports, self.lines, aliases]
        return "\n".join("\n".join(part) + "\n" for part in parts if part)


_WORD = re.compile(r"\w+")
SETTINGS = ("# mypy: ignore-errors", "# pyright: reportIncompatibleMethodOverride=false")
"""Comments for type checkers: the classes of a release promise less than their base classes, which
have any attribute."""
_BUILT_IN = frozenset(
    {"bool", "dict", "float", "int", "list", "str", "tuple", "type", "bytes", "object"}
)


class DocLine(str):
    """A line of a docstring, whose words are not code."""

    __slots__ = ()


_STARS: dict[Any, str] = {Parameter.VAR_POSITIONAL: "*", Parameter.VAR_KEYWORD: "**"}
"""What is written before the names of parameters that take several arguments."""


@lru_cache(maxsize=1024)  # methods of extensions are those of many collections
def docstring(text: str | None, indent: str) -> tuple[str, ...]:
    """Return a docstring as lines; none without a text.

    Args:
        text: several lines are kept.
        indent: the spaces before it.
    """
    safe = printable((text or "").strip()).replace("\\", "\\\\").replace('"""', "'''")
    if not safe:
        return ()
    first, *rest = [line.rstrip() for line in safe.splitlines()]
    if not rest:
        end = '\\""""' if first.endswith('"') else '"""'
        first = first.removesuffix('"')
        return (DocLine(f'{indent}"""{first}{end}'),)
    lines = [f"{indent}{line}" if line else "" for line in rest]
    return tuple(map(DocLine, (f'{indent}"""{first}', *lines, f'{indent}"""')))


def is_member_name(name: str) -> bool:
    """Return whether a name can be written after a dot."""
    return name.isidentifier() and not iskeyword(name)


def parameter_list(parameters: Iterable[tuple[Parameter, str, str]]) -> str:
    """Return the parameters of a function as text, after ``self``.

    Args:
        parameters: each with its annotation and its default, both as text; empty for none.
    """
    written, last = ["self"], None
    for parameter, annotation, default in parameters:
        kind = parameter.kind
        if last is Parameter.POSITIONAL_ONLY and kind is not last:
            written.append("/")
        if kind is Parameter.KEYWORD_ONLY and last not in {
            Parameter.KEYWORD_ONLY, Parameter.VAR_POSITIONAL
        }:  # fmt: skip
            written.append("*")
        stars = _STARS.get(kind, "")
        text = f"{stars}{parameter.name}: {annotation}" if annotation else stars + parameter.name
        written.append(f"{text} = {default}" if default else text)
        last = kind
    if last is Parameter.POSITIONAL_ONLY:
        written.append("/")
    return ", ".join(written)
