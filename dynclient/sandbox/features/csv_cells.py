"""Cells of CSV files: what each kind of column says of an entity, read and written.

The kinds are those of ``sheets`` in ``rules.json``. Lists in a cell are parted by semicolons, and
are CSV themselves: an item with a semicolon in it is quoted.
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


class Wrong(Exception):
    """A cell does not say what its column holds; the message is the server's."""


def field_of(column: Column, node: Node) -> str | None:
    """Return the field a column is about: the first of its fields that the release has."""
    return next((name for name in column["fields"] if name in node.properties), None)


def read(context: RequestContext, column: Column, node: Node, text: str) -> Any:
    """Return the value that a cell gives its field, None for none; raises :class:`Wrong`.

    Args:
        context: of the request.
        column: of the cell.
        node: the entity, or the member of one, that a line is about.
        text: what stands in the cell.
    """
    if not text:
        return column.get("empty")
    return _READERS[column["kind"]](context, column, node, text)


def write(context: RequestContext, column: Column, node: Node, shown: dict[str, Any]) -> str:
    """Return the cell of an entity, or of a member, as answers show it."""
    field = field_of(column, node)
    value = shown.get(field) if field is not None else None
    if value is None or value in ([], {}):
        return ""
    return _WRITERS[column["kind"]](context, column, node, value)


# lists in cells


