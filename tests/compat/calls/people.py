"""Users, teams, roles, policies and bots, and the owners of a table."""

from metadata.generated.schema.api.policies.createPolicy import CreatePolicyRequest
from metadata.generated.schema.api.teams.createRole import CreateRoleRequest
from metadata.generated.schema.api.teams.createTeam import CreateTeamRequest
from metadata.generated.schema.api.teams.createUser import CreateUserRequest
from metadata.generated.schema.entity.data.table import Table
from metadata.generated.schema.entity.policies.accessControl.resourceDescriptor import Operation
from metadata.generated.schema.entity.policies.accessControl.rule import Effect, Rule
from metadata.generated.schema.entity.teams.team import Team, TeamType
from metadata.generated.schema.entity.teams.user import User
from metadata.generated.schema.type.entityReference import EntityReference
from metadata.generated.schema.type.entityReferenceList import EntityReferenceList

from calls.registry import call


@call
def create_user(om, _):
    return om.create_or_update(
        CreateUserRequest(name="ada", email="ada@example.com", displayName="Ada L.")
    )


@call
def create_another_user(om, _):
    return om.create_or_update(CreateUserRequest(name="bob", email="bob@example.com")).email


@call
def create_team(om, seen):
    return om.create_or_update(
        CreateTeamRequest(
            name="crew",
            displayName="The Crew",
            teamType=TeamType.Group,
            email="crew@example.com",
            users=[seen.create_user.id],
        )
    )


@call
def get_team_with_users(om, _):
    return om.get_by_name(Team, "crew", fields=["users"]).users


@call
def get_user_with_teams(om, _):
    return om.get_by_name(User, "ada", fields=["teams", "roles"])


@call
def get_reference_by_name_of_a_team(om, _):
    return om.get_reference_by_name("crew", is_owner=True)


@call
def get_reference_by_name_of_a_user(om, _):
    return om.get_reference_by_name("ada")


@call
def get_reference_by_name_that_is_absent(om, _):
    return om.get_reference_by_name("who-is-that")


@call
def get_reference_by_email(om, _):
    return om.get_reference_by_email("ada@example.com")


@call
def get_reference_by_email_that_is_absent(om, _):
    return om.get_reference_by_email("nobody@example.com")


@call
def create_policy(om, _):
    return om.create_or_update(
        CreatePolicyRequest(
            name="readers",
            rules=[
                Rule(
                    name="look",
                    resources=["table"],
                    operations=[Operation.ViewAll],
                    effect=Effect.allow,
                )
            ],
        )
    )


@call
def create_role(om, _):
    return om.create_or_update(CreateRoleRequest(name="reader", policies=["readers"]))


def owners(*users):
    return EntityReferenceList(root=[EntityReference(id=user.id, type="user") for user in users])


@call
def patch_owner(om, seen):
    return om.patch_owner(Table, source=seen.get_by_name, owners=owners(seen.create_user))


@call
def patch_owner_that_is_there_already(om, seen):
    return om.patch_owner(Table, source=seen.get_by_name, owners=owners(seen.create_user))


@call
def get_owners(om, _):
    return om.get_by_name(Table, "shop.sales.public.orders", fields=["owners"]).owners


@call
def patch_owner_away(om, seen):
    return om.patch_owner(Table, source=seen.get_by_name, force=True)


@call
def patch_owner_by_force(om, seen):
    table = om.get_by_name(Table, "shop.sales.public.t3")
    crew = EntityReferenceList(root=[EntityReference(id=seen.create_team.id, type="team")])
    om.patch_owner(Table, source=table, owners=owners(seen.create_user))
    return om.patch_owner(Table, source=table, owners=crew, force=True)
