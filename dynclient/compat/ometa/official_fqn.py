"""``metadata.utils.fqn``: fully qualified names, built by entity type, split and quoted.

Which parts make the name of which entity is in ``official_names.json``. Names are put together here
and never looked up in a search index; one that lacks a part is found by asking for its parents.
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
_MANY = 1000
"""Databases of one service that are looked through."""
_SEARCHING = frozenset({"fetch_multiple_entities", "skip_es_search"})
"""Arguments about searching; the first is kept, the second has no meaning here."""


def split(str_: str) -> list[str]:
    """Split a fully qualified name into its names; those with a dot keep their quotes.

    Raises:
        FQNBuildingException: it is none.
    """
    try:
        return [quote_name(name) for name in names.split(model_str(str_))]
    except BadName as error:
        raise FQNBuildingException(str(error)) from None


def quote_name(name: str) -> str:
    """Return a name as a fully qualified name holds it: with quotes if it has a dot.

    Raises:
        FQNBuildingException: it has a quote inside.
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
    """Join names into a fully qualified name; scripts use it although it has an underscore.

    Args:
        args: the names, outermost first.
        quote: put quotes around those with a dot.
    """
    return FQN_SEPARATOR.join(quote_name(name) if quote else model_str(name) for name in args)


def build(metadata: OpenMetadata | None, entity_type: type, **kwargs: Any) -> Any:
    """Build the fully qualified name of an entity from the names of its parts.

    Args:
        metadata: asked where the name of the database is None; else None will do.
        entity_type: class of the entity.
        kwargs: ``service_name=``, ``database_name=`` …; ``fetch_multiple_entities=True`` gives a
            list.

    Returns:
        The name, a list of names, or None where it cannot be told from what is given.

    Raises:
        FQNBuildingException: the entity's name has no rule, or a name holds a quote.
        TypeError: a part is missing, or one is given that it does not have.
    """
    several = bool(kwargs.get("fetch_multiple_entities"))
    given = {name: value for name, value in kwargs.items() if name not in _SEARCHING}
    rule = _rule(entity_type)
    _check_arguments(entity_type.__name__, rule, given)
    if given.get("database_name", "") is None:
        databases = _databases(metadata, given["service_name"])
        built = [_join_parts(rule, {**given, "database_name": name}) for name in databases]
        found = [fqn for fqn in built if fqn and _is_there(metadata, entity_type, fqn)]
        return found if several else next(iter(found), None)
    one = _join_parts(rule, given)
    return one if not several or one is None else [one]


def _rule(entity_type: type) -> list[Any]:
    rules: dict[str, list[Any]] = data_file("official_names.json")
    name = getattr(entity_type, "__name__", str(entity_type))
    if name not in rules:
        known = ", ".join(sorted(rules))
        raise FQNBuildingException(f"no rule for the name of a {name}; there is one for {known}")
    return rules[name]


def _arguments(rule: list[Any]) -> Iterator[str]:
    for part in rule:
        if isinstance(part, str):
            yield part
        else:
            yield from (value for kind, value in part.items() if kind != "literal")


def _check_arguments(name: str, rule: list[Any], given: dict[str, Any]) -> None:
    wanted = list(_arguments(rule))
    missing = [each for each in wanted if each not in given]
    unknown = [each for each in given if each not in wanted]
    if missing or unknown:
        lacks = f"; missing: {', '.join(missing)}" if missing else ""
        extra = f"; not taken: {', '.join(unknown)}" if unknown else ""
        raise TypeError(f"the name of a {name} is made of {', '.join(wanted)}{lacks}{extra}")


def _join_parts(rule: list[Any], given: dict[str, Any]) -> str | None:
    """Put the parts together; None where a part that is needed is not given."""
    parts = []
    for part in rule:
        if isinstance(part, str):
            parts.append(given[part] and quote_name(given[part]))
        elif "literal" in part:
            parts.append(part["literal"])
        elif "optional" in part:
            if given[part["optional"]]:
                parts.append(quote_name(given[part["optional"]]))
        elif given[part["fqn"]]:
            parts.append(model_str(given[part["fqn"]]))
        else:
            instead = given.get(part.get("else", ""))
            parts.append(instead and quote_name(instead))
    return FQN_SEPARATOR.join(parts) if all(parts) else None


def _databases(metadata: OpenMetadata | None, service: str) -> list[str]:
    """Return the names of a service's databases."""
    if metadata is None:
        return []
    spec = metadata.gateway.spec("database")
    asked = {"service": quote_name(service), "limit": _MANY}
    listed = metadata.gateway.call(spec.operations["list"], asked)
    return [str(each["name"]) for each in listed.get("data") or ()]


def _is_there(metadata: OpenMetadata | None, entity_type: type, fqn: str) -> bool:
    return metadata is not None and metadata.get_by_name(entity_type, fqn) is not None


def split_table_name(table_name: str) -> dict[str, str | None]:
    """Split ``database.schema.table`` into its names; what is not there is None.

    Raises:
        ValueError: it has more than three names.
    """
    parts: list[str | None] = [*split(table_name)]
    if len(parts) > 3:
        raise FQNBuildingException(f"{table_name!r}: a database, a schema and a table at most")
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
        ValueError: it has fewer than five names, or more than six.
    """
    parts = split(test_case_fqn)
    if len(parts) not in {5, 6}:
        wanted = "service.database.schema.table.test or service.database.schema.table.column.test"
        raise FQNBuildingException(f"{test_case_fqn!r} is no name of a test case: {wanted}")
    service, database, schema, table = parts[:4]
    column = parts[4] if len(parts) == 6 else None
    return SplitTestCaseFqn(service, database, schema, table, column, parts[-1])


def get_query_checksum(query: str) -> str:
    """Return the checksum that names a query: MD5 over its text, in hexadecimal digits."""
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
