"""The stubs of collections: one module and one class for each, with the methods of the release."""

from __future__ import annotations

import inspect
from inspect import Parameter
from typing import TYPE_CHECKING, Any

from dynclient.client import docstrings
from dynclient.client.methods import METHODS
from dynclient.drift import table
from dynclient.extensions import registry
from dynclient.operations.standard import LIST_PARAMETERS
from dynclient.schema.type_names import camel
from dynclient.stubs.signatures import Signatures
from dynclient.stubs.stub_module import BASE, StubModule, docstring, parameter_list
from dynclient.stubs.type_expressions import TypeExpressions

if TYPE_CHECKING:
    from dynclient.operations import Operation
    from dynclient.operations import Parameter as OperationParameter
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.schema import Node, Release
    from dynclient.stubs.schema_names import SchemaNames

ROOT = "dynclient.typing.collections"
"""The package of the modules of collections."""
_PLAIN_TYPES = {"integer": "int", "number": "float", "boolean": "bool"}
_TIMES = {"start", "end", "timestamp"}
"""Parameters that take a time: milliseconds, or a datetime."""
_ALWAYS_OPTIONAL = {"version"}
"""Arguments of methods that may be positional as well."""
_MAYBE_NONE = {"get", "delete"}
"""Methods that return None too: for what does not exist, and after a response was lost."""


def module_of(spec: CollectionSpec) -> str:
    """Return the name of the module of a collection."""
    return f"{ROOT}.{spec.attribute}"


def class_of(spec: CollectionSpec) -> str:
    """Return the name of the class of a collection: ``DatabaseServices``."""
    return camel(spec.attribute.replace("_", " "))


def method_names(release: Release, spec: CollectionSpec) -> tuple[list[str], list[str]]:
    """Return the names of the methods of a collection: its own, and those of extensions."""
    own = [name for name, method in METHODS.items() if method.operation in spec.operations]
    added = registry.method_names(release, spec, None)
    return own, sorted({name for name in added if name not in own})


