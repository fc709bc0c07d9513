"""``.. error-table::`` and ``.. errors:: Base`` document ``dynclient.errors`` from its docstrings.

The first paragraph of a docstring is the cause, its section ``Remedy`` says what to do.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from api_reference import markup
from docutils.parsers.rst.directives import flag
from sphinx.util.docutils import SphinxDirective

from dynclient import errors

if TYPE_CHECKING:
    from docutils.nodes import Node
    from sphinx.application import Sphinx

_PUBLIC = (errors.DynclientError, errors.DynclientWarning)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("error-table", ErrorTable)
    app.add_directive("errors", Errors)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


class ErrorTable(SphinxDirective):
    """Lists all errors in one table: error, cause, remedy."""

    def run(self) -> list[Node]:
        """Return the table."""
        lines = [".. list-table::", "   :widths: 22 39 39", "   :header-rows: 1", ""]
        lines += ["   * - error", "     - cause", "     - remedy"]
        for cls in public_errors():
            cause, remedy = parts(cls)
            name = f":py:exc:`~dynclient.{cls.__name__}`"
            lines += [f"   * - {name}", f"     - {cause}", f"     - {remedy}"]
        return self.parse_text_to_nodes("\n".join(lines))


class Errors(SphinxDirective):
    """Documents a class of errors and all that are derived from it."""

    required_arguments = 1
    option_spec = {"only": flag}  # without derived classes

    def run(self) -> list[Node]:
        """Return the documentation of the classes."""
        base = getattr(errors, self.arguments[0])
        derived = [cls for cls in public_errors() if issubclass(cls, base)]
        chosen = [base] if "only" in self.options else derived
        lines = [line for cls in chosen for line in _class(cls)]
        return self.parse_text_to_nodes("\n".join(lines))


def public_errors() -> list[type[Exception]]:
    """Return the public errors and warnings in the order of their definition."""
    return [
        each
        for name, each in vars(errors).items()
        if inspect.isclass(each) and issubclass(each, _PUBLIC) and not name.startswith("_")
    ]


def parts(cls: type[Exception]) -> tuple[str, str]:
    """Return the cause and the remedy in the docstring of an error; empty if it has none."""
    cause, *sections = inspect.cleandoc(vars(cls).get("__doc__") or "").split("\n\n")
    remedy = next((each for each in sections if each.startswith("Remedy:\n")), "")
    return " ".join(cause.split()), " ".join(remedy.split()[1:])


def _class(cls: type[Exception]) -> Iterator[str]:
    name = f"dynclient.{cls.__name__}"
    yield from [f".. py:exception:: {name}", f"   :canonical: dynclient.errors.{cls.__name__}", ""]
    bases = ", ".join(_base(base) for base in cls.__mro__[1:] if _is_shown(base, cls))
    yield from [f"   Bases: {bases}", ""] if bases else []
    yield from (f"   {line}" if line else "" for line in markup(cls.__doc__ or "").splitlines())
    yield ""


def _is_shown(base: type, cls: type) -> bool:
    """Return whether a base class is one that users catch, and no other base says so already."""
    if base in {object, BaseException, Exception} or base.__name__.startswith("_"):
        return False
    return base in cls.__bases__ or base.__module__ == "builtins" or base in _direct(cls)


def _direct(cls: type) -> set[type]:
    """Return the bases of a class, with those of private bases instead of these."""
    found: set[type] = set()
    for base in cls.__bases__:
        found |= _direct(base) if base.__name__.startswith("_") else {base}
    return found


def _base(base: type) -> str:
    if base.__module__ == "dynclient.errors":
        return f":py:exc:`~dynclient.{base.__name__}`"
    return f"``{base.__name__}``"
