"""String literals that are begun before the cursor, and names of entities as texts of them.

A name may have any character. It is inserted so that it cannot end the literal.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple

from dynclient.display.interactive import is_interactive, running_shell
from dynclient.extensions.name_completion import complete_names

if TYPE_CHECKING:
    from dynclient.session.session import Session

LINE_MAX = 5000
"""Characters of the longest line that is read."""
LITERAL = r"""(?P<raw>[rR]?)(?P<quote>["'])(?P<text>(?:\\.|(?!(?P=quote))[^\\])*)$"""
"""A regular expression of a literal that is not ended at the end of the text."""
_OPEN_LITERAL = re.compile(r"[\[(]\s*" + LITERAL)
"""A string literal that is begun after a bracket, and is not ended yet."""
_ESCAPE = re.compile(
    r"""\\(?:[\\'"abfnrtv]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|[^\\]"""
)
"""One character of a literal, as far as all versions of Python read it without a warning."""


class Typed(NamedTuple):
    """A string literal that is begun before the cursor."""

    session: Session
    attribute: str
    """The collection whose names are completed."""
    text: str
    """The literal as far as it was typed, without its quote."""
    quote: str
    is_raw: bool
    is_key: bool
    """Whether it stands in square brackets."""


def literals(typed: Typed, rest: str) -> list[str]:
    """Return what may stand in the place of the text of a literal.

    Args:
        typed: the literal.
        rest: the text behind the cursor. The quote is added to a whole name unless it is there.
    """
    prefix = _value(typed)
    if prefix is None:
        return []
    found = []
    for name in complete_names(typed.session, typed.attribute, prefix):
        text = _text(name, typed)
        if text is not None:
            is_open = name.endswith(".") or rest.startswith(typed.quote)
            end = "" if is_open else typed.quote + ("]" if typed.is_key else "")
            found.append(text + end)
    return found


def _value(typed: Typed) -> str | None:
    """Return the value of a literal; None if it has escapes that are not read here."""
    if "\\" not in typed.text:
        return typed.text
    if typed.is_raw or "".join(_ESCAPE.findall(typed.text)) != typed.text:
        return None
    value = ast.literal_eval(typed.quote + typed.text + typed.quote)
    return value if isinstance(value, str) else None


def _text(name: str, typed: Typed) -> str | None:
    """Return a name as the text of a literal; None if the literal cannot have it."""
    escaped = "".join(_escaped(char, typed.quote) for char in name)
    return None if typed.is_raw and escaped != name else escaped


def _escaped(char: str, quote: str) -> str:
    if char in {quote, "\\"}:
        return f"\\{char}"
    return char if char.isprintable() else char.encode("unicode_escape").decode()


def key_completions(session: Session, attribute: str) -> list[str]:
    """Return keys of a collection for IPython without the extension.

    IPython asks an object for all its keys. As a catalogue has too many, the text before the cursor
    is read from IPython; without it, the names of the first level are returned.

    Args:
        session: the session.
        attribute: the name of the collection.
    """
    if not is_interactive():
        return []
    shell = running_shell()
    line = getattr(getattr(shell, "Completer", None), "text_until_cursor", "")
    found = _OPEN_LITERAL.search(line) if len(line) <= LINE_MAX else None
    prefix: str | None = ""
    if found is not None:
        typed = Typed(session, attribute, found["text"], found["quote"], bool(found["raw"]), True)
        prefix = _value(typed)
    return [] if prefix is None else complete_names(session, attribute, prefix)
