"""Entities as a dataset of Parquet files: ``om.export_parquet(…)``, ``om.refresh_parquet(…)``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from os import PathLike
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.dispatch import bad_arguments
from dynclient.documentation import document_fields
from dynclient.errors import DynclientWarning, Problem, UsageError
from dynclient.extensions.arguments import as_list, as_path, as_text
from dynclient.extensions.base import Extension, not_supported
from dynclient.operations.operation import INCLUDES
from dynclient.suggestions import did_you_mean, nearest

if TYPE_CHECKING:
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.parquet.dataset_folder import DatasetFolder
    from dynclient.parquet.manifest import Manifest, Selection, ServicePart
    from dynclient.parquet.service_rows import ServiceRows

PAGE_SIZE = 1000
"""The entities of a page: a request costs little beside so many, and a page is some MB."""
WORKERS = 4


@document_fields
class ExportResult(NamedTuple):
    """What an export has written.

    Attributes:
        folder: Path of the dataset.
        type: Name of the entity type.
        counts: Rows of the whole dataset, by the name of the service; by ``""`` those of types that
            are not divided by service.
        written: Names of the services whose rows were read.
        removed: Names of the services that are not there any more.
        size: Bytes of the files that were written.
    """

    folder: str
    type: str
    counts: dict[str, int]
    written: tuple[str, ...]
    removed: tuple[str, ...]
    size: int

    @property
    def rows(self) -> int:
        """The number of rows of the whole dataset."""
        return sum(self.counts.values())


class ParquetExport(Extension):
    """Writes the entities of a type into Parquet files, and keeps these up to date."""

    name = "parquet"

    def export_parquet(
        self,
        folder: str | PathLike[str],
        type: Any,
        *,
        fields: str | Iterable[str] | None = None,
        where: str = "",
        include: str = "non-deleted",
        overwrite: bool = False,
        workers: int = WORKERS,
        page_size: int = PAGE_SIZE,
    ) -> ExportResult:
        """Write the entities of a type into Parquet files, a folder for each service.

        The files are ``service=shop/part-0.parquet``; names are percent-encoded. Types without a
        service are one file, ``part-0.parquet``. Columns are those of
        ``om.tables.list(…).to_arrow_batches(…)``, the same in all files; secrets are masked.

        Lists are read page by page, and rows are written as they come, so that memory depends on
        the size of a page and on ``workers`` only. The folder appears when everything is written.

        Args:
            folder: path of the folder. It may exist if it is empty.
            type: the entity type, by any name of its collection: ``"table"``.
            fields: the columns, ``("name", "owners.name")``; what servers return on request only is
                requested. By default those that lists return, by the schema.
            where: conditions, ``"owner:ada -tier:*"``, as for ``om.search.find``. All entities are
                read, and those that fulfil them are written.
            include: ``"non-deleted"``, ``"deleted"`` or ``"all"``.
            overwrite: whether to replace a dataset that an earlier export has written. The folder
                is never replaced if it has other files.
            workers: how many lists are read at once.
            page_size: the entities of a page.

        Returns:
            The number of rows of each service, and what was written.

        Raises:
            BadArguments: an argument is wrong; lists all problems.
            UnknownCollection: the release does not have the type.
            UsageError: the folder is not empty, cannot be written, or another process writes it.
            ServerError, TransportError: a list could not be read; the folder stays as it was.
            ImportError: pyarrow is not installed; the extra ``frames`` has it.
        """
        from dynclient.parquet.dataset_folder import DatasetFolder
        from dynclient.parquet.manifest import Selection

        call = "export_parquet"
        path = as_path(folder, call, "folder")
        as_text(where, call, "where", may_be_empty=True)
        problems = _number_problems({"workers": workers, "page_size": page_size})
        if include not in INCLUDES:
            near = did_you_mean(nearest(str(include), INCLUDES))
            message = f"must be 'non-deleted', 'deleted' or 'all', not {include!r}{near}"
            problems.append(Problem("include", include, "argument", message))
        if problems:
            raise bad_arguments(call, problems)
        spec = self.session.find(type)
        selection = Selection(spec.entity.name, _names(fields, call), where, include)
        rows = self._rows(spec, selection, page_size)
        with DatasetFolder(path) as target:
            if target.manifest() is not None and not overwrite:
                raise UsageError(
                    f"{target.path} has a dataset; pass overwrite=True to replace it, or call"
                    " refresh_parquet to export the services that have changed"
                )
            return _Export(self, spec, selection, rows, target, workers).run()

    def refresh_parquet(
        self,
        folder: str | PathLike[str],
        *,
        workers: int = WORKERS,
        page_size: int = PAGE_SIZE,
    ) -> ExportResult:
        """Export the services again that have changed since a dataset was written.

        A service has changed if there are change events of its entities, or of what these are in,
        or if its lists have another number of entities. The files of all others stay. Services
        that are not there any more are removed. Readers find the old dataset or the new one.

        Events that are logged late, or for which the clock of the server is behind, are found by
        reading the ten minutes before the last refresh again. Servers remove old events after some
        days, so a dataset is refreshed more often than that.

        Args:
            folder: path of a dataset that :meth:`export_parquet` has written.
            workers: how many lists are read at once.
            page_size: the entities of a page.

        Returns:
            The number of rows of each service, and the services that were read.

        Raises:
            BadArguments: an argument is wrong.
            UsageError: the folder has no dataset, that of another server, with other columns than
                the release has now, or without a position in the change events; export again
                with ``overwrite=True``.
            ServerError, TransportError: a list could not be read; the folder stays as it was.
        """
        from dynclient.parquet.dataset_folder import DatasetFolder

        call = "refresh_parquet"
        path = as_path(folder, call, "folder")
        problems = _number_problems({"workers": workers, "page_size": page_size})
        if problems:
            raise bad_arguments(call, problems)
        if not path.is_dir():
            raise UsageError(f"{path} is not a folder; export_parquet writes one")
        with DatasetFolder(path) as target:
            known = target.manifest()
            if known is None:
                raise UsageError(f"{path} has no dataset; export_parquet writes one")
            self._check_known(known, target)
            spec = self.session.find(known.selection.type)
            rows = self._rows(spec, known.selection, page_size)
            if known.columns != rows.columns:
                raise UsageError(
                    f"{target.path} was exported with release {known.release} and has other"
                    f" columns than release {self.session.release.name} has; {_AGAIN}"
                )
            return _Export(self, spec, known.selection, rows, target, workers).refresh(known)

    def _check_known(self, known: Manifest, target: DatasetFolder) -> None:
        """Raise UsageError if a dataset cannot be refreshed from this server."""
        if known.server != self.session.host:
            raise UsageError(
                f"{target.path} was exported from {known.server}, not from {self.session.host};"
                " use another folder"
            )
        if known.events is None:
            raise UsageError(
                f"{target.path} was exported by a user who may not read change events; {_AGAIN}"
            )

    def _rows(self, spec: CollectionSpec, selection: Selection, page_size: int) -> ServiceRows:
        from dynclient.extensions.search import Search
        from dynclient.parquet.service_rows import ServiceRows

        if "list" not in spec.operations:
            raise not_supported(f"a list of {spec.attribute}", self.session.release.name)
        found = None
        if selection.where:
            found = Search(self.session).find(spec.entity.name, selection.where)
        return ServiceRows(self.session, spec, selection, found, page_size)


_AGAIN = "export it again with overwrite=True"


def _names(fields: Any, call: str) -> tuple[str, ...] | None:
    """Return the names of columns.

    Raises:
        BadArguments: they are not names.
    """
    if fields is None:
        return None
    names = fields.split(",") if isinstance(fields, str) else as_list(fields, call, "fields")
    return tuple(str(name).strip() for name in names)


def _number_problems(values: dict[str, Any]) -> list[Problem]:
    return [
        Problem(name, value, "argument", f"must be an integer from 1 on, not {value!r}")
        for name, value in values.items()
        if not isinstance(value, int) or isinstance(value, bool) or value < 1
    ]


class _Export:
    """One export in progress."""

    def __init__(
        self,
        extension: ParquetExport,
        spec: CollectionSpec,
        selection: Selection,
        rows: ServiceRows,
        target: DatasetFolder,
        workers: int,
    ) -> None:
        from dynclient.parquet.changed_services import ChangedServices

        self._session = extension.session
        self._selection = selection
        self._rows = rows
        self._target = target
        self._workers = workers
        self._events = ChangedServices(self._session, spec)
        self._began = datetime.now(UTC).isoformat(timespec="seconds")

    def run(self) -> ExportResult:
        """Read everything, and replace the folder."""
        position = self._events.start()
        services = self._rows.lists.services() if self._rows.lists.is_divided else {}
        return self._write(services, (), position)

    def refresh(self, known: Manifest) -> ExportResult:
        """Read the services that have changed, and replace the folder by one with the new files."""
        lists = self._rows.lists
        changed, position = self._events.since(str(known.events))
        if not lists.is_divided:
            is_stale = changed != set() or len(lists.listing({})) != known.parts[0].listed
            return self._write({}, (), position) if is_stale else self._unchanged(known, position)
        parts = {part.service: part for part in known.parts if part.service is not None}
        services = lists.services()
        stale = {
            name: full_name
            for name, full_name in services.items()
            if changed is None or name in changed or name not in parts
        }
        rest = [name for name in services if name not in stale]
        for name, count in zip(rest, self._counts([services[each] for each in rest]), strict=True):
            if count != parts[name].listed:
                stale[name] = services[name]
        removed = tuple(name for name in parts if name not in services)
        if not stale and not removed:
            return self._unchanged(known, position)
        kept = [part for name, part in parts.items() if name in services and name not in stale]
        return self._write(dict(sorted(stale.items())), kept, position, removed)

    def _unchanged(self, known: Manifest, position: str) -> ExportResult:
        """Note how far change events were read, and leave the files as they are."""
        known._replace(events=position, exported=self._began).write(self._target.path)
        return self._result(known.parts)

    def _counts(self, services: list[str]) -> list[int]:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(self._workers, thread_name_prefix="export") as pool:
            return list(pool.map(self._rows.count, services))

    def _write(
        self,
        services: Mapping[str, str],
        kept: Sequence[ServicePart],
        position: str | None,
        removed: tuple[str, ...] = (),
    ) -> ExportResult:
        """Write a new dataset and replace the folder by it.

        Args:
            services: the services that are read.
            kept: the parts whose files stay.
            position: which change events it contains.
            removed: the services that are not there any more.
        """
        from dynclient.parquet.manifest import Manifest
        from dynclient.parquet.service_files import FileNames

        target = self._target
        names = FileNames(part.path for part in kept if part.path)
        found = self._rows.write(target.staging, services, names, self._workers)
        parts = [*kept, *(part for part, _ in found)]
        if not any(part.path for part in parts):
            parts.append(self._rows.write_empty(target.staging))
        for part in kept:
            if part.path:
                target.keep(part.path)
        Manifest(
            self._session.host, self._session.release.name, self._selection, self._rows.columns,
            self._began, position, tuple(parts),
        ).write(target.staging)  # fmt: skip
        target.commit()
        if self._rows.missing:
            _warn(
                f"{', '.join(sorted(self._rows.missing))} is not among the columns, which are what"
                " lists return by default; name the columns with fields="
            )
        if not kept:
            self._warn_missing(sum(part.listed for part in parts))
        written = tuple(part.service or "" for part, _ in found)
        return self._result(parts, written, removed, sum(size for _, size in found))

    def _result(
        self,
        parts: Iterable[ServicePart],
        written: tuple[str, ...] = (),
        removed: tuple[str, ...] = (),
        size: int = 0,
    ) -> ExportResult:
        counts = {part.service or "": part.rows for part in parts}
        if self._rows.lists.is_divided:
            counts.pop("", None)  # the file without rows
        return ExportResult(
            str(self._target.path), self._selection.type, dict(sorted(counts.items())), written,
            removed, size,
        )  # fmt: skip

    def _warn_missing(self, listed: int) -> None:
        """Warn if the server has more entities than the lists of services have returned."""
        total = len(self._rows.lists.listing({}))
        if total > listed:
            _warn(
                f"the lists of the services returned {listed:,} of {total:,} entities; the others"
                " were created while they were read, or belong to no service"
            )


def _warn(message: str) -> None:
    from dynclient.warn import warn_user

    warn_user(message, DynclientWarning)
