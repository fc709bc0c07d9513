"""``create_or_update`` of a table of 50 columns, against a bare ``requests`` PUT of the same body.

Reason: everything between the call and the wire (binding, validating, encoding, wrapping the
response) must cost next to nothing compared with the request, even when the server responds at
once.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import requests

import dynclient
from benchmarks import payloads
from benchmarks.harness import Row, side_by_side
from benchmarks.stub import serving


def measure() -> list[Row]:
    """Time both over connections that are kept open, to one stub server."""
    release, body, table = payloads.release(), payloads.create_table(), payloads.table()
    with tempfile.TemporaryDirectory() as folder:
        responses = Path(folder, "answers.json")
        version = {
            "version": ".".join(map(str, release.version)),
            "revision": "stub",
            "timestamp": 0,
        }
        responses.write_text(json.dumps({"/system/version": version, "/tables": table}), "utf-8")
        with (
            serving(responses) as host,
            dynclient.connect(host, token="t", release=release) as om,
            requests.Session() as session,
        ):
            request = om.types.CreateTableRequest(**body)
            session.headers["Authorization"] = "Bearer t"
            url = f"{host}/v1/tables"
            assert om.create_or_update(request).name == table["name"]
            sample = side_by_side(
                lambda: om.create_or_update(request),
                lambda: session.put(url, json=body, timeout=60).json(),
                rounds=30,
                seconds=0.1,
            )
    return [
        Row(
            "create_or_update round trip",
            "requests.Session PUT + .json()",
            "≤ 1.15×",
            sample.ratio,
            1.15,
            "×",
            sample,
        )
    ]
