"""Methods of the official client that dynclient does not have; each names an alternative."""

from __future__ import annotations

from typing import Any

from dynclient.compat.ometa.request_methods import Method, rows


class MissingMethods:
    """Methods that raise NotImplementedError; they are added below."""


class _MissingMethod(Method):
    """A method that dynclient does not have."""

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        return f"Not implemented; use instead: {self.row['instead']}."

    def __call__(self, client: Any, *arguments: Any, **keywords: Any) -> Any:
        """Raise NotImplementedError with the alternative."""
        raise NotImplementedError(
            f"dynclient does not implement {self.__name__}(); use instead: {self.row['instead']}"
            " (see docs/drop-in-methods.md)"
        )


for _row in rows():
    if _row["how"] == "absent":
        setattr(MissingMethods, _row["name"], _MissingMethod(_row))
