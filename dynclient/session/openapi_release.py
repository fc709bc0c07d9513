"""A release made of what a server tells of itself, where its schemas are not to be had."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dynclient.errors import ServerError, SourceUnavailable, TransportError
from dynclient.openapi.index_cache import first_line
from dynclient.transport.request import Request

if TYPE_CHECKING:
    from dynclient.client.client import Client
    from dynclient.openapi.index_cache import Build, Read
    from dynclient.releases import Cache
    from dynclient.schema import Release

MARK = "+openapi"
"""What the names of such releases have behind the version: ``1.6.0+openapi.0123456``."""
_PAGE = "1000"


def served_release(client: Client, cache: Cache) -> Release:
    """Return a lossy release: from the cache for a build that is known, else from the server.

    Args:
        client: of the server.
        cache: where it is kept, and looked for where the server tells its revision.

    Raises:
        SourceUnavailable: the server has no OpenAPI document, or one that shows no entity.
    """
    from dynclient import releases
    from dynclient.releases.registry import add_documents

    build = client._build
    name = _name(build)
    if build.revision and name in cache.names():
        return releases.release(name, cache=cache.directory)
    contract = client.contract
    read, why = contract._documents.read()
    if read is None:
        raise SourceUnavailable(why, source=client.host)
    types = list(_types(client))
    documents = _documents(read, types)
    if not documents:
        message = f"the OpenAPI document of {client.host} shows no entity"
        raise SourceUnavailable(message, source=client.host)
    if not types:
        name = _name(build._replace(revision=""))  # not the last word on that build
    contract._take(contract._documents.keep(read.digest, build), "server")
    return add_documents(documents, name, cache=cache, origin=client.host, lossy=True)


def _name(build: Build) -> str:
    """Return what to call the release of a build; only what a file may be called goes into it."""
    plain = "".join(sign if sign.isalnum() or sign in ".-_" else "-" for sign in build.version)
    revision = "".join(sign for sign in build.revision[:7] if sign.isalnum())
    return f"{plain[:40]}{MARK}" + (f".{revision}" if revision else "")


def _documents(read: Read, types: list[Any]) -> dict[str, Any]:
    """Return the documents of a tree; none where no entity shows."""
    from dynclient.openapi.components import paths_by_component
    from dynclient.openapi.digest import json_object
    from dynclient.openapi.entities import find_entities
    from dynclient.openapi.root_schemas import read_root_schemas
    from dynclient.openapi.schema_tree import build_schema_tree
    from dynclient.releases.cache import bundled
    from dynclient.releases.registry import starter

    roots = read_root_schemas(types)
    schemas = json_object(json_object(read.document.get("components")).get("schemas"))
    found = find_entities(read.digest, schemas, roots)
    if not found:
        return {}
    # Only where things lie is taken from there, never what they are.
    known = paths_by_component(starter()) if bundled() is not None else {}
    return build_schema_tree(schemas, found, roots, known)


def _types(client: Client) -> Iterator[Any]:
    """Give the entity types that the server lists; whoever may not see them does without."""
    from dynclient.openapi.digest import json_object

    after: str | None = None
    while True:
        query = [("category", "entity"), ("limit", _PAGE)]
        query += [("after", after)] if after else []
        try:
            told = client._dispatcher.send(Request("GET", "/v1/metadata/types", tuple(query)))
        except (ServerError, TransportError) as error:
            _log_missing(client, error)
            return
        page = json_object(told)
        data = page.get("data")
        yield from data if isinstance(data, list) else ()
        after = json_object(page.get("paging")).get("after")
        if not data or not isinstance(after, str):
            return


def _log_missing(client: Client, error: ServerError | TransportError) -> None:
    import logging

    message = "%s does not list its entity types (%s); its release says less without them"
    logging.getLogger(__name__).warning(message, client.host, first_line(error))
