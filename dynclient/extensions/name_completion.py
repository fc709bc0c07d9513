"""Fully qualified names that begin with a text, level by level, for the TAB key and for shells.

``shop.ma`` is completed to ``shop.main.``, and ``shop.main.public.`` to the names of tables. What
is below a name is listed with the filter for it, or searched by the beginning of the name; where
there are many entities, lists are long, and searches are not. One TAB sends one request at most and
waits 300 ms at most; a response that comes later serves the next TAB. Nothing is raised or printed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent import futures
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from cachetools import TTLCache

from dynclient import fqn
from dynclient.errors import BadName, DynclientError
from dynclient.operations.catalogue import catalogue
from dynclient.operations.entity_filters import entity_filter
from dynclient.operations.name_parents import name_parents
from dynclient.operations.operation import Plan

if TYPE_CHECKING:
    import logging

    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.schema import EntityType, Release
    from dynclient.session.session import Session

WAIT = 0.3
"""Seconds that one completion waits."""
LIMIT = 100
"""Names that one completion returns."""
SECONDS = 60.0
"""Time for which names are kept, unless the client changes something."""
_RETRY = 5.0
"""Seconds after a failure before the server is asked the same again."""
_REQUEST = 3.0
"""Seconds until a request is given up."""
_PAGE = 100
"""Entities of one request."""
_SIZE = 256
"""Responses that are kept, at most."""
_FQN = "fullyQualifiedName"
_LIST, _SEARCH, _RELEASE = "list", "search", "release"


def complete_names(
    session: Session,
    entity_type: str | EntityType,
    prefix: str = "",
    limit: int = LIMIT,
    *,
    wait: float | None = None,
) -> list[str]:
    """Return the fully qualified names of entities that begin with a text, level by level.

    Where names have levels above (services, databases and schemas above tables), the names of the
    next level are returned, each with a dot at its end. Names that contain a dot are quoted. The
    list is empty if the server is slow, refuses, or does not respond; nothing is raised.

    Args:
        session: the session of a client; its server may be asked for its version first.
        entity_type: the type of the entities, or the name of their collection.
        prefix: the beginning of a name, ``"shop.ma"``; quotes may still be open.
        limit: the largest number of names.
        wait: the seconds to wait for the server; None for 0.3.
    """
    completion = session.memo("name completion", lambda _: NameCompletion())
    wait = WAIT if wait is None else wait
    return completion.complete(session, entity_type, prefix, limit, wait)


class Place(NamedTuple):
    """Where a name is completed: behind some names, and with the beginning of the next one."""

    above: tuple[str, ...]
    """The names before the last dot, without quotes."""
    beginning: str
    """What was typed of the next name, without quotes."""


def place_of(text: str) -> Place | None:
    """Return where a beginning of a fully qualified name is completed; None if it cannot be one.

    Args:
        text: such as ``shop."my.da``: a quote may still be open.
    """
    above: list[str] = []
    while True:
        if text.startswith('"'):
            name, closed, rest = text[1:].partition('"')
            if closed and rest and not rest.startswith("."):
                return None
            dot, rest = rest[:1], rest[1:]
        else:
            name, dot, rest = text.partition(".")
            if '"' in name:
                return None
        if not dot:
            return Place(tuple(above), name)
        if not name:
            return None
        above.append(name)
        text = rest


class Level(NamedTuple):
    """The entities whose names are candidates, and what is above them."""

    spec: CollectionSpec
    is_last: bool
    """Whether they are of the type whose names are completed, and not of one above it."""
    parents: tuple[tuple[str, str, int], ...]
    """Field, entity type and number of names of each parent that is named, innermost first."""


class Answer(NamedTuple):
    """What the server has returned to one request."""

    ids: Mapping[str, str]
    """The ids of entities by fully qualified name."""
    is_complete: bool
    """Whether there are no others."""


class NameCompletion:
    """What completion of names keeps for one session.

    Args:
        clock: returns the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._answers: TTLCache[Any, Answer] = TTLCache(_SIZE, SECONDS, timer=clock)
        self._failures: TTLCache[Any, bool] = TTLCache(_SIZE, _RETRY, timer=clock)
        self._running: dict[Any, tuple[float, Future[Any]]] = {}

    def complete(
        self,
        session: Session,
        entity_type: str | EntityType,
        prefix: str,
        limit: int,
        wait: float,
    ) -> list[str]:
        """Return names, see :func:`complete_names`."""
        place = place_of(prefix)
        if place is None:
            return []
        deadline = self._clock() + wait
        try:
            release = self._release(session, deadline)
            if release is None:
                return []
            level = _level(release, entity_type, len(place.above))
            if level is None:
                return []
            names = self._names(session, release, level, place, deadline)
        except DynclientError:  # no such type, or a part of the release that cannot be read
            return []
        return sorted(_candidates(names, level, place), key=str.casefold)[: max(limit, 0)]

    def _release(self, session: Session, deadline: float) -> Release | None:
        known = session.listed_release
        if known is not None:
            return known
        ask = partial(session.completion_release, may_ask=True)
        found: Release | None = self._in_time(_RELEASE, ask, deadline)
        return found

    def _names(
        self, session: Session, release: Release, level: Level, place: Place, deadline: float
    ) -> list[str]:
        """Return the names that are known by now; one request at most is sent for more."""
        listed = self._known(session, level, place, _LIST)
        if listed is not None and listed.is_complete:
            return [*listed.ids]
        found: list[str] = []
        for route in _routes(release, level, place):
            answer = self._known(session, level, place, route)
            is_new = answer is None
            if answer is None:
                key = self._key(session, level, place, route)
                with self._lock:
                    has_failed = key in self._failures
                if has_failed:
                    continue
                ask = partial(self._ask, session, release, level, place, route)
                answer = self._in_time(key, ask, deadline)
            if answer is not None:
                found += answer.ids
                if answer.is_complete and (answer.ids or route == _LIST):
                    break
            if is_new:
                break
        return found

    def _key(
        self, session: Session, level: Level, place: Place, route: str, beginning: str | None = None
    ) -> tuple[Any, ...]:
        typed = place.beginning if beginning is None else beginning
        name = level.spec.attribute
        return session.changes, name, place.above, route, "" if route == _LIST else typed

    def _known(self, session: Session, level: Level, place: Place, route: str) -> Answer | None:
        """Return a response that has the names: of a search, also one for fewer characters."""
        typed = place.beginning
        with self._lock:
            for length in range(len(typed), 0 if route == _SEARCH else len(typed) - 1, -1):
                key = self._key(session, level, place, route, typed[:length])
                answer = self._answers.get(key)
                if answer is not None and (answer.is_complete or length == len(typed)):
                    return answer
        return None

    # -- requests ----------------------------------------------------------------------------------

    def _in_time(self, key: Any, work: Callable[[], Any], deadline: float) -> Any:
        """Return the result of a function that another thread calls; None if it takes longer.

        While it is called for a key, it is not called for this key again, nor waited for beyond the
        deadline of the first call.
        """
        with self._lock:
            running = self._running.get(key)
            if running is None:
                running = self._running[key] = deadline, Future()
                name, arguments = "dynclient-names", (key, running[1], work)
                threading.Thread(target=self._work, args=arguments, name=name, daemon=True).start()
        first, future = running
        futures.wait([future], max(0.0, min(deadline, first) - self._clock()))
        if not future.done():
            return None
        if (error := future.exception()) is not None:
            _log().debug("no names: %s", error)
            return None
        return future.result()

    def _work(self, key: Any, future: Future[Any], work: Callable[[], Any]) -> None:
        result, problem = None, None
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 - kept in the future, as executors do
            problem = error
        with self._lock:
            if isinstance(result, Answer):
                self._answers[key] = result
            elif key != _RELEASE:
                self._failures[key] = True
            del self._running[key]
        if problem is None:
            future.set_result(result)
        else:
            future.set_exception(problem)

    def _ask(
        self, session: Session, release: Release, level: Level, place: Place, route: str
    ) -> Answer | None:
        """Send one request, and return what it found; None if nothing can be sent."""
        from dynclient.session.quiet_session import quiet_session

        quiet = quiet_session(session, release, _REQUEST)
        if quiet is None:
            return None
        if route == _SEARCH:
            return _searched(quiet, level, place)
        return _listed(quiet, level, self._filters(session, release, level, place))

    def _filters(
        self, session: Session, release: Release, level: Level, place: Place
    ) -> dict[str, str]:
        """Return the filter of a list for the innermost parent that it has a filter for."""
        operation = level.spec.operations["list"]
        for field, kind, count in level.parents:
            name = fqn.build(*place.above[:count])
            by_key: dict[str, str] = {}
            for parameter in operation.parameters:
                taken = entity_filter(operation, parameter, release)
                if parameter.place == "query" and (
                    kind in taken.types or (parameter.name == field and not taken.types)
                ):
                    by_key.setdefault(taken.key, parameter.name)
            if "fqn" in by_key:
                return {by_key["fqn"]: name}
            identity = self._id(session, name)
            if "id" in by_key and identity is not None:
                return {by_key["id"]: identity}
        return {}

    def _id(self, session: Session, name: str) -> str | None:
        """Return the id of an entity that was a candidate before."""
        with self._lock:
            answers = [each for key, each in self._answers.items() if key[0] == session.changes]
        return next((each.ids[name] for each in answers if each.ids.get(name)), None)


