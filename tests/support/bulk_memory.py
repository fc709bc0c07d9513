"""The peak memory of a load without a server: ``python -m tests.support.bulk_memory COUNT BATCH``.

The responses come from a function in this process. Prints a JSON object.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import dynclient
from dynclient.client.client import Client
from dynclient.settings import Settings
from dynclient.transport.request import Request, Response
from tests.support.bulk_load import peak, rows
from tests.support.trees import ALL_RELEASES, release_named


class FakeServer:
    """A transport that creates every table at once."""

    closed = False
    auth = None

    def send(self, request: Request) -> Response:
        """Return the response of a server that has created what is requested."""
        body = json.loads(request.body or b"{}")
        if request.path.endswith("/bulk"):
            done = [{"request": self.name(each), "status": 200} for each in body]
            found: Any = {
                "numberOfRowsProcessed": len(body), "numberOfRowsPassed": len(body),
                "numberOfRowsFailed": 0, "successRequest": done, "failedRequest": [],
            }  # fmt: skip
            return Response(200, {}, json.dumps(found).encode(), "")
        entity = {**body, "id": "00000000-0000-4000-8000-000000000001",
                  "fullyQualifiedName": self.name(body), "version": 0.1}  # fmt: skip
        return Response(201, {}, json.dumps(entity).encode(), "")

    @staticmethod
    def name(body: dict[str, Any]) -> str:
        """Return the fully qualified name of a table."""
        return f"{body['databaseSchema']}.{body['name']}"


def main() -> None:
    count, batch, journal = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    release = release_named(ALL_RELEASES[-1])
    om = Client("http://server/api", FakeServer(), Settings(), release)  # type: ignore[arg-type]
    result = om.tables.upsert_many(rows(count), batch=batch, workers=8, journal=journal)
    assert not result.failed
    done = len(result.created) + len(result.written)
    print(json.dumps({"done": done, "peak": peak(), "version": dynclient.__version__}))


if __name__ == "__main__":
    main()
