"""The calls of the official client that are one request each, made from ``official_methods.json``.

A row of that file says what a method takes, what it sends, and what it gives back:

``path``, ``query``, ``body``
    A word is an argument; ``table.id`` a part of one; ``entity:route`` the path of a class's
    collection, ``entity:type`` the name of its entity type; ``!field`` the text itself. ``*`` takes
    a mapping of more parameters.
``content``
    ``text`` or ``yaml``, where the body is no JSON.
``gives``
    ``none``; ``text``; ``as table``, the class of that argument; ``created data``, what that
    request makes; ``class``, ``list`` or ``page`` and the place of a schema; ``field``, one field
    and its place. Else decoded JSON.
``bad_arguments``
    What a refusal gives, after a line in the log: ``none`` or ``empty``. Else it is raised.
"""

from __future__ import annotations

import json
import re
from types import MethodType
from typing import TYPE_CHECKING, Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.crud_mixin import CrudMixin, log
from dynclient.compat.ometa.exceptions import APIError, MissingEntityTypeException
from dynclient.compat.ometa.gateway import plain
from dynclient.compat.ometa.result_types import EntityList
from dynclient.data import data_file
from dynclient.operations import Operation, Parameter

if TYPE_CHECKING:
    from collections.abc import Callable
    from inspect import Signature

Row = dict[str, Any]

_REFUSED: dict[str, Callable[[], Any]] = {"none": lambda: None, "empty": dict}
_CONTENTS = {"text": "text/plain", "yaml": "application/x-yaml"}
_PATCH = "application/json-patch+json"


def rows() -> list[Row]:
    """Return all methods of the official client that are known, in the order of the document."""
    found: list[Row] = data_file("official_methods.json")
    return found


class Method:
    """One method of the official client that a row describes; base of those that do it, or do not.

    Its signature and its words are made when somebody asks for them: there are 180 of them, and a
    script calls a few.
    """

    def __init__(self, row: Row) -> None:
        self.row = row
        self.__name__: str = row["name"]
        self.__qualname__ = f"OpenMetadata.{self.__name__}"

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __call__(self, client: Any, *given: Any, **named: Any) -> Any:
        """Do it."""
        bound = self.__signature__.bind(client, *given, **named)
        bound.apply_defaults()
        return self.call(client, bound.arguments)

    def call(self, client: Any, given: dict[str, Any]) -> Any:
        """Do it with the arguments, by name."""
        raise NotImplementedError

    @property
    def __signature__(self) -> Signature:
        return signature(self.row)

    def __repr__(self) -> str:
        return f"<{self.__qualname__}; see help()>"


def signature(row: Row) -> Signature:
    """Return the signature of a method, ``self`` included."""
    from ast import literal_eval
    from inspect import Parameter as Taken
    from inspect import Signature

    taken = [Taken("self", Taken.POSITIONAL_OR_KEYWORD)]
    for written in row["parameters"]:
        name, _, default = written.partition("=")
        kind = Taken.VAR_POSITIONAL if name.startswith("*") else Taken.POSITIONAL_OR_KEYWORD
        value = literal_eval(default) if default else Taken.empty
        taken.append(Taken(name.lstrip("*"), kind, default=value))
    return Signature(taken)


