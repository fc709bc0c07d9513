"""Signatures and docstrings of clients, collections and their methods, written when they are read.

They come from the release's schemas, and of further operations from the server's OpenAPI document.
Reading them sends no request.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dynclient.client.methods import METHODS
from dynclient.operations.operation import BODY
from dynclient.session.calls import path_names, plan_create

if TYPE_CHECKING:
    from inspect import Signature

    from dynclient.client.collection import Collection
    from dynclient.openapi.index import OperationInfo
    from dynclient.openapi.operations import CallableOperation
    from dynclient.operations import CollectionSpec, Operation, Parameter
    from dynclient.schema import Node, Release

_WIDTH = 96
_PYTHON_TYPES = {
    "list": "list of str",
    "array": "list of str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "string": "str",
    "uuid": "str",
}


# -- clients and collections -----------------------------------------------------------------------


def client_doc(
    cls: type, release: str, specs: Mapping[str, CollectionSpec], features: Mapping[str, Any]
) -> str:
    """Return the documentation of a client: its collections, features, methods and properties.

    Args:
        cls: the client's class.
        release: the name of the release.
        specs: the collections by attribute; empty if the release is not known yet.
        features: what extensions add, by name.
    """
    names = [name for name in dir(cls) if not name.startswith("_")]
    properties = [name for name in names if isinstance(getattr(cls, name), property)]
    methods = [name for name in names if callable(getattr(cls, name))]
    lines = [_class_doc(cls), ""]
    if specs:
        lines.append(f"Collections of release {release}; help(om.{next(iter(specs))}) shows one:")
    else:
        lines.append("Collections: not known yet; om.release chooses the release.")
    for name, spec in specs.items():
        lines.append(f"    {name}: {spec.entity.type_name} at {spec.route}")
    if features:
        lines += ["", "Features:", *_summaries(features.items())]
    lines += ["", "Methods:", *_summaries((_call(cls, n), getattr(cls, n)) for n in methods)]
    lines += ["", "Properties:", *_summaries((n, getattr(cls, n)) for n in properties)]
    return "\n".join(lines)


def collection_doc(collection: Collection, release: str) -> str:
    """Return the documentation of a collection: its methods and its namespace of operations.

    Args:
        collection: the collection.
        release: the name of the release.
    """
    names = [n for n in dir(collection) if not n.startswith("_") and n != "op"]
    lines = [_class_doc(type(collection)), ""]
    if names:
        lines.append("Methods; help() on one shows its arguments:")
        lines += _summaries((name, getattr(collection, name)) for name in names)
    else:
        lines.append(f"Methods: none in release {release}.")
    lines += ["", "Properties:", *_summaries([("op", type(collection).op)])]
    return "\n".join(lines)


def extra_operations_doc(
    cls: type, owner: str, known: Mapping[str, OperationInfo], state: str
) -> str:
    """Return the documentation of further operations: each with its path and its summary.

    Args:
        cls: the class that holds them.
        owner: the name of the collection, or ``the server``.
        known: the operations by Python name.
        state: why there are none, if there are none.
    """
    lines = [_class_doc(cls), ""]
    if known:
        lines.append(f"Operations of {owner}; help() on one shows its arguments:")
    else:
        lines.append(f"Operations of {owner}: {state}.")
    for name, info in known.items():
        lines.append(f"    {name}: {info.key}")
        if info.doc:
            lines += _indented(first_sentence(info.doc), 8)
    return "\n".join(lines)


def _class_doc(cls: type) -> str:
    """Return the docstring of a class without the arguments of its constructor."""
    from inspect import cleandoc

    return cleandoc(cls.__doc__ or "").partition("\n\nArgs:")[0]


def _summaries(documented: Iterable[tuple[str, Any]]) -> Iterator[str]:
    """Yield a name and the first sentence of its docstring, for each object."""
    for name, value in documented:
        yield f"    {name}"
        yield from _indented(first_sentence(value.__doc__ or ""), 8)


def _call(cls: type, name: str) -> str:
    """Return a method of a class with the names of its arguments."""
    from inspect import Parameter, signature

    found = signature(getattr(cls, name))
    own = list(found.parameters.values())[1:]
    plain = [each.replace(annotation=Parameter.empty) for each in own]
    return f"{name}{found.replace(parameters=plain, return_annotation=Parameter.empty)}"


def first_sentence(doc: str) -> str:
    """Return the first sentence of a docstring, or its first paragraph, in one line.

    Args:
        doc: the docstring, or a description of a schema.
    """
    paragraph = " ".join(doc.strip().split("\n\n")[0].split())
    sentence, period, _ = paragraph.partition(". ")
    return f"{sentence}." if period else paragraph


def _indented(text: str, width: int) -> list[str]:
    from textwrap import wrap

    indent = " " * width
    return wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent)


# -- methods of collections ------------------------------------------------------------------------


def takes_request(spec: CollectionSpec, name: str) -> bool:
    """Return whether a method of a collection takes a create request, or its fields.

    Args:
        spec: the collection.
        name: the method.
    """
    method = METHODS[name]
    return method.plan is plan_create and spec.operations[method.operation].body is not None


def method_signature(spec: CollectionSpec, release: Release, name: str) -> Signature:
    """Return the signature of a method of a collection.

    Args:
        spec: the collection.
        release: the release whose schemas describe the create request.
        name: the method, one of those that the collection has.
    """
    method = METHODS[name]
    operation = spec.operations[method.operation]
    if takes_request(spec, name):
        return body_signature(release.node(operation.body or ""), path_names(operation))
    first = method.first
    if spec.entity.kind == "timeseries" and name != "patch":
        first = tuple((each, "named") for each in path_names(operation))
    return signature(operation, first)


def method_doc(spec: CollectionSpec, release: Release, name: str) -> str:
    """Return the documentation of a method of a collection; arguments as for its signature."""
    method = METHODS[name]
    operation = spec.operations[method.operation]
    if takes_request(spec, name):
        return body_doc(operation, release.node(operation.body or ""))
    is_series = spec.entity.kind == "timeseries"
    return doc(operation, "" if is_series else method.intro, release)


def body_signature(node: Node, path: Iterable[str] = ()) -> Signature:
    """Return the signature of a method that takes a create request, or its fields.

    Args:
        node: the schema of the create request.
        path: parameters of the path, which are keywords too.
    """
    from inspect import Parameter

    from dynclient.model import class_docs

    found: Signature = class_docs.signature(node)
    own = list(found.parameters.values())
    more = [
        Parameter(name, Parameter.KEYWORD_ONLY) for name in path if name not in found.parameters
    ]
    first = [each for each in own if each.kind is not Parameter.KEYWORD_ONLY]
    return found.replace(parameters=[*first, *more, *own[len(first) :]])


def signature(operation: Operation, first: tuple[tuple[str, str], ...]) -> Signature:
    """Return the signature of a method.

    Args:
        operation: the operation; its query parameters become keywords.
        first: the first arguments as (name, kind); the kind is ``one`` (required), ``many``
            (``*name``), ``maybe`` (optional), ``named`` (required, also as a keyword) or ``option``
            (an optional keyword). What follows ``many`` becomes a keyword.
    """
    from inspect import Parameter, Signature

    kinds = {
        "one": (Parameter.POSITIONAL_ONLY, Parameter.empty),
        "maybe": (Parameter.POSITIONAL_ONLY, None),
        "many": (Parameter.VAR_POSITIONAL, Parameter.empty),
        "named": (Parameter.POSITIONAL_OR_KEYWORD, Parameter.empty),
        "option": (Parameter.KEYWORD_ONLY, None),
    }
    parameters: list[Parameter] = []
    for name, kind in first:
        place, default = kinds[kind]
        if parameters and parameters[-1].kind is Parameter.VAR_POSITIONAL:
            place = Parameter.KEYWORD_ONLY
        parameters.append(Parameter(name, place, default=default))
    names = {each.name for each in parameters}
    more = [each for each in _keywords(operation) if each.name not in names]
    return Signature([*parameters, *more])


def _keywords(operation: Operation) -> Iterator[Any]:
    """Yield an operation's query and header parameters for a signature, required ones first."""
    from inspect import Parameter

    query = [each for each in operation.parameters if each.place != "path"]
    for each in sorted(query, key=lambda each: not each.required):
        if each.name.isidentifier():
            yield Parameter(
                each.name,
                Parameter.KEYWORD_ONLY,
                default=Parameter.empty if each.required else None,
                annotation=parameter_type(each),
            )


