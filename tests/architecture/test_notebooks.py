"""The notebooks of the documentation: executed, displayed as HTML, and photographed."""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import pictures
from tests.support.session_cache import session_cache

LEAST_COLOURS = 20
"""A page that was drawn has more colours than one that is blank or has an error of the browser."""


@pytest.fixture(scope="module")
def notebook() -> Iterator[Any]:
    pytest.importorskip("nbclient", reason="notebooks need the extra docs: make site")
    pytest.importorskip("nbconvert", reason="notebooks need the extra docs: make site")
    with session_cache(), pictures.example_server() as (server, _):
        values = {"OPENMETADATA_HOST": server.host, "OPENMETADATA_TOKEN": server.admin_token}
        yield pictures.executed({**os.environ, **values}), server.admin_token


def colours_of(picture: Path) -> int:
    """Return the number of colours in every tenth row of a PNG with 8 bits and no palette."""
    data, offset, packed = picture.read_bytes(), 8, b""
    width = channels = 0
    while offset < len(data):
        (size,), kind = (
            struct.unpack(">I", data[offset : offset + 4]),
            data[offset + 4 : offset + 8],
        )
        content = data[offset + 8 : offset + 8 + size]
        if kind == b"IHDR":
            width, _, _, colour = struct.unpack(">IIBB", content[:10])
            channels = {2: 3, 6: 4}[colour]
        packed += content if kind == b"IDAT" else b""
        offset += size + 12
    rows = zlib.decompress(packed)
    line = 1 + width * channels
    # Filtered rows count as well: what is blank is filtered to zeros.
    found = set()
    for start in range(0, len(rows), 10 * line):
        row = rows[start + 1 : start + line]
        found |= {row[n : n + channels] for n in range(0, len(row), channels)}
    return len(found)


def test_no_output_is_stored() -> None:
    content = json.loads(pictures.NOTEBOOK.read_text("utf-8"))
    cells = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
    assert len(cells) >= 10
    assert not [cell for cell in cells if cell["outputs"] or cell["execution_count"]]


def test_every_cell_is_displayed(notebook: Any) -> None:
    executed, token = notebook
    assert token not in json.dumps(executed)
    for cell in executed.cells:
        if cell.cell_type != "code":
            continue
        kinds = [set(output.get("data", ())) for output in cell.outputs]
        assert any("text/html" in kind for kind in kinds), cell.source
        assert not [each for each in cell.outputs if each.output_type == "stream"], cell.source
    html = "".join(
        output.data["text/html"]
        for cell in executed.cells
        for output in cell.get("outputs", ())
        if "text/html" in output.get("data", ())
    )
    for text in ("shop.sales.public.orders", "customer_id", "BIGINT", "<svg", "dataTyp"):
        assert text in html, text
    assert "<script" not in html


def test_the_page_is_drawn_by_a_browser(notebook: Any, tmp_path: Path) -> None:
    if pictures.browser() is None:
        pytest.skip(f"needs one of the browsers {pictures.BROWSERS}")
    picture = tmp_path / "notebook.png"
    pictures.photograph(pictures.page_of(notebook[0]), picture, width=1100, height=3000)
    assert colours_of(picture) > LEAST_COLOURS


def test_the_pictures_of_the_documentation_exist() -> None:
    for name in ("notebook.png", "terminal.png"):
        assert colours_of(pictures.PICTURES / name) > LEAST_COLOURS, name
