"""Read entities: by id or name, in pages with filters and cursors, and their past versions."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.sandbox.entities.create_requests import link_fqn
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.entities.secret_fields import mask_secrets
from dynclient.sandbox.entities.serializer import HIDDEN, LOADED
from dynclient.sandbox.http_errors import (
    ErrorResponse,
    UnhandledServerError,
    bad_request,
    error_response,
    not_found,
    unhandled_status,
)
from dynclient.sandbox.json_codec import dumps, loads
from dynclient.sandbox.routing import Result

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel
    from dynclient.sandbox.storage.store import Condition, Row

DEFAULT_LIMIT = 10
MOST = 1_000_000
INCLUDES = ("all", "deleted", "non-deleted")


class Order(NamedTuple):
    """The order of a list, and so the content of its cursors."""

    names: tuple[str, ...]
    """Columns of the store: ``name`` and ``id``, or one alone."""

    @property
    def ascending(self) -> str:
        """The order in SQL."""
        return ", ".join(f"e.{name}" for name in self.names)

    @property
    def descending(self) -> str:
        """The reverse order in SQL."""
        return ", ".join(f"e.{name} desc" for name in self.names)

    def beyond(self, sign: str) -> str:
        """Return the SQL condition for rows before (``<``) or after (``>``) a place."""
        columns, marks = self.ascending, ", ".join("?" * len(self.names))
        return f"({columns}) {sign} ({marks})"

    def place(self, row: Row) -> Place:
        """Return the place of a row."""
        return tuple(str(getattr(row, name)) for name in self.names)


Place = tuple[str, ...]
"""A row's values of the columns of an order."""


def parse_fields(model: EntityModel, text: str | None) -> frozenset[str]:
    """Return the fields that ``fields=`` names; raises the server's 400 for an unknown field."""
    if not text:
        return frozenset()
    if text.strip() == "*":
        return model.member_fields.union(model.fields)
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in model.fields and name not in model.member_fields:
            raise bad_request(f"Invalid field name {name}")
    loaded_with = model.rules.table("loaded_with").get(model.type, {})
    fields = frozenset(names).union(*(loaded_with.get(name, ()) for name in names))
    return fields - model.rules.names("only_at_own_route", model.type)


def parse_include(text: str | None) -> str:
    """Return ``include`` in lower case; raises the server's 400."""
    if not text:
        return "non-deleted"
    if text.lower() not in INCLUDES:
        raise bad_request(f"query param include must be one of [{', '.join(INCLUDES)}]")
    return text.lower()


def serialize_rows(
    context: RequestContext, model: EntityModel, rows: list[Row], fields: frozenset[str]
) -> list[Any]:
    """Return rows as response bodies with the requested fields."""
    groups = {group.path[0] for group in model.members}
    alone = model.type not in model.rules.names("member_labels_need_their_field", "*")
    members = LOADED if "tags" in fields and (alone or groups & fields) else HIDDEN
    requested = fields & (model.on_request | model.member_fields)
    found = context.serializer.serialize(
        model, [row.doc for row in rows], requested, members=members, mask=not context.caller.bot
    )
    for name, condition in context.rules.table("shown_and_kept_if").get(model.type, {}).items():
        for body in found:
            if not body.get(condition):
                body.pop(name, None)
    return found


def get(
    context: RequestContext,
    model: EntityModel,
    key: str,
    query: Mapping[str, str],
    *,
    by_name: bool,
) -> Result:
    """Answer ``GET`` by id or by name."""
    fields = parse_fields(model, query.get("fields"))
    include = parse_include(query.get("include"))
    row = context.get_row(model, key, include, by_name=by_name)
    return Result(200, serialize_rows(context, model, [row], fields)[0])


