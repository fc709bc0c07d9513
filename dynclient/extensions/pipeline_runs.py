"""Pipelines: the states of their runs, and their tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem
from dynclient.extensions.arguments import as_list, as_mapping
from dynclient.extensions.base import CollectionEntity, CollectionExtension
from dynclient.extensions.records import newest_first, time_of_record
from dynclient.extensions.times import recent_span, time_or_now
from dynclient.suggestions import nearest


class PipelineRuns(CollectionExtension):
    """Methods of pipelines: ``om.pipelines.add_status(p, "Successful")``."""

    name = "pipeline_runs"
    operations = "pipeline_runs"

    # -- states of runs ----------------------------------------------------------------------------

    def add_status(
        self,
        pipeline: Any,
        status: Any,
        *,
        at: Any = None,
        tasks: Mapping[str, str] | None = None,
        **fields: Any,
    ) -> CollectionEntity:
        """Add the state of a run of a pipeline; the one of the same time is replaced.

        Args:
            pipeline: the pipeline: an entity, a reference, an id or a name.
            status: ``"Successful"``, ``"Failed"`` or ``"Pending"``; or a whole status, as
                ``om.types.PipelineStatus`` or a mapping.
            at: when it ran: a datetime, a date, or a number; by default now.
            tasks: the states of tasks by their names.
            fields: more fields of the status.

        Returns:
            The pipeline, with its latest state.

        Raises:
            RequestInvalid: the status breaks its schema; lists all problems.
            NotFound: the pipeline does not exist.
            BadRequest: the pipeline does not have a task of that name.
        """
        sent = _status(status, at, tasks, fields)
        return self._put(self.name_of(pipeline), sent)

    def add_statuses(self, pipeline: Any, statuses: Iterable[Any]) -> CollectionEntity:
        """Add the states of several runs, and return the pipeline; nothing is sent for none.

        Args:
            pipeline: as for :meth:`add_status`.
            statuses: whole statuses, as ``om.types.PipelineStatus`` or mappings.
        """
        listed = as_list(statuses, "add_statuses", "statuses")
        name, found = self.name_of(pipeline), None
        for status in [_status(each, None, None, {}) for each in listed]:
            found = self._put(name, status)
        return found

    def _put(self, name: str, status: dict[str, Any]) -> Any:
        return self.call("put_status", {"fqn": name}, status)

    def statuses(self, pipeline: Any, since: Any = None, until: Any = None) -> list[Any]:
        """Return the states of the runs of a pipeline in a span of time, newest first.

        Args:
            pipeline: as for :meth:`add_status`.
            since: the begin of the span: a datetime, a date, or a number; by default 30 days ago.
            until: the end of the span; by default a day from now, as clocks may differ.

        Returns:
            A list of ``PipelineStatus``.
        """
        start, end = recent_span("statuses", since, until)
        arguments = {"fqn": self.name_of(pipeline), "startTs": start, "endTs": end}
        return newest_first(self.call("statuses", arguments))

    def delete_status(self, pipeline: Any, at: Any) -> None:
        """Delete the state of a run.

        Args:
            pipeline: as for :meth:`add_status`.
            at: its time: a datetime, a number, or the status itself.

        Raises:
            NotFound: there is no state of that time.
        """
        stamp = time_of_record(at, "delete_status")
        self.call("delete_status", {"fqn": self.name_of(pipeline), "timestamp": stamp})

    # -- tasks -------------------------------------------------------------------------------------

    def add_tasks(self, pipeline: Any, *tasks: Any) -> CollectionEntity:
        """Add tasks to a pipeline, or replace those of the same names; the others stay.

        Args:
            pipeline: as for :meth:`add_status`; only its identity is used.
            tasks: the tasks: names, mappings, or ``om.types.Task``.

        Returns:
            The pipeline as the server has it now.

        Raises:
            RequestInvalid: a task breaks its schema.
            BadArguments: something is not a task; lists all problems.
        """
        added = {task["name"]: task for task in _tasks("add_tasks", tasks)}

        def change(entity: Any) -> None:
            current = {task["name"]: task for task in model.raw(entity).get("tasks") or ()}
            for name, task in added.items():
                current[name] = {**current.get(name, {}), **task}
            entity.tasks = list(current.values())

        return self.edit(pipeline, change, fields=["tasks"])

    def remove_tasks(self, pipeline: Any, *names: Any) -> CollectionEntity:
        """Remove tasks from a pipeline, and from what follows on others; the other tasks stay.

        Args:
            pipeline: as for :meth:`add_status`; only its identity is used.
            names: the names of the tasks, or the tasks.

        Returns:
            The pipeline as the server has it now.

        Raises:
            BadArguments: the pipeline has no such task; lists all of them.
        """
        removed = {task["name"] for task in _tasks("remove_tasks", names)}

        def change(entity: Any) -> None:
            current = model.raw(entity).get("tasks") or []
            known = [task["name"] for task in current]
            unknown = sorted(removed - set(known))
            if unknown:
                problems = [_unknown_task(name, known) for name in unknown]
                raise bad_arguments("remove_tasks", problems)
            entity.tasks = [
                _without(task, removed) for task in current if task["name"] not in removed
            ]

        return self.edit(pipeline, change, fields=["tasks"])


def _status(
    status: Any, at: Any, tasks: Mapping[str, str] | None, fields: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the status that is sent."""
    is_whole = isinstance(status, (Mapping, model.Entity))
    given = model.json_of(status)
    found: dict[str, Any] = dict(given) if is_whole else {"executionStatus": status}
    found.update(fields)
    if at is not None or "timestamp" not in found:
        found["timestamp"] = time_or_now(at, "add_status")
    if tasks is not None:
        pairs = as_mapping(tasks, "add_status", "tasks").items()
        found["taskStatus"] = [{"name": name, "executionStatus": state} for name, state in pairs]
    return found


def _tasks(call: str, tasks: Iterable[Any]) -> list[dict[str, Any]]:
    """Return tasks as mappings with a name."""
    found, problems = [], []
    for number, task in enumerate(tasks):
        raw = model.json_of(task)
        if isinstance(raw, str) and raw:
            raw = {"name": raw}
        if isinstance(raw, Mapping) and isinstance(raw.get("name"), str):
            found.append(dict(raw))
            continue
        kind = type(raw).__name__
        message = f"must be a name, a mapping with a name, or a Task, not {kind}"
        problems.append(Problem(f"tasks[{number}]", kind, "argument", message))
    if not found and not problems:
        problems.append(Problem("tasks", None, "argument", "takes at least one task"))
    if problems:
        raise bad_arguments(call, problems)
    return found


def _unknown_task(name: str, known: list[str]) -> Problem:
    message = f"the pipeline has no task {name!r}"
    return Problem("names", name, "argument", message, tuple(nearest(name, known)))


def _without(task: dict[str, Any], removed: set[str]) -> dict[str, Any]:
    """Return a task without those that are removed in what follows on it."""
    following = task.get("downstreamTasks")
    if not following or not removed & set(following):
        return task
    return {**task, "downstreamTasks": [name for name in following if name not in removed]}
