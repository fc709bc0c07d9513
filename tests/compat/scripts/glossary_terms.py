"""A glossary with terms under terms, and a term used as a tag."""

import os
import sys

from metadata.generated.schema.api.data.createDatabase import CreateDatabaseRequest
from metadata.generated.schema.api.data.createDatabaseSchema import CreateDatabaseSchemaRequest
from metadata.generated.schema.api.data.createGlossary import CreateGlossaryRequest
from metadata.generated.schema.api.data.createGlossaryTerm import CreateGlossaryTermRequest
from metadata.generated.schema.api.data.createTable import CreateTableRequest
from metadata.generated.schema.api.services.createDatabaseService import (
    CreateDatabaseServiceRequest,
)
from metadata.generated.schema.entity.data.glossary import Glossary
from metadata.generated.schema.entity.data.glossaryTerm import GlossaryTerm
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
from metadata.ingestion.ometa.ometa_api import OpenMetadata

creates = [
    CreateDatabaseServiceRequest(name="worded", serviceType=DatabaseServiceType.Mysql),
    CreateDatabaseRequest(name="shop", service="worded"),
    CreateDatabaseSchemaRequest(name="public", database="worded.shop"),
]
create_glossary = CreateGlossaryRequest(
    name="Trade", displayName="Trade", description="Words of the trade."
)
create_customer = CreateGlossaryTermRequest(
    glossary="Trade", name="Customer", description="Who buys.", synonyms=["Client", "Buyer"]
)
create_regular = CreateGlossaryTermRequest(
    glossary="Trade", parent="Trade.Customer", name="Regular", description="Who comes back."
)
label = TagLabel(
    tagFQN="Trade.Customer.Regular",
    source=TagSource.Glossary,
    labelType=LabelType.Manual,
    state=State.Confirmed,
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
glossary = metadata.create_or_update(create_glossary)
customer = metadata.create_or_update(create_customer)
regular = metadata.create_or_update(create_regular)
assert regular.fullyQualifiedName.root == "Trade.Customer.Regular"
assert regular.glossary.id == glossary.id
assert regular.parent.id == customer.id
assert [word.root for word in customer.synonyms] == ["Client", "Buyer"]

below = metadata.list_entities(entity=GlossaryTerm, params={"parent": str(customer.id.root)})
assert [term.name.root for term in below.entities] == ["Regular"]

table = metadata.create_or_update(
    CreateTableRequest(
        name="people",
        databaseSchema=schema.fullyQualifiedName,
        columns=[Column(name="id", dataType=DataType.BIGINT, tags=[label])],
        tags=[label],
    )
)
found = metadata.get_by_id(Table, table.id, fields=["tags", "columns"])
assert [tag.tagFQN.root for tag in found.tags] == ["Trade.Customer.Regular"]
assert found.columns[0].tags[0].source == TagSource.Glossary

metadata.delete(DatabaseService, service.id, recursive=True, hard_delete=True)
metadata.delete(Glossary, glossary.id, recursive=True, hard_delete=True)
assert metadata.get_by_name(GlossaryTerm, "Trade.Customer") is None
