"""A server that is already running, which tests use instead of sandboxes of their own.

``$DYNCLIENT_SERVER`` is its address, ``$DYNCLIENT_SERVER_TOKEN`` the token of an administrator.
The name of everything that tests create there contains :data:`PREFIX`, or is below such an
entity; :func:`delete_own` deletes it, and nothing else.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import urllib.request
import warnings
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

import dynclient
from dynclient.client.client import Client
from dynclient.operations.catalogue import CollectionSpec
from dynclient.sandbox import Running
from dynclient.schema import Release

_ADDRESS = os.environ.get("DYNCLIENT_SERVER", "").rstrip("/").removesuffix("/api")
HOST = f"{_ADDRESS}/api" if _ADDRESS else ""
"""The server's base URL, as that of a sandbox; "" if tests start sandboxes."""

PREFIX = f"dynclient_{secrets.token_hex(4)}_" if HOST else ""
"""What the names of all entities of this process contain; "" on a sandbox of its own."""

_VERSIONS = ("system/version", "version")


def own(name: str) -> str:
    """Return a name that no entity of an external server has."""
    return PREFIX + name


def only_on_sandbox(reason: str) -> pytest.MarkDecorator:
    """Return a mark of tests that an external server cannot be used for, with the reason."""
    return pytest.mark.skipif(bool(HOST), reason=f"not on an external server: {reason}")


def host_name() -> str | None:
    """Return the name of the host that tests may reach beyond this machine, or None."""
    return urlsplit(HOST).hostname if HOST else None


def version() -> str:
    """Return the version that the server reports; raises ``pytest.UsageError``."""
    failure: Exception | None = None
    for path in _VERSIONS:
        try:
            with urllib.request.urlopen(f"{HOST}/v1/{path}", timeout=30) as response:
                return str(json.load(response)["version"])
        except (OSError, ValueError, KeyError) as error:
            failure = failure or error
    raise pytest.UsageError(f"DYNCLIENT_SERVER={_ADDRESS} does not report its version: {failure}")


def running(release: str) -> Running:
    """Return the server in the place of a sandbox; stopping it does nothing.

    Args:
        release: name of the release that the server runs.
    """
    token = os.environ.get("DYNCLIENT_SERVER_TOKEN", "")
    info = {"host": HOST, "admin_token": token, "bot_token": token, "release": release}
    return Running(info, lambda: None)


@contextlib.contextmanager
def cleaned_up(server: Running, release: Release) -> Iterator[Running]:
    """Yield an external server, and delete what this process created on it."""
    try:
        yield server
    finally:
        with dynclient.connect(server.host, token=server.admin_token, release=release) as om:
            left = delete_own(om)
        if left:
            warnings.warn(f"could not delete from {HOST}: {', '.join(left)}", stacklevel=2)


def delete_own(om: Client) -> list[str]:
    """Delete every entity of this process, with all below it.

    Returns:
        The type and name of each entity that could not be deleted, and each collection that could
        not be listed.
    """
    left: list[str] = []
    for _ in range(2):  # an entity that another one uses is deleted in the second round
        left = []
        for spec in _collections(om):
            try:
                entities = _own_entities(om, spec)
            except dynclient.DynclientError as error:  # the other collections come first
                left.append(f"{spec.route}: {error}")
                continue
            left += [
                f"{spec.entity.name} {_names(entity)[-1]}"
                for entity in entities
                if not _is_deleted(om, spec, entity)
            ]
        if not left:
            break
    return left


def _collections(om: Client) -> list[CollectionSpec]:
    """Return the collections whose entities have names and can be listed and deleted."""
    specs = [om.session.find(entity) for entity in om.release.entities.values()]
    return [spec for spec in specs if {"list", "get_by_name", "delete"} <= {*spec.operations}]


def _own_entities(om: Client, spec: CollectionSpec) -> list[Any]:
    """Return the entities of this process, deleted ones as well; parents before children."""
    include = {"include": "all"} if spec.entity.deleted else {}
    listed = om[spec.entity.name].list(page_size=1000, **include)
    found = [entity for entity in listed if any(PREFIX in name for name in _names(entity))]
    return sorted(found, key=lambda entity: len(_names(entity)[-1]))


def _names(entity: Any) -> list[str]:
    """Return the name and the FQN that a response contains."""
    body = dynclient.asdict(entity)
    return [str(body[field]) for field in ("name", "fullyQualifiedName") if body.get(field)]


def _is_deleted(om: Client, spec: CollectionSpec, entity: Any) -> bool:
    try:
        om[spec.entity.name].delete(entity, hard=True, recursive=True)
    except dynclient.NotFound:  # deleted with its parent
        return True
    except dynclient.ServerError:
        return False
    return True
