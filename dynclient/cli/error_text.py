"""Errors as text for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from dynclient.cli.data_files import json_text
from dynclient.errors import DynclientError


def error_text(error: BaseException) -> str:
    """Return the text of an error, without the number of an operating system's error."""
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    if isinstance(error, OSError) and error.strerror and not isinstance(error, DynclientError):
        place = "" if error.filename is None else f": {str(error.filename)!r}"
        return f"{error.strerror}{place}"
    return str(error)


def asks_for_json(arguments: Sequence[str]) -> bool:
    """Return whether a command with these arguments prints JSON, before they are parsed."""
    words = [*arguments]
    formats = [one.partition("=")[2] for one in words if one.startswith("--output=")]
    formats += [two for one, two in pairwise(words) if one == "--output"]
    return (formats or ["json" if "--json" in words or words[:1] == ["call"] else ""])[-1] == "json"


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
