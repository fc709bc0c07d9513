"""What a call returned or raised, as JSON that is the same for equal results of either SDK."""

from datetime import date, datetime, time
from enum import Enum
from uuid import UUID

SCALARS = (bool, int, float, str)


def is_model(value):
    return hasattr(type(value), "model_fields") and not hasattr(value, "root")


def plain_root(value):
    """Return what a root model is made of; ours is a text, number or list itself."""
    root = value.root
    for plain in (*SCALARS, list, dict):
        if isinstance(root, plain) and not isinstance(root, Enum):
            return plain(root)
    return root


class Description:
    """Values as JSON, and the types that were found at each place.

    Attributes:
        types: names of types by place: ``Table.columns``, ``Table.columns[]``.
    """

    def __init__(self):
        self.types = {}

    def describe(self, value, place="result"):
        """Return a value as plain JSON, without fields that are None."""
        if value is None:
            return None
        kind = type(value)
        known = self.types.setdefault(place, [])
        if kind.__name__ not in known:
            known.append(kind.__name__)
        if kind in SCALARS:
            return value
        if isinstance(value, Enum):
            return value.value
        if isinstance(value, type):
            return f"{value.__module__}.{value.__qualname__}"
        if hasattr(value, "get_secret_value"):
            return value.get_secret_value()
        if isinstance(value, UUID):
            return str(value)
        if isinstance(value, (datetime, date, time)):
            return value.isoformat()
        if hasattr(value, "root"):
            return self.describe(plain_root(value), f"{kind.__name__}.root")
        return self._composed(value, kind, place)

    def _composed(self, value, kind, place):
        if isinstance(value, dict):
            return {str(key): self.describe(each, f"{place}{{}}") for key, each in value.items()}
        fields = getattr(value, "_fields", None)  # of a named tuple
        if fields is None and isinstance(value, (list, tuple, set)):
            return [self.describe(each, f"{place}[]") for each in value]
        if fields is None and is_model(value):
            fields = kind.model_fields
        if fields is None and hasattr(value, "entities"):
            fields = ("entities", "total", "after", "before")
        if fields is None:
            return str(value)  # a URL
        pairs = ((name, getattr(value, name)) for name in fields)
        return {
            name: self.describe(each, f"{kind.__name__}.{name}")
            for name, each in pairs
            if each is not None
        }


def describe_error(error):
    """Return what a script can see of an error without reading its text."""
    ancestors = type(error).__mro__
    out = {"is": [kind.__name__ for kind in ancestors[: ancestors.index(Exception)]]}
    for name in ("status_code", "code"):
        value = getattr(error, name, None)
        if value is not None:
            out[name] = value
    if callable(getattr(error, "errors", None)):
        out["faults"] = sorted(
            [fault["type"], ".".join(map(str, fault["loc"]))] for fault in error.errors()
        )
    return out
