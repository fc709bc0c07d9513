"""What runs on the workers of a Dask cluster: the function, with one client for each worker.

The client and the function reach a worker once, by a plugin, so that no task and no key contains a
token. Imports ``distributed``, so it is imported by what has checked that it is installed.
"""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from distributed import Semaphore, WorkerPlugin, get_worker

from dynclient import model
from dynclient.errors import UsageError
from dynclient.fleet.application import Application, Step
from dynclient.fleet.items import MapItem
from dynclient.operations.operation import Plan
from dynclient.transport.limits import Pause, limited

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dynclient.session.session import Session


class Part(NamedTuple):
    """What one task handles: a list that the worker reads, or entities that were read."""

    label: str
    """The filters of a part of the list that the worker reads, as text."""
    arguments: dict[str, Any]
    """The arguments of the list."""
    entities: list[Any] | None = None
    """The JSON of entities that were read already."""
    known: frozenset[str] = frozenset()
    """The ids of entities that are recorded already."""

    def __repr__(self) -> str:
        if self.entities is None:
            return f"<Part {self.label}>"
        return f"<Part of {len(self.entities)} entities>"


class Handled(NamedTuple):
    """What a task returns."""

    items: list[MapItem]
    is_complete: bool
    """Whether it came to the end of its part."""

    def __repr__(self) -> str:
        return f"<{len(self.items)} items>"


class FleetLimit:
    """One limit for the requests of all workers, and of the process that started the run.

    Args:
        semaphore: the semaphore, of which every worker has its own object.
        pause: the pause of this process.
        announce: lets all other processes pause for some seconds.
    """

    def __init__(
        self, semaphore: Semaphore, pause: Pause, announce: Callable[[float], None]
    ) -> None:
        self._semaphore = semaphore
        self._pause = pause
        self._announce = announce

    def __enter__(self) -> FleetLimit:
        self._pause.wait()
        self._semaphore.acquire()
        try:
            self._pause.wait()
        except BaseException:
            self._semaphore.release()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._semaphore.release()

    def pause(self, seconds: float) -> None:
        """Let no further request of the fleet begin for some seconds."""
        self._pause.extend(seconds)
        self._announce(seconds)


class FleetPlugin(WorkerPlugin):  # type: ignore[misc]  # distributed has no types
    """Brings the client and the function of one run to a worker.

    Args:
        name: the name of the run.
        content: the pickle of session, collection and step, which contains the token.
        limit: the number of requests of the whole fleet at once.

    Attributes:
        pauses: how often the requests of the worker had to pause.
        is_stopping: whether the function is called no more.
    """

    def __init__(self, name: str, content: bytes, limit: int) -> None:
        self.name = name
        self._content = content
        self._limit = limit

    def __repr__(self) -> str:
        return f"<FleetPlugin {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return FleetPlugin, (self.name, self._content, self._limit)

    def setup(self, worker: Any) -> None:
        """Prepare the worker; the client is not unpickled before the first task."""
        self._worker = worker
        self._lock = threading.Lock()
        self._pause = Pause()
        self.pauses = 0
        self._parts: tuple[Session, Any, Step] | None = None
        self._fleet_limit: FleetLimit | None = None
        self.is_stopping = False

    def teardown(self, worker: Any) -> None:  # noqa: ARG002 -- as the base class has it
        """Close the client's connections."""
        self.is_stopping = True
        if self._parts is not None:
            self._parts[0].close()

    def pause(self, seconds: float) -> None:
        """Let no further request of this worker begin for some seconds."""
        self.pauses += 1
        self._pause.extend(seconds)

    def run(self, part: Part) -> Handled:
        """Call the function for the entities of a part."""
        session, spec, step, limit = self._prepared()
        application = Application(session, spec, step)
        plan = Plan(spec.operations["list"], dict(part.arguments))
        with limited(limit):
            entities: Iterable[Any]
            if part.entities is None:
                entities = (
                    each for each in session.listing(plan)
                    if str(model.raw(each).get("id")) not in part.known
                )  # fmt: skip
            else:
                entities = session.received_page(plan, part.entities)
            items = list(application.apply(entities, lambda: self.is_stopping))
        return Handled(items, not self.is_stopping)

    def _prepared(self) -> tuple[Session, Any, Step, FleetLimit]:
        """Return what was pickled; one thread unpickles it, the others wait."""
        with self._lock:
            if self._parts is None:
                try:
                    self._parts = pickle.loads(self._content)  # noqa: S301 -- of the user's process
                except ModuleNotFoundError as error:
                    message = (
                        f"a worker cannot import {error.name}, which the function needs: install it"
                        " there, or send the file with the upload_file() of the Dask client"
                    )
                    raise UsageError(message) from None
                semaphore = Semaphore(max_leases=self._limit, name=self.name)
                self._fleet_limit = FleetLimit(semaphore, self._pause, self._announce)
            assert self._fleet_limit is not None  # noqa: S101 -- set with the parts
            session, attribute, step = self._parts
        return session, session.contract.spec(attribute), step, self._fleet_limit

    def _announce(self, seconds: float) -> None:
        """Report a pause to the process that started the run, which pauses all workers."""
        self._worker.log_event(self.name, seconds)


def run_part(name: str, part: Part) -> Handled:
    """Handle one part; the task of a run.

    Args:
        name: the name of the run.
        part: the part.
    """
    plugin: FleetPlugin = get_worker().plugins[name]
    return plugin.run(part)


def pause_worker(name: str, seconds: float, dask_worker: Any = None) -> None:
    """Let the requests of a worker pause; called on all workers."""
    plugin = dask_worker.plugins.get(name)
    if plugin is not None:
        plugin.pause(seconds)


def stop_worker(name: str, dask_worker: Any = None) -> None:
    """Let a worker call the function no more; called on all workers."""
    plugin = dask_worker.plugins.get(name)
    if plugin is not None:
        plugin.is_stopping = True