def page(context: RequestContext, model: EntityModel, query: Mapping[str, str]) -> Result:
    """Answer ``GET collection``."""
    fields = parse_fields(model, query.get("fields"))
    include = parse_include(query.get("include"))
    limit = _limit(query.get("limit"))
    before, after = query.get("before"), query.get("after")
    if before and after:
        raise bad_request("Only one of before or after query parameter allowed")
    where, values = _filters(context, model, query, include)
    total = context.tx.count(where, values)
    if limit == 0:
        return Result(200, {"data": [], "paging": {"total": total}})
    order = Order(tuple(context.rules.flag("ordered_by")))
    places = (_place(before, order), _place(after, order))
    rows, paging = _read_page(context, where, values, limit, order, *places)
    data = serialize_rows(context, model, rows, fields)
    cursors = {name: _cursor(place, order) for name, place in paging.items()}
    return Result(200, {"data": data, "paging": {**cursors, "total": total}})


def find_rows(
    context: RequestContext,
    model: EntityModel,
    query: Mapping[str, str],
    condition: Condition | None = None,
) -> list[Row]:
    """Return all entities that match a query's filters and a condition, oldest change first."""
    where, values = _filters(context, model, query, parse_include(query.get("include")))
    if condition is not None:
        where = f"{where} and ({condition.sql})"
        values += condition.values
    return context.tx.page(where, values, "json_extract(e.doc, '$.updatedAt')", -1)


def _read_page(
    context: RequestContext,
    where: str,
    values: list[Any],
    limit: int,
    order: Order,
    before: Place | None,
    after: Place | None,
) -> tuple[list[Row], dict[str, Place]]:
    """Return the rows of a page, and the places for its ``before`` and ``after`` cursors."""
    if before is not None:
        where += f" and {order.beyond('<')}"
        rows = context.tx.page(where, [*values, *before], order.descending, limit + 1)
        more_before = len(rows) > limit
        rows = rows[:limit][::-1]
        more_after = True
    else:
        if after is not None:
            where += f" and {order.beyond('>')}"
            values = [*values, *after]
        rows = context.tx.page(where, values, order.ascending, limit + 1)
        more_after = len(rows) > limit
        rows = rows[:limit]
        more_before = after is not None
        if more_before and not rows and context.rules.flag("empty_page_fails"):
            raise UnhandledServerError("Index 0 out of bounds for length 0")
    cursors: dict[str, Place] = {}
    if rows and more_before:
        cursors["before"] = order.place(rows[0])
    if rows and more_after:
        cursors["after"] = order.place(rows[-1])
    return rows, cursors


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    try:
        limit = int(text)
    except ValueError:
        raise unhandled_status(404) from None
    if limit < 0:
        raise bad_request("[query param limit must be greater than or equal to 0]")
    if limit > MOST:
        raise bad_request(f"[query param limit must be less than or equal to {MOST}]")
    return limit


# cursors


def _cursor(place: Place, order: Order) -> str:
    values = dict(sorted(zip(order.names, place, strict=True)))
    text = place[0] if len(place) == 1 else dumps(values)
    return base64.urlsafe_b64encode(text.encode()).decode()


def _place(text: str | None, order: Order) -> Place | None:
    if not text:
        return None
    for character in text:
        if not (character.isascii() and (character.isalnum() or character in "-_=")):
            raise bad_request(f"Illegal base64 character {ord(character):x}")
    try:
        decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        raise bad_request("Input byte[] should at least have 2 bytes for base64 bytes") from None
    if len(order.names) == 1:
        return (decoded,)
    try:
        values = loads(decoded)
        return tuple(str(values[name]) for name in order.names)
    except (ValueError, TypeError, KeyError):
        reason = "Failed to process JSON "
        message = f"An exception with message [{reason}] was thrown while processing request."
        raise ErrorResponse(500, {"code": 500, "message": message}) from None


# filters


