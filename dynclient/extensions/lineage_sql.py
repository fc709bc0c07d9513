"""The lineage of SQL: which tables and columns a query reads, and which it writes.

sqlglot parses the query. Each table is found on the server first, so that names are those of the
server, and ``*`` means the columns that its tables have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient import fqn, model
from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem
from dynclient.operations.operation import Plan

if TYPE_CHECKING:
    from dynclient.extensions.lineage import LineageExtension
    from dynclient.extensions.lineage_graph import LineageEdge

_CALL = "lineage.from_sql"


class _Flow(NamedTuple):
    """One statement that moves data."""

    target: Any
    """The table that it writes, as sqlglot has it."""
    names: list[str]
    """The columns that it writes, if it names them."""
    query: Any
    """What it reads."""


def add_query(
    extension: LineageExtension,
    sql: object,
    place: tuple[Any, str | None, str | None],
    *,
    dialect: str | None,
    origin: str | None,
) -> list[LineageEdge]:
    """Add the edges of a query, see :meth:`LineageExtension.from_sql`.

    Args:
        extension: adds the edges.
        sql: the statements.
        place: the service, and the database and the schema of tables without one.
        dialect: the dialect of sqlglot; None for the one of the service.
        origin: how the edges are known.
    """
    if not isinstance(sql, str):
        kind = type(sql).__name__
        problem = Problem("sql", kind, "argument", f"must be SQL as a string, not {kind}")
        raise bad_arguments(_CALL, [problem])
    tables = _Tables(extension, *place)
    dialect = dialect or tables.dialect()
    flows = [flow for statement in _parse(sql, dialect) for flow in _flows(statement)]
    for flow in flows:
        tables.find(flow.target)
        for table in _sources(flow.query):
            tables.find(table)
    if tables.problems:
        raise bad_arguments(_CALL, tables.problems)
    edges = []
    for flow in flows:
        target = tables.find(flow.target)
        links = _column_links(flow, tables, dialect)
        sources = {tables.find(each)["id"]: tables.find(each) for each in _sources(flow.query)}
        for identity, source in sources.items():
            columns = {
                written: list(read[identity])
                for written, read in links.items()
                if read.get(identity)
            }
            added = extension.add(
                _reference(source), _reference(target), columns=columns, sql=sql, origin=origin
            )
            edges.append(added)
    return edges


def _reference(table: Mapping[str, Any]) -> dict[str, Any]:
    names = {name: table[name] for name in ("name", "fullyQualifiedName")}
    return {"id": table["id"], "type": "table", **names}


def _parse(sql: str, dialect: str | None) -> list[Any]:
    import sqlglot
    from sqlglot import expressions
    from sqlglot.errors import SqlglotError

    try:
        parsed = [each for each in sqlglot.parse(sql, read=dialect) if each is not None]
    except (SqlglotError, ValueError) as error:
        text = " ".join(str(error).split())
        problem = Problem("sql", None, "argument", f"cannot be parsed: {text}")
        raise bad_arguments(_CALL, [problem]) from None
    # sqlglot parses expressions too: a typo in the first word makes a statement a column.
    problems = [
        Problem("sql", None, "argument", f"{each.sql(dialect)!r} is not a statement")
        for each in parsed
        if isinstance(each, (expressions.Condition, expressions.Alias))
    ]
    if problems:
        raise bad_arguments(_CALL, problems)
    return parsed


def _flows(statement: Any) -> Iterator[_Flow]:
    from sqlglot import expressions

    if isinstance(statement, (expressions.Insert, expressions.Create)):
        target, names = statement.this, []
        if isinstance(target, expressions.Schema):
            names = [each.name for each in target.expressions]
            target = target.this
        if isinstance(target, expressions.Table) and statement.expression is not None:
            query = statement.expression.copy()
            above = statement.args.get("with") or statement.args.get("with_")
            if above is not None and not query.args.get("with") and not query.args.get("with_"):
                query.set("with_" if "with_" in query.arg_types else "with", above.copy())
            yield _Flow(target, names, query)
    elif isinstance(statement, expressions.Merge):
        yield _Flow(statement.this, [], statement.args["using"])


def _sources(query: Any) -> list[Any]:
    """Return the tables that a query reads; names of common table expressions are not tables."""
    from sqlglot import expressions

    common = {each.alias_or_name.casefold() for each in query.find_all(expressions.CTE)}
    return [
        table
        for table in query.find_all(expressions.Table)
        if table.name and (table.db or table.name.casefold() not in common)
    ]


def _column_links(
    flow: _Flow, tables: _Tables, dialect: str | None
) -> dict[str, dict[str, dict[str, None]]]:
    """Return the columns that are read, by the column that is written and the id of the table.

    A query that sqlglot cannot resolve to the last column has lineage of tables only.
    """
    from sqlglot import expressions
    from sqlglot.errors import SqlglotError
    from sqlglot.lineage import lineage
    from sqlglot.optimizer.qualify import qualify

    query = flow.query.copy()
    if not isinstance(query, expressions.Query):
        return {}
    found: dict[str, Mapping[str, Any]] = {}
    for table in _sources(query):
        # A name of its own for each table: names with dots, quotes and other cases are no matter.
        place = f"t{len(found)}"
        found[place] = tables.find(table)
        alias = table.alias or table.name
        renamed = expressions.Table(this=expressions.to_identifier(place))
        table.replace(expressions.alias_(renamed, alias, table=True))
    schema: dict[str, Any] = {
        place: {str(each["name"]).lower(): "text" for each in table.get("columns") or ()}
        for place, table in found.items()
    }
    links: dict[str, dict[str, dict[str, None]]] = {}
    try:
        qualified = qualify(query, schema=schema, dialect=dialect, quote_identifiers=False)
        written = [each.alias_or_name for each in qualified.selects]
        known = {str(c["name"]).casefold() for c in tables.find(flow.target).get("columns") or ()}
        for position, name in enumerate(written):
            target = flow.names[position] if position < len(flow.names) else name
            if target.casefold() not in known:
                continue
            for node in lineage(name, qualified, schema=schema, dialect=dialect).walk():
                if isinstance(node.expression, expressions.Table):
                    table = found[node.expression.name]
                    column = node.name.rpartition(".")[2].strip('"`')
                    if column.casefold() in schema[node.expression.name]:
                        links.setdefault(target, {}).setdefault(table["id"], {})[column] = None
    except (SqlglotError, KeyError, ValueError):
        return {}
    return links


class _Tables:
    """The tables of a service, found by the names of a query."""

    def __init__(
        self,
        extension: LineageExtension,
        service: Any,
        database: str | None,
        schema: str | None,
    ) -> None:
        self._extension = extension
        self._service = extension.read(service, "databaseService")
        self._database = database
        self._schema = schema
        self._found: dict[tuple[str, str, str], Mapping[str, Any]] = {}
        self._names: dict[tuple[str, str], list[str]] = {}
        self.problems: list[Problem] = []

    def dialect(self) -> str | None:
        """Return the dialect of the service, or None if sqlglot does not know it."""
        from sqlglot.dialects.dialect import Dialect

        kind = str(model.raw(self._service)["serviceType"]).lower()
        name = {"mssql": "tsql", "mariadb": "mysql", "deltalake": "databricks"}.get(kind, kind)
        return name if name in Dialect.classes else None

    def find(self, table: Any) -> Mapping[str, Any]:
        """Return a table of the server as JSON; one that is not found is added to the problems."""
        key = (table.catalog, table.db, table.name)
        if key not in self._found:
            self._found[key] = self._request(*key)
        return self._found[key]

    def _request(self, catalog: str, schema: str, name: str) -> Mapping[str, Any]:
        text = ".".join(part for part in (catalog, schema, name) if part)
        matches = [
            found
            for database in self._children("database", "service", (), catalog or self._database)
            for below in self._children(
                "databaseSchema", "database", (database,), schema or self._schema
            )
            if (found := self._table(below, name)) is not None
        ]
        if len(matches) == 1:
            return matches[0]
        service = model.raw(self._service)["name"]
        if matches:
            names = " or ".join(str(each["fullyQualifiedName"]) for each in matches)
            message = f"table {text} may be {names}; pass database= or schema="
        else:
            message = f"service {service} has no table {text}"
        self.problems.append(Problem("sql", text, "argument", message))
        return {"id": text, "columns": []}

    def _children(
        self, kind: str, filter_name: str, above: tuple[str, ...], name: str | None
    ) -> list[str]:
        """Return the full names of the databases or schemas that a name may be of."""
        parent = above[0] if above else str(model.raw(self._service)["fullyQualifiedName"])
        if (kind, parent) not in self._names:
            session = self._extension.session
            spec = session.find(kind)
            listed = session.listing(
                Plan(spec.operations["list"], {filter_name: parent, "page_size": 1000})
            )
            self._names[kind, parent] = [str(each.fullyQualifiedName) for each in listed]
        names = self._names[kind, parent]
        if name is None:
            return names
        return [each for each in names if fqn.split(each)[-1].casefold() == name.casefold()]

    def _table(self, schema: str, name: str) -> Mapping[str, Any] | None:
        """Return a table of a schema, by its name in any of the usual cases."""
        session = self._extension.session
        operation = session.find("table").operations["get_by_name"]
        for spelling in dict.fromkeys([name, name.lower(), name.upper()]):
            full = f"{schema}.{fqn.build(spelling)}"
            found = session.find_one(Plan(operation, {"fqn": full, "fields": ["columns"]}))
            if found is not None:
                raw: Mapping[str, Any] = model.raw(found)
                return raw
        return None
