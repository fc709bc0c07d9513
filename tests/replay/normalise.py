"""Makes answers of two servers comparable: ids, times, hosts and seeded texts taken out."""

from __future__ import annotations

import json
import re
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
"""What one server has put before the names of its indexes."""
_ENGINE_NAME = re.compile(r"\b(?:Elasticsearch|OpenSearch)\b")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")

REDACTED = "<redacted>"
TEXTS = ("description", "displayName", "style")
"""What a server's seed says in its own words."""


DEPLOYMENT = {"clusterName", "authority", "samlConfiguration"}
"""How one server is set up."""


ENGINE = {"took", "_score", "max_score", "_seq_no", "_primary_term", "_version"}
"""What depends on all that a search engine has done; whether there is a number is what counts."""


class Names:
    """What one replay has learnt: ids of both servers, and what the scenario itself made."""

    def __init__(self) -> None:
        self.there_to_here: dict[str, str] = {}
        self.here_to_there: dict[str, str] = {}
        self.made_ids: set[str] = set()
        self.made_fqns: set[str] = set()
        self.cursors: dict[str, str] = {}
        self.times: dict[int, int] = {}
        self.sent_times: set[int] = set()
        self.numbers: dict[int, int] = {}
        """Ids that a server counts: of tasks."""

    def sent(self, value: Any) -> None:
        """Note the times that a recorded request names."""
        if isinstance(value, dict):
            for inner in value.values():
                self.sent(inner)
        elif isinstance(value, list):
            for inner in value:
                self.sent(inner)
        elif _is_time(value) and value not in self.times:
            self.sent_times.add(value)

    def pair(self, there: str, here: str) -> None:
        if there not in self.there_to_here and here not in self.here_to_there:
            self.there_to_here[there] = here
            self.here_to_there[here] = there

    def learn(self, there: Any, here: Any) -> None:
        """Pair the ids that stand at the same places of two bodies."""
        if isinstance(there, dict) and isinstance(here, dict):
            # An id first: what hangs on it is paired by it.
            if _is_number(there.get("id")) and _is_number(here.get("id")):
                self.numbers.setdefault(there["id"], here["id"])
            for key in there:
                if key in here:
                    self.learn(there[key], here[key])
        elif isinstance(there, list) and isinstance(here, list):
            self._learn_lists(there, here)
        elif _is_time(there) and _is_time(here):
            # A time that the scenario chose stays what it is.
            if there not in self.sent_times:
                self.times[there] = here
        elif isinstance(there, str) and isinstance(here, str):
            mine, yours = UUID.findall(there), UUID.findall(here)
            if len(mine) == len(yours) and (len(there) == 36 or there.startswith("http")):
                for one, other in zip(mine, yours, strict=True):
                    self.pair(one, other)

    def _learn_lists(self, there: list[Any], here: list[Any]) -> None:
        keyed = {_key(item): item for item in here if _key(item) is not None}
        for position, item in enumerate(there):
            key = _key(item)
            if key is not None and key in keyed:
                self.learn(item, keyed[key])
            elif key is None and position < len(here):
                self.learn(item, here[position])

    def path_here(self, path: str) -> str:
        """Return a recorded request's path with the ids of the sandbox."""
        steps = str(self.to_here(path)).split("/")
        told = {str(there): str(here) for there, here in self.numbers.items()}
        return "/".join(told.get(step, step) for step in steps)

    def made(self, body: Any) -> None:
        """Note what a 201 made."""
        if isinstance(body, dict) and isinstance(body.get("id"), str):
            self.made_ids.add(body["id"])
            self.made_fqns.add(str(body.get("fullyQualifiedName")))

    def to_here(self, value: Any) -> Any:
        """Return a recorded request's value with the ids and cursors of the sandbox."""
        if isinstance(value, dict):
            return {self.to_here(key): self.to_here(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.to_here(inner) for inner in value]
        if isinstance(value, str):
            if value in self.cursors:
                return self.cursors[value]
            return UUID.sub(lambda found: self.there_to_here.get(found[0], found[0]), value)
        if _is_time(value):
            return self.times.get(value, value)
        return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_time(value: Any) -> bool:
    """Tell whether a value is a time in ms of these years."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and 1_600_000_000_000 < value < 2_000_000_000_000
    )


def _key(item: Any) -> Any:
    if not isinstance(item, dict):
        return None
    if "fullyQualifiedName" in item:
        return (item.get("type"), item["fullyQualifiedName"])
    return item.get("tagFQN")


class Normaliser:
    """Rewrites bodies of one side; ``here`` for the sandbox's."""

    def __init__(self, names: Names, *, here: bool) -> None:
        self._names = names
        self._here = here

    def body(self, value: Any) -> Any:
        out = self._value(value, None)
        entity = isinstance(out, dict) and isinstance(out.get("id"), str) and "name" in out
        if entity and "version" in out and out["id"] not in self._names.made_ids:
            # What the server was seeded with: which fields are shown is all that compares.
            return {name: out[name] if name in {"id", "name"} else "<seeded>" for name in out
                    if name not in TEXTS}  # fmt: skip
        return out

    def _id(self, text: str) -> str:
        if self._here:
            return self._names.here_to_there.get(text, "<id>")
        return text if text in self._names.there_to_here else "<id>"

    def _value(self, value: Any, key: str | None) -> Any:
        if isinstance(value, dict):
            return self._dict(value)
        if isinstance(value, list):
            return self._list(value, key)
        if isinstance(value, str):
            return self._text(value, key)
        if key in ENGINE and isinstance(value, int | float):
            return "<number>"
        if key == "id" and _is_number(value) and not self._here:
            return self._names.numbers.get(value, value)
        return "<time>" if _is_time(value) else value

    def _dict(self, value: dict[str, Any]) -> Any:
        out = {
            key: self._value(inner, key) for key, inner in value.items() if key not in DEPLOYMENT
        }
        if {"version", "revision", "timestamp"} == set(value):
            # Which build it is, not how it behaves.
            return {"version": str(value["version"]).partition("-")[0]}
        foreign = False
        if "tagFQN" in value:
            foreign = value["tagFQN"] not in self._names.made_fqns
        elif isinstance(value.get("id"), str) and "name" in value:
            foreign = out["id"] not in self._names.made_ids
        if foreign:
            for text in TEXTS:
                out.pop(text, None)
        if {"fieldsAdded", "fieldsUpdated", "fieldsDeleted"} & set(out):
            for name in ("fieldsAdded", "fieldsUpdated", "fieldsDeleted"):
                if isinstance(out.get(name), list):
                    out[name] = sorted(out[name], key=lambda one: json.dumps(one, sort_keys=True))
        if set(out) == {"data", "paging"} or ("data" in out and "paging" in out):
            self._page(value, out)
        return out

    def _page(self, raw: dict[str, Any], out: dict[str, Any]) -> None:
        """Keep of a page what the scenario made; totals and cursors only where that is all."""
        if not isinstance(out["data"], list):
            return
        kept = [
            item for item in out["data"]
            if not (isinstance(item, dict) and isinstance(item.get("id"), str))
            or item["id"] in self._names.made_ids
        ]  # fmt: skip
        paging = dict(out["paging"])
        for cursor in ("before", "after"):
            if cursor in paging:
                paging[cursor] = "<cursor>"
        out["foreign"] = len(kept) != len(out["data"])
        out["data"] = kept
        out["paging"] = paging

    def _list(self, value: list[Any], key: str | None) -> Any:
        return [self._value(inner, key) for inner in value]

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
        text = _SOURCE.sub("", value)
        both = _EXCLUSIVE.match(text)
        if both:
            # The server takes them from a hash set.
            one, other = sorted((both[1], both[2]))
            return f"{one} and {other} exclude each other"
        if text.startswith("HEAD, "):
            return ", ".join(sorted(text.split(", ")))
        text = _START_MARKER.sub("", text)
        text = _KNOWN.sub("", text)
        text = _DOCUMENT.sub("'{}' contains no value", text)
        if _JAVA.search(text):
            # The server quotes its own classes: what counts is the kind of the complaint.
            text = text.split("`")[0].split('"')[0].strip()
        if text.startswith("[") and text.endswith("]") and ", " in text:
            text = f"[{', '.join(sorted(text[1:-1].split(', ')))}]"
        text = _ENGINE_NAME.sub("", _ALIAS.sub("", _HOST.sub("<host>/api", text)))
        return UUID.sub(lambda found: self._id(found[0]), text)


def differences(there: Any, here: Any, path: str = "") -> list[str]:
    """Return where two normalised bodies differ: ``path: recorded ≠ sandbox's``."""
    if REDACTED in (there, here):
        return []
    if isinstance(there, dict) and isinstance(here, dict):
        out = []
        if (there.get("foreign") or here.get("foreign")) and "data" in there and "data" in here:
            partial = _is_partial(there) or _is_partial(here)
            there = {**there, "paging": None, "foreign": None}
            here = {**here, "paging": None, "foreign": None}
            if partial:
                there, here = _common(there, here)
        for key in sorted({*there, *here}):
            place = f"{path}.{key}" if path else key
            if key not in here:
                out.append(f"{place}: missing, recorded {_short(there[key])}")
            elif key not in there:
                out.append(f"{place}: extra {_short(here[key])}")
            else:
                out += differences(there[key], here[key], place)
        return out
    if isinstance(there, list) and isinstance(here, list):
        if len(there) != len(here):
            return [f"{path}: {_short(there)} ≠ {_short(here)}"]
        out = []
        for position, (one, other) in enumerate(zip(there, here, strict=True)):
            out += differences(one, other, f"{path}[{position}]")
        return out
    return [] if there == here and isinstance(there, bool) == isinstance(here, bool) else [
        f"{path}: {_short(there)} ≠ {_short(here)}"
    ]  # fmt: skip


def _is_partial(page: dict[str, Any]) -> bool:
    """Tell whether more pages follow or went before: foreign entities move what is on one."""
    paging = page.get("paging")
    return isinstance(paging, dict) and bool({"before", "after"} & set(paging))


def _common(there: dict[str, Any], here: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Of pages among which foreign entities are, compare what both show."""
    mine = {item.get("id") for item in there["data"] if isinstance(item, dict)}
    yours = {item.get("id") for item in here["data"] if isinstance(item, dict)}
    both = mine & yours
    return (
        {**there, "data": [item for item in there["data"] if item.get("id") in both]},
        {**here, "data": [item for item in here["data"] if item.get("id") in both]},
    )


def _short(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return text if len(text) <= 160 else f"{text[:157]}…"
