"""Queries without their literals, which may be personal data; the official client sends them so."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""
      (?P<comment> --[^\n]* | /\*.*?\*/ )
    | (?P<name> "(?:[^"]|"")*" | `[^`]*` | [^\W\d][\w$]* | 0[xX][0-9a-fA-F]+ )
    | (?P<text> '(?:''|\\.|[^'\\])*' )
    | (?P<number> -?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)? )
    """,
    re.VERBOSE | re.DOTALL,
)
_PREFIXES = frozenset({"b", "e", "n", "r", "u", "x"})
"""What may stand before a text: ``N'…'``."""
_OPERAND = re.compile(r"[\w)\]?\"`]\s*$")
"""The end of an operand: a minus after it subtracts."""


def masked_query(sql: str) -> str:
    """Return a query with ``?`` instead of each text and number, and without comments.

    Names in double quotes, ``NULL`` and ``TRUE`` stay, as do hexadecimal numbers.

    Args:
        sql: a statement of any dialect; it need not be valid.
    """
    parts: list[str] = []
    end = 0
    for token in _TOKEN.finditer(sql):
        parts.append(sql[end : token.start()])
        end = token.end()
        if token["name"] is not None:
            parts.append(token["name"])
        elif token["text"] is not None:
            if parts[-1] == "" and len(parts) > 1 and parts[-2].lower() in _PREFIXES:
                parts[-2] = ""
            parts.append("?")
        elif token["number"] is not None:
            subtracts = token["number"].startswith("-") and _OPERAND.search("".join(parts[-3:]))
            parts.append("-?" if subtracts else "?")
    return "".join([*parts, sql[end:]]).strip()