def parameter_type(parameter: Parameter) -> str:
    """Return a parameter's type, or the values that it may have."""
    return " | ".join(map(repr, parameter.choices)) or _PYTHON_TYPES[parameter.type]


def body_doc(operation: Operation, node: Node) -> str:
    """Return the documentation of a method that takes a create request, or its fields.

    Args:
        operation: the operation.
        node: the schema of the create request.
    """
    from dynclient.model import class_docs

    return "\n".join(
        [
            operation.doc,
            "",
            f"Takes a {node.type_name}, or its fields as keywords. An entity may be passed",
            "instead of its name, id or reference.",
            "",
            class_docs.class_words(node),
            "",
            _route(operation),
        ]
    )


def doc(operation: Operation, intro: str, release: Release | None = None) -> str:
    """Return the documentation of a method: what it does, its keywords, its route.

    Args:
        operation: the operation.
        intro: what the method does, if that differs from the operation.
        release: the release whose schemas describe the fields that can be filtered by.
    """
    lines = [intro or operation.doc]
    is_series = operation.entity_type is not None and operation.entity_type.kind == "timeseries"
    places = {"query", "client", "path"} if is_series else {"query", "client"}
    query = [each for each in operation.parameters if each.place in places]
    fields = _field_descriptions(operation, release)
    if query:
        lines += ["", "Args:"]
    for each in query:
        more = [fields.get(each.name, ""), _filter_description(operation, each, release)]
        lines += _parameter_doc(each, " ".join(filter(None, more)))
    entity = operation.entity_type
    if entity is not None and any(each.name == "fields" for each in query):
        from textwrap import fill

        listed = f"Values of fields=: {', '.join(entity.properties)}"
        lines += ["", fill(listed, _WIDTH, subsequent_indent="    ", break_long_words=False)]
    return "\n".join([*lines, "", _route(operation)])