def _level(release: Release, entity_type: str | EntityType, count: int) -> Level | None:
    """Return the level behind a number of names; None if its entities cannot be listed."""
    own = catalogue(release).find(entity_type)
    parents = name_parents(release, own.entity)
    types = parents.types
    is_last = count >= len(types)
    spec = own if is_last else catalogue(release).find(types[count][1])
    if "list" not in spec.operations:
        return None
    above = [(field, kind, n + 1) for n, (field, kind) in enumerate(types[:count])]
    if parents.nested:
        above += [("parent", own.entity.name, n + 1) for n in range(len(types), count)]
    return Level(spec, is_last, tuple(reversed(above)))


def _routes(release: Release, level: Level, place: Place) -> Sequence[str]:
    """Return the ways to find names, the best first.

    Few entities are above others, so those are listed. Of the last level there may be thousands,
    so a beginning is searched for; the list finds what the index does not have yet.
    """
    from dynclient.extensions.search import has_index

    if not place.beginning or not has_index(release, level.spec.entity.name):
        return (_LIST,)
    return (_SEARCH, _LIST) if level.is_last else (_LIST, _SEARCH)


def _listed(session: Session, level: Level, filters: Mapping[str, str]) -> Answer:
    operation = level.spec.operations["list"]._replace(as_json=True)
    response = session.call(Plan(operation, {"page_size": _PAGE, **filters}))
    paging = response.get("paging")
    is_complete = not (isinstance(paging, Mapping) and paging.get("after"))
    return Answer(dict(_identities(response.get("data"))), is_complete)


