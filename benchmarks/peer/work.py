"""What a script does once it runs: validating, parsing, paging, a round trip.

Run by both sides as it stands: ``work.py HOST PAYLOADS``. It prints the seconds of single calls of
each piece of work as JSON.
"""

import json
import sys
import time
from pathlib import Path

from metadata.generated.schema.api.data.createTable import CreateTableRequest
from metadata.generated.schema.entity.data.table import Column, DataType, Table
from metadata.generated.schema.entity.services.connections.metadata.openMetadataConnection import (
    OpenMetadataConnection,
)
from metadata.generated.schema.security.client.openMetadataJWTClientConfig import (
    OpenMetadataJWTClientConfig,
)
from metadata.generated.schema.type.tagLabel import TagLabel
from metadata.ingestion.ometa.ometa_api import OpenMetadata

metadata = OpenMetadata(
    OpenMetadataConnection(
        hostPort=sys.argv[1],
        authProvider="openmetadata",
        securityConfig=OpenMetadataJWTClientConfig(jwtToken="eyJ.made.up"),
    )
)
payloads = json.loads(Path(sys.argv[2]).read_text("utf-8"))
create, plain = payloads["create"], payloads["table"]
request = CreateTableRequest.model_validate(create)


def construct():
    """Build a request of 50 columns from classes."""
    return CreateTableRequest(
        name="orders",
        databaseSchema="mysql_prod.shop.public",
        columns=[Column(name=f"c{n}", dataType=DataType.BIGINT) for n in range(50)],
    )


def page():
    """List a page of 1,000 tables."""
    listed = metadata.list_entities(entity=Table, limit=1000)
    assert len(listed.entities) == 1000
    return listed


def page_and_names():
    """List the page and read the name of every column."""
    return [column.name.root for table in page().entities for column in table.columns]


def read(model):
    """Read every field of a table or a request, of its columns and of their labels."""
    for name in FIELDS[type(model)]:
        getattr(model, name)
    for column in model.columns:
        for name in FIELDS[Column]:
            getattr(column, name)
        for label in column.tags or ():
            for name in FIELDS[TagLabel]:
                getattr(label, name)


FIELDS = {cls: list(cls.model_fields) for cls in (CreateTableRequest, Table, Column, TagLabel)}
WORK = {
    "build": construct,
    "validate": lambda: CreateTableRequest.model_validate(create),
    "validate, fields read": lambda: read(CreateTableRequest.model_validate(create)),
    "validate entity": lambda: Table.model_validate(plain),
    "validate entity, fields read": lambda: read(Table.model_validate(plain)),
    "get": lambda: metadata.get_by_name(entity=Table, fqn="mysql_prod.shop.public.table_0000"),
    "page": page,
    "page, names read": page_and_names,
    "round trip": lambda: metadata.create_or_update(request),
}


def measure(function, seconds=0.4):
    """Return the seconds of single calls, some of them and for about as long as that in all."""
    function()
    times = []
    while len(times) < 3 or sum(times) < seconds:
        begin = time.perf_counter()
        function()
        times.append(time.perf_counter() - begin)
    return times


print(json.dumps({name: measure(function) for name, function in WORK.items()}))
