"""Text from paths, files and bytes."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from dynclient.errors import BadArguments
from dynclient.extensions.text_sources import read_source


def test_every_source_of_text_is_read_without_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "terms.csv"
    path.write_bytes(b"\xef\xbb\xbfname\n")
    for source in (path, path.read_bytes(), io.BytesIO(path.read_bytes()), io.StringIO("name\n")):
        assert read_source(source, "import", "data") == "name\n"
    assert read_source("name\n", "import", "data") == "name\n"
    assert read_source(5, "import", "data") == 5


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadArguments, match=r"absent\.csv cannot be read: No such file"):
        read_source(tmp_path / "absent.csv", "import", "data")


def test_text_in_another_encoding_is_refused() -> None:
    with pytest.raises(BadArguments, match="must be UTF-8; byte 1 is not"):
        read_source(b"a\xff", "import", "data")
