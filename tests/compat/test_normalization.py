"""What two runs have not in common is replaced, and nothing else."""

from __future__ import annotations

import base64
import json
import time

from tests.compat.normalization import Normalizer

ID = "91cf888c-f76e-46d6-9d70-e306bdb9bd71"
"""Its end looks like the beginning of a cursor."""


def learned() -> Normalizer:
    normalizer = Normalizer()
    entity = {"id": ID, "name": "a", "fullyQualifiedName": "shop.a"}
    normalizer.learn(json.dumps({"data": [entity]}).encode())
    return normalizer


def test_ids_become_names() -> None:
    other = ID.replace("9", "8")
    data = {"id": ID, "href": f"http://127.0.0.1:1234/api/v1/users/{ID}", "other": other}
    assert learned().value(data) == {
        "id": "<shop.a>",
        "href": "http://server/api/v1/users/<shop.a>",
        "other": "<id>",
    }


def test_cursors_are_read() -> None:
    cursor = base64.b64encode(json.dumps({"id": ID, "name": "a"}).encode()).decode()
    line = learned().request("GET", f"/api/v1/tables?limit=1&after={cursor}", b"")
    assert line == 'GET /tables?after=<cursor {"id": "<shop.a>", "name": "a"}>&limit=1'


def test_only_present_times_are_replaced() -> None:
    now = int(time.time() * 1000)
    given = [now, 1700000000000, "2020-01-01T00:00:00Z", 0.1, True, "MTloader"]
    assert Normalizer().value(given) == ["<now>", *given[1:]]


def test_requests_are_the_same_whatever_is_encoded() -> None:
    one = Normalizer().request("PUT", "/api/v1/a/x%20y%2Fz?b=1&a=2", b'{"b": 1, "a": 2}')
    other = Normalizer().request("PUT", "/api/v1/a/x y%2fz?a=2&b=1", b'{"a": 2, "b": 1}')
    assert one == other == 'PUT /a/x y%2Fz?a=2&b=1 {"a": 2, "b": 1}'
