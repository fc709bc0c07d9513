"""Descriptions of entities and of their parts."""

from __future__ import annotations

from typing import Any

from dynclient import model
from dynclient.extensions.base import CollectionEntity, CollectionExtension
from dynclient.extensions.entity_parts import named_parts, requesting_fields

FIELD = "description"


class Descriptions(CollectionExtension):
    """Descriptions: ``om.tables.set_description(t, "a name", column="name")``."""

    name = "descriptions"

    def set_description(self, target: Any, text: str | None, **parts: Any) -> CollectionEntity:
        """Set the description of an entity or of parts of it.

        Args:
            target: the entity, by id, name, reference or itself; only its identity is used.
            text: the description, in Markdown; None removes it.
            parts: the parts instead of the entity, by the singular of their list: ``column="id"``,
                ``task=``, ``field="address.city"``; a list for several.

        Returns:
            The entity as the server has it now.

        Raises:
            BadArguments: there is no such part; lists all problems. Nothing is sent.
            NotFound: the entity does not exist.
        """
        call = f"{self.attribute}.set_description"

        def change(state: Any) -> None:
            for part in named_parts(call, state, FIELD, parts):
                if model.raw(part).get(FIELD) != text:
                    part[FIELD] = text

        release, entity = self.session.release, self.spec.entity
        fields = requesting_fields(release, entity, FIELD, in_parts=bool(parts))
        return self.edit(target, change, fields=fields)
