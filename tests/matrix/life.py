"""The life of one entity, step by step, through the public interface alone.

:func:`live` makes one and goes through everything its collection can do. What a release's
collection has no operation for is not applicable, and nothing else is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import dynclient
from dynclient.operations.catalogue import CollectionSpec, catalogue
from dynclient.schema import EntityType
from tests.matrix.payloads import Named
from tests.matrix.pool import Pool

STEPS = (
    "create", "upsert", "get", "get by name", "list", "save", "versions", "version", "follow",
    "unfollow", "vote", "delete", "restore", "hard delete",
)  # fmt: skip
"""All operations of the grid, in the order in which they are tried."""

GREEN, NONE = "✓", "–"
"""What a cell says where the step was taken, and where the release has no such operation."""

_NEEDS = {
    "get by name": "get_by_name",
    "save": "patch",
    "hard delete": "delete",
}
"""Operations of the catalogue, where they are called otherwise than the step."""

Cells = dict[str, str]
"""By step: ``GREEN``, ``NONE``, or what went wrong."""


def applicable(spec: CollectionSpec) -> set[str]:
    """Return the steps that a collection has operations for."""
    steps = {step for step in STEPS if _NEEDS.get(step, step) in spec.operations}
    if "restore" not in spec.operations:
        steps.discard("delete")  # there is no soft one
    return steps


def live(pool: Pool, entity: EntityType, request: dict[str, Any]) -> Cells:
    """Make an entity, do all that can be done with it, and delete it for good.

    Args:
        pool: of the server.
        entity: its type.
        request: that makes it, with placeholders.
    """
    return _Life(pool, entity).lead(request)


class _Life:
    """One entity on its way."""

    def __init__(self, pool: Pool, entity: EntityType) -> None:
        self.pool = pool
        self.om = pool.om
        self.spec = catalogue(self.om.release).find(entity)
        self.all = self.om[entity.name]
        self.can = applicable(self.spec)
        self.named = "get_by_name" in self.spec.operations
        self.cells: Cells = {step: "" if step in self.can else NONE for step in STEPS}
        self.it: Any = None

    def lead(self, request: dict[str, Any]) -> Cells:
        self.request = request
        ready: dict[str, Any] = {}

        def create() -> None:
            ready.update(self.pool.ready(request))
            self.create(ready)

        steps: dict[str, Callable[[], None]] = {
            "create": create,
            "upsert": lambda: self.upsert(ready),
            "get": self.get,
            "get by name": self.get_by_name,
            "list": self.list,
            "save": self.save,
            "versions": self.versions,
            "version": self.version,
            "follow": self.follow,
            "unfollow": self.unfollow,
            "vote": self.vote,
            "delete": self.delete,
            "restore": self.restore,
            "hard delete": self.hard_delete,
        }
        for name in STEPS:
            if name not in self.can:
                continue
            if self.it is None and name not in {"create", "list"}:
                self.cells[name] = "there is none"
                continue
            with self._noted(name):
                steps[name]()
        return self.cells

    @contextmanager
    def _noted(self, step: str) -> Iterator[None]:
        try:
            yield
        except (dynclient.DynclientError, AssertionError) as error:
            self.cells[step] = f"{type(error).__name__}: {error}"
        else:
            self.cells[step] = GREEN

    # -- making and finding ------------------------------------------------------------------------

    def create(self, ready: dict[str, Any]) -> None:
        made = self.all.create(**ready)
        assert made.id
        if self.named:
            assert made.version == 0.1, made.version
            assert made.fullyQualifiedName
        self.it = made

    def upsert(self, ready: dict[str, Any]) -> None:
        again = self.all.upsert(**ready)
        assert again.id == self.it.id, "it made a second one"
        if self.named:
            told = dynclient.asdict(again).get("changeDescription")
            assert again.version == self.it.version, f"saying it again changed {told}"
        self.it = again

    def get(self) -> None:
        found = self.all.get(self.it.id)
        assert found is not None, "it is not found"
        assert found.id == self.it.id
        self.it = found

    def get_by_name(self) -> None:
        name = self.it.fullyQualifiedName
        found = self.all.get(name)
        assert found is not None, f"{name!r} is not found"
        assert dynclient.asdict(found) == dynclient.asdict(self.all[self.it.id])
        assert name in self.all

    def list(self) -> None:
        times = {"start": 0, "end": 2**42}
        taken = {each.name for each in self.spec.operations["list"].parameters}
        listing = self.all.list(**{name: at for name, at in times.items() if name in taken})
        ids = [each.id for each in listing]
        assert len(ids) == len({*ids}), "one is listed twice"
        if self.it is not None:
            assert self.it.id in ids, "it is not listed"

    # -- changing ----------------------------------------------------------------------------------

    def save(self) -> None:
        before = self.all[self.it.id]
        field, value = self._change(before)
        before[field] = value
        saved = self.om.save(before)
        assert saved.id == self.it.id
        assert saved[field] == value, f"{field} is {saved[field]!r}"
        assert not dynclient.changes(saved), dynclient.changes(saved)
        again = self.all[self.it.id][field]
        assert again == value, f"{field} is {again!r} when read again"
        if self.named:
            assert saved.version > before.version, f"still of version {saved.version}"
        self.it = saved

    def _change(self, entity: Any) -> tuple[str, Any]:
        """Return a field of an entity and another value for it: words where it has any."""
        node = dynclient.schema_of(entity)
        for field in ("description", "displayName"):
            if field in node.properties:
                return field, f"{entity[field] or ''} changed"
        for field, place in node.properties.items():
            other = next((one for one in place.enum or () if one != entity[field]), None)
            if other is not None:
                return field, other
            if place.kind == "number":
                return field, (entity[field] or 0) + 1
        raise AssertionError(f"a {node.type_name} has nothing that can be changed")

    def versions(self) -> None:
        told = [each.version for each in self.all.versions(self.it)]
        assert told == sorted(told, reverse=True), f"not newest first: {told}"
        assert len(told) == len({*told}), f"one is told twice: {told}"
        assert told[0] == self.it.version
        assert told[-1] == 0.1
        assert len(told) > 1 or "save" not in self.can

    def version(self) -> None:
        first = self.all.version(self.it, 0.1)
        assert (first.id, first.version) == (self.it.id, 0.1)
        now = self.all.version(self.it, self.it.version)
        assert now.version == self.it.version

    # -- people ------------------------------------------------------------------------------------

    def _user(self) -> Any:
        return self.pool.found(Named("user"))

    def follow(self) -> None:
        user = self._user()
        self.all.follow(self.it, user)
        assert user.id in {each.id for each in self.all.followers(self.it)}

    def unfollow(self) -> None:
        user = self._user()
        self.all.unfollow(self.it, user)
        assert user.id not in {each.id for each in self.all.followers(self.it)}

    def vote(self) -> None:
        self.all.vote(self.it, "votedUp")
        assert self.all.get(self.it.id, fields="votes").votes.upVotes == 1

    # -- the end -----------------------------------------------------------------------------------

    def delete(self) -> None:
        by_name = "delete_by_name" in self.spec.operations
        self.all.delete(str(self.it.fullyQualifiedName) if by_name else self.it)
        assert self.all.get(self.it.id) is None, "it is still there"
        gone = self.all.get(self.it.id, include="deleted")
        assert gone is not None, "it went for good"
        assert gone.deleted is True

    def restore(self) -> None:
        self.all.restore(self.it)
        back = self.all.get(self.it.id)
        assert back is not None, "it is not back"
        assert not back.deleted
        assert back.version >= self.it.version

    def hard_delete(self) -> None:
        if self.all.get(self.it.id, include="all") is None:
            self.it = self.all.create(**self.pool.ready(self.request))  # another one
        self.all.delete(self.it, hard=True, recursive=True)
        assert self.all.get(self.it.id, include="all") is None, "it is still there"
