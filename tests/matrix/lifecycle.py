"""The lifecycle of one entity, step by step, through the public interface alone.

:func:`run_lifecycle` creates an entity and calls every operation of its collection. A step is not
applicable if, and only if, the release's collection does not have the operation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import dynclient
from dynclient.operations.catalogue import CollectionSpec, catalogue
from dynclient.schema import EntityType
from tests.matrix.payloads import NO_REQUEST, EntityPlaceholder
from tests.matrix.pool import Pool

STEPS = (
    "create", "upsert", "get", "get by name", "list", "save", "versions", "version", "follow",
    "unfollow", "vote", "delete", "restore", "hard delete",
)  # fmt: skip
"""The columns of the grid, in the order in which they are run."""

GREEN, NONE = "✓", "–"
"""The signs of a step that worked, and of one that the release has no operation for."""

_NEEDS = {
    "get by name": "get_by_name",
    "save": "patch",
    "hard delete": "delete",
}
"""Names of operations in the catalogue that are not the name of the step."""

Cells = dict[str, str]
"""By step: ``GREEN``, ``NONE``, or the error."""


def applicable(spec: CollectionSpec) -> set[str]:
    """Return the steps that a collection has operations for."""
    steps = {step for step in STEPS if _NEEDS.get(step, step) in spec.operations}
    if "restore" not in spec.operations:
        steps.discard("delete")  # every delete is final
    return steps


def is_creatable(spec: CollectionSpec) -> bool:
    """Return whether a create request alone creates an entity of a collection.

    An entry of some time series belongs to an entity that its path names.
    """
    create = spec.operations.get("create")
    is_owned = create is not None and "{" in create.route
    return spec.entity.create is not None and not is_owned


def is_removable(spec: CollectionSpec) -> bool:
    """Return whether what is created in a collection can be deleted again."""
    return "delete" in spec.operations


def run_lifecycle(pool: Pool, entity: EntityType, request: dict[str, Any]) -> Cells:
    """Create an entity, call all operations of its collection, and hard-delete it.

    Args:
        pool: the server's pool of entities.
        entity: the entity type.
        request: the create request, with placeholders.

    Returns:
        The result of each step.
    """
    return _Lifecycle(pool, entity).run(request)


class _Lifecycle:
    """One entity and the results of the steps so far."""

    def __init__(self, pool: Pool, entity: EntityType) -> None:
        self.pool = pool
        self.om = pool.om
        self.spec = catalogue(self.om.release).find(entity)
        self.collection = self.om[entity.name]
        self.steps = applicable(self.spec)
        self.has_name = "get_by_name" in self.spec.operations
        self.cells: Cells = {step: "" if step in self.steps else NONE for step in STEPS}
        self.entity: Any = None

    def run(self, request: dict[str, Any]) -> Cells:
        self.request = request
        body: dict[str, Any] = {}

        def create() -> None:
            body.update(self.pool.resolve(request))
            self.create(body)

        steps: dict[str, Callable[[], None]] = {
            "create": create,
            "upsert": lambda: self.upsert(body),
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
            if name not in self.steps:
                continue
            if self.entity is None and name not in {"create", "list"}:
                self.cells[name] = "there is no entity: it was not created"
                continue
            with self._recorded_as(name):
                steps[name]()
        return self.cells

    @contextmanager
    def _recorded_as(self, step: str) -> Iterator[None]:
        try:
            yield
        except (dynclient.DynclientError, AssertionError, *NO_REQUEST) as error:
            self.cells[step] = f"{type(error).__name__}: {error}"
        else:
            self.cells[step] = GREEN

    # -- creating and reading-----------------------------------------------------------------------

    def create(self, body: dict[str, Any]) -> None:
        created = self.collection.create(**body)
        assert created.id
        if self.has_name:
            assert created.version == 0.1, created.version
            assert created.fullyQualifiedName
        self.entity = created

    def upsert(self, body: dict[str, Any]) -> None:
        again = self.collection.upsert(**body)
        assert again.id == self.entity.id, "upsert created a second entity"
        if self.has_name:
            change = dynclient.asdict(again).get("changeDescription")
            assert again.version == self.entity.version, f"the same request again changed {change}"
        self.entity = again

    def get(self) -> None:
        found = self.collection.get(self.entity.id)
        assert found is not None, "not found by id"
        assert found.id == self.entity.id
        self.entity = found

    def get_by_name(self) -> None:
        name = self.entity.fullyQualifiedName
        found = self.collection.get(name)
        assert found is not None, f"not found by name {name!r}"
        assert dynclient.asdict(found) == dynclient.asdict(self.collection[self.entity.id])
        assert name in self.collection

    def list(self) -> None:
        times = {"start": 0, "end": 2**42}
        parameters = {each.name for each in self.spec.operations["list"].parameters}
        listing = self.collection.list(
            **{name: at for name, at in times.items() if name in parameters}
        )
        ids = [each.id for each in listing]
        assert len(ids) == len({*ids}), "an entity is listed twice"
        if self.entity is not None:
            assert self.entity.id in ids, "the entity is not listed"

    # -- changing ----------------------------------------------------------------------------------

    def save(self) -> None:
        before = self.collection[self.entity.id]
        field, value = self._change(before)
        before[field] = value
        saved = self.om.save(before)
        assert saved.id == self.entity.id
        assert saved[field] == value, f"{field} is {saved[field]!r}"
        assert not dynclient.changes(saved), dynclient.changes(saved)
        again = self.collection[self.entity.id][field]
        assert again == value, f"{field} is {again!r} after the next read"
        if self.has_name:
            assert saved.version > before.version, f"the version is still {saved.version}"
        self.entity = saved

    def _change(self, entity: Any) -> tuple[str, Any]:
        """Return a field of an entity and a new value for it; a text field if there is one."""
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
        raise AssertionError(f"{node.type_name} does not have a field to change")

    def versions(self) -> None:
        versions = [each.version for each in self.collection.versions(self.entity)]
        assert versions == sorted(versions, reverse=True), f"not newest first: {versions}"
        assert len(versions) == len({*versions}), f"a version is listed twice: {versions}"
        assert versions[0] == self.entity.version
        assert versions[-1] == 0.1
        assert len(versions) > 1 or "save" not in self.steps

    def version(self) -> None:
        first = self.collection.version(self.entity, 0.1)
        assert (first.id, first.version) == (self.entity.id, 0.1)
        now = self.collection.version(self.entity, self.entity.version)
        assert now.version == self.entity.version

    # -- people ------------------------------------------------------------------------------------

    def _user(self) -> Any:
        return self.pool.find(EntityPlaceholder("user"))

    def follow(self) -> None:
        user = self._user()
        self.collection.follow(self.entity, user)
        assert user.id in {each.id for each in self.collection.followers(self.entity)}

    def unfollow(self) -> None:
        user = self._user()
        self.collection.unfollow(self.entity, user)
        assert user.id not in {each.id for each in self.collection.followers(self.entity)}

    def vote(self) -> None:
        self.collection.vote(self.entity, "votedUp")
        assert self.collection.get(self.entity.id, fields="votes").votes.upVotes == 1

    # -- deleting ----------------------------------------------------------------------------------

    def delete(self) -> None:
        by_name = "delete_by_name" in self.spec.operations
        self.collection.delete(str(self.entity.fullyQualifiedName) if by_name else self.entity)
        assert self.collection.get(self.entity.id) is None, "the entity still exists"
        deleted = self.collection.get(self.entity.id, include="deleted")
        assert deleted is not None, "the soft delete was final"
        assert deleted.deleted is True

    def restore(self) -> None:
        self.collection.restore(self.entity)
        restored = self.collection.get(self.entity.id)
        assert restored is not None, "the entity was not restored"
        assert not restored.deleted
        assert restored.version >= self.entity.version

    def hard_delete(self) -> None:
        if self.collection.get(self.entity.id, include="all") is None:
            self.entity = self.collection.create(
                **self.pool.resolve(self.request)
            )  # the soft delete was final
        self.collection.delete(self.entity, hard=True, recursive=True)
        assert self.collection.get(self.entity.id, include="all") is None, "the entity still exists"
