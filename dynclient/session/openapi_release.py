"""A release built from a server's OpenAPI document, where its schemas are not available."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dynclient.drift.renamed_tree import renamed_tree
from dynclient.errors import SourceUnavailable
from dynclient.schema.pointers import parts
from dynclient.schema.versions import numbers

if TYPE_CHECKING:
    from dynclient.openapi.index_cache import Build
    from dynclient.openapi.schema_tree import EntityComponent
    from dynclient.releases import Cache
    from dynclient.schema import Release
    from dynclient.session.server_info import OpenAPIDocument, ServerInfo

MARK = "+openapi"
"""What follows the version in the names of such releases: ``1.6.0+openapi.0123456``."""


def openapi_release(server: ServerInfo, cache: Cache, nearest: Release | None = None) -> Release:
    """Return a lossy release: from the cache if it has one of the server's build, else built.

    Args:
        server: the server; its document, its entity types and its resources are requested.
        cache: where the release is written, and read from if the server reports its revision.
        nearest: the release that completes it; None for the document alone.

    Raises:
        SourceUnavailable: the server has no OpenAPI document, or one that shows no entity.
    """
    from dynclient import releases
    from dynclient.releases.registry import add_documents

    build = server.build
    name = _name(build, nearest)
    if build.revision and name in cache.names():
        return releases.release(name, cache=cache.directory)
    found, why = server.read_document()
    if found is None:
        raise SourceUnavailable(why, source=server.host)
    types = list(server.entity_types())
    resources = server.resources() if nearest is not None else None
    documents = _documents(found, types, build.version, nearest, resources)
    if not documents:
        message = f"the OpenAPI document of {server.host} shows no entity"
        raise SourceUnavailable(message, source=server.host)
    if not types:
        # Without a revision, so that it is built again once the types can be listed.
        name = _name(build._replace(revision=""), nearest)
    server.keep_document(found)
    return add_documents(documents, name, cache=cache, origin=server.host, lossy=True)


def _name(build: Build, nearest: Release | None) -> str:
    """Return the name of the release of a build, in characters that file names may have.

    The nearest release is named by the digest of its content too, so that another one is not
    mistaken for it: ``1.6.0+openapi.0123456+1.11.0.89abcde``.
    """
    revision = _plain(build.revision, 7)
    version = _plain(build.version, 40 if nearest is None else 18)
    name = f"{version}{MARK}" + (f".{revision}" if revision else "")
    return name if nearest is None else f"{name}+{_plain(nearest.name, 18)}.{nearest.digest[:7]}"


def _plain(text: str, length: int) -> str:
    """Return the beginning of a text, without characters that a name may not have."""
    return "".join(c if c.isascii() and (c.isalnum() or c in ".-_") else "-" for c in text)[:length]


def completed_by(release: Release) -> str | None:
    """Return the name of the release that completed a release of a document; None if none did."""
    _, _, completion = release.name.partition(MARK)[2].partition("+")
    return completion.rpartition(".")[0] or None


def _documents(
    found: OpenAPIDocument,
    types: list[Any],
    version: str,
    nearest: Release | None = None,
    resources: Iterable[str] | None = None,
) -> dict[str, Any]:
    """Return the documents of a schema tree; none if the OpenAPI document shows no entity."""
    from dynclient.openapi.components import paths_by_component
    from dynclient.openapi.digest import json_object
    from dynclient.openapi.entities import find_entities
    from dynclient.openapi.root_schemas import read_root_schemas
    from dynclient.openapi.schema_tree import build_schema_tree
    from dynclient.openapi.well_formed import well_formed
    from dynclient.releases.cache import STARTER, bundled
    from dynclient.releases.registry import starter

    roots = read_root_schemas(types)
    components = json_object(json_object(found.document.get("components")).get("schemas"))
    schemas = {name: well_formed(schema) for name, schema in components.items()}
    entities = find_entities(found.digest, schemas, roots)
    if not entities:
        return {}
    if nearest is None:
        # Only the places of types are taken from the starter release, never their schemas.
        known = paths_by_component(starter()) if bundled() is not None else {}
        return build_schema_tree(schemas, entities, roots, known)
    from dynclient.openapi.tree_completion import NearestTree

    own = numbers(version)
    # The starter release has a part of the fields and connections of its version only: that it
    # lacks something says nothing.
    is_whole = nearest.name != STARTER
    is_newer = is_whole and nearest.version[:2] >= own[:2]
    is_binding = is_whole and nearest.version[:2] == own[:2]
    tree = _without_absent(renamed_tree(nearest, own), nearest, entities, resources)
    if is_newer:
        entities = [_supported(each, nearest) for each in entities]
    places = paths_by_component(nearest)
    return build_schema_tree(
        schemas, entities, roots, places, NearestTree(tree, is_newer, is_binding, is_whole)
    )


def _without_absent(
    tree: dict[str, Any],
    nearest: Release,
    entities: Iterable[EntityComponent],
    resources: Iterable[str] | None,
) -> dict[str, Any]:
    """Return a tree in which entity types that the server does not have are no entities."""
    from dynclient.operations.routes import resource_entities

    types = [*nearest.entities.values(), *nearest.time_series.values()]
    present = {entity.component for entity in entities}
    listed = resource_entities(resources or (), [each.name for each in types]).values()
    absent = [t for t in types if t.name not in listed and t.type_name not in present]
    for place in {p for each in absent for p in (each.path, each.create) if p and resources}:
        path, _, pointer = place.partition("#")
        tree[path] = _without_interfaces(tree[path], parts(pointer))
    return tree


def _without_interfaces(schema: Any, steps: list[str]) -> dict[str, Any]:
    """Return a copy of a document without the Java interfaces of the schema at a place in it."""
    if not steps:
        return {name: value for name, value in schema.items() if name != "javaInterfaces"}
    return {**schema, steps[0]: _without_interfaces(schema[steps[0]], steps[1:])}


def _supported(entity: EntityComponent, nearest: Release) -> EntityComponent:
    """Return an entity type with the fields that a release which is not older has, too."""
    known = next((e for e in nearest.entities.values() if e.type_name == entity.component), None)
    fields = () if known is None else known.properties
    return entity._replace(without=entity.without.difference(fields))
