"""The methods of the official client that dynclient does not have; each names another way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.compat.sdk.requests import Row, rows, signature

if TYPE_CHECKING:
    from collections.abc import Callable


class Absent:
    """The methods that raise NotImplementedError; they are put in below."""


def _method(row: Row) -> Callable[..., Any]:
    def method(self: Absent, *given: Any, **named: Any) -> Any:
        raise NotImplementedError(
            f"dynclient has no {row['name']}; instead: {row['instead']} (see docs/drop-in.md)"
        )

    method.__name__ = row["name"]
    method.__qualname__ = f"OpenMetadata.{row['name']}"
    method.__signature__ = signature(row)  # type: ignore[attr-defined]  # what help() shows
    method.__doc__ = f"Raise NotImplementedError; instead: {row['instead']}."
    return method


for _row in rows():
    if _row["how"] == "absent":
        setattr(Absent, _row["name"], _method(_row))
