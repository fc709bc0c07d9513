"""Users, and a team they belong to."""

import os
import sys

from metadata.generated.schema.api.teams.createTeam import CreateTeamRequest
from metadata.generated.schema.api.teams.createUser import CreateUserRequest
from metadata.generated.schema.entity.services.connections.metadata.openMetadataConnection import (
    AuthProvider,
    OpenMetadataConnection,
)
from metadata.generated.schema.entity.teams.team import Team, TeamType
from metadata.generated.schema.entity.teams.user import User
from metadata.generated.schema.security.client.openMetadataJWTClientConfig import (
    OpenMetadataJWTClientConfig,
)
from metadata.ingestion.ometa.ometa_api import OpenMetadata

create_users = [
    CreateUserRequest(name=f"crew-{name}", email=f"crew-{name}@example.com", displayName=name)
    for name in ("ada", "bob")
]
assert create_users[0].email.root == "crew-ada@example.com"
try:
    CreateUserRequest(name="nobody", email="no address")
except ValueError as error:
    assert "email" in str(error)
else:
    raise AssertionError("an address without @ was accepted")

if "--offline" in sys.argv:
    sys.exit()

metadata = OpenMetadata(
    OpenMetadataConnection(
        hostPort=os.environ["OM_HOST"],
        authProvider=AuthProvider.openmetadata,
        securityConfig=OpenMetadataJWTClientConfig(jwtToken=os.environ["OM_TOKEN"]),
    )
)

ada, bob = (metadata.create_or_update(create) for create in create_users)
assert ada.email.root == "crew-ada@example.com"
team = metadata.create_or_update(
    CreateTeamRequest(
        name="crew",
        teamType=TeamType.Group,
        description="Who keeps the shop going.",
        users=[ada.id, bob.id],
    )
)
found = metadata.get_by_name(entity=Team, fqn="crew", fields=["users"])
assert {reference.id.root for reference in found.users.root} == {ada.id.root, bob.id.root}
assert found.teamType == TeamType.Group

user = metadata.get_by_name(entity=User, fqn="crew-ada", fields=["teams"])
assert [reference.name for reference in user.teams.root] == ["crew"]
reference = metadata.get_reference_by_name(name="crew-ada", is_owner=True)
assert reference.root[0].id.root == ada.id.root
assert metadata.get_reference_by_email("crew-bob@example.com").root[0].type == "user"
assert metadata.get_reference_by_name("nobody-at-all") is None

for entity, one in ((Team, team), (User, ada), (User, bob)):
    metadata.delete(entity=entity, entity_id=one.id, hard_delete=True)
