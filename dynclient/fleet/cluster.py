"""A run on a Dask cluster: parts out, results in, each recorded once.

Where filters divide the list, a worker reads its part itself. A part that is too large, or a list
without such filters, is read by this process, which sends the entities to the workers page by page.
A worker that is lost loses the results of its part with it, and Dask gives the part to another one.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from dynclient import model
from dynclient.dispatch.frames import optional_module
from dynclient.errors import DynclientError, InsecureWarning, UsageError
from dynclient.secrets import Secret
from dynclient.transport.limits import Pause, limited

if TYPE_CHECKING:
    from dynclient.fleet.run import MapRun
    from dynclient.fleet.worker import FleetLimit, Handled, Part

_LEAST = 8
"""Parts that are given to a cluster at once, at least: it may have no workers yet."""
_LAST = 30.0
"""Seconds that workers have to finish what they are at when a run ends early."""
_LOCAL = ("inproc://", "tls://", "tcp://127.", "tcp://localhost", "tcp://[::1]")
"""Beginnings of addresses of schedulers that get no token in clear over a network."""


class ClusterRun:
    """Hands the parts of a list to a cluster.

    Args:
        run: the run.
        on: a client of Dask, a cluster, or the address of a scheduler.

    Raises:
        ImportError: distributed is not installed; the extra ``fleet`` has it.
    """

    def __init__(self, run: MapRun, on: Any) -> None:
        self._distributed = optional_module("distributed", extra="fleet")
        self._run = run
        self._on = on
        self._name = f"dynclient-map-{uuid4().hex[:12]}"
        self._number = 0
        self._client: Any = None
        self._pause = Pause()
        self._running: dict[Any, Part] = {}

    def run(self) -> None:
        """Handle all parts.

        Raises:
            UsageError: the function cannot be pickled; a part was given up, because every worker
                that ran it died.
        """
        from dynclient.fleet.worker import FleetPlugin

        content = _pickled(self._run)
        with ExitStack() as stack:
            self._client = self._connected(stack)
            check_address(self._client)
            name = self._name
            plugin = FleetPlugin(name, content, self._run.limit)
            self._client.register_plugin(plugin, name=name)
            stack.callback(self._client.unregister_worker_plugin, name)
            self._client.subscribe_topic(name, self._announced)
            stack.callback(self._client.unsubscribe_topic, name)
            limit, close = self._limit()
            stack.callback(close)
            stack.enter_context(limited(limit))
            try:
                self._handle(self._parts())
            finally:
                if self._running:
                    self._stop()

    def _connected(self, stack: ExitStack) -> Any:
        """Return the client of Dask; one that is created here is closed at the end."""
        on = self._on
        if isinstance(on, str) or hasattr(on, "scheduler_address"):
            try:
                client = self._distributed.Client(on, set_as_default=False)
            except (OSError, ValueError) as error:
                message = str(error)
            else:
                stack.callback(client.close)
                return client
            address = on if isinstance(on, str) else on.scheduler_address
            raise UsageError(
                f"the Dask scheduler at {address} cannot be used: {message}; check that it runs,"
                " and its address"
            )
        return on

    def _limit(self) -> tuple[FleetLimit, Callable[[], None]]:
        """Return the limit as this process uses it, and what ends it."""
        from dynclient.fleet.worker import FleetLimit

        semaphore = self._distributed.Semaphore(
            max_leases=self._run.limit, name=self._name,
            scheduler_rpc=self._client.scheduler, loop=self._client.loop,
        )  # fmt: skip
        # A worker's object registers it, too, with the number of the first one.
        semaphore.register()

        def announce(seconds: float) -> None:
            self._client.log_event(self._name, seconds)

        def close() -> None:
            if not semaphore.get_value():  # else a worker still has a request, or was lost with it
                semaphore.close()

        return FleetLimit(semaphore, self._pause, announce), close

    async def _announced(self, event: tuple[Any, float]) -> None:
        """Let all workers pause, because one request was refused."""
        from dynclient.fleet.worker import pause_worker

        seconds = event[1]
        self._pause.extend(seconds)
        await self._client.run(pause_worker, self._name, seconds, on_error="ignore")

    # -- parts out ---------------------------------------------------------------------------------

    def _parts(self) -> Iterator[Part]:
        """Yield the parts: those that workers read first, since this process reads the others."""
        from dynclient.fleet.worker import Part

        run = self._run
        divided = run.listing.partitions(run.partition)
        run.expect(divided.total)
        large = []
        for each in divided:
            # A part is done again as a whole if its worker is lost.
            if not each.filters or each.total is None or each.total > run.partition:
                large.append(each)
            elif not run.is_done(each.label):
                known = run.known_in(each)
                yield Part(each.label, dict(each.plan.arguments), known=known)
        for each in large:
            for entities in run.pages(each.listing):
                raw = [model.raw(entity) for entity in entities]
                yield Part("", dict(each.plan.arguments), raw)

    def _handle(self, parts: Iterator[Part]) -> None:
        """Hand out parts, so many that no worker waits, and record what comes back."""
        finished = self._distributed.as_completed(loop=self._client.loop)
        threads = sum(self._client.nthreads().values())
        most = max(_LEAST, 2 * threads)
        for part in parts:
            while len(self._running) >= most:
                self._collect(finished)
            if self._run.is_stopping():
                return
            self._submit(part, finished)
        while self._running and not self._run.is_stopping():
            self._collect(finished)

    def _submit(self, part: Part, finished: Any) -> None:
        from dynclient.fleet.worker import run_part

        # A separate key: the default is a digest of the arguments, and equal parts would be one.
        key = f"{self._name}-{self._number}"
        self._number += 1
        future = self._client.submit(run_part, self._name, part, key=key, pure=False)
        self._running[future] = part
        finished.add(future)

    def _collect(self, finished: Any) -> None:
        """Wait for one part and record it."""
        future = next(finished)
        part = self._running.pop(future)
        try:
            handled: Handled = future.result()
        except self._distributed.KilledWorker as error:
            raise killed_error(part, error) from None
        except DynclientError as error:
            raise error.with_traceback(None) from None
        except Exception as error:  # noqa: BLE001 -- of Dask, or of imports on the worker
            problem = f"{type(error).__name__}: {error}"
        else:
            self._record(part, handled)
            return
        raise UsageError(
            f"a worker could not handle {part!r}: {problem}; check that the workers have the same"
            " versions of Python and dynclient as this process"
        )

    def _record(self, part: Part, handled: Handled) -> None:
        label = part.label if handled.is_complete else ""
        self._run.record(handled.items, label or None)

    def _stop(self) -> None:
        """Let the workers call the function no more, and record what they have done until then.

        They finish the entity that they are at; a second Ctrl-C does not wait for that.
        """
        from dynclient.fleet.worker import stop_worker

        self._client.run(stop_worker, self._name, on_error="ignore")
        with suppress(TimeoutError):  # of dask, which is that of Python
            self._distributed.wait(list(self._running), timeout=_LAST)
        for future, part in self._running.items():
            if future.status == "finished":
                self._record(part, future.result())
        self._client.cancel(list(self._running))
        self._running.clear()


def _pickled(run: MapRun) -> bytes:
    """Return session, collection and step as a pickle with the token.

    Pickles of dynclient contain no secrets; this one has to, since workers send requests.

    Raises:
        UsageError: the function cannot be pickled.
    """
    cloudpickle = optional_module("cloudpickle", extra="fleet")

    class Pickler(cloudpickle.Pickler):  # type: ignore[misc, name-defined]  # it has no types
        def reducer_override(self, value: Any) -> Any:
            if isinstance(value, Secret):
                return Secret, (value.get_secret_value(),)
            return super().reducer_override(value)

    file = io.BytesIO()
    try:
        Pickler(file).dump((run.session, run.spec.attribute, run.step))
    except Exception as error:  # noqa: BLE001 -- pickle raises whatever the object raises
        problem = f"{type(error).__name__}: {error}"
    else:
        return file.getvalue()
    raise UsageError(
        f"{run.step.name}() cannot be sent to the workers: {problem}. It must not use locks,"
        " connections or open files of this process; open them inside the function"
    )


def check_address(client: Any) -> None:
    """Warn if the token is sent in clear over a network.

    Args:
        client: the client of Dask.
    """
    address = str(getattr(client.scheduler, "address", ""))
    if not address.startswith(_LOCAL):
        from dynclient.warn import warn_user

        message = (
            f"the connections of the Dask cluster at {address} are not encrypted, and the token of"
            " this client is sent over them; create the cluster with a distributed.Security"
        )
        warn_user(message, InsecureWarning)


def killed_error(part: Part, error: Exception) -> UsageError:
    """Return the error for a part whose workers died, as often as Dask tries it.

    Args:
        part: the part.
        error: the ``KilledWorker`` of Dask.
    """
    what = f"a part of {len(part.entities or ())} entities"
    if part.label:
        what = f"the part {part.label}"
    tries = getattr(error, "allowed_failures", None)
    workers = f"all {tries + 1} workers" if tries else "the worker"
    return UsageError(
        f"{what} was given up because {workers} that ran it died; their logs say why. A function"
        " that uses too much memory, or ends its process, has that effect"
    )
