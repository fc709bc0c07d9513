"""JSON encoding and decoding, by orjson where it is installed; the JSON files of the package."""

from __future__ import annotations

import importlib.util
import json
import math
import re
from functools import cache
from importlib import resources
from typing import Any

_FAST = importlib.util.find_spec("orjson") is not None

if _FAST:
    import orjson

    def dumps(value: Any) -> str:
        """Return ``value`` as compact JSON text."""
        try:
            return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
        except TypeError:  # an integer of more than 64 bits, which free maps may contain
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def loads(text: str | bytes) -> Any:
        """Decode JSON text; raises ``ValueError`` if it is not JSON."""
        try:
            return orjson.loads(text)
        except ValueError:  # an integer beyond all doubles, which dumps() writes
            return json.loads(text, parse_constant=_refuse_constant)

else:

    def dumps(value: Any) -> str:
        """Return ``value`` as compact JSON text."""
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def loads(text: str | bytes) -> Any:
        """Decode JSON text; raises ``ValueError`` if it is not JSON."""
        return json.loads(text)


def loads_first(text: str) -> Any:
    """Decode the first JSON value of ``text`` and ignore what follows, as Jackson does.

    Raises ``ValueError`` if there is none, or if it contains what JSON does not have: ``NaN``,
    infinite numbers, half of a surrogate pair.
    """
    value, _ = _DECODER.raw_decode(text, _start(text))
    if _SURROGATE.search(text):
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"Non-standard token '{name}'")


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"Numeric value ({text}) out of range of double")
    return value


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


@cache
def packaged_document(name: str) -> dict[str, Any]:
    """Return a JSON file of the sandbox's package, decoded; the same object each time."""
    text = resources.files("dynclient.sandbox").joinpath(name).read_text("utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def _start(text: str) -> int:
    return len(text) - len(text.lstrip(" \t\r\n"))
