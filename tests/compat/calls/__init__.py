"""Calls of the SDK, which the official one and ours make alike: see ``tests/compat/comparison.py``.

They are written for the official SDK 1.6.0.0 and a server of that release. The modules are in the
order of their calls, since some need what others created.
"""

from importlib import import_module

from calls.registry import CALLS

__all__ = ["CALLS"]

for _name in (
    "connecting",
    "hierarchy",
    "lists",
    "people",
    "patches",
    "labels",
    "flows",
    "quality",
    "others",
    "models",
):
    import_module(f"calls.{_name}")
