"""Signatures of functions with their annotations, written for another module.

Annotations are texts, and many of their names are imported for type checkers only. So each name is
looked up in the source of the function's module, which is parsed and not run.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from importlib import import_module
from importlib.util import resolve_name
from inspect import Parameter
from typing import TYPE_CHECKING, Any

from dynclient.stubs.stub_module import parameter_list

if TYPE_CHECKING:
    from dynclient.stubs.stub_module import StubModule


_ENTITY = ("dynclient.extensions.base", "CollectionEntity")
"""What extensions call an entity of the collection that has the method."""


class Signatures:
    """Writes signatures for one module.

    Args:
        module: the module that they are written in.
        entity: the class of the entities of a collection, for methods of collections.
    """

    def __init__(self, module: StubModule, entity: str = "Any") -> None:
        self._module = module
        self._entity = entity

    def method(self, name: str, function: Callable[..., Any], result: str | None = None) -> str:
        """Return the first line of a method.

        Args:
            name: its name.
            function: a function whose first argument is the instance.
            result: its result, if it is not that of the function.
        """
        source = inspect.unwrap(function)
        signature = inspect.signature(source)
        parameters = list(signature.parameters.values())[1:]
        text = parameter_list(self._parameters(parameters, source))
        returned = result or self._annotation(signature.return_annotation, source)
        return f"def {name}({text}) -> {returned}:"

    def function(
        self,
        name: str,
        function: Callable[..., Any],
        result: str,
        keywords: Iterable[str] = (),
    ) -> str:
        """Return the first line of a function of a module.

        Args:
            name: its name.
            function: the function.
            result: its result.
            keywords: the keywords that its ``**`` takes.
        """
        source = inspect.unwrap(function)
        own = list(inspect.signature(source).parameters.values())
        parameters = []
        for each in self._parameters(own, source):
            if each[0].kind is not Parameter.VAR_KEYWORD:
                parameters.append(each)
                continue
            kind, any_value = Parameter.KEYWORD_ONLY, self._module.use("typing", "Any")
            parameters += [(Parameter(name, kind), any_value, "...") for name in keywords]
        text = parameter_list(parameters)
        return f"def {name}({text.removeprefix('self').removeprefix(', ')}) -> {result}:"

    def _parameters(
        self, parameters: list[Parameter], function: Callable[..., Any]
    ) -> list[tuple[Parameter, str, str]]:
        return [
            (each, self._annotation(each.annotation, function), _default(each))
            for each in parameters
        ]

    def _annotation(self, annotation: Any, function: Callable[..., Any]) -> str:
        """Return an annotation with the names that the module has for what it mentions."""
        found = self._written(annotation, function)
        return self._module.use("typing", "Any") if found is None else found

    def _written(self, annotation: Any, function: Callable[..., Any]) -> str | None:
        if annotation is None:
            return "None"
        if not isinstance(annotation, str):
            return None
        source = function.__module__
        if annotation.isidentifier():  # most are; parsing takes longer than all the rest
            return annotation if annotation == "None" else self._named(source, annotation)
        try:
            tree = ast.parse(annotation, mode="eval")
        except SyntaxError:
            return None
        return ast.unparse(_Renamer(source, self._module, partial(self._named, source)).visit(tree))

    def _named(self, source: str, name: str) -> str:
        module, original = _origin(source, name)
        if (module, original) == _ENTITY:
            return self._entity
        return self._module.use(module, original)


class _Renamer(ast.NodeTransformer):
    """Replaces the names in an annotation by those of another module."""

    def __init__(self, source: str, module: StubModule, named: Callable[[str], str]) -> None:
        self._source = source
        self._module = module
        self._named = named

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name):
            owner = _names(self._source).get(node.value.id)
            module = "" if owner is None else ".".join(filter(None, owner))
            if module in sys.modules:
                return ast.Name(self._module.use(module, node.attr), node.ctx)
        return ast.Name(self._module.use("typing", "Any"), node.ctx)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self._named(node.id), node.ctx)


def _origin(module: str, name: str) -> tuple[str, str]:
    """Return the module that a name comes from, and its name there; Any if it is not known."""
    found = _names(module).get(name)
    if found is not None:
        return found if found[1] else ("typing", "Any")  # a module is not a type
    return ("builtins", name) if hasattr(builtins, name) else ("typing", "Any")


@lru_cache(maxsize=256)
def _names(module: str) -> dict[str, tuple[str, str]]:
    """Return where the names of a module come from: (module, name), or (module, "")."""
    loaded = import_module(module)
    try:
        tree = ast.parse(inspect.getsource(loaded))
    except OSError:  # installed without its source
        return {}
    package = module if hasattr(loaded, "__path__") else module.rpartition(".")[0]
    found: dict[str, tuple[str, str]] = {}
    for statement in _statements(tree.body):
        found.update(_defined(statement, module, package))
    return found


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a module, also those under ``if TYPE_CHECKING``."""
    for statement in body:
        if isinstance(statement, ast.If):
            yield from _statements([*statement.body, *statement.orelse])
        else:
            yield statement


def _defined(
    statement: ast.stmt, module: str, package: str
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the names that a statement imports or defines, with where they come from."""
    if isinstance(statement, ast.ImportFrom):
        origin = resolve_name("." * statement.level + (statement.module or ""), package)
        for alias in statement.names:
            yield alias.asname or alias.name, (origin, alias.name)
    elif isinstance(statement, ast.Import):
        for alias in statement.names:
            yield alias.asname or alias.name, (alias.name, "")
    elif isinstance(statement, (ast.ClassDef, ast.FunctionDef)):
        yield statement.name, (module, statement.name)
    elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        for target in targets:
            if isinstance(target, ast.Name):
                yield target.id, (module, target.id)


def _default(parameter: Parameter) -> str:
    """Return the default of a parameter as text; empty without one."""
    value = parameter.default
    if value is Parameter.empty:
        return ""
    is_plain = value is None or type(value) in {bool, int, float, str} or value == ()
    return repr(value) if is_plain else "..."
