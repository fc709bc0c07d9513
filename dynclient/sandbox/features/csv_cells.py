"""Cells of CSV files: how each kind of column is read into a field and written from one.

The kinds are those of ``sheets`` in ``rules.json``. Lists in a cell are separated by semicolons,
and are CSV themselves: an item that contains a semicolon is quoted.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import custom_property_values
from dynclient.sandbox.http_errors import bad_request

if TYPE_CHECKING:
    from dynclient.sandbox.entities.request_context import RequestContext
    from dynclient.schema.node import Node

Column = dict[str, Any]


class InvalidCell(Exception):
    """A cell is not valid for its column; the message is the server's."""


def field_of(column: Column, node: Node) -> str | None:
    """Return the field of a column: the first of its fields that the release has, or None."""
    return next((name for name in column["fields"] if name in node.properties), None)


def read(context: RequestContext, column: Column, node: Node, text: str) -> Any:
    """Return the value of a cell for its field, or None.

    Args:
        context: the context of the request.
        column: the column of the cell.
        node: the schema of the entity, or of a member of one, that the line describes.
        text: the text of the cell.

    Raises:
        InvalidCell: the text is not valid for the column.
    """
    if not text:
        return column.get("empty")
    return _READERS[column["kind"]](context, column, node, text)


def write(context: RequestContext, column: Column, node: Node, serialized: dict[str, Any]) -> str:
    """Return the cell for a serialized entity, or a member of one."""
    field = field_of(column, node)
    value = serialized.get(field) if field is not None else None
    if value is None or value in ([], {}):
        return ""
    return _WRITERS[column["kind"]](context, column, node, value)


# lists in cells


def split_items(text: str) -> list[str]:
    """Return the items of a cell with a list, without empty ones."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    return [item for line in lines for item in line if item]


def join_items(values: Iterable[str]) -> str:
    """Return the cell for a list, without empty items."""
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerow([item for item in values if item])
    return out.getvalue().removesuffix("\r\n")


def _not_inherited(value: Any) -> list[dict[str, Any]]:
    """Return the references of a field that are not inherited."""
    values = value if isinstance(value, list) else [value]
    return [one for one in values if not one.get("inherited")]


def _child(column: Column, node: Node) -> Node:
    return node.properties[str(field_of(column, node))]


# plain values


def _read_text(context: RequestContext, column: Column, node: Node, text: str) -> Any:  # noqa: ARG001
    return text


def _write_text(context: RequestContext, column: Column, node: Node, value: Any) -> str:  # noqa: ARG001
    return str(value)


def _read_number(context: RequestContext, column: Column, node: Node, text: str) -> Any:  # noqa: ARG001
    try:
        return int(text)
    except ValueError:
        raise InvalidCell(f"Field {text} should be an integer") from None


def _read_flag(context: RequestContext, column: Column, node: Node, text: str) -> Any:  # noqa: ARG001
    if text.lower() not in {"true", "false"}:
        raise InvalidCell(f"Field {text} should be either 'true' of 'false'")
    return text.lower() == "true"


def _write_flag(context: RequestContext, column: Column, node: Node, value: Any) -> str:  # noqa: ARG001
    return str(value).lower()


def _read_choice(context: RequestContext, column: Column, node: Node, text: str) -> Any:  # noqa: ARG001
    """A value that is not in the enumeration fails the whole import."""
    if text not in (_child(column, node).enum or ()):
        raise bad_request(text)
    return text


def _read_status(context: RequestContext, column: Column, node: Node, text: str) -> Any:  # noqa: ARG001
    allowed = _child(column, node).enum or ()
    if text not in allowed:
        raise InvalidCell(f"must be one of {', '.join(map(str, allowed))}, not {text}")
    return text


def _read_texts(context: RequestContext, column: Column, node: Node, text: str) -> Any:  # noqa: ARG001
    return split_items(text)


def _write_texts(context: RequestContext, column: Column, node: Node, value: Any) -> str:  # noqa: ARG001
    return join_items(value)


def _read_pairs(context: RequestContext, column: Column, node: Node, text: str) -> Any:  # noqa: ARG001
    """Read ``name;address;name;address``."""
    values = split_items(text)
    if len(values) % 2:
        raise InvalidCell("References should be given in the format referenceName:endpoint url")
    first, second = column["pair"]
    pairs = zip(values[::2], values[1::2], strict=True)
    return [{first: one, second: other} for one, other in pairs]


def _write_pairs(context: RequestContext, column: Column, node: Node, value: Any) -> str:  # noqa: ARG001
    first, second = column["pair"]
    return join_items(text for one in value for text in (one.get(first, ""), one.get(second, "")))


# references


def _find_reference(context: RequestContext, type: str, fqn: str) -> dict[str, Any]:
    head = context.tx.head(type, fqn) if type in context.models else None
    if head is None or head.deleted:
        raise InvalidCell(context.rules.flag("csv_unknown").format(type=type, name=fqn))
    return {"id": head.id, "type": head.type}


def _read_reference(context: RequestContext, column: Column, node: Node, text: str) -> Any:
    reference = _find_reference(context, column["type"], text)
    return [reference] if _child(column, node).kind == "array" else reference


def _write_reference(context: RequestContext, column: Column, node: Node, value: Any) -> str:  # noqa: ARG001
    return next((str(one["fullyQualifiedName"]) for one in _not_inherited(value)), "")


def _read_references(context: RequestContext, column: Column, node: Node, text: str) -> Any:
    references = [_find_reference(context, column["type"], fqn) for fqn in split_items(text)]
    child = _child(column, node)
    if child.kind != "array":
        return references[0] if references else None
    inside = column.get("inside")
    if child.items is not None and inside in child.items.properties:
        return [{inside: one} for one in references]
    return references


def _write_references(context: RequestContext, column: Column, node: Node, value: Any) -> str:  # noqa: ARG001
    inside = str(column.get("inside"))
    return join_items(one.get(inside, one)["fullyQualifiedName"] for one in _not_inherited(value))


def _read_owners(context: RequestContext, column: Column, node: Node, text: str) -> Any:
    """Read ``user:ada;team:shop`` for a list of owners, ``user;ada`` for a single one.

    The second form is accepted for both, since servers document it for both.
    """
    many = _child(column, node).kind == "array"
    values = split_items(text)
    is_paired = len(values) % _PAIR == 0 and all(item in _OWNERS for item in values[::_PAIR])
    if many and not is_paired:
        parts = [item.split(":", 1) for item in values]
    else:
        parts = [values[at : at + _PAIR] for at in range(0, len(values), _PAIR)]
    # In a list, an item without a type is skipped, as by the recorded server.
    references = [_find_reference(context, *one) for one in parts if len(one) == _PAIR]
    if many:
        return references
    if len(references) != 1 or len(parts) != 1:
        raise InvalidCell("Owner should be of format user;userName or team;teamName")
    return references[0]


_PAIR = 2
_OWNERS = ("user", "team")


def _write_owners(context: RequestContext, column: Column, node: Node, value: Any) -> str:  # noqa: ARG001
    owned = [(one["type"], one["fullyQualifiedName"]) for one in _not_inherited(value)]
    if _child(column, node).kind == "array":
        return join_items(":".join(pair) for pair in owned)
    return join_items(owned[0]) if owned else ""


# labels


def _source(column: Column) -> str:
    return str(column.get("source", "Classification"))


def _read_labels(context: RequestContext, column: Column, node: Node, text: str) -> Any:  # noqa: ARG001
    type = column["type"]
    out = []
    for fqn in split_items(text):
        _find_reference(context, type, fqn)
        out.append({
            "tagFQN": fqn, "source": _source(column), "labelType": "Manual", "state": "Confirmed",
        })  # fmt: skip
    return out


def _write_labels(context: RequestContext, column: Column, node: Node, value: Any) -> str:  # noqa: ARG001
    """Write labels of the column's source, filtered by classification if the column says so."""
    below, beside = column.get("below"), column.get("beside")
    return join_items(
        label["tagFQN"] for label in value
        if label.get("labelType") != "Derived"
        and label.get("source", "Classification") == _source(column)
        and (below is None or label["tagFQN"].startswith(f"{below}."))
        and (beside is None or not label["tagFQN"].startswith(f"{beside}."))
    )  # fmt: skip


