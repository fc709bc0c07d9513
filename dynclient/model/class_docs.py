"""Documentation of types: docstrings and signatures, built from the schemas when they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.schema.node import class_kind

if TYPE_CHECKING:
    from dynclient.schema import Node

_WIDTH = 96
_LISTED_VALUES = 12
"""How many values of an enumeration are listed in the documentation of a field, at most."""


def type_words(node: Node) -> str:
    """Return the type of a schema node in words: ``list of Column``."""
    kind = node.kind
    if kind == "array":
        return f"list of {type_words(node.items)}" if node.items is not None else "list"
    if kind == "map":
        return f"map of {type_words(node.values)}" if node.values is not None else "map"
    if kind == "union":
        names = list(dict.fromkeys(type_words(branch) for branch in node.branches))
        return " or ".join(names) if len(names) <= 4 else f"one of {len(names)} types"
    if node.secret:
        return "secret string"
    kind = class_kind(node)
    if kind in {"object", "enum", "scalar"}:
        return node.type_name
    return "any value" if kind == "any" else kind


def field_words(name: str, node: Node, *, required: bool | None = None) -> str:
    """Return the documentation of a field in one line: name, type, values, description.

    Args:
        name: of the field.
        node: its schema node.
        required: whether it must be set; None to leave that out.
    """
    text = f"{name}: {type_words(node)}"
    if required:
        text += ", required"
    values = node.enum
    if values is not None and len(values) <= _LISTED_VALUES:
        text += f" ({', '.join(str(value) for value in values)})"
    elif values is not None:
        text += f" ({len(values)} values)"
    description = " ".join((node.description or "").split())
    return f"{text}. {description}" if description else text


class ClassDoc:
    """The docstring of a class; a descriptor, built when it is read."""

    __slots__ = ("_node", "_text")

    def __init__(self, node: Node) -> None:
        self._node = node
        self._text: str | None = None

    def __get__(self, instance: Any, owner: type | None = None) -> str:
        if self._text is None:
            self._text = class_words(self._node)
        return self._text


def _documented(cls: type) -> str | None:
    # `help()` reads the metaclass's `__doc__`, not the descriptor in the class.
    own = cls.__dict__.get("__doc__")
    return own.__get__(None, cls) if isinstance(own, ClassDoc) else own


class_doc: Any = property(_documented)
"""``__doc__`` of metaclasses whose classes have a :class:`ClassDoc`."""


def class_words(node: Node) -> str:
    """Return the documentation of a type: its description and fields, required ones first."""
    from textwrap import fill

    description = " ".join((node.description or node.title or node.type_name).split())
    lines = [fill(description, _WIDTH)]
    required = node.required
    for title, wanted in (("Required fields", True), ("Optional fields", False)):
        fields = [(n, p) for n, p in node.properties.items() if (n in required) is wanted]
        if fields:
            lines += ["", f"{title}:"]
            lines += [
                fill(field_words(n, p), _WIDTH, initial_indent="    ", subsequent_indent="        ")
                for n, p in fields
            ]
    return "\n".join([*lines, "", f"Schema: {node.ref.removesuffix('#')} of {node.release.name}"])


class ClassSignature:
    """The signature of a class; a descriptor, built when it is read."""

    __slots__ = ("_node", "_signature")

    def __init__(self, node: Node) -> None:
        self._node = node
        self._signature: Any = None

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is not None:
            raise AttributeError("__signature__")
        if self._signature is None:
            self._signature = signature(self._node)
        return self._signature


def signature(node: Node, *, variadic: bool = False) -> Any:
    """Return an ``inspect.Signature`` with the fields of a type as keywords, required ones first.

    Keywords of Python cannot be parameters; such fields are passed in a mapping.

    Args:
        node: the schema node of an object.
        variadic: add ``**fields``.
    """
    from inspect import Parameter, Signature
    from keyword import iskeyword

    first = Parameter("data", Parameter.POSITIONAL_ONLY, default=None)
    required = node.required
    named = [n for n in node.properties if n.isidentifier() and not iskeyword(n) and n != "data"]
    ordered = [*(n for n in named if n in required), *(n for n in named if n not in required)]
    fields = [
        Parameter(
            name,
            Parameter.KEYWORD_ONLY,
            default=Parameter.empty if name in required else None,
            annotation=type_words(node.properties[name]),
        )
        for name in ordered
    ]
    if variadic:
        fields.append(Parameter("fields", Parameter.VAR_KEYWORD))
    return Signature([first, *fields])
