"""All ways to configure the client: arguments, a configuration, a builder, the environment."""

import os

from metadata.sdk import OpenMetadata, OpenMetadataConfig, Users, client, configure, reset
from metadata.sdk.config import OpenMetadataConfigBuilder

host, token = os.environ["OM_HOST"], os.environ["OM_TOKEN"]

config = OpenMetadataConfig(server_url=host, jwt_token=token)
first = OpenMetadata.initialize(config)
assert first is OpenMetadata.get_instance()
assert OpenMetadata.get_default_client() is first.ometa
assert first.ometa.health_check()
assert Users.retrieve_by_name("admin").name.root == "admin"

builder = OpenMetadataConfig.builder()
assert isinstance(builder, OpenMetadataConfigBuilder)
built = builder.server_url(host).api_key(token).verify_ssl(True).client_timeout(60).build()
assert (built.server_url, built.jwt_token, built.client_timeout) == (host.rstrip("/"), token, 60)
assert built.to_ometa_config().jwtToken.get_secret_value() == token
assert built.to_ssl_config() is None

reset()
try:
    client()
except RuntimeError as error:
    assert "configure(" in str(error)
else:
    raise AssertionError("there is a client after reset()")

second = configure(config={"host": host, "jwt_token": token})
assert client() is second is not first
assert Users.retrieve_by_name("admin") is not None

os.environ.update(OPENMETADATA_SERVER_URL=host, OPENMETADATA_API_KEY=token)
removed = {name: os.environ.pop(name, None) for name in ("OPENMETADATA_HOST",)}
try:
    assert OpenMetadataConfig.from_env().server_url == host.rstrip("/")
    configure()
    assert Users.list(limit=1).entities
finally:
    for name in ("OPENMETADATA_SERVER_URL", "OPENMETADATA_API_KEY"):
        del os.environ[name]
    os.environ.update({name: value for name, value in removed.items() if value})

assert token not in repr(built) + str(built) + repr(second)
reset()
