"""Print what official models convert data to, line by line; run by the official SDK's Python.

A line is ``[module, class, data]``, its response ``{"dump": …}`` or ``{"faults": [[kind, loc]]}``.
"""

from __future__ import annotations

import importlib
import json
import sys
import warnings
from typing import Any

from pydantic import ValidationError

warnings.simplefilter("ignore")


def respond(module: str, name: str, data: Any) -> dict[str, Any]:
    cls = getattr(importlib.import_module(module), name)
    try:
        model = cls.model_validate(data)
    except ValidationError as error:
        return {"faults": [[item["type"], list(item["loc"])] for item in error.errors()]}
    return {"dump": model.model_dump(mode="json", exclude_none=True)}


for line in sys.stdin:
    print(json.dumps(respond(*json.loads(line))), flush=True)
