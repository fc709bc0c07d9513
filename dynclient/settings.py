"""Settings of a client, each with its default and the reason for it."""

from __future__ import annotations

from typing import Any, NamedTuple

from dynclient.documentation import document_fields

READ_ONLY = "DYNCLIENT_READ_ONLY"
"""Environment variable with the default of the setting ``read_only``."""


@document_fields
class Settings(NamedTuple):
    """Settings of one client. Pass them to :func:`dynclient.connect` by keyword.

    They cannot be changed afterwards. All times are in seconds.

    Attributes:
        connect_timeout: Time to wait for a connection. A host that takes longer than 5 s is down.
        read_timeout: Time to wait for a response, and for each further piece of it. Recursive
            deletes take tens of seconds on real servers; no successful request takes more than a
            minute.
        timeout: Time for one request: all attempts, the pauses between them, a login, and the
            response to its last byte. Each page of a list is a request. None or infinity for no
            limit. The default is 300 s, or ``read_timeout`` if that is longer, unless
            ``DYNCLIENT_TIMEOUT`` is set.
        max_response: Largest response in bytes, decompressed. The default, 512 MiB, is far more
            than any page of entities.
        retries: Attempts after the first one, for requests that are safe to repeat. 3 are enough
            to survive a rolling restart.
        backoff: First pause between attempts. It doubles with each attempt; each pause is
            multiplied by a random factor from 0 to 1.
        backoff_limit: Longest pause, unless the server sends ``Retry-After``.
        retry_after_limit: Longest ``Retry-After`` to wait for; a longer one raises an error.
        pool_size: Connections that are kept open, one for each thread that shares the client.
        page_size: Entities in one page of a list. The server's default of 10 needs too many
            requests.
        responses: ``'tolerant'`` accepts responses that the schemas do not describe, such as those
            of a newer server; ``'strict'`` validates them and raises ResponseInvalid.
        drift: What happens to fields of other releases. ``'bridge'`` translates them and warns once
            for each line of code, ``'warn'`` translates them and warns each time, ``'error'``
            raises RequestInvalid.
        unread: What happens when a field is read that the response left out, because servers return
            it only if ``fields=`` asks for it. ``'fetch'`` requests it: once for an entity, and
            once for the entities of a page. ``'error'`` raises FieldNotRead, ``'none'`` returns
            None. ``DYNCLIENT_UNREAD`` sets the default for :func:`dynclient.connect`.
        verify: Verification of the server's TLS certificate: True for the default CA bundle, the
            path of a CA bundle, or False for none, with an InsecureWarning. None is the default.
        client_certificate: TLS client certificate: the path of a PEM file with certificate and key,
            or the pair (certificate, key) of paths. None for no certificate.
        headers: Headers to send with every request, for instance to a gateway: a mapping, or pairs
            of name and value.
        github: URL of a mirror to download schemas from instead of GitHub. Empty for that in
            ``DYNCLIENT_GITHUB``, and GitHub if it is not set. A user in it, as in
            ``https://name:password@mirror``, is sent by basic authentication and never shown.
        read_only: Whether requests that may change something are refused with ReadOnly. GET, HEAD,
            logins and the requests in ``data/reading_operations.json`` are sent.
            ``DYNCLIENT_READ_ONLY`` sets the default.
    """

    connect_timeout: float = 5.0
    read_timeout: float = 60.0
    timeout: float | None = 300.0
    max_response: int = 512 * 1024 * 1024
    retries: int = 3
    backoff: float = 0.25
    backoff_limit: float = 20.0
    retry_after_limit: float = 120.0
    pool_size: int = 32
    page_size: int = 100
    responses: str = "tolerant"
    drift: str = "bridge"
    unread: str = "fetch"
    verify: bool | str = True
    client_certificate: str | tuple[str, str] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    github: str = ""
    read_only: bool = False

    def replace(self, **changes: Any) -> Settings:
        """Return a copy with some settings changed.

        Args:
            changes: settings by name.

        Raises:
            BadArguments: a setting does not exist.
        """
        unknown = [name for name in changes if name not in self._fields]
        if unknown:
            from dynclient.errors import BadArguments
            from dynclient.suggestions import did_you_mean, nearest

            hint = did_you_mean(nearest(unknown[0], self._fields))
            raise BadArguments(f"{', '.join(unknown)}: not a setting{hint}")
        return self._replace(**changes)
