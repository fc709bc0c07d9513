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
_JAVA = re.compile(r"\b(?:java|javax|org|com)\.[\w.$]+")
_DOCUMENT = re.compile(r"'\{.*\}' contains no value", re.DOTALL)
_EXCLUSIVE = re.compile(r"Tag labels (.*) and (.*) are mutually exclusive")
_ALIAS = re.compile(r"\bom\d+_(?=\w+_index\b)")
"""The prefix of the index names of one recorded server."""
_ENGINE_NAME = re.compile(r"\b(?:Elasticsearch|OpenSearch)\b")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")

REDACTED = "<redacted>"
TEXTS = ("description", "displayName", "style")
"""Fields of seeded entities that each server fills with its own texts."""


DEPLOYMENT = {"clusterName", "authority", "samlConfiguration"}
"""Settings of one deployment."""


ENGINE = {"took", "_score", "max_score", "_seq_no", "_primary_term", "_version"}
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
            if key is not None and key in by_key:
                self.learn(item, by_key[key])
            elif key is None and position < len(actual):
                self.learn(item, actual[position])

    def translate_path(self, path: str) -> str:
        """Return a recorded request's path with the ids of the sandbox."""
        steps = str(self.translate(path)).split("/")
        numbers = {str(recorded): str(actual) for recorded, actual in self.numbers.items()}
        return "/".join(numbers.get(step, step) for step in steps)

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
        """Return a normalised body."""
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
            return [self._value(inner, key) for inner in value]
        if isinstance(value, str):
            return self._text(value, key)
        if key in ENGINE and isinstance(value, int | float):
            return "<number>"
        if key == "id" and _is_number(value) and not self._sandbox:
            return self._values.numbers.get(value, value)
        return "<time>" if _is_time(value) else value

    def _dict(self, value: dict[str, Any]) -> Any:
        out = {
            key: self._value(inner, key) for key, inner in value.items() if key not in DEPLOYMENT
        }
        if {"version", "revision", "timestamp"} == set(value):
            # The version counts; the build does not.
            return {"version": str(value["version"]).partition("-")[0]}
        foreign = False
        if "tagFQN" in value:
            foreign = value["tagFQN"] not in self._values.created_fqns
        elif isinstance(value.get("id"), str) and "name" in value:
            foreign = out["id"] not in self._values.created_ids
        if foreign:
            for text in TEXTS:
                out.pop(text, None)
        policy, rule = out.get("policy"), out.get("rule")
        own = policy in self._values.created_fqns
        if isinstance(policy, str) and isinstance(rule, dict) and not own:
            # A permission quotes the rule that gives it, with the texts of its policy.
            out["rule"] = {name: rule[name] for name in rule if name not in TEXTS}
        if {"fieldsAdded", "fieldsUpdated", "fieldsDeleted"} & set(out):
            for name in ("fieldsAdded", "fieldsUpdated", "fieldsDeleted"):
                if isinstance(out.get(name), list):
                    out[name] = sorted(out[name], key=lambda one: json.dumps(one, sort_keys=True))
        if set(out) == {"data", "paging"} or ("data" in out and "paging" in out):
            self._page(out)
        return out

    def _page(self, out: dict[str, Any]) -> None:
        """Keep what the scenario created; ``foreign`` says whether the page has anything else."""
        if not isinstance(out["data"], list):
            return
        kept = [
            item for item in out["data"]
            if not (isinstance(item, dict) and isinstance(item.get("id"), str))
            or item["id"] in self._values.created_ids
        ]  # fmt: skip
        paging = dict(out["paging"])
        for cursor in ("before", "after"):
            if cursor in paging:
                paging[cursor] = "<cursor>"
        out["foreign"] = len(kept) != len(out["data"])
        out["data"] = [item for _, items in groupby(kept, _name) for item in _by_fqn(items)]
        out["paging"] = paging

    def _text(self, value: str, key: str | None) -> Any:
        if value == REDACTED:
            return value
        if key in {"message", "responseMessage"} or key is None:
            return self._message(value)
        if value[:1] in {"[", "{"} and value[-1:] in {"]", "}"}:
            try:
                return {"<json>": self._value(json.loads(value), None)}
            except ValueError:
                pass
        if key in {"date", "startDate"} and _DATE.match(value):
            return "<date>"
        text = _ALIAS.sub("", _HOST.sub("<host>/api", value))
        return UUID.sub(lambda found: self._id(found[0]), text)

    def _message(self, value: str) -> str:
        text = _SOURCE.sub("", _START_MARKER.sub("", value)).rstrip()
        both = _EXCLUSIVE.match(text)
        if both:
            # The server lists them in the order of a hash set.
            one, other = sorted((both[1], both[2]))
            return f"{one} and {other} exclude each other"
        if text.startswith("HEAD, "):
            return ", ".join(sorted(text.split(", ")))
        text = _KNOWN.sub("", text)
        text = _DOCUMENT.sub("'{}' contains no value", text)
        if _JAVA.search(text):
            # The server quotes its Java classes: only the kind of the error counts.
            text = text.split("`")[0].split('"')[0].strip()
        if text.startswith("[") and text.endswith("]") and ", " in text:
            text = f"[{', '.join(sorted(text[1:-1].split(', ')))}]"
        text = _ENGINE_NAME.sub("", _ALIAS.sub("", _HOST.sub("<host>/api", text)))
        return UUID.sub(lambda found: self._id(found[0]), text)


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


def _short(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return text if len(text) <= 160 else f"{text[:157]}…"
