"""Runs of scripts that prune what they do not create any more: ``om.track(…)``."""

from __future__ import annotations

import threading
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.as_code.entity_documents import entity_name
from dynclient.as_code.observed_writes import ObservedWrites, Tracked
from dynclient.as_code.track_manifest import TrackManifest
from dynclient.as_code.track_pruning import Pruning, stale_entities
from dynclient.as_code.track_report import TrackReport
from dynclient.as_code.track_stores import store_of
from dynclient.dispatch import bad_arguments
from dynclient.errors import DynclientError, DynclientWarning, Problem, UsageError
from dynclient.extensions.arguments import as_path
from dynclient.extensions.base import Extension
from dynclient.operations.operation import Plan
from dynclient.tracebacks import public_call
from dynclient.warn import warn_user

if TYPE_CHECKING:
    from dynclient.session.session import Session
    from dynclient.transport.request import Request, Response

_SHARE = 0.1
"""The share of the entities of earlier runs that may be pruned, unless the user says otherwise."""
_NAME_MAX = 128
_FIRST_VERSION = "0.1"
_UNSAVED = (20, 1000)
"""At least so many, and at most so many entities are created before they are recorded."""


class Tracks(Extension):
    """Tracks what scripts create, so that they can prune what they do not create any more."""

    name = "tracks"

    def track(
        self,
        name: str,
        *,
        prune: bool = False,
        max_prune: float | None = None,
        manifest: str | PathLike[str] | None = None,
    ) -> Track:
        """Track what a block of a script creates on this server::

            with om.track("nightly-load", prune=True) as run:
                om.tables.upsert_many(rows)
            print(run)

        All requests of this client count, from any of its threads, whichever method sends them;
        those of other clients and processes do not. What earlier runs of the same name created and
        this one did not use is stale. An entity is used if it is created or changed, read by itself
        (not in a list), or if something that is written refers to it or is below it.

        With ``prune=True`` stale entities are deleted at the end of the block, softly, so that they
        can be restored: only those that runs of this name created, and only if the block ended
        without an exception and without a failed write, even one whose error was caught. An entity
        is kept if it was renamed since, has parts that others created, or is of a type whose
        deletion cannot be undone.

        The manifest, which says what the runs created, is in the document store of the server; on
        servers without one (before 1.2), it is in the user's state folder.

        Args:
            name: names the runs that belong together, such as those of a nightly job.
            prune: whether stale entities are deleted.
            max_prune: how many of them at most: a number, ``20``, or a share, ``0.5``, of
                the entities that runs of this name created; by default a tenth. If more
                are stale, none is deleted, and there is a warning.
            manifest: path of a folder for the manifest, instead of the server.

        Returns:
            A context manager, whose value is a report of the run.

        Raises:
            BadArguments: an argument is wrong; lists all problems.
            UsageError: on entering the block: the manifest cannot be read or written, or the client
                tracks a run of this name already.
        """
        problems = [*_name_problems(name), *_prune_problems(prune, max_prune)]
        if problems:
            raise bad_arguments("track", problems)
        folder = None if manifest is None else as_path(manifest, "track", "manifest")
        return Track(self.session, name, prune, max_prune, folder)


def _name_problems(name: Any) -> list[Problem]:
    if not isinstance(name, str):
        kind = type(name).__name__
        return [Problem("name", kind, "argument", f"must be a text, not {kind}")]
    if not name.strip():
        message = "must not be empty; it names the runs that belong together, 'nightly-load'"
    elif len(name) > _NAME_MAX or not name.isprintable():
        message = f"must be one line of at most {_NAME_MAX} printable characters, not {name!r}"
    else:
        return []
    return [Problem("name", name, "argument", message)]


def _prune_problems(prune: Any, limit: Any) -> list[Problem]:
    if not isinstance(prune, bool):
        return [Problem("prune", prune, "argument", "must be True or False")]
    if limit is None:
        return []
    is_number = isinstance(limit, (int, float)) and not isinstance(limit, bool)
    if not is_number or not limit >= 0 or (isinstance(limit, float) and limit > 1):
        message = f"must be a number, 20, or a share from 0.0 to 1.0, not {limit!r}"
    elif not prune:
        message = "needs prune=True"
    else:
        return []
    return [Problem("max_prune", limit, "argument", message)]


