"""What a search asks for, as a condition on the entities of the store.

Two languages are read, as far as scripts use them: query strings (words, phrases, wildcards,
``field:value``, AND, OR, NOT, parentheses), and filters in JSON (``bool`` with ``term``,
``terms``, ``match``, ``wildcard``, ``prefix``, ``exists``, ``query_string`` …). Case does not
count, and a word is found inside of longer ones.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.storage.store import Condition

if TYPE_CHECKING:
    from collections.abc import Iterable

COLUMNS = {
    "id": "e.id",
    "name": "e.name",
    "fullyQualifiedName": "e.fqn",
    "displayName": "coalesce(e.display, e.name)",
    "description": "e.description",
    "entityType": "e.type",
    "updatedAt": "e.updated_at",
    "deleted": "case e.deleted when 1 then 'true' else 'false' end",
}
"""Fields that the store has columns for, as SQL."""

_TEXTS = ("name", "displayName", "fullyQualifiedName", "description")
"""Where words without a field are looked for."""


MOST = 400
"""How many parts a query string may have; SQLite does not nest conditions without end."""


class Unreadable(Exception):
    """A query that cannot be read; the message says what is wrong with it."""


ALL, NONE = Condition("1"), Condition("0")


def joined(word: str, conditions: Iterable[Condition]) -> Condition:
    """Return conditions joined by ``and`` or ``or``; of none at all, everything."""
    parts = list(conditions)
    if not parts:
        return ALL
    sql = f" {word} ".join(f"({part.sql})" for part in parts)
    return Condition(sql, tuple(value for part in parts for value in part.values))


def negated(condition: Condition) -> Condition:
    """Return the opposite of a condition."""
    # What an entity does not have is null, which is neither true nor false to SQL.
    return Condition(f"not coalesce({condition.sql}, 0)", condition.values)


def _pattern(text: str) -> str:
    """Return the LIKE pattern of a word in which ``*`` and ``?`` stand for others."""
    return _exactly(text).replace("*", "%").replace("?", "_")


def _exactly(text: str) -> str:
    """Return the LIKE pattern of what stands for itself."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def _like(expression: str, pattern: str) -> Condition:
    return Condition(f"{expression} like ? escape '\\'", (pattern,))


def field_is(field: str, pattern: str) -> Condition:
    """Return the condition that a field has a value of a LIKE pattern.

    Args:
        field: such as ``name``, ``service.name.keyword``, ``tags.tagFQN``, ``columns.name``.
        pattern: of the value.
    """
    path = field.removesuffix(".keyword").split(".")
    if path[-1] == "tagFQN":
        return Condition(
            "exists (select 1 from labels l where l.source = e.id and l.tag like ? escape '\\')",
            (pattern,),
        )
    if len(path) == 1 and path[0] in COLUMNS:
        return _like(COLUMNS[path[0]], pattern)
    below = _like("case j.type when 'true' then 'true' when 'false' then 'false' else j.atom end",
                  pattern)  # fmt: skip
    in_document = Condition(
        f"exists (select 1 from json_tree(e.doc, ?) j where {below.sql}"  # noqa: S608 - our own SQL
        + (" and j.key = ?)" if len(path) > 1 else ")"),
        (f'$."{_safe(path[0])}"', *below.values, *path[-1:][: len(path) - 1]),
    )
    attribute = _ATTRIBUTES.get(path[1]) if len(path) == _DEEP else None
    if attribute is None:
        return in_document
    told = _like(f"t.{attribute}", pattern)
    referred = Condition(
        "exists (select 1 from refs r join entities t on t.id = r.target"  # noqa: S608 - our own
        f" where r.source = e.id and r.field = ? and {told.sql})",
        (path[0], *told.values),
    )
    return joined("or", [referred, in_document])


_DEEP = 2
_ATTRIBUTES = {"id": "id", "name": "name", "fullyQualifiedName": "fqn", "type": "type",
               "displayName": "name", "description": "description"}  # fmt: skip


def _safe(step: str) -> str:
    return step.replace('"', "")


# query strings

_TOKEN = re.compile(
    r"""\s*(?:(?P<mark>[()])|(?P<field>[A-Za-z_][\w.]*):|(?P<phrase>"(?:[^"\\]|\\.)*")"""
    r"""|(?P<word>(?:[^\s()"\\:]|\\.)+))"""
)


def parsed(text: str) -> Condition:
    """Return the condition of a query string; raises :class:`Unreadable`."""
    return _Parser(text).whole()


