"""The user of the token, and what users may do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.display.blocks import Block, Heading, Label, Table, Text, Tone
from dynclient.display.displayed import Displayed
from dynclient.extensions.base import Extension

if TYPE_CHECKING:
    from dynclient.session.session import Session

_TONES: dict[str, Tone] = {
    "allow": "good", "conditionalAllow": "warning", "conditionalDeny": "warning", "deny": "bad",
}  # fmt: skip
"""How each access is coloured."""


class Permissions(Displayed, Mapping[str, str]):
    """What a user may do with one entity or type: the access by operation.

    The access is ``allow``, ``conditionalAllow``, ``notAllow``, ``conditionalDeny`` or ``deny``.

    Args:
        resource: the type of the entity.
        rows: the permissions as the server returned them.
    """

    def __init__(self, resource: str, rows: Sequence[Mapping[str, Any]]) -> None:
        self.resource = resource
        self._rows = {str(row["operation"]): row for row in rows}

    @property
    def allowed(self) -> tuple[str, ...]:
        """The operations that are allowed without a condition."""
        return tuple(name for name, access in self.items() if access == "allow")

    def rule(self, operation: str) -> str | None:
        """Return the name of the rule that decides about an operation; None if none does.

        Args:
            operation: the operation, ``"EditTags"``.

        Raises:
            KeyError: there is no such operation.
        """
        rule = self._rows[operation].get("rule") or {}
        name: str | None = rule.get("name")
        return name

    def __getitem__(self, operation: str) -> str:
        return str(self._rows[operation]["access"])

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __str__(self) -> str:
        width = max(map(len, self._rows), default=0)
        lines = [f"{name:<{width}}  {access}" for name, access in self.items()]
        return "\n".join([self.resource, *lines])

    def _blocks(self) -> Iterator[Block]:
        yield Heading("permissions on", self.resource)
        yield Text(f"{len(self.allowed)} of {len(self)} operations allowed", "quiet")
        rows = [
            (name, Label(access, _TONES.get(access, "plain")), self.rule(name))
            for name, access in self.items()
        ]
        yield Table(("operation", "access", "rule"), rows)

    def __repr__(self) -> str:
        return f"<Permissions on {self.resource}: {len(self.allowed)} of {len(self)} allowed>"


class TypePermissions(Displayed, dict[str, Permissions]):
    """What a user may do with the entities of each type: :class:`Permissions` by type."""

    def _blocks(self) -> Iterator[Block]:
        yield Heading("permissions on", f"{len(self)} types")
        rows = [
            (name, f"{len(each.allowed)} of {len(each)}", list(each.allowed))
            for name, each in self.items()
        ]
        yield Table(("type", "allowed", "operations"), rows)


class People(Extension):
    """The people of a server: ``om.me()``, ``om.permissions(table)``."""

    name = "people"
    operations = "people"

    def me(self, fields: str | Sequence[str] | None = None) -> Any:
        """Return the user whose token the client has.

        Args:
            fields: more fields than the server returns by default: ``["roles", "teams"]``.

        Raises:
            Unauthorized: the client has no token, or one that is not accepted.
        """
        return self.call("me", {"fields": fields})

    def permissions(self, target: Any = None, user: Any = None) -> Any:
        """Return what a user may do.

        Args:
            target: an entity, a reference, ``"table:a.b.c.d"``; or the name of a type, ``"table"``;
                None for all types.
            user: the user: an entity, a reference or a name; by default the one of the token.
                Another one needs the rights of an administrator.

        Returns:
            The access by operation; for all types a dict of these by type.

        Raises:
            NotFound: the entity or the user does not exist.
        """
        asked = {"user": None if user is None else self.name_of(user, "user")}
        if target is None:
            found = model.json_of(self.call("all_permissions", asked))
            return TypePermissions((row["resource"], _permissions(row)) for row in found["data"])
        if isinstance(target, str) and ":" not in target:
            resource = self.session.find(target).entity.name
            found = self.call("type_permissions", {"resource": resource, **asked})
            return _permissions(model.json_of(found))
        reference = self.reference(target)
        path = {"resource": reference["type"], "id": reference["id"]}
        return _permissions(model.json_of(self.call("permissions", {**path, **asked})))


def find_user(session: Session, user: Any) -> Any:
    """Return a user.

    Args:
        session: the session of the server.
        user: an entity, a reference, a name, or ``"user:ada"``.

    Raises:
        NotFound: there is no such user.
    """
    is_name = isinstance(user, str) and ":" not in user
    return session.resolver.resolve(user, "user" if is_name else None)


def _permissions(row: Mapping[str, Any]) -> Permissions:
    return Permissions(str(row.get("resource")), row.get("permissions") or ())
