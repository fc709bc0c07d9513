"""Each public error says in its docstring what causes it, and what to do about it."""

from __future__ import annotations

import inspect
import re

import pytest

import dynclient
from dynclient import errors

PUBLIC = [
    each
    for name, each in vars(errors).items()
    if inspect.isclass(each)
    and issubclass(each, (errors.DynclientError, errors.DynclientWarning))
    and not name.startswith("_")
]

each_error = pytest.mark.parametrize("cls", PUBLIC, ids=lambda cls: cls.__name__)


def test_there_are_errors() -> None:
    assert len(PUBLIC) > 40


@each_error
def test_an_error_is_a_public_name(cls: type) -> None:
    assert getattr(dynclient, cls.__name__) is cls
    assert cls.__name__ in dynclient.__all__


@each_error
def test_an_error_has_a_cause_and_a_remedy(cls: type) -> None:
    cause, *sections = inspect.cleandoc(vars(cls).get("__doc__") or "").split("\n\n")
    assert re.fullmatch(r".{20,}[.:;]", " ".join(cause.split())), cause
    remedies = [each for each in sections if each.startswith("Remedy:\n")]
    assert len(remedies) == 1
    assert re.fullmatch(r"Remedy: ([A-Z]|``).{15,}\.", " ".join(remedies[0].split())), remedies


def test_the_explanation_of_an_error_has_both() -> None:
    text = dynclient.explain("LostUpdate").description
    assert "was changed since it was read" in text
    assert "Remedy: Read the entity again" in text
