"""Pictures for the documentation: what a notebook and a terminal display.

``make pictures`` executes ``docs/notebooks/explore.ipynb`` on a sandbox with the example
catalogue, photographs it in headless Chromium, and does the same with what rich draws in a
terminal. It writes ``docs/pictures/``. The tests use the same functions.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dynclient
from dynclient import sandbox
from dynclient.testing import load_example_catalogue

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "docs" / "notebooks" / "explore.ipynb"
PICTURES = ROOT / "docs" / "pictures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
TERMINAL_WIDTH = 90
"""Characters of a line."""
_SECONDS = 120


@contextmanager
def example_server() -> Iterator[tuple[sandbox.Running, dynclient.Client]]:
    """Yield a sandbox with the example catalogue, and a client of it."""
    with (
        sandbox.start() as server,
        dynclient.connect(server.host, token=server.admin_token, release=server.release) as om,
    ):
        load_example_catalogue(om)
        yield server, om


def executed(environment: Mapping[str, str]) -> Any:
    """Return the notebook with the outputs of its cells; the first error of a cell is raised.

    Args:
        environment: the environment of the kernel.
    """
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(NOTEBOOK, as_version=4)
    client = NotebookClient(notebook, timeout=_SECONDS, kernel_name="python3")
    return client.execute(env=dict(environment))


def page_of(notebook: Any) -> str:
    """Return an executed notebook as a page of HTML."""
    from nbconvert import HTMLExporter

    page: str = HTMLExporter(template_name="classic").from_notebook_node(notebook)[0]
    return page


def terminal_page(om: dynclient.Client) -> str:
    """Return what rich draws of a client, a list, an entity and its lineage, as a page of HTML."""
    from rich.console import Console

    from dynclient.display.interactive import fetching

    orders = om.tables["shop.sales.public.orders"]
    console = Console(record=True, width=TERMINAL_WIDTH, file=io.StringIO(), force_terminal=True)
    with fetching():
        for each in (om, om.tables.list(), orders, om.lineage(orders, upstream=3, downstream=3)):
            console.print(each)
            console.print()
    return console.export_html(inline_styles=True)


def browser() -> str | None:
    """Return the path of a headless browser, or None if there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def photograph(page: str, picture: Path, *, width: int, height: int) -> None:
    """Write a PNG of a page, as a browser without a network displays it.

    Args:
        page: HTML.
        picture: the file to write.
        width: pixels.
        height: pixels.
    """
    program = browser()
    assert program is not None, f"needs one of {BROWSERS}"
    with TemporaryDirectory() as folder:
        file = Path(folder, "page.html")
        file.write_text(page, "utf-8")
        command = [
            program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={folder}/profile",
            f"--window-size={width},{height}", f"--screenshot={picture}", file.as_uri(),
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)


def main() -> None:
    """Write all pictures."""
    PICTURES.mkdir(exist_ok=True)
    with example_server() as (server, om):
        environment = {
            "OPENMETADATA_HOST": server.host, "OPENMETADATA_TOKEN": server.admin_token
        }  # fmt: skip

        page = page_of(executed({**os.environ, **environment}))
        photograph(page, PICTURES / "notebook.png", width=1100, height=5000)
        photograph(terminal_page(om), PICTURES / "terminal.png", width=900, height=1350)


if __name__ == "__main__":
    main()
