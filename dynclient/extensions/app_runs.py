"""Apps: running them, their runs and logs, their schedule and their configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem
from dynclient.extensions import ingestion
from dynclient.extensions.arguments import as_mapping
from dynclient.extensions.base import CollectionEntity, CollectionExtension, not_supported
from dynclient.extensions.records import load_record
from dynclient.extensions.runs import Run, Runs, newest_run
from dynclient.extensions.times import timestamp

_RECORD = "entity/applications/appRunRecord.json"
_CONFIG_SINCE = (1, 7)
"""The document of 1.6 has no body for a trigger; that of a newer server decides, if it is known."""
_LIMIT = 50
"""Runs that are listed by default."""


class AppRuns(CollectionExtension):
    """Methods of apps: ``om.apps.trigger("SearchIndexingApplication")``."""

    name = "app_runs"
    operations = "app_runs"

    def trigger(self, app: Any, config: Mapping[str, Any] | None = None) -> Run:
        """Run an app now, and return the run; ``om.wait(run)`` waits for its end.

        Args:
            app: the app: an entity, a reference, an id or a name.
            config: settings of this run only, by name, instead of those of the app; see
                :meth:`configure` for all runs.

        Returns:
            The run. Its state is ``triggered`` until the server lists it.

        Raises:
            NotFound: the app is not installed.
            NotSupported: the server does not take ``config``; 1.6 and older releases do not.
            BadRequest: the app cannot be run by hand.
            ServerFault: another run of it has not ended.
        """
        if config is not None:
            config = as_mapping(config, f"{self.attribute}.trigger", "config")
            self._check_config()
        name = self.name_of(app)
        known = [run.id for run in self.runs(name)]
        self.call("trigger", {"name": name}, config)
        return Run(self, name, None, filter(None, known))

    def _check_config(self) -> None:
        """Raise NotSupported if the server takes no settings for a single run."""
        operation = self.operation("trigger")
        index = self.session.contract.cached_index()
        known = None if index is None else index.operation(operation.method, operation.route)
        release = self.session.release
        if known is None:
            is_supported = not release.version or release.version >= _CONFIG_SINCE
        else:
            is_supported = known.body is not None
        if not is_supported:
            since = ".".join(map(str, _CONFIG_SINCE))
            raise not_supported("settings of a single run of an app", release.name, since)

    def stop(self, app: Any) -> None:
        """Stop the unfinished run of an app; its state says when it has stopped.

        Args:
            app: as for :meth:`trigger`.

        Raises:
            BadRequest: the app cannot be stopped.
        """
        self.call("stop", {"name": self.name_of(app)})

    def deploy(self, app: Any) -> None:
        """Deploy an app to the scheduler of the server, or to the pipeline service.

        Args:
            app: as for :meth:`trigger`.
        """
        self.call("deploy", {"name": self.name_of(app)})

    def status(self, app: Any) -> Run | None:
        """Return the last run of an app; None if it has not run.

        Args:
            app: as for :meth:`trigger`.
        """
        return newest_run(self.runs(app, limit=1), frozenset())

    def runs(
        self, app: Any, since: Any = None, until: Any = None, limit: int = _LIMIT
    ) -> list[Run]:
        """Return the last runs of an app, newest first.

        Args:
            app: as for :meth:`trigger`.
            since: the begin of a span of time: a datetime, a date, or a number.
            until: the end of the span.
            limit: the largest number of runs.
        """
        name = self.name_of(app)
        start = None if since is None else timestamp(since, "runs", "since")
        end = None if until is None else timestamp(until, "runs", "until")
        arguments: dict[str, Any] = {"name": name, "limit": limit, "offset": 0}
        known = {parameter.name for parameter in self.operation("runs").parameters}
        if "startTs" in known:
            arguments |= {"startTs": start, "endTs": end}
        found = self.call("runs", arguments)
        runs = [self._run(name, record) for record in found.get("data") or ()]
        runs.sort(key=Run.age)
        return Runs(run for run in runs if _is_within(run, start, end))

    def _run(self, name: str, record: Any) -> Run:
        """Return a run; the ones of external apps are those of ingestion pipelines."""
        reference = ingestion.RECORD if "pipelineState" in record else _RECORD
        return Run(self, name, load_record(self.session.release, reference, record))

    def find_run(self, run: Run) -> Any:
        """Return the present record of a run; None if the server does not list it yet."""
        listed = self.runs(run.owner)
        if run.id is None:
            newest = newest_run(listed, run.known)
            return None if newest is None else newest.record
        return next((each.record for each in listed if each.id == run.id), None)

    def logs(self, app: Any) -> Any:
        """Return the log of the last run of an app.

        Args:
            app: as for :meth:`trigger`.

        Returns:
            The text of the log; for apps that run inside the server, which write none, the run.
        """
        name = self.name_of(app)
        found = self.call("logs", {"name": name})
        if isinstance(found, dict) and ("timestamp" in found or "startTime" in found):
            return self._run(name, found)
        parts = dict(found or {})
        parts.pop("after", None)
        parts.pop("total", None)
        return "".join(text for text in parts.values() if isinstance(text, str))

    def schedule(self, app: Any, cron: str | None) -> CollectionEntity:
        """Change when an app runs by itself, and return the app.

        Args:
            app: as for :meth:`trigger`.
            cron: a cron expression, ``"0 0 * * *"``; None so that it only runs by hand.

        Raises:
            BadArguments: it is not a cron expression.
        """
        fields = 5  # some releases write seconds or years too
        if cron is not None and len(str(cron).split()) < fields:
            message = f"must be a cron expression such as '0 0 * * *', or None, not {cron!r}"
            raise bad_arguments(
                f"{self.attribute}.schedule", [Problem("cron", cron, "argument", message)]
            )
        schema = self.session.release.node(self.spec.entity.path).properties["appSchedule"].target
        kind = next(name for name in schema.properties if name != "cronExpression")
        value = {kind: "None"} if cron is None else {kind: "Custom", "cronExpression": cron}

        def change(entity: Any) -> None:
            entity.appSchedule = value

        return self.edit(app, change)

    def configure(self, app: Any, **settings: Any) -> CollectionEntity:
        """Change the configuration of an app, and return the app.

        Args:
            app: as for :meth:`trigger`.
            settings: the settings to change, by name; None removes one. The others stay.
        """

        def change(entity: Any) -> None:
            current = dict(model.raw(entity).get("appConfiguration") or {})
            current |= settings
            entity.appConfiguration = {k: v for k, v in current.items() if v is not None}

        return self.edit(app, change)


def _is_within(run: Run, start: int | None, end: int | None) -> bool:
    started = run.started
    if started is None:
        return True
    stamp = started.timestamp() * 1000
    return (start is None or stamp >= start) and (end is None or stamp <= end)
