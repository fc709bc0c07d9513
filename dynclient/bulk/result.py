"""What became of many rows: names by kind, and the rows that failed."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from dynclient.display.blocks import Block, Heading, Label, Table, Text
from dynclient.display.displayed import Displayed
from dynclient.documentation import document_fields
from dynclient.errors import DynclientError, OutOfRange
from dynclient.secrets import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"
WRITTEN, DELETED, FAILED = "written", "deleted", "failed"
KINDS = (CREATED, UPDATED, UNCHANGED, WRITTEN, DELETED)
"""The kinds of outcomes that a row has only once."""

_ROWS = 20
"""Rows of a table."""
_BLOCK = 1024
"""Names that are compressed together."""


@document_fields
class Outcome(NamedTuple):
    """What became of one row. ``on_result=`` is called with it.

    Attributes:
        kind: ``created``, ``updated``, ``unchanged``, ``written`` (the server does not say which of
            these), ``deleted`` or ``failed``.
        name: The fully qualified name of the entity, as far as it is known.
        number: The position of the row, from 0.
        row: The row as it was passed in; None if a journal says that it was done before.
        entity: The entity in the response; None if the response has none.
        error: The error if it failed.
    """

    kind: str
    name: str
    number: int
    row: Any = None
    entity: Any = None
    error: DynclientError | None = None

    def __repr__(self) -> str:
        error = "" if self.error is None else f": {self.error}"
        name = printable(self.name) if self.name else "without a name"
        return f"<row {self.number}, {name}: {self.kind}{error}>"


class Names(Sequence[str]):
    """Names in the order in which they were added; a list that needs a tenth of the memory."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._blocks: list[bytes] = []
        self._last: list[str] = []
        for name in names:
            self.append(name)

    def append(self, name: str) -> None:
        """Add a name."""
        self._last.append(name)
        if len(self._last) == _BLOCK:
            # No name contains a null character.
            self._blocks.append(
                zlib.compress("\0".join(self._last).encode("utf-8", "surrogatepass"), 1)
            )
            self._last.clear()

    def _names(self, block: int) -> list[str]:
        if block == len(self._blocks):
            return self._last
        text = zlib.decompress(self._blocks[block]).decode("utf-8", "surrogatepass")
        return text.split("\0")

    def __len__(self) -> int:
        return len(self._blocks) * _BLOCK + len(self._last)

    def __iter__(self) -> Iterator[str]:
        for block in range(len(self._blocks) + 1):
            yield from self._names(block)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return list(self)[index]
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise OutOfRange(f"there is no name {index}; the list has {len(self)}")
        return self._names(place // _BLOCK)[place % _BLOCK]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        if len(self) <= 10:
            return repr(list(self))
        return f"<{len(self):,} names: {printable(', '.join(self[:3]))}, …>"


class BulkResult(Displayed):
    """What became of many rows. ``result.failed`` has those that failed, with their errors.

    Attributes:
        created: names of the entities that were created.
        updated: names of the entities that were changed.
        unchanged: names of the entities that were already as requested.
        written: names of the entities of which the server does not say whether they were created,
            updated or unchanged.
        deleted: names of the entities that were deleted.
        failed: an :class:`Outcome` for each row that failed, with the row and the error.
        continued: the number of rows that the journal had recorded before.
        is_complete: whether all rows were read; False if ``stop_on_error=True`` ended it.
    """

    def __init__(self) -> None:
        self.created = Names()
        self.updated = Names()
        self.unchanged = Names()
        self.written = Names()
        self.deleted = Names()
        self.failed: list[Outcome] = []
        self.continued = 0
        self.is_complete = False

    def add(self, outcome: Outcome) -> None:
        """Add what became of a row."""
        if outcome.kind == FAILED:
            self.failed.append(outcome._replace(entity=None))
        else:
            getattr(self, outcome.kind).append(outcome.name)

    @property
    def count(self) -> int:
        """The number of rows, those that failed included."""
        return sum(len(getattr(self, kind)) for kind in KINDS) + len(self.failed)

    def raise_failures(self) -> BulkResult:
        """Raise the error of the first row that failed; return this result if none did.

        Raises:
            DynclientError: the error of that row, with a note that says how many failed.
        """
        if not self.failed:
            return self
        first = self.failed[0]
        error = first.error or DynclientError("the row failed")
        error.add_note(f"row {first.number} ({first.name}); {self}")
        raise error

    def __str__(self) -> str:
        counts = [
            f"{len(names):,} {kind}"
            for kind in (*KINDS, FAILED)
            if len(names := getattr(self, kind))
        ]
        return ", ".join(counts) or "no rows"

    def _blocks(self) -> Iterator[Block]:
        yield Heading("bulk result", str(self))
        if self.continued:
            yield Text(f"{self.continued:,} rows were done in an earlier run", "quiet")
        if not self.is_complete:
            yield Text("stopped before the last row", "warning")
        counts = [
            (kind, len(names), [*names[:3], *(["…"] if len(names) > 3 else [])])
            for kind in KINDS
            if len(names := getattr(self, kind))
        ]
        if counts:
            yield Table(("", "entities", "such as"), counts)
        if self.failed:
            rows = [
                (each.number, each.name, Label(_first_line(each.error), "bad"))
                for each in self.failed[:_ROWS]
            ]
            yield Table(
                ("row", "name", "error"), rows, "failed", total=len(self.failed),
                more="result.failed",
            )  # fmt: skip

    def __repr__(self) -> str:
        end = "" if self.is_complete else ", stopped before the last row"
        first = ""
        if self.failed:
            text = _first_line(self.failed[0].error)
            first = f"; first failure: row {self.failed[0].number}, {text}"
        return f"<BulkResult: {self}{end}{first}>"


def _first_line(error: DynclientError | None) -> str:
    return next(iter(str(error).splitlines()), "")
