"""Domains, and data products with their assets."""

import os

from metadata.generated.schema.api.data.createTopic import CreateTopicRequest
from metadata.generated.schema.api.domains.createDataProduct import CreateDataProductRequest
from metadata.generated.schema.api.domains.createDomain import CreateDomainRequest
from metadata.generated.schema.api.services.createMessagingService import (
    CreateMessagingServiceRequest,
)
from metadata.generated.schema.type.entityReference import EntityReference
from metadata.sdk import DataProducts, Domains, configure
from metadata.sdk.entities import MessagingServices, Topics

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])

domain = Domains.create(
    CreateDomainRequest(name="sdk_sales", description="All about sales.", domainType="Aggregate")
)
fields = {"name": "sdk_orders", "description": "Orders of all shops."}
one = "domain" if "domain" in CreateDataProductRequest.model_fields else "domains"
fields[one] = "sdk_sales" if one == "domain" else ["sdk_sales"]
product = DataProducts.create(CreateDataProductRequest(**fields))

service = MessagingServices.create(
    CreateMessagingServiceRequest(name="sdk_events", serviceType="Kafka")
)
topic = Topics.create(
    CreateTopicRequest(
        name="orders", service="sdk_events", partitions=1,
        **({one: fields[one]} if one in CreateTopicRequest.model_fields else {}),
    )
)  # fmt: skip
asset = EntityReference(id=topic.id, type="topic")

added = DataProducts.add_assets("sdk_orders", [asset])
assert added["status"] == "success"
assert added["numberOfRowsPassed"] == 1
found = Topics.retrieve(topic.id, fields=["dataProducts"])
assert [each.name for each in found.dataProducts.root] == ["sdk_orders"]
removed = DataProducts.remove_assets("sdk_orders", [asset])
assert removed["status"] == "success"
found = Topics.retrieve(topic.id, fields=["dataProducts"])
assert not (found.dataProducts and found.dataProducts.root)

MessagingServices.delete(service.id, recursive=True, hard_delete=True)
DataProducts.delete(product.id, hard_delete=True)
Domains.delete(domain.id, recursive=True, hard_delete=True)
