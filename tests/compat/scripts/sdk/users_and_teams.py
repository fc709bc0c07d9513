"""Teams with users, users with teams, and owners of tables."""

import os

from metadata.generated.schema.api.teams.createTeam import CreateTeamRequest
from metadata.generated.schema.api.teams.createUser import CreateUserRequest
from metadata.sdk import Teams, Users, configure, to_entity_reference

configure(host=os.environ["OM_HOST"], jwt_token=os.environ["OM_TOKEN"])

team = Teams.create(
    CreateTeamRequest(name="sdk_engineers", teamType="Group", displayName="Engineers")
)
user = Users.create(
    CreateUserRequest(
        name="sdk_ada", email="sdk_ada@example.com", displayName="Ada", teams=[team.id.root]
    )
)
found = Users.retrieve_by_name("sdk_ada", fields=["teams", "roles"])
assert [each.name for each in found.teams.root] == ["sdk_engineers"]

reference = to_entity_reference(team)
assert reference["type"] == "team"
assert reference["id"] == str(team.id.root)
assert reference["fullyQualifiedName"] == "sdk_engineers"

# Only the name is sent, although the user was read with teams and roles.
found.displayName = "Ada L."
changed = Users.update(found)
assert changed.displayName == "Ada L."
again = Users.retrieve(user.id, fields=["teams"])
assert [each.name for each in again.teams.root] == ["sdk_engineers"]
assert any(each.email.root == "sdk_ada@example.com" for each in Users.list_all(batch_size=100))

members = Teams.retrieve_by_name("sdk_engineers", fields=["users"]).users
assert [each.name for each in members.root] == ["sdk_ada"]

Users.delete(user.id, hard_delete=True)
Teams.delete(team.id, hard_delete=True)
