"""Names of the types of a release, for annotations: ``from dynclient.typing import Table``.

Type checkers and editors read what each name is from the stubs that ``dynclient stubs`` writes for
one release. At run time, and without stubs, each name is ``typing.Any``: the classes themselves
depend on the server, and are ``om.types.Table``.
"""

from __future__ import annotations

from typing import Any

_GENERIC = frozenset({"Collection", "CreateRequest", "Listing", "Page"})
"""Names that are written with the type of what they contain: ``Listing[Table]``."""


class _Generic:
    """What such a name is at run time, where ``Any`` cannot be subscripted."""

    def __class_getitem__(cls, item: object) -> Any:
        return Any


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _Generic if name in _GENERIC else Any
