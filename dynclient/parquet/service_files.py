"""Parquet files of services: rows of a service are buffered and written as row groups.

The folder of a service is named as Hive does, ``service=shop``, which DuckDB, pyarrow, polars, dask
and Spark read as a column.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.as_code.file_names import collision_key, encoded, with_digest
from dynclient.dispatch.frames import optional_module

if TYPE_CHECKING:
    from collections.abc import Iterable

ROWS = 10_000
"""The rows of a row group: enough for compression, and few enough for memory."""
BYTES = 64 * 1024 * 1024
"""The size of the buffered rows of a file at which they are written."""
FILE = "part-0.parquet"
_COMPRESSION = "zstd"
_LONGEST = 240
"""The bytes of a name that fits into the name of a folder."""
_NO_SERVICE = "__HIVE_DEFAULT_PARTITION__"
"""The value that Hive gives to rows without one."""


class WrittenFile(NamedTuple):
    """A complete file."""

    path: str
    """The path below the folder of the dataset."""
    rows: int
    bytes: int


class FileNames:
    """The paths of the files of services.

    Args:
        taken: paths that other services have.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {collision_key(path) for path in taken}

    def path(self, service: str | None) -> str:
        """Return the path of the file of a service, ``service=shop/part-0.parquet``.

        Names that some file systems take for the same one get different paths.

        Args:
            service: the name of the service; None for entities without one.
        """
        name = _NO_SERVICE if service is None else encoded(service)
        path = f"service={name}/{FILE}"
        if service is not None and collision_key(path) in self._taken:
            # The same name for whoever decodes it, and another one for the file system.
            escaped = "".join(f"%{byte:02X}" for byte in service.encode(errors="surrogatepass"))
            is_short = len(escaped) <= _LONGEST
            path = f"service={escaped}/{FILE}" if is_short else with_digest(path, service)
        self._taken.add(collision_key(path))
        return path


class ServiceFile:
    """Writes the rows of one service, from several threads.

    Args:
        folder: the folder of the dataset.
        path: the path of the file below it.
        schema: the Arrow schema of the rows.
    """

    def __init__(self, folder: Path, path: str, schema: Any) -> None:
        self._file = folder / path
        self._path = path
        self._schema = schema
        self._lock = threading.Lock()
        self._buffer: list[Any] = []
        self._buffered = 0
        self._rows = 0
        self._writer: Any = None

    def write(self, batch: Any) -> None:
        """Write a record batch, now or with later ones."""
        with self._lock:
            self._buffer.append(batch)
            self._buffered += batch.num_rows
            if self._buffered >= ROWS or sum(each.nbytes for each in self._buffer) >= BYTES:
                self._flush()

    def _flush(self) -> None:
        arrow = optional_module("pyarrow")
        if self._writer is None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            parquet = optional_module("pyarrow.parquet")
            self._writer = parquet.ParquetWriter(self._file, self._schema, compression=_COMPRESSION)
        table = arrow.Table.from_batches(self._buffer, schema=self._schema)
        self._buffer.clear()
        self._writer.write_table(table, row_group_size=max(1, table.num_rows))
        self._rows += table.num_rows
        self._buffered = 0

    def close(self, *, keep_empty: bool = False) -> WrittenFile | None:
        """Write what is left, and return the file; None if there are no rows, and so no file.

        Args:
            keep_empty: whether to write a file without rows, which has the columns.
        """
        with self._lock:
            if self._buffered or (keep_empty and self._writer is None):
                self._flush()
            if self._writer is None:
                return None
            self._writer.close()
            return WrittenFile(self._path, self._rows, self._file.stat().st_size)

    def discard(self) -> None:
        """Close the file as it is, after an error."""
        with self._lock:
            self._buffer.clear()
            if self._writer is not None:
                self._writer.close()