def _field_descriptions(operation: Operation, release: Release | None) -> dict[str, str]:
    """Return the descriptions of fields that a list filters by, from the entity's schema."""
    from dynclient.operations.standard import FIELD_FILTER

    entity = operation.entity_type
    if release is None or entity is None:
        return {}
    properties = release.node(entity.path).properties
    return {
        each.name: first_sentence(properties[each.name].description or "")
        for each in operation.parameters
        if each.doc == FIELD_FILTER and each.name in properties
    }


def _filter_description(operation: Operation, parameter: Parameter, release: Release | None) -> str:
    """Return which entities a filter takes, as a sentence; empty if it takes none."""
    if release is None or operation.name != "list" or parameter.type != "string":
        return ""
    from dynclient.dispatch.filter_values import description
    from dynclient.operations.entity_filters import entity_filter
    from dynclient.operations.standard import LIST_PARAMETERS

    if parameter.name in LIST_PARAMETERS or parameter.choices:
        return ""
    accepted = entity_filter(operation, parameter, release)
    return f"Takes {description(accepted)}." if accepted.known or accepted.types else ""


def _parameter_doc(parameter: Parameter, more: str = "") -> list[str]:
    """Return the lines of one parameter: its name, its type, what it means."""
    text = f"{parameter.name}: {parameter_type(parameter)}. {parameter.doc} {more}".strip()
    first, *rest = _indented(text, 8) or [""]
    return [f"    {first.strip()}", *rest]


# -- further operations ----------------------------------------------------------------------------


def operation_signature(callable_operation: CallableOperation, body: Node | None) -> Signature:
    """Return the signature of a further operation: path parameters, body, query parameters.

    Args:
        callable_operation: the operation.
        body: the schema of the request body, if the release has it.
    """
    from inspect import Parameter, Signature

    kind = Parameter.POSITIONAL_OR_KEYWORD
    operation = callable_operation.operation
    path = [each for each in operation.parameters if each.place == "path"]
    positional = [Parameter(each.name, kind, annotation=parameter_type(each)) for each in path]
    if operation.body_kind is not None:
        default = Parameter.empty if callable_operation.body_required else None
        body_type = _body_type(operation, body)
        positional.append(Parameter(BODY, kind, default=default, annotation=body_type))
    return Signature([*positional, *_keywords(operation)])


def _body_type(operation: Operation, body: Node | None) -> str:
    """Return the type of a request body in words."""
    from dynclient.model import class_docs

    name = "JSON" if body is None else class_docs.type_words(body)
    kinds = {
        "json": name,
        "json-list": f"list of {name}",
        "json-patch": "JSON Patch",
        "text": "str",
    }
    return kinds.get(operation.body_kind or "", "bytes")


def operation_doc(callable_operation: CallableOperation, body: Node | None) -> str:
    """Return the documentation of a further operation, with the server's descriptions.

    Args:
        callable_operation: the operation.
        body: the schema of the request body, if the release has it.
    """
    from textwrap import fill

    operation = callable_operation.operation
    lines = [fill(part, _WIDTH) for part in operation.doc.split("\n\n") if part]
    parameters: list[str] = []
    for each in operation.parameters:
        if each.place == "path":
            parameters += _parameter_doc(each)
    if operation.body_kind is not None:
        optional = "" if callable_operation.body_required else ", optional"
        parameters.append(f"    {BODY}: {_body_type(operation, body)}{optional}. The request body.")
    for each in operation.parameters:
        if each.place != "path":
            parameters += _parameter_doc(each)
    if parameters:
        lines += ["", "Args:", *parameters]
    if body is not None and body.kind == "object":
        from dynclient.model import class_docs

        lines += ["", class_docs.class_words(body)]
    return "\n".join([*lines, "", _route(operation)]).strip()


def _route(operation: Operation) -> str:
    return f"{operation.method} {operation.route}"
