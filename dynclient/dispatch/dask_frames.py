"""Lists as lazy data frames of dask: a part of the frame is a part of the list.

A part is read when dask needs it, wherever that is: in a thread, a process, or a worker of a
cluster, to which the session is pickled with the call.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from dynclient.dispatch.frames import Frame, optional_module

if TYPE_CHECKING:
    from dynclient.dispatch.pagination import Listing
    from dynclient.operations.operation import Plan


class Lists(Protocol):
    """What returns lists: a session."""

    def listing(self, plan: Plan) -> Listing:
        """Return the list of a plan.

        Args:
            plan: the plan of a ``list``.
        """


class PartReader:
    """Reads parts of a list as data frames of pandas; it is what dask calls, so it is pickled.

    Args:
        lists: the session.
        plan: the plan of the whole list.
        fields: dotted names of the columns; None for those of the schema.
        explode: the dotted name of a list whose items become separate rows; None for none.
    """

    def __init__(
        self, lists: Lists, plan: Plan, fields: tuple[str, ...] | None, explode: str | None
    ) -> None:
        self._lists = lists
        self._plan = plan
        self._fields = fields
        self._explode = explode
        self._token = uuid.uuid4().hex

    def frame(self, filters: Mapping[str, str]) -> Frame:
        """Return the rows of a part, none of which is read.

        Args:
            filters: the filters that the part has and the list has not.
        """
        plan = self._plan._replace(arguments={**self._plan.arguments, **filters})
        return Frame(self._lists.listing(plan), self._fields, self._explode, by_schema=True)

    def __call__(self, filters: Mapping[str, str]) -> Any:
        """Return a part as a data frame."""
        return in_pandas(self.frame(filters).table())

    def __dask_tokenize__(self) -> str:
        """Return what names the frame in dask, which would pickle the session to compute it."""
        return self._token

    def __repr__(self) -> str:  # dask shows it in logs and on its dashboard
        return f"<PartReader of {self._fields or 'all columns'}>"


def in_pandas(table: Any) -> Any:
    """Return a table of Arrow as a data frame whose types are those of Arrow.

    Types of pandas would depend on the values: integers with gaps become floats.
    """
    return table.to_pandas(types_mapper=optional_module("pandas").ArrowDtype)


def dask_frame(
    lists: Lists,
    plan: Plan,
    parts: Iterable[Mapping[str, str]],
    fields: str | Iterable[str] | None,
    explode: str | None,
) -> Any:
    """Return a list as a ``dask.dataframe.DataFrame``.

    Args:
        lists: the session.
        plan: the plan of the whole list.
        parts: the filters of its parts.
        fields: as for :class:`Frame`.
        explode: as for :class:`Frame`.

    Raises:
        ImportError: dask is not installed; the extras ``fleet`` and ``frames`` have it.
    """
    dask = optional_module("dask.dataframe", extra="fleet,frames")
    named = fields.split(",") if isinstance(fields, str) else fields
    reader = PartReader(lists, plan, None if named is None else tuple(named), explode)
    meta = in_pandas(reader.frame({}).schema().empty_table())
    return dask.from_map(reader, list(parts), meta=meta, label="entities", enforce_metadata=False)
