"""The drop-in under the same faults: what the native client raises, it raises as well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest

from dynclient import compat
from dynclient.client.client import Client
from tests.faults.cells import CHANGED, MODES, VERBS, Bench, Outcome, Verb
from tests.faults.expectations import FAULTS, expected, verbs_of
from tests.support.fault_proxy import Fault

COLUMNS = [{"name": "id", "dataType": "INT"}]


def official(om: Client) -> Any:
    """Return an official client over a native one."""
    from dynclient.compat.ometa.gateway import Gateway
    from dynclient.compat.ometa.ometa_api import OpenMetadata

    metadata = OpenMetadata({"hostPort": f"{om.host}/api", "authProvider": "no-auth"})
    metadata.native = om
    metadata.gateway = Gateway(om)
    return metadata


def schema(module: str, name: str) -> Any:
    return getattr(import_module(f"metadata.generated.schema.{module}"), name)


def get(metadata: Any, target: dict[str, Any]) -> Any:
    found = metadata.get_by_id(schema("entity.data.table", "Table"), target["id"])
    return None if found is None else found.description.root == "fixed"


def listed(metadata: Any, target: dict[str, Any]) -> Any:
    del target
    kind = schema("entity.data.databaseSchema", "DatabaseSchema")
    return sorted(each.name.root for each in metadata.list_all_entities(kind, limit=2)) == [
        "c", "e", "f",
    ]  # fmt: skip


def created(metadata: Any, target: dict[str, Any]) -> Any:
    request = schema("api.data.createTable", "CreateTableRequest")
    made = metadata.create(request(name=target["name"], databaseSchema="s.d.f", columns=COLUMNS))
    return made.name.root == target["name"]


def upserted(metadata: Any, target: dict[str, Any]) -> Any:
    request = schema("api.data.createTable", "CreateTableRequest")
    columns = [{"name": each["name"], "dataType": each["dataType"]} for each in target["columns"]]
    made = metadata.create_or_update(
        request(name=target["name"], databaseSchema="s.d.c", description=CHANGED, columns=columns)
    )
    return (str(made.id.root), made.description.root) == (target["id"], CHANGED)


def deleted(metadata: Any, target: dict[str, Any]) -> Any:
    kind = schema("entity.data.table", "Table")
    return metadata.delete(kind, target["id"], hard_delete=True) is None


CALLS: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "get": get, "list": listed, "next page": listed, "create": created, "upsert": upserted,
    "delete": deleted,
}  # fmt: skip


def verb(name: str) -> Verb:
    """Return a verb that is called by the drop-in."""
    return VERBS[name]._replace(call=lambda om, target: CALLS[name](official(om), target))


def wanted(fault: Fault, name: str, mode: str) -> Outcome:
    """Return what is expected of the native client; a delete returns None in any case."""
    outcome = expected(fault, name, mode)
    is_delete = name == "delete" and outcome.result == "None"
    return outcome._replace(result="result") if is_delete else outcome


@pytest.fixture(scope="module")
def installed(bench: Bench) -> Iterator[Bench]:
    """The bench, with the drop-in installed."""
    compat.install(bench.release)
    yield bench
    compat.uninstall()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["name"])
def test_the_drop_in_under(fault: Fault, installed: Bench) -> None:
    wrong = []
    for name in CALLS:
        if name not in verbs_of(fault):
            continue
        for mode in MODES:
            found, expectation = installed.run(fault, verb(name), mode), wanted(fault, name, mode)
            if found != expectation:
                wrong.append(f"{fault['name']} / {name} / {mode}: {found}, must be {expectation}")
    assert not wrong, "\n".join(wrong)
    assert not installed.problems()
