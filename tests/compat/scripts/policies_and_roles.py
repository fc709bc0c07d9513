"""A policy with a rule, and a role that follows it."""

import os
import sys

from metadata.generated.schema.api.policies.createPolicy import CreatePolicyRequest
from metadata.generated.schema.api.teams.createRole import CreateRoleRequest
from metadata.generated.schema.entity.policies.accessControl.resourceDescriptor import Operation
from metadata.generated.schema.entity.policies.accessControl.rule import Effect, Rule
from metadata.generated.schema.entity.policies.policy import Policy
from metadata.generated.schema.entity.services.connections.metadata.openMetadataConnection import (
    AuthProvider,
    OpenMetadataConnection,
)
from metadata.generated.schema.entity.teams.role import Role
from metadata.generated.schema.security.client.openMetadataJWTClientConfig import (
    OpenMetadataJWTClientConfig,
)
from metadata.ingestion.ometa.ometa_api import OpenMetadata

create_policy = CreatePolicyRequest(
    name="LookOnly",
    description="Look, do not touch.",
    rules=[
        Rule(
            name="look",
            resources=["table", "topic"],
            operations=[Operation.ViewAll, Operation.ViewBasic],
            effect=Effect.allow,
        )
    ],
)
create_role = CreateRoleRequest(name="Visitor", policies=["LookOnly"])
assert create_policy.rules.root[0].effect == Effect.allow

if "--offline" in sys.argv:
    sys.exit()

metadata = OpenMetadata(
    OpenMetadataConnection(
        hostPort=os.environ["OM_HOST"],
        authProvider=AuthProvider.openmetadata,
        securityConfig=OpenMetadataJWTClientConfig(jwtToken=os.environ["OM_TOKEN"]),
    )
)

policy = metadata.create_or_update(create_policy)
rule = policy.rules.root[0]
assert (rule.name, rule.effect) == ("look", Effect.allow)
assert set(rule.operations) == {Operation.ViewAll, Operation.ViewBasic}
role = metadata.create_or_update(create_role)
found = metadata.get_by_name(Role, "Visitor", fields=["policies"])
assert [reference.name for reference in found.policies.root] == ["LookOnly"]
assert metadata.get_by_id(Policy, policy.id).name.root == "LookOnly"

metadata.delete(Role, role.id, hard_delete=True)
metadata.delete(Policy, policy.id, hard_delete=True)
