"""Export and import as CSV: a glossary's terms, a schema's tables, a table's columns, teams, users.

Which sheets a release has, with their columns, is ``sheets`` of ``rules.json``. An import is a
trial unless ``dryRun`` says otherwise: it is done as any other and then undone.
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


class _Outcome(NamedTuple):
    """What came of one line: what was done, or what is wrong with it."""

    done: str
    wrong: tuple[str, ...] = ()


class Sheet:
    """The handlers of one sheet: what hangs below an entity, a line for each."""

    def __init__(self, models: EntityModels, type: str, told: dict[str, Any]) -> None:
        self._told = told
        self._holder: EntityModel = models[told.get("below", type)]
        self._model: EntityModel = models[told.get("rows", type)]
        self._columns: list[Column] = told["columns"]
        self._header = [
            f"{column['name']}{'*' if column.get('required') else ''}" for column in self._columns
        ]

    @property
    def _node(self) -> Node:
        """What a line is about: an entity, or a member of the one that holds the sheet."""
        return self._model.node

    def _found(self, context: RequestContext, request: Request) -> Row:
        below = self._told.get("below")
        key = request.path["name"] if below is None else request.query.get(below, "")
        return context.get_row(self._holder, key, by_name=True)

    def documentation(self, context: RequestContext, request: Request) -> Result:  # noqa: ARG002
        """Answer ``GET documentation/csv``: the columns, and what goes into them."""
        return Result(200, {
            "summary": f"{self._model.type} below a {self._holder.type}, one on each line.",
            "headers": [
                {
                    "name": column["name"],
                    "required": bool(column.get("required")),
                    "description": _MEANING[column["kind"]].format(**{"type": "", **column}),
                    "examples": [_EXAMPLES.get(column["kind"], column["name"])],
                }
                for column in self._columns
            ],
        })  # fmt: skip

    # export

    def export(self, context: RequestContext, request: Request) -> Result:
        """Answer ``GET export``."""
        lines = [
            [csv_cells.write(context, column, self._node, shown) for column in self._columns]
            for shown in self._shown(context, self._found(context, request))
        ]
        return Result(200, written([self._header, *lines]))

    def _shown(self, context: RequestContext, holder: Row) -> list[dict[str, Any]]:
        """Return what the lines are about as answers show it."""
        rows = self._rows(context, holder)
        wanted = {name for column in self._columns for name in column["fields"]}
        return context.plain_serializer.serialize(
            self._model, [row.doc for row in rows], wanted & self._model.on_request,
            own_link=False, mask=True,
        )  # fmt: skip

    def _rows(self, context: RequestContext, holder: Row) -> list[Row]:
        through = self._told.get("through")
        if through is None:
            found = context.tx.rows_below(holder.fqn, [self._model.type])
        else:
            found = _below(context, holder.id, through)
            if "member_of" in self._told:
                ids = [holder.id, *(row.id for row in found)]
                edges = context.tx.references_to(ids, [self._told["member_of"]], [self._model.type])
                sources = dict.fromkeys(edge.source for edge in edges)
                found = [row for id in sources if (row := context.tx.get(id)) is not None]
        return sorted((row for row in found if not row.deleted), key=lambda row: row.fqn)

    # import

    def load(self, context: RequestContext, request: Request) -> Result:
        """Answer ``PUT import``."""
        holder = self._found(context, request)
        permissions.check(context, self._holder.type, "EditAll", holder.id)
        trial = request.query.get("dryRun", "true").lower() == "true"
        told: dict[str, Any] = {"dryRun": trial}
        try:
            lines = [line for line in csv.reader(io.StringIO(request.body, newline=""), strict=True)
                     if line]  # fmt: skip
        except csv.Error as error:
            return Result(200, {**told, **_aborted(f"#PARSER_FAILURE: {error}")})
        if not lines:
            raise UnhandledServerError(context.rules.flag("csv_empty"))
        header, *rest = lines
        if header != self._header:
            given, wanted = ",".join(header), ",".join(self._header)
            reason = f"#INVALID_HEADER: Headers [{given}] doesn't match [{wanted}]"
            return Result(200, {**told, **_aborted(reason)})
        with context.tx.part() as part:
            outcomes = self._load(context, holder, rest)
            if trial:
                part.undo()
        return Result(200, {**told, **self._result(context, rest, outcomes)})

    def _load(
        self, context: RequestContext, holder: Row, lines: Sequence[list[str]]
    ) -> list[_Outcome]:
        out = []
        for line in lines:
            wrong = self._miscounted(context, line)
            if wrong is not None:
                out.append(wrong)
                continue
            with context.tx.part() as part:
                # Each line sees what the lines before it did.
                outcome = self._line(context.with_new_caches(), holder, line)
                if outcome.wrong:
                    part.undo()
            out.append(outcome)
        return out

    def _miscounted(self, context: RequestContext, line: list[str]) -> _Outcome | None:
        count, wanted = len(line), len(self._columns)
        if count == wanted:
            return None
        if context.rules.flag("csv_short_line_fails") and "members" not in self._told:
            raise UnhandledServerError(
                'Cannot invoke "org.apache.commons.csv.CSVRecord.get(int)" because "csvRecord" is'
                " null"
            )
        told = f"Field count {count} does not match the expected field count of {wanted}"
        return _Outcome("", (f"#INVALID_FIELD_COUNT: {told}",))

    def _line(self, context: RequestContext, holder: Row, line: list[str]) -> _Outcome:
        body, wrong = self._read(context, line)
        wrong += self._misplaced(context, holder, body)
        if wrong:
            return _Outcome("", tuple(wrong))
        if "within" in self._told:
            body[self._told["within"]] = {"id": holder.id, "type": holder.type}
        try:
            return _Outcome(self._stored(context, body))
        except ErrorResponse as fault:
            message = fault.body["message"] if isinstance(fault.body, dict) else fault.body
            return _Outcome("", (str(message),))

    def _read(self, context: RequestContext, line: list[str]) -> tuple[dict[str, Any], list[str]]:
        """Return the fields that a line sets, and what is wrong with its cells."""
        body: dict[str, Any] = {}
        wrong: list[str] = []
        kept = context.rules.names("references_kept_by_put", self._model.type)
        for place, (column, text) in enumerate(zip(self._columns, line, strict=True), 1):
            field = csv_cells.field_of(column, self._node)
            if field is None or (wrong and not column.get("always")):
                continue
            if column.get("required") and column["kind"] == "text" and not text:
                wrong.append(f"#FIELD_REQUIRED: Field {place} is required")
                continue
            try:
                value = csv_cells.read(context, column, self._node, text)
            except csv_cells.Wrong as told:
                wrong.append(f"#INVALID_FIELD: Field {place} error - {told}")
                continue
            if column["kind"] == "labels":
                body.setdefault(field, []).extend(value or [])
            elif value is not None or text == "":
                stays = field in kept or (value is None and column.get("stays"))
                if not text and stays:
                    continue
                body[field] = value
        return body, wrong

    def _misplaced(self, context: RequestContext, holder: Row, body: dict[str, Any]) -> list[str]:
        """Return what is wrong with a line that puts something outside the holder."""
        through = self._told.get("through")
        if through is None:
            return []
        inside = {holder.id, *(row.id for row in _below(context, holder.id, through))}
        for place, column in enumerate(self._columns, 1):
            if not column.get("inside_holder"):
                continue
            named = body.get(column["fields"][0]) or ()
            heads = context.tx.heads(one["id"] for one in named if one["id"] not in inside)
            if heads:
                name = next(iter(heads.values())).name
                told = f"{name} is not under {holder.name} {holder.type} hierarchy"
                return [f"#INVALID_FIELD: Field {place} error - {told}"]
        return []

    def _stored(self, context: RequestContext, body: dict[str, Any]) -> str:
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
        links.update((name, []) for name in self._told.get("clears", ()))
        write.update(context, self._model, row, fields, links, fold=True)
        return _UPDATED

    def _result(
        self, context: RequestContext, lines: Sequence[list[str]], outcomes: Sequence[_Outcome]
    ) -> dict[str, Any]:
        """Return what came of the lines; the header counts as one that passed."""
        passed = 1 + sum(not outcome.wrong for outcome in outcomes)
        failed = sum(len(outcome.wrong) for outcome in outcomes)
        status = "success"
        if failed:
            partial = passed >= context.rules.flag("csv_partial_from")
            status = "partialSuccess" if partial else "failure"
        told = [["status", "details", *self._header]]
        for line, outcome in zip(lines, outcomes, strict=True):
            told += [["failure", wrong, *line] for wrong in outcome.wrong]
            if not outcome.wrong:
                told.append(["success", outcome.done, *line])
        return {
            "status": status,
            "numberOfRowsProcessed": 1 + len(lines),
            "numberOfRowsPassed": passed,
            "numberOfRowsFailed": failed,
            "importResultsCsv": written(told),
        }


class MemberSheet(Sheet):
    """The sheet of an entity's own members: the columns of a table, named from the table on."""

    def __init__(self, models: EntityModels, type: str, told: dict[str, Any]) -> None:
        super().__init__(models, type, told)
        path = tuple(told["members"])
        self._group = next(group for group in self._holder.members if group.path == path)

    @property
    def _node(self) -> Node:
        return self._group.item

    def _shown(self, context: RequestContext, holder: Row) -> list[dict[str, Any]]:  # noqa: ARG002
        below = len(holder.fqn) + 1
        return [
            {**member, "fullyQualifiedName": member["fullyQualifiedName"][below:]}
            for member, _ in walk_members(self._group, members_at(holder.doc, self._group.path))
        ]

    def _load(
        self, context: RequestContext, holder: Row, lines: Sequence[list[str]]
    ) -> list[_Outcome]:
        """All lines are one change of the entity."""
        doc = copy.deepcopy(holder.doc)
        out = [
            self._miscounted(context, line) or self._member(context, holder, doc, line)
            for line in lines
        ]
        if not any(not outcome.wrong for outcome in out):
            return out
        for place, (member, _) in enumerate(
            walk_members(self._group, members_at(doc, self._group.path)), 1
        ):
            if "ordinalPosition" in self._node.properties:
                member["ordinalPosition"] = place
        type_rules.check_patched(context, self._model, doc, {})
        top = self._group.path[0]
        write.update(context, self._model, holder, {top: doc[top]}, fold=True)
        return out

    def _member(
        self, context: RequestContext, holder: Row, doc: dict[str, Any], line: list[str]
    ) -> _Outcome:
        body, wrong = self._read(context, line)
        if wrong:
            return _Outcome("", tuple(wrong))
        fqn = f"{holder.fqn}.{body.pop('fullyQualifiedName')}"
        known = {
            member["fullyQualifiedName"]: member
            for member, _ in walk_members(self._group, members_at(doc, self._group.path))
        }
        done = _UPDATED
        if fqn not in known:
            above = parent_of(fqn)
            if above != holder.fqn and above not in known:
                told = context.rules.flag("csv_unknown").format(type="column", name=above)
                return _Outcome("", (f"#INVALID_FIELD: Field 1 error - {told}",))
            name = split(fqn)[-1].strip('"')
            known[fqn] = {"name": name, "fullyQualifiedName": join(str(above), name)}
            children = str(self._group.children)
            listed = (
                members_at(doc, self._group.path) if above == holder.fqn
                else known[str(above)].setdefault(children, [])
            )  # fmt: skip
            listed.append(known[fqn])
            done = _CREATED
        for name, value in body.items():
            if value is None:
                known[fqn].pop(name, None)
            else:
                known[fqn][name] = value
        return _Outcome(done)


