"""The result of ``om.map``: what became of each entity, read from the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from dynclient.display.blocks import Block, Heading, Label, Table, Text
from dynclient.display.displayed import Displayed
from dynclient.errors import DynclientError, OutOfRange
from dynclient.fleet.items import FAILED, KINDS, MapItem
from dynclient.suggestions import did_you_mean, nearest

if TYPE_CHECKING:
    from dynclient.fleet.item_store import ItemStore

_ROWS = 20
"""Rows of a table."""


class MapItems:
    """Items in the order in which they were recorded; each loop reads them from the disk.

    ``items["shop.orders.public.t1"]`` is the item of an entity, by its name or its id, and
    ``items[0]`` is the first one.
    """

    def __init__(
        self,
        read: Callable[[], Iterator[MapItem]],
        count: Callable[[], int],
        find: Callable[[str], MapItem | None],
    ) -> None:
        self._read = read
        self._count = count
        self._find = find

    def __iter__(self) -> Iterator[MapItem]:
        return self._read()

    def __len__(self) -> int:
        return self._count()

    def __getitem__(self, key: str | int) -> MapItem:
        """Return the item of an entity, by its fully qualified name or its id, or by position.

        Raises:
            OutOfRange: there is no such item.
        """
        found = self._at(key) if isinstance(key, int) else self._find(key)
        if found is not None:
            return found
        hint = f"; there are {len(self):,}"
        if isinstance(key, str):
            near = nearest(key, [each.name for each in islice(self._read(), 1000)])
            hint = did_you_mean(near)
        raise OutOfRange(f"there is no item {key!r}{hint}")

    def _at(self, position: int) -> MapItem | None:
        place = position if position >= 0 else len(self) + position
        return None if place < 0 else next(islice(self._read(), place, None), None)

    def __repr__(self) -> str:
        count = len(self)
        return f"<{count:,} item{'' if count == 1 else 's'}; loop over them>"


class MapResult(Displayed):
    """What became of each entity. ``result.failed`` has those that failed, with their errors.

    Attributes:
        results: an item for each entity for which the function returned; see :class:`MapItem`.
        failed: an item for each entity that failed, with its error.
        continued: the number of items that the journal had before.
        is_complete: whether all entities were read; False if ``stop_after=`` ended it.
    """

    def __init__(self, store: ItemStore) -> None:
        self._store = store
        self.results = MapItems(store.items, self._done, self._find_done)
        self.failed = MapItems(store.failures, self._failures, self._find_failed)
        self.continued = store.continued
        self.is_complete = False

    def _done(self) -> int:
        return self.count - self._failures()

    def _failures(self) -> int:
        return self.counts[FAILED]

    def _find_done(self, name: str) -> MapItem | None:
        found = self._store.find(name)
        return found if found is not None and found.kind != FAILED else None

    def _find_failed(self, name: str) -> MapItem | None:
        found = self._store.find(name)
        return found if found is not None and found.kind == FAILED else None

    @property
    def counts(self) -> dict[str, int]:
        """The number of items by kind: ``done``, ``updated``, ``unchanged``, ``failed``."""
        return self._store.counts

    @property
    def count(self) -> int:
        """The number of items, those that failed included."""
        return self._store.count

    def raise_failures(self) -> MapResult:
        """Raise the error of the first item that failed; return this result if none did.

        Raises:
            DynclientError: the error of that item, with a note that says how many failed.
        """
        for first in self.failed:
            error = first.error or DynclientError("the item failed")
            error.add_note(f"{first.name}; {self}")
            raise error
        return self

    def __str__(self) -> str:
        counts = self.counts
        parts = [f"{counts[kind]:,} {kind}" for kind in (*KINDS, FAILED) if counts[kind]]
        return ", ".join(parts) or "no entities"

    def _blocks(self) -> Iterator[Block]:
        yield Heading("map result", str(self))
        if self.continued:
            yield Text(f"{self.continued:,} items were done in an earlier run", "quiet")
        if not self.is_complete:
            yield Text("stopped before the last entity", "warning")
        if len(self.failed):
            rows = [
                (each.name, Label(next(iter(str(each.error).splitlines()), ""), "bad"))
                for each in islice(self.failed, _ROWS)
            ]
            yield Table(
                ("entity", "error"), rows, "failed", total=len(self.failed), more="result.failed"
            )

    def __repr__(self) -> str:
        end = "" if self.is_complete else ", stopped before the last entity"
        first = next(iter(self.failed), None)
        text = "" if first is None else f"; first failure: {first.name}, {first.error}"
        return f"<MapResult: {self}{end}{next(iter(text.splitlines()), '')}>"
