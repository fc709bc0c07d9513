"""The entities that requests name: created when first needed, then shared."""

from __future__ import annotations

import itertools
from typing import Any

from dynclient.client.client import Client
from tests.matrix.payloads import EntityPlaceholder, Payloads, resolve_placeholders


class Pool:
    """Parents, owners and other entities on one server.

    Args:
        om: client of the server, as an administrator.
        payloads: generates the create requests.
        prefix: prefix of the names of all new entities.
    """

    def __init__(self, om: Client, payloads: Payloads, prefix: str) -> None:
        self.om = om
        self.payloads = payloads
        self._prefix = prefix
        self._numbers = itertools.count(1)
        self._entities: dict[str, Any] = {}
        self._pending: list[str] = []

    def unique(self) -> str:
        """Return a name that no other entity of the pool has."""
        return f"{self._prefix}{next(self._numbers)}"

    def resolve(self, data: Any) -> Any:
        """Return a request without placeholders; the entities it names are created."""
        return resolve_placeholders(data, self.unique(), self.find)

    def find(self, placeholder: EntityPlaceholder) -> Any:
        """Return the entity, name or link that replaces a placeholder."""
        entity = self._entity(placeholder)
        if placeholder.form == "link":
            return f"<#E::{placeholder.entity}::{entity.fullyQualifiedName}>"
        return str(entity.fullyQualifiedName) if placeholder.form == "name" else entity

    def _entity(self, placeholder: EntityPlaceholder) -> Any:
        key = repr((placeholder.entity, placeholder.fields))
        if placeholder.fresh or key not in self._entities:
            created = self._create(placeholder)
            if placeholder.fresh:
                return created
            self._entities[key] = created
        return self._entities[key]

    def _create(self, placeholder: EntityPlaceholder) -> Any:
        if placeholder.entity in self._pending:
            circle = " → ".join([*self._pending, placeholder.entity])
            raise AssertionError(f"create requests need each other: {circle}")
        self._pending.append(placeholder.entity)
        try:
            release = self.om.release
            name = placeholder.entity
            request = self.payloads.least(release.entities.get(name) or release.time_series[name])
            body = self.resolve({**request, **dict(placeholder.fields)})
            return self.om[name].create(**body)
        finally:
            self._pending.pop()
