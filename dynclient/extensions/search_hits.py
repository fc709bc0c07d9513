"""The results of searches: lazy hits, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import index
from typing import TYPE_CHECKING, Any, overload

from dynclient.display.displayed import Displayed
from dynclient.errors import DynclientError, NotSupported, OutOfRange, Problem, ResponseInvalid
from dynclient.secrets import printable

if TYPE_CHECKING:
    from dynclient.display.blocks import Block

WINDOW = 10_000
"""The number of hits that a search engine returns by their position."""
_SHOWN = 5
_SHOWN_ROWS = 10
_UNIQUE_ORDERS: Sequence[Mapping[str, str]] = (
    {},
    {"sort_field": "fullyQualifiedName", "sort_order": "asc"},
    {"sort_field": "fullyQualifiedName", "sort_order": "desc"},
)
"""The orders in which a search can continue after a hit: no two hits have the same value."""


class Hit(Displayed, Mapping[str, Any]):
    """One result of a search: a document of the search index, which is not an entity.

    ``hit["columns"]`` is a field of the document, with secrets masked. Documents are a little older
    than the entities; :meth:`entity` reads the entity.

    Args:
        raw: the hit as the server returned it, with secrets masked.
        entity_type: the type of the entity; empty if it is not known.
        read: returns the entity of a type and an id.

    Attributes:
        type: the type of the entity, ``table``; empty if the release does not know it.
        id: the id of the entity.
        score: how well it fits the words; None if the hits are sorted by a field.
        highlight: texts in which the words were found, by field, with HTML around the words.
    """

    def __init__(
        self,
        raw: Mapping[str, Any],
        entity_type: str,
        read: Callable[[str, str, Sequence[str]], Any],
    ) -> None:
        self._source: Mapping[str, Any] = raw.get("_source") or {}
        self._read = read
        self.type = entity_type
        self.id = str(raw.get("_id") or self._source.get("id") or "")
        self.score: float | None = raw.get("_score")
        self.highlight: Mapping[str, list[str]] = raw.get("highlight") or {}
        self.sort: Sequence[Any] = raw.get("sort") or ()

    @property
    def name(self) -> str:
        """The name of the entity; empty if the hit does not have it."""
        return str(self._source.get("name") or "")

    @property
    def fullyQualifiedName(self) -> str:  # noqa: N802 - the name that entities have for it
        """The fully qualified name of the entity; empty if the hit does not have it."""
        return str(self._source.get("fullyQualifiedName") or "")

    @property
    def reference(self) -> dict[str, str]:
        """The reference to the entity, which calls accept instead of it."""
        return {"id": self.id, "type": self.type}

    def entity(self, fields: Sequence[str] = ()) -> Any:
        """Read the entity and return it.

        Args:
            fields: fields that the server returns on request only.

        Raises:
            NotFound: it was deleted since it was indexed.
        """
        return self._read(self.type, self.id, fields)

    def __getitem__(self, name: str) -> Any:
        return self._source[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._source)

    def __len__(self) -> int:
        return len(self._source)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hit) and (self.type, self.id) == (other.type, other.id)

    def __hash__(self) -> int:
        return hash((self.type, self.id))

    def __repr__(self) -> str:
        score = "" if self.score is None else f", score {self.score:.3g}"
        name = printable(str(self.fullyQualifiedName or self.id))
        return f"<Hit {self.type or 'document'} {name}{score}>"

    def _blocks(self) -> Iterable[Block]:
        from dynclient.model.cards import document_blocks

        return document_blocks(self.type or "document", self._source)


def raw_hits(response: Any) -> list[Mapping[str, Any]]:
    """Return the hits of a response as the server sent them.

    Raises:
        ResponseInvalid: the response is not that of a search.
    """
    found = response.get("hits") if isinstance(response, Mapping) else None
    hits = found.get("hits") if isinstance(found, Mapping) else None
    if isinstance(hits, list) and all(isinstance(hit, Mapping) for hit in hits):
        return hits
    message = "must be the hits of a search; check the host, and whether a proxy responds"
    problem = Problem("hits.hits", None, "type", message)
    raise ResponseInvalid(what="the response to the search", problems=[problem])


Fetch = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Sends a search with additional arguments and returns the decoded response, an object."""


