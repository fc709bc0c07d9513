"""Makes responses of two servers comparable: without ids, times, hosts and seeded texts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from itertools import groupby
from typing import Any

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_HOST = re.compile(r"https?://(?:server|127\.0\.0\.1(?::\d+)?|localhost(?::\d+)?)/api")
_SOURCE = re.compile(r"\s+at \[Source: .*", re.DOTALL)
_START_MARKER = re.compile(r"\(start marker at .*", re.DOTALL)
_KNOWN = re.compile(r"\(\d+ known properties: .*", re.DOTALL)
_PATTERN = re.compile(r'must match ".*"')
"""A pattern in the server's dialect of regular expressions."""
_JAVA = re.compile(r"\b(?:java|javax|org|com)\.[\w.$]+")
_DOCUMENT = re.compile(r"'\{.*\}' contains no value", re.DOTALL)
_EXCLUSIVE = re.compile(r"Tag labels (.*) and (.*) are mutually exclusive")
_ALIAS = re.compile(r"\bom\d+_(?=\w+_index\b)")
"""The prefix of the index names of one recorded server."""
_ENGINE_NAME = re.compile(r"\b(?:Elasticsearch|OpenSearch)\b")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")

REDACTED = "<redacted>"
_ENCRYPTED = "fernet:"
"""The beginning of a secret that the recorded server has encrypted."""
TEXTS = ("description", "displayName", "style")
"""Fields of seeded entities that each server fills with its own texts."""


EXPLAINED = {
    "parameterInputType": ("description", "input", "examples"),
    "prefixCondition": ("description", "displayName"),
    "passed": ("description", "message"),
}
"""Texts of functions and filters for conditions and of checks, by a field that only these have."""


DEPLOYMENT = {"openMetadataUrl", "clusterName", "authority", "samlConfiguration"}
"""Settings of one deployment."""


ENGINE = {
    "took", "_score", "max_score", "_seq_no", "_primary_term", "_version", "executionTime",
    "totalRecords", "failedRecords", "successRecords", "processedRecords",
}  # fmt: skip
"""Numbers that depend on everything a search engine has indexed; only their presence counts."""


