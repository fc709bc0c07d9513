"""The sections of documents: what other requests than the create request set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient import model
from dynclient.as_code.request_fields import NAME, Reference, RequestFields
from dynclient.bulk.order import parents_of
from dynclient.data import data_file
from dynclient.extensions.registry import client_names, extensions
from dynclient.operations.entity_filters import service_types

if TYPE_CHECKING:
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.schema import EntityType, Release
    from dynclient.session.session import Session

PATCHED = "fields"
FOLLOWERS = "followers"
LINEAGE = "lineage"
SAMPLE_DATA = "sampleData"
PROFILE = "profile"
FEED = "feed"

_LINEAGE = "type/entityLineage.json"
_LINEAGE_POINTER = "/definitions/lineageDetails"
_COLUMNS = "columns"


class Switches(NamedTuple):
    """Which sections are read; each but ``followers`` takes a request for each entity."""

    followers: bool = False
    lineage: bool = False
    sample_data: bool = False
    profiles: bool = False
    feeds: bool = False


class SectionReader:
    """Reads the sections of documents from a server.

    Args:
        session: the session of the server.
        switches: which sections are read.
    """

    def __init__(self, session: Session, switches: Switches) -> None:
        self._session = session
        self._release = session.release
        self._switches = switches
        self._capabilities: dict[tuple[str, str], bool] = {}

    def sections(
        self, spec: CollectionSpec, raw: Mapping[str, Any]
    ) -> tuple[dict[str, Any], list[Reference]]:
        """Return the sections of an entity, and the references in them.

        Args:
            spec: its collection.
            raw: its JSON, with the fields that documents have.
        """
        entity, switches = spec.entity, self._switches
        fields = RequestFields(self._release, entity, entity.create or "", portable=True)
        found: dict[str, Any] = {PATCHED: fields.patched(raw)}
        if switches.followers and raw.get(FOLLOWERS):
            found[FOLLOWERS] = fields.own_value(FOLLOWERS, raw[FOLLOWERS])
        if switches.lineage and self.has_lineage(entity):
            found[LINEAGE] = [*self._edges(fields, entity, raw)]
        if switches.sample_data and self._supports(spec, "sample_data"):
            found[SAMPLE_DATA] = self._sample_data(spec, raw)
        if switches.profiles and self._supports(spec, "latest_profile"):
            found[PROFILE] = self._profile(spec, raw)
        if switches.feeds and FEED in self._features:
            found[FEED] = [*self._threads(entity, raw)]
        return {name: value for name, value in found.items() if value}, fields.references

    @cached_property
    def _features(self) -> frozenset[str]:
        """The names of the extensions that the client of the server has."""
        return frozenset(client_names(self._release, self._session.contract.cached_index()))

    def _supports(self, spec: CollectionSpec, method: str) -> bool:
        """Return whether a collection has a method of the extension for profiles."""
        key = (spec.attribute, method)
        if key not in self._capabilities:
            entry = extensions()["profiles"]
            index = self._session.contract.cached_index()
            needs = entry.methods[method]
            self._capabilities[key] = needs.is_met(self._release, entry.rows, spec, index)
        return self._capabilities[key]

    def has_lineage(self, entity: EntityType) -> bool:
        """Return whether entities of a type are data of a service, between which data flow."""
        if LINEAGE not in self._features:
            return False
        services = {*service_types(None, self._release)}
        return any(kind in services for _, kind in parents_of(self._release, entity).types)

    def _edges(
        self, fields: RequestFields, entity: EntityType, raw: Mapping[str, Any]
    ) -> Iterator[dict[str, Any]]:
        """Yield the edges into an entity, in the order of what they come from."""
        from dynclient.extensions.lineage import LineageExtension

        graph = LineageExtension(self._session)(
            {"id": raw["id"], "type": entity.name}, upstream=1, downstream=0
        )
        edges = []
        for edge in graph.edges:
            source, target = model.raw(edge.source), model.raw(edge.target)
            if target["id"] != raw["id"] or not source.get(NAME):
                continue
            details = {} if edge.details is None else model.raw(edge.details)
            if (details.get("pipeline") or {}).get("id") == raw["id"]:
                continue  # an edge between others, to which a graph adds what moves the data
            edges.append(portable_edge(fields, self._release, source, details))
        yield from sorted(edges, key=lambda each: (each["from"]["type"], each["from"][NAME]))

    def _sample_data(self, spec: CollectionSpec, raw: Mapping[str, Any]) -> Any:
        from dynclient.extensions.profiles import Profiles

        data = Profiles(self._session, spec.attribute).sample_data(raw["id"])
        return None if data is None else _present(model.json_of(data))

    def _profile(self, spec: CollectionSpec, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Return the last profile of a table as the request has it that writes profiles."""
        from dynclient.extensions.profiles import Profiles

        table = model.raw(Profiles(self._session, spec.attribute).latest_profile(raw[NAME]))
        columns = [
            _present(column[PROFILE])
            for column in _columns(table.get(_COLUMNS) or ())
            if column.get(PROFILE)
        ]
        found = {"tableProfile": _present(table.get(PROFILE) or {}), "columnProfile": columns}
        return {name: value for name, value in found.items() if value}

    def _threads(self, entity: EntityType, raw: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the conversations about an entity, the oldest first."""
        from dynclient.extensions.feed import Feed

        feed = Feed(self._session)
        target = {"id": raw["id"], "type": entity.name, NAME: raw.get(NAME) or raw["name"]}
        threads = [
            model.raw(thread)
            for resolved in (False, True)
            for thread in feed.conversations(target, resolved=resolved)
        ]
        for thread in sorted(threads, key=lambda each: (each.get("threadTs", 0), each["id"])):
            posts = thread.get("posts") or []
            if thread.get("postsCount", 0) > len(posts):
                posts = [model.raw(post) for post in feed.posts(thread["id"])]
            yield {
                "about": thread["about"],
                "from": thread.get("createdBy"),
                "message": thread["message"],
                "posts": [{"from": post["from"], "message": post["message"]} for post in posts],
            }


def portable_edge(
    fields: RequestFields,
    release: Release,
    source: Mapping[str, Any],
    details: Mapping[str, Any],
) -> dict[str, Any]:
    """Return an edge as documents have it.

    Args:
        fields: notes what the edge refers to.
        release: the release of the server.
        source: reference to the entity whose data flow.
        details: the details of the edge.
    """
    start = {"type": source["type"], NAME: source[NAME]}
    fields.references.append(Reference("", source["type"], source[NAME]))
    place = release.node(_LINEAGE, _LINEAGE_POINTER)
    return {"from": start, **_details(fields.portable(place, dict(details)))}


def _details(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return the details of an edge without what servers set."""
    server = data_file("create_requests.json")["server_fields"]
    return {
        name: value
        for name, value in _present(dict(details)).items()
        if name not in server and value not in ([], {}, "")
    }


def _present(value: Any) -> Any:
    """Return a copy of JSON without fields that are null."""
    if isinstance(value, dict):
        return {name: _present(inner) for name, inner in value.items() if inner is not None}
    return [_present(each) for each in value] if isinstance(value, list) else value


def _columns(columns: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield columns, each before those in it."""
    for column in columns:
        yield column
        yield from _columns(column.get("children") or ())
