"""Names as the official SDK writes them: ``a::b`` goes out as ``a__reserved__colon__b``.

So each can read what the other wrote: names are encoded in the requests that the official SDK
encodes them in, and decoded wherever one is read. ``dynclient/data/mangled.json`` tells which.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from dynclient.data import data_file


@lru_cache(maxsize=1)
def _tokens() -> tuple[tuple[str, str], ...]:
    return tuple(data_file("mangled.json")["tokens"].items())


def encode(value: Any) -> Any:
    """Return a name, or a list of names, as it is written."""
    if isinstance(value, list):
        return [encode(one) for one in value]
    if isinstance(value, str):
        for meant, written in _tokens():
            value = value.replace(meant, written)
    return value


def decode(value: Any) -> Any:
    """Return a name, or a list of names, as it is meant."""
    if isinstance(value, list):
        return [decode(one) for one in value]
    if isinstance(value, str) and "__reserved__" in value:
        for meant, written in _tokens():
            value = value.replace(written, meant)
    return value


@lru_cache(maxsize=1024)
def fields(cls: str, way: str) -> frozenset[str]:
    """Return the fields of a class that hold names.

    Args:
        cls: name of the class.
        way: ``written`` or ``read``.
    """
    places = data_file("mangled.json")[way]
    return frozenset(place["field"] for place in places if re.fullmatch(place["class"], cls))
