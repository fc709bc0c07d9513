"""A bot with a user of its own, a policy and a role for it, and a team with a person in it."""

import os
import sys

from metadata.generated.schema.api.createBot import CreateBot
from metadata.generated.schema.api.policies.createPolicy import CreatePolicyRequest
from metadata.generated.schema.api.teams.createRole import CreateRoleRequest
from metadata.generated.schema.api.teams.createTeam import CreateTeamRequest
from metadata.generated.schema.api.teams.createUser import CreateUserRequest
from metadata.generated.schema.auth.jwtAuth import JWTAuthMechanism, JWTTokenExpiry
from metadata.generated.schema.entity.bot import Bot
from metadata.generated.schema.entity.policies.accessControl.resourceDescriptor import Operation
from metadata.generated.schema.entity.policies.accessControl.rule import Effect, Rule
from metadata.generated.schema.entity.policies.policy import Policy
from metadata.generated.schema.entity.services.connections.metadata.openMetadataConnection import (
    AuthProvider,
    OpenMetadataConnection,
)
from metadata.generated.schema.entity.teams.role import Role
from metadata.generated.schema.entity.teams.team import Team, TeamType
from metadata.generated.schema.entity.teams.user import AuthenticationMechanism, AuthType, User
from metadata.generated.schema.security.client.openMetadataJWTClientConfig import (
    OpenMetadataJWTClientConfig,
)
from metadata.generated.schema.type import basic
from metadata.ingestion.ometa.ometa_api import OpenMetadata

bot_user = CreateUserRequest(
    name=basic.EntityName("nightly-bot"),
    email=basic.Email("nightly-bot@example.com"),
    isBot=True,
    authenticationMechanism=AuthenticationMechanism(
        authType=AuthType.JWT,
        config=JWTAuthMechanism(JWTTokenExpiry=JWTTokenExpiry.Unlimited),
    ),
)
rule = Rule(
    name="look",
    description="May look at everything.",
    resources=["table", "database"],
    operations=[Operation.ViewAll],
    effect=Effect.allow,
)
assert type(bot_user.authenticationMechanism.config) is JWTAuthMechanism

if "--offline" in sys.argv:
    sys.exit()

metadata = OpenMetadata(
    OpenMetadataConnection(
        hostPort=os.environ["OM_HOST"],
        authProvider=AuthProvider.openmetadata,
        securityConfig=OpenMetadataJWTClientConfig(jwtToken=os.environ["OM_TOKEN"]),
    )
)

ada = metadata.create_or_update(CreateUserRequest(name="b.ada", email="b.ada@example.com"))
team = metadata.create_or_update(
    CreateTeamRequest(name="bot-keepers", teamType=TeamType.Group, users=[ada.id])
)
kept = metadata.get_by_name(Team, "bot-keepers", fields=["users"])
assert [user.id for user in kept.users.root] == [ada.id]

policy = metadata.create_or_update(
    CreatePolicyRequest(name="lookers", description="They look.", rules=[rule])
)
role = metadata.create_or_update(
    CreateRoleRequest(name="looker", policies=[policy.fullyQualifiedName.root])
)
found = metadata.get_by_name(Role, "looker", fields=["policies"])
assert [each.name for each in found.policies.root] == ["lookers"]
assert metadata.get_by_name(Policy, "lookers").rules.root[0].effect is Effect.allow

user = metadata.create_or_update(bot_user)
assert user.isBot is True
bot = metadata.create_or_update(CreateBot(name="nightly-bot", botUser=user.name.root))
assert bot.botUser.id == user.id

assert metadata.get_reference_by_email("b.ada@example.com").root[0].id == ada.id
assert metadata.get_reference_by_name("b.ada").root[0].type == "user"

metadata.delete(Bot, bot.id, hard_delete=True)  # and its user with it
for entity, created in ((Team, team), (Role, role), (Policy, policy), (User, ada)):
    metadata.delete(entity=entity, entity_id=created.id, hard_delete=True)
