"""``dynclient.typing`` at run time: names for annotations, of any release."""

from __future__ import annotations

import typing

import pytest

import dynclient.typing


def test_any_name_may_be_imported_and_is_any() -> None:
    from dynclient.typing import CreateTableRequest, Table

    assert Table is typing.Any
    assert CreateTableRequest is typing.Any


@pytest.mark.parametrize("name", ["Listing", "Page", "Collection"])
def test_names_with_the_type_of_their_entities_can_be_annotations_at_run_time(name: str) -> None:
    from dynclient.typing import Table

    found = getattr(dynclient.typing, name)
    assert found[Table] is typing.Any
    assert found[Table] | None == typing.Optional[typing.Any]  # noqa: UP045 -- Any | None is it


def test_names_with_an_underscore_are_not_types() -> None:
    with pytest.raises(AttributeError, match="__path__"):
        dynclient.typing.__path__  # noqa: B018
