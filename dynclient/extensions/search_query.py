"""The language of filters: as a dict and as a text, which are parsed to the same conditions.

A text is a list of conditions that all must hold, ``type:table owner:ada -tier:*``::

    name:orders           a value            tag:a,b              one of several values
    name:"a (b)"          a literal value    name:cust*           ``*`` matches any text
    owner:*               has a value        -owner:*             has none
    version:>=0.2         a limit            version:0.1..0.5      from, to (both included)
    (a:x OR b:y)          one must hold      -(a:x b:y)           not both
    customer              a word in the name or the description

As a dict: ``{"type": "table", "owner": "ada", "-tier": "*", "version": {">=": 0.2}}``. A list is
one of several values, None is "no value", ``"any"`` and ``"all"`` take lists of dicts, ``"not"`` a
dict, and ``{"is": "a*"}`` is a literal value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem
from dynclient.suggestions import nearest


class Literal(NamedTuple):
    """A value that a field must have."""

    value: Any


class Pattern(NamedTuple):
    """A text in which ``*`` matches any text; ``*`` alone is any value."""

    text: str


class Range(NamedTuple):
    """The limits between which a value must be."""

    gt: Any = None
    gte: Any = None
    lt: Any = None
    lte: Any = None


Value: TypeAlias = Literal | Pattern | Range


class FieldCondition(NamedTuple):
    """The condition that a field has one of some values."""

    field: str
    values: tuple[Value, ...]


class Words(NamedTuple):
    """The condition that the name or the description contains a text."""

    text: str


class Not(NamedTuple):
    """The condition that another one does not hold."""

    part: Condition


class All(NamedTuple):
    """The condition that several others hold; without any, it always holds."""

    parts: tuple[Condition, ...] = ()


class Either(NamedTuple):
    """The condition that one of several others holds."""

    parts: tuple[Condition, ...]


Condition: TypeAlias = FieldCondition | Words | Not | All | Either

_COMPARISONS = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
_JOINS = ("any", "all", "not")
_DEPTH_MAX = 30
"""The largest number of conditions within each other."""


def parse(where: Any, call: str = "") -> Condition:
    """Return the conditions of a filter.

    Args:
        where: a text, a dict, or a list of these, which all must hold; None is no condition.
        call: the call that takes it, for errors.

    Raises:
        BadArguments: it is not a filter; lists all problems of a dict, the first one of a text.
    """
    problems: list[Problem] = []
    condition = _parse(where, "where", problems, 0)
    if problems:
        raise bad_arguments(call, problems)
    return condition


def _parse(where: Any, path: str, problems: list[Problem], depth: int) -> Condition:
    if depth > _DEPTH_MAX:
        problems.append(_problem(path, None, f"is nested more than {_DEPTH_MAX} times"))
        return All()
    if where is None:
        return All()
    if isinstance(where, str):
        try:
            return _TextParser(where).parse()
        except _TextError as error:
            problems.append(_problem(path, where, str(error)))
            return All()
    if isinstance(where, Mapping):
        parts = [
            _entry(key, value, f"{path}[{key!r}]", problems, depth) for key, value in where.items()
        ]
        return join_all(parts)
    if isinstance(where, (list, tuple)):
        return join_all(_list(where, path, problems, depth))
    kind = type(where).__name__
    problems.append(_problem(path, kind, f"must be a filter as a text or a dict, not {kind}"))
    return All()


def _list(value: Any, path: str, problems: list[Problem], depth: int) -> list[Condition]:
    if not isinstance(value, (list, tuple)):
        problems.append(_problem(path, value, "must be a list of filters"))
        return []
    return [_parse(one, f"{path}[{at}]", problems, depth + 1) for at, one in enumerate(value)]


def _entry(key: Any, value: Any, path: str, problems: list[Problem], depth: int) -> Condition:
    """Return the condition of one entry of a dict."""
    if not isinstance(key, str):
        problems.append(_problem(path, key, "must be the name of a field"))
        return All()
    if key == "not":
        return negate(_parse(value, path, problems, depth + 1))
    if key == "all":
        return join_all(_list(value, path, problems, depth))
    if key == "any":
        parts = _list(value, path, problems, depth)
        if not parts and isinstance(value, (list, tuple)):
            problems.append(_problem(path, value, "must have at least one filter"))
        return join_any(parts)
    is_negative, name = key.startswith("-"), key.removeprefix("-")
    if value is None:
        is_negative, value = not is_negative, "*"
    listed = list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]
    if not listed:
        problems.append(_problem(path, value, "must have at least one value"))
    values = [found for one in listed if (found := _value(one, path, problems)) is not None]
    test = FieldCondition(name, tuple(values))
    return negate(test) if is_negative else test


def _value(value: Any, path: str, problems: list[Problem]) -> Value | None:
    if isinstance(value, str):
        return Pattern(value) if "*" in value else Literal(value)
    if isinstance(value, Mapping) and not _is_reference(value):
        return _operators(value, path, problems)
    if value is None:
        problems.append(_problem(path, value, "None must not be in a list"))
        return None
    return Literal(value)


def _is_reference(value: Mapping[Any, Any]) -> bool:
    return "id" in value or "fullyQualifiedName" in value or "tagFQN" in value


def _operators(value: Mapping[Any, Any], path: str, problems: list[Problem]) -> Value | None:
    """Return the value of ``{">=": 3, "<": 5}`` or ``{"is": "a*"}``."""
    known = ("is", *_COMPARISONS)
    unknown = [key for key in value if key not in known]
    for key in unknown:
        message = f"{key!r} must be one of {', '.join(known)}"
        problems.append(Problem(path, key, "enum", message, nearest(str(key), known)))
    if unknown:
        return None
    if set(value) == {"is"}:
        return Literal(value["is"])
    limits = {_COMPARISONS[key]: one for key, one in value.items() if key != "is"}
    if not limits or "is" in value:
        problems.append(_problem(path, dict(value), "must have limits, such as {'>=': 3}"))
        return None
    return Range(**limits)


def _problem(path: str, value: Any, message: str) -> Problem:
    return Problem(path, value, "argument", message)


def join_all(parts: list[Condition]) -> Condition:
    """Return the condition that all of some conditions hold."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, All) else (part,))]
    return flat[0] if len(flat) == 1 else All(tuple(flat))


