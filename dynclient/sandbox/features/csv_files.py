"""Export and import as CSV: a glossary's terms, a schema's tables, a table's columns, teams, users.

The sheets of a release and their columns are ``sheets`` of ``rules.json``. An import is a dry run
unless ``dryRun`` is not ``true``: it is done like any other and then undone.
"""

from __future__ import annotations

import copy
import csv
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.sandbox.entities import type_rules, write
from dynclient.sandbox.entities.create_requests import CreateRequestReader
from dynclient.sandbox.entities.names import join, parent_of, split
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.entities.tag_labels import members_at, walk_members
from dynclient.sandbox.features import csv_cells
from dynclient.sandbox.http_errors import ErrorResponse, UnhandledServerError
from dynclient.sandbox.people import permissions
from dynclient.sandbox.routing import TEXT, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel, EntityModels
    from dynclient.sandbox.features.csv_cells import Column
    from dynclient.sandbox.storage.store import Row
    from dynclient.schema.node import Node

NEEDS = ("type/csvImportResult.json", "type/csvDocumentation.json")

_CREATED, _UPDATED = "Entity created", "Entity updated"


class _LineResult(NamedTuple):
    """The result of one line: what was done with the entity, or the errors of the line."""

    action: str
    errors: tuple[str, ...] = ()


