"""JSON encoding and decoding, by orjson where it is installed; the JSON files of the package."""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from importlib import resources
from typing import Any

_FAST = importlib.util.find_spec("orjson") is not None

if _FAST:
    import orjson

    def dumps(value: Any) -> str:
        """Return ``value`` as compact JSON text."""
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()

    def loads(text: str | bytes) -> Any:
        """Decode JSON text; raises ``ValueError`` if it is not JSON."""
        return orjson.loads(text)

else:

    def dumps(value: Any) -> str:
        """Return ``value`` as compact JSON text."""
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def loads(text: str | bytes) -> Any:
        """Decode JSON text; raises ``ValueError`` if it is not JSON."""
        return json.loads(text)


def loads_first(text: str) -> Any:
    """Decode the first JSON value of ``text`` and ignore what follows, as Jackson does.

    Raises ``ValueError`` if there is none.
    """
    value, _ = json.JSONDecoder().raw_decode(text, _start(text))
    return value


@cache
def packaged_document(name: str) -> dict[str, Any]:
    """Return a JSON file of the sandbox's package, decoded; the same object each time."""
    text = resources.files("dynclient.sandbox").joinpath(name).read_text("utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def _start(text: str) -> int:
    return len(text) - len(text.lstrip(" \t\r\n"))
