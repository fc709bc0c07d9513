"""The methods of the official client that dynclient does not have; each names another way."""

from __future__ import annotations

from typing import Any

from dynclient.compat.ometa.request_methods import Method, rows


class MissingMethods:
    """The methods that raise NotImplementedError; they are put in below."""


class _MissingMethod(Method):
    """A method that is not there."""

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        return f"Raise NotImplementedError; instead: {self.row['instead']}."

    def __call__(self, client: Any, *given: Any, **named: Any) -> Any:
        """Say what to do instead, whatever is given."""
        raise NotImplementedError(
            f"dynclient has no {self.__name__}; instead: {self.row['instead']}"
            " (see docs/drop-in.md)"
        )


for _row in rows():
    if _row["how"] == "absent":
        setattr(MissingMethods, _row["name"], _MissingMethod(_row))
