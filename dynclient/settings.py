"""Frozen settings of a client, each with its default and the reason for it."""

from __future__ import annotations

from typing import Any, NamedTuple


class Settings(NamedTuple):
    """Switches of one client; give them to :func:`dynclient.connect` by keyword.

    Times are in seconds.
    """

    connect_timeout: float = 5.0
    """A host that does not accept a connection by then is down."""
    read_timeout: float = 60.0
    """Real servers take tens of seconds for recursive deletes; nothing healthy takes a minute."""
    retries: int = 3
    """Attempts after the first, for what is safe to repeat; enough to outlive a rolling restart."""
    backoff: float = 0.25
    """First pause between attempts; doubles each time, with full jitter."""
    backoff_limit: float = 20.0
    """No pause is longer, unless the server asks for it with ``Retry-After``."""
    retry_after_limit: float = 120.0
    """A longer ``Retry-After`` is told as an error rather than slept through."""
    pool_size: int = 32
    """Connections kept open: as many as threads may sensibly share one client."""
    page_size: int = 100
    """Entities a list request asks for; the server's own default of 10 costs too many requests."""
    responses: str = "tolerant"
    """``tolerant`` takes what a newer server says; ``strict`` judges answers by the schemas too."""
    drift: str = "bridge"
    """Fields of other releases: ``bridge`` translates them, with one warning for each place in the
    code; ``warn`` warns each time; ``error`` refuses them, for scripts that shall stay with one."""
    verify: bool | str = True
    """True: the usual authorities; a path: this CA bundle; False: no check, with a warning."""
    client_certificate: str | tuple[str, str] | None = None
    """Path of one PEM file, or (certificate, key)."""
    headers: tuple[tuple[str, str], ...] = ()
    """Extra headers for every request, for gateways that want them."""
    github: str = ""
    """Address of a mirror to ask in GitHub's place; empty: ``DYNCLIENT_GITHUB``, else GitHub."""

    def replace(self, **changes: Any) -> Settings:
        """Return a copy with these settings changed."""
        return self._replace(**changes)
