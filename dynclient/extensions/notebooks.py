"""How results with several lines look in notebooks."""

from __future__ import annotations

import html


class NotebookText:
    """Base class of results that a notebook displays as ``print()`` does."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"
