"""Tags created, and put on a table and its columns by patches."""

import os
import sys

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
from metadata.generated.schema.entity.classification.classification import Classification
from metadata.generated.schema.entity.classification.tag import Tag
from metadata.generated.schema.entity.data.table import Column, DataType, Table
from metadata.generated.schema.entity.services.connections.metadata.openMetadataConnection import (
    AuthProvider,
    OpenMetadataConnection,
)
from metadata.generated.schema.entity.services.databaseService import (
    DatabaseService,
    DatabaseServiceType,
)
from metadata.generated.schema.security.client.openMetadataJWTClientConfig import (
    OpenMetadataJWTClientConfig,
)
from metadata.generated.schema.type.tagLabel import LabelType, State, TagLabel, TagSource
from metadata.ingestion.models.table_metadata import ColumnTag
from metadata.ingestion.ometa.mixins.patch_mixin_utils import PatchOperation
from metadata.ingestion.ometa.ometa_api import OpenMetadata
from metadata.ingestion.ometa.utils import model_str

creates = [
    CreateDatabaseServiceRequest(name="tagged", serviceType=DatabaseServiceType.Mysql),
    CreateDatabaseRequest(name="shop", service="tagged"),
    CreateDatabaseSchemaRequest(name="public", database="tagged.shop"),
]
create_classification = CreateClassificationRequest(name="Care", description="How to handle it.")
create_tags = [
    CreateTagRequest(classification="Care", name=name, description=f"{name} only.")
    for name in ("Hot", "Cold", "Dry")
]
labels = [
    TagLabel(
        tagFQN=f"Care.{name}",
        source=TagSource.Classification,
        labelType=LabelType.Manual,
        state=State.Confirmed,
    )
    for name in ("Hot", "Cold", "Dry")
]
create_table = CreateTableRequest(
    name="goods",
    databaseSchema="tagged.shop.public",
    columns=[
        Column(name="id", dataType=DataType.BIGINT),
        Column(
            name="box",
            dataType=DataType.STRUCT,
            children=[Column(name="size", dataType=DataType.INT)],
        ),
    ],
)

if "--offline" in sys.argv:
    sys.exit()

metadata = OpenMetadata(
    OpenMetadataConnection(
        hostPort=os.environ["OM_HOST"],
        authProvider=AuthProvider.openmetadata,
        securityConfig=OpenMetadataJWTClientConfig(jwtToken=os.environ["OM_TOKEN"]),
    )
)

service, database, schema = (metadata.create_or_update(create) for create in creates)
classification = metadata.create_or_update(create_classification)
tags = [metadata.create_or_update(create) for create in create_tags]
assert model_str(tags[0].fullyQualifiedName) == "Care.Hot"
assert tags[0].classification.id == classification.id
table = metadata.create_or_update(create_table)


def names(labels):
    return [label.tagFQN.root for label in labels or []]


tagged = metadata.patch_tags(entity=Table, source=table, tag_labels=labels)
assert sorted(names(tagged.tags)) == ["Care.Cold", "Care.Dry", "Care.Hot"]
same = metadata.patch_tag(entity=Table, source=table, tag_label=labels[0])  # it has this one
assert sorted(names(same.tags)) == sorted(names(tagged.tags))
fewer = metadata.patch_tags(
    entity=Table, source=table, tag_labels=labels[:1], operation=PatchOperation.REMOVE
)
assert sorted(names(fewer.tags)) == ["Care.Cold", "Care.Dry"]

metadata.patch_column_tag(
    table=table, column_fqn="tagged.shop.public.goods.id", tag_label=labels[2]
)
metadata.patch_column_tags(
    table=table,
    column_tags=[ColumnTag(column_fqn="tagged.shop.public.goods.box.size", tag_label=labels[1])],
)
found = metadata.get_by_id(Table, table.id, fields=["tags", "columns"])
assert names(found.columns[0].tags) == ["Care.Dry"]
assert names(found.columns[1].children[0].tags) == ["Care.Cold"]

metadata.delete(DatabaseService, service.id, recursive=True, hard_delete=True)
metadata.delete(Classification, classification.id, recursive=True, hard_delete=True)
assert metadata.get_by_name(Tag, "Care.Hot") is None
