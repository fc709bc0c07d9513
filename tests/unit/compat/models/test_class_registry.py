"""The classes of a release: one set for each release, and pickles that find them again."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dynclient import compat
from dynclient.compat.models.class_registry import class_registry
from tests.support.trees import release_named

TABLE = {
    "name": "orders",
    "databaseSchema": "s.d.x",
    "columns": [{"name": "id", "dataType": "INT"}],
}


@pytest.fixture
def values() -> list[Any]:
    """A model, an enumeration member, and root types that are a string, a list and a UUID."""
    release = release_named("starter")
    create = compat.entity_class(release, "api/data/createTable.json")
    request = create(**TABLE)
    owners = compat.entity_class(release, "type/entityReferenceList.json")
    uuid = compat.entity_class(release, "type/basic.json#/definitions/uuid")
    return [
        request,
        request.columns[0].dataType,
        request.name,
        owners([{"id": "6c4fd3bf-c0af-5331-bf78-b4edd4a86ed0", "type": "user"}]),
        uuid("6c4fd3bf-c0af-5331-bf78-b4edd4a86ed0"),
    ]


def test_a_release_has_one_registry_for_each_way_to_treat_drift() -> None:
    release = release_named("starter")
    assert class_registry(release) is class_registry(release)
    strict = release.with_drift("error")
    assert class_registry(strict) is not class_registry(release)
    assert class_registry(strict).release is strict


def test_every_class_knows_its_registry(values: list[Any]) -> None:
    registry = class_registry(release_named("starter"))
    assert [type(value)._registry is registry for value in values] == [True] * len(values)


def test_values_are_unpickled_as_instances_of_the_same_classes(values: list[Any]) -> None:
    restored = pickle.loads(pickle.dumps(values))
    assert restored == values
    assert [type(value) for value in restored] == [type(value) for value in values]


def test_values_are_unpickled_in_a_process_without_the_import_hook(
    values: list[Any], tmp_path: Path
) -> None:
    file = tmp_path / "values.pickle"
    file.write_bytes(pickle.dumps(values))
    script = (
        "import pickle, sys\n"
        f"for value in pickle.load(open({str(file)!r}, 'rb')):\n"
        "    print(type(value).__module__, type(value).__name__, repr(value))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    expected = [f"{type(v).__module__} {type(v).__name__} {v!r}" for v in values]
    assert done.stdout.splitlines() == expected
