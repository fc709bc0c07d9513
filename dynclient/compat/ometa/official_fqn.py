"""``metadata.utils.fqn``: fully qualified names, built by entity type, split and quoted.

``official_names.json`` lists the parts of the name of each entity class. Names are built from their
parts; the server is asked only for what is not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient import fqn as names
from dynclient.compat.ometa.exceptions import FQNBuildingException
from dynclient.compat.ometa.utils import model_str
from dynclient.data import data_file
from dynclient.errors import BadName

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dynclient.compat.ometa.ometa_api import OpenMetadata

Part = dict[str, str]
"""A part of a name: the arguments that it is made of, by the kind of part."""

FQN_SEPARATOR = "."
_MAX_DATABASES = 1000
"""Databases of one service that are tried."""
_DATABASE = "database_name"
_SEARCH_OPTIONS = frozenset({"fetch_multiple_entities", "skip_es_search"})
"""Arguments that are not parts of names."""


def split(str_: str) -> list[str]:
    """Split a fully qualified name into its names; names with a dot keep their quotes.

    Raises:
        FQNBuildingException: the text is not a fully qualified name.
    """
    try:
        return [quote_name(name) for name in names.split(model_str(str_))]
    except BadName as error:
        raise FQNBuildingException(str(error)) from None


def quote_name(name: str) -> str:
    """Return a name as it is written in a fully qualified name: in quotes if it has a dot.

    Raises:
        FQNBuildingException: the name contains a quote.
    """
    try:
        return names.build(unquote_name(name))
    except BadName as error:
        raise FQNBuildingException(str(error)) from None


def unquote_name(name: str) -> str:
    """Return a name without the quotes around it."""
    text = model_str(name)
    quoted = len(text) > 1 and text[0] == text[-1] == '"'
    return text[1:-1] if quoted else text


def _build(*args: Any, quote: bool = True) -> str:
    """Join names into a fully qualified name; scripts use this function despite its underscore.

    Args:
        args: the names, outermost first.
        quote: put names with a dot in quotes.
    """
    return FQN_SEPARATOR.join(quote_name(name) if quote else model_str(name) for name in args)


def build(metadata: OpenMetadata | None, entity_type: type, **kwargs: Any) -> Any:
    """Build the fully qualified name of an entity from the names of its parts.

    Tables and schemas of which a part is None are found on the server: by search, or else in the
    databases of the service. Users and teams must exist, if there is a client.

    Args:
        metadata: client that finds what is not known; without it, only complete names are built.
        entity_type: the entity class.
        kwargs: ``service_name=``, ``database_name=`` …; with ``fetch_multiple_entities=True`` a
            list is returned; with ``skip_es_search=True`` the index is not searched.

    Returns:
        The name, or a list of names; None if the server has none.

    Raises:
        FQNBuildingException: names of this class cannot be built, a part is missing that is not
            looked for, or a name contains a quote.
        TypeError: an argument is missing or unknown.
    """
    arguments = {name: value for name, value in kwargs.items() if name not in _SEARCH_OPTIONS}
    rule = _rule(entity_type)
    _check_arguments(entity_type.__name__, rule, arguments)
    missing = _missing(entity_type.__name__, rule, arguments)
    if missing:
        found = _find(metadata, entity_type, arguments, missing, kwargs)
    elif metadata is not None and any("found" in part for part in rule):
        existing = metadata.get_by_name(entity_type, _join_parts(rule, arguments))
        found = [] if existing is None else [model_str(existing.fullyQualifiedName)]
    else:
        found = [_join_parts(rule, arguments)]
    return (found or None) if kwargs.get("fetch_multiple_entities") else next(iter(found), None)


def _find(
    metadata: OpenMetadata | None,
    entity_type: type,
    arguments: dict[str, Any],
    missing: list[str],
    options: dict[str, Any],
) -> list[str]:
    """Return the names on the server that have the given parts."""
    if metadata is None:
        return []
    rule = _rule(entity_type)
    found: list[str] = []
    if not options.get("skip_es_search"):
        pattern = _join_parts(rule, {**arguments, **dict.fromkeys(missing, "*")})
        hits = metadata.es_search_from_fqn(entity_type, pattern) or []
        names_found = [model_str(each.fullyQualifiedName) for each in hits]
        found = [each for each in names_found if _has_parts(each, rule, arguments)]
    if not found and missing == [_DATABASE]:  # what was created just now is not indexed yet
        databases = _databases(metadata, arguments["service_name"])
        built = [_join_parts(rule, {**arguments, _DATABASE: name}) for name in databases]
        found = [each for each in built if metadata.get_by_name(entity_type, each) is not None]
    return found


def _has_parts(fqn: str, rule: list[Part], arguments: dict[str, Any]) -> bool:
    """Return whether a name has the given parts; an asterisk in a search matches dots too."""
    parts = [unquote_name(part) for part in split(fqn)]
    given = [arguments[name] for name in _arguments(rule)]
    return len(parts) == len(given) and all(
        not name or unquote_name(name).casefold() == part.casefold()
        for part, name in zip(parts, given, strict=True)
    )


def _missing(kind: str, rule: list[Part], arguments: dict[str, Any]) -> list[str]:
    """Return the arguments that are None and are looked for on the server.

    Raises:
        FQNBuildingException: another one is None.
    """
    absent = [
        names for part in rule if (names := _needed(part)) and not any(map(arguments.get, names))
    ]
    searched = {part["searched"] for part in rule if "searched" in part}
    needed = [" or ".join(names) for names in absent if not searched.intersection(names)]
    if needed:
        without = ", ".join(needed)
        raise FQNBuildingException(f"the name of a {kind} cannot be built without {without}")
    return [name for names in absent for name in names]


def _needed(part: Part) -> list[str]:
    """Return the arguments of a part of a name of which one is needed; none for the others."""
    return [value for kind, value in part.items() if kind not in {"literal", "optional"}]


def _rule(entity_type: type) -> list[Part]:
    """Return the parts of the name of an entity class."""
    rules: dict[str, list[Any]] = data_file("official_names.json")
    name = getattr(entity_type, "__name__", str(entity_type))
    if name not in rules:
        known = ", ".join(sorted(rules))
        raise FQNBuildingException(
            f"the name of a {name} cannot be built; build() supports {known}"
        )
    return [{"name": part} if isinstance(part, str) else part for part in rules[name]]


def _arguments(rule: list[Part]) -> Iterator[str]:
    for part in rule:
        yield from (value for kind, value in part.items() if kind != "literal")


def _check_arguments(name: str, rule: list[Part], arguments: dict[str, Any]) -> None:
    expected = list(_arguments(rule))
    missing = [each for each in expected if each not in arguments]
    unknown = [each for each in arguments if each not in expected]
    if missing or unknown:
        lacks = f"; missing: {', '.join(missing)}" if missing else ""
        extra = f"; unknown: {', '.join(unknown)}" if unknown else ""
        raise TypeError(f"the name of a {name} is built from {', '.join(expected)}{lacks}{extra}")


def _join_parts(rule: list[Part], arguments: dict[str, Any]) -> str:
    """Join the parts of a name; all that are needed are given."""
    parts = []
    for part in rule:
        if "literal" in part:
            parts.append(part["literal"])
        elif "fqn" in part and arguments[part["fqn"]]:
            parts.append(model_str(arguments[part["fqn"]]))
        else:
            name = arguments[[*part.values()][-1]]
            if name:
                parts.append(quote_name(name))
    return FQN_SEPARATOR.join(parts)


def _databases(metadata: OpenMetadata, service: str) -> list[str]:
    """Return the names of a service's databases."""
    spec = metadata.gateway.spec("database")
    filters = {"service": quote_name(service), "page_size": _MAX_DATABASES}
    listed = metadata.gateway.call(spec.operations["list"], filters)
    return [str(each["name"]) for each in listed.get("data") or ()]


