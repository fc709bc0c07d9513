"""``metadata.sdk.data_quality.dataframes.dataframe_validation_engine``: tests of one data frame."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import Any

from dynclient.compat.sdk.data_quality.case_models import PASSED, checked_result
from dynclient.compat.sdk.data_quality.validation_results import (
    FailureMode,
    ValidationResult,
    failure_mode,
    validation_result,
)
from dynclient.extensions.input_frames import read_frame
from dynclient.tracebacks import public_calls

logger = logging.getLogger(__name__)


@public_calls
class DataFrameValidationEngine:
    """Runs test cases on data frames.

    Args:
        test_cases: the test cases: of a server, or mock test cases.
    """

    def __init__(self, test_cases: Iterable[Any]) -> None:
        self.test_cases = list(test_cases)

    def execute(self, df: Any, mode: FailureMode = FailureMode.SHORT_CIRCUIT) -> ValidationResult:
        """Run the test cases on a data frame.

        Args:
            df: a frame of pandas, polars or pyarrow, or what else :func:`dynclient.check_frame`
                takes.
            mode: what happens after the first test that does not pass.

        Raises:
            BadArguments: the frame or the mode is not valid.
        """
        call = "DataFrameValidationEngine.execute"
        mode = failure_mode(mode, call)
        begin = time.perf_counter()
        frame = read_frame(df, call=call)
        pairs = []
        for case in self.test_cases:
            result = checked_result(case, frame)
            pairs.append((case, result))
            if result.testCaseStatus != PASSED and mode is FailureMode.SHORT_CIRCUIT:
                break
        elapsed = (time.perf_counter() - begin) * 1000
        found = validation_result(pairs, elapsed)
        logger.debug("%d of %d tests passed", found.passed_tests, found.total_tests)
        return found
