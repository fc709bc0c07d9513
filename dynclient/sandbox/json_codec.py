"""JSON in and out: one place, so that the faster decoder is used wherever it is installed."""

from __future__ import annotations

import importlib.util
import json
from typing import Any

_FAST = importlib.util.find_spec("orjson") is not None

if _FAST:
    import orjson

    def dumps(value: Any) -> str:
        """Return ``value`` as compact JSON text."""
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()

    def loads(text: str | bytes) -> Any:
        """Decode JSON text; raises ``ValueError`` where it is none."""
        return orjson.loads(text)

else:

    def dumps(value: Any) -> str:
        """Return ``value`` as compact JSON text."""
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def loads(text: str | bytes) -> Any:
        """Decode JSON text; raises ``ValueError`` where it is none."""
        return json.loads(text)


def loads_first(text: str) -> Any:
    """Decode the first JSON value of ``text`` and ignore what follows, as Jackson does.

    Raises ``ValueError`` where there is none.
    """
    value, _ = json.JSONDecoder().raw_decode(text, _start(text))
    return value


def _start(text: str) -> int:
    return len(text) - len(text.lstrip(" \t\r\n"))
