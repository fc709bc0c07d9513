"""Many entities at once: ``om.tables.upsert_many(rows)``, and ``om.upsert_many`` of mixed kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem
from dynclient.extensions.arguments import as_list, as_mapping
from dynclient.extensions.base import (
    CollectionEntity,
    CollectionExtension,
    Extension,
    not_supported,
)
from dynclient.extensions.operation_rows import find_operation, rows
from dynclient.suggestions import did_you_mean, nearest

if TYPE_CHECKING:
    from os import PathLike

    from dynclient.bulk.batches import Batches
    from dynclient.bulk.concurrency import Concurrency
    from dynclient.bulk.load import Options
    from dynclient.bulk.result import BulkResult, Outcome
    from dynclient.bulk.writes import Upserts, Writes
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.session.session import Session

    OnResult = Callable[[Outcome], Any]
    Journal = str | PathLike[str]


_NO_SCOPE = {"after", "before", "fields", "include", "limit", "offset", "page_size"}
"""Parameters of lists that do not choose entities by what they are in."""


class CollectionBulk(CollectionExtension):
    """Methods of collections for many rows.

    Rows are any iterable, a generator too: create requests, mappings or entities; a frame of
    pandas, polars or pyarrow; or the path of a ``.csv``, ``.jsonl`` or ``.ndjson`` file. They are
    read as they are sent, so memory does not grow with their number; only of types that may be
    below others of their type, such as glossary terms, 10,000 rows are read ahead and put in order.
    A row that is not valid is not sent and fails with all its problems; the others go on.

    The number of requests at once follows the server: it grows while responses stay fast, and falls
    after 429, 503 and slow responses.
    """

    name = "bulk"
    operations = "bulk"

    def upsert_many(
        self,
        rows: Any,
        *,
        workers: int | None = None,
        batch: int | None = None,
        ordered: bool = False,
        stop_on_error: bool = False,
        on_result: OnResult | None = None,
        progress: Any = None,
        journal: Journal | None = None,
        override_metadata: bool | None = None,
    ) -> BulkResult:
        """Create or replace many entities, each as PUT does.

        PUT replaces: a field that a row leaves out is erased on the server where PUT erases it, the
        description for instance. A bot's PUT does not overwrite what people wrote. To change
        entities, read them and call ``save_many``. Rows of one name are sent one after the other.

        Args:
            rows: create requests, or mappings of their fields; see the class.
            workers: the highest number of requests at once, by default and at most the client's
                ``pool_size``.
            batch: rows in one request, where the server has ``PUT …/bulk``; 1 sends single
                requests, which say of each row whether it was created, updated or unchanged.
            ordered: send one request after the other, in the order of the rows.
            stop_on_error: send no further rows after the first failure.
            on_result: called with an :class:`Outcome` for each row, in the calling thread.
            progress: None shows a bar at a terminal or in a notebook; True and False force it; a
                function is called with the number of rows done, that of all or None, and the
                result.
            journal: path of a file that records what is done. A load that was killed continues
                where it was if it is called again with the same rows and journal.
            override_metadata: of servers with ``PUT …/bulk`` since 2.0: whether a bot overwrites
                what people wrote.

        Returns:
            Names by what became of them, and the rows that failed with their errors.

        Raises:
            BadArguments: an argument is not valid; lists all problems.
            UsageError: the journal is that of another load, or a file cannot be read.
            Unauthorized, TransportError: the server accepts nothing any more.
        """
        options = _options(workers, ordered, stop_on_error, on_result, progress, journal)
        flags = {"override_metadata": override_metadata}
        return self._write("upsert_many", rows, options, flags, batch=batch)

    def create_many(
        self,
        rows: Any,
        *,
        workers: int | None = None,
        ordered: bool = False,
        stop_on_error: bool = False,
        on_result: OnResult | None = None,
        progress: Any = None,
        journal: Journal | None = None,
    ) -> BulkResult:
        """Create many entities; a row whose entity exists fails with Conflict.

        If a response is lost, or the load continues from a journal, an entity that exists is
        compared with the row: it counts as created if it is what the row creates.

        Args:
            rows: create requests, or mappings of their fields; see the class.
            workers: as for :meth:`upsert_many`, and so are the following.
            ordered: see there.
            stop_on_error: see there.
            on_result: see there.
            progress: see there.
            journal: see there.

        Raises:
            BadArguments, UsageError, Unauthorized, TransportError: as for :meth:`upsert_many`.
        """
        options = _options(workers, ordered, stop_on_error, on_result, progress, journal)
        return self._write("create_many", rows, options)

    def save_many(
        self,
        entities: Iterable[Any],
        *,
        read_back: bool = False,
        on_conflict: str = "error",
        workers: int | None = None,
        ordered: bool = False,
        stop_on_error: bool = False,
        on_result: OnResult | None = None,
        progress: Any = None,
        journal: Journal | None = None,
    ) -> BulkResult:
        """Send the changes of many entities, each as ``om.save`` does: as a guarded patch.

        Args:
            entities: changed entities, as the server returned them; a generator that reads and
                changes them needs little memory. Without changes, nothing is sent.
            read_back: as for ``om.save``.
            on_conflict: as for ``om.save``: ``"error"`` or ``"rebase"``.
            workers: as for :meth:`upsert_many`, and so are the following.
            ordered: see there.
            stop_on_error: see there.
            on_result: see there.
            progress: see there.
            journal: see there; the entities must come in the same order.

        Raises:
            BadArguments, UsageError, Unauthorized, TransportError: as for :meth:`upsert_many`.
        """
        from dynclient.session.rebased_save import conflict_problems

        problems = conflict_problems(on_conflict)
        if problems:
            raise bad_arguments(f"{self.attribute}.save_many", problems)
        options = _options(workers, ordered, stop_on_error, on_result, progress, journal)
        flags = {"read_back": read_back, "on_conflict": on_conflict}
        return self._write("save_many", entities, options, flags)

    def delete_many(
        self,
        targets: Iterable[Any],
        *,
        recursive: bool = False,
        hard: bool = False,
        workers: int | None = None,
        ordered: bool = False,
        stop_on_error: bool = False,
        on_result: OnResult | None = None,
        progress: Any = None,
        journal: Journal | None = None,
    ) -> BulkResult:
        """Delete many entities; one that does not exist fails with NotFound.

        Args:
            targets: entities, references, ids or fully qualified names.
            recursive: delete everything below them too.
            hard: delete them for good; otherwise the server keeps them and can restore them.
            workers: as for :meth:`upsert_many`, and so are the following.
            ordered: see there.
            stop_on_error: see there.
            on_result: see there.
            progress: see there.
            journal: see there.

        Raises:
            BadArguments, UsageError, Unauthorized, TransportError: as for :meth:`upsert_many`.
        """
        options = _options(workers, ordered, stop_on_error, on_result, progress, journal)
        flags = {"recursive": recursive or None, "hard": hard or None}
        return self._write("delete_many", targets, options, flags)

    def delete_stale(
        self,
        keep: Iterable[Any],
        scope: Mapping[str, Any],
        *,
        recursive: bool = True,
        hard: bool = False,
        dry_run: bool = False,
        **options: Any,
    ) -> BulkResult:
        """Delete the entities of a scope that are not kept, such as tables that a source lost.

        Args:
            keep: what stays: entities, references, ids or fully qualified names.
            scope: filters of ``list`` that choose the entities: ``{"database": "shop.orders"}``.
            recursive: delete everything below them too.
            hard: delete them for good.
            dry_run: delete nothing, and return the names in ``deleted``.
            options: as for :meth:`delete_many`.

        Raises:
            BadArguments: there is no scope, or nothing is kept, which would delete everything in
                it; a filter is not one of the collection's.
        """
        call = f"{self.attribute}.delete_stale"
        kept = {_identity(each) for each in as_list(keep, call, "keep")}
        scope = as_mapping(scope, call, "scope")
        problems = []
        if not kept:
            message = "is empty, so that everything in the scope would be deleted"
            problems.append(Problem("keep", None, "argument", message))
        filters = {name: value for name, value in scope.items() if value is not None}
        if not filters:
            message = "must have a filter, such as {'database': …}"
            problems.append(Problem("scope", None, "argument", message))
        problems += self._filter_problems(filters)
        if problems:
            raise bad_arguments(call, problems)
        stale = self._stale(kept, filters)
        if dry_run:
            from dynclient.bulk.result import DELETED, BulkResult, Outcome

            result = BulkResult()
            for number, entity in enumerate(stale):
                result.add(Outcome(DELETED, model.name_of(model.raw(entity)), number))
            result.is_complete = True
            return result
        # All of them before the first is deleted: cursors do not survive deletions.
        identities = [str(model.raw(entity)["id"]) for entity in stale]
        return self.delete_many(identities, recursive=recursive, hard=hard, **options)

    def _filter_problems(self, filters: Mapping[str, Any]) -> list[Problem]:
        """Return what is wrong with a scope. Servers ignore filters that they do not have.

        The list has all entities then, so a filter must be certain, unlike that of a list that is
        only read.
        """
        contract, found = self.session.contract, []
        for name, value in filters.items():
            known = {each.name: each for each in self.spec.operations["list"].parameters}
            if name in known and known[name].guessed and contract.openapi is not None:
                known = {each.name: each for each in self.spec.operations["list"].parameters}
            if name in _NO_SCOPE or name not in known:
                choices = [each for each in known if each not in _NO_SCOPE]
                near = did_you_mean(nearest(name, choices), f"; it has {', '.join(choices)}")
                message = f"is not a filter of om.{self.attribute}.list{near}"
                found.append(Problem(f"scope[{name!r}]", value, "unknown", message))
            elif known[name].guessed:
                message = (
                    "may be ignored by this server, which would delete entities outside the scope;"
                    f" its OpenAPI document is not available: {contract.why}"
                )
                found.append(Problem(f"scope[{name!r}]", value, "argument", message))
        return found

    def _stale(self, kept: set[str], scope: Mapping[str, Any]) -> Iterator[Any]:
        from dynclient.operations.operation import Plan

        operation = self.spec.operations["list"]
        size = self.session.settings.page_size
        for entity in self.session.listing(Plan(operation, {**scope, "page_size": size})):
            raw = model.raw(entity)
            if kept.isdisjoint({str(raw.get("id")), str(raw.get("fullyQualifiedName"))}):
                yield entity

    def get_many(
        self,
        keys: Iterable[Any],
        fields: str | Iterable[str] | None = None,
        include: str | None = None,
        *,
        ordered: bool = True,
        workers: int | None = None,
        on_error: Callable[[Any, Exception], Any] | None = None,
    ) -> Iterator[CollectionEntity | None]:
        """Yield many entities, of which some are requested ahead; None for one that does not exist.

        Args:
            keys: ids, fully qualified names, entities or references.
            fields: more fields than the server returns by default.
            include: ``non-deleted``, ``deleted`` or ``all``.
            ordered: yield them in the order of the keys; otherwise as they arrive.
            workers: the highest number of requests at once, by default and at most the client's
                ``pool_size``.
            on_error: called with the key and the error of a request that fails; what it returns is
                yielded in place of the entity. None raises the error.

        Raises:
            BadArguments: an argument or a key is not valid.
            ServerError, TransportError: as for ``get``, without ``on_error``.
        """
        from dynclient.bulk.load import Options, check_options
        from dynclient.bulk.reads import Reads
        from dynclient.bulk.rows import read_rows

        call = f"{self.attribute}.get_many"
        options = Options(workers=workers)
        check_options(call, options.problems(self.session.settings.pool_size))
        names = list(fields) if fields is not None and not isinstance(fields, str) else fields
        concurrency = options.concurrency(self.session.settings.pool_size)
        reads = Reads(
            self.session, self.spec, call, concurrency, {"fields": names, "include": include}
        )
        return reads.results(read_rows(keys, call), ordered=ordered, on_error=on_error)

    # -- sending -----------------------------------------------------------------------------------

    def _write(
        self,
        method: str,
        source: Any,
        options: Options,
        flags: Mapping[str, Any] | None = None,
        batch: int | None = None,
    ) -> BulkResult:
        from dynclient.bulk.load import Load, check_options
        from dynclient.bulk.rows import read_rows

        call = f"{self.attribute}.{method}"
        check_options(
            call,
            [*options.problems(self.session.settings.pool_size), *_number_problems("batch", batch)],
        )
        spec, session = self.spec, self.session
        writes, batches = _writes(
            session, spec, call, options, {} if flags is None else flags, batch
        )
        node = session.node(spec.entity.create) if writes.method in {"create", "upsert"} else None
        identity = {"server": session.host, "arguments": dict(flags or {})}
        level = _level(session, spec) if node is not None else None
        load = Load(call, options, writes.concurrency, identity, level, session=session)
        read = _as_rows(read_rows(source, call, node), source)
        return load.run(source, read, lambda row: (writes, row, batches))


class Bulk(Extension):
    """Many entities of mixed kinds: ``om.upsert_many``."""

    name = "bulk_of_kinds"

    def upsert_many(
        self,
        rows: Iterable[Any],
        *,
        workers: int | None = None,
        batch: int | None = None,
        ordered: bool = False,
        stop_on_error: bool = False,
        on_result: OnResult | None = None,
        progress: Any = None,
        journal: Journal | None = None,
        window: int = 10_000,
        override_metadata: bool | None = None,
    ) -> BulkResult:
        """Create or replace entities of mixed kinds, each as PUT does; parents before children.

        A list is put in order as a whole: services, databases, schemas, tables; charts before
        dashboards. An iterator is read ahead and put in order window by window, so its parents must
        not come later than that.

        Args:
            rows: create requests, ``om.types.CreateTableRequest(…)``; or pairs of a kind and a
                mapping, ``("table", {…})``.
            workers: as for ``om.tables.upsert_many``, and so are the following.
            batch: see there.
            ordered: send the rows one after the other, in the order given.
            stop_on_error: see there.
            on_result: see there.
            progress: see there.
            journal: see there.
            window: rows of an iterator that are read ahead.
            override_metadata: see there.

        Raises:
            BadArguments, UsageError, Unauthorized, TransportError: as for
                ``om.tables.upsert_many``.
        """
        from dynclient.bulk.load import Load, check_options
        from dynclient.bulk.rows import read_rows

        options = _options(workers, ordered, stop_on_error, on_result, progress, journal)
        problems = [
            *options.problems(self.session.settings.pool_size),
            *_number_problems("batch", batch),
        ]
        problems += _number_problems("window", window)
        check_options("upsert_many", problems)
        session = self.session
        flags = {"override_metadata": override_metadata}
        known: dict[str, tuple[Upserts | Writes, Batches | None]] = {}
        concurrency = options.concurrency(session.settings.pool_size)

        def writes(row: Any) -> tuple[Writes, Any, Batches | None]:
            spec, plain = _kind_of(session, row)
            if spec.attribute not in known:
                known[spec.attribute] = _writes(
                    session, spec, "upsert_many", options, flags, batch, concurrency
                )
            single, batches = known[spec.attribute]
            return single, plain, batches

        def level(row: Any) -> Any:
            from dynclient.bulk.order import row_level
            from dynclient.errors import DynclientError

            try:
                spec, plain = _kind_of(session, row)
            except DynclientError:
                return None  # reported when it is its turn
            return row_level(session.release, spec.entity, plain)

        identity = {"server": session.host, "arguments": flags}
        load = Load("upsert_many", options, concurrency, identity, level, window, session)
        return load.run(rows, _as_rows(read_rows(rows, "upsert_many"), rows), writes)


def _as_rows(read: Iterator[Any], source: Any) -> Iterable[Any]:
    """Return a list itself, which is put in order as a whole."""
    return source if isinstance(source, (list, tuple)) else read


def _options(
    workers: Any, ordered: Any, stop_on_error: Any, on_result: Any, progress: Any, journal: Any
) -> Options:
    from dynclient.bulk.load import Options

    return Options(workers, bool(ordered), bool(stop_on_error), on_result, progress, journal)


def _number_problems(argument: str, value: Any) -> list[Problem]:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
        return []
    message = f"must be a number of rows, not {value!r}"
    return [Problem(argument, value, "argument", message)]


def _writes(
    session: Session,
    spec: CollectionSpec,
    call: str,
    options: Options,
    flags: Mapping[str, Any],
    batch: int | None,
    concurrency: Concurrency | None = None,
) -> tuple[Writes, Batches | None]:
    """Return what sends one row of a collection, and what sends several at once, if anything.

    Raises:
        NotSupported: the collection has no such operation.
        BadArguments: a flag needs ``PUT …/bulk``, which the collection does not have.
    """
    from dynclient.bulk import writes as kinds
    from dynclient.bulk.batches import ROWS, Batches

    method = call.rpartition(".")[2]
    cls: type[Writes] = {
        "upsert_many": kinds.Upserts,
        "create_many": kinds.Creates,
        "save_many": kinds.Saves,
        "delete_many": kinds.Deletes,
    }[method]
    if cls.method not in spec.operations:
        raise not_supported(f"om.{spec.attribute}.{method}", session.release.name)
    if concurrency is None:
        concurrency = options.concurrency(session.settings.pool_size)
    if method != "upsert_many":
        return cls(session, spec, call, concurrency, flags), None
    single = kinds.Upserts(session, spec, call, concurrency)
    index = session.contract.cached_index()
    found = find_operation(rows("bulk"), "bulk_upsert", session.release, spec, index)
    given = {name: value for name, value in flags.items() if value is not None}
    known = () if found is None else {each.name for each in found.parameters}
    unknown = [name for name in given if name not in known]
    if unknown:
        message = (
            f"is a parameter of PUT {spec.route}/bulk since 2.0, which release"
            f" {session.release.name} does not have"
        )
        raise bad_arguments(call, [Problem(unknown[0], given[unknown[0]], "argument", message)])
    if found is None or (batch == 1 and not given):
        return single, None
    return single, Batches(single, found, batch or ROWS, given)


def _level(session: Session, spec: CollectionSpec) -> Any:
    """Return the function that says at which level a row is; None if all are at the same."""
    from dynclient.bulk.order import parents_of, row_level

    release, entity = session.release, spec.entity
    if not parents_of(release, entity).nested:
        return None
    return lambda row: row_level(release, entity, row)


def _kind_of(session: Session, row: Any) -> tuple[CollectionSpec, Any]:
    """Return the collection of a row of mixed kinds, and the row itself.

    Raises:
        BadArguments: the row does not say its kind.
        UnknownCollection: the release has no such kind.
    """
    if isinstance(row, tuple) and len(row) == 2 and isinstance(row[1], (Mapping, model.Entity)):
        return session.find(row[0]), row[1]
    if isinstance(row, model.Entity):
        node = model.schema_of(row)
        entity = node.release.entity_of(node.path)
        if entity is not None and entity.create == node.path:
            return session.find(entity.name), row
    kind = model.schema_of(row).type_name if isinstance(row, model.Entity) else type(row).__name__
    message = (
        "must be a create request, om.types.CreateTableRequest(…), or a pair of a kind and a"
        f" mapping, ('table', {{…}}), not {kind}"
    )
    raise bad_arguments("upsert_many", [Problem("row", kind, "argument", message)])


def _identity(value: Any) -> str:
    raw = model.json_of(value)
    if isinstance(raw, Mapping):
        return str(raw.get("id") or raw.get("fullyQualifiedName") or raw.get("name"))
    return str(raw)
