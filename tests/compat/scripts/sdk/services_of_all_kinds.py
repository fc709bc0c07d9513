"""Services of every kind have a facade, also those that the official package leaves out."""

import os

from metadata.generated.schema.api.data.createTopic import CreateTopicRequest
from metadata.generated.schema.api.services.createDashboardService import (
    CreateDashboardServiceRequest,
)
from metadata.generated.schema.api.services.createMessagingService import (
    CreateMessagingServiceRequest,
)
from metadata.generated.schema.api.services.createMlModelService import CreateMlModelServiceRequest
from metadata.generated.schema.api.services.createPipelineService import (
    CreatePipelineServiceRequest,
)
from metadata.sdk import configure
from metadata.sdk.entities import (
    DashboardServices,
    MessagingServices,
    MlmodelServices,
    PipelineServices,
    Topics,
)
from metadata.sdk.entities.dashboard_services import DashboardServices as FromItsModule

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])
assert FromItsModule is DashboardServices

requests = {
    MessagingServices: CreateMessagingServiceRequest(name="sdk_kinds", serviceType="Kafka"),
    PipelineServices: CreatePipelineServiceRequest(name="sdk_kinds", serviceType="Airflow"),
    MlmodelServices: CreateMlModelServiceRequest(name="sdk_kinds", serviceType="Mlflow"),
    DashboardServices: CreateDashboardServiceRequest(name="sdk_kinds", serviceType="Superset"),
}
for facade, request in requests.items():
    service = facade.create(request)
    assert isinstance(service, facade.entity_type())
    assert facade.to_entity_reference(service)["name"] == "sdk_kinds"

topic = Topics.create(CreateTopicRequest(name="orders", service="sdk_kinds", partitions=3))
assert [each.partitions for each in Topics.list(filters={"service": "sdk_kinds"}).entities] == [3]
topic.description = "Orders as they come in."
assert Topics.update(topic).description.root == "Orders as they come in."

for facade in requests:
    service = facade.retrieve_by_name("sdk_kinds")
    facade.delete(service.id, recursive=True, hard_delete=True)
    assert facade.retrieve_by_name("sdk_kinds") is None
