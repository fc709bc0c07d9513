"""Explaining: complete for data of any real size, bounded for everything else."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from dynclient.errors import SchemaError
from dynclient.releases.cache import Cache
from dynclient.releases.registry import add_documents
from dynclient.schema import Release
from dynclient.schema.pointers import MAX_DEPTH
from dynclient.validation import Validator, explain, validator
from tests.support.trees import ALL_RELEASES, release_named

Tree = Callable[[dict[str, Any]], Release]
PATH = "type/x.json"
DRAFT7 = "http://json-schema.org/draft-07/schema#"


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Return a function that returns a release with one document, of these definitions."""

    def build(definitions: dict[str, Any]) -> Release:
        documents = {"type/basic.json": {}, PATH: {"definitions": definitions}}
        return add_documents(documents, "1.0", cache=Cache(tmp_path / "cache"), origin="here")

    return build


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that gets the number of subschemas that each explanation may still evaluate."""
    explanations: list[Any] = []

    class Counted(explain._Explanation):
        def __init__(self, budget: int) -> None:
            super().__init__(budget)
            explanations.append(self)

    monkeypatch.setattr(explain, "_Explanation", Counted)
    monkeypatch.setattr(explain, "BUDGET_PER_VALUE", 0)

    class Counts(list[int]):
        def __iter__(self) -> Any:
            return iter([explain.BUDGET - each.left for each in explanations])

    return Counts()


def place(name: str) -> str:
    return f"{PATH}#/definitions/{name}"


def nested(levels: int, wrap: Callable[[Any], Any], value: Any) -> Any:
    for _ in range(levels):
        value = wrap(value)
    return value


def nested_unions(levels: int) -> dict[str, Any]:
    """Return definitions ``n0`` … that each have a property of either of two equal branches."""
    definitions: dict[str, Any] = {"n0": {"type": "integer"}}
    for level in range(1, levels + 1):
        inner = {"$ref": f"#/definitions/n{level - 1}"}
        branches = [inner, {"allOf": [inner]}]
        definitions[f"n{level}"] = {"properties": {"c": {"anyOf": branches}}}
    return definitions


def test_nested_unions_are_explained_to_the_innermost_value(
    tree: Tree, evaluated: list[int]
) -> None:
    release = tree(nested_unions(32))
    data = nested(32, lambda value: {"c": value}, "no")
    problems = validator(release).problems(place("n32"), data)
    assert [str(problem) for problem in problems] == [
        ".".join(["c"] * 32) + ": 'no' does not match any of the 2 alternatives"
    ]
    (count,) = evaluated
    assert 32 < count < 32 * 50  # though 2^32 branches lead there


def test_the_budget_ends_an_explanation_and_the_message_says_so(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explain, "BUDGET", 1000)
    definitions: dict[str, Any] = {"n0": {"type": "integer"}}
    for level in range(1, 17):
        inner = {"$ref": f"#/definitions/n{level - 1}"}
        definitions[f"n{level}"] = {"allOf": [inner, inner]}
    problems = validator(tree(definitions)).problems(place("n16"), "x")
    assert [str(problem) for problem in problems] == [
        "must be an integer, not 'x'",
        "was not examined to the end: evaluating more subschemas would take too long",
    ]
    assert problems[-1].rule == "unexamined"


def test_the_budget_grows_with_the_data(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explain, "BUDGET", 10)
    release = tree({"list": {"items": {"type": "integer"}}})
    data = ["x"] * 5000
    problems = validator(release).problems(place("list"), data)
    assert len(problems) == 5000
    assert {problem.rule for problem in problems} == {"type"}


def test_real_requests_need_a_small_part_of_the_budget(evaluated: list[int]) -> None:
    release = release_named(ALL_RELEASES[-1])
    creates = [entity.create for entity in release.entities.values() if entity.create is not None]
    junk = [{"config": {"type": "Nope", "x": 1}}, {"y": {"z": [1, 2, {}]}}]
    for path in creates:
        data = dict.fromkeys(release.node(path).properties, junk)
        data |= {name: junk[0] for name in data if "onnection" in name}
        assert validator(release).problems(path, data)
    assert len([*evaluated]) == len(creates) > 10
    assert max(evaluated) < explain.BUDGET / 10


def test_a_valid_value_that_cannot_be_examined_has_no_problems(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explain, "BUDGET", 0)
    monkeypatch.setattr(explain, "BUDGET_PER_VALUE", 0)
    checker = validator(tree({"a": {"type": "integer"}}))
    assert checker.problems(place("a"), 1) == []
    assert [problem.rule for problem in checker.problems(place("a"), "x")] == ["unexamined"]


RECURSIVE: dict[str, Any] = {
    "node": {
        "type": "object",
        "properties": {
            "child": {"$ref": "#/definitions/node"},
            "list": {"type": "array", "items": {"$ref": "#/definitions/node"}},
            "any": {},
            "unique": {"uniqueItems": True},
            "one": {"enum": [1]},
        },
        "additionalProperties": False,
    },
    "array": {"type": "array", "items": {"$ref": "#/definitions/array"}},
}


@pytest.mark.parametrize(
    ("name", "wrap"),
    [
        ("node", lambda value: {"child": value}),
        ("node", lambda value: {"list": [value]}),
        ("array", lambda value: [value]),
    ],
)
def test_data_deeper_than_the_call_stack_is_refused_with_a_problem(
    tree: Tree, name: str, wrap: Callable[[Any], Any]
) -> None:
    checker = validator(tree(RECURSIVE))
    data = nested(MAX_DEPTH // 2 - 2, wrap, 5)
    for problems in (checker.problems(place(name), data), checker.check(place(name), data)):
        assert [(problem.path, problem.rule) for problem in problems] == [("", "unexamined")]
        assert str(problems[0]) == "was not examined to the end: it is nested too deeply"
    assert checker.check(place("node"), {"any": data}) == []


@pytest.mark.parametrize("levels", [MAX_DEPTH, 100_000])
@pytest.mark.parametrize("field", ["any", "child", "unique", "one"])
def test_json_of_any_depth_is_refused_with_a_problem(tree: Tree, field: str, levels: int) -> None:
    checker = validator(tree(RECURSIVE))
    data = {field: nested(levels, lambda value: [value], 5)}
    for problems in (checker.problems(place("node"), data), checker.check(place("node"), data)):
        assert [problem.rule for problem in problems] == ["depth"]
        assert str(problems[0]) == "is nested more than 1000 levels deep, or contains itself"


def test_data_that_contains_itself_is_refused_with_a_problem(tree: Tree) -> None:
    checker = validator(tree(RECURSIVE))
    endless: dict[str, Any] = {}
    endless |= {"child": endless, "list": [endless, endless]}
    for problems in (
        checker.problems(place("node"), endless),
        checker.check(place("node"), endless),
    ):
        assert [problem.rule for problem in problems] == ["depth"]


@pytest.mark.parametrize("frames", [15, 40, 100, 200])
def test_a_call_stack_that_is_nearly_used_up_gives_a_problem(tree: Tree, frames: int) -> None:
    checker = validator(tree(RECURSIVE))
    data = nested(20, lambda value: {"child": value}, 5)

    def descend() -> list[Any]:
        # As deep as it goes, then so many frames up: what remains there is what a caller may have.
        try:
            return descend()
        except RecursionError:
            raise _Bottom(frames) from None
        except _Bottom as bottom:
            if bottom.frames:
                raise _Bottom(bottom.frames - 1) from None
            return checker.problems(place("node"), data)

    problems = descend()
    assert problems
    assert {problem.rule for problem in problems} <= {"unexamined", "type"}


class _Bottom(Exception):
    def __init__(self, frames: int) -> None:
        super().__init__()
        self.frames = frames


def test_native_code_does_not_overflow_its_stack_on_the_deepest_data_allowed() -> None:
    # In a process of its own: an overflow would end it. 512 KiB is the smallest usual stack.
    script = f"""
        import threading
        from dynclient.releases import release
        from dynclient.schema.pointers import MAX_DEPTH
        from dynclient.validation import fast
        from dynclient.validation.documents import Documents

        class Known:
            def closure(self, reference):
                return [("http://release.invalid/x", {{"definitions": {RECURSIVE!r}}})]
            def root_schema(self, reference):
                return {{"$ref": "http://release.invalid/x#/definitions/" + reference}}

        def validate():
            for name, wrap, levels in (
                ("node", lambda value: {{"child": value}}, MAX_DEPTH),
                ("node", lambda value: {{"list": [value]}}, MAX_DEPTH // 2),
                ("array", lambda value: [value], MAX_DEPTH),
            ):
                data = {{}} if name == "node" else []
                for _ in range(levels - 1):
                    data = wrap(data)
                assert fast.compile_validator(Known(), name)(data)
            print("done")

        threading.stack_size(512 * 1024)
        thread = threading.Thread(target=validate)
        thread.start()
        thread.join()
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


@pytest.mark.parametrize("data", [1, "x", None, {"a": {"b": 1}}])
@pytest.mark.parametrize(
    "name", ["any", "one", "all", "not", "if", "first", "second", "object", "each"]
)
def test_references_that_lead_back_are_explained(tree: Tree, name: str, data: Any) -> None:
    inner = {each: {"$ref": f"#/definitions/{each}"} for each in ("any", "all", "object", "first")}
    release = tree(
        {
            "any": {"anyOf": [{"$ref": "#/definitions/any"}, {"type": "integer"}]},
            "one": {"oneOf": [{"$ref": "#/definitions/one"}, {"type": "integer"}], "anyOf": [{}]},
            "all": {"allOf": [{"$ref": "#/definitions/all"}, {"type": "integer"}]},
            "not": {"not": {"$ref": "#/definitions/not"}},
            "if": {"if": {"$ref": "#/definitions/if"}, "then": {"type": "integer"}},
            "first": {"$ref": "#/definitions/second"},
            "second": {"$ref": "#/definitions/first"},
            "object": {
                "allOf": [{"$ref": "#/definitions/object"}],
                "properties": {"a": {"$ref": "#/definitions/object"}},
                "additionalProperties": False,
            },
            "each": {"properties": inner, "required": ["name"]},
        }
    )
    checker = validator(release)
    for value in (data, dict.fromkeys(inner, data)):
        problems = checker.problems(place(name), value)
        assert (problems == []) is checker.is_valid(place(name), value)
        assert {problem.rule for problem in problems}.isdisjoint({"unexamined", "disagreement"})


def test_without_the_fast_engine_the_budget_and_the_depth_hold_as_well(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    checker = Validator(tree({**RECURSIVE, **nested_unions(20)}))
    assert checker.is_valid(place("node"), {"child": {}})
    assert not checker.is_valid(place("node"), nested(400, lambda value: {"child": value}, {}))
    assert not checker.is_valid(place("n20"), nested(20, lambda value: {"c": value}, "no"))


@pytest.mark.parametrize(
    ("items", "valid"),
    [
        ([1, True, "1", [1], [True], {"a": 1}, {"a": True}, {}, [], None, False, 0], True),
        ([1, 1.0], False),
        ([0, -0.0], False),
        ([{"a": 1, "b": [2]}, {"b": [2.0], "a": 1}], False),
        ([[1, 2], [2, 1]], True),
        ([2**53, 2**53 + 1], True),
    ],
)
def test_items_are_unique_by_the_equality_of_json(
    tree: Tree, items: list[Any], valid: bool
) -> None:
    checker = validator(tree({"list": {"uniqueItems": True}}))
    assert checker.is_valid(place("list"), items) is valid
    assert (checker.problems(place("list"), items) == []) is valid


def test_other_users_of_jsonschema_keep_their_validator() -> None:
    assert jsonschema.validators.validator_for({"$schema": DRAFT7}) is jsonschema.Draft7Validator
    jsonschema.validate({"a": 1}, {"$schema": DRAFT7, "anyOf": [{"required": ["a"]}]})


def test_problems_in_unions_are_listed_even_if_the_rest_is_not_examined(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explain, "BUDGET", 500)
    monkeypatch.setattr(explain, "BUDGET_PER_VALUE", 0)
    definitions: dict[str, Any] = {"n0": {"type": "integer"}}
    for level in range(1, 17):
        inner = {"$ref": f"#/definitions/n{level - 1}"}
        definitions[f"n{level}"] = {"allOf": [inner, inner]}
    union = {"anyOf": [{"required": ["x"]}, {"type": "string"}]}
    definitions["both"] = {"properties": {"a": union, "b": {"$ref": "#/definitions/n16"}}}
    problems = validator(tree(definitions)).problems(place("both"), {"a": {}, "b": "x"})
    assert [problem.path for problem in problems] == ["a.x", "b", ""]
    assert problems[-1].rule == "unexamined"


@pytest.mark.parametrize("engine", ["jsonschema_rs", "jsonschema"])
def test_a_reference_that_no_repair_can_see_is_a_schema_error(
    tree: Tree, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine == "jsonschema":
        monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    release = tree(
        {"a": {"$ref": "#/definitions/b/unknown"}, "b": {"unknown": {"$ref": "no.json"}}}
    )
    checker = Validator(release)
    for method in (checker.problems, checker.is_valid, checker.check):
        with pytest.raises(SchemaError):
            method(place("a"), 1)
