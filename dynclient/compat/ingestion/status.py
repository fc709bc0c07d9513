"""``metadata.ingestion.api.status``: what happened to the records of a step."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pprint import pformat
from typing import Any

from dynclient.compat.ingestion.either import StackTraceError, TruncatedStackTraceError
from dynclient.compat.ometa.utils import model_str


def log_name(record: Any) -> str:
    """Return how a record is listed: a text itself, an entity or request by class and name."""
    name = getattr(record, "name", None)
    if isinstance(record, str) or name is None:
        return str(record)
    return f"{type(record).__name__} [{model_str(name)}]"


@dataclass
class Status:
    """What happened to the records of a step.

    Attributes:
        source_start_time: when the step was created, in seconds since 1970.
        records: the records that passed the step, as text.
        updated_records: those that changed something that existed, as text.
        warnings: reasons by key, one mapping for each warning.
        filtered: reasons by key of what was left out.
        failures: the errors.
    """

    source_start_time: float = field(default_factory=time.time)
    records: list[str] = field(default_factory=list)
    updated_records: list[str] = field(default_factory=list)
    warnings: list[dict[str, str]] = field(default_factory=list)
    filtered: list[dict[str, str]] = field(default_factory=list)
    failures: list[Any] = field(default_factory=list)

    def scanned(self, record: Any) -> None:
        """Add a record that passed the step."""
        self.records.append(log_name(record))

    def updated(self, record: Any) -> None:
        """Add a record that changed something that existed."""
        self.updated_records.append(log_name(record))

    def warning(self, key: str, reason: str) -> None:
        """Add a warning."""
        self.warnings.append({key: reason})

    def filter(self, key: str, reason: str) -> None:
        """Add what was left out, and why."""
        self.filtered.append({key: reason})

    def failed(self, error: Any) -> None:
        """Add an error, a ``StackTraceError``; its texts are cut to a million letters."""
        trace = getattr(error, "stackTrace", None)
        self.failures.append(TruncatedStackTraceError(error.name, error.error, trace))

    def fail_all(self, failures: Iterable[Any]) -> None:
        """Add several errors."""
        self.failures += failures

    def calculate_success(self) -> float:
        """Return how many of 100 records passed the step; 100 without records."""
        passed = len(self.records) + len(self.updated_records)
        total = passed + len(self.failures)
        return round(passed * 100 / total, 2) if total else 100.0

    def as_string(self) -> str:
        """Return all of it as text, over several lines."""
        return pformat(asdict(self), width=150)


class SourceStatus(Status):
    """The status of a source of releases before 1.2.

    Attributes:
        success: the records that passed, as :attr:`records`.
    """

    @property
    def success(self) -> list[str]:
        """The records that passed the step, as text."""
        return self.records

    def failed(self, error: Any, message: str = "", stack_trace: str | None = None) -> None:
        """Add an error: a ``StackTraceError``, or a key, the reason and the traceback."""
        if isinstance(error, str):
            error = StackTraceError(error, message, stack_trace)
        super().failed(error)

    def failure(self, key: str, reason: str) -> None:
        """Add an error by key and reason."""
        self.failed(key, reason)
