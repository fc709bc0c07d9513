"""Words of collections: signatures and docstrings of their methods, made when they are read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dynclient.model import class_docs as words
from dynclient.openapi.operations import BODY

if TYPE_CHECKING:
    from inspect import Signature

    from dynclient.openapi.operations import CallableOperation
    from dynclient.operations import Operation, Parameter
    from dynclient.schema import Node

_PLACEHOLDER = {
    "list": "list of str",
    "array": "list of str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "string": "str",
}


def body_signature(node: Node) -> Signature:
    """Return the signature of a method that takes a create request, or its fields."""
    found: Signature = words.signature(node)
    return found


def signature(operation: Operation, first: tuple[tuple[str, str], ...]) -> Signature:
    """Return the signature of a method.

    Args:
        operation: its query parameters become keywords.
        first: what comes before: (name, kind), the kind being ``one`` (an argument by its place),
            ``many`` (``*name``) or ``maybe`` (one that can be left out).
    """
    from inspect import Parameter, Signature

    kinds = {
        "one": (Parameter.POSITIONAL_ONLY, Parameter.empty),
        "maybe": (Parameter.POSITIONAL_ONLY, None),
        "many": (Parameter.VAR_POSITIONAL, Parameter.empty),
    }
    given = [Parameter(name, kinds[kind][0], default=kinds[kind][1]) for name, kind in first]
    return Signature([*given, *_keywords(operation)])


def _keywords(operation: Operation) -> Iterator[Any]:
    """Give what an operation takes by keyword, as parts of a signature, required ones first."""
    from inspect import Parameter

    query = [each for each in operation.parameters if each.place != "path"]
    for each in sorted(query, key=lambda each: not each.required):
        if each.name.isidentifier():
            yield Parameter(
                each.name,
                Parameter.KEYWORD_ONLY,
                default=Parameter.empty if each.required else None,
                annotation=_kind(each, quoted=True),
            )


def _kind(parameter: Parameter, *, quoted: bool = False) -> str:
    """Return what a parameter takes, in words."""
    choices = [repr(choice) if quoted else choice for choice in parameter.choices]
    return " | ".join(choices) or _PLACEHOLDER[parameter.type]


def offer_signature(served: CallableOperation, body: Node | None) -> Signature:
    """Return the signature of an operation that a server offers: path, body, query.

    Args:
        served: the operation.
        body: what is sent, where the release knows it.
    """
    from inspect import Parameter, Signature

    kind = Parameter.POSITIONAL_OR_KEYWORD
    operation = served.operation
    path = [each for each in operation.parameters if each.place == "path"]
    given = [Parameter(each.name, kind, annotation=_kind(each, quoted=True)) for each in path]
    if operation.body_kind is not None:
        default = Parameter.empty if served.body_required else None
        shown = _body_words(operation, body)
        given.append(Parameter(BODY, kind, default=default, annotation=shown))
    return Signature([*given, *_keywords(operation)])


def _body_words(operation: Operation, body: Node | None) -> str:
    """Return what the body of an operation is, in words."""
    name = "JSON" if body is None else words.type_words(body)
    kinds = {
        "json": name,
        "json-list": f"list of {name}",
        "json-patch": "JSON Patch",
        "text": "str",
    }
    return kinds.get(operation.body_kind or "", "bytes")


def offer_doc(served: CallableOperation, body: Node | None) -> str:
    """Return the documentation of an operation that a server offers, in the server's words.

    Args:
        served: the operation.
        body: what is sent, where the release knows it.
    """
    from textwrap import fill

    operation = served.operation
    lines = [fill(part, 96) for part in operation.doc.split("\n\n") if part]
    for title, places in (("Arguments", {"path"}), ("Keywords", {"query", "header"})):
        found = [each for each in operation.parameters if each.place in places]
        sends = title == "Arguments" and operation.body_kind is not None
        if found or sends:
            lines += ["", f"{title}:"]
        lines += [f"    {each.name}: {_kind(each)}. {each.doc}".rstrip() for each in found]
        if sends:
            needed = "" if served.body_required else ", optional"
            lines.append(f"    {BODY}: {_body_words(operation, body)}{needed}.")
    if body is not None and body.kind == "object":
        lines += ["", words.class_words(body)]
    return "\n".join([*lines, "", _route(operation)]).strip()


def body_doc(operation: Operation, node: Node) -> str:
    """Return the documentation of a method that takes a create request, or its fields."""
    return "\n".join(
        [
            operation.doc,
            "",
            f"Takes a {node.type_name}, or its fields by keyword.",
            "Where it wants an entity's name, id or reference, the entity itself will do.",
            "",
            words.class_words(node),
            "",
            _route(operation),
        ]
    )


def doc(operation: Operation, intro: str) -> str:
    """Return the documentation of a method: what it does, its keywords, its route."""
    lines = [intro or operation.doc]
    query = [each for each in operation.parameters if each.place == "query"]
    if query:
        lines += ["", "Keywords:"]
    for each in query:
        lines.append(f"    {each.name}: {_kind(each)}. {each.doc}".rstrip())
    entity = operation.entity_type
    fields = next((each for each in query if each.name == "fields"), None)
    if entity is not None and fields is not None:
        from textwrap import fill

        listed = f"Fields: {', '.join(entity.properties)}"
        lines += ["", fill(listed, 96, subsequent_indent="    ", break_long_words=False)]
    return "\n".join([*lines, "", _route(operation)])


def _route(operation: Operation) -> str:
    return f"{operation.method} {operation.route}"
