"""The entities that requests name: made when one is first needed, and shared after that."""

from __future__ import annotations

import itertools
from typing import Any

from dynclient.client.client import Client
from tests.matrix.payloads import Named, Payloads, resolved


class Pool:
    """Parents, owners and the like on one server.

    Args:
        om: an administrator's client of it.
        payloads: how requests are made.
        prefix: what the names of all that is made begin with.
    """

    def __init__(self, om: Client, payloads: Payloads, prefix: str) -> None:
        self.om = om
        self.payloads = payloads
        self._prefix = prefix
        self._numbers = itertools.count(1)
        self._made: dict[str, Any] = {}
        self._making: list[str] = []

    def unique(self) -> str:
        """Return a text that nothing else here is called."""
        return f"{self._prefix}{next(self._numbers)}"

    def ready(self, data: Any) -> Any:
        """Return a request without placeholders; what it names is made."""
        return resolved(data, self.unique(), self.found)

    def found(self, named: Named) -> Any:
        """Return what stands for the entity that a placeholder means."""
        entity = self._entity(named)
        if named.form == "link":
            return f"<#E::{named.entity}::{entity.fullyQualifiedName}>"
        return str(entity.fullyQualifiedName) if named.form == "name" else entity

    def _entity(self, named: Named) -> Any:
        key = repr((named.entity, named.fields))
        if named.fresh or key not in self._made:
            made = self._make(named)
            if named.fresh:
                return made
            self._made[key] = made
        return self._made[key]

    def _make(self, named: Named) -> Any:
        if named.entity in self._making:
            circle = " → ".join([*self._making, named.entity])
            raise AssertionError(f"to make one, one has to be there: {circle}")
        self._making.append(named.entity)
        try:
            release = self.om.release
            kind = release.entities.get(named.entity) or release.time_series[named.entity]
            least = self.payloads.least(kind)
            return self.om[named.entity].create(**self.ready({**least, **dict(named.fields)}))
        finally:
            self._making.pop()