def words(text: str) -> list[str]:
    """Return the words and phrases of a query string that name no field."""
    parser = _Parser(text)
    tokens = parser.tokens
    return [
        value for place, (kind, value) in enumerate(tokens)
        if kind in {"word", "phrase"} and value not in {"AND", "OR", "NOT", "*"}
        and (place == 0 or tokens[place - 1][0] != "field")
    ]  # fmt: skip


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        place, text = 0, text.strip()
        while place < len(text):
            found = _TOKEN.match(text, place)
            if found is None:
                raise Unreadable(f"{text[place:]!r} is no part of a query")
            kind = str(found.lastgroup)
            value = re.sub(r"\\(.)", r"\1", found[kind])
            self.tokens.append((kind, value[1:-1] if kind == "phrase" else value))
            place = found.end()
        if len(self.tokens) > MOST:
            raise Unreadable(f"a query has {MOST} parts at most, not {len(self.tokens)}")
        self._at = 0

    def whole(self) -> Condition:
        if not self.tokens:
            return ALL
        made = self._either()
        if self._at < len(self.tokens):
            raise Unreadable(f"{self.tokens[self._at][1]!r} closes nothing")
        return made

    def _next(self) -> tuple[str, str] | None:
        return self.tokens[self._at] if self._at < len(self.tokens) else None

    def _either(self) -> Condition:
        """Parts beside each other are alternatives, as with OR between them; NOT excludes."""
        parts: list[Condition] = []
        excluded: list[Condition] = []
        while (token := self._next()) is not None and token != ("mark", ")"):
            if token == ("word", "OR"):
                self._at += 1
                parts.append(self._both())
            else:
                (excluded if token == ("word", "NOT") else parts).append(self._both())
        if not parts and not excluded:
            raise Unreadable("a word is wanted")
        return joined("and", [joined("or", parts), *excluded])

    def _both(self) -> Condition:
        parts = [self._one()]
        while self._next() == ("word", "AND"):
            self._at += 1
            parts.append(self._one())
        return joined("and", parts)

    def _one(self) -> Condition:
        token = self._next()
        if token is None:
            raise Unreadable("the query ends where a word is wanted")
        self._at += 1
        if token == ("word", "NOT"):
            return negated(self._one())
        if token == ("mark", "("):
            made = self._either()
            if self._next() != ("mark", ")"):
                raise Unreadable("a parenthesis is not closed")
            self._at += 1
            return made
        kind, value = token
        if kind == "field":
            return self._of_field(value)
        if kind == "mark":
            raise Unreadable(f"{value!r} closes nothing")
        return anywhere(value)

    def _of_field(self, field: str) -> Condition:
        token = self._next()
        if token is None or token[0] not in {"word", "phrase"}:
            raise Unreadable(f"{field}: has no value")
        self._at += 1
        kind, value = token
        if field == "_exists_":
            return has(value)
        return field_is(field, _pattern(value) if kind == "word" else _exactly(value))


def anywhere(text: str) -> Condition:
    """Return the condition that a word or phrase stands in the texts of an entity."""
    if text.strip("*") == "":
        return ALL
    pattern = f"%{_pattern(text.strip('*'))}%"
    return joined("or", (_like(COLUMNS[name], pattern) for name in _TEXTS))


def has(field: str) -> Condition:
    """Return the condition that a field has some value."""
    return field_is(field, "%")


# filters


def filtered(told: Any) -> Condition:
    """Return the condition of a filter in JSON; raises :class:`Unreadable`."""
    if isinstance(told, dict) and set(told) == {"query"}:
        return filtered(told["query"])
    if told in (None, {}):
        return ALL
    if not isinstance(told, dict) or len(told) != 1:
        raise Unreadable("a filter is an object with one kind of query")
    ((kind, value),) = told.items()
    if kind == "match_all":
        return ALL
    if kind == "bool" and isinstance(value, dict):
        return _bool(value)
    if kind in {"query_string", "simple_query_string"} and isinstance(value, dict):
        return parsed(str(value.get("query", "")))
    if kind == "exists" and isinstance(value, dict):
        return has(str(value.get("field")))
    if kind in _OF_FIELDS and isinstance(value, dict):
        told = {name: one for name, one in value.items() if name != "boost"}
        return joined("and", (_OF_FIELDS[kind](name, one) for name, one in told.items()))
    raise Unreadable(f"the sandbox reads no filters of kind {kind}")


def _bool(told: dict[str, Any]) -> Condition:
    def each(name: str) -> list[Condition]:
        value = told.get(name, [])
        return [filtered(one) for one in (value if isinstance(value, list) else [value])]

    parts = each("must") + each("filter")
    parts += [negated(one) for one in each("must_not")]
    if told.get("should") and (not parts or told.get("minimum_should_match")):
        parts.append(joined("or", each("should")))
    return joined("and", parts)


def _value(told: Any, name: str) -> str:
    value = told.get(name, told.get("query")) if isinstance(told, dict) else told
    return str(value).lower() if isinstance(value, bool) else str(value)


def _term(field: str, told: Any) -> Condition:
    return field_is(field, _exactly(_value(told, "value")))


def _terms(field: str, told: Any) -> Condition:
    return joined("or", (_term(field, one) for one in told)) if told else NONE


def _wildcard(field: str, told: Any) -> Condition:
    return field_is(field, _pattern(_value(told, "value")))


def _prefix(field: str, told: Any) -> Condition:
    return field_is(field, f"{_exactly(_value(told, 'value'))}%")


def _match(field: str, told: Any) -> Condition:
    return field_is(field, f"%{_exactly(_value(told, 'query'))}%")


_OF_FIELDS = {"term": _term, "terms": _terms, "wildcard": _wildcard, "prefix": _prefix,
              "match": _match, "match_phrase": _match}  # fmt: skip
