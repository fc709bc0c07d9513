"""The client, its server, and how entity classes belong to routes and requests."""

from metadata.generated.schema.api.data.createTable import CreateTableRequest
from metadata.generated.schema.api.services.createDatabaseService import (
    CreateDatabaseServiceRequest,
)
from metadata.generated.schema.entity.data.table import Table
from metadata.generated.schema.entity.services.connections.metadata.openMetadataConnection import (
    AuthProvider,
    OpenMetadataConnection,
)
from metadata.generated.schema.entity.services.databaseService import DatabaseService
from metadata.generated.schema.security.client.openMetadataJWTClientConfig import (
    OpenMetadataJWTClientConfig,
)
from metadata.generated.schema.tests.testCase import TestCase
from metadata.ingestion.ometa.ometa_api import OpenMetadata
from metadata.ingestion.ometa.utils import format_name, get_entity_type, model_str

from calls.registry import call


@call
def connect(_, seen):
    return OpenMetadata(
        OpenMetadataConnection(
            hostPort=seen.host,
            authProvider=AuthProvider.openmetadata,
            securityConfig=OpenMetadataJWTClientConfig(jwtToken=seen.token),
        )
    )


@call
def address_of_the_client(om, _):
    return om.config.hostPort


@call
def health_check(om, _):
    return om.health_check()


@call
def get_server_version(om, _):
    return om.get_server_version()


@call
def validate_versions(om, _):
    return om.validate_versions()


@call
def get_suffix(om, _):
    return [om.get_suffix(entity) for entity in (Table, DatabaseService, TestCase)]


@call
def get_module_path(om, _):
    return [om.get_module_path(entity) for entity in (Table, DatabaseService)]


@call
def get_create_entity_type(om, _):
    return [om.get_create_entity_type(entity) for entity in (Table, DatabaseService)]


@call
def get_entity_from_create(om, _):
    requests = (CreateTableRequest, CreateDatabaseServiceRequest)
    return [om.get_entity_from_create(request) for request in requests]


@call
def names_of_types(*_):
    return [get_entity_type(Table), get_entity_type("table"), format_name("a b-c"), model_str("a")]


@call
def get_a_path(om, _):
    return om.client.get("/system/version")["version"]


@call
def get_a_path_that_is_absent(om, _):
    return om.client.get("/tables/name/no.such.table.here")
