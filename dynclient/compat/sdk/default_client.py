"""The client of the whole process: ``configure()``, ``client()``, ``reset()``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from dynclient.compat.ometa.ometa_api import OpenMetadata as OMeta
from dynclient.compat.sdk.config import HOSTS, KEYS, ConfigurationMissing, read_config
from dynclient.tracebacks import public_call, public_calls

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dynclient.compat.sdk.config import OpenMetadataConfig


@public_calls
class OpenMetadata:
    """The client of ``metadata.sdk``: a configuration, and the client ``ometa`` that it describes.

    Args:
        config: the configuration.

    Raises:
        ConfigurationMissing: the configuration has no token.
        UsageError: the address is not valid.
    """

    _instance: ClassVar[OpenMetadata | None] = None
    _generation: ClassVar[int] = 0
    """The number of resets; clients that were chosen before the last one do not count."""

    def __init__(self, config: OpenMetadataConfig) -> None:
        arguments = {"timeout": config.client_timeout}
        self.config = config
        self._ometa = OMeta(config.connection(), additional_client_config_arguments=arguments)

    @classmethod
    def initialize(cls, config: OpenMetadataConfig) -> OpenMetadata:
        """Make a client for a configuration the one of the process, and return it."""
        OpenMetadata._instance = cls(config)
        return OpenMetadata._instance

    @classmethod
    def get_instance(cls) -> OpenMetadata:
        """Return the client of the process.

        Raises:
            ConfigurationMissing: ``configure()`` was not called.
        """
        if OpenMetadata._instance is None:
            raise ConfigurationMissing(
                "there is no client yet; call configure(host=…, jwt_token=…) first, or configure()"
                f" with the environment variables {HOSTS[0]} and {KEYS[0]}"
            )
        return OpenMetadata._instance

    @classmethod
    def get_default_client(cls) -> OMeta:
        """Return the official client (``ometa``) of the process; errors as get_instance."""
        return cls.get_instance().ometa

    @property
    def ometa(self) -> OMeta:
        """The client of ``metadata.ingestion.ometa`` for the same server."""
        return self._ometa

    def close(self) -> None:
        """Close the connections."""
        self._ometa.close()

    @classmethod
    def reset(cls) -> None:
        """Close and forget the client of the process, and those that facades were given."""
        current, OpenMetadata._instance = OpenMetadata._instance, None
        OpenMetadata._generation += 1
        if current is not None:
            current.close()

    def __repr__(self) -> str:
        return f"<OpenMetadata over {self._ometa.native!r}>"


class UsesClient:
    """Base of what uses the client of the process, unless it was given another one."""

    _chosen: ClassVar[tuple[int, Any] | None] = None

    @classmethod
    def use_client(cls, client: Any) -> None:
        """Use a client instead of the one of the process, until ``reset()``.

        Args:
            client: a client of ``metadata.sdk``, or of ``metadata.ingestion.ometa``.
        """
        plain = client.ometa if isinstance(client, OpenMetadata) else client
        cls._chosen = (OpenMetadata._generation, plain)

    @classmethod
    def set_default_client(cls, client: Any) -> None:
        """Use a client; the same as :meth:`use_client`."""
        cls.use_client(client)

    @classmethod
    def _get_client(cls) -> Any:
        if cls._chosen is not None and cls._chosen[0] == OpenMetadata._generation:
            return cls._chosen[1]
        return OpenMetadata.get_default_client()


@public_call
def configure(
    config: OpenMetadataConfig | Mapping[str, Any] | None = None,
    host: str | None = None,
    server_url: str | None = None,
    jwt_token: str | None = None,
    **kwargs: Any,
) -> OpenMetadata:
    """Configure the client of the process, and return it. Nothing is sent.

    What is not given comes from the environment, see :meth:`OpenMetadataConfig.from_env`.

    Args:
        config: a whole configuration, or a mapping of its fields.
        host: URL of the server.
        server_url: the same.
        jwt_token: the token.
        kwargs: ``api_key``, ``verify_ssl``, ``ca_bundle``, ``client_timeout``.

    Raises:
        ConfigurationMissing: there is no address, or no token.
        UsageError: an argument does not exist, or has a value that is not valid.
    """
    fields = {"host": host, "server_url": server_url, "jwt_token": jwt_token, **kwargs}
    if server_url is not None:
        del fields["host"]
    return OpenMetadata.initialize(read_config(config, fields))


@public_call
def client() -> OpenMetadata:
    """Return the client of the process.

    Raises:
        ConfigurationMissing: ``configure()`` was not called.
    """
    return OpenMetadata.get_instance()


@public_call
def reset() -> None:
    """Close and forget the client of the process."""
    OpenMetadata.reset()