def join_any(parts: list[Condition]) -> Condition:
    """Return the condition that one of some conditions holds."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, Either) else (part,))]
    return flat[0] if len(flat) == 1 else Either(tuple(flat))


def negate(part: Condition) -> Condition:
    """Return the condition that another one does not hold."""
    return part.part if isinstance(part, Not) else Not(part)


def field_conditions(condition: Condition) -> Iterator[FieldCondition]:
    """Yield all conditions about a field."""
    if isinstance(condition, FieldCondition):
        yield condition
    elif isinstance(condition, Not):
        yield from field_conditions(condition.part)
    elif isinstance(condition, (All, Either)):
        for part in condition.parts:
            yield from field_conditions(part)


# texts

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<mark>[()])
    | (?P<minus>-)(?=[^\s])
    | (?P<field>[A-Za-z_][\w.]*:)
    | (?P<quoted>"(?:[^"\\]|\\.)*")
    | (?P<word>[^\s()",]+)
    )""",
    re.VERBOSE,
)
_FIELD = re.compile(r"[A-Za-z_][\w.]*")
_VALUE = re.compile(r'(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<word>[^\s()",]+)')
_LIMIT = re.compile(r"(>=|<=|>|<)(.+)")


class _TextError(Exception):
    """A text is not a filter; the message says why."""


