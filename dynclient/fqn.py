"""Fully qualified names: built from names, split into names, and put into URLs.

The module itself can be called: ``dynclient.fqn("svc", "db", "a.b")`` does what ``build`` does.

The rules are the server's: names are joined by dots, and a name that contains a dot is quoted. A
quote cannot be escaped, so no name holds one.
"""

from __future__ import annotations

import sys
from types import ModuleType

from dynclient.errors import BadName


def build(*names: str) -> str:
    """Join names to a fully qualified name, quoting those that need it.

    Args:
        names: one or more, from the outermost on, each as it is: ``"svc", "db", "a.b"``.

    Returns:
        ``svc.db."a.b"``.

    Raises:
        BadName: no name at all, an empty one, or one that holds a quote.
    """
    if not names:
        raise BadName("a fully qualified name is made of one name at least")
    return ".".join([_quoted(name) for name in names])


def _quoted(name: str) -> str:
    if not isinstance(name, str):
        raise BadName(f"{name!r} is no name: names are strings", name=repr(name))
    if not name:
        raise BadName("an empty name is none", name=name)
    if '"' in name:
        rule = "no name can hold a quote; give it plainly, what has to be quoted will be"
        raise BadName(f"{name!r}: {rule}", name=name)
    return f'"{name}"' if "." in name else name


def split(fqn: str) -> list[str]:
    """Split a fully qualified name into its names, without their quotes.

    Args:
        fqn: such as ``svc.db."a.b"``.

    Returns:
        ``["svc", "db", "a.b"]``.

    Raises:
        BadName: an empty name in it, a quote that is never closed, or text after a closed one.
    """
    names = []
    rest: str | None = fqn
    while rest is not None:
        name, rest = _first(rest, fqn)
        if not name:
            raise BadName(f"{fqn!r} has an empty name in it", name=fqn)
        names.append(name)
    return names


def _first(text: str, fqn: str) -> tuple[str, str | None]:
    """Return the first name of a text, and what is left after its dot (None at the end)."""
    if not text.startswith('"'):
        name, dot, rest = text.partition(".")
        return name, rest if dot else None
    name, quote, rest = text[1:].partition('"')
    if not quote:
        raise BadName(f"{fqn!r} has a quote that is never closed", name=fqn)
    if rest and not rest.startswith("."):
        raise BadName(f"{fqn!r} has {rest!r} right after a quoted name", name=fqn)
    return name, rest[1:] if rest else None


def encode(segment: str) -> str:
    """Return a name as one segment of a URL path; nothing in it is taken for a separator.

    Raises:
        BadName: it is empty, ``.`` or ``..``, which no URL can carry as a segment.
    """
    if segment in {"", ".", ".."}:
        raise BadName(f"{segment!r} cannot stand in a path", name=segment)
    from urllib.parse import quote

    return quote(segment, safe="")


class _Callable(ModuleType):
    """Makes ``dynclient.fqn(…)`` work although ``dynclient.fqn`` is this module."""

    def __call__(self, *names: str) -> str:
        return build(*names)


_Callable.__call__.__doc__ = build.__doc__
sys.modules[__name__].__class__ = _Callable
