"""The shape of the source: imports point one way, one way to the network, nothing generated.

Everything is read from the syntax trees, so a lazy import inside a function counts like any other.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Container, Iterator
from functools import lru_cache, wraps
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "dynclient"

GROUND = {
    "data",
    "display",
    "errors",
    "documentation",
    "fqn",
    "hooks",
    "secrets",
    "settings",
    "suggestions",
    "tracebacks",
    "typing",
    "warn",
}
ROOMS: dict[str, set[str]] = {
    # room: the rooms it may import, itself and the ground aside
    "transport": set(),
    "config": {"transport"},
    "schema": set(),
    "releases": {"schema", "transport"},
    "validation": {"schema"},
    "drift": {"schema", "releases", "validation"},
    "model": {"schema", "validation", "drift"},
    "operations": {"schema"},
    "openapi": {"schema", "releases", "operations"},
    "dispatch": {"schema", "model", "operations", "drift", "validation", "transport"},
}
ROOMS["session"] = {*ROOMS["dispatch"], "dispatch", "openapi", "releases"}
ROOMS["bulk"] = {*ROOMS["session"], "session"}
ROOMS["fleet"] = {*ROOMS["bulk"], "bulk"}
ROOMS["extensions"] = {*ROOMS["fleet"], "fleet"}
ROOMS["explore"] = {*ROOMS["extensions"], "extensions"}
ROOMS["client"] = {*ROOMS["explore"], "config", "explore"}
ROOMS["sandbox"] = {"schema", "releases", "operations"}
ROOMS["as_code"] = {*ROOMS["client"], "client", "sandbox"}
ROOMS["parquet"] = {*ROOMS["client"], "client", "as_code"}
ROOMS["stubs"] = {*ROOMS["client"], "client"}
ROOMS["testing"] = {*ROOMS["client"], "client"}
ROOMS["compat"] = {*ROOMS["client"], "client", "(package)"}
ROOMS["upgrade"] = {
    *ROOMS["client"], "client", "as_code", "compat", "sandbox", "testing", "(package)"
}  # fmt: skip
ROOMS["cli"] = {
    *ROOMS["stubs"], "stubs", "as_code", "compat", "parquet", "sandbox", "testing", "upgrade",
    "(package)",
}  # fmt: skip
ROOMS["__main__"] = {"cli"}
ROOMS["__init__"] = set(ROOMS) - {"cli", "__main__"}
"""The rooms from the ground up; ``(package)`` is ``import dynclient`` itself."""

GROUND_IMPORTS = {"errors", "display", "documentation", "secrets", "suggestions"}
"""What modules of the ground may import of each other."""

EXCEPTIONS = {
    # What is written for users' tests connects as a user does; nothing in the sandbox imports it.
    "sandbox/pytest_plugin.py": {"(package)"},
    "sandbox/__main__.py": {"(package)"},
    # Users find forks here; the name is loaded when it is used, and no module of the sandbox does.
    "sandbox/__init__.py": {"as_code"},
}
"""Single modules that may import more than their room."""

NETWORK = {
    "aiohttp", "asyncio", "ftplib", "http", "httpx", "requests", "select", "selectors", "smtplib",
    "socket", "socketserver", "ssl", "starlette", "telnetlib", "urllib3", "uvicorn", "websockets",
    "xmlrpc",
}  # fmt: skip
ON_THE_NETWORK = {"transport", "sandbox"}
HARMLESS = {"http.HTTPStatus", "asyncio.to_thread", "asyncio.wait_for"}
"""Names of network packages that never open a connection."""


@lru_cache(maxsize=1)
def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    """Return the room a module belongs to: its top-level module or package."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path, *, typing: bool = True) -> Iterator[tuple[int, str]]:
    """Yield line and absolute dotted name of everything a module imports, also inside functions.

    Args:
        path: the module.
        typing: whether imports under ``TYPE_CHECKING`` count.
    """
    package = ["dynclient", *path.relative_to(PACKAGE).parts[:-1]]
    waiting: list[ast.AST] = [parse(path)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test) and not typing:
            waiting.extend(node.orelse)
            continue
        waiting.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                yield node.lineno, f"{module}.{alias.name}"


@lru_cache(maxsize=100)
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def room_named(name: str) -> str | None:
    """Return the room of dynclient that a dotted name imports, or None for other packages."""
    first, *rest = name.split(".")
    if first != "dynclient":
        return None
    if rest and ((PACKAGE / rest[0]).is_dir() or (PACKAGE / f"{rest[0]}.py").exists()):
        return rest[0]
    return "(package)"