class _TextParser:
    """A recursive descent parser of filters as texts."""

    def __init__(self, text: str) -> None:
        self._text = text.rstrip()
        self._at = 0
        self._depth = 0

    def parse(self) -> Condition:
        condition = self._alternatives()
        if self._at < len(self._text):
            raise _TextError(f"has a parenthesis that is not opened, at {self._rest()}")
        return condition

    def _rest(self) -> str:
        rest = self._text[self._at :].strip()
        return repr(rest if len(rest) <= 20 else f"{rest[:20]}…")

    def _peek(self) -> re.Match[str] | None:
        if self._at >= len(self._text):
            return None
        found = _TOKEN.match(self._text, self._at)
        if found is None:
            hint = "; a quotation mark is not closed" if '"' in self._text[self._at :] else ""
            raise _TextError(f"cannot be read from {self._rest()} on{hint}")
        return found

    def _is_end(self, token: re.Match[str] | None) -> bool:
        return token is None or token["mark"] == ")" or token["word"] == "OR"

    def _alternatives(self) -> Condition:
        parts = [self._conjunction()]
        while (token := self._peek()) is not None and token["word"] == "OR":
            self._at = token.end()
            parts.append(self._conjunction())
        if len(parts) > 1 and All() in parts:
            raise _TextError("has OR without conditions on both sides")
        return join_any(parts)

    def _conjunction(self) -> Condition:
        parts: list[Condition] = []
        while not self._is_end(token := self._peek()):
            if token is not None and _is_and(token):
                self._at = token.end()
                if not parts or self._is_end(following := self._peek()) or _is_and(following):
                    raise _TextError("has AND without conditions on both sides")
            parts.append(self._condition())
        return join_all(parts)

    def _condition(self) -> Condition:
        token = self._peek()
        if token is None or self._is_end(token):
            raise _TextError("ends after a negation")
        self._at = token.end()
        if token["minus"] or token["word"] == "NOT":
            return self._nested(lambda: negate(self._condition()))
        if token["mark"]:
            return self._nested(self._group)
        if token["field"]:
            return FieldCondition(token["field"][:-1], tuple(self._values(token["field"])))
        return Words(_unquoted(token["quoted"]) if token["quoted"] else token["word"])

    def _nested(self, read: Any) -> Condition:
        self._depth += 1
        if self._depth > _DEPTH_MAX:
            raise _TextError(f"is nested more than {_DEPTH_MAX} times")
        condition: Condition = read()
        self._depth -= 1
        return condition

    def _group(self) -> Condition:
        condition = self._alternatives()
        token = self._peek()
        if token is None:
            raise _TextError("has a parenthesis that is not closed")
        self._at = token.end()
        if condition == All():
            raise _TextError("has parentheses without a condition")
        return condition

    def _values(self, field: str) -> Iterator[Value]:
        while True:
            found = _VALUE.match(self._text, self._at)
            if found is None and self._text.startswith('"', self._at):
                raise _TextError(f"has a quotation mark that is not closed, at {self._rest()}")
            if found is None:
                raise _TextError(f"has no value after {field!r}; write {field}* for any value")
            self._at = found.end()
            if found["quoted"]:
                yield Literal(_unquoted(found["quoted"]))
            else:
                yield self._bare(found["word"])
            if not self._text.startswith(",", self._at):
                return
            self._at += 1

    def _bare(self, word: str) -> Value:
        if word in _COMPARISONS:
            raise _TextError(f"has no value after {word!r}")
        limit = _LIMIT.fullmatch(word)
        if limit is not None:
            return Range(**{_COMPARISONS[limit[1]]: limit[2]})
        low, dots, high = word.partition("..")
        if dots and (low or high):
            return Range(gte=low or None, lte=high or None)
        return Pattern(word) if "*" in word else Literal(word)


def _is_and(token: re.Match[str] | None) -> bool:
    return token is not None and token["word"] == "AND"


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)


# words of a user, as the query string of a search engine

_SAFE_WORD = re.compile(r"\*?[\w.]+\*?")
_OPERATORS = {"AND", "OR", "NOT", "TO"}
_NO_WORD = r'"\""'


def query_string(text: str) -> str:
    """Return words as a query string in which nothing is an operator, except ``*``.

    Words with other characters than letters, digits, ``_`` and ``.`` are sent as phrases: servers
    respond to a query with ``/``, ``:`` or ``(`` with status 500.

    Args:
        text: the words as the user wrote them; ``"two words"`` stay together.
    """
    parts = [_query_word(quoted, word) for quoted, word in _PIECE.findall(text)]
    found = " ".join(part for part in parts if part)
    # A lone quotation mark must not find everything.
    return found or ("*" if not text.strip("* \t\r\n") else _NO_WORD)


_PIECE = re.compile(r'"([^"]*)"|([^\s"]+)')


def _query_word(quoted: str, word: str) -> str:
    text = quoted or word
    return query_phrase(text) if text.strip("* \t\r\n") else ""


def query_phrase(text: str) -> str:
    """Return a text as one word or one phrase of a query string."""
    if _SAFE_WORD.fullmatch(text) and text not in _OPERATORS:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