class ValueMap:
    """Values of the recorded server and their counterparts on the sandbox, learnt in one replay."""

    def __init__(self) -> None:
        self.to_sandbox: dict[str, str] = {}
        """Ids of the sandbox by recorded id."""
        self.to_recorded: dict[str, str] = {}
        """Recorded ids by id of the sandbox."""
        self.created_ids: set[str] = set()
        """Recorded ids of what the scenario itself created."""
        self.created_fqns: set[str] = set()
        self.cursors: dict[str, str] = {}
        self.times: dict[int, int] = {}
        self.sent_times: set[int] = set()
        """Times that the scenario itself chose."""
        self.is_indexed = True
        """Whether the recorded server's search engine indexes what a scenario creates."""
        self.numbers: dict[int, int] = {}
        """Numeric ids that a server assigns in order: those of tasks."""

    def note_sent_times(self, value: Any) -> None:
        """Remember the times in the body of a recorded request."""
        if isinstance(value, dict):
            for inner in value.values():
                self.note_sent_times(inner)
        elif isinstance(value, list):
            for inner in value:
                self.note_sent_times(inner)
        elif _is_time(value) and value not in self.times:
            self.sent_times.add(value)

    def pair(self, recorded: str, actual: str) -> None:
        """Pair two ids, unless one of them is paired already."""
        if recorded not in self.to_sandbox and actual not in self.to_recorded:
            self.to_sandbox[recorded] = actual
            self.to_recorded[actual] = recorded

    def learn(self, recorded: Any, actual: Any) -> None:
        """Pair the ids and times at the same places of two bodies."""
        if isinstance(recorded, dict) and isinstance(actual, dict):
            # The numeric id comes first: paths of later requests contain it.
            if _is_number(recorded.get("id")) and _is_number(actual.get("id")):
                self.numbers.setdefault(recorded["id"], actual["id"])
            for key in recorded:
                if key in actual:
                    self.learn(recorded[key], actual[key])
        elif isinstance(recorded, list) and isinstance(actual, list):
            self._learn_lists(recorded, actual)
        elif _is_time(recorded) and _is_time(actual):
            # A time that the scenario chose is the same on both servers.
            if recorded not in self.sent_times:
                self.times[recorded] = actual
        elif isinstance(recorded, str) and isinstance(actual, str):
            recorded_ids, actual_ids = UUID.findall(recorded), UUID.findall(actual)
            is_id_or_link = len(recorded) == 36 or recorded.startswith("http")
            if len(recorded_ids) == len(actual_ids) and is_id_or_link:
                for one, other in zip(recorded_ids, actual_ids, strict=True):
                    self.pair(one, other)

    def _learn_lists(self, recorded: list[Any], actual: list[Any]) -> None:
        by_key = {_key(item): item for item in actual if _key(item) is not None}
        for position, item in enumerate(recorded):
            key = _key(item)
            if isinstance(item, dict) and "eventType" in item:
                continue  # a list of events begins with those of others
            if key is not None and key in by_key:
                self.learn(item, by_key[key])
            elif key is None and position < len(actual):
                self.learn(item, actual[position])

    def translate_path(self, path: str) -> str:
        """Return a recorded request's path with the ids of the sandbox."""
        steps = str(self.translate(path)).split("/")
        numbers = {str(recorded): str(actual) for recorded, actual in self.numbers.items()}
        return "/".join(numbers.get(step, step) for step in steps)

    def translate_query(self, query: dict[str, Any]) -> dict[str, Any]:
        """Return a recorded request's query for the sandbox.

        ``timestamp`` is the time from which on changes are listed: the first known time from then
        on is translated.
        """
        out: dict[str, Any] = self.translate(query)
        text = str(query.get("timestamp", ""))
        if text.isdecimal() and _is_time(int(text)) and self.times:
            later = [time for time in self.times if time >= int(text)]
            out["timestamp"] = self.times[min(later)] if later else max(self.times.values()) + 1
        return out

    def note_created(self, body: Any) -> None:
        """Remember the entity that a 201 response created."""
        if isinstance(body, dict) and isinstance(body.get("id"), str):
            self.created_ids.add(body["id"])
            self.created_fqns.add(str(body.get("fullyQualifiedName")))

    def translate(self, value: Any) -> Any:
        """Return a recorded request's value with the ids, times and cursors of the sandbox."""
        if isinstance(value, dict):
            return {self.translate(key): self.translate(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.translate(inner) for inner in value]
        if isinstance(value, str):
            if value in self.cursors:
                return self.cursors[value]
            return UUID.sub(lambda found: self.to_sandbox.get(found[0], found[0]), value)
        if _is_time(value):
            return self.times.get(value, value)
        return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_time(value: Any) -> bool:
    """Return whether a value is a recent time in ms."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and 1_600_000_000_000 < value < 2_000_000_000_000
    )


def _key(item: Any) -> Any:
    """Return what identifies an item of a list on both servers, or None."""
    if not isinstance(item, dict):
        return None
    if "fullyQualifiedName" in item:
        return (item.get("type"), item["fullyQualifiedName"])
    return item.get("tagFQN")


class Normaliser:
    """Rewrites bodies of one server, so that those of two can be compared.

    Args:
        values: what the replay has learnt.
        sandbox: whether the bodies are the sandbox's, not the recorded ones.
    """

    def __init__(self, values: ValueMap, *, sandbox: bool) -> None:
        self._values = values
        self._sandbox = sandbox

    def body(self, value: Any) -> Any:
        """Return a normalised body; an empty one was recorded as null or as an empty text."""
        if value == "":
            return None
        out = self._value(value, None)
        entity = isinstance(out, dict) and isinstance(out.get("id"), str) and "name" in out
        if entity and "version" in out and out["id"] not in self._values.created_ids:
            # Of a seeded entity only the names of its fields are compared.
            return {name: out[name] if name in {"id", "name"} else "<seeded>" for name in out
                    if name not in TEXTS}  # fmt: skip
        return out

    def _id(self, text: str) -> str:
        if self._sandbox:
            return self._values.to_recorded.get(text, "<id>")
        return text if text in self._values.to_sandbox else "<id>"

    def _value(self, value: Any, key: str | None) -> Any:
        if isinstance(value, dict):
            return self._dict(value)
        if isinstance(value, list):
            items = [self._value(inner, key) for inner in value]
            # A search document lists the parts of an FQN in the order of a hash set.
            return sorted(items, key=str) if key == "fqnParts" else items
        if isinstance(value, str):
            return self._text(value, key)
        if key in ENGINE and isinstance(value, int | float):
            return "<number>"
        if key == "id" and _is_number(value) and not self._sandbox:
            return self._values.numbers.get(value, value)
        # Search engines sort by times in ms as if they were seconds.
        is_time = _is_time(value) or (
            key == "sort" and _is_number(value) and _is_time(value / 1000)
        )
        return "<time>" if is_time else value

    def _dict(self, value: dict[str, Any]) -> Any:
        out = {
            key: self._value(inner, key) for key, inner in value.items() if key not in DEPLOYMENT
        }
        if {"version", "revision", "timestamp"} == set(value):
            # The version counts; the build does not.
            return {"version": str(value["version"]).partition("-")[0]}
        _drop_explanations(out)
        foreign = False
        if "tagFQN" in value:
            foreign = value["tagFQN"] not in self._values.created_fqns
        elif isinstance(value.get("id"), str) and "name" in value:
            foreign = out["id"] not in self._values.created_ids
        if foreign:
            for text in TEXTS:
                out.pop(text, None)
        if {"fieldsAdded", "fieldsUpdated", "fieldsDeleted"} & set(out):
            for name in ("fieldsAdded", "fieldsUpdated", "fieldsDeleted"):
                if isinstance(out.get(name), list):
                    out[name] = sorted(out[name], key=lambda one: json.dumps(one, sort_keys=True))
        if set(out) == {"data", "paging"} or ("data" in out and "paging" in out):
            self._page(out)
        if "hits" in out and "_shards" in out:
            self._search_page(out)
        if set(out) == {"suggest"} and not self._values.is_indexed:
            out = {"suggest": sorted(out["suggest"])}
        return out

    def _search_page(self, out: dict[str, Any]) -> None:
        """Keep the hits that the scenario created, in any order unless they are sorted.

        ``foreign`` says whether the index has entities of others. If the recorded server's engine
        does not index what is created, only the shape of the response is kept.
        """
        hits = out["hits"]
        if not self._values.is_indexed:
            out["hits"] = sorted(hits)
            out["aggregations"] = sorted(out.get("aggregations", ()))
            return
        kept = [hit for hit in hits["hits"] if hit["_id"] in self._values.created_ids]
        if not any("sort" in hit for hit in kept):
            kept.sort(key=lambda hit: str(hit["_id"]))
        total = hits["total"]["value"]
        if len(kept) != len(hits["hits"]) or total > len(self._values.created_ids):
            out["foreign"] = True
        out["hits"] = {**hits, "hits": kept}

    def _page(self, out: dict[str, Any]) -> None:
        """Keep what the scenario created; ``foreign`` says whether the page has anything else."""
        if not isinstance(out["data"], list):
            return
        kept = [
            item for item in out["data"]
            if not isinstance(_identity(item), str) or _identity(item) in self._values.created_ids
        ]  # fmt: skip
        paging = dict(out["paging"])
        for cursor in ("before", "after"):
            if cursor in paging:
                paging[cursor] = "<cursor>"
        out["foreign"] = len(kept) != len(out["data"])
        out["data"] = [item for _, items in groupby(kept, _name) for item in _by_fqn(items)]
        out["paging"] = paging

    def _text(self, value: str, key: str | None) -> Any:
        if value == REDACTED or value.startswith(_ENCRYPTED):
            return REDACTED
        if key in {"message", "responseMessage"} or key is None:
            return self._message(value)
        if value[:1] in {"[", "{"} and value[-1:] in {"]", "}"}:
            try:
                return {"<json>": self._value(json.loads(value), None)}
            except ValueError:
                pass
        if key in {"date", "startDate"} and _DATE.match(value):
            return "<date>"
        if value.startswith(_ENCRYPTED):
            return _ENCRYPTED + REDACTED
        text = _ALIAS.sub("", _HOST.sub("<host>/api", value))
        return UUID.sub(lambda found: self._id(found[0]), text)

    def _message(self, value: str) -> str:
        text = _SOURCE.sub("", value)
        both = _EXCLUSIVE.match(text)
        if both:
            # The server lists them in the order of a hash set.
            one, other = sorted((both[1], both[2]))
            return f"{one} and {other} exclude each other"
        if text.startswith("HEAD, "):
            return ", ".join(sorted(text.split(", ")))
        text = _START_MARKER.sub("", _PATTERN.sub("must match …", text))
        text = _KNOWN.sub("", text)
        text = _DOCUMENT.sub("'{}' contains no value", text)
        if _JAVA.search(text):
            # The server quotes its Java classes: only the kind of the error counts.
            text = text.split("`")[0].split('"')[0].strip()
        if text.startswith("[") and text.endswith("]") and ", " in text:
            text = f"[{', '.join(sorted(text[1:-1].split(', ')))}]"
        text = _ENGINE_NAME.sub("", _ALIAS.sub("", _HOST.sub("<host>/api", text)))
        return UUID.sub(lambda found: self._id(found[0]), text)


def _drop_explanations(out: dict[str, Any]) -> None:
    """Remove texts of functions, filters and checks; sort what the server lists as a hash set."""
    for mark, texts in EXPLAINED.items():
        if mark in out:
            for text in texts:
                out.pop(text, None)
    if "paramAdditionalContext" in out:
        out["paramAdditionalContext"]["data"].sort()


def _identity(item: Any) -> Any:
    """Return the id of an item of a page; of a change event, the id of its entity."""
    if not isinstance(item, dict):
        return None
    return item.get("entityId") if "eventType" in item else item.get("id")


def _name(item: Any) -> Any:
    return item.get("name") if isinstance(item, dict) else None


def _by_fqn(items: Iterable[Any]) -> list[Any]:
    """Return items of one name in the order of their FQNs: servers order them by their ids."""
    return sorted(
        items,
        key=lambda item: str(item.get("fullyQualifiedName", "")) if isinstance(item, dict) else "",
    )


def differences(recorded: Any, actual: Any, path: str = "") -> list[str]:
    """Return the differences of two normalised bodies as ``path: recorded ≠ sandbox's``."""
    if REDACTED in (recorded, actual):
        return []
    if isinstance(recorded, dict) and isinstance(actual, dict):
        out = []
        if "_shards" in recorded.keys() & actual.keys() and (
            recorded.get("foreign") or actual.get("foreign")
        ):
            recorded, actual = _common_hits(recorded, actual)
        if (
            (recorded.get("foreign") or actual.get("foreign"))
            and "data" in recorded
            and "data" in actual
        ):
            partial = _is_partial(recorded) or _is_partial(actual)
            recorded = {**recorded, "paging": None, "foreign": None}
            actual = {**actual, "paging": None, "foreign": None}
            if partial:
                recorded, actual = _common(recorded, actual)
        for key in sorted({*recorded, *actual}):
            place = f"{path}.{key}" if path else key
            if key not in actual:
                out.append(f"{place}: missing, recorded {_short(recorded[key])}")
            elif key not in recorded:
                out.append(f"{place}: extra {_short(actual[key])}")
            else:
                out += differences(recorded[key], actual[key], place)
        return out
    if isinstance(recorded, list) and isinstance(actual, list):
        if len(recorded) != len(actual):
            return [f"{path}: {_short(recorded)} ≠ {_short(actual)}"]
        out = []
        for position, (one, other) in enumerate(zip(recorded, actual, strict=True)):
            out += differences(one, other, f"{path}[{position}]")
        return out
    same = recorded == actual and isinstance(recorded, bool) == isinstance(actual, bool)
    return [] if same else [f"{path}: {_short(recorded)} ≠ {_short(actual)}"]


def _is_partial(page: dict[str, Any]) -> bool:
    """Return whether there are other pages, onto which foreign entities may push items."""
    paging = page.get("paging")
    return isinstance(paging, dict) and bool({"before", "after"} & set(paging))


def _common(
    recorded: dict[str, Any], actual: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return two pages with the items that both have."""
    recorded_ids = {item.get("id") for item in recorded["data"] if isinstance(item, dict)}
    actual_ids = {item.get("id") for item in actual["data"] if isinstance(item, dict)}
    shared = recorded_ids & actual_ids
    return (
        {**recorded, "data": [item for item in recorded["data"] if item.get("id") in shared]},
        {**actual, "data": [item for item in actual["data"] if item.get("id") in shared]},
    )


def _common_hits(
    recorded: dict[str, Any], actual: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return two search responses without what others have added to the recorded index.

    Of the hits those that both have are kept. A count of a facet must be at least the sandbox's.
    """
    ids = [{hit["_id"] for hit in each["hits"]["hits"]} for each in (recorded, actual)]
    shared = set.intersection(*ids)

    def reduce(response: dict[str, Any]) -> dict[str, Any]:
        kept = [hit for hit in response["hits"]["hits"] if hit["_id"] in shared]
        return {**response, "foreign": None, "hits": kept, "aggregations": {
            name: _counts(facet) for name, facet in response.get("aggregations", {}).items()
        }}  # fmt: skip

    recorded, actual = reduce(recorded), reduce(actual)
    for name, counts in recorded["aggregations"].items():
        own = actual["aggregations"].get(name, {})
        is_full = len(counts) < _BUCKETS
        for key, count in list(own.items()):
            if counts.get(key, 0) >= count or (not is_full and key not in counts):
                del own[key]
        recorded["aggregations"][name] = {key: counts[key] for key in own if key in counts}
    return recorded, actual


_BUCKETS = 10
"""The largest number of buckets of a facet."""


def _counts(facet: dict[str, Any]) -> dict[str, int]:
    return {str(bucket["key"]): bucket["doc_count"] for bucket in facet["buckets"]}


def _short(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return text if len(text) <= 160 else f"{text[:157]}…"
