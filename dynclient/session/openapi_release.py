"""A release built from a server's OpenAPI document, where its schemas are not available."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.errors import SourceUnavailable

if TYPE_CHECKING:
    from dynclient.openapi.index_cache import Build
    from dynclient.releases import Cache
    from dynclient.schema import Release
    from dynclient.session.server_info import OpenAPIDocument, ServerInfo

MARK = "+openapi"
"""What follows the version in the names of such releases: ``1.6.0+openapi.0123456``."""


def openapi_release(server: ServerInfo, cache: Cache) -> Release:
    """Return a lossy release: from the cache if it has one of the server's build, else built.

    Args:
        server: the server; its document and its entity types are requested.
        cache: where the release is written, and read from if the server reports its revision.

    Raises:
        SourceUnavailable: the server has no OpenAPI document, or one that shows no entity.
    """
    from dynclient import releases
    from dynclient.releases.registry import add_documents

    build = server.build
    name = _name(build)
    if build.revision and name in cache.names():
        return releases.release(name, cache=cache.directory)
    found, why = server.read_document()
    if found is None:
        raise SourceUnavailable(why, source=server.host)
    types = list(server.entity_types())
    documents = _documents(found, types)
    if not documents:
        message = f"the OpenAPI document of {server.host} shows no entity"
        raise SourceUnavailable(message, source=server.host)
    if not types:
        # Without a revision, so that it is built again once the types can be listed.
        name = _name(build._replace(revision=""))
    server.keep_document(found)
    return add_documents(documents, name, cache=cache, origin=server.host, lossy=True)


def _name(build: Build) -> str:
    """Return the name of the release of a build, in characters that file names may have."""
    plain = "".join(char if char.isalnum() or char in ".-_" else "-" for char in build.version)
    revision = "".join(char for char in build.revision[:7] if char.isalnum())
    return f"{plain[:40]}{MARK}" + (f".{revision}" if revision else "")


def _documents(found: OpenAPIDocument, types: list[Any]) -> dict[str, Any]:
    """Return the documents of a schema tree; none if the OpenAPI document shows no entity."""
    from dynclient.openapi.components import paths_by_component
    from dynclient.openapi.digest import json_object
    from dynclient.openapi.entities import find_entities
    from dynclient.openapi.root_schemas import read_root_schemas
    from dynclient.openapi.schema_tree import build_schema_tree
    from dynclient.releases.cache import bundled
    from dynclient.releases.registry import starter

    roots = read_root_schemas(types)
    schemas = json_object(json_object(found.document.get("components")).get("schemas"))
    entities = find_entities(found.digest, schemas, roots)
    if not entities:
        return {}
    # Only the places of types are taken from the starter release, never their schemas.
    known = paths_by_component(starter()) if bundled() is not None else {}
    return build_schema_tree(schemas, entities, roots, known)
