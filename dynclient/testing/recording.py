"""Recordings: files of requests and the responses of a server to them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import Any, NamedTuple

from dynclient.documentation import document_fields
from dynclient.errors import UsageError
from dynclient.releases import pack

_FORMAT = 1
_FORMAT_KEY = "dynclient-recording"


@document_fields
class Exchange(NamedTuple):
    """One request and the response to it, as they are in the file of a recording.

    Attributes:
        request: ``method``, ``path``, ``query``, and the body as ``json`` or ``text``.
        response: ``status``, ``headers``, and the body as ``json`` or ``text``.
    """

    request: Mapping[str, Any]
    response: Mapping[str, Any]

    def __repr__(self) -> str:
        words = f"{self.request.get('method')} {self.request.get('path')}"
        return f"<Exchange {words}: {self.response.get('status')}>"


def path_of(path: Any) -> Path:
    """Return the path of a recording.

    Raises:
        UsageError: it is neither a string nor a path.
    """
    if not isinstance(path, (str, PathLike)) or not fspath(path) or "\0" in str(path):
        raise UsageError(f"path must be the name of a file, 'shop.json', not {path!r}")
    return Path(path)


def read(path: Path) -> list[Exchange]:
    """Return the exchanges of a recording.

    Raises:
        UsageError: the file cannot be read, or is not a recording.
    """
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        call = f"dynclient.testing.record({str(path)!r})"
        message = f"there is no recording {path}; write it with {call}"
        raise UsageError(message) from None
    except OSError as error:
        raise UsageError(f"the recording {path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the recording {path} is not JSON: {error}") from None
    problem = _problem(content)
    if problem:
        raise UsageError(f"{path} is not a recording of this version of dynclient: {problem}")
    return [Exchange(each["request"], each["response"]) for each in content["exchanges"]]


def _problem(content: Any) -> str:
    """Return why JSON is not a recording; empty if it is one."""
    if not isinstance(content, dict) or content.get(_FORMAT_KEY) != _FORMAT:
        return f"it does not begin with {json.dumps({_FORMAT_KEY: _FORMAT})[:-1]}"
    exchanges = content.get("exchanges")
    if not isinstance(exchanges, list):
        return "exchanges is not a list"
    for number, each in enumerate(exchanges):
        where = f"exchanges[{number}]"
        if not isinstance(each, dict):
            return f"{where} is not an object"
        request, response = each.get("request"), each.get("response")
        if not isinstance(request, dict) or not isinstance(request.get("path"), str):
            return f"{where}.request has no path"
        if not isinstance(response, dict) or not isinstance(response.get("status"), int):
            return f"{where}.response has no status"
    return ""


def write(path: Path, exchanges: Iterable[Exchange]) -> None:
    """Write a recording; an earlier one of that name is replaced once the new one is complete.

    Raises:
        UsageError: the file cannot be written.
    """
    content = {_FORMAT_KEY: _FORMAT, "exchanges": [each._asdict() for each in exchanges]}
    data = json.dumps(content, indent=1, ensure_ascii=False).encode("utf-8", "backslashreplace")
    try:
        pack.write(path, data + b"\n")
    except OSError as error:
        raise UsageError(f"the recording {path} cannot be written: {error.strerror}") from None


def key_of(request: Mapping[str, Any]) -> str:
    """Return a text that is the same for equal requests."""
    return json.dumps(request, sort_keys=True)
