"""The official client's methods that are one request each, built from ``official_methods.json``.

A row of that file says which parameters a method has, which request it sends, and what it returns:

``path``, ``query``, ``body``
    A word is an argument; ``table.id`` an attribute of one; ``entity:route`` the path of a class's
    collection, ``entity:type`` the name of its entity type; ``!field`` the text itself. ``*`` takes
    a mapping of more parameters.
``content``
    ``text`` or ``yaml``, if the body is not JSON.
``cells``
    True if the body has values of any type, which are made JSON that servers accept.
``returns``
    What the method returns: ``none``; ``text``; ``as table``, an instance of that argument's class;
    ``created data``, the entity that this request creates; ``class``, ``list``, ``list_or_none``
    (None for an empty list) or ``page`` and the place of a schema (after ``class`` also several,
    with ``|`` between them, if the answer differs between releases); ``field``, a field and the
    place of its schema. Else decoded JSON.
``on_error``
    What the method returns if the server rejects the request, after a log entry: ``none`` or
    ``empty``; or ``none_if_absent`` if there is no such object. Else, and with ``nullable=False``,
    the error is raised.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MethodType
from typing import TYPE_CHECKING, Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.crud_mixin import CrudMixin, log
from dynclient.compat.ometa.exceptions import APIError, MissingEntityTypeException
from dynclient.compat.ometa.gateway import is_absent, plain
from dynclient.compat.ometa.result_types import EntityList
from dynclient.data import data_file
from dynclient.errors import ResponseInvalid
from dynclient.operations import Operation, Parameter

if TYPE_CHECKING:
    from collections.abc import Callable
    from inspect import Signature

Row = dict[str, Any]

_ON_ERROR: dict[str, Callable[[], Any]] = {"none": lambda: None, "empty": dict}
_CONTENTS = {"text": "text/plain", "yaml": "application/x-yaml"}
_PATCH = "application/json-patch+json"


def rows() -> list[Row]:
    """Return all known methods of the official client, in the order of the documentation."""
    found: list[Row] = data_file("official_methods.json")
    return found


class Method:
    """A method of the official client that a row describes.

    Signature and docstring are built when they are read: there are 180 methods, and a script calls
    a few.
    """

    def __init__(self, row: Row) -> None:
        self.row = row
        self.__name__: str = row["name"]
        self.__qualname__ = f"OpenMetadata.{self.__name__}"

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __call__(self, client: Any, *arguments: Any, **keywords: Any) -> Any:
        """Call the method."""
        bound = self.__signature__.bind(client, *arguments, **keywords)
        bound.apply_defaults()
        return self.call(client, bound.arguments)

    def call(self, client: Any, arguments: dict[str, Any]) -> Any:
        """Call the method with arguments by name."""
        raise NotImplementedError

    @property
    def __signature__(self) -> Signature:
        return signature(self.row)

    def __repr__(self) -> str:
        return f"<{self.__qualname__}; see help()>"


def signature(row: Row) -> Signature:
    """Return the signature of a method, ``self`` included."""
    from ast import literal_eval
    from inspect import Parameter as SignatureParameter
    from inspect import Signature

    positional = SignatureParameter.POSITIONAL_OR_KEYWORD
    parameters = [SignatureParameter("self", positional)]
    for text in row["parameters"]:
        name, _, default = text.partition("=")
        kind = SignatureParameter.VAR_POSITIONAL if name.startswith("*") else positional
        value = literal_eval(default) if default else SignatureParameter.empty
        parameters.append(SignatureParameter(name.lstrip("*"), kind, default=value))
    return Signature(parameters)


class RequestMethods(CrudMixin):
    """Methods that are one request each; they are added below."""

    def _send_row(self, row: Row, arguments: dict[str, Any]) -> Any:
        """Send the request of a row and return what the row says.

        Args:
            row: a row of the file.
            arguments: the method's arguments by name.
        """
        try:
            body = self._response_body(row, arguments)
        except (APIError, ResponseInvalid) as error:
            result = row.get("on_error")
            if result is None or arguments.get("nullable") is False:
                raise
            if result == "none_if_absent":
                if not is_absent(error):
                    raise
                return None
            log().warning("%s: %s", row["name"], error.parts["message"] or error)
            return _ON_ERROR[result]()
        return self._result(row.get("returns", ""), body, arguments)

    def _response_body(self, row: Row, arguments: dict[str, Any]) -> Any:
        values: dict[str, Any] = {}
        route = re.sub(
            r"\{(.+?)\}", lambda found: self._path_part(found[1], arguments, values), row["path"]
        )
        parameters = [Parameter(name, "path", required=True) for name in values]
        for name, expression in row.get("query", {}).items():
            values |= _query(name, expression, arguments)
        parameters += [
            Parameter(name, "query", type=_kind(value))
            for name, value in values.items()
            if f"{{{name}}}" not in route
        ]
        kind = _result_kind(row)
        operation = Operation(
            row["name"], None, row["method"], f"/v1{route}", tuple(parameters), result_kind=kind
        )
        return self.gateway.call_with_body(operation, values, *_content(row, arguments))

    def _path_part(self, expression: str, arguments: dict[str, Any], values: dict[str, Any]) -> str:
        """Return what replaces an expression in a path: a route, or a parameter."""
        if expression.endswith(":route"):
            return self.gateway.spec(arguments[expression.partition(":")[0]]).route.removeprefix(
                "/v1"
            )
        if expression.endswith(":type"):
            value = self._type_name(arguments[expression.partition(":")[0]])
        else:
            value = plain(_value(expression, arguments))
        name = f"p{len(values)}"
        values[name] = value
        return f"{{{name}}}"

    def _type_name(self, entity: Any) -> str:
        return entity if isinstance(entity, str) else self.gateway.spec(entity).entity.name

    def _result(self, returns: str, body: Any, arguments: dict[str, Any]) -> Any:
        """Return the body of a response in the form that a row says."""
        form, _, rest = returns.partition(" ")
        if form == "none" or body is None:
            return None
        if form in {"", "text"} or not isinstance(body, dict):
            return body
        if form == "as":
            return schema_classes.wrap(type(arguments[rest]), body)
        if form == "created":
            return schema_classes.wrap(self.get_entity_from_create(type(arguments[rest])), body)
        if form == "field":
            name, _, place = rest.partition(" ")
            return self._as_class(place, body.get(name))
        if form == "class":
            return self._as_class(self._place_of(rest.split("|"), body), body)
        listed = [self._as_class(rest, each) for each in body.get("data") or ()]
        if form == "list":
            return listed
        if form == "list_or_none":
            return listed or None
        paging = body.get("paging") or {}
        return EntityList(
            listed, paging.get("total") or 0, paging.get("after"), paging.get("before")
        )

    def _place_of(self, places: list[str], body: dict[str, Any]) -> str:
        """Return the first place whose schema a body has all required properties of, or the last.

        Args:
            places: places of schemas; they differ if an answer differs between releases.
            body: the body of a response.
        """
        known = self.types.paths
        for place in places[:-1]:
            if place in known and body.keys() >= {*self.types.node(place).required}:
                return place
        return places[-1]

    def _as_class(self, place: str, data: Any) -> Any:
        """Return data as an instance of the class at a place; as it is if there is no class."""
        if not isinstance(data, dict):
            return data
        try:
            return schema_classes.wrap(schema_classes.class_at(self.types, place), data)
        except MissingEntityTypeException:
            return data


def _result_kind(row: Row) -> str:
    """Return the kind of result of a row, by which the shape of the response is checked."""
    form = row.get("returns", "").partition(" ")[0]
    if form in {"list", "list_or_none", "page"}:
        return "page"
    if form in {"as", "class", "field"} and row["method"] == "GET":
        return "object"
    if form == "text":
        return "text"
    # What an action returns is often a plain text: "Application Triggered".
    return "any" if form in {"", "none"} and row["method"] != "GET" else "raw"


def _value(expression: str, arguments: dict[str, Any]) -> Any:
    """Return the value of an expression of a row."""
    if expression.startswith("!"):
        return {"true": True, "false": False}.get(expression[1:], expression[1:])
    name, *attributes = expression.split(".")
    value = arguments[name]
    for attribute in attributes:
        value = value.get(attribute) if isinstance(value, dict) else getattr(value, attribute)
    return value


def _query(name: str, expression: str, arguments: dict[str, Any]) -> dict[str, Any]:
    value = _value(expression, arguments)
    if name == "*":
        return {key: plain(each) for key, each in (value or {}).items()}
    if isinstance(value, (list, tuple)):
        return {name: [plain(each) for each in value]}
    return {name: plain(value)}


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "list" if isinstance(value, list) else "string"


def _content(row: Row, arguments: dict[str, Any]) -> tuple[bytes | None, str]:
    """Return the encoded body of a row's request, and its media type; text is sent as it is."""
    template = row.get("body")
    kind = _CONTENTS.get(row.get("content", ""), "application/json")
    if row["method"] == "PATCH":
        kind = _PATCH
    if template is None:
        return None, kind
    value = _cells(_value(template, arguments)) if "cells" in row else _fill(template, arguments)
    if isinstance(value, str):
        return value.encode(), kind
    return json.dumps(value).encode(), kind


def _cells(value: Any) -> Any:
    """Return sample data as JSON; of a model, before it writes values of other types as texts."""
    from dynclient.extensions.input_frames import json_cell

    if isinstance(value, Mapping):
        return json_cell(value)
    body = schema_classes.payload(value)
    rows = getattr(value, "rows", None)
    return json_cell(body if rows is None else {**body, "rows": rows})


def _fill(template: Any, arguments: dict[str, Any]) -> Any:
    if isinstance(template, dict):
        return {name: _fill(below, arguments) for name, below in template.items()}
    if isinstance(template, list):
        return [_fill(below, arguments) for below in template]
    value = _value(template, arguments)
    if template.startswith("!"):
        return value
    return {} if value is None else schema_classes.payload(value)


class _RequestMethod(Method):
    """A method that is one request."""

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        return f"Send {self.row['method']} {self.row['path']}."

    def call(self, client: Any, arguments: dict[str, Any]) -> Any:
        """Send the request and return what the row says."""
        return client._send_row(self.row, arguments)


for _row in rows():
    if _row["how"] == "request":
        setattr(RequestMethods, _row["name"], _RequestMethod(_row))
