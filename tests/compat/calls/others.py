"""Topics, containers, models, custom properties, ingestion pipelines, queries and search."""

from metadata.generated.schema.api.data.createContainer import CreateContainerRequest
from metadata.generated.schema.api.data.createCustomProperty import CreateCustomPropertyRequest
from metadata.generated.schema.api.data.createMlModel import CreateMlModelRequest
from metadata.generated.schema.api.data.createQuery import CreateQueryRequest
from metadata.generated.schema.api.data.createTopic import CreateTopicRequest
from metadata.generated.schema.api.services.createMessagingService import (
    CreateMessagingServiceRequest,
)
from metadata.generated.schema.api.services.createMlModelService import CreateMlModelServiceRequest
from metadata.generated.schema.api.services.createStorageService import CreateStorageServiceRequest
from metadata.generated.schema.api.services.ingestionPipelines.createIngestionPipeline import (
    CreateIngestionPipelineRequest,
)
from metadata.generated.schema.entity.classification.classification import Classification
from metadata.generated.schema.entity.data.mlmodel import MlFeature
from metadata.generated.schema.entity.data.query import Query
from metadata.generated.schema.entity.data.table import Table
from metadata.generated.schema.entity.data.topic import Topic
from metadata.generated.schema.entity.services.databaseService import DatabaseService
from metadata.generated.schema.entity.services.ingestionPipelines.ingestionPipeline import (
    AirflowConfig,
    IngestionPipeline,
    PipelineState,
    PipelineStatus,
    PipelineType,
)
from metadata.generated.schema.metadataIngestion.databaseServiceMetadataPipeline import (
    DatabaseServiceMetadataPipeline,
)
from metadata.generated.schema.metadataIngestion.workflow import SourceConfig
from metadata.generated.schema.type.entityReference import EntityReference
from metadata.generated.schema.type.schema import SchemaType
from metadata.generated.schema.type.schema import Topic as TopicSchema
from metadata.ingestion.models.custom_properties import (
    CustomPropertyDataTypes,
    OMetaCustomProperties,
)
from metadata.ingestion.models.custom_pydantic import BaseModel

from calls.registry import call

RUN = "3f2c7a51-6a0e-4f43-a1b5-5a5b6d2f7c11"


@call
def create_topic(om, _):
    om.create_or_update(CreateMessagingServiceRequest(name="bus", serviceType="Kafka"))
    return om.create_or_update(
        CreateTopicRequest(
            name="orders",
            service="bus",
            partitions=3,
            messageSchema=TopicSchema(schemaType=SchemaType.JSON, schemaText='{"type": "object"}'),
        )
    )


@call
def create_container(om, _):
    om.create_or_update(CreateStorageServiceRequest(name="attic", serviceType="S3"))
    parent = om.create_or_update(CreateContainerRequest(name="box", service="attic"))
    return om.create_or_update(
        CreateContainerRequest(
            name="letters",
            service="attic",
            parent=EntityReference(id=parent.id, type="container"),
            prefix="/letters",
        )
    )


@call
def create_ml_model(om, _):
    om.create_or_update(CreateMlModelServiceRequest(name="guesses", serviceType="Mlflow"))
    return om.create_or_update(
        CreateMlModelRequest(
            name="churn",
            algorithm="forest",
            service="guesses",
            mlFeatures=[MlFeature(name="age", dataType="numerical")],
        )
    )


@call
def get_property_type_ref(om, _):
    return om.get_property_type_ref(CustomPropertyDataTypes.STRING)


@call
def get_custom_property_type(om, _):
    return om.get_custom_property_type(CustomPropertyDataTypes.INTEGER)


@call
def create_custom_property(om, _):
    return om.create_or_update_custom_property(
        OMetaCustomProperties(
            entity_type=Table,
            createCustomPropertyRequest=CreateCustomPropertyRequest(
                name="retention",
                description="How long.",
                propertyType=om.get_property_type_ref(CustomPropertyDataTypes.STRING),
            ),
        )
    )


@call
def get_entity_custom_properties(om, _):
    return om.get_entity_custom_properties(Table)


@call
def create_table_with_custom_property(om, seen):
    request = seen.build_request.model_copy(deep=True)
    request.extension = {"retention": "a year"}
    return om.create_or_update(request).version


@call
def get_custom_property(om, _):
    return om.get_by_name(Table, "shop.sales.public.orders", fields=["extension"]).extension


@call
def create_query(om, seen):
    return om.create_or_update(
        CreateQueryRequest(
            name="all-orders",
            query="SELECT * FROM orders",
            service="shop",
            queryUsedIn=[EntityReference(id=seen.create_table.id, type="table")],
        )
    )


@call
def get_entity_queries(om, seen):
    return om.get_entity_queries(seen.create_table.id.root)


@call
def list_queries(om, _):
    return om.list_entities(Query, params={"service": "shop"}).total


@call
def create_ingestion_pipeline(om, seen):
    return om.create_or_update(
        CreateIngestionPipelineRequest(
            name="read",
            pipelineType=PipelineType.metadata,
            service=EntityReference(id=seen.create_service.id, type="databaseService"),
            sourceConfig=SourceConfig(config=DatabaseServiceMetadataPipeline()),
            airflowConfig=AirflowConfig(),
        )
    )


@call
def put_pipeline_status(om, _):
    return om.create_or_update_pipeline_status(
        "shop.read",
        PipelineStatus(
            runId=RUN,
            pipelineState=PipelineState.success,
            startDate=1700000000000,
            timestamp=1700000000000,
            endDate=1700000060000,
        ),
    )


@call
def get_pipeline_status(om, _):
    return om.get_pipeline_status("shop.read", RUN)


@call
def get_pipeline_status_between(om, _):
    return om.get_pipeline_status_between_ts("shop.read", 1690000000000, 1710000000000)


@call
def get_ingestion_pipeline(om, _):
    return om.get_by_name(IngestionPipeline, "shop.read", fields=["pipelineStatuses"])


@call
def search_by_name(om, _):
    found = om.es_search_from_fqn(Table, "shop.sales.public.order*")
    return None if found is None else [table.fullyQualifiedName for table in found]


@call
def search_what_is_absent(om, _):
    return om.es_search_from_fqn(Table, "nowhere.sales.public.orders")


@call
def get_service_by_its_id(om, seen):
    return om.get_by_id(DatabaseService, seen.create_service.id).name


@call
def delete_classification(om, seen):
    return om.delete(
        Classification, seen.create_classification.id, recursive=True, hard_delete=True
    )


@call
def delete_service(om, seen):
    return om.delete(DatabaseService, seen.create_service.id, recursive=True, hard_delete=True)


@call
def is_a_model(_, seen):
    return [isinstance(seen.get_by_name, BaseModel), isinstance(seen.create_topic, Topic)]
