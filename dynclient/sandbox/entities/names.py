"""Fully qualified names: parts joined by dots; a part that contains a dot is quoted."""

from __future__ import annotations

import re

from dynclient.sandbox.http_errors import bad_request

_PART = re.compile(r'"[^"]+"|[^."]+')


def quote(name: str) -> str:
    """Return a name as a part of an FQN.

    A quoted name keeps its quotes only if it needs them. A stray quote is the server's 400.
    """
    if len(name) > 2 and name[0] == name[-1] == '"' and '"' not in name[1:-1]:
        return name if "." in name else name[1:-1]
    if '"' in name:
        raise bad_request(f"Invalid name {name}")
    return f'"{name}"' if "." in name else name


def join(parent: str, name: str) -> str:
    """Return the FQN of ``name`` below ``parent`` (itself an FQN)."""
    return f"{parent}.{quote(name)}"


def split(fqn: str) -> list[str]:
    """Return the parts of an FQN with their quotes; a malformed FQN is one part."""
    parts: list[str] = []
    position = 0
    while position < len(fqn):
        found = _PART.match(fqn, position)
        if found is None:
            return [fqn]
        parts.append(found.group())
        position = found.end()
        if position < len(fqn):
            if fqn[position] != ".":
                return [fqn]
            position += 1
    return parts or [fqn]


def parent_of(fqn: str) -> str | None:
    """Return the FQN of the parent, or None for a top-level FQN."""
    parts = split(fqn)
    return ".".join(parts[:-1]) if len(parts) > 1 else None
