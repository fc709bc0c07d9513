"""The stubs of the releases that tests run on, each written and parsed once."""

from __future__ import annotations

import ast
from functools import lru_cache

from dynclient.stubs import stub_files
from tests.support.trees import release_named


@lru_cache(maxsize=1)
def stubs_of(name: str) -> dict[str, str]:
    """Return the stubs of a release by path, skipping the test without its tree."""
    return stub_files(release_named(name))


@lru_cache(maxsize=1)
def parsed_stubs(name: str) -> dict[str, ast.Module]:
    """Return the syntax trees of the stubs of a release, by the dotted names of their modules."""
    return {module_name(path): ast.parse(text, path) for path, text in stubs_of(name).items()}


def module_name(path: str) -> str:
    """Return the dotted name of the module at a path below ``dynclient/``."""
    steps = path.removesuffix(".pyi").split("/")
    return ".".join(["dynclient", *(steps[:-1] if steps[-1] == "__init__" else steps)])


def class_named(tree: ast.Module, name: str) -> ast.ClassDef:
    """Return a class of a module."""
    return next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == name)


def function_named(cls: ast.ClassDef, name: str) -> ast.FunctionDef:
    """Return a method of a class."""
    return next(n for n in cls.body if isinstance(n, ast.FunctionDef) and n.name == name)


def parameter_names(function: ast.FunctionDef) -> list[str]:
    """Return the names of the parameters of a method, without ``self``."""
    arguments = function.args
    several = [each for each in (arguments.vararg, arguments.kwarg) if each is not None]
    listed = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *several]
    return [each.arg for each in listed if each.arg != "self"]
