"""``metadata.ingestion.api.step`` and ``.steps``: base classes of the steps of a connector.

A step can be created, called and tested here. Running a workflow of several steps needs the
official ingestion framework.
"""

from __future__ import annotations

import logging
import traceback
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic

from dynclient.compat.ingestion.either import Either, Entity, StackTraceError
from dynclient.compat.ingestion.status import SourceStatus, Status
from dynclient.compat.ometa.loggers import Loggers

_log = logging.getLogger(Loggers.INGESTION.value)


class WorkflowFatalError(Exception):
    """An error of a step after which nothing can go on: it ends the step and its workflow."""


class InvalidSourceException(Exception):
    """The configuration has a connection that the connector is not for."""


class Closeable:
    """Something that is closed when it is no longer needed."""

    @abstractmethod
    def close(self) -> None:
        """Release what was opened."""


class Step(ABC, Closeable):
    """One step of a workflow.

    Attributes:
        status: what happened to its records.
    """

    def __init__(self) -> None:
        self.status = Status()

    @classmethod
    @abstractmethod
    def create(
        cls, config_dict: dict[str, Any], metadata: Any, pipeline_name: str | None = None
    ) -> Any:
        """Return a step for its part of a workflow's configuration."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Name of the step in summaries."""

    def get_status(self) -> Status:
        """Return what happened to the records of the step."""
        return self.status

    def _add(self, result: Any) -> Any:
        """Add a result to the status; return the record, or None for an error."""
        if result is None:
            return None
        if result.left is not None:
            self.status.failed(result.left)
            return None
        if result.right is not None:
            self.status.scanned(result.right)
        return result.right

    def _add_unhandled(self, error: str) -> None:
        """Add the exception that is being handled to the status."""
        trace = traceback.format_exc()
        _log.debug(trace)
        _log.warning(error)
        self.status.failed(StackTraceError("Unhandled", error, trace))


class ReturnStep(Step):
    """A step that returns one result for each record."""

    @abstractmethod
    def _run(self, record: Any) -> Either[Any]:
        """Return the result for a record."""

    def run(self, record: Any) -> Any:
        """Return the new record, or None without one; errors are added to the status.

        Raises:
            WorkflowFatalError: the step raised it.
        """
        try:
            return self._add(self._run(record))
        except WorkflowFatalError:
            raise
        except Exception as error:  # noqa: BLE001 -- one record must not end the others
            self._add_unhandled(f"Unhandled exception during workflow processing: [{error}]")
        return None


class StageStep(Step):
    """A step that writes the results of each record somewhere."""

    @abstractmethod
    def _run(self, record: Any) -> Iterable[Either[str]]:
        """Yield the results for a record."""

    def run(self, record: Any) -> None:
        """Process a record; errors are added to the status.

        Raises:
            WorkflowFatalError: the step raised it.
        """
        try:
            for result in self._run(record):
                self._add(result)
        except WorkflowFatalError:
            raise
        except Exception as error:  # noqa: BLE001 -- one record must not end the others
            self._add_unhandled(f"Unhandled exception during workflow processing: [{error}]")


class IterStep(Step):
    """A step that yields records."""

    @abstractmethod
    def _iter(self, *args: Any, **kwargs: Any) -> Iterable[Either[Any]]:
        """Yield the results."""

    def run(self) -> Iterator[Any]:
        """Yield each record, and None for each error; errors are added to the status.

        Raises:
            WorkflowFatalError: the step raised it.
        """
        try:
            for result in self._iter():
                yield self._add(result)
        except WorkflowFatalError:
            raise
        except Exception as error:  # noqa: BLE001 -- what was yielded before is kept
            self._add_unhandled(f"Encountered exception running step [{self}]: [{error}]")


class BulkStep(Step):
    """A step that works on everything at once."""

    @abstractmethod
    def run(self) -> None:
        """Run the step."""


class Source(IterStep):
    """The first step, which reads records."""

    @abstractmethod
    def prepare(self) -> None:
        """Do what has to be done before records are read."""

    @abstractmethod
    def test_connection(self) -> None:
        """Raise an exception if the source cannot be read."""

    @property
    def name(self) -> str:
        """Name of the step in summaries."""
        return "Source"


class Processor(ReturnStep):
    """A step that changes records."""

    @property
    def name(self) -> str:
        """Name of the step in summaries."""
        return "Processor"


class Sink(ReturnStep):
    """The last step, which writes records one by one."""

    @property
    def name(self) -> str:
        """Name of the step in summaries."""
        return "Sink"


class Stage(StageStep):
    """A step that writes records to files for the next one."""

    @property
    def name(self) -> str:
        """Name of the step in summaries."""
        return "Stage"


class BulkSink(BulkStep):
    """The last step, which writes what a stage collected."""

    @property
    def name(self) -> str:
        """Name of the step in summaries."""
        return "BulkSink"


class RecordSource(ABC, Closeable, Generic[Entity]):
    """The ``Source`` of releases before 1.2, whose records come from ``next_record``.

    Attributes:
        status: what happened to its records.
    """

    def __init__(self) -> None:
        self.status = SourceStatus()

    @classmethod
    @abstractmethod
    def create(cls, config_dict: dict[str, Any], metadata_config: Any) -> Any:
        """Return a source for its part of a workflow's configuration."""

    @abstractmethod
    def prepare(self) -> None:
        """Do what has to be done before records are read."""

    @abstractmethod
    def test_connection(self) -> None:
        """Raise an exception if the source cannot be read."""

    @abstractmethod
    def next_record(self) -> Iterable[Entity]:
        """Yield the records."""

    def get_status(self) -> SourceStatus:
        """Return what happened to the records of the source."""
        return self.status


@dataclass
class Summary:
    """The numbers of a step, and its errors."""

    name: str
    records: int
    updated_records: int
    warnings: int
    errors: int
    filtered: int
    failures: list[Any]

    @classmethod
    def from_step(cls, step: Step) -> Summary:
        """Return the summary of a step."""
        status = step.status
        return cls(
            step.name, len(status.records), len(status.updated_records), len(status.warnings),
            len(status.failures), len(status.filtered), status.failures,
        )  # fmt: skip
