"""The contract of one server: the routes of its collections, their filters and its operations.

Each fact says which source it comes from, see :mod:`dynclient.session.route_facts`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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
from dynclient.operations.catalogue import Catalogue, CollectionSpec, catalogue

if TYPE_CHECKING:
    from dynclient.dispatch.dispatcher import Dispatcher
    from dynclient.openapi.index import Index
    from dynclient.schema import EntityType, Release
    from dynclient.session.route_facts import RouteFact
    from dynclient.session.server_info import ServerInfo


class Contract:
    """What is known about the collections and operations of one server.

    ``om.contract["tables"]`` says where tables are and which source says so. It requests the
    server's OpenAPI document if that is not known yet. :meth:`load` requests everything at once.

    Args:
        server: what the server says about itself.
        dispatcher: sends requests.
        release: returns the release whose schemas are used; may send requests.
    """

    def __init__(
        self, server: ServerInfo, dispatcher: Dispatcher, release: Callable[[], Release]
    ) -> None:
        self._server = server
        self._dispatcher = dispatcher
        self._choose_release = release
        self._specs: dict[str, CollectionSpec] = {}
        self._specs_index: Index | None = None
        self._resources: Mapping[str, str | None] | None = None
        self._probed: dict[str, bool] = {}

    # -- the server and its document ---------------------------------------------------------------

    @property
    def release(self) -> Release:
        """The release whose schemas are used."""
        return self._choose_release()

    @property
    def version(self) -> str:
        """The server's version, as it reports it."""
        return self._server.version

    @property
    def revision(self) -> str:
        """The revision that the server was built from; empty where the server does not say."""
        return self._server.build.revision

    @property
    def openapi(self) -> Index | None:
        """The index of the server's OpenAPI document, or None if there is none; see ``why``."""
        return self._server.openapi

    @property
    def origin(self) -> str | None:
        """Where the document comes from: ``server`` or ``cache``; None if there is none."""
        return self._server.origin

    @property
    def why(self) -> str | None:
        """Why there is no OpenAPI document; None if there is one, or none was requested yet."""
        return self._server.why

    def load(self) -> Contract:
        """Request the server's OpenAPI document and its resources, and return this contract.

        The document is requested again if that failed before; the resources always are.
        """
        self._server.load()
        self._resources = self._entities_by_resource()
        return self

    def cached_index(self) -> Index | None:
        """Return the index of the document as far as it is known without a request."""
        return self._server.cached_index()

    def completion_index(self) -> Index | None:
        """Return the index that completion uses: without a request, perhaps of an earlier build."""
        return self._server.completion_index()

    # -- collections -------------------------------------------------------------------------------

    @property
    def _catalogue(self) -> Catalogue:
        return catalogue(self.release)

    @property
    def _known_specs(self) -> dict[str, CollectionSpec]:
        """The collections as the server has them; a new document replaces them all."""
        index = self._server.index
        if index is not self._specs_index:
            self._specs, self._specs_index = {}, index
        return self._specs

    def spec(self, attribute: str) -> CollectionSpec:
        """Return a collection as it is known so far.

        Raises:
            KeyError: the release has no collection of that name.
        """
        found = self._known_specs.get(attribute)
        if found is not None:
            return found
        base = self._catalogue.collections[attribute]
        # A release built from an OpenAPI document has no folders, so its routes are guesses.
        index = self.openapi if self.release.lossy else self.cached_index()
        return base if index is None else self._placed(base, index)

    def _placed(self, base: CollectionSpec, index: Index) -> CollectionSpec:
        from dynclient.session.route_facts import place_of

        spec = self._refined(base, place_of(base, index), index)
        return self._known_specs.setdefault(base.attribute, spec)

    def find(self, key: str | type | EntityType) -> CollectionSpec:
        """Return a collection by any of its names, see :meth:`Catalogue.find`.

        Raises:
            UnknownCollection: the release has no collection of that name.
        """
        return self.spec(self._catalogue.find(key).attribute)

    def relocate(self, spec: CollectionSpec) -> bool:
        """Look for another route of a collection whose route does not exist on the server.

        Requests the server's document; addresses in earlier responses count too.

        Returns:
            Whether there is another route, which :meth:`spec` returns from now on.
        """
        from dynclient.session.route_facts import place_of

        index = self.openapi
        base = self._catalogue.collections[spec.attribute]
        route = place_of(base, index) or self._dispatcher.hrefs.get(base.entity.name)
        if route is None or route == spec.route:
            return False
        relocated = self._refined(base, route, index)
        self._known_specs[spec.attribute] = relocated
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
        """Request the document if the data are not sure that a list takes some keyword.

        Args:
            spec: the collection.
            keywords: the keywords of the call.
        """
        names = [name for name, value in keywords.items() if value is not None]
        parameters = {each.name: each for each in spec.operations["list"].parameters}
        doubtful = [n for n in names if n not in parameters or parameters[n].guessed]
        if not doubtful or self._server.index is not None or self.openapi is not None:
            return
        guessed = ", ".join(name for name in doubtful if name in parameters)
        if guessed:
            from dynclient import warn
            from dynclient.errors import DynclientWarning

            message = (
                f"{spec.attribute} may not support the filter {guessed}, which is known from other"
                " releases only; the server ignores filters that it does not support. Its OpenAPI"
                f" document is not available: {self.why}"
            )
            warn.warn_user(message, DynclientWarning)

    def explained(self, error: BadArguments) -> BadArguments:
        """Return an error about filters with a note saying where the known filters come from."""
        is_unknown = any(problem.rule == "unknown" for problem in error.problems)
        if self._server.index is not None or not is_unknown:
            return error
        why = self.why or "om.contract.load() requests the server's own list"
        note = f"the filters are those that dynclient knows for {self.release.name}; {why}"
        return BadArguments(**{**error.parts, "message": f"{error.parts['message']}\n  ({note})"})

    # -- facts -------------------------------------------------------------------------------------

    @property
    def facts(self) -> dict[str, RouteFact]:
        """What is known of every collection, by its name, from the responses so far."""
        from dynclient.session.route_facts import RouteEvidence, facts

        hrefs = self._dispatcher.hrefs
        evidence = RouteEvidence(self.cached_index(), hrefs, self._resources, self._probed)
        return facts(self._catalogue, evidence)

    @property
    def resources(self) -> Mapping[str, str | None] | None:
        """The server's resources and their entity types (None: not in the release).

        Set by :meth:`load`; None before, or if the token may not list them.
        """
        return self._resources

    @property
    def unknown_entities(self) -> tuple[str, ...]:
        """Entity types that the server lists and the release lacks, sorted; see ``resources``."""
        resources = self._resources or {}
        return tuple(sorted(name for name, entity in resources.items() if entity is None))

    @property
    def missing_entities(self) -> tuple[str, ...]:
        """Entity types of the release that the server neither lists nor documents, sorted."""
        found = self.facts.values()
        doubtful = {"absent", "unknown"}
        return tuple(sorted(f.entity for f in found if f.listed is False and f.status in doubtful))

    def probe(self) -> Contract:
        """Request one entity of every collection whose status is unknown; return this contract.

        The response says whether the route exists, if the token may list there.
        """
        for attribute, fact in self.facts.items():
            listing = self.spec(attribute).operations.get("list")
            if fact.status != "unknown" or listing is None or "{" in listing.route:
                continue
            try:
                self._dispatcher.call(listing, {"page_size": 1})
            except (NotFound, MethodNotAllowed) as error:
                if is_route(error.message):
                    self._probed[attribute] = False
            except (ServerError, TransportError):
                continue  # says nothing about the route
            else:
                self._probed[attribute] = True
        return self

    def _entities_by_resource(self) -> Mapping[str, str | None] | None:
        from dynclient.operations.routes import resource_entities

        names = self._server.resources()
        if names is None:
            return None
        return resource_entities(names, [*self.release.entities, *self.release.time_series])

    # -- as a container ----------------------------------------------------------------------------

    def __getitem__(self, key: Any) -> RouteFact:
        """Return what is known of a collection, by any of its names.

        Raises:
            UnknownCollection: the release has no collection of that name.
        """
        attribute = self._catalogue.find(key).attribute
        _ = self.openapi  # requested, so that the facts include it
        return self.facts[attribute]

    def __contains__(self, key: Any) -> bool:
        try:
            self._catalogue.find(key)
        except UnknownCollection:
            return False
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(self._catalogue.collections)

    def __len__(self) -> int:
        return len(self._catalogue.collections)

    def __bool__(self) -> bool:
        return True  # without this, bool() asks for the length, which may send a request

    def _ipython_key_completions_(self) -> list[str]:
        return list(self) if self._dispatcher.release is not None else []

    def __repr__(self) -> str:
        host = self._server.host
        if self._dispatcher.release is None:
            return f"<Contract of {host}, not loaded; load it with om.contract.load()>"
        statuses = [fact.status for fact in self.facts.values()]
        counts = ", ".join(
            f"{statuses.count(status)} {status}" for status in dict.fromkeys(sorted(statuses))
        )
        build, index = self._server.known_build, self._server.index
        version = "not requested yet" if build is None else build.version
        document = self.why or "not requested yet; load it with om.contract.load()"
        if index is not None:
            document = f"{len(index.operations)} operations, from the {self.origin}"
        return (
            f"<Contract of {host}\n"
            f"  server: {version}; schemas: {self.release.name}\n"
            f"  routes of {len(statuses)} collections: {counts}\n"
            f"  OpenAPI document: {document}>"
        )
