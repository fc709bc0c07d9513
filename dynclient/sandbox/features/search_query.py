"""Search queries, translated to conditions on the entities of the store.

Two languages are supported, as far as scripts use them: query strings (words, phrases, wildcards,
``field:value``, AND, OR, NOT, parentheses), and filters in JSON (``bool`` with ``term``,
``terms``, ``match``, ``wildcard``, ``prefix``, ``exists``, ``query_string`` …). Case is
ignored, and a word also matches parts of longer words.
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
"""The SQL of the fields that are columns of the store."""

_TEXTS = ("name", "displayName", "fullyQualifiedName", "description")
"""The fields in which words without a field are searched."""


_ANALYSED = {"name", "displayName", "description"}
"""Fields whose words are searched, not their whole value."""


MAX_TOKENS = 400
"""The largest number of tokens of a query string; SQLite limits the depth of conditions."""


class InvalidQuery(Exception):
    """A query is not valid; the message says why."""


class UnsupportedFilter(InvalidQuery):
    """A filter is one that servers know, but the sandbox does not."""


ALL, NONE = Condition("1"), Condition("0")


def join(word: str, conditions: Iterable[Condition]) -> Condition:
    """Return conditions joined by ``and`` or ``or``; without conditions, one that always holds."""
    parts = list(conditions)
    if not parts:
        return ALL
    sql = f" {word} ".join(f"({part.sql})" for part in parts)
    return Condition(sql, tuple(value for part in parts for value in part.values))


def negate(condition: Condition) -> Condition:
    """Return the negation of a condition."""
    # A missing field is NULL, for which SQL comparisons are neither true nor false.
    return Condition(f"not coalesce({condition.sql}, 0)", condition.values)


def _pattern(text: str) -> str:
    """Return the LIKE pattern of a word with the wildcards ``*`` and ``?``."""
    return _escape(text).replace("*", "%").replace("?", "_")


def _escape(text: str) -> str:
    """Return the LIKE pattern of a literal text."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def _like(expression: str, pattern: str) -> Condition:
    return Condition(f"{expression} like ? escape '\\'", (pattern,))


