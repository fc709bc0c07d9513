"""The peak memory of a load, without a server.

``python -m tests.support.bulk_memory COUNT BATCH JOURNAL`` loads COUNT tables; a BATCH of 0 lists
as many and saves them back. The responses come from a function in this process.
Prints a JSON object.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import dynclient
from dynclient.client.client import Client
from dynclient.settings import Settings
from dynclient.transport.request import Request, Response
from tests.support.bulk_load import SCHEMA, peak, rows
from tests.support.trees import ALL_RELEASES, release_named

PAGE = 1000


class FakeServer:
    """A transport that creates every table at once.

    Args:
        count: the number of tables in its list.
    """

    closed = False
    auth = None

    def __init__(self, count: int) -> None:
        self.count = count

    def page(self, after: int) -> dict[str, Any]:
        """Return a page of tables."""
        places = range(after, min(after + PAGE, self.count))
        data = [self.table(number) for number in places]
        more = {"after": str(after + PAGE)} if after + PAGE < self.count else {}
        return {"data": data, "paging": {"total": self.count, **more}}

    def table(self, number: int) -> dict[str, Any]:
        """Return a stored table."""
        return {
            "id": f"00000000-0000-4000-8000-{number:012}", "name": f"t{number}", "version": 0.1,
            "fullyQualifiedName": f"{SCHEMA}.t{number}", "updatedAt": number,
            "columns": [{"name": name, "dataType": "INT"} for name in ("id", "total", "at")],
        }  # fmt: skip

    def send(self, request: Request) -> Response:
        """Return the response of a server that has created what is requested."""
        if request.method == "GET":
            page = self.page(int(dict(request.query).get("after", 0)))
            return Response(200, {}, json.dumps(page).encode(), "")
        if request.method == "PATCH":
            changed = self.table(int(request.path[-12:])) | {"version": 0.2}
            return Response(200, {}, json.dumps(changed).encode(), "")
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


def described(om: Any) -> Iterator[Any]:
    """Yield all tables, changed."""
    for table in om.tables.list(page_size=PAGE):
        table.description = f"The table {table.name}"
        yield table


def main() -> None:
    count, batch, journal = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    release = release_named(ALL_RELEASES[-1])
    om = Client("http://server/api", FakeServer(count), Settings(), release)  # type: ignore[arg-type]
    if batch:
        result = om.tables.upsert_many(rows(count), batch=batch, workers=8, journal=journal)
    else:
        result = om.tables.save_many(described(om), workers=8, journal=journal)
    assert not result.failed
    done = len(result.created) + len(result.written) + len(result.updated)
    print(json.dumps({"done": done, "peak": peak(), "version": dynclient.__version__}))


if __name__ == "__main__":
    main()
