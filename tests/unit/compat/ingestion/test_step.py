"""Steps of a connector: what they yield, and what their status says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from dynclient.compat.ingestion.either import Either, StackTraceError, TruncatedStackTraceError
from dynclient.compat.ingestion.status import SourceStatus, Status
from dynclient.compat.ingestion.step import (
    BulkSink,
    Processor,
    RecordSource,
    Sink,
    Source,
    Stage,
    Summary,
    WorkflowFatalError,
)

FAILED = StackTraceError("orders", "no such table")


class _Step:
    @classmethod
    def create(cls, config_dict: Any, metadata: Any, pipeline_name: str | None = None) -> Any:
        return cls()

    def close(self) -> None: ...


class Tables(_Step, Source):
    def __init__(self, *, error: Exception | None = None) -> None:
        super().__init__()
        self.error = error

    def prepare(self) -> None: ...

    def test_connection(self) -> None: ...

    def _iter(self, *_: Any, **__: Any) -> Iterable[Either[str]]:
        yield Either(right="a")
        yield Either(left=FAILED)
        yield Either(right="b")
        if self.error is not None:
            raise self.error


class Upper(_Step, Processor):
    def _run(self, record: Any) -> Any:
        if record == "none":
            return None
        if record == "failed":
            return Either(left=FAILED)
        if record == "fatal":
            raise WorkflowFatalError(record)
        return Either(right=record.upper())


def test_a_source_yields_records_and_none_for_errors() -> None:
    source = Tables.create({}, None)
    assert list(source.run()) == ["a", None, "b"]
    assert source.get_status().records == ["a", "b"]
    (failure,) = source.status.failures
    assert (failure.name, failure.error) == ("orders", "no such table")
    assert Summary.from_step(source) == Summary("Source", 2, 0, 0, 1, 0, [failure])


def test_an_exception_of_a_source_is_a_failure_after_what_was_yielded() -> None:
    source = Tables(error=ValueError("connection lost"))
    assert list(source.run()) == ["a", None, "b"]
    failure = source.status.failures[-1]
    assert failure.name == "Unhandled"
    assert "[connection lost]" in failure.error
    assert "ValueError: connection lost" in failure.stackTrace
    with pytest.raises(WorkflowFatalError):
        list(Tables(error=WorkflowFatalError("stop")).run())


def test_a_processor_returns_the_new_record_or_none() -> None:
    step = Upper()
    assert [step.run(each) for each in ("a", "failed", "none")] == ["A", None, None]
    assert step.run(3) is None
    assert [each.name for each in step.status.failures] == ["orders", "Unhandled"]
    assert step.status.records == ["A"]
    with pytest.raises(WorkflowFatalError, match="fatal"):
        step.run("fatal")


def test_the_other_steps() -> None:
    class Files(_Step, Stage):
        def _run(self, record: Any) -> Iterable[Either[str]]:
            yield Either(right=record)
            yield Either(left=FAILED)
            raise OSError("disk full")

    class Rows(_Step, Sink):
        def _run(self, record: Any) -> Either[Any]:
            return Either(right=record)

    class All(_Step, BulkSink):
        def run(self) -> None:
            self.status.scanned("all")

    stage, sink, bulk = Files(), Rows(), All()
    stage.run("a")
    assert stage.status.records == ["a"]
    assert [each.name for each in stage.status.failures] == ["orders", "Unhandled"]
    assert sink.run(1) == 1
    bulk.run()
    names = [stage.name, sink.name, bulk.name, Upper().name]
    assert names == ["Stage", "Sink", "BulkSink", "Processor"]


def test_a_step_needs_all_of_its_methods() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Source()  # type: ignore[abstract]
    with pytest.raises(TypeError, match="abstract"):
        RecordSource()  # type: ignore[abstract]


def test_a_source_of_older_releases() -> None:
    class Records(_Step, RecordSource[str]):
        def prepare(self) -> None: ...

        def test_connection(self) -> None: ...

        def next_record(self) -> Iterable[str]:
            self.status.scanned("a")
            yield "a"

    source = Records()
    assert list(source.next_record()) == ["a"]
    assert isinstance(source.get_status(), SourceStatus)
    source.status.failure("orders", "no such table")
    source.status.failed(FAILED)
    assert source.status.success == ["a"]
    assert [each.error for each in source.status.failures] == ["no such table"] * 2


# -- results and status ----------------------------------------------------------------------------


def test_an_either_has_one_of_two() -> None:
    assert Either(right=3) == Either[int](right=3) != Either(right=4)
    assert repr(Either()) == "Either(left=None, right=None)"
    assert Either(left={"name": "a", "error": "b"}).left == StackTraceError("a", "b")
    with pytest.raises(ValueError, match="instance of StackTraceError"):
        Either(left="orders failed")
    with pytest.raises(TypeError):
        Either(3)  # type: ignore[misc]


def test_long_texts_of_an_error_are_cut() -> None:
    error = TruncatedStackTraceError("a", "e" * 1_000_001, "s" * 1_000_001)
    assert (len(error.error), len(error.stackTrace or "")) == (1_000_000, 1_000_000)
    assert StackTraceError("a", "b").model_dump() == {"name": "a", "error": "b", "stackTrace": None}


def test_a_status_counts() -> None:
    status = Status()
    assert status.calculate_success() == 100
    status.scanned("a")
    status.scanned(None)
    status.updated("b")
    status.warning("key", "reason")
    status.filter("key", "reason")
    status.fail_all([FAILED, FAILED])
    assert status.records == ["a", "None"]
    assert (status.updated_records, status.warnings) == (["b"], [{"key": "reason"}])
    assert status.filtered == [{"key": "reason"}]
    assert status.calculate_success() == 60
    assert "'updated_records': ['b']" in status.as_string()


def test_an_entity_is_listed_by_class_and_name() -> None:
    class Table:
        name = "orders"

    status = Status()
    status.scanned(Table())
    assert status.records == ["Table [orders]"]
