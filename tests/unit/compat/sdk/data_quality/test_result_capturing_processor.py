"""A processor whose results are kept."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from dynclient.compat.sdk.data_quality.records import TestCaseResultResponse, TestCaseResults
from dynclient.compat.sdk.data_quality.result_capturing_processor import ResultCapturingProcessor
from dynclient.errors import UsageError


class Processor:
    """Returns a result for each record, as the processor of tests does."""

    name = "runner"
    status = "fine"
    is_closed = False

    def _run(self, record: Any) -> Any:
        response = TestCaseResultResponse(testCase=record, testCaseResult="Success")
        return SimpleNamespace(right=TestCaseResults(test_results=[response]), left=None)

    def run(self, record: Any) -> Any:
        return self._run(record).right if record else None

    def close(self) -> None:
        self.is_closed = True


def test_results_are_kept_in_order() -> None:
    inner = Processor()
    processor = ResultCapturingProcessor(inner)
    assert processor.run("a").test_results[0].testCase == "a"
    assert processor._run("b").left is None
    assert processor.run("") is None
    assert [each.testCase for each in processor.get_results()] == ["a", "b"]
    assert (processor.name, processor.status) == ("runner", "fine")
    processor.close()
    assert inner.is_closed


def test_the_processor_of_the_ingestion_framework_is_named() -> None:
    with pytest.raises(UsageError, match="pip install openmetadata-ingestion") as caught:
        ResultCapturingProcessor.create({}, None)
    assert isinstance(caught.value, ImportError)
