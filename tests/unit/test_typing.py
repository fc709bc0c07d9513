"""``dynclient.typing`` at run time: names for annotations, of any release."""

from __future__ import annotations

import typing

import pytest

import dynclient.typing


def test_any_name_may_be_imported_and_is_any() -> None:
    from dynclient.typing import CreateTableRequest, Table

    assert Table is typing.Any
    assert CreateTableRequest is typing.Any


def test_names_with_an_underscore_are_not_types() -> None:
    with pytest.raises(AttributeError, match="__path__"):
        dynclient.typing.__path__  # noqa: B018
