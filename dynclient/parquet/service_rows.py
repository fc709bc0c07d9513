"""Rows of services: read from a server by several threads, and written as files."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

from dynclient.dispatch.frames import Frame, optional_module
from dynclient.errors import NotFound
from dynclient.parquet.manifest import Selection, ServicePart
from dynclient.parquet.service_files import FILE, FileNames, ServiceFile, WrittenFile
from dynclient.parquet.service_lists import SERVICE, ServiceLists

if TYPE_CHECKING:
    from pathlib import Path

    from dynclient.extensions.search import Found
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.session.session import Session


class ServiceRows:
    """The entities of one collection as rows, service by service.

    Args:
        session: the session of the server.
        spec: the collection.
        selection: which entities and columns.
        found: the conditions of the selection; None if it has none.
        page_size: the entities of a page.

    Attributes:
        lists: the lists of the collection.
        missing: names of fields that entities have and that are not among the columns.
    """

    def __init__(
        self,
        session: Session,
        spec: CollectionSpec,
        selection: Selection,
        found: Found | None,
        page_size: int,
    ) -> None:
        self._spec = spec
        self._selection = selection
        self._found = found
        self.missing: set[str] = set()
        needed = [] if found is None else found.needed_fields(spec.entity)
        arguments = {
            "fields": needed or None, "include": selection.include, "page_size": page_size
        }  # fmt: skip
        self.lists = ServiceLists(session, spec, arguments)
        self._schema = self._frame({}, None).schema()

    @property
    def columns(self) -> str:
        """The schema of Arrow as text."""
        return str(self._schema)

    def _frame(
        self, filters: Mapping[str, str], keep: Callable[[dict[str, Any]], bool] | None
    ) -> Frame:
        return Frame(
            self.lists.listing(filters), self._selection.fields, None,
            by_schema=True, keep=keep, on_missing=self.missing.update,
        )  # fmt: skip

    # -- reading -----------------------------------------------------------------------------------

    def count(self, service: str) -> int:
        """Return the number of entities in the lists of a service, by requests without entities.

        Args:
            service: the fully qualified name of the service.
        """
        return sum(len(self.lists.listing(filters)) for filters in self.lists.of(service))

    def _read(
        self, service: str | None, filters: Mapping[str, str], file: ServiceFile,
        stop: threading.Event,
    ) -> int:  # fmt: skip
        """Write the rows of one list, and return the number of entities in it."""
        listed = 0

        def keep(raw: dict[str, Any]) -> bool:
            nonlocal listed
            parent = raw.get(SERVICE)
            # A server that does not know a filter ignores it: the row is in another list, too.
            name = parent.get("name") if isinstance(parent, dict) else None
            if name is not None and service is not None and name != service:
                return False
            listed += 1
            return self._found is None or self._found.is_match(self._spec.entity, raw)

        try:
            for batch in self._frame(filters, keep).record_batches():
                if stop.is_set():
                    break
                if batch.num_rows:
                    file.write(batch)
        except NotFound:
            pass  # what the list is filtered by was deleted meanwhile
        return listed

    # -- writing -----------------------------------------------------------------------------------

    def write(
        self,
        folder: Path,
        services: Mapping[str, str],
        names: FileNames,
        workers: int,
    ) -> list[tuple[ServicePart, int]]:
        """Write the rows of services.

        Args:
            folder: the folder of the dataset.
            services: fully qualified names by names; all entities are one part, in no folder of a
                service, where lists cannot be read by service.
            names: the paths of files.
            workers: how many lists are read at once.

        Returns:
            What was written, in the order of the services, with the size of the file in bytes.
        """
        optional_module("pyarrow.parquet")
        stop = threading.Event()
        parts: list[_Part] = []
        with ThreadPoolExecutor(workers, thread_name_prefix="export") as pool:
            try:
                pending: set[Future[None]] = set()
                for part in self._parts(folder, services, names):
                    parts.append(part)
                    for filters in part.filters:
                        part.begin()
                        pending.add(pool.submit(self._run, part, filters, stop))
                        # The lists of a large catalogue are not all found before the first is read.
                        while len(pending) >= 2 * workers:
                            pending = _settled(pending)
                    part.finish()
                while pending:
                    pending = _settled(pending)
            except BaseException:
                stop.set()
                pool.shutdown(cancel_futures=True)
                for part in parts:
                    part.file.discard()
                raise
        return [part.result() for part in parts]

    def _run(self, part: _Part, filters: Mapping[str, str], stop: threading.Event) -> None:
        part.finish(self._read(part.service, filters, part.file, stop))

    def _parts(
        self, folder: Path, services: Mapping[str, str], names: FileNames
    ) -> Iterator[_Part]:
        if not self.lists.is_divided:
            yield _Part(None, [{}], ServiceFile(folder, FILE, self._schema), keep_empty=True)
            return
        for name, full_name in services.items():
            file = ServiceFile(folder, names.path(name), self._schema)
            yield _Part(name, self.lists.of(full_name), file)

    def write_empty(self, folder: Path) -> ServicePart:
        """Write a file without rows, so that a dataset without rows has its columns.

        Args:
            folder: the folder of the dataset.
        """
        file = ServiceFile(folder, FileNames().path(None), self._schema)
        return _Part(None, (), file, keep_empty=True).result()[0]


class _Part:
    """The rows of one service, while they are written.

    ``_open_lists`` counts the lists that are being read, and one more while others are added.
    """

    def __init__(
        self,
        service: str | None,
        filters: Iterator[Mapping[str, str]] | Sequence[Mapping[str, str]],
        file: ServiceFile,
        *,
        keep_empty: bool = False,
    ) -> None:
        self.service = service
        self.filters = filters
        self.file = file
        self._open_lists = 1
        self._listed = 0
        self._keep_empty = keep_empty
        self._lock = threading.Lock()
        self._written: WrittenFile | None = None
        self._is_closed = False

    def begin(self) -> None:
        """Note that a list is going to be read."""
        with self._lock:
            self._open_lists += 1

    def finish(self, listed: int = 0) -> None:
        """Note that a list was read, or that all were added; the last one closes the file."""
        with self._lock:
            self._listed += listed
            self._open_lists -= 1
            if not self._open_lists:
                self._close()

    def _close(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            self._written = self.file.close(keep_empty=self._keep_empty)

    def result(self) -> tuple[ServicePart, int]:
        """Return what was written, and its size in bytes."""
        self._close()
        path, rows, size = self._written or (None, 0, 0)
        return ServicePart(self.service, path, rows, self._listed), size


def _settled(pending: set[Future[None]]) -> set[Future[None]]:
    """Wait for a few jobs and return the others; raise the error of one that failed."""
    done, rest = wait(pending, return_when=FIRST_COMPLETED)
    for job in done:
        job.result()
    return rest