def _below(context: RequestContext, id: str, field: str) -> list[Row]:
    """Return what is below an entity by the field in which each names those above it."""
    found: dict[str, Row] = {}
    level = [id]
    while level:
        edges = context.tx.references_to(level, [field])
        level = [edge.source for edge in edges if edge.source not in found]
        found.update((one, row) for one in level if (row := context.tx.get(one)) is not None)
    return list(found.values())


def _aborted(reason: str) -> dict[str, Any]:
    return {
        "status": "aborted",
        "abortReason": reason,
        "numberOfRowsProcessed": 1,
        "numberOfRowsPassed": 0,
        "numberOfRowsFailed": 1,
    }


# text


def written(lines: Sequence[Sequence[str]]) -> str:
    """Return lines as the server writes CSV: what starts or ends oddly is quoted, too."""
    return "".join(f"{','.join(_quoted(line))}\r\n" for line in lines)


def _quoted(line: Sequence[str]) -> Iterator[str]:
    for cell in line:
        odd = bool(cell) and (cell[0] <= "#" or cell[-1] <= " ")
        if not cell:
            yield ""
            continue
        out = io.StringIO()
        writer = csv.writer(out, quoting=csv.QUOTE_ALL) if odd else csv.writer(out)
        writer.writerow([cell])
        yield out.getvalue().removesuffix("\r\n")


