"""Errors as text and as JSON."""

from __future__ import annotations

import json

from dynclient.cli.error_text import error_json, error_text
from dynclient.errors import BadArguments, Problem


def test_the_text_of_an_error_of_the_system_has_its_file_and_no_number() -> None:
    assert error_text(OSError(2, "No such file or directory", "f")) == (
        "No such file or directory: 'f'"
    )


def test_an_error_as_json_has_its_class_text_and_problems() -> None:
    problem = Problem("limit", -1, "range", "must be 0 or more", ())
    error = BadArguments("wrong", problems=(problem,))
    data = json.loads(error_json(error, str(error)))
    assert (data["error"], data["message"]) == ("BadArguments", "wrong")
    assert data["problems"][0]["path"] == "limit"
    assert "\n" not in error_json(error, "a\nb")
