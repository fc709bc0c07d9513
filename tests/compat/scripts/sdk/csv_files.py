"""The terms of a glossary as CSV: exported, checked, imported."""

import os

from metadata.generated.schema.api.data.createGlossary import CreateGlossaryRequest
from metadata.generated.schema.api.data.createGlossaryTerm import CreateGlossaryTermRequest
from metadata.ingestion.ometa.client import APIError
from metadata.sdk import Glossaries, GlossaryTerms, configure
from metadata.sdk.entities.base import CsvExportOperation, CsvImportOperation

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])

glossary = Glossaries.create(CreateGlossaryRequest(name="SdkCsv", description="Words in a file."))
GlossaryTerms.create(
    CreateGlossaryTermRequest(glossary="SdkCsv", name="Order", description="What is bought.")
)

export = Glossaries.export_csv("SdkCsv")
assert isinstance(export, CsvExportOperation)
try:
    text = export.execute()
except APIError as error:
    if "no such route" not in str(error):
        raise
    Glossaries.delete(glossary.id, recursive=True, hard_delete=True)
    raise SystemExit(0) from error  # the server of this release has no CSV
header, *rows = text.splitlines()
assert "description" in header
assert any("What is bought." in row for row in rows)

changed = text.replace("What is bought.", "What a customer buys.")
importing = Glossaries.import_csv("SdkCsv")
assert isinstance(importing, CsvImportOperation)
trial = importing.with_data(changed).set_dry_run(True).execute()
assert trial["status"] == "success"
assert GlossaryTerms.retrieve_by_name("SdkCsv.Order").description.root == "What is bought."
done = []
Glossaries.import_csv("SdkCsv").with_data(changed).on_complete_callback(done.append).execute()
assert [result["dryRun"] for result in done] == [False]
assert GlossaryTerms.retrieve_by_name("SdkCsv.Order").description.root == "What a customer buys."

Glossaries.delete(glossary.id, recursive=True, hard_delete=True)