def items(text: str) -> list[str]:
    """Return the items of a list in a cell."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    return [item for line in lines for item in line if item]


def joined(listed: Iterable[str]) -> str:
    """Return the cell of a list; empty items are left out."""
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerow([item for item in listed if item])
    return out.getvalue().removesuffix("\r\n")


def _own(value: Any) -> list[dict[str, Any]]:
    """Return the references of a field, without those that are only inherited."""
    listed = value if isinstance(value, list) else [value]
    return [one for one in listed if not one.get("inherited")]


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
        raise Wrong(f"Field {text} should be an integer") from None


def _read_flag(context: RequestContext, column: Column, node: Node, text: str) -> Any:  # noqa: ARG001
    if text.lower() not in {"true", "false"}:
        raise Wrong(f"Field {text} should be either 'true' of 'false'")
    return text.lower() == "true"


def _write_flag(context: RequestContext, column: Column, node: Node, value: Any) -> str:  # noqa: ARG001
    return str(value).lower()


def _read_choice(context: RequestContext, column: Column, node: Node, text: str) -> Any:  # noqa: ARG001
    """A word that the enumeration does not have ends the whole import."""
    if text not in (_child(column, node).enum or ()):
        raise bad_request(text)
    return text


def _read_status(context: RequestContext, column: Column, node: Node, text: str) -> Any:  # noqa: ARG001
    allowed = _child(column, node).enum or ()
    if text not in allowed:
        raise Wrong(f"{text} is none of {', '.join(map(str, allowed))}")
    return text


def _read_texts(context: RequestContext, column: Column, node: Node, text: str) -> Any:  # noqa: ARG001
    return items(text)


def _write_texts(context: RequestContext, column: Column, node: Node, value: Any) -> str:  # noqa: ARG001
    return joined(value)


def _read_pairs(context: RequestContext, column: Column, node: Node, text: str) -> Any:  # noqa: ARG001
    """``name;address;name;address``"""
    listed = items(text)
    if len(listed) % 2:
        raise Wrong("References should be given in the format referenceName:endpoint url")
    first, second = column["pair"]
    pairs = zip(listed[::2], listed[1::2], strict=True)
    return [{first: one, second: other} for one, other in pairs]


def _write_pairs(context: RequestContext, column: Column, node: Node, value: Any) -> str:  # noqa: ARG001
    first, second = column["pair"]
    return joined(text for one in value for text in (one.get(first, ""), one.get(second, "")))


# references


def _named(context: RequestContext, type: str, fqn: str) -> dict[str, Any]:
    head = context.tx.head(type, fqn) if type in context.models else None
    if head is None or head.deleted:
        raise Wrong(context.rules.flag("csv_unknown").format(type=type, name=fqn))
    return {"id": head.id, "type": head.type}


def _read_reference(context: RequestContext, column: Column, node: Node, text: str) -> Any:
    found = _named(context, column["type"], text)
    return [found] if _child(column, node).kind == "array" else found


def _write_reference(context: RequestContext, column: Column, node: Node, value: Any) -> str:  # noqa: ARG001
    return next((str(one["fullyQualifiedName"]) for one in _own(value)), "")


def _read_references(context: RequestContext, column: Column, node: Node, text: str) -> Any:
    found = [_named(context, column["type"], fqn) for fqn in items(text)]
    child = _child(column, node)
    if child.kind != "array":
        return found[0] if found else None
    inside = column.get("inside")
    if child.items is not None and inside in child.items.properties:
        return [{inside: one} for one in found]
    return found


def _write_references(context: RequestContext, column: Column, node: Node, value: Any) -> str:  # noqa: ARG001
    inside = str(column.get("inside"))
    return joined(one.get(inside, one)["fullyQualifiedName"] for one in _own(value))


def _read_owners(context: RequestContext, column: Column, node: Node, text: str) -> Any:
    """``user:ada;team:shop`` where there may be many, ``user;ada`` where there is one.

    The second is taken everywhere, since servers document it for either.
    """
    many = _child(column, node).kind == "array"
    listed = items(text)
    paired = len(listed) % _PAIR == 0 and all(item in _OWNERS for item in listed[::_PAIR])
    if many and not paired:
        parts = [item.split(":", 1) for item in listed]
    else:
        parts = [listed[at : at + _PAIR] for at in range(0, len(listed), _PAIR)]
    # Where there may be many, what names no type is passed over, as the recorded server does.
    found = [_named(context, *one) for one in parts if len(one) == _PAIR]
    if many:
        return found
    if len(found) != 1 or len(parts) != 1:
        raise Wrong("Owner should be of format user;userName or team;teamName")
    return found[0]


_PAIR = 2
_OWNERS = ("user", "team")


def _write_owners(context: RequestContext, column: Column, node: Node, value: Any) -> str:  # noqa: ARG001
    owned = [(one["type"], one["fullyQualifiedName"]) for one in _own(value)]
    if _child(column, node).kind == "array":
        return joined(":".join(pair) for pair in owned)
    return joined(owned[0]) if owned else ""


# labels


def _source(column: Column) -> str:
    return str(column.get("source", "Classification"))


def _read_labels(context: RequestContext, column: Column, node: Node, text: str) -> Any:  # noqa: ARG001
    type = column["type"]
    out = []
    for fqn in items(text):
        _named(context, type, fqn)
        out.append({
            "tagFQN": fqn, "source": _source(column), "labelType": "Manual", "state": "Confirmed",
        })  # fmt: skip
    return out


def _write_labels(context: RequestContext, column: Column, node: Node, value: Any) -> str:  # noqa: ARG001
    """Only labels of the column's source, below or not below a classification as it says."""
    below, beside = column.get("below"), column.get("beside")
    return joined(
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
    for item in items(text):
        name, colon, value = item.partition(":")
        if not colon or not value:
            raise Wrong(
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
            raise Wrong(f"Field {text} should be an integer") from None
    if kind == "enum":
        return text.split("|")
    if kind == "entityReference":
        return _named(context, *_type_and_name(text))
    if kind == "entityReferenceList":
        return [_named(context, *_type_and_name(one)) for one in text.split("|")]
    if kind == "timeInterval":
        start, _, end = text.partition(":")
        return {name: _property_value(context, "timestamp", one)
                for name, one in (("start", start), ("end", end))}  # fmt: skip
    return text


def _type_and_name(text: str) -> tuple[str, str]:
    type, colon, name = text.partition(":")
    if not colon:
        raise Wrong(f"{text} should be of format type:fqn")
    return type, name


def _write_extension(context: RequestContext, column: Column, node: Node, value: Any) -> str:  # noqa: ARG001
    return joined(f"{name}:{_property_text(one)}" for name, one in value.items())


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
