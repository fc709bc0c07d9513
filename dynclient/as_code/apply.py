"""Plans applied to a server: in the order of dependencies, and so that it can be repeated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient import model
from dynclient.as_code.applied_state import Applied, AppliedState, stamp_of
from dynclient.as_code.catalogue_plan import CataloguePlan
from dynclient.as_code.catalogue_writes import (
    ActionChanges,
    ActionCreates,
    ActionDeletes,
    Identities,
    writes_of,
)
from dynclient.as_code.entity_documents import EntityDocuments, entity_name
from dynclient.as_code.merged_fields import merge_fields
from dynclient.as_code.plan_actions import CHANGE, CREATE, DELETE, KEEP, LINK, RESTORE, Action
from dynclient.as_code.secret_places import resolve_secrets
from dynclient.as_code.section_writes import SectionWriter
from dynclient.as_code.sections import PATCHED
from dynclient.as_code.unordered_lists import UnorderedLists
from dynclient.bulk.load import Load
from dynclient.bulk.load import Options as LoadOptions
from dynclient.bulk.result import FAILED, UNCHANGED, UPDATED, Outcome
from dynclient.display.blocks import Block, Heading, Label, Table, Text
from dynclient.display.displayed import Displayed
from dynclient.errors import DynclientError, PlanOutdated, Problem, UsageError, ValidationFailed
from dynclient.secrets import printable

if TYPE_CHECKING:
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.session.session import Session

_ROWS = 20


class Options(NamedTuple):
    """How a plan is applied; see ``om.apply``."""

    lossy: bool = False
    without_secrets: bool = False
    workers: int | None = None
    progress: Any = None


class Report(NamedTuple):
    """What became of one entity."""

    kind: str
    """``created``, ``updated``, ``unchanged``, ``deleted`` or ``failed``."""
    type: str
    fqn: str
    error: str = ""
    """Why it failed."""

    def __str__(self) -> str:
        error = f": {self.error}" if self.error else ""
        return printable(f"{self.kind} {self.type} {self.fqn}{error}")


class ApplyResult(Displayed):
    """What became of the entities of a plan; a sequence of reports is in ``reports``.

    Attributes:
        reports: what became of each entity that the plan was to create, change or delete.
    """

    def __init__(self, host: str) -> None:
        self._host = host
        self.reports: list[Report] = []

    @property
    def failed(self) -> list[Report]:
        """The reports of entities that failed."""
        return [each for each in self.reports if each.kind == FAILED]

    @property
    def counts(self) -> dict[str, int]:
        """Number of entities by what became of them."""
        return dict(sorted(Counter(each.kind for each in self.reports).items()))

    def add(self, kind: str, action: Action, error: str = "") -> None:
        """Add what became of an action; a failure replaces a success of the same entity."""
        self.reports.append(Report(kind, *action.key, error))

    def __str__(self) -> str:
        words = [f"{count:,} {kind}" for kind, count in self.counts.items()]
        return ", ".join(words) or "nothing to do"

    def _blocks(self) -> Iterator[Block]:
        yield Heading("applied to", self._host)
        rows = [(kind, count) for kind, count in self.counts.items()]
        if rows:
            yield Table(("", "entities"), rows)
        if self.failed:
            lines = [
                (each.type, each.fqn, Label(each.error, "bad")) for each in self.failed[:_ROWS]
            ]
            yield Table(
                ("type", "entity", "error"), lines, "failed", total=len(self.failed),
                more="result.failed",
            )  # fmt: skip
        yield Text(str(self))

    def __repr__(self) -> str:
        return f"<ApplyResult: {self}>"


def check_plan(session: Session, plan: CataloguePlan, options: Options) -> None:
    """Raise an error for a plan that must not be applied; nothing is sent.

    Raises:
        UsageError: it is a plan for another server or release.
        ValidationFailed: it has conflicts, or what has no place in the release, or secrets are not
            set; lists all problems with file and line.
    """
    if (plan.host, plan.release) != (session.host, session.release.name):
        raise UsageError(
            f"this is a plan for {plan.host} with release {plan.release}, not for {session.host}"
            f" with release {session.release.name}; make a new one"
        )
    problems = [
        Problem(each.place or f"{each.type} {each.fqn}", None, "conflict", f"conflict: {each}")
        for each in plan.conflicts
    ]
    if not options.lossy:
        problems += [
            Problem(
                each.place, None, "lossy",
                f"request.{each.path}: {each.reason}; lossy=True leaves it out",
            )
            for each in plan.lost
        ]  # fmt: skip
    if not options.without_secrets:
        problems += _missing_secrets(session, plan)
    if problems:
        raise ValidationFailed(what=f"the plan of {plan.folder}", problems=problems)


def _missing_secrets(session: Session, plan: CataloguePlan) -> Iterator[Problem]:
    for action in plan.of_kind(CREATE, CHANGE, RESTORE):
        entity = session.release.entities[action.type]
        content = action.content
        request = content["request"] if action.kind == CREATE else content.get("values", {})
        _, missing = resolve_secrets(session.release.node(entity.create or ""), request)
        for path, place in missing:
            message = f"request.{path}: the secret {place} is not set"
            yield Problem(action.place, None, "secret", message)


class Application:
    """One application of a plan.

    Args:
        session: the session of the server.
        plan: the plan, which was checked.
        state: what was applied last, open for writing.
        options: how it is applied.
    """

    def __init__(
        self, session: Session, plan: CataloguePlan, state: AppliedState, options: Options
    ) -> None:
        self._session = session
        self._plan = plan
        self._state = state
        self._options = options
        self._identities = Identities(session)
        self._result = ApplyResult(session.host)
        self._started = {*state.started}

    def check_state(self) -> None:
        """Compare the server with the plan, and take out what was done already.

        Raises:
            PlanOutdated: an entity is neither as when the plan was made nor as planned; lists all.
        """
        waiting: dict[str, dict[str, Action]] = {}
        for action in self._plan.actions:
            if action.kind != KEEP and not _is_of_type(action):
                waiting.setdefault(action.type, {})[action.fqn] = action
        outdated: list[str] = []
        done: set[Action] = set()
        for entity_type, actions in waiting.items():
            spec = self._session.find(entity_type)
            if "list" in spec.operations:
                for action, is_done in self._check_type(spec, actions):
                    done.update([action] if is_done else [])
                    outdated += [str(action)] if is_done is None else []
        if outdated:
            raise PlanOutdated(
                f"{self._session.host} has another state than when the plan was made; nothing was"
                f" written. Plan again. What cannot be done: {', '.join(outdated)}"
            )
        self._plan.actions = [each for each in self._plan.actions if each not in done]

    def _check_type(
        self, spec: CollectionSpec, actions: dict[str, Action]
    ) -> Iterator[tuple[Action, bool | None]]:
        """Yield each action of a type with whether it was done; None if it cannot be done."""
        reader = EntityDocuments(self._session)
        filters = {"include": "all"} if spec.entity.deleted else {}
        seen: set[str] = set()
        for raw in reader.entities(spec, filters):
            action = actions.get(entity_name(raw))
            if action is None or (action.id and action.id != raw["id"]):
                continue
            seen.add(action.fqn)
            is_done = self._progress(action, reader, spec, raw)
            if is_done:
                self._note_done(action, raw)
            yield action, is_done
        for fqn, action in actions.items():
            if fqn not in seen and action.kind != CREATE:
                if action.kind == DELETE:
                    self._state.remove(action.key)
                yield action, True if action.kind == DELETE else None

    def _progress(
        self, action: Action, reader: EntityDocuments, spec: CollectionSpec, raw: dict[str, Any]
    ) -> bool | None:
        """Return whether an action was done already; None if it cannot be done any more."""
        is_deleted = bool(raw.get("deleted"))
        if action.kind == DELETE:
            return True if is_deleted else False if stamp_of(raw) == action.stamp else None
        if action.kind == RESTORE and is_deleted:
            return False
        if is_deleted:
            return None
        if action.kind == CHANGE and stamp_of(raw) == action.stamp:
            return False
        found = reader.document(spec, raw).document
        current = {**found.request, **(found.sections.get(PATCHED) or {})}
        content = action.content
        if action.kind == CREATE:
            expected = {**content["request"], **content["links"], **content["fields"]}
            known = self._state.get(action.key)
            is_recorded = known is not None and known.stamp == stamp_of(raw)
            expected = {name: each for name, each in expected.items() if name in current}
            return True if is_recorded or not self._differs(spec, expected, current) else None
        values, old = content.get("values", {}), content.get("old", {})
        if not self._differs(spec, values, current):
            return not content.get("sections")
        is_as_planned = all(current.get(name) == old.get(name) for name in values)
        return False if is_as_planned else None

    def _differs(
        self, spec: CollectionSpec, expected: dict[str, Any], current: dict[str, Any]
    ) -> bool:
        unordered = UnorderedLists.of(self._session.release, spec.entity)
        return bool(merge_fields(expected, current, None, unordered=unordered).values)

    def _note_done(self, action: Action, raw: dict[str, Any]) -> None:
        """Record what an apply that was interrupted has done."""
        if action.kind == DELETE:
            self._state.remove(action.key)
        elif self._state.get(action.key) is None or action.kind != CREATE:
            self._record(action, stamp_of(raw))
        self._result.add(UNCHANGED, action)

    def run(self) -> ApplyResult:
        """Send what the plan says and return what became of each entity."""
        actions = self._plan.actions
        kept = [each for each in actions if each.kind == KEEP]
        writing = [each for each in actions if each.kind in {CREATE, CHANGE, RESTORE}]
        for action in filter(_is_of_type, writing):  # custom properties, which others may have
            self._write_sections(action)
        entities = [each for each in writing if not _is_of_type(each)]
        failed: set[tuple[str, str]] = set()
        self._load(entities, failed)
        links = [each for each in map(self._link, entities) if each and each.key not in failed]
        self._load(links, failed)
        for action in entities:
            if action.key not in failed and action.content.get("sections"):
                self._write_sections(action)
        self._load([each for each in actions if each.kind == DELETE], failed)
        for action in kept:
            self._record(action, action.stamp)
        return self._result

    def _link(self, action: Action) -> Action | None:
        """Return the change that sets what could not be set when an entity was created."""
        if action.kind != CREATE:
            return None
        content = action.content
        values = {**content.get("links", {}), **content.get("fields", {})}
        if not values:
            return None
        found = Action(LINK, *action.key, action.place, action.id, level=action.level)
        found.content = {"values": values, "old": {}}
        found.settle(self._plan.contents)
        return found

    def _load(self, actions: list[Action], failed: set[tuple[str, str]]) -> None:
        """Send actions of one phase; those of a level after those of the levels before it."""
        if not actions:
            return
        options = LoadOptions(workers=self._options.workers, progress=self._options.progress)
        options = options._replace(on_result=lambda outcome: self._take(outcome, failed))
        concurrency = options.concurrency(self._session.settings.pool_size)
        known: dict[tuple[str, str], ActionCreates | ActionChanges | ActionDeletes] = {}

        def writes(action: Action) -> Any:
            key = (action.kind, action.type)
            if key not in known:
                spec = self._session.find(action.type)
                known[key] = writes_of(self._session, spec, action.kind, concurrency)
                known[key].identities = self._identities
            if action.kind == CREATE:
                self._state.start(action.key)
            return known[key], action, None

        identity = {"server": self._session.host}
        load = Load(
            "apply", options, concurrency, identity,
            lambda action: (action.level[0], action.type, action.level[1]), session=self._session,
        )  # fmt: skip
        load.run(actions, actions, writes)

    def _take(self, outcome: Outcome, failed: set[tuple[str, str]]) -> None:
        """Record what became of an action, before the next ones are sent."""
        action: Action = outcome.row
        if outcome.kind == FAILED:
            failed.add(action.key)
            self._result.add(FAILED, action, str(outcome.error))
            return
        if action.kind == DELETE:
            self._state.remove(action.key)
        elif outcome.entity is not None:
            raw = model.raw(outcome.entity)
            action.id = str(raw["id"])
            self._identities.add(*action.key, action.id)
            self._record(action, stamp_of(raw), is_created=action.kind == CREATE)
        if action.kind != LINK:
            self._result.add(outcome.kind, action)

    def _record(self, action: Action, stamp: str, *, is_created: bool = False) -> None:
        """Record the state of an entity; its links and sections are recorded when they are done."""
        content, known = action.content, self._state.get(action.key)
        is_ours = is_created or action.key in self._started
        is_ours = is_ours or (known is not None and known.is_ours)
        request = {**content.get("request", {}), **content.get("fields", {})}
        if action.kind == CREATE:
            request = content["request"]
        elif action.kind == LINK and known is not None:
            request = {**known.request, **content["values"]}
        sections = None if known is None else known.sections
        applied = Applied(request, self._plan.release, stamp, is_ours, sections)
        self._state.record(action.key, applied)

    def _write_sections(self, action: Action) -> None:
        try:
            SectionWriter(self._session, self._identities.find).write(action)
        except DynclientError as error:
            self._result.add(FAILED, action, str(error))
            return
        if _is_of_type(action):
            self._result.add(UPDATED, action)
            return
        known = self._state.get(action.key)
        if known is None:
            return
        sections = {**(known.sections or {}), **action.content.get("document", {})}
        sections.pop(PATCHED, None)
        self._state.record(action.key, known._replace(sections=sections))


def _is_of_type(action: Action) -> bool:
    """Return whether an action is about a type, whose custom properties are defined."""
    return action.kind == CHANGE and not action.content.get("request")
