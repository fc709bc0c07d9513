"""Warnings point to the user's code, once for each place and each set of filters."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

from dynclient import warn
from dynclient.errors import DriftWarning

PACKAGE = Path(warn.__file__).parent


def _standing(path: str, call: Callable[[], Any]) -> Callable[[], Any]:
    """Return a function that stands in another file and calls one."""

    def run() -> Any:
        return call()

    code = run.__code__.replace(co_filename=path)
    return FunctionType(code, {}, closure=run.__closure__)


_warn = partial(warn.warn_user, "owner is called owners", DriftWarning)


def test_the_warning_points_to_the_users_code() -> None:
    inside = _standing(os.fspath(PACKAGE / "model" / "entity.py"), _warn)
    with pytest.warns(DriftWarning) as caught:
        _standing("script.py", inside)()
    assert [each.filename for each in caught] == ["script.py"]


def test_code_beside_the_package_is_the_users() -> None:
    beside = f"{PACKAGE}-scripts{os.sep}load.py"
    with pytest.warns(DriftWarning) as caught:
        _standing(beside, _warn)()
    assert [each.filename for each in caught] == [beside]


def test_a_filter_that_is_set_later_counts_for_places_that_were_warned_before() -> None:
    call = _standing("later.py", _warn)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
        call()
        assert len(caught) == 1
        warnings.simplefilter("error")
        for _ in range(2):
            with pytest.raises(DriftWarning):
                call()
