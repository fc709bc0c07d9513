"""Every method has a coroutine, which runs it in a thread."""

import asyncio
import os

from metadata.generated.schema.api.data.createTopic import CreateTopicRequest
from metadata.generated.schema.api.services.createMessagingService import (
    CreateMessagingServiceRequest,
)
from metadata.sdk import configure
from metadata.sdk.api import Lineage, Search
from metadata.sdk.entities import MessagingServices, Topics


async def main():
    """Create three topics at once, and relate two of them."""
    configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])
    service = await MessagingServices.create_async(
        CreateMessagingServiceRequest(name="sdk_async", serviceType="Kafka")
    )
    topics = await asyncio.gather(*(
        Topics.create_async(CreateTopicRequest(name=name, service="sdk_async", partitions=1))
        for name in ("one", "two", "three")
    ))  # fmt: skip
    assert [topic.name.root for topic in topics] == ["one", "two", "three"]
    listed = await Topics.list_all_async(filters={"service": "sdk_async"})
    assert len(listed) == 3
    found = await Topics.retrieve_async(topics[0].id, fields=["tags"])
    assert found.name.root == "one"

    one, two = (str(topic.id.root) for topic in topics[:2])
    await Lineage.add_lineage_async(one, "topic", two, "topic")
    graph = await Lineage.get_lineage_async("sdk_async.one", entity_type="topic")
    assert len(graph.downstreamEdges) == 1
    built = await Lineage.builder().entity_type("topic").entity_id(one).execute_async()
    assert built == graph
    exported = await Lineage.export_lineage_async("topic", one)
    assert exported["entity"]["name"] == "one"
    await Lineage.delete_lineage_async(one, "topic", two, "topic")

    answer = await Search.search_async("sdk_async", index="topic_search_index")
    assert "hits" in answer
    answer = await Search.builder().query("*").size(1).execute_async()
    assert len(answer["hits"]["hits"]) <= 1

    await MessagingServices.delete_async(service.id, recursive=True, hard_delete=True)
    assert await Topics.retrieve_async(topics[2].id) is None


asyncio.run(main())
