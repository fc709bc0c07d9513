"""``metadata.sdk.data_quality.result_capturing_processor``: keeps the results of a processor.

A processor is a step of the ingestion framework, which runs tests in a database.
"""

from __future__ import annotations

from typing import Any, Self

from dynclient.compat.sdk.data_quality.exceptions import IngestionFrameworkMissing
from dynclient.compat.sdk.data_quality.records import TestCaseResultResponse


class ResultCapturingProcessor:
    """Runs another processor, and keeps the results of the tests that it returns.

    Args:
        processor: the other one; an object with ``run`` or ``_run``, and ``close``.
    """

    def __init__(self, processor: Any) -> None:
        self.processor = processor
        self._results: list[TestCaseResultResponse] = []

    @classmethod
    def create(
        cls, config_dict: dict[str, Any], metadata: Any, pipeline_name: str | None = None
    ) -> Self:
        """Build the processor that runs tests in a database; it is not part of dynclient.

        Raises:
            IngestionFrameworkMissing: always.
        """
        del config_dict, metadata, pipeline_name
        raise IngestionFrameworkMissing(
            "the processor that runs tests in a database is part of the ingestion framework: pip"
            " install openmetadata-ingestion. Pass another one: ResultCapturingProcessor(processor)"
        )

    @property
    def name(self) -> str:
        """The name of the other processor."""
        return str(self.processor.name)

    @property
    def status(self) -> Any:
        """The status of the other processor."""
        return self.processor.status

    def run(self, record: Any) -> Any:
        """Run the other processor, and return what it returns."""
        return self._captured(self.processor.run(record))

    def _run(self, record: Any) -> Any:
        either = self.processor._run(record)
        self._captured(getattr(either, "right", None))
        return either

    def _captured(self, found: Any) -> Any:
        self._results += getattr(found, "test_results", None) or []
        return found

    def close(self) -> None:
        """Close the other processor."""
        self.processor.close()

    def get_results(self) -> list[TestCaseResultResponse]:
        """Return the results so far."""
        return [*self._results]
