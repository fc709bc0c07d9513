"""What the result of an import looks like."""

from __future__ import annotations

from dynclient.display.displayed import media_types
from dynclient.extensions.csv_files import ImportResult

ROWS = "status,details,name*,description\nsuccess,Entity created,a,x\nfailure,#BAD,b,<b>y</b>\n"
COUNTS = {"numberOfRowsProcessed": 3, "numberOfRowsPassed": 2, "numberOfRowsFailed": 1}


def test_the_rows_that_are_not_right_are_a_table() -> None:
    result = ImportResult(
        {"status": "partialSuccess", "dryRun": True, "importResultsCsv": ROWS, **COUNTS}
    )
    forms = media_types(result)
    assert forms["text/plain"].splitlines() == [
        "CSV import dry run, partialSuccess: 2 of 3 lines",
        "",
        "A trial: nothing was changed. dry_run=False imports the rows.",
        "",
        "errors",
        "row  problem  name*  description",
        "───  ───────  ─────  ───────────",
        "  2  #BAD     b      <b>y</b>",
    ]
    assert "&lt;b&gt;y&lt;/b&gt;" in forms["text/html"]


def test_an_import_without_errors_is_one_line() -> None:
    result = ImportResult({"status": "success", **COUNTS})
    assert media_types(result)["text/plain"] == "CSV import success: 2 of 3 lines"
