"""``dynclient open``: the page of an entity in the web browser."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from dynclient.cli.exit_codes import DONE, FAILED
from dynclient.cli.output import Output, escaped, show_object
from dynclient.cli.targets import Target
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from dynclient.client.client import Client

Browser = Callable[[str], bool]
"""Opens an address, and returns whether it could."""


def open_page(
    output: Output,
    om: Client,
    target: Target | None = None,
    *,
    only_print: bool = False,
    browser: Browser | None = None,
) -> int:
    """Open the page of an entity in the web browser, and print its address.

    Args:
        output: where and how the address is printed.
        om: a client.
        target: the entity; None for the start page of the server.
        only_print: do not open a browser.
        browser: opens an address; None for the browser of the user.

    Raises:
        NotFound: the entity does not exist.
        UsageError: entities of the type have no page.
    """
    url = f"{om.host}/" if target is None else _page(om, target)
    if output.is_table:
        output.write(escaped(url))
    else:
        show_object(output, {"url": url})
    if only_print:
        return DONE
    output.file.flush()
    if browser is None:
        import webbrowser

        browser = webbrowser.open
    if browser(url):
        return DONE
    print("dynclient: no web browser could be started; open the address yourself", file=sys.stderr)
    return FAILED


def _page(om: Client, target: Target) -> str:
    """Return the address of the page of an entity, which is read to be sure that it exists."""
    entity = om.resolve(target.key, target.type, include="all")
    url: str | None = om.url(entity)
    if url is None:
        name = target.entity_type(om)
        raise UsageError(f"entities of type {name!r} have no page in the web interface")
    return url
