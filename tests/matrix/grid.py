"""The grid of all releases at hand: run, and written as a document."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import dynclient
from dynclient import sandbox
from dynclient.operations.catalogue import catalogue
from dynclient.schema import EntityType, Release
from tests.matrix import known
from tests.matrix.life import GREEN, NONE, STEPS, Cells, applicable, live
from tests.matrix.payloads import Payloads
from tests.matrix.pool import Pool
from tests.support.trees import TREES, release_named

UNTRIED = "·"
"""What a cell says where the release has the operation, but no request that makes one."""

Grid = dict[str, dict[str, Cells]]
"""Cells by release and entity type."""


@contextlib.contextmanager
def pool_of(name: str, prefix: str) -> Iterator[Pool]:
    """Give the pool of a sandbox that serves a release in its own process, and end it then."""
    release = release_named(name)
    with (
        sandbox.start(tree=TREES.get(name)) as running,
        dynclient.connect(running.host, token=running.admin_token, release=release) as om,
    ):
        yield Pool(om, Payloads(release), prefix)


def kinds(release: Release) -> dict[str, EntityType]:
    """Return the entity types and time series of a release, by name."""
    return {**release.entities, **release.time_series}


def expected(name: str) -> dict[str, Cells]:
    """Return the cells of a release as they are known to be, without running anything."""
    release = release_named(name)
    specs = {spec.entity.name: spec for spec in catalogue(release)}
    grid: dict[str, Cells] = {}
    for entity in kinds(release).values():
        can, bad = applicable(specs[entity.name]), known.red(release, entity)
        made = entity.create is not None
        grid[entity.name] = {
            step: NONE if step not in can
            else UNTRIED if not made
            else known.RED if step in bad
            else GREEN
            for step in STEPS
        }  # fmt: skip
    return grid


def run(name: str, say: Callable[[str], None]) -> dict[str, Cells]:
    """Run the smallest and the whole request of every entity type of a release.

    Args:
        name: of the release.
        say: takes each line about a cell that is not as it is known to be.
    """
    grid = expected(name)
    with pool_of(name, "g") as pool:
        for entity in kinds(pool.om.release).values():
            if entity.create is None:
                continue
            for request in (pool.payloads.least(entity), pool.payloads.full(entity)):
                cells = live(pool, entity, request)
                for line in known.surprises(pool.om.release, entity, cells):
                    say(f"{name} {entity.name}: {line}")
                for step, told in cells.items():
                    if told not in (GREEN, NONE):
                        grid[entity.name][step] = known.RED
    return grid


# -- as a document ---------------------------------------------------------------------------------


class Count(NamedTuple):
    """How many cells of a release say what."""

    entities: int
    creatable: int
    green: int
    red: int
    none: int
    untried: int


def count(cells: dict[str, Cells]) -> Count:
    """Count the cells of a release."""
    told = [sign for per in cells.values() for sign in per.values()]
    creatable = sum(UNTRIED not in per.values() and GREEN in per.values() for per in cells.values())
    signs = (GREEN, known.RED, NONE, UNTRIED)
    return Count(len(cells), creatable, *(told.count(sign) for sign in signs))


def document(grid: Grid) -> str:
    """Return the grid as Markdown."""
    names = {entity for cells in grid.values() for entity in cells}
    lines = [_HEAD, *_summary(grid), "", _LEGEND]
    lines += [f"| entity type | releases | {' | '.join(STEPS)} |", f"|{'---|' * (len(STEPS) + 2)}"]
    for name in sorted(names, key=str.casefold):
        having = [release for release, cells in grid.items() if name in cells]
        signs = [_sign({release: grid[release][name][step] for release in having})
                 for step in STEPS]  # fmt: skip
        where = "all" if len(having) == len(grid) else ", ".join(having)
        lines.append(f"| {name} | {where} | {' | '.join(signs)} |")
    lines += ["", *_reasons(names)]
    return "\n".join(lines) + "\n"


_HEAD = """\
# Coverage

Every entity of every release at hand, and what the tests do with it: a request is made from the
schemas, sent through the public interface to a sandbox that serves the release, and what it made
goes through everything its collection can do. `pytest -m matrix` runs it, with requests that
hypothesis draws on top; `make coverage` runs it and writes this page.
"""
_LEGEND = f"""\
{GREEN} works · {known.RED} cannot work, for the reason below the table · {NONE} the release has no
such operation · {UNTRIED} there is one, but no request that makes such a thing, so it is not tried.
Where releases differ, each says its own. *delete* is the soft one, which can be taken back; *hard
delete* is for good.
"""


def _summary(grid: Grid) -> list[str]:
    signs = f"{GREEN} | {known.RED} | {NONE} | {UNTRIED}"
    rows = [
        f"| {release} | {' | '.join(str(number) for number in count(cells))} |"
        for release, cells in grid.items()
    ]
    return [f"| release | entity types | that can be made | {signs} |", f"|{'---|' * 7}", *rows]


def _sign(told: dict[str, str]) -> str:
    """Return what a cell says: one sign where all releases agree, else one for each of them."""
    if len({*told.values()}) == 1:
        return next(iter(told.values()))
    by_sign: dict[str, list[str]] = {}
    for release, sign in told.items():
        by_sign.setdefault(sign, []).append(release)
    return "; ".join(f"{sign} {', '.join(releases)}" for sign, releases in by_sign.items())


def _reasons(names: Iterable[str]) -> list[str]:
    shown = [row for row in known.rows() if row["entity"] in {*names}]
    told = [f"- {row['entity']}, {' and '.join(row['steps'])}: {row['reason']}" for row in shown]
    return [f"{known.RED} What cannot work, and why:", "", *told] if shown else []
