"""Facts that no schema states, as JSON, each file with its schema."""

from __future__ import annotations

import json
import os
from typing import Any

# os.path, since pathlib costs more than the rest of this module at start-up.
_FOLDER = os.path.dirname(__file__)  # noqa: PTH120

_decoded: dict[str, Any] = {}


def data_file(name: str) -> Any:
    """Return the content of a JSON file of this folder; it is read once and shared.

    Args:
        name: name of the file, ``drift.json``.

    Raises:
        FileNotFoundError: there is no such file.
    """
    if name not in _decoded:
        with open(os.path.join(_FOLDER, name), encoding="utf-8") as file:  # noqa: PTH118, PTH123
            _decoded[name] = json.load(file)
    return _decoded[name]
