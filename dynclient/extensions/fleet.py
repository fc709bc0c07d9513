"""One function for every entity of a list: ``om.map(function, om.tables.list())``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dynclient.dispatch import bad_arguments
from dynclient.extensions.base import Extension, not_supported

if TYPE_CHECKING:
    from os import PathLike

    from dynclient.dispatch.pagination import Listing
    from dynclient.fleet.items import MapItem
    from dynclient.fleet.result import MapResult
    from dynclient.fleet.run import MapRun


class Fleet(Extension):
    """Functions applied to whole lists: ``om.map``."""

    name = "fleet"

    def map(
        self,
        function: Callable[[Any], Any],
        listing: Listing,
        *,
        on: Any = None,
        batch: int | None = None,
        save: bool = False,
        on_conflict: str = "error",
        workers: int | None = None,
        limit: int | None = None,
        partition: int | None = None,
        stop_after: int | None = None,
        on_result: Callable[[MapItem], Any] | None = None,
        progress: Any = None,
        journal: str | PathLike[str] | None = None,
    ) -> MapResult:
        """Call a function for every entity of a list, and record what it returns.

        An error that the function raises is the failure of that entity; the others go on. Results
        are recorded on the disk, so memory does not grow with the number of entities, and each
        entity is recorded once. The function may be called again for an entity: on a cluster after
        a worker was lost, and for entities that were not recorded when a run was killed.

        Args:
            function: takes an entity, and returns None or JSON values: numbers, texts, lists,
                dicts, entities. With ``batch`` it takes a list of entities, and returns a list
                with a result for each, or None.
            listing: the list of a collection, ``om.tables.list(fields=["owners"])``.
            on: where the function is called. None calls it in this thread, ``"threads"`` in
                several. A client of Dask, a ``LocalCluster`` or the address of a scheduler calls it
                in the workers of a cluster, which read the parts of the list side by side.
            batch: the number of entities that the function takes at once.
            save: save the changes that the function makes to an entity, each as ``om.save`` does.
                If it fails, nothing of that entity is saved.
            on_conflict: as for ``om.save``: ``"error"`` or ``"rebase"``.
            workers: the number of threads with ``on="threads"``; 8 by default, and at most the
                client's ``pool_size``.
            limit: the highest number of requests at once, of all threads and all workers together,
                with those that the function sends; the client's ``pool_size`` by default. After a
                429 or 503 all of them pause.
            partition: on a cluster, the number of entities that a worker reads and returns the
                results of at once; 5,000 by default.
            stop_after: the number of failures after which the function is called no more.
            on_result: called with each :class:`MapItem`, in the calling thread, after it was
                recorded.
            progress: None shows a bar at a terminal or in a notebook; True and False force it; a
                function is called with the number of entities done, that of all or None, and the
                result.
            journal: path of a file that records results. A run that was killed continues where it
                was if it is called again with the same list, function and journal.

        Returns:
            ``results`` and ``failed``, with an item for each entity.

        Raises:
            BadArguments: an argument is not valid; lists all problems.
            NotSupported: ``save`` with entities that cannot be changed.
            ReadOnly: ``save`` with a read-only client.
            UsageError: the journal is that of another run; or the function cannot be sent to a
                cluster, or its workers died.
            ImportError: a cluster without the extra ``fleet``.
            ServerError, TransportError: the list cannot be read, or the server accepts no change
                any more.
        """
        from dynclient.fleet.options import Options
        from dynclient.fleet.run import MapRun

        options = Options(
            function, listing, on, batch, save, on_conflict, workers, limit, partition, stop_after,
            on_result, progress, journal,
        )  # fmt: skip
        if problems := options.problems(self.session):
            raise bad_arguments("map", problems)
        run = MapRun(self.session, options)
        if save:
            self._check_save(run)
        return run.run()

    def _check_save(self, run: MapRun) -> None:
        """Raise an error if changes cannot be saved, before the list is read."""
        if "patch" not in run.spec.operations:
            raise not_supported(
                f"om.map(save=True) for {run.spec.attribute}", self.session.release.name
            )
        if self.session.settings.read_only:
            from dynclient.errors import ReadOnly

            raise ReadOnly(
                "om.map(save=True) was not started: this client is read-only; connect with"
                " read_only=False to save changes",
                method="PATCH",
                path=run.spec.route,
            )