def _filters(
    context: RequestContext, model: EntityModel, query: Mapping[str, str], include: str
) -> tuple[str, list[Any]]:
    where = ["e.type = ?"]
    values: list[Any] = [model.type]
    if include != "all" and model.entity.deleted:
        where.append("e.deleted = ?")
        values.append(int(include == "deleted"))
    elif include == "deleted":
        where.append("0")
    table = context.rules.table("filters")
    rules = {**table.get("*", {}), **table.get(model.type, {})}
    for name, rule in rules.items():
        if query.get(name) not in (None, "") and rule is not None:
            if rule["kind"] == "entity_link":
                condition, parameters = _about(link_fqn(query[name]), query, rule)
            else:
                condition, parameters = _condition(context, model, rule, query[name])
            if condition:
                where.append(condition)
                values.extend(parameters)
    return " and ".join(where), values


def _about(fqn: str, query: Mapping[str, str], rule: dict[str, Any]) -> tuple[str, list[Any]]:
    """Return the condition for what is about an entity, or also about its members if asked for."""
    place = f"json_extract(e.doc, '$.{rule['field']}')"
    if query.get(rule["below_if"], "").lower() != "true":
        return f"{place} = ?", [fqn]
    return f"({place} = ? or ({place} >= ? and {place} < ?))", [fqn, f"{fqn}.", f"{fqn}/"]


def _condition(
    context: RequestContext, model: EntityModel, rule: dict[str, Any], value: str
) -> tuple[str, list[Any]]:
    kind = rule["kind"]
    if kind == "below":
        return "e.fqn >= ? and e.fqn < ?", [f"{value}.", f"{value}/"]
    if kind == "directly_below":
        names = tuple(rule["fields"])
        marks = ",".join("?" * len(names))
        nearer = "select 1 from refs q where q.source = r.source"
        nearer += " and q.field = ? and q.field <> r.field"
        below = (
            "select r.source from refs r join entities p on p.id = r.target"  # noqa: S608 - marks
            f" where p.fqn = ? and r.field in ({marks}) and not exists ({nearer})"
        )
        return f"e.id in ({below})", [value, *names, names[0]]
    if kind == "field":
        stored: Any = {"true": 1, "false": 0}.get(value.lower(), value)
        return f"json_extract(e.doc, '$.{rule['field']}') = ?", [stored]
    if kind == "reference":
        type = model.references[rule["field"]].type if rule["field"] in model.references else None
        head = context.tx.head(rule.get("type", type or ""), value)
        if head is None and rule.get("must_exist"):
            raise not_found(str(type), value)
        target = head.id if head is not None else value
        return (
            "e.id in (select source from refs where field = ? and target = ?)",
            [rule["field"], target],
        )
    if kind == "reference_id":
        if len(value) != 36:
            raise bad_request(f"Invalid UUID string: {value}")
        return (
            "e.id in (select source from refs where field = ? and target = ?)",
            [rule["field"], value],
        )
    return "", []


# versions


def versions(context: RequestContext, model: EntityModel, id: str) -> Result:
    """Answer ``GET versions``: every version as JSON text, newest first."""
    row = context.get_row(model, id, "all")
    current = context.load_entity(model, row.doc)
    states = [current, *(loads(text) for text in context.tx.past_versions(id))]
    return Result(
        200,
        {
            "entityType": context.type_label(model),
            "versions": [dumps(mask_secrets(model, state)) for state in states],
        },
    )


def version(context: RequestContext, model: EntityModel, id: str, text: str) -> Result:
    """Answer ``GET versions/{version}``."""
    try:
        number = float(text)
    except ValueError:
        raise bad_request(f'For input string: "{text}"') from None
    row = context.get_row(model, id, "all")
    if row.doc["version"] == number:
        return Result(200, mask_secrets(model, context.load_entity(model, row.doc)))
    past = context.tx.find_version(id, number)
    if past is None:
        label = context.type_label(model)
        raise error_response(404, f"{label} instance for {id} and version {text} not found")
    return Result(200, mask_secrets(model, past))
