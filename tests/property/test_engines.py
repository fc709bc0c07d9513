"""Both engines agree on valid and on mutated data, for a real release and for any schema."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dynclient.releases.pack import build
from dynclient.schema import Release
from dynclient.schema.repair import repair
from dynclient.validation import validator
from tests.property.data import DATA, SCHEMAS, draw_instance, mutate
from tests.support.trees import ALL_RELEASES, release_named

RELEASE = ALL_RELEASES[-1]


def roots() -> list[str]:
    """Return the create requests of the release, and some entities."""
    release = release_named(RELEASE)
    creates = sorted(e.create for e in release.entities.values() if e.create is not None)
    return [*creates, "entity/data/table.json", "entity/teams/user.json"]


def test_there_are_enough_roots() -> None:
    assert len(roots()) >= 30


@pytest.mark.parametrize("path", roots())
def test_the_engines_agree(path: str) -> None:
    release = release_named(RELEASE)
    checker = validator(release)
    node = release.node(path)
    results: set[bool] = set()

    @settings(
        max_examples=25,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def agree(drawn: st.DataObject) -> None:
        data: Any = draw_instance(drawn.draw, node)
        for candidate in (data, mutate(drawn.draw, copy.deepcopy(data))):
            valid = checker.is_valid(path, candidate)
            problems = checker.problems(path, candidate)
            assert valid is (problems == []), candidate
            assert "disagreement" not in {problem.rule for problem in problems}, candidate
            results.add(valid)

    agree()
    # If no candidate were valid, agreement would prove little.
    assert results == {True, False}


@settings(max_examples=400)
@given(SCHEMAS, st.lists(DATA, min_size=1, max_size=4))
def test_the_engines_agree_on_any_schema(schema: dict[str, Any], candidates: list[Any]) -> None:
    documents = {"type/x.json": copy.deepcopy(schema)}
    repairs = repair(documents)
    checker = validator(Release(build(documents, repairs, "1.0")))
    for data in candidates:
        valid = checker.is_valid("type/x.json", data)
        problems = checker.problems("type/x.json", data)
        assert valid is (problems == []), data
        assert {problem.rule for problem in problems}.isdisjoint({"disagreement", "unexamined"})
