"""A classification with a tag, which is added to a table and removed again."""

import os

from metadata.generated.schema.api.classification.createClassification import (
    CreateClassificationRequest,
)
from metadata.generated.schema.api.classification.createTag import CreateTagRequest
from metadata.generated.schema.api.data.createDatabase import CreateDatabaseRequest
from metadata.generated.schema.api.data.createDatabaseSchema import CreateDatabaseSchemaRequest
from metadata.generated.schema.api.data.createTable import CreateTableRequest
from metadata.generated.schema.api.services.createDatabaseService import (
    CreateDatabaseServiceRequest,
)
from metadata.generated.schema.entity.data.table import Column, DataType
from metadata.generated.schema.type.tagLabel import LabelType, State, TagSource
from metadata.sdk import (
    Classifications,
    Databases,
    DatabaseSchemas,
    DatabaseServices,
    Tables,
    Tags,
    configure,
)

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])

classification = Classifications.create(
    CreateClassificationRequest(name="SdkQuality", description="How good data are.")
)
tag = Tags.create(
    CreateTagRequest(
        classification=classification.fullyQualifiedName.root, name="Checked", description="Good."
    )
)
assert tag.fullyQualifiedName == "SdkQuality.Checked"

service = DatabaseServices.create(
    CreateDatabaseServiceRequest(name="sdk_tags", serviceType="Mysql")
)
Databases.create(CreateDatabaseRequest(name="shop", service="sdk_tags"))
DatabaseSchemas.create(CreateDatabaseSchemaRequest(name="public", database="sdk_tags.shop"))
table = Tables.create(
    CreateTableRequest(
        name="people",
        databaseSchema="sdk_tags.shop.public",
        columns=[Column(name="id", dataType=DataType.INT)],
    )
)

tagged = Tables.add_tag(table.id, tag.fullyQualifiedName)
assert [label.tagFQN.root for label in tagged.tags] == ["SdkQuality.Checked"]
label = Tables.retrieve(table.id, fields=["tags"]).tags[0]
assert (label.source, label.labelType) == (TagSource.Classification, LabelType.Manual)
assert label.state == State.Confirmed

# The same tag again changes nothing, and another one is added to it.
assert len(Tables.add_tag(table.id, "SdkQuality.Checked").tags) == 1
assert len(Tables.add_tag(table.id, "PII.Sensitive").tags) == 2

labelled = Tables.retrieve(table.id, fields=["tags"])
labelled.tags = [each for each in labelled.tags if each.tagFQN.root == "PII.Sensitive"]
Tables.update(labelled)
names = [each.tagFQN.root for each in Tables.retrieve(table.id, fields=["tags"]).tags]
assert names == ["PII.Sensitive"]

DatabaseServices.delete(service.id, recursive=True, hard_delete=True)
Classifications.delete(classification.id, recursive=True, hard_delete=True)
