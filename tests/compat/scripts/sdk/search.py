"""The search index: queries, suggestions, counts."""

import os

from metadata.generated.schema.api.data.createTopic import CreateTopicRequest
from metadata.generated.schema.api.services.createMessagingService import (
    CreateMessagingServiceRequest,
)
from metadata.sdk import configure
from metadata.sdk.api import Search
from metadata.sdk.api.search import SearchBuilder
from metadata.sdk.entities import MessagingServices, Topics

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])

service = MessagingServices.create(
    CreateMessagingServiceRequest(name="sdk_streams", serviceType="Kafka")
)
for name in ("sdkpayments", "sdkrefunds"):
    Topics.create(CreateTopicRequest(name=name, service="sdk_streams", partitions=1))


def names(answer):
    """Return the names of the hits."""
    return [hit["_source"]["name"] for hit in answer["hits"]["hits"]]


answer = Search.search("sdkpayments", index="topic_search_index", from_=0, size=25)
assert names(answer) == ["sdkpayments"]
answer = Search.search(
    "sdk*", index="topic_search_index", sort_field="name.keyword", sort_order="desc"
)
assert names(answer) == ["sdkrefunds", "sdkpayments"], names(answer)

builder = Search.builder().query("sdk*").index("topic_search_index").size(1)
assert isinstance(builder, SearchBuilder)
assert len(names(builder.execute())) == 1
filtered = Search.builder().query("*").index("topic_search_index")
assert names(filtered.filter("name.keyword", "sdkrefunds").execute()) == ["sdkrefunds"]
plain = Search.builder().query("sdkrefunds").include_aggregations(False).execute()
assert "aggregations" not in plain
try:
    Search.builder().execute()
except Exception as error:
    assert "query" in str(error)
else:
    raise AssertionError("a search without a query was sent")

assert Search.suggest("sdkpay", size=10) == ["sdkpayments"]
counted = Search.aggregate("sdk*", index="topic_search_index", field="name.keyword")
buckets = [each for value in counted["aggregations"].values() for each in value["buckets"]]
assert sorted(bucket["key"] for bucket in buckets) == ["sdkpayments", "sdkrefunds"]
advanced = Search.search_advanced({
    "query": {"term": {"name.keyword": "sdkrefunds"}},
    "index": "topic_search_index",
    "size": 50,
})  # fmt: skip
assert names(advanced) == ["sdkrefunds"]
assert [each.name.root for each in Topics.search("sdk_streams.sdkpay*")] == ["sdkpayments"]

MessagingServices.delete(service.id, recursive=True, hard_delete=True)
