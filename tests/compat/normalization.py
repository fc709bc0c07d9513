"""What differs between two runs of the same calls, replaced: ids, times, addresses and tokens."""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_HOST = re.compile(r"http://127\.0\.0\.1:\d+")
_TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
_CURSOR = re.compile(r"\b(?:eyJ|e30|MT)[\w+/]{8,}={0,2}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?")
_WITHIN_MS = timedelta(days=3) / timedelta(milliseconds=1)


def _objects(data: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in JSON, the outer ones first."""
    if isinstance(data, dict):
        yield data
    children = data.values() if isinstance(data, dict) else data
    if isinstance(data, dict | list):
        for child in children:
            yield from _objects(child)


def decoded(body: bytes | str) -> Any:
    """Return JSON, or the text if it is not JSON."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    try:
        return json.loads(text)
    except ValueError:
        return text


class Normalizer:
    """Replaces what no two runs have in common, by names that they do have in common.

    An id becomes the name of its entity. The normalizer learns those from the responses of the
    server, so that different entities stay different.
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._now = time.time() * 1000

    def learn(self, body: bytes) -> None:
        """Note which entity each id in a response is of."""
        for data in _objects(decoded(body)):
            name = data.get("fullyQualifiedName") or data.get("name")
            if isinstance(data.get("id"), str) and isinstance(name, str):
                self._names.setdefault(data["id"].lower(), name)

    def request(self, method: str, target: str, body: bytes) -> str:
        """Return a request in one line: method, path, sorted parameters, and the JSON body."""
        parts = urlsplit(target)
        # Neither side's choice of which characters to encode is of interest, but a slash is.
        path = "/".join(quote(unquote(part), safe=":<>\" '") for part in parts.path.split("/"))
        query = "&".join(
            f"{name}={value}"
            for name, value in sorted(parse_qsl(parts.query, keep_blank_values=True))
        )
        line = f"{method} {path.removeprefix('/api/v1')}" + (f"?{query}" if query else "")
        if body:
            line += " " + json.dumps(self.value(decoded(body)), sort_keys=True, ensure_ascii=False)
        return self._text(line)

    def value(self, data: Any) -> Any:
        """Return JSON with the names in it."""
        if isinstance(data, dict):
            return {self._text(key): self.value(value) for key, value in data.items()}
        if isinstance(data, list):
            return [self.value(each) for each in data]
        if isinstance(data, str):
            return self._text(data)
        if isinstance(data, int | float) and abs(data - self._now) < _WITHIN_MS:
            return "<now>"
        return data

    def _text(self, text: str) -> str:
        if text[:1] in "{[" and isinstance(decoded(text), dict | list):
            return json.dumps(self.value(decoded(text)), sort_keys=True, ensure_ascii=False)
        text = _HOST.sub("http://server", text)
        text = _TOKEN.sub("<token>", text)
        # Before cursors, which the end of an id may look like.
        text = _ID.sub(lambda found: f"<{self._names.get(found[0].lower(), 'id')}>", text)
        text = _CURSOR.sub(self._cursor, text)
        return _MOMENT.sub(self._moment, text)

    def _cursor(self, found: re.Match[str]) -> str:
        try:
            content = decoded(base64.b64decode(found[0] + "=="))
        except binascii.Error:
            return found[0]
        if isinstance(content, str):  # no JSON
            return found[0]
        return f"<cursor {json.dumps(self.value(content))}>"

    def _moment(self, found: re.Match[str]) -> str:
        moment = datetime.fromisoformat(found[0])
        return "<now>" if abs(moment.timestamp() * 1000 - self._now) < _WITHIN_MS else found[0]
