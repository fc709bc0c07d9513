"""A glossary with terms, and relations between terms."""

import os

from metadata.generated.schema.api.data.createGlossary import CreateGlossaryRequest
from metadata.generated.schema.api.data.createGlossaryTerm import CreateGlossaryTermRequest
from metadata.sdk import Glossaries, GlossaryTerms, configure
from metadata.sdk.entities.glossaryterms import DEFAULT_RELATION_TYPE
from metadata.sdk.entities.glossaryterms import GlossaryTerms as FromItsModule

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])
assert FromItsModule is GlossaryTerms
assert DEFAULT_RELATION_TYPE == "relatedTo"


def related(term):
    """Return the names of related terms; newer releases say of which type the relation is."""
    relations = getattr(term.relatedTerms, "root", term.relatedTerms) or []
    return [getattr(relation, "term", relation).name for relation in relations]


glossary = Glossaries.create(
    CreateGlossaryRequest(name="SdkTrade", displayName="Trade", description="Words of the trade.")
)
customer = GlossaryTerms.create(
    CreateGlossaryTermRequest(
        glossary=glossary.fullyQualifiedName.root,
        name="Customer",
        description="Who buys.",
        synonyms=["Client"],
    )
)
supplier = GlossaryTerms.create(
    CreateGlossaryTermRequest(glossary="SdkTrade", name="Supplier", description="Who delivers.")
)
assert [word.root for word in customer.synonyms] == ["Client"]

GlossaryTerms.add_relation("SdkTrade.Customer", supplier)
term = GlossaryTerms.retrieve_by_name("SdkTrade.Customer", fields=["relatedTerms"])
assert related(term) == ["Supplier"]
GlossaryTerms.remove_relation(customer.id, "SdkTrade.Supplier")
term = GlossaryTerms.retrieve_by_name("SdkTrade.Customer", fields=["relatedTerms"])
assert related(term) == []

term.description = "Who buys, once or often."
assert GlossaryTerms.update(term).description.root == "Who buys, once or often."
names = [each.name.root for each in GlossaryTerms.list_all(filters={"glossary": glossary.id.root})]
assert sorted(names) == ["Customer", "Supplier"]

Glossaries.delete(glossary.id, recursive=True, hard_delete=True)
