"""Conventions of the source that no linter checks: private names, exports, file names, caches.

Everything is read from the syntax trees.
"""

from __future__ import annotations

import ast
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import dynclient
from tests.architecture.test_layering import (
    PACKAGE,
    ROOT,
    each_module,
    module_name,
    modules,
    parse,
)

PUBLIC_NAMES = Path(__file__).with_name("public_names.json")
"""The names of ``dynclient`` and of its documented modules, as they are promised."""

HOOKS_IN_INIT = {
    # The lazy loader of the public names.
    "dynclient/__init__.py": {"__getattr__", "__dir__"},
    # The package holds JSON files; this function reads them.
    "dynclient/data/__init__.py": {"data_file"},
    "dynclient/sandbox/__init__.py": {"__getattr__", "__dir__"},
}
"""What an ``__init__.py`` may define, beside private helpers of its loader."""


def public_names() -> dict[str, list[str]]:
    return json.loads(PUBLIC_NAMES.read_text("utf-8"))


def test_the_public_names_are_those_promised() -> None:
    promised = public_names()
    exported = {name: exported_names(name) for name in promised}
    assert exported == promised, (
        "names that appear are added to public_names.json; names that go need an alias that warns"
    )


def exported_names(module: str) -> list[str]:
    """Return what a module exports: its ``__all__``, or else what it defines itself."""
    from importlib import import_module

    loaded = import_module(module)
    if hasattr(loaded, "__all__"):
        return sorted(loaded.__all__)
    return sorted(
        name
        for name, value in vars(loaded).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module
    )


def test_every_public_name_can_be_loaded_and_is_shown() -> None:
    missing = [name for name in public_names()["dynclient"] if not hasattr(dynclient, name)]
    assert not missing
    assert set(public_names()["dynclient"]) <= set(dir(dynclient))


# -- private names ---------------------------------------------------------------------------------


def imported_modules(tree: ast.Module, path: Path) -> dict[str, str]:
    """Return the local names of modules of dynclient that a module imports."""
    known = {module_name(each) for each in modules()}
    package = ["dynclient", *path.relative_to(PACKAGE).parts[:-1]]
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name in known and alias.asname:
                    found[alias.asname] = alias.name
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                if f"{source}.{alias.name}" in known:
                    found[alias.asname or alias.name] = f"{source}.{alias.name}"
    return found


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def private_reads(path: Path, tree: ast.Module) -> Iterator[str]:
    """Yield each private name of another module of dynclient that a module imports or reads."""
    local = imported_modules(tree, path)
    here = path.relative_to(PACKAGE).as_posix()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "dynclient":
            for alias in node.names:
                if is_private(alias.name):
                    yield f"{here} imports {node.module}.{alias.name}"
        elif (
            isinstance(node, ast.Attribute)
            and is_private(node.attr)
            and isinstance(node.value, ast.Name)
            and node.value.id in local
        ):
            yield f"{here} reads {local[node.value.id]}.{node.attr}"


@each_module
def test_private_names_are_read_in_their_own_module_only(path: Path) -> None:
    wrong = list(private_reads(path, parse(path)))
    assert not wrong, "give the name no underscore, or move what needs it:\n" + "\n".join(wrong)


def test_the_search_for_private_names_finds_them() -> None:
    source = (
        "from dynclient.schema import node as n\nfrom dynclient.model.entity import _x\n"
        "n._y\nn.z\nn.__doc__\nself._w\n"
    )
    found = list(private_reads(PACKAGE / "warn.py", ast.parse(source)))
    assert found == [
        "warn.py imports dynclient.model.entity._x",
        "warn.py reads dynclient.schema.node._y",
    ]


# -- caches by release -----------------------------------------------------------------------------

MAPPINGS = {"dict", "Dict", "defaultdict", "Mapping", "MutableMapping", "OrderedDict",
            "WeakKeyDictionary"}  # fmt: skip


def is_keyed_by_release(annotation: ast.expr) -> bool:
    """Tell whether an annotation is that of a mapping whose keys are releases."""
    if not isinstance(annotation, ast.Subscript):
        return False
    kind = ast.unparse(annotation.value).rpartition(".")[2]
    key = annotation.slice.elts[0] if isinstance(annotation.slice, ast.Tuple) else annotation.slice
    return kind in MAPPINGS and any(
        isinstance(part, ast.Name) and part.id == "Release" for part in ast.walk(key)
    )


def release_mappings(tree: ast.Module) -> Iterator[str]:
    """Yield the names of module-level mappings that are keyed by a release, or might be."""
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and is_keyed_by_release(node.annotation):
            yield ast.unparse(node.target)
        elif (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and ast.unparse(node.value.func).rpartition(".")[2] == "WeakKeyDictionary"
        ):
            yield ast.unparse(node.targets[0])


@each_module
def test_what_is_built_from_a_release_is_kept_on_the_release(path: Path) -> None:
    here = path.relative_to(PACKAGE).as_posix()
    wrong = [f"{here} {name}" for name in release_mappings(parse(path))]
    assert not wrong, f"use release.memo(key, build) instead: {wrong}"


def test_the_search_for_mappings_by_release_finds_them() -> None:
    source = (
        "a: WeakKeyDictionary[Release, int] = WeakKeyDictionary()\nb: dict[Release, int] = {}\n"
        "c: dict[tuple[Release, str], int] = {}\nd = WeakKeyDictionary()\n"
        "e: dict[str, Release] = {}\n"
    )
    assert list(release_mappings(ast.parse(source))) == ["a", "b", "c", "d"]


# -- files -----------------------------------------------------------------------------------------


def init_definitions(path: Path) -> list[str]:
    here = path.relative_to(ROOT).as_posix()
    return [
        f"{here} defines {node.name}"
        for node in parse(path).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and node.name not in HOOKS_IN_INIT.get(here, ())
        and not is_private(node.name)
    ]


def test_an_init_file_exports_and_defines_nothing_public() -> None:
    files = [path for path in modules() if path.name == "__init__.py"]
    assert files
    wrong = [each for path in files for each in init_definitions(path)]
    assert not wrong, "move it to a module of its own:\n" + "\n".join(wrong)


def test_a_file_name_stands_twice_at_most() -> None:
    stems = Counter(path.stem for path in modules() if not path.stem.startswith("__"))
    wrong = sorted(stem for stem, count in stems.items() if count > 2)
    assert not wrong, f"more than two modules are called so: {wrong}"