class Track:
    """One run of a track; ``om.track(…)`` returns it, for a ``with`` statement.

    Args:
        session: the session of the server.
        name: the name of the track.
        prune: whether stale entities are deleted.
        max_prune: how many of them at most.
        folder: the folder of the manifest; None for the default place.
    """

    def __init__(
        self, session: Session, name: str, prune: bool, max_prune: float | None, folder: Path | None
    ) -> None:
        self._session = session
        self._name = name
        self._is_pruning = prune
        self._max_prune = max_prune
        self._folder = folder
        self._report = TrackReport(name)
        self._writes: ObservedWrites | None = None
        self._manifest: TrackManifest | None = None
        self._saving = threading.Lock()
        self._saved: set[str] = set()
        self._failures = 0

    def __repr__(self) -> str:
        return f"<Track {self._name!r} of {self._session.host}>"

    @public_call
    def __enter__(self) -> TrackReport:
        """Begin the run and return its report."""
        names: set[str] = self._session.memo("tracks", lambda _: set())
        if self._manifest is not None or self._name in names:
            raise UsageError(
                f"a run of {self._name!r} is being tracked by this client already; use another name"
                " for a part of it, and call om.track again for the next run"
            )
        store = store_of(self._session, self._name, self._folder)
        self._manifest = manifest = TrackManifest(store, self._name)
        manifest.begin()
        names.add(self._name)
        known = {**manifest.pruned, **manifest.made}
        self._writes = ObservedWrites(self._session.release, known)
        self._failures = self._session.failed_writes
        self._session.add_observer(self._observe)
        return self._report

    def _observe(self, request: Request, response: Response | None) -> None:
        """Note what a request wrote; called after each request of the client."""
        if self._writes is None or self._manifest is None:
            return
        self._writes(request, response)
        smallest, largest = _UNSAVED
        count = len(self._writes.made)
        unsaved = count - len(self._saved)
        if unsaved >= max(smallest, min(largest, count // 4)) and self._saving.acquire(False):
            try:
                made = [self._writes.made[id] for id in [*self._writes.made]]
                new = [each for each in made if each.id not in self._saved]
                self._manifest.add(new)
                self._saved.update(each.id for each in new)
            except (DynclientError, KeyError):
                pass  # deleted meanwhile, or not saved: it is at the end, with an error if need be
            finally:
                self._saving.release()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the run: prune what is stale after a clean end, and record what was created."""
        writes, manifest = self._writes, self._manifest
        assert writes is not None  # noqa: S101 -- Python enters before it exits
        assert manifest is not None  # noqa: S101 -- as above
        self._session.remove_observer(self._observe)
        self._session.memo("tracks", lambda _: set()).discard(self._name)
        if error is None:
            self._finish(writes, manifest)
            return
        self._report.withheld = f"the block ended with {type(error).__name__}"
        try:
            self._finish(writes, manifest)
        except DynclientError as other:  # the first error is what the user has to see
            error.add_note(f"om.track({self._name!r}) could not record what it created: {other}")

    @public_call
    def _finish(self, writes: ObservedWrites, manifest: TrackManifest) -> None:
        report = self._report
        made = {**writes.made}
        if writes.unidentified and writes.begin is not None:
            made.update({each.id: each for each in self._identified(writes)})
        report.made = [*made.values()]
        known = {id: each for id, each in manifest.made.items() if id not in writes.deleted}
        restored = {id: each for id, each in manifest.pruned.items() if id in writes.used}
        current = {id: writes.seen.get(id, each) for id, each in {**known, **restored}.items()}
        seen = {id: each for id, each in current.items() if id in writes.used}
        report.seen = [*{**seen, **writes.seen}.values()]
        report.failed += writes.failed.values()
        rows = self._session.failed_writes - self._failures
        if rows:
            report.failed.append(f"{rows:,} rows or requests that were not valid or failed")
        pruning = Pruning(self._session, report)
        names = [each.fqn for each in (*report.made, *report.seen)]
        self._compare(pruning, stale_entities(current, writes.used, names), len(current))
        if not report.withheld and self._is_pruning:
            pruning.prune()
        lost = {each.id for each in (*report.gone, *report.pruned)}
        kept = {id: each for id, each in current.items() if id not in lost}
        pruned = {id: each for id, each in manifest.pruned.items() if id not in restored}
        removed = {id: manifest.made[id] for id in writes.deleted if id in manifest.made}
        pruned |= {each.id: each for each in (*pruning.deleted, *report.pruned)} | removed
        manifest.end({**kept, **made}, pruned)

    def _identified(self, writes: ObservedWrites) -> list[Tracked]:
        """Return the entities that may have been created, and were, with their ids.

        Some responses do not say it: those to requests for several entities, and to requests that
        were repeated. An entity that was created in this run still has its first version, and was
        changed since the run began, by the clock of the server.
        """
        names: dict[str, set[str]] = {}
        for entity_type, name in writes.unidentified:
            names.setdefault(entity_type, set()).add(name)
        found = []
        for entity_type, requested in names.items():
            listing = self._session.find(entity_type).operations["list"]
            size = {"page_size": self._session.settings.page_size}
            for entity in self._session.listing(Plan(listing, size)):
                raw = model.raw(entity)
                id, name = str(raw["id"]), entity_name(raw)
                if name not in requested or id in writes.deleted or id in writes.known:
                    continue
                if str(raw.get("version")) == _FIRST_VERSION and raw["updatedAt"] >= writes.begin:
                    found.append(Tracked(entity_type, name, id))
        return found

    def _compare(self, pruning: Pruning, stale: list[Tracked], total: int) -> None:
        """Read what is stale on the server, and decide whether it may be pruned."""
        report = self._report
        if report.withheld:
            return
        assert self._manifest is not None  # noqa: S101 -- the run has begun
        if not self._is_pruning:
            report.stale = stale
            report.withheld = "prune=True was not given" if stale else ""
            return
        if report.failed:
            report.withheld = f"{len(report.failed)} writes failed; the first: {report.failed[0]}"
            return
        others = self._manifest.overlapping()
        if others:
            texts = ", ".join(map(str, others))
            report.withheld = f"another run of this name took place at the same time: {texts}"
            return
        pruning.compare(stale)
        limit = self._limit(total - len(report.gone))
        if len(report.stale) > limit:
            report.withheld = (
                f"{len(report.stale):,} of {total - len(report.gone):,} entities are stale, and at"
                f" most {limit:,} are pruned; see run.stale, and allow it with"
                f" max_prune={len(report.stale)}"
            )
            warn_user(
                f"om.track({self._name!r}) pruned nothing: {report.withheld}", DynclientWarning,
                always=True,
            )  # fmt: skip

    def _limit(self, total: int) -> int:
        limit = _SHARE if self._max_prune is None else self._max_prune
        return limit if isinstance(limit, int) else int(total * limit + 1e-9)
