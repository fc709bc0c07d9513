"""Ingestion pipelines: deploying and running them, their runs and their logs."""

from __future__ import annotations

import base64
import gzip
import os
import platform
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem
from dynclient.extensions.arguments import as_text
from dynclient.extensions.base import CollectionEntity, CollectionExtension
from dynclient.extensions.records import load_record
from dynclient.extensions.runs import TRIGGERED, Run, Runs, newest_run
from dynclient.extensions.times import DAY, as_datetime, now, recent_span, time_or_now, timestamp

RECORD = "entity/services/ingestionPipelines/ingestionPipeline.json#/definitions/pipelineStatus"
"""The schema of a run."""

"""How far back runs are listed by default, in milliseconds."""
_PAUSE = 5.0
"""Seconds between two looks at a log that is followed."""
_COMPRESSED_FROM = 10_240
"""Length from which the lines of a log are sent compressed."""
_UNLISTED = {TRIGGERED, "queued"}
"""States of runs whose id may still change."""


class IngestionPipelines(CollectionExtension):
    """Methods of ingestion pipelines: ``om.ingestion_pipelines.trigger("shop.metadata")``.

    They need the pipeline service of the server, such as Airflow; without one, servers answer 400.

    Args:
        session: the session of the server.
        attribute: the collection's name on the client.
        sleep: pauses for a number of seconds.
    """

    name = "ingestion"
    operations = "ingestion"

    def __init__(
        self, session: Any, attribute: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        super().__init__(session, attribute)
        self._sleep = sleep

    # -- running -----------------------------------------------------------------------------------

    def deploy(self, *pipelines: Any) -> Any:
        """Deploy ingestion pipelines to the pipeline service, so that they can run.

        Args:
            pipelines: the pipelines: entities, references, ids or names.

        Returns:
            For one pipeline what the pipeline service says, ``code`` and ``reason``; on servers up
            to 1.1 the pipeline. For several a list of these.

        Raises:
            NotFound: a pipeline does not exist.
            BadRequest: there is no pipeline service, or it refuses the pipeline.
        """
        if not pipelines:
            message = "takes at least one pipeline"
            raise bad_arguments("deploy", [Problem("", None, "argument", message)])
        ids = [self.id_of(pipeline) for pipeline in pipelines]
        found = [self.call("deploy", {"id": id}) for id in ids]
        return found[0] if len(found) == 1 else found

    def trigger(self, pipeline: Any) -> Run:
        """Run an ingestion pipeline now, and return the run; ``om.wait(run)`` waits for its end.

        Args:
            pipeline: the pipeline: an entity, a reference, an id or a name.

        Returns:
            The run. Its state is ``triggered`` until the pipeline service lists it.

        Raises:
            NotFound: the pipeline does not exist, or is not deployed.
            BadRequest: there is no pipeline service.
        """
        id, name = self.id_of(pipeline), self.name_of(pipeline)
        known = [run.id for run in self.runs(name, since=now() - 7 * DAY)]
        self.call("trigger", {"id": id})
        return Run(self, name, None, filter(None, known))

    def kill(self, pipeline: Any) -> Any:
        """End the unfinished runs of an ingestion pipeline, and return what the service says.

        Args:
            pipeline: as for :meth:`trigger`.
        """
        return self.call("kill", {"id": self.id_of(pipeline)})

    def toggle(self, pipeline: Any, enabled: bool | None = None) -> CollectionEntity:
        """Pause a deployed ingestion pipeline, or let it run again, and return the pipeline.

        Args:
            pipeline: as for :meth:`trigger`.
            enabled: whether it may run; nothing is sent if that is so already. By default the
                opposite of what it is.
        """
        if enabled is not None:
            current = self.read(pipeline)
            if model.raw(current).get("enabled", True) is bool(enabled):
                return current
        return self.call("toggle", {"id": self.id_of(pipeline)})

    # -- runs --------------------------------------------------------------------------------------

    def status(self, pipeline: Any) -> Run | None:
        """Return the last run of an ingestion pipeline; None if it has not run.

        Args:
            pipeline: as for :meth:`trigger`.
        """
        entity = self.read(pipeline, fields=["pipelineStatuses"])
        raw = model.raw(entity)
        found = raw.get("pipelineStatuses")
        if isinstance(found, list):
            found = found[0] if found else None
        record = load_record(self.session.release, RECORD, found)
        return None if record is None else Run(self, str(raw["fullyQualifiedName"]), record)

    def runs(self, pipeline: Any, since: Any = None, until: Any = None) -> list[Run]:
        """Return the runs of an ingestion pipeline in a span of time, newest first.

        Args:
            pipeline: as for :meth:`trigger`.
            since: the begin of the span: a datetime, a date, or a number; by default 30 days ago.
            until: the end of the span; by default a day from now, as clocks may differ.
        """
        name = self.name_of(pipeline)
        start, end = recent_span("runs", since, until)
        page = self.call("runs", {"fqn": name, "startTs": start, "endTs": end})
        found = [Run(self, name, record) for record in page]
        return Runs(sorted(found, key=Run.age))

    def find_run(self, run: Run) -> Any:
        """Return the present record of a run; None if the server does not list it yet."""
        if run.id is not None and run.state.casefold() not in _UNLISTED:
            found = self.call("run", {"fqn": run.owner, "run": run.id})
            if found is not None:
                return load_record(self.session.release, RECORD, found)
        if run.record is not None and not run.known:
            since = run.started or as_datetime(now())
            listed = self.runs(run.owner, since=since - timedelta(days=1))
            return next((each.record for each in listed if each.id == run.id), None)
        newest = newest_run(self.runs(run.owner, since=now() - 7 * DAY), run.known)
        return None if newest is None else newest.record

    def add_run(
        self,
        pipeline: Any,
        state: str,
        *,
        id: Any = None,
        started: Any = None,
        ended: Any = None,
        **fields: Any,
    ) -> Run:
        """Report a run of an ingestion pipeline, as the ingestion itself does.

        Args:
            pipeline: as for :meth:`trigger`.
            state: ``queued``, ``running``, ``success``, ``partialSuccess`` or ``failed``.
            id: the id of the run, which is replaced if it is known; by default a new one.
            started: when it started; by default now.
            ended: when it ended, if it has.
            fields: more fields of the run.

        Raises:
            RequestInvalid: the run breaks its schema; lists all problems.
            NotFound: the pipeline does not exist.
        """
        if not state:
            message = f"must be a state such as 'running', not {state!r}"
            raise bad_arguments("add_run", [Problem("state", state, "argument", message)])
        name = self.name_of(pipeline)
        start = time_or_now(started, "add_run", "started")
        run = {"runId": str(id or uuid.uuid4()), "pipelineState": state, "startDate": start}
        run |= {"timestamp": start, **fields}
        if ended is not None:
            run["endDate"] = timestamp(ended, "add_run", "ended")
        self.call("put_run", {"fqn": name}, run)
        return Run(self, name, load_record(self.session.release, RECORD, run))

    # -- logs --------------------------------------------------------------------------------------

    def logs(self, pipeline: Any, *, follow: bool = False, interval: float = _PAUSE) -> Any:
        """Return the log of the last run of an ingestion pipeline.

        Args:
            pipeline: as for :meth:`trigger`.
            follow: whether to return an iterator over the parts of the log instead, which continues
                until the run has ended.
            interval: seconds between two looks at a log that is followed.

        Returns:
            The text; with ``follow`` an iterator of texts, of which each is read when it is needed.

        Raises:
            NotFound: the pipeline does not exist, or has not run.
            BadRequest: there is no pipeline service.
        """
        id, name = self.id_of(pipeline), self.name_of(pipeline)
        log = _Log(lambda after: self.call("logs", {"id": id, "after": after}))
        return self._follow(name, log, interval) if follow else "".join(log.read())

    def _follow(self, name: str, log: _Log, interval: float) -> Iterator[str]:
        while True:
            run = self.status(name)
            has_ended = run is None or run.has_ended  # before the log is read: nothing is missed
            yield from log.read()
            if has_ended:
                return
            self._sleep(interval)

    def send_logs(self, pipeline: Any, run: Any, text: str) -> None:
        """Add lines to the stored log of a run, where the server stores logs.

        Args:
            pipeline: as for :meth:`trigger`.
            run: the run, or its id.
            text: the lines; compressed from 10 KB on.
        """
        # An empty text creates the log.
        text = as_text(text, f"{self.attribute}.send_logs", "text", may_be_empty=True)
        body: dict[str, Any] = {"logs": text, "compressed": False}
        if len(text) > _COMPRESSED_FROM:
            packed = base64.b64encode(gzip.compress(text.encode()))
            body = {"logs": packed.decode(), "compressed": True}
        body |= {"lineCount": text.count("\n") + 1, **_sender()}
        self.call("send_logs", self._run_place(pipeline, run), body)

    def close_logs(self, pipeline: Any, run: Any) -> None:
        """Say that the stored log of a run is complete.

        Args:
            pipeline: as for :meth:`trigger`.
            run: the run, or its id.
        """
        self.call("close_logs", self._run_place(pipeline, run), _sender())

    def _run_place(self, pipeline: Any, run: Any) -> dict[str, str]:
        id = run.id if isinstance(run, Run) else run
        if not id:
            message = "must be a run that the server lists, or an id"
            raise bad_arguments("send_logs", [Problem("run", None, "argument", message)])
        return {"fqn": self.name_of(pipeline), "run": str(id)}


class _Log:
    """A log that is read in parts, of which the last one may grow.

    Args:
        read_part: returns a part as the server does, from the number of the part before it.
    """

    def __init__(self, read_part: Callable[[str | None], Any]) -> None:
        self._read_part = read_part
        self._after: str | None = None
        self._shown = ""

    def read(self) -> Iterator[str]:
        """Yield what was not yielded before."""
        while True:
            part = dict(self._read_part(self._after) or {})
            after = part.pop("after", None)
            part.pop("total", None)
            text = "".join(value for value in part.values() if isinstance(value, str))
            new = text.removeprefix(self._shown)
            if new:
                yield new
            if after is None or str(after) == self._after:
                self._shown = text
                return
            self._after, self._shown = str(after), ""


def _sender() -> dict[str, Any]:
    """Return the fields by which the server knows who sends a log."""
    return {"connectorId": f"{platform.node()}-{os.getpid()}", "timestamp": now()}
