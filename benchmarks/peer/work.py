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
many = [request.model_copy(update={"name": f"t{n}"}) for n in range(1000)]


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


fields_of = {}


def fields_of_class(kind):
    """Return the names of the fields of a class, once; none if it is that of a plain value."""
    known = fields_of.get(kind)
    if known is None:
        names = () if issubclass(kind, (str, int, float)) else getattr(kind, "model_fields", ())
        known = fields_of[kind] = tuple(names)
    return known


def read(value):
    """Read every field of a model, and of all models in it; return how many values that are."""
    if value is None:
        return 0
    if isinstance(value, list):
        return sum(map(read, value))
    names = fields_of_class(type(value))
    return sum(read(getattr(value, name)) for name in names) if names else 1


def page_and_fields():
    """List the page and read every field of every table."""
    return sum(map(read, page().entities))


def one_after_the_other():
    """Create a thousand tables, a request each."""
    for _ in range(1000):
        metadata.create_or_update(request)


def bulk():
    """Create a thousand tables by the method for many."""
    result = metadata.bulk_create_or_update(many)
    assert result.status.value == "success", result


WORK = {
    "build": construct,
    "validate": lambda: CreateTableRequest.model_validate(create),
    "validate, fields read": lambda: read(CreateTableRequest.model_validate(create)),
    "validate entity": lambda: Table.model_validate(plain),
    "validate entity, fields read": lambda: read(Table.model_validate(plain)),
    "get": lambda: metadata.get_by_name(entity=Table, fqn="mysql_prod.shop.public.table_0000"),
    "page": page,
    "page, names read": page_and_names,
    "page, fields read": page_and_fields,
    "round trip": lambda: metadata.create_or_update(request),
    "thousand": one_after_the_other,
    "bulk": bulk,
}
if not hasattr(metadata, "bulk_create_or_update"):  # the official SDK before 2.0
    del WORK["bulk"]


def measure(name, seconds=0.4, longest=5):
    """Return the seconds of single calls, some of them and for about as long as that in all.

    The first call, which loads what is not loaded yet, counts only if it takes longer than
    ``longest``: then that is a small part of it. Progress is written to the standard error.
    """
    times = []
    warm = False
    while not times or (sum(times) < seconds and len(times) < 200):
        begin = time.perf_counter()
        WORK[name]()
        taken = time.perf_counter() - begin
        if warm or taken > longest:
            times.append(taken)
        warm = True
    print(f"progress: {name}, {min(times):.3g} s", file=sys.stderr, flush=True)
    return times


print(json.dumps({name: measure(name) for name in WORK}))