def each_module(test: Callable[..., None]) -> Callable[..., None]:
    """Call a test for each module of a room; a test for each module would cost more than it does.

    Args:
        test: takes ``path``, and fixtures by their names.
    """

    @wraps(test)
    def of_room(room: str, **fixtures: object) -> None:
        wrong = []
        for path in (path for path in modules() if room_of(path) == room):
            try:
                test(path=path, **fixtures)
            except AssertionError as error:
                wrong.append(f"{path.relative_to(PACKAGE)}: {error}")
        assert not wrong, "\n\n".join(wrong)

    arguments = inspect.signature(test).parameters.values()
    of_room.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # what pytest reads
        [each.replace(name="room") if each.name == "path" else each for each in arguments]
    )
    return pytest.mark.parametrize("room", sorted({room_of(path) for path in modules()}))(of_room)


def where(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def allowed_for(path: Path) -> set[str]:
    """Return the rooms that a module may import."""
    room = room_of(path)
    more = EXCEPTIONS.get(path.relative_to(PACKAGE).as_posix(), set())
    if room in GROUND:
        return {room} | GROUND_IMPORTS | more
    return {room} | GROUND | ROOMS[room] | more


def forbidden_imports(path: Path) -> list[str]:
    allowed = allowed_for(path)
    return [
        f"{path.relative_to(PACKAGE).as_posix()} imports {name}"
        for _, name in imports(path)
        if (seen := room_named(name)) is not None and seen not in allowed
    ]


@each_module
def test_imports_point_one_way(path: Path) -> None:
    wrong = forbidden_imports(path)
    assert not wrong, f"{room_of(path)} may import {sorted(allowed_for(path))} only:\n" + "\n".join(
        wrong
    )


def import_graph() -> dict[str, set[str]]:
    """Return which module imports which, also inside functions; not under ``TYPE_CHECKING``."""
    names = {module_name(path): path for path in modules()}
    return {
        name: {
            target
            for _, imported in imports(path, typing=False)
            if (target := nearest_module(imported, names)) is not None and target != name
        }
        for name, path in names.items()
    }


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def nearest_module(dotted: str, known: Container[str]) -> str | None:
    """Return the module that ``from … import name`` loads: the name itself, or where it is."""
    if dotted in known:
        return dotted
    module = dotted.rpartition(".")[0]
    return module if module in known else None


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules that import each other, by Tarjan's algorithm."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found = []

    def visit(name: str) -> None:
        order[name] = low[name] = len(order)
        stack.append(name)
        for target in graph[name]:
            if target not in order:
                visit(target)
                low[name] = min(low[name], low[target])
            elif target in stack:
                low[name] = min(low[name], order[target])
        if low[name] == order[name]:
            group = []
            while not group or group[-1] != name:
                group.append(stack.pop())
            if len(group) > 1:
                found.append(sorted(group))

    for name in graph:
        if name not in order:
            visit(name)
    return sorted(found)


def test_modules_form_no_circle() -> None:
    wrong = circles(import_graph())
    assert not wrong, "modules import each other:\n" + "\n".join(map(" ".join, wrong))


def test_the_search_for_circles_finds_them() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == [["b", "c"]]
    assert circles({"a": {"b"}, "b": set()}) == []


@each_module
def test_only_the_transport_and_the_sandbox_touch_the_network(path: Path) -> None:
    if room_of(path) in ON_THE_NETWORK:
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
        for node in ast.walk(parse(path))
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
    for node in ast.walk(parse(path)):
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
    from tests.support.trees import release_named

    release = release_named("starter")
    return frozenset([*release.entities, *release.time_series])


@each_module
def test_no_code_depends_on_the_name_of_an_entity(path: Path, entity_types: frozenset[str]) -> None:
    """Irregularities are data: an ``if`` on the name of an entity type is a table in the making."""
    if path.name == "demo.py":
        return
    wrong = []
    for node in ast.walk(parse(path)):
        if not isinstance(node, ast.Compare):
            continue
        sides = [node.left, *node.comparators]
        named = {
            leaf.value
            for side in sides
            for leaf in ast.walk(side)
            if isinstance(leaf, ast.Constant) and leaf.value in entity_types
        }
        compared = " ".join(ast.unparse(side).lower() for side in sides)
        if named and re.search(r"entity|collection|\broute|\bkind", compared):
            wrong.append(f"{where(path, node.lineno)}: {ast.unparse(node)}")
    assert not wrong, "\n".join(wrong)


@each_module
def test_every_module_says_what_it_owns(path: Path) -> None:
    tree = parse(path)
    assert ast.get_docstring(tree), f"{path.relative_to(ROOT)} has no docstring"
    lazy_annotations = any(
        isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body
    )
    assert lazy_annotations or len(tree.body) == 1, "from __future__ import annotations is missing"


def test_every_room_has_its_place_in_the_order() -> None:
    rooms = {room_of(path) for path in modules()}
    known = {*ROOMS, *GROUND}
    assert rooms <= known, f"not in the order of the rooms: {sorted(rooms - known)}"


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
