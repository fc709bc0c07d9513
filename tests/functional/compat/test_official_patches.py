"""What the drop-in's patches do to a server, beside what those of the official SDK were seen to do.

``peer_patch_cases.json`` holds 25 edits of a table, each with the operations that the official SDK
sends. Each edit is applied twice on a sandbox, to one table by ``OpenMetadata.patch`` and to its
twin by the official operations; afterwards the two are the same. ``patches-differ.json`` lists
which operations are others, with the reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from dynclient import compat
from dynclient.compat.ometa.patch_builder import build_patch
from tests.support.external_server import only_on_sandbox
from tests.support.servers import Server
from tests.support.trees import ALL_RELEASES, release_named, shared

CASES = shared("openmetadata/peer_patch_cases.json")
OFFICIAL: dict[str, Any] = {} if CASES is None else json.loads(CASES.read_text("utf-8"))
DIFFER = Path(__file__).parents[2] / "compat" / "data" / "patches-differ.json"
LISTED: dict[str, str] = json.loads(DIFFER.read_text("utf-8"))
RELEASE = ALL_RELEASES[-1]
GLOSSARY = "Words"
"""In the place of ``Business``: servers list tags by name, and patches count on their order."""
NOT_COMPARED = ("id", "name", "fullyQualifiedName", "href", "updatedAt", "changeDescription")

pytestmark = [
    pytest.mark.skipif(CASES is None, reason="the official patches are not available"),
    pytest.mark.usefixtures("removed_afterwards"),
]


@pytest.fixture(scope="module")
def metadata(server: Server) -> Iterator[Any]:
    running = server(RELEASE)
    compat.install(release_named(RELEASE))
    from metadata.ingestion.ometa.ometa_api import OpenMetadata

    connection = {"hostPort": running.host, "securityConfig": {"jwtToken": running.admin_token}}
    with OpenMetadata(connection) as client:
        yield client
    compat.uninstall()


@pytest.fixture(scope="module")
def world(metadata: Any) -> dict[str, str]:
    """Everything that the cases' table refers to; return its ids by those in the cases."""
    om = metadata.native
    om.database_services.upsert(name="patched", serviceType="Mysql")
    om.databases.upsert(name="shop", service="patched")
    om.database_schemas.upsert(name="public", database="patched.shop")
    # PII and Tier are there from the start; a PUT would erase what it leaves out.
    om.classifications.upsert(name="X", description="For patches.")
    om.tags.upsert(name="Y", classification="X", description="For patches.")
    om.glossaries.upsert(name=GLOSSARY, description="For patches.")
    for name in ("Customer", "Order"):
        om.glossary_terms.upsert(name=name, glossary=GLOSSARY, description="For patches.")
    owners = OFFICIAL["source"]["owners"]
    users = [
        om.users.upsert(name=name, email=f"{name}@example.com") for name in ("patcher", "second")
    ]
    om.tables.upsert(
        name="customers",
        databaseSchema="patched.shop.public",
        columns=[{"name": "id", "dataType": "BIGINT"}],
    )
    return {owner["id"]: str(user.id) for owner, user in zip(owners, users, strict=True)}


def here(value: Any, known: dict[str, str]) -> Any:
    """Return data of a case with the ids and names that things have on the sandbox.

    Servers refuse a team and a user as owners at once, and texts without a length; so there are two
    users, and a length.
    """
    if isinstance(value, dict):
        if value.get("id") in known:
            return {"id": known[value["id"]], "type": "user"}
        if value.get("dataType") == "VARCHAR":
            value = {**value, "dataLength": 64}
        return {name: here(below, known) for name, below in value.items()}
    if isinstance(value, list):
        return [here(below, known) for below in value]
    if value == "mysql_prod.shop.public.customers.id":
        return "patched.shop.public.customers.id"
    if isinstance(value, str):
        return known.get(value, re.sub(r"^Business\.", f"{GLOSSARY}.", value))
    return value


def create_table(metadata: Any, name: str, known: dict[str, str]) -> Any:
    """Create a table like the one of the cases and return it with all that the cases change."""
    source = here(OFFICIAL["source"], known)
    kept = ("description", "columns", "tags", "owners", "tableConstraints", "displayName")
    metadata.native.tables.create(
        name=name, databaseSchema="patched.shop.public", **{key: source[key] for key in kept}
    )
    return read(metadata, name)


def read(metadata: Any, name: str) -> Any:
    from metadata.generated.schema.entity.data.table import Table

    fields = ["columns", "tags", "owners", "tableConstraints"]
    return metadata.get_by_name(Table, f"patched.shop.public.{name}", fields=fields)


def edit(table: Any, case: dict[str, Any], known: dict[str, str]) -> Any:
    """Return the table with the edit of a case, applied to the model as a script does."""
    source, destination = (
        here(state, known) for state in (OFFICIAL["source"], case["destination"])
    )
    copy = table.model_copy(deep=True)
    for name in {*source, *destination} - {"changeDescription"}:
        if source.get(name) == destination.get(name):
            continue
        value = destination.get(name)
        if name == "columns":
            was = {column["name"]: column for column in source["columns"]}
            columns = {column.name.root: column for column in copy.columns}
            for column in value:
                old = was.get(column["name"], column)
                for key in {*old, *column}:
                    if old.get(key) != column.get(key):
                        setattr(columns[column["name"]], key, column.get(key))
                        columns[column["name"]].dataTypeDisplay = None  # the server computes it
            copy.columns = [columns.get(column["name"], column) for column in value]
        else:
            setattr(copy, name, value)
    return copy


def options(case: dict[str, Any]) -> dict[str, Any]:
    constants = OFFICIAL["constants"]
    named = {
        name: constants.get(value, value) if isinstance(value, str) else value
        for name, value in case["options"].items()
    }
    if "allowed_fields" in named:
        named["allowed_fields"] = dict.fromkeys(named["allowed_fields"], True)
    return named


def state(table: Any) -> dict[str, Any]:
    data = compat.payload(table)
    text = json.dumps({key: data[key] for key in data if key not in NOT_COMPARED})
    return json.loads(text.replace(str(data["fullyQualifiedName"]), "…"))


@only_on_sandbox("the classifications of the recorded cases have fixed names")
@pytest.mark.parametrize("case", OFFICIAL.get("cases", []), ids=lambda case: str(case["case"]))
def test_both_patches_leave_the_server_with_the_same_table(
    metadata: Any, world: dict[str, str], case: dict[str, Any]
) -> None:
    from metadata.generated.schema.entity.data.table import Table

    number = OFFICIAL["cases"].index(case)
    ours, theirs = (
        create_table(metadata, f"{side}_{number}", world) for side in ("ours", "theirs")
    )
    metadata.patch(Table, ours, edit(ours, case, world), **options(case), skip_on_failure=False)
    if case["ops"]:
        metadata.client.patch(f"/tables/{theirs.id.root}", json.dumps(here(case["ops"], world)))
    here_now, there_now = (state(read(metadata, f"{side}_{number}")) for side in ("ours", "theirs"))
    different = {key for key in {*here_now, *there_now} if here_now.get(key) != there_now.get(key)}
    assert different == set()


def test_patches_that_look_otherwise_are_listed_with_a_reason() -> None:
    different = {
        case["case"]
        for case in OFFICIAL["cases"]
        if build_patch(deepcopy(OFFICIAL["source"]), case["destination"], **options(case))
        != case["ops"]
    }
    assert different == set(LISTED)
    assert all(LISTED.values())
