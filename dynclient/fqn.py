"""Fully qualified names (FQNs): join names, split an FQN, encode it for a URL.

The module is callable: ``dynclient.fqn("svc", "db", "a.b")`` is ``dynclient.fqn.build(…)``.

The rules are the server's: names are joined by dots, and a name that contains a dot is quoted. A
quote cannot be escaped, so a name cannot contain one.
"""

from __future__ import annotations

import sys
from types import ModuleType

from dynclient.errors import BadName


def build(*names: str) -> str:
    """Join names to a fully qualified name and quote those that contain a dot.

    Args:
        names: one or more names, outermost first, not quoted: ``"svc", "db", "a.b"``.

    Returns:
        ``svc.db."a.b"``.

    Raises:
        BadName: there is no name, or one that is empty or contains a quote.
    """
    if not names:
        raise BadName("a fully qualified name needs at least one name")
    return ".".join([_quoted(name) for name in names])


def _quoted(name: str) -> str:
    if not isinstance(name, str):
        raise BadName(f"a name must be a string, not {type(name).__name__}")
    if not name:
        raise BadName("a name must not be empty", name=name)
    if '"' in name:
        rule = "must not contain a quote; pass names without quotes, they are added where needed"
        raise BadName(f"the name {name!r} {rule}", name=name)
    return f'"{name}"' if "." in name else name


def split(fqn: str) -> list[str]:
    """Split a fully qualified name into its names, without their quotes.

    Args:
        fqn: such as ``svc.db."a.b"``.

    Returns:
        ``["svc", "db", "a.b"]``.

    Raises:
        BadName: it contains an empty name, an unclosed quote, or text after a closing quote.
    """
    names = []
    rest: str | None = fqn
    while rest is not None:
        name, rest = _first(rest, fqn)
        if not name:
            raise BadName(f"{fqn!r} contains an empty name", name=fqn)
        names.append(name)
    return names


def _first(text: str, fqn: str) -> tuple[str, str | None]:
    """Return the first name of a text and the text after its dot (None at the end)."""
    if not text.startswith('"'):
        name, dot, rest = text.partition(".")
        return name, rest if dot else None
    name, quote, rest = text[1:].partition('"')
    if not quote:
        raise BadName(f"{fqn!r} contains a quote that is not closed", name=fqn)
    if rest and not rest.startswith("."):
        raise BadName(f"{fqn!r} has {rest!r} after a quoted name; a dot must follow", name=fqn)
    return name, rest[1:] if rest else None


def encode(segment: str) -> str:
    """Return a name or FQN percent-encoded as one segment of a URL path.

    Raises:
        BadName: it is empty, ``.`` or ``..``, which cannot be a segment, or contains a lone
            surrogate, which UTF-8 cannot encode.
    """
    if segment in {"", ".", ".."}:
        raise BadName(f"{segment!r} cannot be a segment of a URL path", name=segment)
    from urllib.parse import quote

    try:
        return quote(segment, safe="")
    except UnicodeEncodeError:
        message = f"{segment!r} contains a lone surrogate, which UTF-8 cannot encode"
    raise BadName(message, name=segment)


class _Callable(ModuleType):
    """A module that can be called: ``dynclient.fqn(…)``."""

    def __call__(self, *names: str) -> str:
        return build(*names)


_Callable.__call__.__doc__ = build.__doc__
sys.modules[__name__].__class__ = _Callable
