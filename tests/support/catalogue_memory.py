"""The peak memory of a dump, a plan and an apply, without a server.

``python -m tests.support.catalogue_memory STEP COUNT FOLDER`` runs ``dump`` (of COUNT tables),
``plan`` (of the dump, without a change) or ``apply`` (of the dump, to an empty server). The
responses come from a function in this process. Prints a JSON object.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from dynclient.client.client import Client
from dynclient.settings import Settings
from dynclient.transport.request import Request, Response
from tests.support.bulk_load import SCHEMA, peak
from tests.support.bulk_memory import FakeServer
from tests.support.trees import ALL_RELEASES, release_named


class FakeCatalogue(FakeServer):
    """A transport that has tables and nothing else, but for what they are in.

    Args:
        count: the number of tables in its list.
    """

    requests = 0

    def table(self, number: int) -> dict[str, Any]:
        """Return a stored table, with as many columns as tables often have."""
        columns = [
            {"name": f"column_{place}", "dataType": "INT", "description": f"{place} of {number}"}
            for place in range(15)
        ]
        schema = {"id": "00000000-0000-4000-9000-000000000000", "type": "databaseSchema",
                  "name": "s", "fullyQualifiedName": SCHEMA}  # fmt: skip
        return {**super().table(number), "columns": columns, "databaseSchema": schema}

    def _page(self, after: int, limit: int) -> Response:
        """Return the response with a page of tables, of the size that is requested."""
        end = min(after + limit, self.count)
        found: dict[str, Any] = {"data": [*map(self.table, range(after, end))]}
        found["paging"] = {"total": self.count, **({"after": str(end)} if end < self.count else {})}
        return Response(200, {}, json.dumps(found).encode(), "")

    def send(self, request: Request) -> Response:
        """Return the response to a request."""
        self.requests += 1
        collection, _, rest = request.path.partition("v1/")[2].partition("/")
        if collection == "tables" and request.method == "GET":
            query = dict(request.query)
            return self._page(int(query.get("after", 0)), int(query["limit"]))
        if request.method != "GET":
            return super().send(request)
        if rest.startswith("name/") and collection == "databaseSchemas":
            found: Any = {"id": "00000000-0000-4000-9000-000000000000", "name": "s",
                          "fullyQualifiedName": SCHEMA, "database": _DATABASE}  # fmt: skip
            return Response(200, {}, json.dumps(found).encode(), "")
        if rest.startswith("name/"):
            return Response(404, {}, b'{"code": 404, "message": "not found"}', "")
        return Response(200, {}, b'{"data": [], "paging": {"total": 0}}', "")


_DATABASE = {"id": "00000000-0000-4000-9000-000000000001", "type": "database",
             "name": "d", "fullyQualifiedName": SCHEMA.rpartition(".")[0]}  # fmt: skip


def main() -> None:
    step, count, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    server = FakeCatalogue(0 if step == "apply" else count)
    release = release_named(ALL_RELEASES[-1])
    host = f"http://server{step == 'apply':d}/api"
    om = Client(host, server, Settings(), release)  # type: ignore[arg-type]
    begin = time.perf_counter()
    if step == "dump":
        done = om.dump(folder, format="jsonl").total
    elif step == "plan":
        plan = om.plan(folder)
        assert not plan, plan.summary
        done = plan.unchanged
    else:
        result = om.apply(folder)
        assert not result.failed, result.failed[:2]
        done = len(result.reports)
    seconds, cpu = time.perf_counter() - begin, time.process_time()
    print(json.dumps({"done": done, "peak": peak(), "requests": server.requests,
                      "seconds": seconds, "cpu": cpu}))  # fmt: skip


if __name__ == "__main__":
    main()
