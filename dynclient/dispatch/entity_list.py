"""A plain list of entities, which prompts and notebooks display as a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dynclient.display.displayed import Displayed

if TYPE_CHECKING:
    from dynclient.display.blocks import Block


class EntityList(Displayed, list[Any]):
    """A list of entities: any list, but displayed as a table."""

    __slots__ = ()

    def _blocks(self) -> Iterable[Block]:
        from dynclient.dispatch.listing_blocks import MANY_ROWS, list_blocks

        return list_blocks("list", self, len(self), MANY_ROWS)
