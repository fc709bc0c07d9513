"""The manifest of a track: what its runs created, and which of them have not ended."""

from __future__ import annotations

import contextlib
import os
import socket
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from dynclient.as_code.observed_writes import Tracked
from dynclient.as_code.track_stores import Changed, Store, Value
from dynclient.errors import UsageError

VERSION = 1
"""The version of the format of manifests."""
_ROUNDS = 20
"""How often a manifest is read again that other runs replace at the same time."""
_PART_SIZE = 5000
"""Entities of a part; servers limit the size of a document."""
_LOST_AFTER = 24 * 3600 * 1000
"""Milliseconds after which a run of another machine that did not end counts as killed."""


class Run(NamedTuple):
    """A run that has begun and not ended."""

    id: str
    started: int
    """When, in milliseconds since 1970 in UTC."""
    host: str
    """The machine, and the namespace of its processes if it has several."""
    process: int
    is_alone: bool = True
    """Whether no other run began before it ended."""

    def __str__(self) -> str:
        when = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(self.started / 1000))
        return f"process {self.process} on {self.host.partition(' ')[0]}, begun {when}"

    def is_killed(self) -> bool:
        """Return whether its process does not exist any more, as far as this machine knows."""
        if self.host != _machine() or os.name != "posix":
            return False
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return True
        except OSError:  # it is another user's
            return False
        return False


class TrackManifest:
    """The manifest of one track, from the beginning of a run to its end.

    Args:
        store: where it is kept.
        name: the name of the track.

    Attributes:
        made: the entities that earlier runs created and that were not pruned, by id.
        pruned: those that were pruned, by id; they are made ones again if they are restored.
        others: runs that had not ended when this one began.

    Raises:
        UsageError: it cannot be read or written.
    """

    def __init__(self, store: Store, name: str) -> None:
        self._store = store
        self._name = name
        self._run = Run(uuid.uuid4().hex, int(time.time() * 1000), _machine(), os.getpid())
        self._parts: list[str] = []
        """The names of the parts that were read, and of those that this run added."""
        self._is_extended = False
        self.made: dict[str, Tracked] = {}
        self.pruned: dict[str, Tracked] = {}
        self.others: list[Run] = []

    def begin(self) -> None:
        """Read it, and note that this run has begun."""

        def begin(runs: dict[str, Run], parts: list[str]) -> list[str]:
            for each in [*runs.values()]:
                if each.is_killed():
                    del runs[each.id]
            self.others = [*runs.values()]
            runs.update({each.id: each._replace(is_alone=False) for each in self.others})
            runs[self._run.id] = self._run
            return parts

        self._parts = self._change(begin)
        for name in self._parts:
            part = self._store.part(name)
            self.made.update(_entities(part.get("made")))
            self.pruned.update(_entities(part.get("pruned")))
        for id in self.made:
            self.pruned.pop(id, None)

    def add(self, made: Iterable[Tracked]) -> None:
        """Write what this run created so far, so that it is known even if the run is killed."""
        added = self._written([*made], [])
        self._change(lambda _, parts: [*parts, *added])
        self._parts += added
        self._is_extended = True

    def overlapping(self) -> list[Run]:
        """Return the runs that were not over when this one began, or are not over now.

        If another one began and ended meanwhile, it is this run.
        """
        found: list[Run] = [*self.others]
        runs, _ = self._read()
        found += [each for each in runs.values() if each.id not in {self._run.id, *map(_id, found)}]
        own = runs.get(self._run.id)  # None if another one took it for killed
        if not found and (own is None or not own.is_alone):
            found.append(self._run)
        return found

    def end(self, made: Mapping[str, Tracked], pruned: Mapping[str, Tracked]) -> None:
        """Write what is known after this run, and that it has ended.

        Args:
            made: the entities that runs created and that were not pruned, by id.
            pruned: those that were pruned.
        """
        is_same = (made, pruned) == (self.made, self.pruned) and not self._is_extended
        new = self._parts if is_same else self._written([*made.values()], [*pruned.values()])
        now = time.time() * 1000

        def end(runs: dict[str, Run], parts: list[str]) -> list[str]:
            runs.pop(self._run.id, None)
            for each in self.others:
                if now - each.started > _LOST_AFTER:
                    runs.pop(each.id, None)
            return [*new, *(each for each in parts if each not in {*self._parts, *new})]

        self._change(end)
        for name in self._parts:
            if name not in new:
                self._store.remove_part(name)

    # -- the store ---------------------------------------------------------------------------------

    def _written(self, made: list[Tracked], pruned: list[Tracked]) -> list[str]:
        names = []
        for field, entities in (("made", made), ("pruned", pruned)):
            for start in range(0, len(entities), _PART_SIZE):
                found: dict[str, dict[str, str]] = {}
                for each in entities[start : start + _PART_SIZE]:
                    found.setdefault(each.type, {})[each.id] = each.fqn
                names.append(self._store.add_part({field: found}))
        return names

    def _read(self) -> tuple[dict[str, Run], list[str]]:
        value = self._store.read()
        if value.get("version", VERSION) != VERSION:
            raise UsageError(
                f"the manifest of {self._name!r} has version {value['version']}, and this dynclient"
                f" reads {VERSION}; use the newest dynclient for all runs of this name"
            )
        runs = {}
        for id, each in value.get("runs", {}).items():
            with contextlib.suppress(KeyError, TypeError):  # written by another program
                is_alone = each.get("is_alone") is not False
                runs[id] = Run(
                    id, int(each["started"]), str(each["host"]), int(each["process"]), is_alone
                )
        return runs, [*value.get("parts", ())]

    def _change(self, change: Callable[[dict[str, Run], list[str]], list[str]]) -> list[str]:
        """Replace the value by what a function makes of it."""
        for _ in range(_ROUNDS):
            runs, parts = self._read()
            parts = change(runs, parts)
            value: Value = {
                "version": VERSION,
                "track": self._name,
                "runs": {
                    each.id: {name: each[place] for name, place in _FIELDS.items()}
                    for each in runs.values()
                },
                "parts": parts,
            }
            with contextlib.suppress(Changed):
                self._store.replace(value)
                return parts
        raise UsageError(f"other runs replace the manifest of {self._name!r} all the time")


_FIELDS = {name: Run._fields.index(name) for name in Run._fields[1:]}


def _id(run: Run) -> str:
    return run.id


def _entities(found: Any) -> dict[str, Tracked]:
    """Return the entities in a part by id."""
    entities = {}
    for entity_type, names in (found or {}).items():
        for id, fqn in names.items():
            entities[id] = Tracked(entity_type, fqn, id)
    return entities


def _machine() -> str:
    """Return what identifies the processes of a machine: containers may share its name."""
    namespace = ""
    with contextlib.suppress(OSError):
        namespace = str(Path("/proc/self/ns/pid").readlink())
    return f"{socket.gethostname()} {namespace}".strip()
