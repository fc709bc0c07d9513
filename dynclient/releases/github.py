"""The road to GitHub: which addresses, on whose token, over which connections."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dynclient.errors import ServerError, SourceUnavailable, TransportError, UsageError
from dynclient.releases import github_tree
from dynclient.releases.download import PARALLEL, Progress, download, unseen
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

_PATIENCE = 30.0
"""Seconds; a longer ``Retry-After`` is told as an error, since somebody waits for an answer."""


def fetch(
    version: str,
    *,
    cache: Cache,
    mirror: str = "",
    progress: Progress = unseen,
) -> Release:
    """Fetch the release of a version from GitHub into the cache.

    Args:
        version: ``1.13.0``, or a server's own ``1.6.0-SNAPSHOT``.
        cache: where to keep it.
        mirror: address to ask in GitHub's place, for both ``/repos/…`` of its REST API and plain
            files at ``/<owner>/<repository>/<tag>/…``; empty for ``DYNCLIENT_GITHUB``, else GitHub.
        progress: told how many files are there, and of how many.

    Raises:
        SourceUnavailable: GitHub has no such release, or does not give it now.
        SourceRefused: what it gives is no schema tree.
        TransportError: GitHub is not reached.
        UsageError: the address of the mirror is none.
    """
    missing: SourceUnavailable | None = None
    with _connections(_address(mirror)) as (api, raw):
        for name in _tagged(version):
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


def _address(mirror: str) -> str:
    """Return the address of the mirror that is to be asked; empty for GitHub itself.

    Raises:
        UsageError: it is no address.
    """
    told = "the mirror" if mirror else VARIABLE
    address = mirror or os.environ.get(VARIABLE, "")
    if address and not address.startswith(("http://", "https://")):
        example = "https://mirror.example.com"
        raise UsageError(f"{told} is {address!r}, which is no address such as {example!r}")
    return address


def _tagged(version: str) -> tuple[str, ...]:
    """Return the names that a version may be tagged by; snapshots never are."""
    return tuple(name for name in names_for(version) if not name.upper().endswith("-SNAPSHOT"))


@contextmanager
def _connections(mirror: str) -> Iterator[tuple[github_tree.Get, github_tree.Get]]:
    """Open the roads to the REST API and to plain files: one pool of connections each."""
    from dynclient.transport.http import Transport

    # Neither the headers nor the certificates of the client: they are meant for its own server.
    settings = Settings(
        retries=2, read_timeout=30.0, retry_after_limit=_PATIENCE, pool_size=PARALLEL
    )
    bases = (mirror, mirror) if mirror else (API, RAW)
    api = Transport(bases[0].rstrip("/"), settings, _identity(bases[0]), sleep=time.sleep)
    raw = Transport(bases[1].rstrip("/"), settings, sleep=time.sleep)
    try:
        yield _asking(api), _asking(raw)
    finally:
        api.close()
        raw.close()


def _identity(base: str) -> Anonymous | None:
    """Return who asks: ``GITHUB_TOKEN``, which is never sent in clear beyond this machine."""
    from urllib.parse import urlsplit

    from dynclient.transport.auth import Bearer

    token = os.environ.get(TOKEN)
    parts = urlsplit(base)
    safe = parts.scheme == "https" or parts.hostname in {"localhost", "127.0.0.1", "::1"}
    return Bearer(token) if token and safe else None


def _asking(transport: Transport) -> github_tree.Get:
    from dynclient.transport.request import Request

    def ask(path: str) -> Response:
        try:
            return transport.send(Request("GET", path))
        except ServerError as error:  # it asks for too much patience, or sends elsewhere
            why = error.parts["message"]
            message = f"{transport.base} does not answer now: {why}; {TOKEN} raises its limits"
            raise SourceUnavailable(message, source=transport.base, status=error.status) from None
        except TransportError as error:
            message = f"{error.parts['message']} {VARIABLE} names a mirror. {github_tree.WAY_OUT}"
            raise type(error)(**{**error.parts, "message": message}) from error

    return ask
