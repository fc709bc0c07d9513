"""CSV of what is below an entity: ``Glossaries.export_csv(name).execute()``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from dynclient.compat.sdk.async_variants import in_thread
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class _CsvOperation(Generic[T]):
    """Base of exports and imports; each method returns the operation itself.

    Args:
        client: the client that sends the request.
        entity: the class of the entity type.
        name: the name of the entity.
    """

    def __init__(self, client: Any, entity: type[T], name: str) -> None:
        self.client = client
        self.entity = entity
        self.name = name
        self.async_enabled = False
        self._timeout: float | None = None
        self._waits = False
        self._on_complete: Callable[[Any], Any] | None = None
        self._on_error: Callable[[Exception], Any] | None = None

    def with_async(self) -> Any:
        """Note that the operation runs in the background; ``execute_async()`` starts it."""
        self.async_enabled = True
        return self

    def with_websocket(self) -> Any:
        """Accept that the end of a job is awaited; no websocket is needed for it here."""
        return self

    def wait_completion(self, timeout_seconds: float | None = None) -> Any:
        """Make ``execute_async()`` a coroutine that returns what the operation returns.

        Args:
            timeout_seconds: raise TimeoutError after this time; None waits as long as it takes.
        """
        self._waits, self._timeout = True, timeout_seconds
        return self

    def on_complete_callback(self, function: Callable[[Any], Any]) -> Any:
        """Call a function with the result."""
        self._on_complete = function
        return self

    def on_error_callback(self, function: Callable[[Exception], Any]) -> Any:
        """Call a function with an error, which is raised nevertheless."""
        self._on_error = function
        return self

    def execute(self) -> Any:
        """Send the request and return its result."""
        return self._reported(self._execute)

    def execute_async(self) -> Any:
        """Start a job on the server and return its answer with the ``jobId``.

        After :meth:`wait_completion`, return a coroutine whose result is that of ``execute()``.
        """
        return self._completed() if self._waits else self._reported(self._start)

    async def _completed(self) -> Any:
        from asyncio import wait_for  # loaded already, where there is something to await

        return await wait_for(in_thread(self.execute), self._timeout)

    def _reported(self, call: Callable[[], Any]) -> Any:
        try:
            result = call()
        except Exception as error:
            if self._on_error is not None:
                self._on_error(error)
            raise
        if self._on_complete is not None:
            self._on_complete(result)
        return result

    def _execute(self) -> Any:
        raise NotImplementedError

    def _start(self) -> Any:
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.name!r}>"


class CsvExportOperation(_CsvOperation[T]):
    """An export; ``execute()`` returns the CSV as text."""

    def _execute(self) -> Any:
        return self.client.export_csv(entity=self.entity, name=self.name)

    def _start(self) -> Any:
        return self.client.export_csv_async(entity=self.entity, name=self.name)


class CsvImportOperation(_CsvOperation[T]):
    """An import; ``execute()`` returns what became of the rows, as decoded JSON.

    Attributes:
        csv_data: the CSV as text.
        dry_run: whether it is a trial that changes nothing.
    """

    def __init__(self, client: Any, entity: type[T], name: str) -> None:
        super().__init__(client, entity, name)
        self.csv_data: str | None = None
        self.dry_run = False

    def with_data(self, csv_data: str) -> CsvImportOperation[T]:
        """Set the CSV."""
        self.csv_data = csv_data
        return self

    def from_file(self, path: str | Path) -> CsvImportOperation[T]:
        """Set the CSV to the content of a file."""
        self.csv_data = Path(path).read_text("utf-8")
        return self

    def set_dry_run(self, dry_run: bool) -> CsvImportOperation[T]:
        """Set whether it is a trial that changes nothing."""
        self.dry_run = dry_run
        return self

    def _arguments(self) -> dict[str, Any]:
        if not self.csv_data:
            raise UsageError(
                f"the import into {self.name!r} has no data; use with_data(text) or from_file(path)"
            )
        return {
            "entity": self.entity,
            "name": self.name,
            "csv_data": self.csv_data,
            "dry_run": self.dry_run,
        }

    def _execute(self) -> Any:
        return self.client.import_csv(**self._arguments())

    def _start(self) -> Any:
        return self.client.import_csv_async(**self._arguments())
