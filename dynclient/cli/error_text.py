"""Errors as text for people and as JSON for programs."""

from __future__ import annotations

from typing import Any

from dynclient.cli.data_files import json_text
from dynclient.errors import DynclientError


def error_text(error: Exception) -> str:
    """Return the text of an error, without the number of an operating system's error."""
    if isinstance(error, OSError) and error.strerror and not isinstance(error, DynclientError):
        place = "" if error.filename is None else f": {str(error.filename)!r}"
        return f"{error.strerror}{place}"
    return str(error)


def error_json(error: BaseException, message: str) -> str:
    """Return an error as one line of JSON: its class, its text, its status and its problems."""
    data: dict[str, Any] = {"error": type(error).__name__, "message": message}
    status = getattr(error, "status", None)
    if isinstance(status, int):
        data["status"] = status
    problems = getattr(error, "problems", ())
    if problems:
        data["problems"] = [problem._asdict() for problem in problems]
    return json_text(data, None)
