"""Errors in IPython, which Jupyter shows alike: short tracebacks, and close names in the text."""

from __future__ import annotations

import re

from tests.support.ipython_shells import run_cells

START = """
import dynclient
om = dynclient.connect("http://127.0.0.1:9", release="starter", retries=0)
t = om.types.Table(name="orders")
"""


def cells(*texts: str, **environment: str) -> list[str]:
    """Return the text that IPython prints for cells."""
    return [text for text, _ in run_cells(START, *texts, **environment)]


def frames(shown: str) -> int:
    """Count the frames of a traceback: each has an arrow at its line."""
    return len(re.findall(r"^-+> \d+ ", shown, re.MULTILINE))


TYPOS = {
    "t.descriptoin": "Table has no field 'descriptoin'; did you mean description",
    "t.descriptoin = 'x'": "Table has no field 'descriptoin'; did you mean description",
    "t['descriptoin']": "Table has no field 'descriptoin'; did you mean description",
    "om.tabels": "no collection 'tabels'; did you mean tables",
    "om.tables.creat()": "no method 'creat'; did you mean create or create_many?",
    "om.types.Tabel": "no type 'Tabel'; did you mean Table",
    "om.types.DataType.BIGNT": "DataType has no member 'BIGNT'; did you mean BIGINT",
    "dynclient.conect": "no attribute 'conect'; did you mean connect",
}


def test_the_text_of_the_error_suggests_close_names() -> None:
    for cell, shown in zip(TYPOS, cells(*TYPOS), strict=True):
        assert TYPOS[cell] in shown, shown


def test_fields_that_exist_and_probes_of_tools_are_as_before() -> None:
    name, missing, probe = cells(
        "print(t.name)", "print(t.description)", "print(hasattr(t, '_repr_png_'))"
    )
    assert (name, missing, probe) == ("orders\n", "None\n", "False\n")


def test_an_invalid_request_has_a_traceback_of_two_frames() -> None:
    (shown,) = cells("om.tables.create(name=True)")
    assert frames(shown) == 2
    assert "om.tables.create(name=True)" in shown
    assert "RequestInvalid: CreateTableRequest has 3 problems\n" in shown
    assert "failed resolving arguments" not in shown


def test_all_frames_are_shown_on_demand() -> None:
    (shown,) = cells("om.tables.create(name=True)", DYNCLIENT_TRACEBACK="1")
    assert frames(shown) > 5