class RequestMethods(CrudMixin):
    """The methods that are one request each; they are put in below."""

    def _send_row(self, row: Row, given: dict[str, Any]) -> Any:
        """Send the request of a row and return what it gives.

        Args:
            row: of the file.
            given: the arguments by name.
        """
        try:
            answer = self._answer(row, given)
        except APIError as error:
            if "refused" not in row:
                raise
            log().warning("%s: %s", row["name"], error.message)
            return _REFUSED[row["refused"]]()
        return self._given(row.get("gives", ""), answer, given)

    def _answer(self, row: Row, given: dict[str, Any]) -> Any:
        values: dict[str, Any] = {}
        route = re.sub(r"\{(.+?)\}", lambda found: self._step(found[1], given, values), row["path"])
        names = [Parameter(name, "path", required=True) for name in values]
        for name, expression in row.get("query", {}).items():
            values |= _query(name, expression, given)
        names += [
            Parameter(name, "query", type=_kind(value))
            for name, value in values.items()
            if f"{{{name}}}" not in route
        ]
        kind = "text" if row.get("gives") == "text" else "raw"
        operation = Operation(
            row["name"], None, row["method"], f"/v1{route}", tuple(names), result_kind=kind
        )
        return self.gateway.call_with_body(operation, values, *_content(row, given))

    def _step(self, expression: str, given: dict[str, Any], values: dict[str, Any]) -> str:
        """Return what stands for an expression in a path: a route itself, or a parameter."""
        if expression.endswith(":route"):
            return self.gateway.spec(given[expression.partition(":")[0]]).route.removeprefix("/v1")
        if expression.endswith(":type"):
            value = self._type_name(given[expression.partition(":")[0]])
        else:
            value = plain(_value(expression, given))
        name = f"p{len(values)}"
        values[name] = value
        return f"{{{name}}}"

    def _type_name(self, entity: Any) -> str:
        return entity if isinstance(entity, str) else self.gateway.spec(entity).entity.name

    def _given(self, gives: str, answer: Any, given: dict[str, Any]) -> Any:
        """Return an answer in the form that a row tells."""
        form, _, rest = gives.partition(" ")
        if form == "none" or answer is None:
            return None
        if form in {"", "text"}:
            return answer
        if form == "as":
            return schema_classes.wrap(type(given[rest]), answer)
        if form == "created":
            return schema_classes.wrap(self.get_entity_from_create(type(given[rest])), answer)
        if form == "field":
            name, _, place = rest.partition(" ")
            return self._as_class(place, answer.get(name))
        if form == "class":
            return self._as_class(rest, answer)
        listed = [self._as_class(rest, each) for each in answer.get("data") or ()]
        if form == "list":
            return listed
        paging = answer.get("paging") or {}
        return EntityList(
            listed, paging.get("total") or 0, paging.get("after"), paging.get("before")
        )

    def _as_class(self, place: str, data: Any) -> Any:
        """Return data as an object of the class at a place; as it is where there is none."""
        if not isinstance(data, dict):
            return data
        try:
            return schema_classes.wrap(schema_classes.class_at(self.types, place), data)
        except MissingEntityTypeException:
            return data


def _value(expression: str, given: dict[str, Any]) -> Any:
    """Return what an expression of a row stands for."""
    if expression.startswith("!"):
        return {"true": True, "false": False}.get(expression[1:], expression[1:])
    name, *attributes = expression.split(".")
    value = given[name]
    for attribute in attributes:
        value = value.get(attribute) if isinstance(value, dict) else getattr(value, attribute)
    return value


def _query(name: str, expression: str, given: dict[str, Any]) -> dict[str, Any]:
    value = _value(expression, given)
    if name == "*":
        return {key: plain(each) for key, each in (value or {}).items()}
    if isinstance(value, (list, tuple)):
        return {name: [plain(each) for each in value]}
    return {name: plain(value)}


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "list" if isinstance(value, list) else "string"


def _content(row: Row, given: dict[str, Any]) -> tuple[bytes | None, str]:
    """Return the body of a row's request, and its type; a text goes out as it is."""
    written = row.get("body")
    kind = _CONTENTS.get(row.get("content", ""), "application/json")
    if row["method"] == "PATCH":
        kind = _PATCH
    if written is None:
        return None, kind
    value = _filled(written, given)
    if isinstance(value, str):
        return value.encode(), kind
    return json.dumps(value).encode(), kind


def _filled(written: Any, given: dict[str, Any]) -> Any:
    if isinstance(written, dict):
        return {name: _filled(below, given) for name, below in written.items()}
    if isinstance(written, list):
        return [_filled(below, given) for below in written]
    value = _value(written, given)
    if written.startswith("!"):
        return value
    return {} if value is None else schema_classes.payload(value)


class _RequestMethod(Method):
    """A method that is one request."""

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        return f"Send {self.row['method']} {self.row['path']}."

    def call(self, client: Any, given: dict[str, Any]) -> Any:
        """Send the request, and return what the row says it gives."""
        return client._send_row(self.row, given)


for _row in rows():
    if _row["how"] == "request":
        setattr(RequestMethods, _row["name"], _RequestMethod(_row))
