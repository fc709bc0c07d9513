"""References resolved to the entities that they refer to, with a cache of their JSON."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from cachetools import TTLCache

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.documentation import document_fields
from dynclient.errors import BadArguments, Problem
from dynclient.model.entity import clone
from dynclient.model.merge import origin_of
from dynclient.operations.operation import Plan
from dynclient.session.keys import KeyReader
from dynclient.session.requested_fields import field_names

if TYPE_CHECKING:
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.session.session import Session

SIZE = 1_000
"""Entities that are kept, at most."""
SECONDS = 60.0
"""Time for which an entity is kept: long enough for a loop, short enough for a notebook."""
_LABEL = "resolve"
_EXPECTED = (
    "must be an entity, a reference, or a name or id with its type, such as 'user:ada' or"
    " 'table:a.b.c.d'"
)


@document_fields
class CacheInfo(NamedTuple):
    """What the cache of a resolver did so far.

    Attributes:
        hits: Calls that sent no request.
        misses: Calls that sent one.
        size: Entities in the cache.
        limit: Entities that it keeps, at most.
    """

    hits: int
    misses: int
    size: int
    limit: int


class Resolver:
    """Resolves references of one session; may be shared by threads.

    Args:
        session: sends the requests.
        size: entities that are kept, at most.
        seconds: time for which an entity is kept.
        clock: returns the present time in seconds.
    """

    def __init__(
        self,
        session: Session,
        size: int = SIZE,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session = session
        self._cache: TTLCache[Any, tuple[type, dict[str, Any], model.Origin | None]]
        self._cache = TTLCache(size, seconds, timer=clock)
        self._lock = threading.Lock()
        self._hits = 0
        self._misses = 0

    @property
    def info(self) -> CacheInfo:
        """What the cache did so far."""
        with self._lock:
            self._cache.expire()
            return CacheInfo(self._hits, self._misses, len(self._cache), int(self._cache.maxsize))

    def clear(self) -> None:
        """Drop all entities that are kept."""
        with self._lock:
            self._cache.clear()

    def resolve(
        self,
        target: Any,
        entity: Any = None,
        fields: str | Iterable[str] | None = None,
        include: str | None = None,
    ) -> Any:
        """Return the entity that something refers to; each call returns an object of its own.

        Args:
            target: a reference or an entity; ``"user:ada"``, a type and a name or id; or a name or
                id alone, with ``entity``.
            entity: the type of a name or id: a class, or a name.
            fields: more fields than the server returns by default.
            include: ``non-deleted``, ``deleted`` or ``all``; None also finds what the reference
                says is deleted.

        Raises:
            NotFound: it does not exist.
            BadArguments: the target does not say which entity it is, or its type.
            UnknownCollection: the release has no such type.
        """
        spec, by, key = self._place(target, entity)
        if include is None and _raw(target).get("deleted") is True:
            include = "all"
        requested = field_names(fields)
        place = (spec.entity.name, tuple(sorted(requested)), include)
        cached = self._cached((*place, by, key))
        if cached is not None:
            cls, raw, origin = cached
            return model.load(cls, clone(raw), origin)
        operation = spec.operations.get("get" if by == "id" else "get_by_name")
        if operation is None:
            ways = "by id or by name" if "get" not in spec.operations else "by name, only by id"
            message = f"entities of type {spec.entity.name!r} cannot be read {ways}"
            raise bad_arguments(_LABEL, [Problem("", key, "argument", message)])
        arguments = {by: key, "fields": requested or None, "include": include}
        found = self._session.call(Plan(operation, arguments))
        self._keep(place, {(by, key), ("id", model.raw(found).get("id"))}, found)
        return found

    def check(self, target: Any, entity: Any = None) -> None:
        """Raise BadArguments if something cannot name an entity; arguments as for `resolve`."""
        self._place(target, entity)

    def _place(self, target: Any, entity: Any) -> tuple[CollectionSpec, str, str]:
        """Return the collection of what a target names, and how it is found there."""
        with marking(target):
            kind, value = _typed(target, entity)
            spec = self._session.find(kind)
            return (spec, *KeyReader(spec, _LABEL).key((value,), {}))

    def _cached(self, place: tuple[Any, ...]) -> Any:
        with self._lock:
            found = self._cache.get(place)
            if found is None:
                self._misses += 1
            else:
                self._hits += 1
            return found

    def _keep(self, place: tuple[Any, ...], keys: set[tuple[str, Any]], found: Any) -> None:
        kept = (type(found), clone(model.raw(found)), origin_of(found))
        with self._lock:
            for key in keys:
                self._cache[(*place, *key)] = kept


@contextmanager
def marking(target: Any) -> Iterator[None]:
    """Mark errors about what does not name an entity, for the call that names its argument.

    Args:
        target: what was passed to the call.
    """
    try:
        yield
    except BadArguments as error:
        vars(error).setdefault("_target", id(target))
        raise


def marked_target(error: BadArguments) -> int | None:
    """Return the identity of what an error was marked with; None if it was not marked."""
    found: int | None = vars(error).get("_target")
    return found


def _raw(target: Any) -> Mapping[str, Any]:
    if isinstance(target, model.Entity):
        return model.raw(target)  # type: ignore[no-any-return]
    return target if isinstance(target, Mapping) else {}


def _typed(target: Any, entity: Any) -> tuple[Any, Any]:
    """Return the type that a target names, and its key: an entity, a name or an id."""
    raw = _raw(target)
    kind: Any = None
    value: Any = target
    if isinstance(target, model.Entity):
        kind = model.type_of(target)
    elif raw:
        kind, value = raw.get("type"), raw.get("id") or raw.get("fullyQualifiedName")
    elif isinstance(target, str) and entity is None:
        kind, _, value = "".join(target).partition(":")
        kind = kind if value else None
    kind = entity if entity is not None else kind
    if kind is None or value is None:
        label = repr(target) if isinstance(target, str) else type(target).__name__
        raise bad_arguments(_LABEL, [Problem("", label, "argument", f"{_EXPECTED}, not {label}")])
    return kind, value
