"""Users and teams found by name or e-mail address, without the search index."""

from __future__ import annotations

from typing import Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.crud_mixin import CrudMixin
from dynclient.compat.ometa.gateway import plain

_LIST = "type/entityReferenceList.json"
_OWNING = "Group"
"""The only type of team that can own entities."""
_PEOPLE = ("team", "user")
_PAGE = 1000
"""Users or teams that one request lists, at most."""


class UserMixin(CrudMixin):
    """The official client's methods that find users and teams."""

    def get_reference_by_name(
        self,
        name: str | None,
        from_count: int = 0,
        size: int = 1,
        fields: list[str] | None = None,
        is_owner: bool = False,
    ) -> Any:
        """Return a list with a reference to a team or user by name, or None if there is none.

        Names are tried first; if there is none, teams and users are listed, and those with the
        display name are found.

        Args:
            name: name of a team, else of a user; else the display name of one. The case of a
                display name does not matter.
            from_count: accepted and ignored; names are unique.
            size: accepted and ignored.
            fields: accepted and ignored.
            is_owner: ignore teams that cannot own entities.
        """
        del from_count, size, fields
        if not name:
            return None
        text = str(plain(name))
        for find in (self._find, self._find_by_display_name):
            for kind in _PEOPLE:
                found = find(kind, text)
                if found is not None and (
                    not is_owner or found.get("teamType", _OWNING) == _OWNING
                ):
                    return self._reference_list(kind, found)
        return None

    def get_reference_by_email(
        self,
        email: str | None,
        from_count: int = 0,
        size: int = 1,
        fields: list[str] | None = None,
    ) -> Any:
        """Return a list with a reference to a user or team by e-mail address, or None.

        The user named like the local part of the address is tried first; if that is another user,
        all users are listed, then all teams.

        Args:
            email: the address; its case does not matter.
            from_count: accepted and ignored; addresses are unique.
            size: accepted and ignored.
            fields: accepted and ignored.
        """
        del from_count, size, fields
        if not email:
            return None
        address = str(plain(email))
        for kind, find in (("user", self._find_user), ("team", self._find_team)):
            found = find(address)
            if found is not None:
                return self._reference_list(kind, found)
        return None

    def get_user_by_email(
        self,
        email: str | None,
        from_count: int = 0,
        size: int = 1,
        fields: list[str] | None = None,
    ) -> Any:
        """Return a user by e-mail address, or None if there is none.

        Args:
            email: the address; its case does not matter.
            from_count: accepted and ignored; addresses are unique.
            size: accepted and ignored.
            fields: fields to return in addition to the default ones.
        """
        del from_count, size
        found = self._find_user(str(plain(email))) if email else None
        if found is None:
            return None
        user = self._class_of("user")
        return self.get_by_id(user, found["id"], fields) if fields else self._to_entity(user, found)

    def _find_user(self, address: str) -> Any:
        """Return the JSON of a user by an e-mail address; the name like it is tried first."""
        address = address.casefold()
        found = self._find("user", address.partition("@")[0])
        if found is not None and str(found.get("email")).casefold() == address:
            return found
        return self._find_listed("user", "email", address)

    def _find_team(self, address: str) -> Any:
        return self._find_listed("team", "email", address)

    def _find(self, kind: str, name: Any) -> Any:
        from dynclient import fqn

        arguments = {"fqn": fqn.build(str(name).strip('"'))}
        return self.gateway.find(self.gateway.spec(kind), "get_by_name", arguments, nullable=True)

    def _find_by_display_name(self, kind: str, name: str) -> Any:
        return self._find_listed(kind, "displayName", name)

    def _find_listed(self, kind: str, field: str, text: str) -> Any:
        """Return the JSON of the first user or team with a text in a field, or None."""
        spec = self.gateway.spec(kind)
        cls = schema_classes.class_at(self.gateway.release, spec.entity.path)
        listed = (schema_classes.payload(each) for each in self.list_all_entities(cls, limit=_PAGE))
        sought = text.casefold()
        return next((each for each in listed if each.get(field, "").casefold() == sought), None)

    def _reference_list(self, kind: str, found: dict[str, Any]) -> Any:
        known = ("id", "name", "fullyQualifiedName", "displayName", "href")
        fields = {name: found[name] for name in known if name in found}
        return schema_classes.wrap(
            schema_classes.class_at(self.types, _LIST), [{**fields, "type": kind}]
        )
