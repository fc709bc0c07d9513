"""Warnings as lines on standard error."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator

import pytest

from dynclient.cli.warning_lines import show_warnings
from dynclient.errors import DriftWarning


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        yield


@pytest.mark.parametrize("as_json", [False, True])
def test_a_warning_is_one_line(capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    show_warnings(as_json=as_json)
    warnings.warn("owner was renamed", DriftWarning, stacklevel=1)
    out, err = capsys.readouterr()
    assert out == ""
    if as_json:
        assert json.loads(err) == {"warning": "DriftWarning", "message": "owner was renamed"}
    else:
        assert err == "dynclient: owner was renamed\n"


def test_warnings_of_other_packages_are_printed_as_they_were(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(warnings, "showwarning", lambda message, *_: shown.append(str(message)))
    show_warnings()
    warnings.showwarning("old", DeprecationWarning, "f.py", 1)
    warnings.showwarning("owner was renamed", DriftWarning, "f.py", 1)
    assert shown == ["old"]
    assert capsys.readouterr().err == "dynclient: owner was renamed\n"
