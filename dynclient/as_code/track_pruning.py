"""What earlier runs created and the last one did not use, deleted: softly and never recursively."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.as_code.applied_state import stamp_of
from dynclient.as_code.catalogue_writes import ActionDeletes
from dynclient.as_code.entity_documents import entity_name
from dynclient.as_code.observed_writes import Tracked
from dynclient.as_code.plan_actions import DELETE, Action
from dynclient.as_code.track_report import KeptEntity, TrackReport
from dynclient.bulk.load import Load
from dynclient.bulk.load import Options as LoadOptions
from dynclient.bulk.order import type_level
from dynclient.bulk.result import UNCHANGED, Outcome
from dynclient.errors import BadRequest, PlanOutdated
from dynclient.operations.operation import Plan

if TYPE_CHECKING:
    from dynclient.bulk.concurrency import Concurrency
    from dynclient.bulk.writes import Prepared
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.session.session import Session

_SINGLE_READS = 20
"""Entities of a type up to which each is read by itself, instead of the list of the type."""


def stale_entities(known: Mapping[str, Tracked], used: set[str], names: Iterable[str]) -> list[
    Tracked
]:  # fmt: skip
    """Return the entities of earlier runs that a run did not use.

    What others that were used are below of counts as used, too.

    Args:
        known: the entities that earlier runs created, by id.
        used: ids of those that were used.
        names: fully qualified names of all entities that the run wrote.
    """
    above = set()
    for name in [*names, *(known[id].fqn for id in used if id in known)]:
        place = name.find(".")
        while place >= 0:
            above.add(name[:place])
            place = name.find(".", place + 1)
    return [each for id, each in known.items() if id not in used and each.fqn not in above]


class Pruning:
    """Compares stale entities with the server, and deletes those that may be deleted.

    Args:
        session: the session of the server.
        report: what was found and done is added to it.

    Attributes:
        deleted: entities that were deleted by others and can be restored.
    """

    def __init__(self, session: Session, report: TrackReport) -> None:
        self._session = session
        self._report = report
        self._actions: list[Action] = []
        self.deleted: list[Tracked] = []

    def compare(self, stale: Iterable[Tracked]) -> None:
        """Read entities and sort them into those that are stale, kept, or gone."""
        by_type: dict[str, dict[str, Tracked]] = {}
        for each in stale:
            by_type.setdefault(each.type, {})[each.id] = each
        for entity_type, waiting in by_type.items():
            entity = self._session.release.entities.get(entity_type)
            if entity is None:
                reason = f"release {self._session.release.name} does not have its type"
                self._keep(waiting.values(), reason)
                continue
            spec = self._session.find(entity)
            for raw in [*self._read(spec, waiting)]:
                self._compare(spec, waiting.pop(str(raw["id"])), raw)
            self._report.gone += waiting.values()

    def _read(self, spec: CollectionSpec, waiting: Mapping[str, Tracked]) -> Iterator[Any]:
        """Yield the JSON of entities: one by one if there are few, else page by page."""
        include = {"include": "all"}
        listing = spec.operations.get("list")
        if listing is None or len(waiting) <= _SINGLE_READS:
            get = spec.operations["get"]
            given = get.accepted(include)
            for id in waiting:
                entity = self._session.find_one(Plan(get, {"id": id, **given}))
                if entity is not None:
                    yield model.raw(entity)
            return
        given = listing.accepted(include)
        size = {"page_size": self._session.settings.page_size}
        for entity in self._session.listing(Plan(listing, {**given, **size})):
            if str(model.raw(entity)["id"]) in waiting:
                yield model.raw(entity)

    def _compare(self, spec: CollectionSpec, tracked: Tracked, raw: Mapping[str, Any]) -> None:
        if raw.get("deleted"):
            self.deleted.append(tracked)
            self._report.gone.append(tracked)
            return
        self._report.stale.append(tracked)
        if entity_name(raw) != tracked.fqn:
            self._keep([tracked], f"it was renamed to {entity_name(raw)} since")
        elif not spec.entity.deleted or "delete" not in spec.operations:
            self._keep([tracked], "the deletion of an entity of its type cannot be undone")
        else:
            level = -type_level(self._session.release, spec.entity), -tracked.fqn.count(".")
            action = Action(DELETE, tracked.type, tracked.fqn, "", tracked.id, level=level)
            action.stamp = stamp_of(raw)
            self._actions.append(action)

    def _keep(self, entities: Iterable[Tracked], reason: str) -> None:
        self._report.kept += [KeptEntity(each.type, each.fqn, reason) for each in entities]

    def prune(self) -> None:
        """Delete what may be deleted, what is below others first."""
        options = LoadOptions()
        concurrency = options.concurrency(self._session.settings.pool_size)
        writes: dict[str, _Deletes] = {}

        def prepared(action: Action) -> Any:
            if action.type not in writes:
                spec = self._session.find(action.type)
                writes[action.type] = _Deletes(self._session, spec, concurrency)
            return writes[action.type], action, None

        def level(action: Action) -> Any:
            return action.level[0], action.type, action.level[1]

        load = Load("track", options, concurrency, {"server": self._session.host}, level)
        result = load.run(self._actions, self._actions, prepared)
        refused = {key: why for each in writes.values() for key, why in each.refused.items()}
        for outcome in result.failed:
            refused[outcome.row.key] = str(outcome.error)
            self._report.failed.append(f"{outcome.row}: {outcome.error}")
        for action in self._actions:
            if action.key in refused:
                self._keep([_tracked(action)], refused[action.key])
            else:
                self._report.pruned.append(_tracked(action))


class _Deletes(ActionDeletes):
    """Deletions that servers may refuse: of what has parts that others created.

    Attributes:
        refused: type and name of the entities that were not deleted, with the reason.
    """

    def __init__(self, session: Session, spec: CollectionSpec, concurrency: Concurrency) -> None:
        super().__init__(session, spec, "track", concurrency)
        self.refused: dict[tuple[str, str], str] = {}

    def _sent(self, prepared: Prepared) -> Outcome:
        action: Action = prepared.row
        try:
            return super()._sent(prepared)
        except BadRequest as error:
            self.refused[action.key] = f"the server did not delete it: {error}"
        except PlanOutdated:
            self.refused[action.key] = "it was changed while this run ended"
        return Outcome(UNCHANGED, action.fqn, prepared.number, action)


def _tracked(action: Action) -> Tracked:
    return Tracked(action.type, action.fqn, action.id)
