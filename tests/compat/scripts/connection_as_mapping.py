"""The connection read from a mapping, as configurations hold it."""

import os
import sys

from metadata.generated.schema.entity.services.connections.metadata.openMetadataConnection import (
    AuthProvider,
    OpenMetadataConnection,
)
from metadata.generated.schema.security.client.openMetadataJWTClientConfig import (
    OpenMetadataJWTClientConfig,
)
from metadata.generated.schema.security.ssl.validateSSLClientConfig import ValidateSslClientConfig
from metadata.ingestion.ometa.ometa_api import OpenMetadata

described = {
    "hostPort": os.environ.get("OM_HOST", "http://localhost:8585/api"),
    "authProvider": "openmetadata",
    "securityConfig": {"jwtToken": os.environ.get("OM_TOKEN", "eyJ.made.up")},
    "enableVersionValidation": False,
}
config = OpenMetadataConnection.model_validate(described)
assert config.authProvider is AuthProvider.openmetadata
assert isinstance(config.securityConfig, OpenMetadataJWTClientConfig)
assert described["securityConfig"]["jwtToken"] not in str(config)
assert config.securityConfig.jwtToken.get_secret_value() == described["securityConfig"]["jwtToken"]
assert ValidateSslClientConfig(caCertificate="/etc/ssl/ca.pem").caCertificate is not None

if "--offline" in sys.argv:
    sys.exit()

metadata = OpenMetadata(
    OpenMetadataConnection(
        hostPort=os.environ["OM_HOST"],
        authProvider=AuthProvider.openmetadata,
        securityConfig=OpenMetadataJWTClientConfig(jwtToken=os.environ["OM_TOKEN"]),
    )
)

assert metadata.health_check() is True
other = OpenMetadata(config)
assert other.client.get("/system/version") == metadata.client.get("/system/version")
other.close()
