"""The stubs of whole releases: they are valid, complete, the same each time, and fit the client."""

from __future__ import annotations

import ast
import builtins
import inspect
from collections.abc import Iterator

import pytest

import dynclient
from dynclient.client.client import Client
from dynclient.model.namespace import types
from dynclient.settings import Settings
from dynclient.stubs.collection_stubs import class_of
from dynclient.stubs.stub_files import HEADER, stub_files
from tests.support.stub_texts import (
    class_named,
    function_named,
    parameter_names,
    parsed_stubs,
    stubs_of,
)
from tests.support.trees import ALL_RELEASES, TREES, release_named
from tests.support.wire import Wire

QUICK = ["starter", *ALL_RELEASES[:2], ALL_RELEASES[-1]]
RELEASES = [
    pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow])
    for name in dict.fromkeys(["starter", *TREES, *ALL_RELEASES])
]


def client(name: str) -> Client:
    release = release_named(name)
    return Client("http://server/api", Wire(), Settings(), release)  # type: ignore[arg-type]


def defined(tree: ast.Module) -> set[str]:
    """Return the names that a module defines or imports."""
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
        elif isinstance(node, ast.Assign):
            found |= {each.id for each in node.targets if isinstance(each, ast.Name)}
    return found


def shadowed(tree: ast.Module) -> Iterator[str]:
    """Yield annotations in classes whose names are members of the class."""
    for cls in tree.body:
        if not isinstance(cls, ast.ClassDef):
            continue
        members = {
            node.target.id if isinstance(node, ast.AnnAssign) else node.name  # type: ignore[union-attr]
            for node in cls.body
            if isinstance(node, (ast.AnnAssign, ast.FunctionDef))
        }
        for node in cls.body:
            for annotation in annotations(node):
                for leaf in ast.walk(annotation):
                    if isinstance(leaf, ast.Name) and leaf.id in members:
                        yield f"{cls.name}.{leaf.id}"


def annotations(node: ast.stmt) -> Iterator[ast.expr]:
    if isinstance(node, ast.AnnAssign):
        yield node.annotation
    elif isinstance(node, ast.FunctionDef):
        arguments = node.args
        several = [each for each in (arguments.vararg, arguments.kwarg) if each is not None]
        listed = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *several]
        yield from (each.annotation for each in listed if each.annotation is not None)
        if node.returns is not None:
            yield node.returns


def undefined_names(modules: dict[str, ast.Module]) -> list[str]:
    """Return the names that modules use and nothing defines, and those that a member hides."""
    names = {module: defined(tree) for module, tree in modules.items()}
    wrong = []
    for module, tree in modules.items():
        known = names[module] | set(dir(builtins))
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                wrong += [f"{module}: {node.id}"] if node.id not in known else []
            elif isinstance(node, ast.ImportFrom) and node.module in names:
                wrong += [
                    f"{module}: {node.module}.{alias.name}"
                    for alias in node.names
                    if alias.name not in names[node.module]
                ]
        wrong += [f"{module}: {place} is a member" for place in shadowed(tree)]
    return wrong


def differing_methods(om: Client, modules: dict[str, ast.Module]) -> list[str]:
    """Return the methods of collections that the stubs lack, or with other parameters."""
    wrong = []
    for spec in om.catalogue:
        cls = class_named(modules[f"dynclient.typing.collections.{spec.attribute}"], class_of(spec))
        written = {node.name: node for node in cls.body if isinstance(node, ast.FunctionDef)}
        collection = om[spec.entity]
        listed = {each for each in dir(collection) if not each.startswith("_")} - {"op"}
        wrong += [f"{spec.attribute}.{each}" for each in listed ^ written.keys()]
        for method in listed & written.keys():
            parameters = [*inspect.signature(getattr(collection, method)).parameters]
            if sorted(parameters) != sorted(parameter_names(written[method])):
                wrong.append(f"{spec.attribute}.{method}: {parameters}")
    return wrong


def attributes(tree: ast.Module, cls: str) -> set[str]:
    """Return the attributes that a class declares, without special ones."""
    return {
        node.target.id
        for node in class_named(tree, cls).body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and not node.target.id.startswith("_")
    }


@pytest.mark.parametrize("name", RELEASES)
def test_the_stubs_of_a_release_are_valid_python_and_agree_with_its_client(name: str) -> None:
    # One test for each release: writing and reading the stubs takes seconds.
    modules, om = parsed_stubs(name), client(name)
    assert len(modules) > 100
    assert len(om.collections) > 10
    assert differing_methods(om, modules) == []
    methods = class_named(modules["dynclient.typing.client"], "Client").body
    written = {node.name for node in methods if isinstance(node, ast.FunctionDef)}
    listed = {each for each in dir(om) if not each.startswith("_")}
    assert listed - written <= {*dir(Client)}
    assert written - listed <= {"__getitem__"}
    assert attributes(modules["dynclient.typing.types"], "Types") == {*dir(types(om.release))}
    if name in {"starter", ALL_RELEASES[-1]}:  # it takes longest, and one large release will do
        wrong = undefined_names(modules)
        assert not wrong, "\n".join(wrong[:20])


def test_the_fields_and_keywords_of_a_class_are_the_fields_of_its_schema() -> None:
    fields = release_named("starter").find("Table").properties
    tree = parsed_stubs("starter")["dynclient.typing.schema.entity.data.table"]
    assert attributes(tree, "Table") == {*fields}
    constructor = function_named(class_named(tree, "Table"), "__init__")
    assert {*parameter_names(constructor)} == {"data", *fields}


def test_the_stubs_are_the_same_each_time() -> None:
    assert stub_files(release_named("starter")) == stubs_of("starter")
    assert all(text.startswith(f"{HEADER}starter (") for text in stubs_of("starter").values())


def test_the_package_of_the_stubs_has_the_public_names() -> None:
    tree = parsed_stubs("starter")["dynclient"]
    listed = next(
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    )
    assert set(dynclient.__all__) <= set(ast.literal_eval(listed)) <= defined(tree)


def test_dynclient_typing_has_all_types() -> None:
    release = release_named("starter")
    names = defined(parsed_stubs("starter")["dynclient.typing"])
    assert {"Table", "TableDict", "DataType", "DataTypeValue", "Listing", "Tables"} <= names
    assert {entity.type_name for entity in release.entities.values()} <= names
