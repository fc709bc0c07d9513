"""A function, applied to entities; their changes are saved if that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.bulk.concurrency import Concurrency
from dynclient.bulk.result import FAILED as NOT_SAVED
from dynclient.bulk.writes import Saves
from dynclient.errors import DynclientError, FunctionFailed
from dynclient.fleet.items import DONE, FAILED, MapItem, function_error, item_of, json_value

if TYPE_CHECKING:
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.session.session import Session


class Step(NamedTuple):
    """What is done with each entity; it is pickled for the workers of a cluster."""

    function: Callable[[Any], Any]
    batch: int | None = None
    """Entities that the function takes at once, as a list; None calls it with one entity."""
    save: bool = False
    on_conflict: str = "error"
    file: str = ""
    """The file of the function, see :func:`file_of`."""

    @property
    def name(self) -> str:
        """The name of the function for messages."""
        function: Any = self.function
        return str(getattr(function, "__name__", type(function).__name__))

    @property
    def label(self) -> str:
        """The function with its module, which identifies it in a journal."""
        function: Any = self.function
        kind = type(function)
        module = getattr(function, "__module__", kind.__module__)
        return f"{module}.{getattr(function, '__qualname__', kind.__qualname__)}"


class Application:
    """Applies a function to entities; may be shared by threads.

    Args:
        session: the session that saves.
        spec: the collection of the entities.
        step: what is done with them.
        concurrency: adapts to how the server responds to saves.
    """

    def __init__(
        self,
        session: Session,
        spec: CollectionSpec,
        step: Step,
        concurrency: Concurrency | None = None,
    ) -> None:
        self._step = step
        flags = {"on_conflict": step.on_conflict}
        concurrency = Concurrency(1) if concurrency is None else concurrency
        self._saves = Saves(session, spec, "map", concurrency, flags) if step.save else None

    def apply(
        self, entities: Iterable[Any], is_stopping: Callable[[], bool] = lambda: False
    ) -> Iterator[MapItem]:
        """Call the function, and yield what became of each entity.

        Args:
            entities: the entities.
            is_stopping: returns whether to call the function no more.

        Raises:
            DynclientError: an error that the save of every further entity would have, too.
        """
        for group in groups(entities, self._step.batch or 1):
            if is_stopping():
                return
            yield from self._apply(group)

    def _apply(self, group: list[Any]) -> Iterator[MapItem]:
        step = self._step
        try:
            if step.batch is None:
                values: Sequence[Any] = [step.function(group[0])]
            else:
                values = self._of_batch(step.function(group), len(group))
        except Exception as error:  # noqa: BLE001 -- whatever a user's function raises
            failure = function_error(error, step.name, step.file)
            yield from (item_of(each, FAILED, error=failure) for each in group)
            return
        for entity, value in zip(group, values, strict=True):
            yield self._item(entity, value)

    def _of_batch(self, values: Any, count: int) -> Sequence[Any]:
        """Return what a function of several entities returned for each of them."""
        if values is None:
            return [None] * count
        if isinstance(values, Sequence) and not isinstance(values, str) and len(values) == count:
            return values
        what = f"a {type(values).__name__}"
        if isinstance(values, Sequence) and not isinstance(values, str):
            what += f" of {len(values)}"
        name = self._step.name
        raise FunctionFailed(
            f"{name}() returned {what} for {count} entities; with batch= it must return a list with"
            " a result for each entity in the same order, or None",
            kind="TypeError",
            place="",
            function=name,
        )

    def _item(self, entity: Any, value: Any) -> MapItem:
        try:
            plain = json_value(value, self._step.name)
        except FunctionFailed as error:
            return item_of(entity, FAILED, error=error.with_traceback(None))
        if self._saves is None:
            return item_of(entity, DONE, plain)
        try:
            prepared = self._saves.prepare(0, entity)
        except DynclientError as error:
            return item_of(entity, FAILED, error=error.with_traceback(None))
        outcome = self._saves.send(prepared)
        if outcome.kind == NOT_SAVED:
            return item_of(entity, FAILED, error=outcome.error)
        return item_of(entity, outcome.kind, plain)


def file_of(function: Any) -> str:
    """Return the file of a function; empty for other callables.

    Functions are pickled without it, so it is noted before.
    """
    return str(getattr(getattr(function, "__code__", None), "co_filename", ""))


def groups(entities: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Yield entities in lists of a size; the last one may be shorter."""
    source = iter(entities)
    while group := list(islice(source, size)):
        yield group