def split_table_name(table_name: str) -> dict[str, str | None]:
    """Split ``database.schema.table`` into its names; those that are missing are None.

    Raises:
        FQNBuildingException: the text has more than three names.
    """
    parts: list[str | None] = [*split(table_name)]
    if len(parts) > 3:
        raise FQNBuildingException(
            f"{table_name!r} has more than three names: database.schema.table"
        )
    database, schema, table = [None] * (3 - len(parts)) + parts
    return {"database": database, "database_schema": schema, "table": table}


class SplitTestCaseFqn(NamedTuple):
    """The parts of the name of a test case."""

    service: str | None
    database: str | None
    schema_: str | None
    table: str | None
    column: str | None
    test_case: str | None


def split_test_case_fqn(test_case_fqn: str) -> SplitTestCaseFqn:
    """Split the name of a test case of a table, or of one of its columns.

    Raises:
        FQNBuildingException: the text has fewer than five names, or more than six.
    """
    parts = split(test_case_fqn)
    if len(parts) not in {5, 6}:
        expected = "service.database.schema.table.test or service.database.schema.table.column.test"
        raise FQNBuildingException(f"{test_case_fqn!r} is not the name of a test case: {expected}")
    service, database, schema, table = parts[:4]
    column = parts[4] if len(parts) == 6 else None
    return SplitTestCaseFqn(service, database, schema, table, column, parts[-1])


def get_query_checksum(query: str) -> str:
    """Return the checksum in the name of a query: the MD5 of its text, in hexadecimal."""
    import hashlib

    return hashlib.md5(query.encode(), usedforsecurity=False).hexdigest()


__all__ = [
    "FQN_SEPARATOR",
    "FQNBuildingException",
    "SplitTestCaseFqn",
    "build",
    "get_query_checksum",
    "quote_name",
    "split",
    "split_table_name",
    "split_test_case_fqn",
    "unquote_name",
]