class Hits(Displayed, Sequence[Hit]):
    """The results of a search, requested page by page as they are read.

    At a prompt and in a notebook, the first ten hits are displayed.

    ``len()``, ``.total`` and ``.facets`` need the first page only. ``hits[3]`` and ``hits[:20]``
    request the pages that they need.

    Args:
        fetch: sends the search with more arguments.
        make: returns the hit of one item of a response.
        limit: the largest number of hits; None for all.
        page_size: the number of hits of one request.
        continues: whether the server can continue a search after a hit.
        order: the arguments that sort the hits; empty if the best are first.
        release: the name of the release, for errors.
    """

    def __init__(
        self,
        fetch: Fetch,
        make: Callable[[Mapping[str, Any]], Hit],
        *,
        limit: int | None,
        page_size: int,
        continues: bool,
        order: Mapping[str, str],
        release: str,
    ) -> None:
        self._fetch = fetch
        self._make = make
        self._limit = limit
        self._page_size = page_size if limit is None else max(1, min(limit, page_size))
        self._continues = continues
        self._order = order
        self._release = release
        self._first: Mapping[str, Any] | None = None
        self._total: int | None = None
        self._page: tuple[int, list[Hit]] = (-1, [])
        self._preview: Mapping[str, Any] | DynclientError | None = None

    # -- the first page ----------------------------------------------------------------------------

    def _response(self) -> Mapping[str, Any]:
        if self._first is None:
            self._first = self._send({"from": 0, "size": self._page_size})
        return self._first

    def _send(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        response = self._fetch(arguments)
        raw_hits(response)
        shards = response.get("_shards") or {}
        if response.get("timed_out") or shards.get("failed"):
            from dynclient.errors import DynclientWarning
            from dynclient.warn import warn_user

            warn_user(
                "the search index did not search all of its parts; hits may be missing",
                DynclientWarning,
            )
        return response

    @property
    def total(self) -> int:
        """The number of entities that were found, also beyond the limit."""
        if self._total is None:
            total = self._response()["hits"].get("total")
            count = total.get("value") if isinstance(total, Mapping) else total
            if isinstance(total, Mapping) and total.get("relation") == "gte":
                exact = self._send({"from": 0, "size": 0, "track_total_hits": True})
                count = exact["hits"]["total"]["value"]
            self._total = int(count or 0)
        return self._total

    @property
    def facets(self) -> dict[str, dict[str, int]]:
        """How many of the found entities have which values: the count by value, by field."""
        found = {}
        for name, facet in (self._response().get("aggregations") or {}).items():
            buckets = facet.get("buckets") if isinstance(facet, Mapping) else None
            if isinstance(buckets, list):
                field = name.rpartition("#")[2].removesuffix(".keyword")
                found[field] = {str(one["key"]): int(one["doc_count"]) for one in buckets}
        return found

    @property
    def took(self) -> int:
        """How long the search of the first page took in the index, in milliseconds."""
        return int(self._response().get("took") or 0)

    # -- hits --------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return self.total if self._limit is None else min(self.total, self._limit)

    def __bool__(self) -> bool:
        return bool(self._response()["hits"]["hits"]) and self._limit != 0

    def __iter__(self) -> Iterator[Hit]:
        if self._limit == 0:
            return
        if len(self) > WINDOW and self._continues and self._order in _UNIQUE_ORDERS:
            yield from self._iterate_all()
            return
        at = 0
        while self._limit is None or at < self._limit:
            hits = self._hits_of(at // self._page_size)
            yield from hits if self._limit is None else hits[: self._limit - at]
            at += self._page_size
            if len(hits) < self._page_size:
                return

    def _hits_of(self, number: int) -> list[Hit]:
        """Return the hits of a page by its number, the first is 0."""
        if number == self._page[0]:
            return self._page[1]
        start = number * self._page_size
        if number == 0:
            response = self._response()
        elif start >= WINDOW:
            raise self._too_deep()
        else:
            response = self._send({"from": start, "size": min(self._page_size, WINDOW - start)})
        hits = [self._make(raw) for raw in response["hits"]["hits"]]
        self._page = (number, hits)
        if start + self._page_size > WINDOW and start + len(hits) == WINDOW < len(self):
            raise self._too_deep()
        return hits

    def _too_deep(self) -> Exception:
        if self._continues:
            hint = "without sort=, or by name, all can be read in a loop"
            return OutOfRange(f"a search returns {WINDOW:,} hits by their position; {hint}")
        return NotSupported(
            f"release {self._release} returns {WINDOW:,} hits of a search at most;"
            " add conditions, or read the entities with om.find()",
            name="search_after",
            since="",
            until="",
        )

    def _iterate_all(self) -> Iterator[Hit]:
        """Yield more hits than have positions, sorted by name: each page begins after a hit."""
        order = self._order or _UNIQUE_ORDERS[1]
        arguments: dict[str, Any] = {"from": 0, "size": self._page_size, **order}
        count = 0
        while True:
            hits = [self._make(raw) for raw in self._send(arguments)["hits"]["hits"]]
            is_last = len(hits) < self._page_size
            if not is_last:
                # Servers separate the values of search_after by commas.
                while hits and (not hits[-1].sort or "," in str(hits[-1].sort[0])):
                    hits.pop()
                if not hits or arguments.get("search_after") == str(hits[-1].sort[0]):
                    raise self._too_deep()
            for hit in hits:
                if self._limit is not None and count >= self._limit:
                    return
                yield hit
                count += 1
            if is_last:
                return
            arguments["search_after"] = str(hits[-1].sort[0])

    @overload
    def __getitem__(self, at: int) -> Hit: ...
    @overload
    def __getitem__(self, at: slice) -> list[Hit]: ...
    def __getitem__(self, at: int | slice) -> Hit | list[Hit]:
        if isinstance(at, slice):
            start, stop, step = at.start, at.stop, at.step
            if any(part is not None and index(part) < 0 for part in (start, stop, step)):
                return [self[place] for place in range(*at.indices(len(self)))]
            places = range(*at.indices(WINDOW + 1 if stop is None else stop))
            found = []
            for place in places:
                try:
                    found.append(self[place])
                except OutOfRange:
                    break
            return found
        place = index(at)
        if place < 0:
            place += len(self)
        hits = self._hits_of(place // self._page_size) if self._is_in_limit(place) else []
        offset = place % self._page_size
        if offset >= len(hits):
            raise OutOfRange(f"there is no hit {at}; the search has {len(self):,}")
        return hits[offset]

    def _is_in_limit(self, place: int) -> bool:
        return place >= 0 and (self._limit is None or place < self._limit)

    def __repr__(self) -> str:
        if self._first is None:
            from dynclient.display.interactive import is_at_prompt, may_fetch

            if not (is_at_prompt() and may_fetch()):
                return "<Hits, not requested yet>"
            from dynclient.display.text import draw_text

            return draw_text(self._blocks())
        lines = [repr(self._make(raw)) for raw in self._first["hits"]["hits"][:_SHOWN]]
        more = ["…"] if len(self) > len(lines) else []
        return "\n".join([f"<Hits: {len(self):,} of {self.total:,}>", *lines, *more])

    def _blocks(self) -> Iterable[Block]:
        from dynclient.display.interactive import may_fetch
        from dynclient.extensions import search_blocks

        if self._first is not None:
            return search_blocks.hit_blocks(self._first, self._make, self._limit)
        if self._preview is None:
            if not may_fetch():
                return search_blocks.not_read("Hits")
            self._preview = self._first_hits()
        return search_blocks.hit_blocks(self._preview, self._make, self._limit)

    def _first_hits(self) -> Mapping[str, Any] | DynclientError:
        """Return the response to a search of a few hits, or the error in its place."""
        try:
            return self._send({"from": 0, "size": min(_SHOWN_ROWS, self._page_size)})
        except DynclientError as error:
            return error.with_traceback(None)
