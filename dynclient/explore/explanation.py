"""An explanation: what is known of a type, a field, an operation or an error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from dynclient.display.blocks import Block, Fields, Heading, Table, Text
from dynclient.display.displayed import Displayed
from dynclient.documentation import document_fields

_WIDTH = 96
_LISTED_VALUES = 100
_LISTED_FIELDS = 500
"""Fields in a table."""


@document_fields
@dataclass(frozen=True, slots=True)
class Explanation(Displayed):
    """What is known of a type, a field, an operation or an error; ``print()`` shows it.

    Attributes:
        path: What is explained: ``table.columns.dataType``.
        kind: ``type``, ``field``, ``operation``, ``parameter``, ``feature`` or ``error``.
        release: Name of the release; empty for errors.
        type: The type in words, ``list of Column``; of an operation, its method and route; of an
            error, its base classes.
        description: What the schema, the operation or the error says about itself.
        required: Whether the object that has the field, or the call, must have it; None for others.
        create: Of a field of an entity: ``required``, ``optional`` or ``absent`` in its create
            request; empty for others.
        values: The allowed values of an enumeration; empty if any value of the type is allowed.
        limits: Other keywords that restrict a value: ``maxLength``, ``pattern`` …
        default: The default that the schema names, or None.
        example: An example value as JSON; of an operation or error, a line of Python.
        since: The first release that has it; empty if the oldest one in the cache has it.
        until: The first release that is known not to have it any more; empty if it still does.
        not_in: Names of the releases in the cache that do not have it.
        elsewhere: What other releases call it, as sentences.
        fields: The fields of a type, or the parameters of an operation.
    """

    path: str
    kind: str
    release: str = ""
    type: str = ""
    description: str = ""
    required: bool | None = None
    create: str = ""
    values: tuple[Any, ...] = ()
    limits: dict[str, Any] = field(default_factory=dict)
    default: Any = None
    example: Any = None
    since: str = ""
    until: str = ""
    not_in: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    fields: tuple[Explanation, ...] = ()

    def asdict(self) -> dict[str, Any]:
        """Return the explanation as plain JSON, without what is empty."""
        found: dict[str, Any] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if each.name == "fields":
                value = [one.asdict() for one in value]
            elif isinstance(value, tuple):
                value = list(value)
            if value not in (None, "", [], {}):
                found[each.name] = value
        return found

    def rows(self) -> list[tuple[str, str]]:
        """Return the lines of the explanation without its fields, as (label, text)."""
        found = [("type", self.type), ("description", self.description)]
        if self.values:
            found.append(("values", listed_values(self.values)))
        if self.required is not None:
            found.append(("required", "yes" if self.required else "no"))
        if self.create:
            found.append(("create request", self.create))
        found += [(name, json.dumps(value)) for name, value in self.limits.items()]
        if self.default is not None:
            found.append(("default", _json(self.default)))
        if self.example is not None:
            is_code = self.kind in {"operation", "error", "feature"}
            found.append(("example", self.example if is_code else _json(self.example)))
        found += [("since", self.since), ("until", self.until)]
        if self.not_in:
            found.append(("not in", ", ".join(self.not_in)))
        found += [("elsewhere", sentence) for sentence in self.elsewhere]
        return [(label, text) for label, text in found if text]

    def __str__(self) -> str:
        from textwrap import wrap

        lines = [self._heading()]
        for label, text in self.rows():
            first = f"  {label}: "
            lines += wrap(
                _printable(text), _WIDTH, initial_indent=first, subsequent_indent="    ",
                break_long_words=False,
            )  # fmt: skip
        if self.fields:
            lines.append("  parameters:" if self.kind in {"operation", "feature"} else "  fields:")
            lines += [line for each in self.fields for line in each._tree(4)]
        return "\n".join(lines)

    def _heading(self) -> str:
        release = f", release {self.release}" if self.release else ""
        return _printable(f"{self.path} ({self.kind}{release})")

    def _tree(self, indent: int) -> list[str]:
        """Return the line of a field, and those of its own fields below it."""
        text = f"{self.path.rpartition('.')[2]}: {self.type}"
        if self.required:
            text += ", required"
        if self.values:
            text += f" ({listed_values(self.values, 8)})"
        sentence = self.description.partition(". ")[0]
        text += f". {sentence}" if sentence else ""
        line = " " * indent + _printable(text)
        if len(line) > _WIDTH:
            line = f"{line[: _WIDTH - 1]}…"
        return [line, *(inner for each in self.fields for inner in each._tree(indent + 4))]

    def __repr__(self) -> str:
        fields = f", {len(self.fields)} fields" if self.fields else ""
        text = f"<Explanation of {self.path}: {self.type}{fields}; print() shows it>"
        return _printable(text)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self) if cycle else str(self))

    def _blocks(self) -> Iterator[Block]:
        yield Heading(self.kind, self.path)
        release = [("release", self.release)] if self.release else []
        rows = [(label, text) for label, text in self.rows() if label != "description"]
        if self.description:
            yield Text(self.description)
        yield Fields([*release, *rows])
        if self.fields:
            listed = [
                (name, one.type, "yes" if one.required else "", one.description)
                for name, one in _flat(self)
            ]
            kind = "parameter" if self.kind in {"operation", "feature"} else "field"
            columns = (kind, "type", "required", "description")
            yield Table(columns, listed[:_LISTED_FIELDS], total=len(listed), more="print(…)")


def _flat(explanation: Explanation, above: str = "") -> list[tuple[str, Explanation]]:
    """Return all fields below an explanation with their paths from there."""
    found = []
    for each in explanation.fields:
        name = f"{above}{each.path.rpartition('.')[2]}"
        found += [(name, each), *_flat(each, f"{name}.")]
    return found


def listed_values(values: tuple[Any, ...], most: int = _LISTED_VALUES) -> str:
    """Return values of an enumeration as a list in words, cut after some.

    Args:
        values: the values.
        most: how many of them are listed.
    """
    listed = ", ".join(map(str, values[:most]))
    return f"{listed} and {len(values) - most} more" if len(values) > most else listed


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _printable(text: str) -> str:
    """Return a text without what controls a terminal or the direction of text."""
    plain = " ".join(text.split())
    return plain if plain.isprintable() else "".join(c if c.isprintable() else "�" for c in plain)
