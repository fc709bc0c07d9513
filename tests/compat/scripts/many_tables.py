"""Many tables: pages, tags and descriptions of columns, versions, and what was deleted."""

import json
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
from metadata.utils import fqn
from metadata.utils.logger import ometa_logger

label = TagLabel(
    tagFQN="Checked.once",
    labelType=LabelType.Automated,
    state=State.Suggested,
    source=TagSource.Classification,
)
columns = [Column(name="id", dataType=DataType.BIGINT), Column(name="a.b", dataType="DATE")]
names = [f"t{number:02}" for number in range(25)]
assert fqn._build("many", "shop", "public", "t.1") == 'many.shop.public."t.1"'
ometa_logger().debug("%s tables", len(names))

if "--offline" in sys.argv:
    sys.exit()

metadata = OpenMetadata(
    OpenMetadataConnection(
        hostPort=os.environ["OM_HOST"],
        authProvider=AuthProvider.openmetadata,
        securityConfig=OpenMetadataJWTClientConfig(jwtToken=os.environ["OM_TOKEN"]),
    )
)

service = metadata.create_or_update(
    CreateDatabaseServiceRequest(name="many", serviceType=DatabaseServiceType.Mysql)
)
metadata.create_or_update(CreateDatabaseRequest(name="shop", service="many"))
metadata.create_or_update(CreateDatabaseSchemaRequest(name="public", database="many.shop"))
tables = [
    metadata.create_or_update(
        CreateTableRequest(name=name, databaseSchema="many.shop.public", columns=columns)
    )
    for name in names
]
metadata.create_or_update(CreateClassificationRequest(name="Checked", description="By us."))
metadata.create_or_update(
    CreateTagRequest(name="once", description="Once.", classification="Checked")
)

# Pages
params = {"database": "many.shop"}
seen = [each.name.root for each in metadata.list_all_entities(Table, limit=7, params=params)]
assert sorted(seen) == names
page = metadata.list_entities(entity=Table, limit=10, params=params)
second = metadata.list_entities(entity=Table, limit=10, params=params, after=page.after)
assert (page.total, len(second.entities), page.before) == (25, 10, None)
assert second.before
assert not {each.id.root for each in page.entities} & {each.id.root for each in second.entities}

# Tags and descriptions of columns
first = tables[0]
column_fqn = first.fullyQualifiedName.root + '."a.b"'
metadata.patch_column_tag(table=first, column_fqn=column_fqn, tag_label=label)
tagged = metadata.get_by_id(Table, first.id, fields=["tags", "columns"])
assert [[tag.tagFQN.root for tag in column.tags or ()] for column in tagged.columns] == [
    [],
    ["Checked.once"],
]
metadata.patch_column_tags(
    table=first,
    column_tags=[ColumnTag(column_fqn=column_fqn, tag_label=label)],
    operation=PatchOperation.REMOVE,
)
metadata.patch_column_description(
    table=first, column_fqn=column_fqn, description="The day.", force=True
)
changed = metadata.get_by_id(Table, first.id, fields=["tags", "columns"])
assert not changed.columns[1].tags
assert changed.columns[1].description.root == "The day."

# Versions
history = metadata.get_list_entity_versions(entity=Table, entity_id=first.id)
assert history.entityType == "table"
assert metadata.get_entity_version(Table, first.id, 0.1).version.root == 0.1

# Softly deleted, and back
for table in tables[5:7]:
    metadata.delete(entity=Table, entity_id=table.id)
back = metadata.client.put("/tables/restore", data=json.dumps({"id": str(tables[5].id.root)}))
assert back["deleted"] is False
gone = list(metadata.list_all_entities(Table, params={**params, "include": "deleted"}))
assert [each.name.root for each in gone] == ["t06"]

metadata.delete(DatabaseService, service.id, recursive=True, hard_delete=True)
classification = metadata.get_by_name(Classification, "Checked")
metadata.delete(Classification, classification.id, recursive=True, hard_delete=True)
