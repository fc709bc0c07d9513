"""The shape of the source: imports point one way, one road to the network, nothing generated.

Everything is read from the syntax trees, so a lazy import inside a function counts like any other.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "dynclient"

BASE = {"errors", "settings", "secrets", "warn"}
SEES: dict[str, set[str]] = {
    # part: the parts it may import, itself aside
    "errors": set(),
    "settings": set(),
    "secrets": set(),
    "warn": set(),
    "fqn": BASE,
    "hooks": BASE,
    "transport": BASE,
    "schema": BASE,
    "validation": BASE | {"schema"},
    "model": BASE | {"schema", "validation", "fqn"},
    "operations": BASE | {"schema", "validation", "model", "fqn"},
    "sandbox": BASE | {"schema", "validation", "operations", "fqn"},
}
SEES["auth"] = BASE | {"transport"}
SEES["dispatch"] = SEES["operations"] | {"operations", "transport", "hooks", "auth"}
SEES["client"] = SEES["dispatch"] | {"dispatch"}
SEES["compat"] = SEES["client"] | {"client", "(package)"}
SEES["cli"] = SEES["client"] | {"client", "compat", "sandbox", "(package)"}
SEES["__main__"] = {"cli"}
SEES["__init__"] = set(SEES) - {"cli", "__main__"}
"""The whole order of the parts, in one place; ``(package)`` is ``import dynclient`` itself."""

EXCEPTIONS = {
    # What is written for users' tests connects as a user does; nothing in the sandbox imports it.
    "sandbox/pytest_plugin.py": {"(package)"},
    "sandbox/__main__.py": {"(package)"},
}
"""Single modules that may see more than their part."""

NETWORK = {
    "aiohttp", "asyncio", "ftplib", "http", "httpx", "requests", "select", "selectors", "smtplib",
    "socket", "socketserver", "ssl", "starlette", "telnetlib", "urllib3", "uvicorn", "websockets",
    "xmlrpc",
}  # fmt: skip
ON_THE_NETWORK = {"transport", "sandbox"}
HARMLESS = {"http.HTTPStatus"}
"""Names of network packages that never open a connection."""


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    """Return the part a module belongs to: its top-level module or package."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Give line and absolute dotted name of everything a module imports, also inside functions."""
    package = ["dynclient", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                yield node.lineno, f"{module}.{alias.name}"


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def parts_named(name: str) -> str | None:
    """Return the part of dynclient that a dotted name imports, or None for other packages."""
    first, *rest = name.split(".")
    if first != "dynclient":
        return None
    if rest and ((PACKAGE / rest[0]).is_dir() or (PACKAGE / f"{rest[0]}.py").exists()):
        return rest[0]
    return "(package)"


each_module = pytest.mark.parametrize(
    "path", modules(), ids=lambda path: str(path.relative_to(PACKAGE))
)


def where(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


@each_module
def test_imports_point_one_way(path: Path) -> None:
    part = part_of(path)
    allowed = SEES[part] | {part} | EXCEPTIONS.get(str(path.relative_to(PACKAGE).as_posix()), set())
    wrong = [
        f"{where(path, line)} imports {name}"
        for line, name in imports(path)
        if (seen := parts_named(name)) is not None and seen not in allowed
    ]
    assert not wrong, f"{part} may see {sorted(allowed)} only:\n" + "\n".join(wrong)


@each_module
def test_only_the_transport_and_the_sandbox_touch_the_network(path: Path) -> None:
    if part_of(path) in ON_THE_NETWORK:
        return
    wrong = [
        f"{where(path, line)} imports {name}"
        for line, name in imports(path)
        if (name.split(".")[0] in NETWORK or name.startswith("urllib.request"))
        and name not in HARMLESS
    ]
    assert not wrong, "\n".join(wrong)


@each_module
def test_nothing_is_generated_or_evaluated(path: Path) -> None:
    wrong = [
        f"{where(path, node.lineno)} calls {node.func.id}"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"exec", "eval", "compile", "__import__"}
    ]
    assert not wrong, "\n".join(wrong)


def is_blanket(kind: ast.expr | None) -> bool:
    """Tell whether an ``except`` clause catches everything."""
    if kind is None:
        return True
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(isinstance(k, ast.Name) and k.id in {"Exception", "BaseException"} for k in kinds)


def does_nothing(body: list[ast.stmt]) -> bool:
    return all(
        isinstance(statement, ast.Pass | ast.Continue)
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in body
    )


@each_module
def test_no_error_is_swallowed_unseen(path: Path) -> None:
    wrong = []
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ExceptHandler):
            swallows = is_blanket(node.type) and does_nothing(node.body)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            swallows = any(is_blanket(argument) for argument in node.args)
        else:
            continue
        if swallows:
            wrong.append(where(path, node.lineno))
    assert not wrong, f"swallow everything: {wrong}"


@pytest.fixture(scope="session")
def entity_types() -> frozenset[str]:
    """The names that a check for one entity would have to use."""
    from tests.trees import release_named

    release = release_named("starter")
    return frozenset([*release.entities, *release.time_series])


@each_module
def test_no_code_asks_for_one_entity(path: Path, entity_types: frozenset[str]) -> None:
    """Irregularities are data: an ``if`` on the name of an entity type is a table in the making."""
    if path.name == "demo.py":
        return
    wrong = []
    for node in ast.walk(parsed(path)):
        if not isinstance(node, ast.Compare):
            continue
        sides = [node.left, *node.comparators]
        named = {
            leaf.value
            for side in sides
            for leaf in ast.walk(side)
            if isinstance(leaf, ast.Constant) and leaf.value in entity_types
        }
        asked = " ".join(ast.unparse(side).lower() for side in sides)
        if named and re.search(r"entity|collection|\broute|\bkind", asked):
            wrong.append(f"{where(path, node.lineno)}: {ast.unparse(node)}")
    assert not wrong, "\n".join(wrong)


@each_module
def test_every_module_says_what_it_owns(path: Path) -> None:
    tree = parsed(path)
    assert ast.get_docstring(tree), f"{path.relative_to(ROOT)} has no docstring"
    lazy_annotations = any(
        isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body
    )
    assert lazy_annotations or len(tree.body) == 1, "from __future__ import annotations is missing"


def test_every_part_has_its_place_in_the_order() -> None:
    parts = {part_of(path) for path in modules()}
    assert parts <= set(SEES), f"not in the order of the parts: {sorted(parts - set(SEES))}"


def test_nothing_names_a_path_of_one_machine() -> None:
    pattern = re.compile(r"(?<![\w.])/(?:wor[k]|roo[t]|hom[e]|tm[p])/[A-Za-z]")
    kinds = {".py", ".md", ".cfg", ".toml", ".json", ".txt", ""}
    skipped = {".git", "build", "dist"}
    wrong = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in sorted(ROOT.rglob("*"))
        if path.is_file()
        and path.suffix in kinds
        and not any(part in skipped or part.startswith(".") or part.endswith("-info")
                    for part in path.relative_to(ROOT).parts)
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if pattern.search(line)
    ]  # fmt: skip
    assert not wrong, "\n".join(wrong)