def field_matches(field: str, pattern: str) -> Condition:
    """Return the condition that a value of a field matches a LIKE pattern.

    Args:
        field: such as ``name``, ``service.name.keyword``, ``tags.tagFQN``, ``columns.name``.
        pattern: the LIKE pattern, with backslash as the escape character.
    """
    path = field.removesuffix(".keyword").split(".")
    if path[-1] == "tagFQN":
        own = {"tier": " and l.tag like 'Tier.%'", "tags": " and l.tag not like 'Tier.%'"}
        return Condition(
            "exists (select 1 from labels l"  # noqa: S608 - our own SQL
            f" where l.source = e.id and l.tag like ? escape '\\'{own.get(path[0], '')})",
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
    clause = _like(f"t.{attribute}", pattern)
    referred = Condition(
        "exists (select 1 from refs r join entities t on t.id = r.target"  # noqa: S608 - our own
        f" where r.source = e.id and r.field = ? and {clause.sql})",
        (path[0], *clause.values),
    )
    return join("or", [referred, in_document])


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


_SLASH = re.compile(r'"(?:[^"\\]|\\.)*"|\\.|(/)')
"""Quoted and escaped parts of a query, or a slash in the group."""


def parse_query_string(text: str) -> Condition:
    """Return the condition of a query string; raise :class:`InvalidQuery`."""
    return _Parser(text).parse()


def free_words(text: str) -> list[str]:
    """Return the words and phrases of a query string that are not values of a field."""
    parser = _Parser(text)
    tokens = parser.tokens
    return [
        value for place, (kind, value) in enumerate(tokens)
        if kind in {"word", "phrase"} and value not in {"AND", "OR", "NOT", "*"}
        and (place == 0 or tokens[place - 1][0] != "field")
    ]  # fmt: skip


class _Parser:
    """A recursive descent parser of query strings."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        if sum(bool(slash) for slash in _SLASH.findall(text)) % 2:
            raise InvalidQuery("a regular expression is not closed by another '/'")
        place, text = 0, text.strip()
        while place < len(text):
            found = _TOKEN.match(text, place)
            if found is None:
                raise InvalidQuery(f"{text[place:]!r} is not a part of a query")
            kind = str(found.lastgroup)
            value = re.sub(r"\\(.)", r"\1", found[kind])
            self.tokens.append((kind, value[1:-1] if kind == "phrase" else value))
            place = found.end()
        if len(self.tokens) > MAX_TOKENS:
            raise InvalidQuery(
                f"a query must have at most {MAX_TOKENS} parts, not {len(self.tokens)}"
            )
        self._at = 0

    def parse(self) -> Condition:
        if not self.tokens:
            return ALL
        condition = self._disjunction()
        if self._at < len(self.tokens):
            raise InvalidQuery(f"unexpected {self.tokens[self._at][1]!r}")
        return condition

    def _next(self) -> tuple[str, str] | None:
        return self.tokens[self._at] if self._at < len(self.tokens) else None

    def _disjunction(self) -> Condition:
        """Return a condition of alternatives, with or without OR between them; NOT excludes."""
        parts: list[Condition] = []
        excluded: list[Condition] = []
        while (token := self._next()) is not None and token != ("mark", ")"):
            if token == ("word", "OR"):
                self._at += 1
                parts.append(self._conjunction())
            else:
                (excluded if token == ("word", "NOT") else parts).append(self._conjunction())
        if not parts and not excluded:
            raise InvalidQuery("a word is missing")
        return join("and", [join("or", parts), *excluded])

    def _conjunction(self) -> Condition:
        parts = [self._operand()]
        while self._next() == ("word", "AND"):
            self._at += 1
            parts.append(self._operand())
        return join("and", parts)

    def _operand(self) -> Condition:
        token = self._next()
        if token is None:
            raise InvalidQuery("a word is missing at the end of the query")
        self._at += 1
        if token == ("word", "NOT"):
            return negate(self._operand())
        if token == ("mark", "("):
            condition = self._disjunction()
            if self._next() != ("mark", ")"):
                raise InvalidQuery("a parenthesis is not closed")
            self._at += 1
            return condition
        kind, value = token
        if kind == "field":
            return self._field_value(value)
        if kind == "mark":
            raise InvalidQuery(f"unexpected {value!r}")
        return contains_text(value)

    def _field_value(self, field: str) -> Condition:
        token = self._next()
        if token is None or token[0] not in {"word", "phrase"}:
            raise InvalidQuery(f"{field}: has no value")
        self._at += 1
        kind, value = token
        if field == "_exists_":
            return has_value(value)
        if kind == "word" and field in _ANALYSED and not set("*?") & set(value):
            return _has_word(COLUMNS[field], value)
        return field_matches(field, _pattern(value) if kind == "word" else _escape(value))


def stem(word: str) -> str:
    """Return a word in lower case without the ending of a plural."""
    word = word.lower()
    if word.endswith("ies") and len(word) > 4:
        return word[:-3]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us")) else word


def contains_text(text: str) -> Condition:
    """Return the condition that a text of an entity or of its members contains a word or phrase."""
    word = text.strip("*")
    if not word:
        return ALL
    pattern = f"%{_pattern(word if '*' in text else stem(word))}%"
    # Most documents do not contain the text at all, and are not decoded then.
    below = Condition(
        "e.doc like ? escape '\\' and exists (select 1 from json_tree(e.doc) j"
        " where j.key in ('name', 'displayName', 'description') and j.atom like ? escape '\\')",
        (pattern, pattern),
    )
    return join("or", [*(_like(COLUMNS[name], pattern) for name in _TEXTS), below])


def _has_word(expression: str, word: str) -> Condition:
    """Return the condition that a text has a word that begins with the stem of another."""
    words = f"replace(replace(replace({expression}, '_', ' '), '.', ' '), '-', ' ')"
    return _like(f"(' ' || {words})", f"% {_pattern(stem(word))}%")


def has_value(field: str) -> Condition:
    """Return the condition that a field has a value."""
    return field_matches(field, "%")


# filters


def parse_filter(clause: Any) -> Condition:
    """Return the condition of a filter in JSON; raise :class:`InvalidQuery`."""
    if isinstance(clause, dict) and set(clause) == {"query"}:
        return parse_filter(clause["query"])
    if clause in (None, {}):
        return ALL
    if not isinstance(clause, dict) or len(clause) != 1:
        raise InvalidQuery("a filter must be an object with one kind of query")
    ((kind, value),) = clause.items()
    if kind == "match_all":
        return ALL
    if kind == "bool" and isinstance(value, dict):
        return _bool(value)
    if kind in {"query_string", "simple_query_string"} and isinstance(value, dict):
        return parse_query_string(str(value.get("query", "")))
    if kind == "exists" and isinstance(value, dict):
        return has_value(str(value.get("field")))
    if kind == "nested" and isinstance(value, dict):
        return parse_filter(value.get("query"))
    if kind in _OF_FIELDS and isinstance(value, dict):
        clause = {name: one for name, one in value.items() if name != "boost"}
        return join("and", (_OF_FIELDS[kind](name, one) for name, one in clause.items()))
    if kind in _UNSUPPORTED:
        raise UnsupportedFilter(f"the sandbox does not support filters of kind {kind}")
    raise InvalidQuery(f"unknown query [{kind}]")


def _bool(clause: dict[str, Any]) -> Condition:
    def each(name: str) -> list[Condition]:
        value = clause.get(name, [])
        return [parse_filter(one) for one in (value if isinstance(value, list) else [value])]

    parts = each("must") + each("filter")
    parts += [negate(one) for one in each("must_not")]
    if clause.get("should") and (not parts or clause.get("minimum_should_match")):
        parts.append(join("or", each("should")))
    return join("and", parts)


def _value(clause: Any, name: str) -> str:
    value = clause.get(name, clause.get("query")) if isinstance(clause, dict) else clause
    return str(value).lower() if isinstance(value, bool) else str(value)


def _term(field: str, clause: Any) -> Condition:
    return field_matches(field, _escape(_value(clause, "value")))


def _terms(field: str, clause: Any) -> Condition:
    return join("or", (_term(field, one) for one in clause)) if clause else NONE


def _wildcard(field: str, clause: Any) -> Condition:
    return field_matches(field, _pattern(_value(clause, "value")))


def _prefix(field: str, clause: Any) -> Condition:
    return field_matches(field, f"{_escape(_value(clause, 'value'))}%")


def _match(field: str, clause: Any) -> Condition:
    return field_matches(field, f"%{_escape(_value(clause, 'query'))}%")


_OPERATORS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def _range(field: str, clause: Any) -> Condition:
    """Return the condition that a value of a field is between limits."""
    limits = {name: one for name, one in clause.items() if name in _OPERATORS}
    path = field.removesuffix(".keyword").split(".")
    if len(path) == 1 and path[0] in COLUMNS:
        expression = COLUMNS[path[0]]
        return join("and", (
            Condition(f"{expression} {_OPERATORS[name]} ?", (limit,))
            for name, limit in limits.items()
        ))  # fmt: skip
    below = join("and", (
        Condition(f"j.atom {_OPERATORS[name]} ?", (limit,)) for name, limit in limits.items()
    ))  # fmt: skip
    return Condition(
        f"exists (select 1 from json_tree(e.doc, ?) j where {below.sql}"  # noqa: S608 - our own SQL
        + (" and j.key = ?)" if len(path) > 1 else " and j.atom is not null)"),
        (f'$."{_safe(path[0])}"', *below.values, *path[-1:][: len(path) - 1]),
    )


_OF_FIELDS = {"term": _term, "terms": _terms, "range": _range, "wildcard": _wildcard,
              "prefix": _prefix, "match": _match, "match_phrase": _match}  # fmt: skip

_UNSUPPORTED = {"boosting", "constant_score", "dis_max", "function_score", "fuzzy",
                "geo_bounding_box", "geo_distance", "geo_shape", "ids",
                "match_bool_prefix", "match_phrase_prefix", "multi_match",
                "regexp", "script", "terms_set"}  # fmt: skip
"""Kinds of filters that a search engine has and the sandbox does not."""
