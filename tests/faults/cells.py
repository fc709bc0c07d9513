"""One cell of the matrix: a verb is called while the proxy damages its exchange.

What a cell shows: what the caller gets, how many requests the proxy received, how many of them
the server carried out, and the state of the catalogue afterwards.
"""

from __future__ import annotations

import itertools
import json
import pickle
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import dynclient
from dynclient import errors, model, sandbox
from dynclient.client.client import Client
from dynclient.operations.operation import Operation, Parameter, Plan
from dynclient.schema import Release
from dynclient.settings import Settings
from dynclient.transport.auth import identity
from dynclient.transport.http import Transport
from tests.support.fault_proxy import Exchange, Fault, FaultProxy
from tests.support.sandbox_tables import TablesApi

MODES = {"once": 1, "always": 10**9}
"""How many requests are damaged."""
CHANGED = "changed by this cell"
_READ = Operation(
    "op.read", None, "GET", "/v1/tables/name/{fqn}", (Parameter("fqn", "path", required=True),),
    result_kind="any",
)  # fmt: skip


_SILENT = (errors.TransportError, errors.ResponseInvalid, errors.NotOpenMetadata)
"""Errors that must say whether the request may have been carried out."""


class Outcome(NamedTuple):
    """What a cell shows."""

    result: str
    """``result``, ``None``, ``another result``, the class of the error, or what is wrong."""
    requests: int
    """Requests of the call that the proxy received; neither connections that failed, nor what the
    client asks about the server."""
    state: str
    """``unchanged``, ``changed`` (as the caller meant it), or what is wrong."""


class Verb(NamedTuple):
    """A call of the matrix."""

    prepare: Callable[[Bench], dict[str, Any]]
    """Create what the call works on; return it as the server has it."""
    call: Callable[[Client, dict[str, Any]], Any]
    """Call; return whether the result is the right one."""
    is_changed: Callable[[Bench, dict[str, Any]], bool] | None = None
    """Return whether the server has carried out the call."""
    skip: int = 0
    """Requests of the call before the one that is damaged."""
    more: int = 0
    """Requests of the call after it, where it succeeds."""


