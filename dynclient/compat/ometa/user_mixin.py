"""Users and teams looked up by what people call them; no search index is asked."""

from __future__ import annotations

from typing import Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.crud_mixin import CrudMixin
from dynclient.compat.ometa.gateway import plain

_LIST = "type/entityReferenceList.json"
_OWNING = "Group"
"""The only kind of team that may own something."""


class People(CrudMixin):
    """The methods of the official client that find users and teams."""

    def get_reference_by_name(
        self,
        name: str | None,
        from_count: int = 0,
        size: int = 1,
        fields: list[str] | None = None,
        is_owner: bool = False,
    ) -> Any:
        """Return a list with a reference to the team or user of a name; None where there is none.

        Args:
            name: of a team, else of a user.
            from_count: accepted; a name has one bearer.
            size: accepted.
            fields: accepted.
            is_owner: leave out teams that cannot own anything.
        """
        del from_count, size, fields
        if not name:
            return None
        for kind in ("team", "user"):
            found = self._found(kind, plain(name))
            if found is not None and not (is_owner and found.get("teamType", _OWNING) != _OWNING):
                return self._referring(kind, found)
        return None

    def get_reference_by_email(
        self,
        email: str | None,
        from_count: int = 0,
        size: int = 1,
        fields: list[str] | None = None,
    ) -> Any:
        """Return a list with a reference to the user of an address; None where there is none.

        A user is called like the local part of the address, and so found at once; users called
        otherwise are found by looking through all of them.
        """
        del from_count, size, fields
        if not email:
            return None
        wanted = str(plain(email)).casefold()
        found = self._found("user", wanted.partition("@")[0])
        if found is None or str(found.get("email")).casefold() != wanted:
            found = self._with_email(wanted)
        return None if found is None else self._referring("user", found)

    def _found(self, kind: str, name: Any) -> Any:
        from dynclient import fqn

        asked = {"fqn": fqn.build(str(name).strip('"'))}
        return self.gateway.found(self.gateway.spec(kind), "get_by_name", asked, nullable=True)

    def _with_email(self, wanted: str) -> Any:
        spec = self.gateway.spec("user")
        every = self.list_all_entities(
            schema_classes.class_at(self.gateway.release, spec.entity.path)
        )
        listed = (schema_classes.payload(each) for each in every)
        return next((each for each in listed if each.get("email", "").casefold() == wanted), None)

    def _referring(self, kind: str, found: dict[str, Any]) -> Any:
        known = ("id", "name", "fullyQualifiedName", "displayName", "href")
        told = {name: found[name] for name in known if name in found}
        return schema_classes.wrap(
            schema_classes.class_at(self.types, _LIST), [{**told, "type": kind}]
        )
