"""Completion of names in IPython and Jupyter: ``om.tables["shop.ma<TAB>``.

``connect()`` installs it in IPython, and so does ``%load_ext dynclient``. What is completed is read
from the text before the cursor: nothing of it is evaluated, and names are inserted as parts of the
string literal that was begun, so that no character of a name can end it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dynclient.client.client import OWN, Client
from dynclient.client.collection import Collection
from dynclient.client.methods import METHODS
from dynclient.client.string_literals import LINE_MAX, LITERAL, Typed, literals
from dynclient.display.interactive import running_shell

if TYPE_CHECKING:
    from collections.abc import Mapping

_CALL = re.compile(
    r"""(?<![\w.])(?P<name>[^\W\d]\w*)
    (?P<steps>(?:\.[^\W\d]\w*|\[(?:"[^"\\]*"|'[^'\\]*')\])*)
    \s*(?P<bracket>[\[(])\s*"""
    + LITERAL,
    re.VERBOSE,
)
"""An open literal after a bracket, and what is before: ``om.tables["``, ``om["table"].get("``."""
_STEP = re.compile(r"""\.(\w+)|\["([^"]*)"\]|\['([^']*)'\]""")
_BY_KEY = frozenset(name for name, method in METHODS.items() if method.first)
"""Methods whose first argument names an entity."""


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
    shell = running_shell()
    if hasattr(shell, "Completer"):
        load_ipython_extension(shell)


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
    found = _CALL.search(line) if len(line) <= LINE_MAX else None
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
