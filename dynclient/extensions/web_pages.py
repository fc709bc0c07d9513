"""``om.url(table)``: the page of an entity in the web interface of the server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dynclient import model
from dynclient.extensions.base import Extension
from dynclient.session.page_addresses import page_url


class WebPages(Extension):
    """The pages of the web interface: ``om.url(table)``."""

    name = "web_pages"

    def url(self, target: Any) -> str | None:
        """Return the URL of the page of an entity in the web interface.

        No request is sent for an entity, or for a name with its type.

        Args:
            target: an entity, a reference, or ``"table:a.b.c.d"``.

        Returns:
            The URL; None if entities of its type have no page of their own.

        Raises:
            BadArguments: the target does not say which entity it is.
            NotFound: there is no entity with that id.
        """
        return page_url(self.session, *self._identity(target))

    def _identity(self, target: Any) -> tuple[str, str]:
        """Return the type and the fully qualified name of an entity."""
        if isinstance(target, str) and ":" in target:
            prefix, _, name = target.partition(":")
            return self.session.find(prefix).entity.name, name
        kind: str | None = None
        if isinstance(target, model.Entity):
            kind = model.type_of(target)
        elif isinstance(target, Mapping):
            kind = target.get("type")
        return kind or self.reference(target)["type"], self.name_of(target)
