"""The beginning of the walkthrough, up to the first entity that the server returns.

Run by both sides as it stands: ``start.py HOST``. It prints the peak memory of its process in MB.
"""

import resource
import sys
from pathlib import Path

from metadata.generated.schema.api.data.createTable import CreateTableRequest
from metadata.generated.schema.api.services.createDatabaseService import (
    CreateDatabaseServiceRequest,
)
from metadata.generated.schema.entity.data.table import Column, DataType, Table
from metadata.generated.schema.entity.services.connections.database.common.basicAuth import (
    BasicAuth,
)
from metadata.generated.schema.entity.services.connections.database.mysqlConnection import (
    MysqlConnection,
)
from metadata.generated.schema.entity.services.connections.metadata.openMetadataConnection import (
    AuthProvider,
    OpenMetadataConnection,
)
from metadata.generated.schema.entity.services.databaseService import (
    DatabaseConnection,
    DatabaseServiceType,
)
from metadata.generated.schema.security.client.openMetadataJWTClientConfig import (
    OpenMetadataJWTClientConfig,
)
from metadata.ingestion.ometa.ometa_api import OpenMetadata

metadata = OpenMetadata(
    OpenMetadataConnection(
        hostPort=sys.argv[1],
        authProvider=AuthProvider.openmetadata,
        securityConfig=OpenMetadataJWTClientConfig(jwtToken="eyJ.made.up"),
    )
)
CreateDatabaseServiceRequest(
    name="mysql_prod",
    serviceType=DatabaseServiceType.Mysql,
    connection=DatabaseConnection(
        config=MysqlConnection(
            username="reader", authType=BasicAuth(password="p"), hostPort="mysql:3306"
        )
    ),
)
table = metadata.create_or_update(
    CreateTableRequest(
        name="orders",
        databaseSchema="mysql_prod.shop.public",
        columns=[Column(name="id", dataType=DataType.BIGINT)],
    )
)
assert type(table) is Table

try:
    status = Path("/proc/self/status").read_text("utf-8").splitlines()
    peak = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))
except FileNotFoundError:  # macOS counts in bytes, and has no such file
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)
print(peak)
