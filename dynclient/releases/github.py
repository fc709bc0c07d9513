"""Access to GitHub: URLs, token and connections."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dynclient.errors import (
    ResponseTooLarge,
    ServerError,
    SourceRefused,
    SourceUnavailable,
    TransportError,
    UsageError,
)
from dynclient.releases import github_tree
from dynclient.releases.archive import MAX_BYTES
from dynclient.releases.download import PARALLEL, Progress, download, no_progress
from dynclient.schema.versions import names_for
from dynclient.settings import Settings

if TYPE_CHECKING:
    from dynclient.releases import Cache
    from dynclient.schema import Release
    from dynclient.transport.auth import Anonymous
    from dynclient.transport.http import Transport
    from dynclient.transport.request import Response

API, RAW = "https://api.github.com", "https://raw.githubusercontent.com"
VARIABLE, TOKEN = "DYNCLIENT_GITHUB", "GITHUB_TOKEN"

_RETRY_AFTER_LIMIT = 30.0
"""Seconds; a longer ``Retry-After`` is an error, since a user waits."""


def fetch(
    version: str,
    *,
    cache: Cache,
    mirror: str = "",
    progress: Progress = no_progress,
) -> Release:
    """Download the release of a version from GitHub into the cache.

    Args:
        version: ``1.13.0``, or the version of a server such as ``1.6.0-SNAPSHOT``.
        cache: the cache to store it in.
        mirror: URL of a mirror of both GitHub's REST API, ``/repos/…``, and its plain files,
            ``/<owner>/<repository>/<tag>/…``; empty for ``DYNCLIENT_GITHUB``, or GitHub itself.
        progress: called with the number of files that are done and the number of all.

    Raises:
        SourceUnavailable: GitHub has no such release, or does not return it now.
        SourceRefused: what GitHub returns is not a schema tree.
        TransportError: GitHub cannot be reached.
        UsageError: the mirror is not a URL.
    """
    missing: SourceUnavailable | None = None
    with _connections(_mirror_url(mirror)) as (api, raw):
        for name in _tag_candidates(version):
            try:
                return download(
                    github_tree.GitHubTree(github_tree.tag_of(name), api, raw),
                    name,
                    cache,
                    progress,
                )
            except SourceUnavailable as error:
                if error.parts.get("status") != 404:
                    raise
                missing = missing or error
    assert missing is not None  # noqa: S101 -- there is always one name
    raise missing


def _mirror_url(mirror: str) -> str:
    """Return the URL of the mirror to use; empty for GitHub itself.

    Raises:
        UsageError: it is not a URL.
    """
    label = "the mirror" if mirror else VARIABLE
    url = mirror or os.environ.get(VARIABLE, "")
    if url and not url.startswith(("http://", "https://")):
        address = url.rpartition("@")[2]
        raise UsageError(
            f"{label} must be a URL such as 'https://mirror.example.com', not {address!r}"
        )
    return url


def _tag_candidates(version: str) -> tuple[str, ...]:
    """Return the release names that the tag of a version may contain; snapshots have no tag."""
    return tuple(name for name in names_for(version) if not name.upper().endswith("-SNAPSHOT"))


@contextmanager
def _connections(mirror: str) -> Iterator[tuple[github_tree.Get, github_tree.Get]]:
    """Open connections to the REST API and to the plain files."""
    from dynclient.transport.http import Transport

    # Without the headers and certificates of the client: they are for its own server.
    settings = Settings(
        retries=2,
        read_timeout=30.0,
        max_response=MAX_BYTES,
        retry_after_limit=_RETRY_AFTER_LIMIT,
        pool_size=PARALLEL,
    )
    mirror, user = _split_user(mirror)
    bases = (mirror, mirror) if mirror else (API, RAW)
    api = Transport(bases[0].rstrip("/"), settings, user or _identity(bases[0]), sleep=time.sleep)
    raw = Transport(bases[1].rstrip("/"), settings, user, sleep=time.sleep)
    try:
        yield _getter(api), _getter(raw)
    finally:
        api.close()
        raw.close()


def _split_user(mirror: str) -> tuple[str, Anonymous | None]:
    """Return the URL of a mirror without its user, and the authentication by that user, if any."""
    from dynclient.transport.auth import Basic

    scheme, mark, rest = mirror.partition("://")
    host, slash, path = rest.partition("/")
    user, at, host = host.rpartition("@")
    return f"{scheme}{mark}{host}{slash}{path}", Basic(user) if at else None


def _identity(base: str) -> Anonymous | None:
    """Return authentication by ``GITHUB_TOKEN``, which is sent by https or to this machine only."""
    from urllib.parse import urlsplit

    from dynclient.transport.auth import Bearer

    token = os.environ.get(TOKEN)
    parts = urlsplit(base)
    safe = parts.scheme == "https" or parts.hostname in {"localhost", "127.0.0.1", "::1"}
    return Bearer(token) if token and safe else None


def _getter(transport: Transport) -> github_tree.Get:
    from dynclient.transport.request import Request

    def get(path: str) -> Response:
        try:
            return transport.send(Request("GET", path))
        except ServerError as error:  # a long Retry-After, or a redirect to another server
            why = error.parts["message"]
            message = f"{transport.base} is not available now: {why}; set {TOKEN} for higher limits"
            raise SourceUnavailable(message, source=transport.base, status=error.status) from None
        except ResponseTooLarge as error:
            message = (
                f"{error.url} is larger than {MAX_BYTES >> 20} MiB, so it is not a schema tree"
            )
            raise SourceRefused(message, source=transport.base) from None
        except TransportError as error:
            message = (
                f"{error.parts['message']}. Set {VARIABLE} to use a mirror. {github_tree.WAY_OUT}"
            )
            raise type(error)(**{**error.parts, "message": message}) from error

    return get
