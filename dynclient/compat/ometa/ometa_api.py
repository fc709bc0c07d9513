"""``metadata.ingestion.ometa.ometa_api``: the official client over dynclient's own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from dynclient.client.client import Client
from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.auth_mixin import AuthMixin
from dynclient.compat.ometa.bulk_mixin import BulkMixin
from dynclient.compat.ometa.connection import FIELDS, read
from dynclient.compat.ometa.custom_property_mixin import CustomPropertyMixin
from dynclient.compat.ometa.exceptions import (
    EmptyPayloadException,
    InvalidEntityException,
    MissingEntityTypeException,
)
from dynclient.compat.ometa.gateway import Gateway
from dynclient.compat.ometa.glossary_mixin import GlossaryMixin
from dynclient.compat.ometa.lineage_mixin import LineageMixin
from dynclient.compat.ometa.missing_methods import MissingMethods
from dynclient.compat.ometa.patch_helpers_mixin import PatchHelpersMixin
from dynclient.compat.ometa.pipeline_mixin import PipelineMixin
from dynclient.compat.ometa.profile_mixin import ProfileMixin
from dynclient.compat.ometa.rest_client import REST
from dynclient.compat.ometa.result_types import EntityList
from dynclient.compat.ometa.search_mixin import SearchMixin
from dynclient.compat.ometa.service_mixin import ServiceMixin
from dynclient.compat.ometa.tests_mixin import TestsMixin
from dynclient.compat.ometa.user_mixin import UserMixin
from dynclient.tracebacks import public_calls

if TYPE_CHECKING:
    from collections.abc import Mapping

_VARIABLES = "openmetadata__connection__"
"""Prefix of environment variables with fields of the connection, in any case."""


@public_calls
class OpenMetadata(
    PatchHelpersMixin,
    GlossaryMixin,
    CustomPropertyMixin,
    LineageMixin,
    TestsMixin,
    ProfileMixin,
    SearchMixin,
    UserMixin,
    ServiceMixin,
    BulkMixin,
    PipelineMixin,
    AuthMixin,
    MissingMethods,
):
    """The official client of one server.

    Nothing is sent before the first call. ``native`` is dynclient's own client of the same server,
    for what the official client cannot do.

    Args:
        config: an ``OpenMetadataConnection``, or a mapping of its fields.
        raw_data: return lists and histories as decoded JSON.
        additional_client_config_arguments: ``cert``, ``timeout``, ``user_agent`` …, see
            :func:`dynclient.compat.ometa.connection.read`.

    Raises:
        UsageError: the connection is not valid; the message says why.
    """

    def __init__(
        self,
        config: Any,
        raw_data: bool = False,
        additional_client_config_arguments: Mapping[str, Any] | None = None,
    ) -> None:
        from dynclient import compat

        connection = read(schema_classes.payload(config), additional_client_config_arguments)
        hook = compat.installed()
        release = hook.release if hook is not None and hook.is_fixed else None
        self.config = config
        self.native = Client(connection.base, connection.transport(), connection.settings, release)
        self.gateway = Gateway(self.native)
        if hook is not None:
            hook.set_server(lambda: self.gateway.release)
        self.client = REST.over(self.gateway)
        self._raw_data = raw_data

    @classmethod
    def from_env(cls) -> OpenMetadata:
        """Create a client from variables such as ``OPENMETADATA__connection__hostPort``.

        Their case does not matter, and two underscores separate nested fields:
        ``OPENMETADATA__CONNECTION__SECURITYCONFIG__JWTTOKEN``.
        """
        return cls(_from_environment())

    def close(self) -> None:
        """Close the connections."""
        self.native.close()

    def __enter__(self) -> OpenMetadata:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        config = self.config
        if isinstance(config, dict):  # a model takes care of itself
            from dynclient.model.masking import sealed

            config = sealed(None, config)
        return {**self.__dict__, "config": config}

    def __repr__(self) -> str:
        return f"<OpenMetadata over {self.native!r}>"


def _from_environment() -> dict[str, Any]:
    """Return the fields of a connection from environment variables, under their proper names."""
    found: dict[str, Any] = {}
    for variable, value in os.environ.items():
        if not variable.casefold().startswith(_VARIABLES):
            continue
        *outer, last = variable[len(_VARIABLES) :].split("__")
        place = found
        for step in outer:
            place = place.setdefault(_spelling(step), {})
        place[_spelling(last)] = value
    return found


def _spelling(name: str) -> str:
    """Return the proper name of a field of the connection, whatever its case."""
    return next((known for known in FIELDS if known.casefold() == name.casefold()), name)


__all__ = [
    "EmptyPayloadException",
    "EntityList",
    "InvalidEntityException",
    "MissingEntityTypeException",
    "OpenMetadata",
]
