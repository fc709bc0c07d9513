"""Classifications, tags, glossaries and domains, and what carries them."""

from metadata.generated.schema.api.classification.createClassification import (
    CreateClassificationRequest,
)
from metadata.generated.schema.api.classification.createTag import CreateTagRequest
from metadata.generated.schema.api.data.createGlossary import CreateGlossaryRequest
from metadata.generated.schema.api.data.createGlossaryTerm import CreateGlossaryTermRequest
from metadata.generated.schema.api.domains.createDataProduct import CreateDataProductRequest
from metadata.generated.schema.api.domains.createDomain import CreateDomainRequest
from metadata.generated.schema.entity.data.glossaryTerm import GlossaryTerm
from metadata.generated.schema.entity.data.table import Table
from metadata.generated.schema.entity.domains.domain import Domain, DomainType
from metadata.generated.schema.type.tagLabel import LabelType, State, TagLabel, TagSource
from metadata.ingestion.models.table_metadata import ColumnTag
from metadata.ingestion.ometa.mixins.patch_mixin_utils import PatchOperation

from calls.registry import call

FQN = "shop.sales.public.orders"


def label(tag, source=TagSource.Classification):
    return TagLabel(tagFQN=tag, source=source, labelType=LabelType.Manual, state=State.Confirmed)


@call
def create_classification(om, _):
    return om.create_or_update(CreateClassificationRequest(name="Care", description="How."))


@call
def create_tags(om, _):
    return [
        om.create_or_update(
            CreateTagRequest(classification="Care", name=name, description=f"{name}.")
        )
        for name in ("Cold", "Dry", "Hot")
    ]


@call
def create_glossary(om, _):
    return om.create_or_update(
        CreateGlossaryRequest(name="Words", displayName="Words", description="All.")
    )


@call
def create_term(om, _):
    return om.create_or_update(
        CreateGlossaryTermRequest(
            glossary="Words", name="Order", description="Bought.", synonyms=["Purchase"]
        )
    )


@call
def create_term_below(om, seen):
    return om.create_or_update(
        CreateGlossaryTermRequest(
            glossary="Words",
            parent=seen.create_term.fullyQualifiedName,
            name="Return",
            description="Sent back.",
        )
    )


@call
def list_terms(om, seen):
    params = {"glossary": str(seen.create_glossary.id.root)}
    listed = om.list_entities(GlossaryTerm, params=params)
    return sorted(term.fullyQualifiedName.root for term in listed.entities)


@call
def patch_tags(om, seen):
    return om.patch_tags(
        Table, source=seen.get_by_name, tag_labels=[label("Care.Hot"), label("Care.Cold")]
    )


@call
def patch_tag_that_is_there_already(om, seen):
    return om.patch_tag(Table, source=seen.get_by_name, tag_label=label("Care.Hot"))


@call
def patch_tag_of_a_glossary(om, seen):
    term = label("Words.Order", TagSource.Glossary)
    return om.patch_tag(Table, source=seen.get_by_name, tag_label=term)


@call
def patch_tag_away(om, seen):
    return om.patch_tag(
        Table,
        source=seen.get_by_name,
        tag_label=label("Care.Hot"),
        operation=PatchOperation.REMOVE,
    )


@call
def patch_tag_that_is_absent(om, seen):
    return om.patch_tag(Table, source=seen.get_by_name, tag_label=label("Care.None"))


@call
def patch_column_tag(om, seen):
    return om.patch_column_tag(
        table=seen.create_table, column_fqn=f"{FQN}.id", tag_label=label("Care.Dry")
    )


@call
def patch_column_tag_that_is_there_already(om, seen):
    return om.patch_column_tag(
        table=seen.create_table, column_fqn=f"{FQN}.id", tag_label=label("Care.Dry")
    )


@call
def patch_column_tags(om, seen):
    return om.patch_column_tags(
        table=seen.create_table,
        column_tags=[
            ColumnTag(column_fqn=f"{FQN}.box.weight", tag_label=label("Care.Dry")),
            ColumnTag(column_fqn=f"{FQN}.note", tag_label=label("Care.Cold")),
        ],
    )


@call
def patch_column_tag_away(om, seen):
    return om.patch_column_tag(
        table=seen.create_table,
        column_fqn=f"{FQN}.id",
        tag_label=label("Care.Dry"),
        operation=PatchOperation.REMOVE,
    )


@call
def get_tags_of_columns(om, _):
    return om.get_by_name(Table, FQN, fields=["tags", "columns"]).columns


@call
def create_domain(om, _):
    return om.create_or_update(
        CreateDomainRequest(name="Trade", domainType=DomainType.Aggregate, description="Shops.")
    )


@call
def create_data_product(om, seen):
    return om.create_or_update(
        CreateDataProductRequest(
            name="Basket", domain=seen.create_domain.fullyQualifiedName, description="Bought."
        )
    )


@call
def patch_domain(om, seen):
    table = om.get_by_name(Table, FQN, fields=["domain"])
    return om.patch_domain(entity=table, domain=seen.create_domain)


@call
def get_domain_of_the_table(om, _):
    return om.get_by_name(Table, FQN, fields=["domain"]).domain


@call
def list_domains(om, _):
    return om.list_entities(Domain).entities
