"""``metadata.sdk.data_quality.dataframes.validators``: what can be checked on a data frame."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from dynclient.extensions.frame_checks import Finding, check_definition, known_definitions

_CHECKS_OF_ALL_ROWS = {"missing_count", "row_count", "statistic", "unique"}
"""Checks whose results for the parts of a table do not make up that for the table."""
_EXTREMES = {"max", "min"}
"""Statistics of a table that are those of one of its parts."""

VALIDATOR_REGISTRY: dict[str, Callable[..., Finding]] = {
    name: partial(check_definition, name) for name in known_definitions()
}
"""The test definitions that are checked on data frames, and the function that does it."""

VALIDATORS_THAT_REQUIRE_FULL_TABLE = {
    name
    for name, row in known_definitions().items()
    if row["check"] in _CHECKS_OF_ALL_ROWS and row.get("statistic") not in _EXTREMES
}
"""The test definitions that need all rows of a table at once."""


def requires_whole_table(validator_name: str) -> bool:
    """Return whether a test definition needs all rows of a table at once.

    Args:
        validator_name: the name of the test definition.
    """
    return validator_name in VALIDATORS_THAT_REQUIRE_FULL_TABLE
