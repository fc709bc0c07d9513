"""Catalogues that hypothesis draws, through files: to an empty server, or a release and back."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

import dynclient
from dynclient.as_code import Catalogue, CataloguePlan
from dynclient.as_code.sections import PATCHED
from dynclient.client.client import Client
from dynclient.validation.messages import parse_path
from tests.matrix.catalogues import create, empty_server, is_creatable_type, lost_silently
from tests.matrix.grid import pool_of
from tests.matrix.pool import Pool
from tests.matrix.test_drawn_requests import SEARCH
from tests.support.external_server import only_on_sandbox
from tests.support.session_cache import session_cache
from tests.support.trees import release_named

pytestmark = [
    pytest.mark.matrix,
    only_on_sandbox("dumps entities of a server that has no others"),
]

FEW, MANY = 3, 40
"""How many catalogues are drawn by each run of the tests, and by a slow one."""
SAME = [
    pytest.param("starter", FEW, id="starter"),
    *(
        pytest.param(name, MANY, id=name, marks=pytest.mark.slow)
        for name in ("1.0.4", "1.2.0", "1.6.0", "1.11.0", "1.13.0")
    ),
]
ACROSS = [
    pytest.param("1.0.4", "1.6.0", FEW, id="few"),
    *(
        pytest.param(*names, MANY, id="-".join(names), marks=pytest.mark.slow)
        for names in (("1.0.4", "1.13.0"), ("1.6.0", "1.13.0"), ("1.13.0", "1.6.0"))
    ),
]


@pytest.fixture(scope="module")
def servers() -> Iterator[Callable[[str, str], tuple[Pool, Client]]]:
    """Return a function that returns a pool on a new server, and a client of another server."""
    with contextlib.ExitStack() as stack:

        def of(name: str, other: str) -> tuple[Pool, Client]:
            release_named(name), release_named(other)  # skips without their trees
            with session_cache():
                pool = stack.enter_context(pool_of(name, "m"))
            return pool, stack.enter_context(empty_server(other))

        yield of


def requests(pool: Pool) -> st.SearchStrategy[list[tuple[str, dict[str, Any]]]]:
    """Return the strategy of create requests of several entity types, with placeholders."""
    kinds = [each for each in pool.om.release.entities.values() if is_creatable_type(pool, each)]
    one = st.sampled_from(kinds).flatmap(
        lambda kind: st.tuples(st.just(kind.name), pool.payloads.drawn(kind))
    )
    return st.lists(one, min_size=2, max_size=4)


@contextlib.contextmanager
def created(
    pool: Pool, drawn: list[tuple[str, dict[str, Any]]], other: Client
) -> Iterator[set[str]]:
    """Create entities and yield their types; they are deleted from both servers afterwards."""
    found = []
    for kind, request in drawn:
        with contextlib.suppress(dynclient.BadRequest, dynclient.Conflict):
            found.append((kind, create(pool, kind, request)))
    hypothesis.assume(found)
    try:
        yield {kind for kind, _ in found}
    finally:
        for kind, entity in reversed(found):
            for om in (pool.om, other):
                with contextlib.suppress(dynclient.DynclientError):
                    om[kind].delete(entity.fullyQualifiedName, hard=True, recursive=True)


def own_documents(folder: Path, om: Client) -> dict[tuple[str, str], Any]:
    """Return the documents in a folder that are not only referred to."""
    documents = Catalogue(folder, om.release)
    return {each.key: each.as_json() for each in documents if not each.referenced}


def changed_values(source: Catalogue, back: CataloguePlan) -> list[str]:
    """Return what a plan changes of the fields that documents have; servers add others."""
    found = []
    for action in back.actions:
        document = source.find(*action.key)
        assert document is not None, action
        fields = {*document.request, *document.sections.get(PATCHED, ())}
        found += [
            f"{action}: {change}"
            for change in action.changes
            if parse_path(change.path)[0] in fields
        ]
    return found


@pytest.mark.parametrize(("name", "examples"), SAME)
def test_any_catalogue_is_equal_after_it_was_applied(
    servers: Callable[[str, str], tuple[Pool, Client]], name: str, examples: int
) -> None:
    pool, other = servers(name, name)

    @hypothesis.settings(SEARCH, max_examples=examples)
    @hypothesis.given(requests(pool))
    def run_drawn(drawn: list[tuple[str, dict[str, Any]]]) -> None:
        with tempfile.TemporaryDirectory() as top, created(pool, drawn, other) as types:
            first, second = Path(top, "a"), Path(top, "b")
            pool.om.dump(first, types=types)
            assert other.apply(first, without_secrets=True).failed == []
            assert not other.plan(first)
            other.dump(second, types=types)
            assert own_documents(second, other) == own_documents(first, pool.om)

    run_drawn()


@pytest.mark.parametrize(("name", "newer", "examples"), ACROSS)
def test_any_catalogue_comes_back_from_another_release(
    servers: Callable[[str, str], tuple[Pool, Client]], name: str, newer: str, examples: int
) -> None:
    pool, other = servers(name, newer)

    @hypothesis.settings(SEARCH, max_examples=examples)
    @hypothesis.given(requests(pool))
    def run_drawn(drawn: list[tuple[str, dict[str, Any]]]) -> None:
        with tempfile.TemporaryDirectory() as top, created(pool, drawn, other) as types:
            first, second = Path(top, "a"), Path(top, "b")
            pool.om.dump(first, types=types)
            plan = other.plan(first)
            assert other.apply(first, lossy=True, without_secrets=True).failed == []
            assert lost_silently(Catalogue(first, pool.om.release), other, plan) == []
            there = types & other.release.entities.keys()
            if there:
                other.dump(second, types=there)
                back = pool.om.plan(second)
                assert changed_values(Catalogue(first, pool.om.release), back) == []

    run_drawn()
