"""Words of collections: signatures and docstrings of their methods, made when they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynclient.model import text as words

if TYPE_CHECKING:
    from inspect import Signature

    from dynclient.operations import Operation
    from dynclient.schema import Node

_PLACEHOLDER = {"list": "list of str", "integer": "int", "boolean": "bool", "string": "str"}


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
    keywords = [
        Parameter(
            each.name,
            Parameter.KEYWORD_ONLY,
            default=None,
            annotation=" | ".join(repr(c) for c in each.choices) or _PLACEHOLDER[each.type],
        )
        for each in operation.parameters
        if each.place == "query" and each.name.isidentifier()
    ]
    return Signature([*given, *keywords])


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
        kind = " | ".join(each.choices) or _PLACEHOLDER[each.type]
        lines.append(f"    {each.name}: {kind}. {each.doc}")
    entity = operation.entity_type
    fields = next((each for each in query if each.name == "fields"), None)
    if entity is not None and fields is not None:
        from textwrap import fill

        listed = f"Fields: {', '.join(entity.properties)}"
        lines += ["", fill(listed, 96, subsequent_indent="    ", break_long_words=False)]
    return "\n".join([*lines, "", _route(operation)])


def _route(operation: Operation) -> str:
    return f"{operation.method} {operation.route}"
