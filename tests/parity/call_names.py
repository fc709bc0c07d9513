"""The names that a call uses, and those that a test uses.

A test makes a call if it uses all names of the call.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


def names_of_call(call: str) -> set[str]:
    """Return the methods and attributes that a call ends with: ``add`` of ``om.lineage.add(a)``."""
    tree = ast.parse(call.replace("…", "..."))
    called = {_last(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    called |= {
        _last(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr | ast.Subscript)
    }
    called |= {
        _last(target)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
    }
    return called - {""}


def names_of_test(test: str) -> set[str] | None:
    """Return the names that a test and the helpers of its module use; None if there is no test.

    Args:
        test: the id of the test, ``tests/…/test_x.py::test_y``.
    """
    file, _, function = test.partition("::")
    return _names(ROOT / file, function)


@lru_cache(maxsize=512)
def _names(path: Path, function: str) -> set[str] | None:
    if not path.is_file():
        return None
    body = ast.parse(path.read_text("utf-8")).body
    found: set[str] = set()
    is_there = False
    for node in body:
        name = getattr(node, "name", "")
        if name == function:
            is_there = True
        elif name.startswith("test_"):
            continue
        found |= _used(node)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests."):
            found |= _imported(node)
    return found if is_there else None


def _imported(node: ast.ImportFrom) -> set[str]:
    """Return the names that the modules use from which a test imports helpers and scripts."""
    base = ROOT / str(node.module).replace(".", "/")
    files = [base.with_suffix(".py"), *(base / f"{each.name}.py" for each in node.names)]
    found: set[str] = set()
    for file in files:
        if file.is_file():
            found |= _used(ast.parse(file.read_text("utf-8")))
    return found


def _used(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        found.add(_last(node))
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)  # a name in a table of calls
        if isinstance(node, ast.keyword) and node.arg:
            found.add(node.arg)
    return found


def _last(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    return _last(node.value) if isinstance(node, ast.Subscript) else ""
