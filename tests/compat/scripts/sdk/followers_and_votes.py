"""Users who follow a topic and vote for it."""

import os

from metadata.generated.schema.api.data.createTopic import CreateTopicRequest
from metadata.generated.schema.api.services.createMessagingService import (
    CreateMessagingServiceRequest,
)
from metadata.generated.schema.api.teams.createUser import CreateUserRequest
from metadata.sdk import Users, configure
from metadata.sdk.entities import MessagingServices, Topics

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])

service = MessagingServices.create(
    CreateMessagingServiceRequest(name="sdk_followed", serviceType="Kafka")
)
topic = Topics.create(CreateTopicRequest(name="orders", service="sdk_followed", partitions=1))
users = [
    Users.create(CreateUserRequest(name=name, email=f"{name}@example.com"))
    for name in ("sdk_bo", "sdk_cy")
]


def followers(entity):
    """Return the names of the followers of an entity."""
    return sorted(each.name for each in entity.followers.root)


followed = Topics.add_followers(topic.id, [users[0].id, str(users[1].id.root)])
assert followers(followed) == ["sdk_bo", "sdk_cy"]
assert followers(Topics.add_followers(topic.id, [])) == ["sdk_bo", "sdk_cy"]
left = Topics.remove_followers(topic.id, [users[0].id])
assert followers(left) == ["sdk_cy"]

assert Topics.vote(topic.id, "votedUp").votes.upVotes == 1
assert Topics.vote(topic.id, "unVoted").votes.upVotes == 0

MessagingServices.delete(service.id, recursive=True, hard_delete=True)
for user in users:
    Users.delete(user.id, hard_delete=True)
