"""Completion of names in IPython and Jupyter: ``om.tables["shop.ma<TAB>``.

``connect()`` installs it in IPython, and so does ``%load_ext dynclient``. What is completed is read
from the text before the cursor: nothing of it is evaluated, and names are inserted as parts of the
string literal that was begun, so that no character of a name can end it.
"""

from __future__ import annotations

import ast
import re
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.client.client import OWN, Client
from dynclient.client.collection import Collection
from dynclient.client.methods import METHODS
from dynclient.extensions.name_completion import complete_names
from dynclient.session.completion import is_interactive

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dynclient.session.session import Session

_LINE_MAX = 5000
"""Characters of the longest line that is read."""
_LITERAL = r"""(?P<raw>[rR]?)(?P<quote>["'])(?P<text>(?:\\.|(?!(?P=quote))[^\\])*)$"""
_OPEN_LITERAL = re.compile(r"[\[(]\s*" + _LITERAL)
"""A string literal that is begun after a bracket, and is not ended yet."""
_CALL = re.compile(
    r"""(?<![\w.])(?P<name>[^\W\d]\w*)
    (?P<steps>(?:\.[^\W\d]\w*|\[(?:"[^"\\]*"|'[^'\\]*')\])*)
    \s*(?P<bracket>[\[(])\s*"""
    + _LITERAL,
    re.VERBOSE,
)
"""The same, with the object before the bracket: ``om.tables["``, ``om["table"].get("``."""
_STEP = re.compile(r"""\.(\w+)|\["([^"]*)"\]|\['([^']*)'\]""")
_ESCAPE = re.compile(
    r"""\\(?:[\\'"abfnrtv]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|[^\\]"""
)
"""One character of a literal, as far as all versions of Python read it without a warning."""
_BY_KEY = frozenset(name for name, method in METHODS.items() if method.first)
"""Methods whose first argument names an entity."""


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


def load_ipython_extension(shell: Any) -> None:
    """Install completion of names; ``%load_ext dynclient`` calls it.

    Args:
        shell: the shell of IPython.
    """
    completer = shell.Completer
    if not any(isinstance(matcher, NameMatcher) for matcher in completer.custom_matchers):
        completer.custom_matchers.append(NameMatcher(shell))


def install() -> None:
    """Install completion of names if this process runs IPython."""
    shell = _running_shell()
    if shell is not None:
        load_ipython_extension(shell)


def _running_shell() -> Any:
    """Return the shell of this process; None without IPython, which is not imported for it."""
    ipython = sys.modules.get("IPython")
    shell = getattr(ipython, "get_ipython", lambda: None)()
    return shell if hasattr(shell, "Completer") else None


def unload_ipython_extension(shell: Any) -> None:
    """Remove completion of names; ``%unload_ext dynclient`` calls it.

    Args:
        shell: the shell of IPython.
    """
    matchers = shell.Completer.custom_matchers
    matchers[:] = [matcher for matcher in matchers if not isinstance(matcher, NameMatcher)]


class NameMatcher:
    """What IPython asks for completions; it has the version 2 of IPython's interface.

    Args:
        shell: the shell of IPython.
    """

    matcher_api_version = 2
    matcher_identifier = "dynclient.names"

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self.__qualname__ = type(self).__qualname__  # IPython reads it of every matcher

    def __call__(self, context: Any) -> dict[str, Any]:
        """Return the completions of a line; a ``CompletionContext`` describes it."""
        from IPython.core.completer import SimpleCompletion

        found = typed_name(context.text_until_cursor, self._shell.user_ns)
        rest = context.line_with_cursor[context.cursor_position :]
        names = [] if found is None else literals(found, rest)
        return {
            "completions": [SimpleCompletion(text=name, type="name") for name in names],
            "matched_fragment": "" if found is None else found.text,
            "suppress": True,
            "ordered": True,
        }


def typed_name(line: str, names: Mapping[str, Any]) -> Typed | None:
    """Return the literal before the cursor if a collection is asked for an entity by it.

    Args:
        line: the text before the cursor.
        names: the variables of the user. Only clients and collections are used of them, and their
            attributes are not read.
    """
    found = _CALL.search(line) if len(line) <= _LINE_MAX else None
    if found is None:
        return None
    steps = [
        (attribute, key_1 or key_2) for attribute, key_1, key_2 in _STEP.findall(found["steps"])
    ]
    is_key = found["bracket"] == "["
    if not is_key and (not steps or steps.pop()[0] not in _BY_KEY):
        return None
    value: Any = names.get(found["name"])
    if issubclass(type(value), Client) and len(steps) == 1:
        session, attribute = value.session, _collection_name(*steps[0])
    elif issubclass(type(value), Collection) and not steps:
        session, attribute = value._session, value._attribute
    else:
        return None
    if not attribute:
        return None
    return Typed(session, attribute, found["text"], found["quote"], bool(found["raw"]), is_key)


def _collection_name(attribute: str, key: str) -> str:
    """Return the collection of ``om.tables`` or ``om["table"]``; empty for another attribute."""
    if not attribute:
        return key
    if attribute.endswith("_") and attribute[:-1] in OWN:
        return attribute[:-1]
    return "" if attribute in OWN else attribute


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
    shell = _running_shell()
    line = getattr(shell.Completer, "text_until_cursor", "") if shell is not None else ""
    found = _OPEN_LITERAL.search(line) if len(line) <= _LINE_MAX else None
    prefix: str | None = ""
    if found is not None:
        typed = Typed(session, attribute, found["text"], found["quote"], bool(found["raw"]), True)
        prefix = _value(typed)
    return [] if prefix is None else complete_names(session, attribute, prefix)