class Sheet:
    """The handlers of one sheet, which has a line for each entity below another one."""

    def __init__(self, models: EntityModels, type: str, settings: dict[str, Any]) -> None:
        self._settings = settings
        self._holder: EntityModel = models[settings.get("below", type)]
        self._model: EntityModel = models[settings.get("rows", type)]
        self._columns: list[Column] = settings["columns"]
        self._header = [
            f"{column['name']}{'*' if column.get('required') else ''}" for column in self._columns
        ]

    @property
    def _node(self) -> Node:
        """The schema of what a line describes: an entity, or a member of the sheet's holder."""
        return self._model.node

    def _find_holder(self, context: RequestContext, request: Request) -> Row:
        below = self._settings.get("below")
        key = request.path["name"] if below is None else request.query.get(below, "")
        return context.get_row(self._holder, key, by_name=True)

    def documentation(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        """Handle ``GET documentation/csv``: the columns and their content."""
        return Result(200, {
            "summary": f"Each line describes a {self._model.type} below a {self._holder.type}.",
            "headers": [
                {
                    "name": column["name"],
                    "required": bool(column.get("required")),
                    "description": _DESCRIPTIONS[column["kind"]].format(**{"type": "", **column}),
                    "examples": [_EXAMPLES.get(column["kind"], column["name"])],
                }
                for column in self._columns
            ],
        })  # fmt: skip

    # export

    def export(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET export``."""
        lines = [
            [csv_cells.write(context, column, self._node, serialized) for column in self._columns]
            for serialized in self._serialize(context, self._find_holder(context, request))
        ]
        return Result(200, write_csv([self._header, *lines]))

    def _serialize(self, context: RequestContext, holder: Row) -> list[dict[str, Any]]:
        """Return what the lines describe, serialized as in responses."""
        rows = self._find_rows(context, holder)
        fields = {name for column in self._columns for name in column["fields"]}
        return context.plain_serializer.serialize(
            self._model, [row.doc for row in rows], fields & self._model.on_request,
            own_link=False, mask=True,
        )  # fmt: skip

    def _find_rows(self, context: RequestContext, holder: Row) -> list[Row]:
        through = self._settings.get("through")
        if through is None:
            found = context.tx.rows_below(holder.fqn, [self._model.type])
        else:
            found = _descendants(context, holder.id, through)
            if "member_of" in self._settings:
                ids = [holder.id, *(row.id for row in found)]
                field = self._settings["member_of"]
                edges = context.tx.references_to(ids, [field], [self._model.type])
                sources = dict.fromkeys(edge.source for edge in edges)
                found = [row for id in sources if (row := context.tx.get(id)) is not None]
        return sorted((row for row in found if not row.deleted), key=lambda row: row.fqn)

    # import

    def import_csv(self, context: RequestContext, request: Request) -> Result:
        """Handle ``PUT import``."""
        holder = self._find_holder(context, request)
        permissions.check(context, self._holder.type, "EditAll", holder.id)
        is_dry_run = request.query.get("dryRun", "true").lower() == "true"
        mode = {"dryRun": is_dry_run}
        try:
            lines = [line for line in csv.reader(io.StringIO(request.body, newline=""), strict=True)
                     if line]  # fmt: skip
        except csv.Error as error:
            return Result(200, {**mode, **_aborted_result(f"#PARSER_FAILURE: {error}")})
        if not lines:
            raise UnhandledServerError(context.rules.flag("csv_empty"))
        header, *rest = lines
        if header != self._header:
            actual, expected = ",".join(header), ",".join(self._header)
            reason = f"#INVALID_HEADER: Headers [{actual}] doesn't match [{expected}]"
            return Result(200, {**mode, **_aborted_result(reason)})
        with context.tx.part() as part:
            results = self._import_lines(context, holder, rest)
            if is_dry_run:
                part.undo()
        return Result(200, {**mode, **self._summarize(context, rest, results)})

    def _import_lines(
        self, context: RequestContext, holder: Row, lines: Sequence[list[str]]
    ) -> list[_LineResult]:
        results = []
        for line in lines:
            miscounted = self._check_field_count(context, line)
            if miscounted is not None:
                results.append(miscounted)
                continue
            with context.tx.part() as part:
                # Each line sees the changes of the lines before it.
                result = self._import_line(context.with_new_caches(), holder, line)
                if result.errors:
                    part.undo()
            results.append(result)
        return results

    def _check_field_count(self, context: RequestContext, line: list[str]) -> _LineResult | None:
        count, expected = len(line), len(self._columns)
        if count == expected:
            return None
        if context.rules.flag("csv_short_line_fails") and "members" not in self._settings:
            raise UnhandledServerError(
                'Cannot invoke "org.apache.commons.csv.CSVRecord.get(int)" because "csvRecord" is'
                " null"
            )
        message = f"Field count {count} does not match the expected field count of {expected}"
        return _LineResult("", (f"#INVALID_FIELD_COUNT: {message}",))

    def _import_line(self, context: RequestContext, holder: Row, line: list[str]) -> _LineResult:
        body, errors = self._read_cells(context, line)
        errors += self._check_hierarchy(context, holder, body)
        if errors:
            return _LineResult("", tuple(errors))
        if "within" in self._settings:
            body[self._settings["within"]] = {"id": holder.id, "type": holder.type}
        try:
            return _LineResult(self._save(context, body))
        except ErrorResponse as error:
            message = error.body["message"] if isinstance(error.body, dict) else error.body
            return _LineResult("", (str(message),))

    def _read_cells(
        self, context: RequestContext, line: list[str]
    ) -> tuple[dict[str, Any], list[str]]:
        """Return the fields of a line, and the errors of its cells."""
        body: dict[str, Any] = {}
        errors: list[str] = []
        kept = context.rules.names("references_kept_by_put", self._model.type)
        for place, (column, text) in enumerate(zip(self._columns, line, strict=True), 1):
            field = csv_cells.field_of(column, self._node)
            if field is None or (errors and not column.get("always")):
                continue
            if column.get("required") and column["kind"] == "text" and not text:
                errors.append(f"#FIELD_REQUIRED: Field {place} is required")
                continue
            try:
                value = csv_cells.read(context, column, self._node, text)
            except csv_cells.InvalidCell as error:
                errors.append(f"#INVALID_FIELD: Field {place} error - {error}")
                continue
            if column["kind"] == "labels":
                body.setdefault(field, []).extend(value or [])
            elif value is not None or text == "":
                stays = field in kept or (value is None and column.get("stays"))
                if not text and stays:
                    continue
                body[field] = value
        return body, errors

    def _check_hierarchy(
        self, context: RequestContext, holder: Row, body: dict[str, Any]
    ) -> list[str]:
        """Return an error if a line puts an entity outside the holder's hierarchy."""
        through = self._settings.get("through")
        if through is None:
            return []
        inside = {holder.id, *(row.id for row in _descendants(context, holder.id, through))}
        for place, column in enumerate(self._columns, 1):
            if not column.get("inside_holder"):
                continue
            named = body.get(column["fields"][0]) or ()
            heads = context.tx.heads(one["id"] for one in named if one["id"] not in inside)
            if heads:
                name = next(iter(heads.values())).name
                message = f"{name} is not under {holder.name} {holder.type} hierarchy"
                return [f"#INVALID_FIELD: Field {place} error - {message}"]
        return []

    def _save(self, context: RequestContext, body: dict[str, Any]) -> str:
        given = {name: value for name, value in body.items() if value is not None}
        read = context.read_entity(self._model, given, {})
        type_rules.prepare_request(context, self._model, read, "upsert")
        reader = CreateRequestReader(context.tx, context.models)
        new_entity = reader.build(self._model, read, frozenset(given))
        row = context.tx.find(self._model.type, new_entity.doc["fullyQualifiedName"])
        if row is None:
            type_rules.complete_entity(context, self._model, read, new_entity)
            write.insert(context, self._model, new_entity)
            return _CREATED
        links = {name: pairs for name, pairs in new_entity.links.items() if name in given}
        fields = {name: read.get(name) for name in body if name not in new_entity.links}
        fields = {
            name: value for name, value in fields.items()
            if name not in {"name", *self._model.references, *self._model.inverse}
        }  # fmt: skip
        if row.deleted:
            fields["deleted"] = False
        links.update((name, []) for name in self._settings.get("clears", ()))
        write.update(context, self._model, row, fields, links, fold=True)
        return _UPDATED

    def _summarize(
        self, context: RequestContext, lines: Sequence[list[str]], results: Sequence[_LineResult]
    ) -> dict[str, Any]:
        """Return the body of the response; the header counts as a row that passed."""
        passed = 1 + sum(not result.errors for result in results)
        failed = sum(len(result.errors) for result in results)
        status = "success"
        if failed:
            partial = passed >= context.rules.flag("csv_partial_from")
            status = "partialSuccess" if partial else "failure"
        table = [["status", "details", *self._header]]
        for line, result in zip(lines, results, strict=True):
            table += [["failure", error, *line] for error in result.errors]
            if not result.errors:
                table.append(["success", result.action, *line])
        return {
            "status": status,
            "numberOfRowsProcessed": 1 + len(lines),
            "numberOfRowsPassed": passed,
            "numberOfRowsFailed": failed,
            "importResultsCsv": write_csv(table),
        }


class MemberSheet(Sheet):
    """The sheet of an entity's members: the columns of a table, named relative to the table."""

    def __init__(self, models: EntityModels, type: str, settings: dict[str, Any]) -> None:
        super().__init__(models, type, settings)
        path = tuple(settings["members"])
        self._group = next(group for group in self._holder.members if group.path == path)

    @property
    def _node(self) -> Node:
        return self._group.item

    def _serialize(self, context: RequestContext, holder: Row) -> list[dict[str, Any]]:  # noqa: ARG002
        start = len(holder.fqn) + 1
        return [
            {**member, "fullyQualifiedName": member["fullyQualifiedName"][start:]}
            for member, _ in walk_members(self._group, members_at(holder.doc, self._group.path))
        ]

    def _import_lines(
        self, context: RequestContext, holder: Row, lines: Sequence[list[str]]
    ) -> list[_LineResult]:
        """Apply all lines as one change of the entity."""
        doc = copy.deepcopy(holder.doc)
        results = [
            self._check_field_count(context, line)
            or self._import_member(context, holder, doc, line)
            for line in lines
        ]
        if not any(not result.errors for result in results):
            return results
        for place, (member, _) in enumerate(
            walk_members(self._group, members_at(doc, self._group.path)), 1
        ):
            if "ordinalPosition" in self._node.properties:
                member["ordinalPosition"] = place
        type_rules.check_patched(context, self._model, doc, {})
        top = self._group.path[0]
        write.update(context, self._model, holder, {top: doc[top]}, fold=True)
        return results

    def _import_member(
        self, context: RequestContext, holder: Row, doc: dict[str, Any], line: list[str]
    ) -> _LineResult:
        body, errors = self._read_cells(context, line)
        if errors:
            return _LineResult("", tuple(errors))
        fqn = f"{holder.fqn}.{body.pop('fullyQualifiedName')}"
        known = {
            member["fullyQualifiedName"]: member
            for member, _ in walk_members(self._group, members_at(doc, self._group.path))
        }
        action = _UPDATED
        if fqn not in known:
            above = parent_of(fqn)
            if above != holder.fqn and above not in known:
                message = context.rules.flag("csv_unknown").format(type="column", name=above)
                return _LineResult("", (f"#INVALID_FIELD: Field 1 error - {message}",))
            name = split(fqn)[-1].strip('"')
            known[fqn] = {"name": name, "fullyQualifiedName": join(str(above), name)}
            children = str(self._group.children)
            listed = (
                members_at(doc, self._group.path) if above == holder.fqn
                else known[str(above)].setdefault(children, [])
            )  # fmt: skip
            listed.append(known[fqn])
            action = _CREATED
        for name, value in body.items():
            if value is None:
                known[fqn].pop(name, None)
            else:
                known[fqn][name] = value
        return _LineResult(action)


def _descendants(context: RequestContext, id: str, field: str) -> list[Row]:
    """Return the entities below another one, found by the field that refers to the parents."""
    found: dict[str, Row] = {}
    level = [id]
    while level:
        edges = context.tx.references_to(level, [field])
        level = [edge.source for edge in edges if edge.source not in found]
        found.update((one, row) for one in level if (row := context.tx.get(one)) is not None)
    return list(found.values())


def _aborted_result(reason: str) -> dict[str, Any]:
    return {
        "status": "aborted",
        "abortReason": reason,
        "numberOfRowsProcessed": 1,
        "numberOfRowsPassed": 0,
        "numberOfRowsFailed": 1,
    }


# text


def write_csv(lines: Sequence[Sequence[str]]) -> str:
    """Return lines as the server writes CSV, which also quotes some first and last characters."""
    return "".join(f"{','.join(_quote(line))}\r\n" for line in lines)


def _quote(line: Sequence[str]) -> Iterator[str]:
    for cell in line:
        quoted = bool(cell) and (cell[0] <= "#" or cell[-1] <= " ")
        if not cell:
            yield ""
            continue
        buffer = io.StringIO()
        writer = csv.writer(buffer, quoting=csv.QUOTE_ALL) if quoted else csv.writer(buffer)
        writer.writerow([cell])
        yield buffer.getvalue().removesuffix("\r\n")


_DESCRIPTIONS = {
    "text": "The {name}, as text.",
    "number": "An integer.",
    "flag": "The {name}: true or false.",
    "choice": "The {name}: one of the values in the schema.",
    "status": "The {name}: one of the values in the schema.",
    "texts": "The {name}, separated by semicolons.",
    "pairs": "The {name}: pairs of a name and an address, separated by semicolons.",
    "reference": "The {name}: the fully qualified name of a {type}.",
    "references": "The {name}: fully qualified names of a {type} each, separated by semicolons.",
    "owners": "The {name}: a type and a name.",
    "labels": "The {name}: fully qualified names of a {type} each, separated by semicolons.",
    "extension": "Values of custom properties as name:value, separated by semicolons.",
}
_EXAMPLES = {
    "number": "64",
    "flag": "true",
    "texts": "one;two",
    "pairs": "handbook;https://example.com/handbook",
    "labels": "PII.Sensitive;Tier.Tier1",
    "extension": "size:3;colour:red",
}


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:
    """Add the routes of the release's sheets."""
    for type, settings in models.rules.table("sheets").items():
        if type not in where or settings.get("rows", type) not in where:
            continue
        sheet = (MemberSheet if "members" in settings else Sheet)(models, type, settings)
        root = where[type]
        at = f"{root}/name/{{name}}" if "below" not in settings else root
        query = (settings["below"],) if "below" in settings else ()
        export_id, import_id = settings["operations"]
        routes.add("GET", f"{at}/export", Route(sheet.export, operation=export_id, query=query))
        routes.add("PUT", f"{at}/import",
                   Route(sheet.import_csv, TEXT, writes=True, operation=import_id,
                         query=("dryRun", *query)))  # fmt: skip
        if settings.get("documented"):
            documentation = Route(sheet.documentation, operation="getCsvDocumentation")
            routes.add("GET", f"{root}/documentation/csv", documentation)