# custom properties


def _read_extension(context: RequestContext, column: Column, node: Node, text: str) -> Any:  # noqa: ARG001
    kinds = custom_property_values.value_types(context, column["type"])
    out = {}
    for item in split_items(text):
        name, colon, value = item.partition(":")
        if not colon or not value:
            raise InvalidCell(
                f"Invalid key-value pair in extension string: Key = {name}, Value = null ."
                " Extensions should be of format customPropertyName:customPropertyValue"
            )
        out[name] = _property_value(context, kinds.get(name, ""), value)
    return out


def _property_value(context: RequestContext, kind: str, text: str) -> Any:
    if kind in {"integer", "number", "timestamp"}:
        try:
            return int(text)
        except ValueError:
            raise InvalidCell(f"Field {text} should be an integer") from None
    if kind == "enum":
        return text.split("|")
    if kind == "entityReference":
        return _find_reference(context, *_type_and_name(text))
    if kind == "entityReferenceList":
        return [_find_reference(context, *_type_and_name(one)) for one in text.split("|")]
    if kind == "timeInterval":
        start, _, end = text.partition(":")
        return {name: _property_value(context, "timestamp", one)
                for name, one in (("start", start), ("end", end))}  # fmt: skip
    return text


def _type_and_name(text: str) -> tuple[str, str]:
    type, colon, name = text.partition(":")
    if not colon:
        raise InvalidCell(f"{text} should be of format type:fqn")
    return type, name


def _write_extension(context: RequestContext, column: Column, node: Node, value: Any) -> str:  # noqa: ARG001
    return join_items(f"{name}:{_property_text(one)}" for name, one in value.items())


def _property_text(value: Any) -> str:
    if isinstance(value, list):
        return "|".join(_property_text(one) for one in value)
    if isinstance(value, dict) and "type" in value:
        return f"{value['type']}:{value.get('fullyQualifiedName', value.get('name', ''))}"
    if isinstance(value, dict):
        return ":".join(str(one) for one in value.values())
    return str(value)


_READERS: dict[str, Callable[[Any, Column, Any, str], Any]] = {
    "text": _read_text,
    "number": _read_number,
    "flag": _read_flag,
    "choice": _read_choice,
    "status": _read_status,
    "texts": _read_texts,
    "pairs": _read_pairs,
    "reference": _read_reference,
    "references": _read_references,
    "owners": _read_owners,
    "labels": _read_labels,
    "extension": _read_extension,
}
_WRITERS: dict[str, Callable[[Any, Column, Any, Any], str]] = {
    "text": _write_text,
    "number": _write_text,
    "flag": _write_flag,
    "choice": _write_text,
    "status": _write_text,
    "texts": _write_texts,
    "pairs": _write_pairs,
    "reference": _write_reference,
    "references": _write_references,
    "owners": _write_owners,
    "labels": _write_labels,
    "extension": _write_extension,
}
