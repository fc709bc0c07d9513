"""A data file with users, roles, teams and policies, for tests of the sandbox's permissions."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from dynclient.sandbox.entities.entity_model import EntityModels
from dynclient.sandbox.entities.request_context import Caller, RequestContext
from dynclient.sandbox.storage.store import Transaction


def rule(
    effect: str, *operations: str, resources: Iterable[str] = ("table",), condition: str = ""
) -> dict[str, Any]:
    """Return a policy rule."""
    body: dict[str, Any] = {
        "name": f"{effect} {' '.join(operations)}",
        "effect": effect,
        "operations": list(operations),
        "resources": list(resources),
    }
    return {**body, "condition": condition} if condition else body


class Company:
    """Users, teams, roles and policies in one transaction, and contexts of requests by users."""

    def __init__(self, tx: Transaction, models: EntityModels) -> None:
        self.tx = tx
        self.models = models

    def add(self, type: str, name: str, **links: Iterable[tuple[str, str]]) -> tuple[str, str]:
        """Store an entity; return its (id, type)."""
        return self.add_doc(type, {"name": name}, **links)

    def add_doc(
        self, type: str, doc: dict[str, Any], **links: Iterable[tuple[str, str]]
    ) -> tuple[str, str]:
        """Store a document as an entity with its references; return its (id, type)."""
        id = str(uuid.uuid4())
        self.tx.put(type, {"id": id, "fullyQualifiedName": doc["name"], **doc})
        for field, targets in links.items():
            self.tx.link(id, type, field, targets)
        return id, type

    def policy(self, name: str, *rules: dict[str, Any], deleted: bool = False) -> tuple[str, str]:
        """Store a policy with rules."""
        return self.add_doc("policy", {"name": name, "rules": list(rules), "deleted": deleted})

    def role(self, name: str, *rules: dict[str, Any], deleted: bool = False) -> tuple[str, str]:
        """Store a role with a policy of its own."""
        policies = [self.policy(f"policy of {name}", *rules)]
        return self.add_doc("role", {"name": name, "deleted": deleted}, policies=policies)

    def team(self, name: str, *rules: dict[str, Any], **links: Any) -> tuple[str, str]:
        """Store a team with a policy of its own."""
        return self.add("team", name, policies=[self.policy(f"policy of {name}", *rules)], **links)

    def context(self, user: tuple[str, str], **flags: bool) -> RequestContext:
        """Return the context of a request that a user sends."""
        row = self.tx.get(user[0])
        assert row is not None
        caller = Caller(row.name, row.id, **{"admin": False, "bot": False, **flags})
        return RequestContext(self.tx, self.models, {}, caller, "http://sandbox/api", 1)
