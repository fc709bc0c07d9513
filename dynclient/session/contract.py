"""What is known of one server: where its collections lie, what it offers, and which source says so.

The server's OpenAPI document is asked for when something first needs it: a filter that the data are
not sure of, an operation beyond the usual ones, a question about the contract. No entity has to
wait for it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from dynclient.dispatch.responses import is_route
from dynclient.errors import (
    BadArguments,
    MethodNotAllowed,
    NotFound,
    ServerError,
    TransportError,
    UnknownCollection,
)
from dynclient.operations.catalogue import CollectionSpec
from dynclient.transport.request import Request

if TYPE_CHECKING:
    from dynclient.client.client import Client
    from dynclient.openapi.index import Index
    from dynclient.openapi.index_cache import Documents
    from dynclient.schema import EntityType, Release
    from dynclient.session.route_facts import RouteFact

_RESOURCES = Request("GET", "/v1/policies/resources")


class Contract:
    """What is known of one server, by the names of its collections.

    ``om.contract["tables"]`` tells where tables lie and what says so; that asks the server for its
    OpenAPI document, unless it is known already. :meth:`load` asks for everything at once.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._kept: Documents | None = None
        self._guard = threading.RLock()
        self._process = os.getpid()
        self._index: Index | None = None
        self._origin: str | None = None
        self._why: str | None = None
        self._asked = False
        self._recalled = False
        self._glance: Index | None = None
        self._specs: dict[str, CollectionSpec] = {}
        self._resources: Mapping[str, str | None] | None = None
        self._answers: dict[str, bool] = {}

    # -- the server and its document ---------------------------------------------------------------

    @property
    def release(self) -> Release:
        """The release whose schemas are spoken."""
        return self._client.release

    @property
    def version(self) -> str:
        """The server's version, as it tells it."""
        return self._client.version

    @property
    def revision(self) -> str:
        """The revision that the server was built from; empty where it does not tell."""
        return self._client._build.revision

    @property
    def openapi(self) -> Index | None:
        """What the server's OpenAPI document tells, or None where none can be had; see ``why``."""
        if not self._asked:
            with self._lock:
                if not self._asked:
                    self._ask()
                    self._asked = True  # only now: others must not go on without it
        return self._index

    @property
    def origin(self) -> str | None:
        """Where the document was had from: ``server`` or ``cache``; None where it was not."""
        return self._origin

    @property
    def why(self) -> str | None:
        """Why no OpenAPI document can be had; None where one was, or none was asked for yet."""
        return self._why

    def load(self) -> Contract:
        """Ask the server for its OpenAPI document and its resources, and return this contract.

        The document is asked for again where that failed before, the resources always are.
        """
        with self._lock:
            if self._index is None:
                self._ask()
                self._asked = True
            self._resources = self._asked_resources()
        return self

    @property
    def _lock(self) -> threading.RLock:
        """The lock of this process; in a forked child another thread's would never be released."""
        if self._process != os.getpid():
            self._guard, self._process = threading.RLock(), os.getpid()
        return self._guard

    @property
    def _documents(self) -> Documents:
        """Where documents come from; most processes need none."""
        if self._kept is None:
            from dynclient.openapi.index_cache import Documents

            self._kept = Documents(self._client.host, self._client._dispatcher)
        return self._kept

    def _ask(self) -> None:
        from dynclient.openapi.index_cache import first_line

        try:
            build = self._client._build
        except (ServerError, TransportError) as error:
            self._why = f"the server does not tell its version: {first_line(error)}"
            return
        known = self._documents.kept(build)
        if known is not None:
            self._take(known, "cache")
            return
        index, self._why = self._documents.fetch(build)
        if index is not None:
            self._take(index, "server")

    def _take(self, index: Index, origin: str) -> None:
        self._index, self._origin, self._why = index, origin, None
        self._specs = {}
        self._asked = True

    def cached_index(self) -> Index | None:
        """Return what is known of the document without asking the server anything."""
        told = self._client._told
        if self._index is None and not self._recalled and told is not None:
            with self._lock:
                found = self._documents.kept(told)
                self._recalled = True
                if found is not None and self._index is None:
                    self._take(found, "cache")
        return self._index

    def completion_index(self) -> Index | None:
        """Return what completion shows: the same, or what the server told an earlier process."""
        known = self.cached_index()
        if known is not None or self._client._told is not None:
            return known
        if self._glance is None:
            build = self._documents.last_build()
            self._glance = None if build is None else self._documents.kept(build)
        return self._glance

    # -- collections -------------------------------------------------------------------------------

    def spec(self, attribute: str) -> CollectionSpec:
        """Return a collection as it is known so far.

        Raises:
            KeyError: the release has none of that name.
        """
        found = self._specs.get(attribute)
        if found is not None:
            return found
        base = self._client._known().collections[attribute]
        # What was made of a server's words alone knows no folders, so its routes are guesses.
        index = self.openapi if self.release.lossy else self.cached_index()
        return base if index is None else self._placed(base, index)

    def _placed(self, base: CollectionSpec, index: Index) -> CollectionSpec:
        from dynclient.session.route_facts import place_of

        made = self._refined(base, place_of(base, index), index)
        return self._specs.setdefault(base.attribute, made)

    def find(self, key: str | type | EntityType) -> CollectionSpec:
        """Return the collection that a key means, see :meth:`Catalogue.find`.

        Raises:
            UnknownCollection: the release has none of that name.
        """
        return self.spec(self._client._known().find(key).attribute)

    def moved(self, spec: CollectionSpec) -> bool:
        """Tell whether a collection lies elsewhere after all, where its route turned out wrong.

        The server is asked for its document; addresses in its earlier answers count, too.
        """
        from dynclient.session.route_facts import place_of

        index = self.openapi
        base = self._client._known().collections[spec.attribute]
        place = place_of(base, index) or self._client._dispatcher.hrefs.get(base.entity.name)
        if place is None or place == spec.route:
            return False
        self._specs[spec.attribute] = self._refined(base, place, index)
        return True

    def _refined(
        self, base: CollectionSpec, route: str | None, index: Index | None
    ) -> CollectionSpec:
        """Return a collection at this server's route, with the parameters that it documents."""
        if index is None:
            return CollectionSpec(self.release, base.entity, route)
        from dynclient.openapi.operations import merge_server_parameters

        refine = partial(merge_server_parameters, index=index)
        return CollectionSpec(self.release, base.entity, route, refine)

    def confirm_filters(self, spec: CollectionSpec, keywords: Mapping[str, Any]) -> None:
        """Ask for the document, where the data are not sure that a list takes some keyword.

        Args:
            spec: the collection.
            keywords: what its list is asked for.
        """
        given = [name for name, value in keywords.items() if value is not None]
        parameters = {each.name: each for each in spec.operations["list"].parameters}
        doubted = [n for n in given if n not in parameters or parameters[n].guessed]
        if not doubted or self._index is not None or self.openapi is not None:
            return
        guessed = ", ".join(name for name in doubted if name in parameters)
        if guessed:
            from dynclient import warn
            from dynclient.errors import DynclientWarning

            message = (
                f"whether this server lists {spec.attribute} by {guessed} is a guess from other"
                f" releases; what it does not know it ignores. No certainty: {self._why}"
            )
            warn.warn_user(message, DynclientWarning)

    def explained(self, error: BadArguments) -> BadArguments:
        """Return an error about filters that tells on what grounds they were refused."""
        unknown = any(problem.rule == "unknown" for problem in error.problems)
        if self._index is not None or not unknown:
            return error
        why = self._why or "the server was not asked, om.contract.load() does"
        note = f"known are the filters that dynclient has of {self.release.name}; {why}"
        return BadArguments(**{**error.parts, "message": f"{error.parts['message']}\n  ({note})"})

    # -- facts -------------------------------------------------------------------------------------

    @property
    def facts(self) -> dict[str, RouteFact]:
        """What is known of every collection, from what was asked so far."""
        from dynclient.session.route_facts import RouteEvidence, facts

        hrefs = self._client._dispatcher.hrefs
        evidence = RouteEvidence(self.cached_index(), hrefs, self._resources, self._answers)
        return facts(self._client._known(), evidence)

    @property
    def resources(self) -> Mapping[str, str | None] | None:
        """What the server lists as resources, and the entity types they are (None: unknown here).

        Asked for by :meth:`load`; None where it was not, or the token may not see them.
        """
        return self._resources

    @property
    def unknown_entities(self) -> tuple[str, ...]:
        """Entity types that the server lists and the release lacks, sorted; see ``resources``."""
        resources = self._resources or {}
        return tuple(sorted(name for name, entity in resources.items() if entity is None))

    @property
    def missing_entities(self) -> tuple[str, ...]:
        """Entity types of the release that the server neither lists nor tells of, sorted."""
        found = self.facts.values()
        doubted = {"absent", "unknown"}
        return tuple(sorted(f.entity for f in found if f.listed is False and f.status in doubted))

    def probe(self) -> Contract:
        """Ask every collection that is unknown for one entity, and return this contract.

        What the server says tells whether it has the route, as long as the token may list there.
        """
        for attribute, fact in self.facts.items():
            listing = self.spec(attribute).operations.get("list")
            if fact.status != "unknown" or listing is None or "{" in fact.route:
                continue
            try:
                self._client._dispatcher.call(listing, {"limit": 1})
            except (NotFound, MethodNotAllowed) as error:
                if is_route(error.message):
                    self._answers[attribute] = False
            except (ServerError, TransportError):
                continue  # which tells nothing about the route
            else:
                self._answers[attribute] = True
        return self

    def _asked_resources(self) -> Mapping[str, str | None] | None:
        from dynclient.operations.routes import resource_entities

        try:
            told = self._client._dispatcher.send(_RESOURCES)
        except (ServerError, TransportError):
            return None
        listed = told.get("data") if isinstance(told, dict) else None
        names = [each.get("name") for each in listed or () if isinstance(each, dict)]
        known = [*self.release.entities, *self.release.time_series]
        return resource_entities([name for name in names if isinstance(name, str)], known)

    # -- as a container ----------------------------------------------------------------------------

    def __getitem__(self, key: Any) -> RouteFact:
        """Return what is known of a collection, by any of its names.

        Raises:
            UnknownCollection: the release has none of that name.
        """
        attribute = self._client._known().find(key).attribute
        _ = self.openapi  # asked for, so that the facts hold what it tells
        return self.facts[attribute]

    def __contains__(self, key: Any) -> bool:
        try:
            self._client._known().find(key)
        except UnknownCollection:
            return False
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(self._client._known().collections)

    def __len__(self) -> int:
        return len(self._client._known().collections)

    def __bool__(self) -> bool:
        return True  # a question about the object, not worth a request

    def _ipython_key_completions_(self) -> list[str]:
        return list(self) if self._client._dispatcher.release is not None else []

    def __repr__(self) -> str:
        client = self._client
        if client._dispatcher.release is None:
            return f"<Contract of {client.host}, not asked yet; om.contract.load() does>"
        statuses = [fact.status for fact in self.facts.values()]
        counts = ", ".join(
            f"{statuses.count(status)} {status}" for status in dict.fromkeys(sorted(statuses))
        )
        version = "not asked" if client._told is None else client._told.version
        told = self._why or "not asked for yet; om.contract.load() does"
        if self._index is not None:
            told = f"{len(self._index.operations)} operations, from the {self._origin}"
        return (
            f"<Contract of {client.host}\n"
            f"  server: {version}; schemas: {self.release.name}\n"
            f"  routes of {len(statuses)} collections: {counts}\n"
            f"  OpenAPI document: {told}>"
        )
