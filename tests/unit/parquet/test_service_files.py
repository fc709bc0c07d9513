"""Files of services: their names, and rows in groups."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from urllib.parse import unquote

import pytest

from dynclient.parquet import service_files
from dynclient.parquet.service_files import FileNames, ServiceFile, WrittenFile

arrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
SCHEMA = arrow.schema([arrow.field("name", arrow.string())])


@pytest.mark.parametrize("name", ["shop", "a b/c", "50%=x", "é", '"q"', "..", "con", "x" * 100])
def test_readers_decode_the_name_of_a_service(name: str) -> None:
    path = FileNames().path(name)
    folder, file = path.split("/")
    assert file == "part-0.parquet"
    assert unquote(folder.removeprefix("service=")) == name


def test_names_that_a_file_system_may_take_for_one_have_different_paths() -> None:
    names = ["Shop", "shop", "SHOP", "é", unicodedata.normalize("NFD", "é")]
    paths = FileNames()
    found = [paths.path(name) for name in names]
    assert len({unicodedata.normalize("NFC", each).casefold() for each in found}) == len(names)
    decoded = [unquote(each).removeprefix("service=").removesuffix("/part-0.parquet")
               for each in found]  # fmt: skip
    assert decoded == names
    assert FileNames(found[:1]).path("shop") == found[1]
    long = [paths.path(name * 100) for name in ("a", "A")]
    assert len({each.casefold() for each in long}) == 2


def test_long_names_fit_into_file_systems() -> None:
    paths = FileNames()
    found = [paths.path(name * 256) for name in ("ü", "Ü", "日")]
    assert len(set(found)) == 3
    assert max(len(each.split("/")[0].encode()) for each in found) < 255


def test_entities_without_a_service_are_where_hive_puts_them() -> None:
    assert FileNames().path(None) == "service=__HIVE_DEFAULT_PARTITION__/part-0.parquet"


def batch(*names: str) -> object:
    return arrow.record_batch([arrow.array(names, arrow.string())], schema=SCHEMA)


def test_rows_are_written_in_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(service_files, "ROWS", 4)
    file = ServiceFile(tmp_path, "service=a/part-0.parquet", SCHEMA)
    for number in range(5):
        file.write(batch(f"a{number}", f"b{number}"))
    written = file.close()
    path = tmp_path / "service=a" / "part-0.parquet"
    assert written == WrittenFile("service=a/part-0.parquet", 10, path.stat().st_size)
    found = parquet.ParquetFile(path)
    groups = [found.metadata.row_group(n).num_rows for n in range(found.num_row_groups)]
    assert groups == [4, 4, 2]
    assert len(set(found.read().column("name").to_pylist())) == 10
    monkeypatch.setattr(service_files, "BYTES", 1)
    large = ServiceFile(tmp_path, "large.parquet", SCHEMA)
    large.write(batch("x"))
    assert large._buffered == 0
    large.discard()


def test_a_service_without_rows_has_no_file_unless_asked_for(tmp_path: Path) -> None:
    assert ServiceFile(tmp_path, "a.parquet", SCHEMA).close() is None
    ServiceFile(tmp_path, "b.parquet", SCHEMA).discard()
    empty = ServiceFile(tmp_path, "c.parquet", SCHEMA).close(keep_empty=True)
    assert empty is not None
    assert empty.rows == 0
    assert [each.name for each in tmp_path.iterdir()] == ["c.parquet"]
