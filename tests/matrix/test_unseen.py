"""An unknown schema tree works as the known ones do: new version, entity types and layout.

It is derived from the newest available tree: one entity type is removed, one has another name and
class, one is added in a new folder, and files that some operations need are missing.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient import sandbox
from dynclient.releases import release
from dynclient.schema import Release
from tests.matrix import known_failures
from tests.matrix.lifecycle import GREEN, applicable, run_lifecycle
from tests.matrix.payloads import Payloads
from tests.matrix.pool import Pool
from tests.support.trees import ALL_RELEASES, release_named, trees_in

pytestmark = pytest.mark.matrix

VERSION = "3.7.0"
ADDED, RENAMED, ORIGINAL, REMOVED = "gadget", "holding", "container", "dashboard"
NEWEST = next(
    (
        name for name in reversed(ALL_RELEASES)
        if {ORIGINAL, REMOVED} <= {*release_named(name).entities} and any(
            each.votes and each.create for each in release_named(name).entities.values()
        )
    ),
    "starter",
)  # fmt: skip
"""The newest release that has what the tree is made of."""
MISSING = ("api/voteRequest.json", "api/data/restoreEntity.json", "type/changeEvent.json")


def documents() -> dict[str, Any]:
    """Return the documents of the tree."""
    newest = release_named(NEWEST)
    originals = {path: newest.document(path) for path in newest.paths}
    for path in (newest.entities[REMOVED].path, newest.entities[REMOVED].create, *MISSING):
        originals.pop(path or "", None)
    text = json.dumps(originals)
    old, new = ORIGINAL.capitalize(), RENAMED.capitalize()
    for before, after in (
        (f"/{ORIGINAL}.json", f"/{RENAMED}.json"), (f".{old}\"", f".{new}\""),
        (f"/create{old}.json", f"/create{new}.json"), (f".Create{old}\"", f".Create{new}\""),
        (f"\"{old}\"", f"\"{new}\""), (f"\"Create{old}Request\"", f"\"Create{new}Request\""),
    ):  # fmt: skip
        assert before in text
        text = text.replace(before, after)
    return {**json.loads(text), **added_documents()}


def added_documents() -> dict[str, Any]:
    """Return the documents of an entity type that no release has."""
    basic = "../../type/basic.json#/definitions"
    name = {"$ref": f"{basic}/entityName"}
    words = {"description": {"$ref": f"{basic}/markdown"}, "displayName": {"type": "string"}}
    owner = {"$ref": "../../type/entityReference.json"}
    java = "org.openmetadata.schema"
    return {
        f"workshop/tools/{ADDED}.json": {
            "title": "Gadget", "type": "object",
            "javaType": f"{java}.workshop.Gadget", "javaInterfaces": [f"{java}.EntityInterface"],
            "properties": {
                "id": {"$ref": f"{basic}/uuid"}, "name": name,
                "fullyQualifiedName": {"$ref": f"{basic}/fullyQualifiedEntityName"}, **words,
                "version": {"$ref": "../../type/entityHistory.json#/definitions/entityVersion"},
                "updatedAt": {"$ref": f"{basic}/timestamp"}, "updatedBy": {"type": "string"},
                "href": {"$ref": f"{basic}/href"},
                "changeDescription": {
                    "$ref": "../../type/entityHistory.json#/definitions/changeDescription"
                },
                "deleted": {"type": "boolean", "default": False},
                "policy": owner, "teeth": {"type": "integer", "minimum": 3},
                "followers": {"$ref": "../../type/entityReferenceList.json"},
            },
            "required": ["id", "name"], "additionalProperties": False,
        },
        f"workshop/requests/create{ADDED.capitalize()}.json": {
            "title": "CreateGadgetRequest", "type": "object",
            "javaType": f"{java}.workshop.CreateGadget",
            "javaInterfaces": [f"{java}.CreateEntity"],
            "properties": {
                "name": name, **words, "teeth": {"type": "integer", "minimum": 3},
                "policy": {"$ref": f"{basic}/fullyQualifiedEntityName"},
            },
            "required": ["name", "teeth", "policy"], "additionalProperties": False,
        },
    }  # fmt: skip


def written(layout: str, folder: Path) -> Path:
    """Write the tree in a layout: as a folder, or as an archive of one."""
    top = f"OpenMetadata-{VERSION}-release"
    schemas = f"{top}/openmetadata-spec/src/main/resources/json/schema"
    files = {f"{schemas}/{path}": json.dumps(document) for path, document in documents().items()}
    if layout == "folder":
        for name, text in files.items():
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, "utf-8")
        return folder / top
    archive = folder / f"{top}.{layout}"
    if layout == "zip":
        with zipfile.ZipFile(archive, "w") as zipped:
            for name, text in files.items():
                zipped.writestr(name, text)
        return archive
    with tarfile.open(archive, "w:gz") as packed:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            packed.addfile(member, io.BytesIO(text.encode()))
    return archive


@pytest.fixture(scope="module", params=["folder", "zip", "tar.gz"])
def tree(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree in each supported layout."""
    return written(request.param, tmp_path_factory.mktemp("trees"))


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    """A sandbox that serves the tree, and a client of it."""
    tree = written("folder", tmp_path_factory.mktemp("trees"))
    unseen = release(VERSION, source=tree)
    with (
        sandbox.start(tree=tree) as running,
        dynclient.connect(running.host, token=running.admin_token, release=unseen) as om,
    ):
        yield Pool(om, Payloads(unseen), "u")


