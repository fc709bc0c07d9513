"""``Settings``: the types of relations between glossary terms, a setting of the server."""

from __future__ import annotations

from typing import Any

from dynclient import model
from dynclient.compat.sdk.default_client import UsesClient
from dynclient.errors import BadArguments, Problem
from dynclient.tracebacks import public_calls

GLOSSARY_TERM_RELATION_SETTINGS = "glossaryTermRelationSettings"
_TYPES = "relationTypes"


@public_calls
class Settings(UsesClient):
    """The relations that glossary terms can have."""

    @classmethod
    def glossary_relation_settings(cls) -> dict[str, Any]:
        """Return the setting as JSON.

        Raises:
            BadArguments: the release has no such setting.
        """
        gateway = cls._get_client().gateway
        name = GLOSSARY_TERM_RELATION_SETTINGS
        found = gateway.native(lambda: gateway.extension("server_settings").get(name))
        return model.asdict(found) or {}

    @classmethod
    def glossary_relation_types(cls) -> list[dict[str, Any]]:
        """Return the types of relations as JSON."""
        found: list[dict[str, Any]] = cls.glossary_relation_settings().get(_TYPES) or []
        return found

    @classmethod
    def define_glossary_relation_type(cls, relation_type: dict[str, Any]) -> dict[str, Any] | None:
        """Add a type of relations, and return the setting; None if the type exists already.

        Args:
            relation_type: the type as JSON; it must have a ``name``.
        """
        if not relation_type.get("name"):
            message = "must have a name"
            problem = Problem("relation_type['name']", None, "argument", message)
            raise BadArguments(f"relation_type {message}", problems=(problem,))
        known = cls.glossary_relation_types()
        if any(each.get("name") == relation_type["name"] for each in known):
            return None
        gateway = cls._get_client().gateway
        fields = {_TYPES: [*known, relation_type]}
        changed = gateway.native(
            lambda: gateway.extension("server_settings").change(
                GLOSSARY_TERM_RELATION_SETTINGS, **fields
            )
        )
        result: dict[str, Any] = model.asdict(changed)
        return result