class CollectionStub:
    """Writes the module of one collection.

    Args:
        release: the release.
        spec: the collection.
        names: the names of the types of the release.
    """

    def __init__(self, release: Release, spec: CollectionSpec, names: SchemaNames) -> None:
        self._release = release
        self._spec = spec
        self._names = names
        self._own, self._added = method_names(release, spec)
        cls = class_of(spec)
        members = {*self._own, *self._added, "op"}
        self._module = StubModule(module_of(spec), members, (cls,))
        self._types = TypeExpressions(names, self._module)
        self._entity = self._types.class_of(self._release.node(spec.entity.path))

    def module(self) -> StubModule:
        """Return the module."""
        base = self._module.use(BASE, "Collection")
        self._module.write("", f"class {class_of(self._spec)}({base}[{self._entity}]):")
        text = f"{self._spec.entity.type_name} at {self._spec.route}"
        self._module.write(*docstring(text, "    "))
        for name in self._own:
            self._write_method(name)
        signatures = Signatures(self._module, self._entity)
        for name in self._added:
            function = extension_function(self._release, self._spec, name)
            self._module.write(f"    {signatures.method(name, function)}")
            self._write_doc(inspect.getdoc(function))
        return self._module

    def _write_doc(self, text: str | None) -> None:
        lines = docstring(text, "        ")
        if lines:
            self._module.write(*lines)
        else:
            self._module.lines[-1] += " ..."

    # -- methods of the collection -----------------------------------------------------------------

    def _write_method(self, name: str) -> None:
        spec, release = self._spec, self._release
        operation = spec.operations[METHODS[name].operation]
        signature = docstrings.method_signature(spec, release, name)
        body = None
        if docstrings.takes_request(spec, name):
            body = self._release.node(operation.body or "")
        parameters = [
            self._parameter(name, each, operation, body) for each in signature.parameters.values()
        ]
        result = self._result(name, operation)
        self._module.write(f"    def {name}({parameter_list(parameters)}) -> {result}:")
        if body is None:
            self._write_doc(docstrings.method_doc(spec, release, name))
        else:
            self._write_doc(_request_doc(operation, body))

    def _parameter(
        self, method: str, parameter: Parameter, operation: Operation, body: Node | None
    ) -> tuple[Parameter, str, str]:
        name = parameter.name
        if body is not None and name == "data":
            return parameter, self._data(body), "None"
        is_optional = parameter.default is None
        default = "None" if is_optional else ""
        if body is not None and name in body.properties:
            text = self._field(body, name)
            return parameter, text, "None" if is_optional else "..."
        known = {each.name: each for each in operation.parameters}
        if name in known:
            text = self._argument(known[name])
            if parameter.kind is Parameter.POSITIONAL_OR_KEYWORD:
                default = "..."  # an entity alone has the values of all of them
        else:
            text = self._first(method, name)
        if name in _ALWAYS_OPTIONAL and parameter.kind is Parameter.KEYWORD_ONLY:
            default = "..."
        if is_optional and not text.endswith("None"):
            text += " | None"
        return parameter, text, default

    def _data(self, body: Node) -> str:
        use = self._module.use
        mapping = f"{use('collections.abc', 'Mapping')}[{use('builtins', 'str')}, {self._any()}]"
        return f"{self._types.class_of(body)} | {self._types.plain(body)} | {mapping} | None"

    def _field(self, body: Node, name: str) -> str:
        """Return what may be passed for a field of a create request."""
        by_name = any(row.document == body.path and row.field == name for row in table.references())
        return self._types.write(
            body.properties[name],
            required=name in body.required,
            in_request=True,
            by_name=by_name,
        )

    def _first(self, method: str, name: str) -> str:
        """Return the type of an argument that is not a parameter of the operation."""
        use = self._module.use
        if name == "key":
            key = use(BASE, "Key")
            return f"{key} | {use('builtins', 'float')}" if method == "version" else key
        if name == "vote":
            return (
                f"{self._types.literal(('up', 'down', 'votedUp', 'votedDown', 'unVoted'))} | None"
            )
        if name == "version":
            return f"{use('builtins', 'float')} | {use('builtins', 'str')}"
        aliases = {"id": "Id", "fqn": "Name", "user": "Id"}
        if name in aliases:
            return use(BASE, aliases[name])
        return use(BASE, "Key") if method != "patch" and name == "entity" else self._any()

    def _argument(self, parameter: OperationParameter) -> str:
        use = self._module.use
        if parameter.choices:
            return self._types.literal(parameter.choices)
        if parameter.type == "list":
            return use(BASE, "Fields")
        if parameter.type == "array":
            text = use("builtins", "str")
            return f"{text} | {use(BASE, 'StringsOr')}[{use(BASE, 'Entity')}]"
        if parameter.name in _TIMES and parameter.type in _PLAIN_TYPES:
            return use(BASE, "Time")
        if parameter.type in _PLAIN_TYPES:
            return use("builtins", _PLAIN_TYPES[parameter.type])
        is_text = parameter.place in {"query", "client"} and parameter.name in LIST_PARAMETERS
        return use("builtins", "str") if is_text else use(BASE, "Id")

    # -- results -----------------------------------------------------------------------------------

    def _result(self, name: str, operation: Operation) -> str:
        if name == "followers":
            fields = self._release.node(self._spec.entity.path).properties
            return self._types.read(fields["followers"]) if "followers" in fields else self._any()
        kind = operation.result_kind
        if kind == "text":
            return self._module.use("builtins", "str")
        if operation.result is None or kind not in {"entity", "object", "page", "history"}:
            return self._any()
        one = self._types.read(self._release.node(operation.result))
        if kind == "page":
            wrapper = "Listing" if name == "list" else "Page"
            return f"{self._module.use(BASE, wrapper)}[{one}]"
        if kind == "history":
            return f"{self._module.use('builtins', 'list')}[{one}]"
        return f"{one} | None" if name in _MAYBE_NONE and kind == "entity" else one

    def _any(self) -> str:
        return self._module.use("typing", "Any")


def _request_doc(operation: Operation, body: Node) -> str:
    """Return the documentation of a method that takes a create request, without all its fields."""
    required = ", ".join(name for name in body.properties if name in body.required)
    lines = [
        operation.doc,
        "",
        f"Takes the fields of a {body.type_name} as keywords; required: {required or 'none'}.",
        "An entity may be passed instead of its name, id or reference.",
        "",
        f"{operation.method} {operation.route}",
    ]
    return "\n".join(lines)


def extension_function(release: Release, spec: CollectionSpec | None, name: str) -> Any:
    """Return the function of a method that an extension adds to a collection or to the client.

    Args:
        release: the release.
        spec: the collection; None for the client.
        name: the method, one of those that the release has.
    """
    for entry in registry.extensions().values():
        needs = (entry.client if spec is None else entry.methods).get(name)
        if needs is not None and needs.is_met(release, entry.rows, spec, None):
            return inspect.getattr_static(entry.load(), name)
    raise AssertionError(f"no extension adds {name} in release {release.name}")
