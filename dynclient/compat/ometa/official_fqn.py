"""``metadata.utils.fqn``: fully qualified names, built by entity type, split and quoted.

``official_names.json`` lists the parts of the name of each entity class. Names are built from their
parts and not looked up in the search index; if the database is not known, the server lists them.
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

FQN_SEPARATOR = "."
_MAX_DATABASES = 1000
"""Databases of one service that are tried."""
_SEARCH_OPTIONS = frozenset({"fetch_multiple_entities", "skip_es_search"})
"""Arguments about searching; the second is ignored."""


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

    Args:
        metadata: client that finds the database if ``database_name=`` is None; else it may be None.
        entity_type: the entity class.
        kwargs: ``service_name=``, ``database_name=`` …; with ``fetch_multiple_entities=True`` a
            list is returned.

    Returns:
        The name, a list of names, or None if a part is missing.

    Raises:
        FQNBuildingException: names of this class cannot be built, or a name contains a quote.
        TypeError: an argument is missing or unknown.
    """
    is_multiple = bool(kwargs.get("fetch_multiple_entities"))
    arguments = {name: value for name, value in kwargs.items() if name not in _SEARCH_OPTIONS}
    rule = _rule(entity_type)
    _check_arguments(entity_type.__name__, rule, arguments)
    if arguments.get("database_name", "") is None:
        databases = _databases(metadata, arguments["service_name"])
        built = [_join_parts(rule, {**arguments, "database_name": name}) for name in databases]
        found = [fqn for fqn in built if fqn and _exists(metadata, entity_type, fqn)]
        return found if is_multiple else next(iter(found), None)
    one = _join_parts(rule, arguments)
    return one if not is_multiple or one is None else [one]


def _rule(entity_type: type) -> list[Any]:
    rules: dict[str, list[Any]] = data_file("official_names.json")
    name = getattr(entity_type, "__name__", str(entity_type))
    if name not in rules:
        known = ", ".join(sorted(rules))
        raise FQNBuildingException(
            f"the name of a {name} cannot be built; build() supports {known}"
        )
    return rules[name]


def _arguments(rule: list[Any]) -> Iterator[str]:
    for part in rule:
        if isinstance(part, str):
            yield part
        else:
            yield from (value for kind, value in part.items() if kind != "literal")


def _check_arguments(name: str, rule: list[Any], arguments: dict[str, Any]) -> None:
    expected = list(_arguments(rule))
    missing = [each for each in expected if each not in arguments]
    unknown = [each for each in arguments if each not in expected]
    if missing or unknown:
        lacks = f"; missing: {', '.join(missing)}" if missing else ""
        extra = f"; unknown: {', '.join(unknown)}" if unknown else ""
        raise TypeError(f"the name of a {name} is built from {', '.join(expected)}{lacks}{extra}")


def _join_parts(rule: list[Any], arguments: dict[str, Any]) -> str | None:
    """Join the parts of a name; None if a required part is missing."""
    parts = []
    for part in rule:
        if isinstance(part, str):
            parts.append(arguments[part] and quote_name(arguments[part]))
        elif "literal" in part:
            parts.append(part["literal"])
        elif "optional" in part:
            if arguments[part["optional"]]:
                parts.append(quote_name(arguments[part["optional"]]))
        elif arguments[part["fqn"]]:
            parts.append(model_str(arguments[part["fqn"]]))
        else:
            instead = arguments.get(part.get("else", ""))
            parts.append(instead and quote_name(instead))
    return FQN_SEPARATOR.join(parts) if all(parts) else None


def _databases(metadata: OpenMetadata | None, service: str) -> list[str]:
    """Return the names of a service's databases."""
    if metadata is None:
        return []
    spec = metadata.gateway.spec("database")
    filters = {"service": quote_name(service), "page_size": _MAX_DATABASES}
    listed = metadata.gateway.call(spec.operations["list"], filters)
    return [str(each["name"]) for each in listed.get("data") or ()]


def _exists(metadata: OpenMetadata | None, entity_type: type, fqn: str) -> bool:
    return metadata is not None and metadata.get_by_name(entity_type, fqn) is not None


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
