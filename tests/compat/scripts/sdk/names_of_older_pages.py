"""The names of older pages of the documentation: singular classes, parameters as objects."""

import os

from metadata.generated.schema.api.data.createGlossary import CreateGlossaryRequest
from metadata.generated.schema.api.data.createGlossaryTerm import CreateGlossaryTermRequest
from metadata.sdk import OpenMetadata, OpenMetadataConfig
from metadata.sdk.api import Bulk, Lineage, Search
from metadata.sdk.entities import Glossary, Table, User
from metadata.sdk.entities.glossary_term import GlossaryTerm, GlossaryTermListParams

config = OpenMetadataConfig(server_url=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])
client = OpenMetadata.initialize(config)
for each in (Glossary, GlossaryTerm, Table, User, Lineage, Search, Bulk):
    each.set_default_client(client)

glossary = Glossary.create(CreateGlossaryRequest(name="SdkPages", description="Of older pages."))
for name in ("One", "Two", "Three"):
    GlossaryTerm.create(
        CreateGlossaryTermRequest(glossary="SdkPages", name=name, description="A word.")
    )

params = (
    GlossaryTermListParams.builder()
    .limit(2)
    .glossary(str(glossary.id.root))
    .fields(["relatedTerms"])
    .build()
)
page = GlossaryTerm.list(params)
assert len(page.get_data()) == 2
assert page.total == 3
assert len(list(page.auto_paging_iterable())) == 3

term = GlossaryTerm.retrieve_by_name("SdkPages.One")
term.displayName = "The first"
assert GlossaryTerm.update(entity_id=term.id, entity=term).displayName == "The first"
operations = [{"op": "replace", "path": "/description", "value": "The first word."}]
patched = GlossaryTerm.patch(entity_id=term.id, json_patch=operations)
assert patched.description.root == "The first word."

ids = [str(each.id.root) for each in GlossaryTerm.list_all(filters={"glossary": glossary.id.root})]
changes = [{"id": each, "patch": operations} for each in ids]
changed = Bulk.patch("glossaryTerm", changes)
assert {each.description.root for each in changed} == {"The first word."}
deleted = Bulk.delete("glossaryTerm", ids)
assert (deleted["status"], deleted["numberOfRowsPassed"]) == ("success", 3)
assert len(Bulk.restore("glossaryTerm", ids)) == 3
assert Bulk.delete("glossaryTerm", ids, hard_delete=True)["numberOfRowsFailed"] == 0

Glossary.delete(str(glossary.id.root), recursive=True, hard_delete=True)
OpenMetadata.reset()