def _searched(session: Session, level: Level, place: Place) -> Answer:
    from dynclient.extensions.search import Search, beginning_filter
    from dynclient.extensions.search_hits import raw_hits

    search = Search(session)
    above = fqn.build(*place.above) + "." if place.above else ""
    plain, quoted = f"{above}{place.beginning}", f'{above}"{place.beginning}'
    beginnings = [quoted] if "." in place.beginning else [plain, quoted]
    response = search.call(
        "query",
        {
            "q": "*",
            "index": search.index_of(level.spec.entity.name),
            "query_filter": beginning_filter(_FQN, beginnings),
            "size": _PAGE,
            "include_source_fields": ["id", _FQN],
        },
    )
    hits = raw_hits(response)
    return Answer(dict(_identities(hit.get("_source") for hit in hits)), len(hits) < _PAGE)


def _identities(entities: Any) -> Iterator[tuple[str, str]]:
    """Yield name and id of each entity that has a name."""
    for each in entities if isinstance(entities, Iterable) else ():
        if isinstance(each, Mapping) and isinstance(each.get(_FQN), str):
            yield each[_FQN], str(each.get("id") or "")


def _candidates(names: Iterable[str], level: Level, place: Place) -> set[str]:
    """Return the candidates in the names of entities at, or below, a level."""
    depth = len(place.above)
    found = set()
    for name in names:
        try:
            parts = fqn.split(name)
            if tuple(parts[:depth]) != place.above or len(parts) <= depth:
                continue
            if not parts[depth].startswith(place.beginning):
                continue
            is_whole = level.is_last and len(parts) == depth + 1
            found.add(name if is_whole else fqn.build(*parts[: depth + 1]) + ".")
        except BadName:  # servers accept names that no fully qualified name can contain
            continue
    return found


def _log() -> logging.Logger:
    import logging

    return logging.getLogger(__name__)