class Bench:
    """A sandbox, the proxy before it, and what is in it.

    Args:
        running: the sandbox.
        proxy: the proxy before it.
        release: the release of the sandbox.
    """

    def __init__(self, running: sandbox.Running, proxy: FaultProxy, release: Release) -> None:
        self.proxy = proxy
        self.release = release
        self.api = TablesApi(running)
        self._token = running.admin_token
        self._names = (f"t{number}" for number in itertools.count())
        self.api.with_schema()
        for name in ("e", "f"):
            self.api.create("/v1/databaseSchemas", name=name, database="s.d")
        self.neighbour = self._table_as_read("neighbour", description="not to be touched")
        self.read = self._table_as_read("read", databaseSchema="s.d.e", description="fixed")
        self.follower = self.api.get("/v1/users/name/admin")
        self._table = dynclient.model.class_for(release.node("entity/data/table.json"))

    def name(self) -> str:
        """Return a name that is used by this cell only."""
        return next(self._names)

    def table(self, **fields: Any) -> dict[str, Any]:
        """Create a table of this cell's own."""
        return self.api.create_table(self.name(), **fields)

    def _table_as_read(self, name: str, **fields: Any) -> dict[str, Any]:
        created = self.api.create_table(name, **fields)
        return self.api.get(f"/v1/tables/{created['id']}")

    def status(self, path: str) -> int:
        """Return the status of a direct GET."""
        return self.api.request("GET", path).status_code

    def entity(self, data: dict[str, Any]) -> Any:
        """Return the JSON of a table as an entity."""
        return model.load(self._table, json.loads(json.dumps(data)))

    def client(self, fault: Fault) -> Client:
        """Return a client whose requests go through the proxy."""
        base = self.proxy.base
        if "scheme" in fault:
            base = base.replace("http", fault["scheme"], 1)
        settings = Settings(page_size=2, read_timeout=10.0)
        if "max_response" in fault and "max_response" in Settings._fields:
            settings = settings.replace(max_response=fault["max_response"])
        clock = self.proxy.clock
        more = {"clock": clock} if "clock" in Transport.__init__.__kwdefaults__ else {}
        transport = Transport(
            base, settings, identity(self._token, None, None), sleep=clock.sleep,
            jitter=lambda: 1.0, **more,
        )  # fmt: skip
        return Client(base, transport, settings, self.release)

    def run(self, fault: Fault, spec: Verb, mode: str) -> Outcome:
        """Run a cell."""
        target = spec.prepare(self)
        with self.client(fault) as om:
            om.tables  # noqa: B018 -- prepares what the first use of a client prepares
            self.proxy.arm(fault, MODES[mode], spec.skip)
            with warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always")
                result, error = self._result(spec, om, target)
            self.proxy.disarm()
            exchanges = [each for each in self.proxy.exchanges if _is_call(each)]
            result += " with a warning" * bool(warned) + self._remarks(om)
        state = self._state(spec, target, exchanges)
        if state == "changed" and isinstance(error, _SILENT) and not error.may_be_done:
            result += " that does not say that it may be done"
        return Outcome(result, len(exchanges), state)

    def _result(self, spec: Verb, om: Client, target: dict[str, Any]) -> tuple[str, Any]:
        try:
            got = spec.call(om, target)
        except errors.DynclientError as error:
            return self._described(error), error
        except Exception as error:  # any other is what this looks for
            return f"raw {type(error).__name__}: {str(error)[:200]}", error
        if got is None:
            return "None", None
        return ("result" if got is True else "another result"), None

    def _described(self, error: errors.DynclientError) -> str:
        """Return the class of an error, and what is wrong with it.

        Of an official exception of the drop-in, the class of dynclient that it is as well.
        """
        own = (each for each in type(error).__mro__ if each.__module__ == errors.__name__)
        name = next(own).__name__
        if self._token in f"{error}{error!r}{error.parts}":
            return f"{name} that shows the token"
        if str(pickle.loads(pickle.dumps(error))) != str(error):
            return f"{name} that is another after pickling"
        return name if str(error).strip() else f"{name} without a text"

    def _remarks(self, om: Client) -> str:
        """Return what is wrong with the client after the call, or an empty text."""
        if any("Cookie" in each.headers for each in self.proxy.exchanges):
            return ", and a cookie was sent"
        # The connection of the client must not be left with a part of the response.
        if om.host.startswith("http:") and om.tables[self.read["id"]].name != "read":
            return ", and the next call gets the response of this one"
        return ""

    def _state(self, spec: Verb, target: dict[str, Any], exchanges: list[Exchange]) -> str:
        carried = [each.method for each in exchanges if each.forwarded]
        if carried.count("POST") > 1 or carried.count("PATCH") > 1:
            return f"carried out {len(carried)} times"
        if spec.is_changed is None:
            return "unchanged"
        return "changed" if spec.is_changed(self, target) else "unchanged"

    def problems(self) -> list[str]:
        """Return what happened to what no cell may touch."""
        found = []
        for before in (self.neighbour, self.read):
            path = f"/v1/tables/{before['id']}"
            response = self.api.request("GET", path)
            if response.status_code != 200 or response.json() != before:
                found.append(f"{before['fullyQualifiedName']}: {response.text[:300]}")
        return found


def _is_call(exchange: Exchange) -> bool:
    """Return whether a request was meant for a collection, and not for facts about the server."""
    collections = ("/api/v1/tables", "/api/v1/databaseSchemas")
    return exchange.target.startswith(collections) or not exchange.target


# -- verbs -----------------------------------------------------------------------------------------


def _described(bench: Bench, target: dict[str, Any]) -> bool:
    now = bench.api.get(f"/v1/tables/{target['id']}")
    description = now.get("description")
    assert description in {"before", CHANGED}, description
    names = [each["name"] for each in now["columns"]]
    assert names == [each["name"] for each in target["columns"]]
    return bool(description == CHANGED)


