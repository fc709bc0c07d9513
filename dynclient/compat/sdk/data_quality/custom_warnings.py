"""``metadata.sdk.data_quality.dataframes.custom_warnings``."""

from __future__ import annotations

from collections.abc import Iterable

from dynclient.errors import DynclientWarning


class WholeTableTestsWarning(DynclientWarning, RuntimeWarning):
    """Tests that need all rows of a table are run on the parts of one.

    Each part is checked alone, so the result may be wrong: each of four parts of 50 rows has at
    most 100 rows, and the table has 200.
    """


def whole_table_warning(definitions: Iterable[str]) -> str:
    """Return the text of the warning about test definitions that need all rows."""
    return (
        "the parts of the data are checked one by one, and these tests need all rows at once, so"
        f" their results may be wrong: {', '.join(dict.fromkeys(definitions))}. Validate the data"
        " as one frame, or pass the parts to dynclient.check_frame, which checks them as one"
    )
