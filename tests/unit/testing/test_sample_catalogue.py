"""Sample catalogues: valid for every release, and the same for the same seed."""

from __future__ import annotations

from itertools import islice

import pytest

from dynclient.errors import UsageError
from dynclient.testing import catalogue
from dynclient.validation import validator
from tests.support.trees import ALL_RELEASES, release_named


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_every_request_is_valid(name: str) -> None:
    release = release_named(name)
    rows = list(catalogue("small").rows(release))
    for kind, request in rows:
        create = release.entities[kind].create
        assert create is not None
        assert validator(release).check(create, request) == [], (kind, request)
    assert sum(kind == "table" for kind, _ in rows) == 25


def test_a_seed_decides_what_is_in_it() -> None:
    release = release_named("starter")
    first, again, other = (list(catalogue(60, seed=n).rows(release)) for n in (1, 1, 2))
    assert first == again != other
    assert len([kind for kind, _ in first if kind == "databaseSchema"]) == 2


def test_rows_are_made_when_they_are_read() -> None:
    rows = catalogue(10**9).rows(release_named("starter"))
    assert next(islice(rows, 1))[0] == "user"


def test_names_are_unique() -> None:
    rows = list(catalogue(600).rows(release_named("starter")))
    names = [
        (kind, *(str(request.get(name)) for name in ("databaseSchema", "database", "name")))
        for kind, request in rows
    ]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("size", ["large", -1, True, None])
def test_a_wrong_size(size: object) -> None:
    with pytest.raises(UsageError, match="size must be"):
        catalogue(size)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="load it"):
        catalogue("shop").rows(release_named("starter"))