def _list(om: Client, target: dict[str, Any]) -> bool:
    del target
    return sorted(each.name for each in om.database_schemas.list()) == ["c", "e", "f"]


def _new(bench: Bench) -> dict[str, Any]:
    return {"name": bench.name()}


def _create(om: Client, target: dict[str, Any]) -> Any:
    columns = [{"name": "id", "dataType": "INT"}]
    created = om.tables.create(name=target["name"], databaseSchema="s.d.f", columns=columns)
    return created and created.name == target["name"]


def _is_created(bench: Bench, target: dict[str, Any]) -> bool:
    return bench.status(f"/v1/tables/name/s.d.f.{target['name']}") == 200


def _upsert(om: Client, target: dict[str, Any]) -> Any:
    columns = [{"name": each["name"], "dataType": each["dataType"]} for each in target["columns"]]
    updated = om.tables.upsert(
        name=target["name"], databaseSchema="s.d.c", description=CHANGED, columns=columns
    )
    return updated and (updated.id, updated.description) == (target["id"], CHANGED)


def _save(om: Client, target: dict[str, Any]) -> Any:
    table = target["entity"]
    table.description = CHANGED
    saved = om.save(table)
    return saved and (saved.id, saved.description) == (target["id"], CHANGED)


def _for_save(bench: Bench) -> dict[str, Any]:
    data = bench.table(description="before")
    return {**data, "entity": bench.entity(data)}


def _delete(om: Client, target: dict[str, Any]) -> Any:
    deleted = om.tables.delete(target["id"], hard=True)
    return deleted and deleted.id == target["id"]


def _is_deleted(bench: Bench, target: dict[str, Any]) -> bool:
    return bench.status(f"/v1/tables/{target['id']}?include=all") == 404


def _deleted(bench: Bench) -> dict[str, Any]:
    data = bench.table()
    assert bench.api.request("DELETE", f"/v1/tables/{data['id']}").status_code == 200
    return data


def _restore(om: Client, target: dict[str, Any]) -> Any:
    restored = om.tables.restore(target["id"])
    return restored and restored.id == target["id"]


def _is_restored(bench: Bench, target: dict[str, Any]) -> bool:
    return bench.status(f"/v1/tables/{target['id']}") == 200


def _follow(om: Client, target: dict[str, Any]) -> Any:
    event = om.tables.follow(target["id"], target["user"])
    return event and str(event.entityId) == target["id"]


def _is_followed(bench: Bench, target: dict[str, Any]) -> bool:
    now = bench.api.get(f"/v1/tables/{target['id']}?fields=followers")
    assert len(now["followers"]) <= 1
    return bool(now["followers"])


def _read_raw(om: Client, target: dict[str, Any]) -> Any:
    data = om.session.call(Plan(_READ, {"fqn": target["fullyQualifiedName"]}))
    return isinstance(data, dict) and data.get("id") == target["id"]


VERBS: dict[str, Verb] = {
    "get": Verb(
        lambda bench: bench.read,
        lambda om, target: (
            None if (found := om.tables.get(target["id"])) is None else found.name == "read"
        ),
    ),
    "list": Verb(lambda _: {}, _list, more=1),
    "next page": Verb(lambda _: {}, _list, skip=1),
    "create": Verb(_new, _create, _is_created),
    "upsert": Verb(lambda bench: bench.table(description="before"), _upsert, _described),
    "save": Verb(_for_save, _save, _described),
    "delete": Verb(lambda bench: bench.table(), _delete, _is_deleted),
    "restore": Verb(_deleted, _restore, _is_restored),
    "follow": Verb(
        lambda bench: {**bench.table(), "user": bench.follower["id"]}, _follow, _is_followed
    ),
    "op": Verb(lambda bench: bench.read, _read_raw),
}
