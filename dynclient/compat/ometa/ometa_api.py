"""``metadata.ingestion.ometa.ometa_api``: the official client over dynclient's own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from dynclient.client.client import Client
from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.connection import FIELDS, read
from dynclient.compat.ometa.custom_property_mixin import Properties
from dynclient.compat.ometa.exceptions import (
    EmptyPayloadException,
    InvalidEntityException,
    MissingEntityTypeException,
)
from dynclient.compat.ometa.gateway import Gateway
from dynclient.compat.ometa.lineage_mixin import Lineage
from dynclient.compat.ometa.missing_methods import MissingMethods
from dynclient.compat.ometa.patch_helpers_mixin import Labels
from dynclient.compat.ometa.profile_mixin import Profiles
from dynclient.compat.ometa.rest_client import REST
from dynclient.compat.ometa.result_types import EntityList
from dynclient.compat.ometa.search_mixin import Searching
from dynclient.compat.ometa.service_mixin import Services
from dynclient.compat.ometa.tests_mixin import Quality
from dynclient.compat.ometa.user_mixin import People

if TYPE_CHECKING:
    from collections.abc import Mapping

_VARIABLES = "openmetadata__connection__"
"""What names of environment variables begin with that hold fields of a connection."""


class OpenMetadata(
    Labels, Properties, Lineage, Quality, Profiles, Searching, People, Services, MissingMethods
):
    """One server, as scripts of the official SDK talk to it.

    Nothing is sent before the first call. ``native`` is the client of dynclient behind it, for what
    the official one cannot do.

    Args:
        config: an ``OpenMetadataConnection``, or a mapping of its fields.
        raw_data: give lists and histories as decoded JSON.
        additional_client_config_arguments: ``cert``, ``timeout``, ``user_agent`` …, see
            :func:`dynclient.compat.ometa.connection.read`.

    Raises:
        UsageError: the connection leads nowhere; the message says what is missing.
    """

    def __init__(
        self,
        config: Any,
        raw_data: bool = False,
        additional_client_config_arguments: Mapping[str, Any] | None = None,
    ) -> None:
        from dynclient import compat

        found = read(schema_classes.payload(config), additional_client_config_arguments)
        hook = compat.installed()
        named = hook.release if hook is not None and hook.is_fixed else None
        self.config = config
        self.native = Client(found.base, found.transport(), found.settings, named)
        self.gateway = Gateway(self.native)
        if hook is not None:
            hook.set_server(lambda: self.gateway.release)
        self.client = REST.over(self.gateway)
        self._raw_data = raw_data

    @classmethod
    def from_env(cls) -> OpenMetadata:
        """Return a client of the server that ``OPENMETADATA__connection__hostPort`` … describe.

        Case does not matter, and two underscores lead into a field:
        ``OPENMETADATA__CONNECTION__SECURITYCONFIG__JWTTOKEN``.
        """
        return cls(_of_environment())

    def close(self) -> None:
        """Close the connections."""
        self.native.close()

    def __enter__(self) -> OpenMetadata:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<OpenMetadata over {self.native!r}>"


def _of_environment() -> dict[str, Any]:
    """Return the fields of a connection that the environment names, spelt as they are meant."""
    found: dict[str, Any] = {}
    for variable, value in os.environ.items():
        if not variable.casefold().startswith(_VARIABLES):
            continue
        *outer, last = variable[len(_VARIABLES) :].split("__")
        place = found
        for step in outer:
            place = place.setdefault(_spelt(step), {})
        place[_spelt(last)] = value
    return found


def _spelt(name: str) -> str:
    """Return a field as the connection spells it, whatever case a variable is written in."""
    return next((known for known in FIELDS if known.casefold() == name.casefold()), name)


__all__ = [
    "EmptyPayloadException",
    "EntityList",
    "InvalidEntityException",
    "MissingEntityTypeException",
    "OpenMetadata",
]
