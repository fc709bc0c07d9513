"""What a process loads, and when: cheap to import, and only what it needs.

Checked in processes of their own, since this one has long loaded everything. The starter release
is in their cache.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.support.stub import Reply, Stub

HEAVY = ("requests", "urllib3", "jsonschema", "jsonschema_rs", "referencing", "rich", "typer")


def loaded_after(script: str, *arguments: str) -> set[str]:
    """Run a script in a new interpreter and return the names of all modules it loaded."""
    tail = "\nimport json, sys\nprint(json.dumps(list(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script + tail, *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def roots(modules: set[str]) -> set[str]:
    return {name.split(".")[0] for name in modules}


def test_importing_dynclient_loads_neither_transport_nor_validators() -> None:
    assert not roots(loaded_after("import dynclient")) & set(HEAVY)


def test_looking_around_loads_nothing_more() -> None:
    """``dir()`` and completion at a prompt must not stall."""
    script = "import dynclient\ndir(dynclient)\nhasattr(dynclient, 'no_such_name')"
    assert not roots(loaded_after(script)) & set(HEAVY)


VALID = """
import dynclient
release = dynclient.release("starter")
from dynclient import model, validation
from dynclient.model import namespace
types = namespace.types(release)
request = types.CreateTableRequest(
    name="orders",
    databaseSchema="shop.main.public",
    columns=[types.Column(name="id", dataType="BIGINT")],
)
assert dynclient.check(request) == []
"""


def test_a_valid_request_is_validated_without_loading_jsonschema() -> None:
    pytest.importorskip("jsonschema_rs")
    modules = roots(loaded_after(VALID))
    assert "jsonschema_rs" in modules
    assert not modules & {"jsonschema", "referencing", "requests"}


def test_an_invalid_request_is_explained_all_the_same() -> None:
    script = VALID.replace('"BIGINT"', '"BIGNT"').replace("== []", "")
    assert "jsonschema" in roots(loaded_after(script))


COMPAT = """
from dynclient import compat
compat.install("starter")
from metadata.generated.schema.api.data.createTable import CreateTableRequest
from metadata.generated.schema.entity.data.table import Column, DataType
request = CreateTableRequest(
    name="orders", databaseSchema="s.d.c", columns=[Column(name="id", dataType=DataType.BIGINT)]
)
assert compat.payload(request)
"""


def test_official_models_are_built_without_transport_and_validators() -> None:
    assert not roots(loaded_after(COMPAT)) & set(HEAVY)


FIRST_GET = """
import sys
import dynclient
om = dynclient.connect(sys.argv[1], token="t", release="starter")
assert om.tables.get("s.d.c.orders").name == "orders"
"""

MODULES_OF_A_FIRST_GET = 60
"""At most so many modules of dynclient"""


def test_a_first_get_loads_few_modules() -> None:
    """Start-up time is mostly imports; scripts and CI jobs start often."""
    table = {
        "id": "00000000-0000-4000-8000-000000000001",
        "name": "orders",
        "fullyQualifiedName": "s.d.c.orders",
        "columns": [],
    }
    with Stub() as stub:
        stub.routes["/api/v1/system/version"] = [Reply(200, {"version": "1.13.0"})] * 3
        stub.routes["/api/v1/tables/name/s.d.c.orders"] = [Reply(200, table)]
        loaded = loaded_after(FIRST_GET, stub.host)
    own = sorted(name for name in loaded if name.split(".")[0] == "dynclient")
    assert len(own) <= MODULES_OF_A_FIRST_GET, f"{len(own)} modules:\n" + "\n".join(own)
