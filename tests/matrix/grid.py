"""The grid of all available releases: how it is run, and how it is written as a document."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import dynclient
from dynclient.operations.catalogue import catalogue
from dynclient.schema import EntityType, Release
from tests.matrix import known_failures
from tests.matrix.lifecycle import (
    GREEN,
    NONE,
    STEPS,
    Cells,
    applicable,
    is_creatable,
    is_removable,
    run_lifecycle,
)
from tests.matrix.payloads import NO_REQUEST, Payloads
from tests.matrix.pool import Pool
from tests.support import external_server
from tests.support.external_server import own
from tests.support.servers import started
from tests.support.trees import release_named

UNTRIED = "·"
"""The sign of an operation of an entity type for which there is no create request."""

Grid = dict[str, dict[str, Cells]]
"""Cells by release and entity type."""


@contextlib.contextmanager
def pool_of(name: str, prefix: str) -> Iterator[Pool]:
    """Yield the pool of a server of a release, which is stopped or cleaned up afterwards."""
    release = release_named(name)
    with (
        started(name) as running,
        dynclient.connect(running.host, token=running.admin_token, release=release) as om,
    ):
        yield Pool(om, Payloads(release), own(prefix))


def kinds(release: Release) -> dict[str, EntityType]:
    """Return the entity types and time series of a release, by name."""
    return {**release.entities, **release.time_series}


def expected(name: str) -> dict[str, Cells]:
    """Return the expected cells of a release, without running anything."""
    release = release_named(name)
    specs = {spec.entity.name: spec for spec in catalogue(release)}
    grid: dict[str, Cells] = {}
    for entity in kinds(release).values():
        steps = applicable(specs[entity.name])
        failing = known_failures.failing_steps(release, entity)
        grid[entity.name] = {
            step: NONE if step not in steps
            else UNTRIED if not is_creatable(specs[entity.name])
            else known_failures.RED if step in failing
            else GREEN
            for step in STEPS
        }  # fmt: skip
    return grid


def run(name: str, say: Callable[[str], None]) -> dict[str, Cells]:
    """Run the smallest and the full request of every entity type of a release.

    Args:
        name: name of the release.
        say: called with a line for each cell that is not as expected.
    """
    grid = expected(name)
    with pool_of(name, "g") as pool:
        for entity in kinds(pool.om.release).values():
            spec = pool.om.session.find(entity)
            if not is_creatable(spec) or (external_server.HOST and not is_removable(spec)):
                continue
            for extent in (pool.payloads.least, pool.payloads.full):
                try:
                    request = extent(entity)
                except NO_REQUEST as error:
                    reason = str(error).partition("\n")[0]
                    say(f"{name} {entity.name}: no request can be generated: {reason}")
                    grid[entity.name].update(
                        {step: UNTRIED for step, cell in grid[entity.name].items() if cell == GREEN}
                    )
                    continue
                cells = run_lifecycle(pool, entity, request)
                for line in known_failures.deviations(pool.om.release, entity, cells):
                    say(f"{name} {entity.name}: {line}")
                for step, cell in cells.items():
                    if cell not in (GREEN, NONE):
                        grid[entity.name][step] = known_failures.RED
    return grid


# -- as a document ---------------------------------------------------------------------------------


class Count(NamedTuple):
    """Numbers of entity types and, by sign, of cells of a release."""

    entities: int
    creatable: int
    green: int
    red: int
    none: int
    untried: int


def count(cells: dict[str, Cells]) -> Count:
    """Count the cells of a release."""
    rows = [list(row.values()) for row in cells.values()]
    creatable = sum(UNTRIED not in row and GREEN in row for row in rows)
    signs = (GREEN, known_failures.RED, NONE, UNTRIED)
    return Count(len(cells), creatable, *(sum(row.count(sign) for row in rows) for sign in signs))


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

Every entity type of every available release, and what the tests do with it: a create request is
generated from the schemas and sent through the public interface to a sandbox that serves the
release, and all operations of the collection are called with the new entity. `pytest -m matrix`
runs the grid, also with requests drawn by hypothesis; `make coverage` runs it and writes this page.
"""
_LEGEND = f"""\
{GREEN} works · {known_failures.RED} cannot work, for the reason below the table · {NONE} the
release does not have this operation · {UNTRIED} not tried: the release has the operation, but no
create request for the type, or one that names what the tests do not know. If releases differ, the
cell lists them by sign. *delete* is the soft
delete, which can be restored; *hard delete* is final.
"""


def _summary(grid: Grid) -> list[str]:
    signs = f"{GREEN} | {known_failures.RED} | {NONE} | {UNTRIED}"
    rows = [
        f"| {release} | {' | '.join(str(number) for number in count(cells))} |"
        for release, cells in grid.items()
    ]
    return [f"| release | entity types | can be created | {signs} |", f"|{'---|' * 7}", *rows]


def _sign(signs: dict[str, str]) -> str:
    """Return the text of a cell: one sign if all releases agree, else each sign with releases."""
    if len({*signs.values()}) == 1:
        return next(iter(signs.values()))
    by_sign: dict[str, list[str]] = {}
    for release, sign in signs.items():
        by_sign.setdefault(sign, []).append(release)
    return "; ".join(f"{sign} {', '.join(releases)}" for sign, releases in by_sign.items())


def _reasons(names: Iterable[str]) -> list[str]:
    lines = [
        f"- {row['entity']}, {' and '.join(row['steps'])}: {row['reason']}"
        for row in known_failures.rows() if row["entity"] in {*names}
    ]  # fmt: skip
    return [f"{known_failures.RED} Operations that cannot work:", "", *lines] if lines else []