def test_a_directory_of_trees_is_found_by_its_names(tree: Path) -> None:
    assert trees_in(tree.parent) == {VERSION: tree}


def test_every_layout_is_the_same_release(tree: Path, pool: Pool) -> None:
    assert release(VERSION, source=tree).digest == pool.om.release.digest


def test_the_tree_has_the_intended_entity_types(pool: Pool) -> None:
    unseen: Release = pool.om.release
    assert (unseen.name, unseen.version) == (VERSION, (3, 7, 0))
    assert {ADDED, RENAMED} <= set(unseen.entities)
    assert not {ORIGINAL, REMOVED} & set(unseen.entities)
    assert unseen.entities[ADDED].create == "workshop/requests/createGadget.json"
    assert not set(MISSING) & set(unseen.paths)


@pytest.mark.parametrize("entity", [ADDED, RENAMED, "table", "glossaryTerm", "user"])
def test_lifecycle_of(pool: Pool, entity: str) -> None:
    kind = pool.om.release.entities[entity]
    for request in (pool.payloads.least(kind), pool.payloads.full(kind)):
        cells = run_lifecycle(pool, kind, request)
        assert not known_failures.deviations(pool.om.release, kind, cells)
        assert cells["create"] == cells["save"] == cells["restore"] == GREEN


def test_the_added_entity_type_has_a_collection(pool: Pool) -> None:
    om = pool.om
    assert "gadgets" in dir(om)
    assert om.gadgets.create.__doc__
    with pytest.raises(dynclient.RequestInvalid, match="teeth"):
        om.gadgets.create(name="g", teeth=2, policy=pool.unique())
    created = om.gadgets.create(**pool.resolve(pool.payloads.least(om.release.entities[ADDED])))
    assert created.policy.type == "policy"
    assert om.contract["gadgets"].route == "/v1/gadgets"


def test_the_matrix_runs_on_a_directory_of_trees(tmp_path: Path) -> None:
    """The same with the command that a user runs."""
    tree = written("zip", tmp_path)
    environment = {**os.environ, "DYNCLIENT_TREES": str(tree.parent)}
    for name in ("PYTEST_XDIST_WORKER", "DYNCLIENT_SERVER"):
        environment.pop(name, None)
    ran = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-m", "matrix",
            "-k", f"test_lifecycle_of and {VERSION} and ({ADDED} or {RENAMED} or {VERSION}-query-)",
            "tests/matrix/test_lifecycle.py",
        ],
        cwd=Path(__file__).resolve().parent.parent.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    kinds = [ADDED, RENAMED, *({"query"} & {*release_named(NEWEST).entities})]
    assert f"{2 * len(kinds)} passed" in ran.stdout, ran.stdout
    assert f"real schema trees: {VERSION}" in ran.stdout


def test_missing_documents_remove_no_operations(pool: Pool) -> None:
    spec = next(each for each in pool.om.release.entities.values() if each.votes and each.create)
    collection = pool.om[spec.name]
    assert "restore" in applicable(collection._spec)
    assert "vote" in dir(collection)
