"""Facts that no schema states, as JSON, each file with its schema."""

from __future__ import annotations

import json
import os
from typing import Any

_DATA = os.path.dirname(__file__)  # noqa: PTH120


_read: dict[str, Any] = {}


def data_file(name: str) -> Any:
    """Return a file of ``data/``, decoded."""
    if name not in _read:
        with open(os.path.join(_DATA, name), encoding="utf-8") as file:  # noqa: PTH118, PTH123
            _read[name] = json.load(file)
    return _read[name]