_MEANING = {
    "text": "Its {name}, as text.",
    "number": "A whole number.",
    "flag": "Its {name}: true or false.",
    "choice": "Its {name}, one of the values that the schema lists.",
    "status": "Its {name}, one of the values that the schema lists.",
    "texts": "Its {name}, parted by semicolons.",
    "pairs": "Its {name}: a name and an address in turn, parted by semicolons.",
    "reference": "Its {name}: the fully qualified name of a {type}.",
    "references": "Its {name}: fully qualified names, each of a {type}, parted by semicolons.",
    "owners": "Its {name}: a type and a name.",
    "labels": "Its {name}: fully qualified names, each of a {type}, parted by semicolons.",
    "extension": "Values of custom properties, name:value, parted by semicolons.",
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
    """Add the routes of the sheets that the release has."""
    for type, told in models.rules.table("sheets").items():
        if type not in where or told.get("rows", type) not in where:
            continue
        sheet = (MemberSheet if "members" in told else Sheet)(models, type, told)
        root = where[type]
        at = f"{root}/name/{{name}}" if "below" not in told else root
        query = (told["below"],) if "below" in told else ()
        export, load = told["operations"]
        routes.add("GET", f"{at}/export", Route(sheet.export, operation=export, query=query))
        routes.add("PUT", f"{at}/import",
                   Route(sheet.load, TEXT, writes=True, operation=load, query=("dryRun", *query)),
                   )  # fmt: skip
        if told.get("documented"):
            documentation = Route(sheet.documentation, operation="getCsvDocumentation")
            routes.add("GET", f"{root}/documentation/csv", documentation)
