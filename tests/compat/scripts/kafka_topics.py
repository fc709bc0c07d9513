"""A messaging service, and topics whose messages have a schema."""

import os
import sys

from metadata.generated.schema.api.data.createTopic import CreateTopicRequest
from metadata.generated.schema.api.services.createMessagingService import (
    CreateMessagingServiceRequest,
)
from metadata.generated.schema.entity.data.topic import CleanupPolicy, Topic
from metadata.generated.schema.entity.services.connections.messaging.kafkaConnection import (
    KafkaConnection,
)
from metadata.generated.schema.entity.services.connections.metadata.openMetadataConnection import (
    AuthProvider,
    OpenMetadataConnection,
)
from metadata.generated.schema.entity.services.messagingService import (
    MessagingConnection,
    MessagingService,
    MessagingServiceType,
)
from metadata.generated.schema.security.client.openMetadataJWTClientConfig import (
    OpenMetadataJWTClientConfig,
)
from metadata.generated.schema.type.schema import DataTypeTopic, FieldModel, SchemaType
from metadata.ingestion.ometa.ometa_api import OpenMetadata

create_service = CreateMessagingServiceRequest(
    name="kafka-orders",
    serviceType=MessagingServiceType.Kafka,
    connection=MessagingConnection(config=KafkaConnection(bootstrapServers="kafka:9092")),
)
create_topic = CreateTopicRequest(
    name="orders.placed",
    service="kafka-orders",
    partitions=12,
    replicationFactor=3,
    cleanupPolicies=[CleanupPolicy.delete, CleanupPolicy.compact],
    retentionTime=7 * 24 * 3600 * 1000.0,
    messageSchema={
        "schemaText": '{"type": "record"}',
        "schemaType": SchemaType.Avro,
        "schemaFields": [
            FieldModel(
                name="order",
                dataType=DataTypeTopic.RECORD,
                children=[
                    FieldModel(name="id", dataType=DataTypeTopic.LONG),
                    FieldModel(name="note", dataType="STRING", description="What was asked for."),
                ],
            )
        ],
    },
)
assert create_topic.messageSchema.schemaFields[0].children[1].dataType == DataTypeTopic.STRING

if "--offline" in sys.argv:
    sys.exit()

metadata = OpenMetadata(
    OpenMetadataConnection(
        hostPort=os.environ["OM_HOST"],
        authProvider=AuthProvider.openmetadata,
        securityConfig=OpenMetadataJWTClientConfig(jwtToken=os.environ["OM_TOKEN"]),
    )
)

service = metadata.create_or_update(create_service)
topic = metadata.create_or_update(create_topic)
assert isinstance(topic, Topic)
assert topic.fullyQualifiedName.root == 'kafka-orders."orders.placed"'
assert topic.cleanupPolicies == [CleanupPolicy.delete, CleanupPolicy.compact]
field = topic.messageSchema.schemaFields[0]
assert [child.name.root for child in field.children] == ["id", "note"]
assert field.children[0].dataType is DataTypeTopic.LONG

found = metadata.get_by_name(entity=Topic, fqn=topic.fullyQualifiedName)
assert found.partitions == 12
assert found.messageSchema.schemaType == SchemaType.Avro

metadata.delete(MessagingService, service.id, recursive=True, hard_delete=True)
assert metadata.get_by_id(Topic, topic.id) is None
