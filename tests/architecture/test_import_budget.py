"""What a process loads, and when: cheap to import, and only what the work at hand needs.

Checked in processes of their own, since this one has long loaded everything.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from dynclient.releases import release

HEAVY = ("requests", "urllib3", "jsonschema", "jsonschema_rs", "referencing", "rich", "typer")


@pytest.fixture(autouse=True, scope="module")
def _starter_at_hand() -> None:
    """Put the starter release into the cache: taking a tree in is another budget's."""
    release("starter")


def loaded_after(script: str) -> set[str]:
    """Run a script in a new interpreter and return the names of all modules it loaded."""
    tail = "\nimport json, sys\nprint(json.dumps(list(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script + tail],
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
types = model.types(release)
request = types.CreateTableRequest(
    name="orders",
    databaseSchema="shop.main.public",
    columns=[types.Column(name="id", dataType="BIGINT")],
)
assert dynclient.check(request) == []
"""


def test_a_valid_request_is_judged_without_the_engine_that_explains() -> None:
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
