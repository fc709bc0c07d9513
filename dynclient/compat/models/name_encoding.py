"""Names as the official SDK writes them: ``a::b`` is sent as ``a__reserved__colon__b``.

So that dynclient and the official SDK can read each other's names: they are encoded in the requests
in which the official SDK encodes them, and decoded wherever they are read.
``dynclient/data/encoded_names.json`` lists both.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from dynclient.data import data_file


@lru_cache(maxsize=1)
def _tokens() -> tuple[tuple[str, str], ...]:
    """Return the reserved characters, each with its encoded form."""
    return tuple(data_file("encoded_names.json")["tokens"].items())


def encode(value: Any) -> Any:
    """Return a name, or a list of names, as it is sent."""
    if isinstance(value, list):
        return [encode(name) for name in value]
    if isinstance(value, str):
        for plain, encoded in _tokens():
            value = value.replace(plain, encoded)
    return value


def decode(value: Any) -> Any:
    """Return a name, or a list of names, without encoded characters."""
    if isinstance(value, list):
        return [decode(name) for name in value]
    if isinstance(value, str) and "__reserved__" in value:
        for plain, encoded in _tokens():
            value = value.replace(encoded, plain)
    return value


@lru_cache(maxsize=1024)
def fields(cls: str, direction: str) -> frozenset[str]:
    """Return the fields of a class whose values are encoded names.

    Args:
        cls: name of the class.
        direction: ``written`` for requests, ``read`` for responses.
    """
    places = data_file("encoded_names.json")[direction]
    return frozenset(place["field"] for place in places if re.fullmatch(place["class"], cls))
