"""A domain with a domain below it, and a data product."""

import os
import sys

from metadata.generated.schema.api.domains.createDataProduct import CreateDataProductRequest
from metadata.generated.schema.api.domains.createDomain import CreateDomainRequest
from metadata.generated.schema.entity.domains.dataProduct import DataProduct
from metadata.generated.schema.entity.domains.domain import Domain, DomainType
from metadata.generated.schema.entity.services.connections.metadata.openMetadataConnection import (
    AuthProvider,
    OpenMetadataConnection,
)
from metadata.generated.schema.security.client.openMetadataJWTClientConfig import (
    OpenMetadataJWTClientConfig,
)
from metadata.ingestion.ometa.ometa_api import OpenMetadata

create_sales = CreateDomainRequest(
    name="Sales", domainType=DomainType.Aggregate, description="All that is sold."
)
create_retail = CreateDomainRequest(
    name="Retail",
    domainType=DomainType.Source_aligned,
    description="Sold over the counter.",
    parent="Sales",
)
assert create_retail.domainType.value == "Source-aligned"

if "--offline" in sys.argv:
    sys.exit()

metadata = OpenMetadata(
    OpenMetadataConnection(
        hostPort=os.environ["OM_HOST"],
        authProvider=AuthProvider.openmetadata,
        securityConfig=OpenMetadataJWTClientConfig(jwtToken=os.environ["OM_TOKEN"]),
    )
)

sales = metadata.create_or_update(create_sales)
retail = metadata.create_or_update(create_retail)
assert retail.fullyQualifiedName.root == "Sales.Retail"
assert retail.parent.id == sales.id
assert retail.domainType is DomainType.Source_aligned

product = metadata.create_or_update(
    CreateDataProductRequest(
        name="Receipts", description="Every receipt.", domain=sales.fullyQualifiedName
    )
)
assert isinstance(product, DataProduct)
assert product.fullyQualifiedName.root == "Receipts"
found = metadata.get_by_name(DataProduct, "Receipts", fields=["domain"])
assert found.domain.id == sales.id

metadata.delete(DataProduct, product.id, hard_delete=True)
metadata.delete(Domain, retail.id, hard_delete=True)
metadata.delete(Domain, sales.id, recursive=True, hard_delete=True)
assert metadata.get_by_name(Domain, "Sales.Retail") is None
