"""A tree that nobody has seen works as the known ones do: new version, entities and layout.

It is made from the newest tree at hand: an entity type is gone, one has another name and class, one
is new in a folder of its own, and files that operations need elsewhere are missing.
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
from tests.matrix import known
from tests.matrix.life import GREEN, applicable, live
from tests.matrix.payloads import Payloads
from tests.matrix.pool import Pool
from tests.support.trees import ALL_RELEASES, release_named, trees_in

pytestmark = pytest.mark.matrix

VERSION = "3.7.0"
NEW, RENAMED, OLD, GONE = "gadget", "holding", "container", "dashboard"
MISSING = ("api/voteRequest.json", "api/data/restoreEntity.json", "type/changeEvent.json")


def documents() -> dict[str, Any]:
    """Return the documents of the tree."""
    newest = release_named(ALL_RELEASES[-1])
    held = {path: newest.document(path) for path in newest.paths}
    for path in (newest.entities[GONE].path, newest.entities[GONE].create, *MISSING):
        held.pop(path or "", None)
    text = json.dumps(held)
    old, new = OLD.capitalize(), RENAMED.capitalize()
    for was, now in (
        (f"/{OLD}.json", f"/{RENAMED}.json"), (f".{old}\"", f".{new}\""),
        (f"/create{old}.json", f"/create{new}.json"), (f".Create{old}\"", f".Create{new}\""),
        (f"\"{old}\"", f"\"{new}\""), (f"\"Create{old}Request\"", f"\"Create{new}Request\""),
    ):  # fmt: skip
        text = text.replace(was, now)
    return {**json.loads(text), **gadget()}


def gadget() -> dict[str, Any]:
    """Return the documents of an entity type that no release has."""
    basic = "../../type/basic.json#/definitions"
    name = {"$ref": f"{basic}/entityName"}
    words = {"description": {"$ref": f"{basic}/markdown"}, "displayName": {"type": "string"}}
    owner = {"$ref": "../../type/entityReference.json"}
    java = "org.openmetadata.schema"
    return {
        f"workshop/tools/{NEW}.json": {
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
        f"workshop/requests/create{NEW.capitalize()}.json": {
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


@pytest.fixture(scope="module", params=["folder", "zip", "tar.gz"])
def tree(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree, in each layout that trees come in."""
    folder = tmp_path_factory.mktemp("trees")
    top = f"OpenMetadata-{VERSION}-release"
    schemas = f"{top}/openmetadata-spec/src/main/resources/json/schema"
    files = {f"{schemas}/{path}": json.dumps(held) for path, held in documents().items()}
    if request.param == "folder":
        for name, text in files.items():
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, "utf-8")
        return folder / top
    archive = folder / f"{top}.{request.param}"
    if request.param == "zip":
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


@pytest.fixture(scope="module")
def pool(tree: Path) -> Iterator[Pool]:
    """A sandbox that serves the tree, and a client of it."""
    unseen = release(VERSION, source=tree)
    with (
        sandbox.start(tree=tree) as running,
        dynclient.connect(running.host, token=running.admin_token, release=unseen) as om,
    ):
        yield Pool(om, Payloads(unseen), "u")


def test_a_directory_of_trees_is_found_by_its_names(tree: Path) -> None:
    assert trees_in(tree.parent) == {VERSION: tree}


def test_the_tree_is_what_it_is_meant_to_be(pool: Pool) -> None:
    unseen: Release = pool.om.release
    assert (unseen.name, unseen.version) == (VERSION, (3, 7, 0))
    assert {NEW, RENAMED} <= set(unseen.entities)
    assert not {OLD, GONE} & set(unseen.entities)
    assert unseen.entities[NEW].create == "workshop/requests/createGadget.json"
    assert not set(MISSING) & set(unseen.paths)


@pytest.mark.parametrize("entity", [NEW, RENAMED, "table", "glossaryTerm", "user"])
def test_the_life_of(pool: Pool, entity: str) -> None:
    kind = pool.om.release.entities[entity]
    for request in (pool.payloads.least(kind), pool.payloads.full(kind)):
        cells = live(pool, kind, request)
        assert not known.surprises(pool.om.release, kind, cells)
        assert cells["create"] == cells["save"] == cells["restore"] == GREEN


def test_what_is_new_is_found_like_everything_else(pool: Pool) -> None:
    om = pool.om
    assert "gadgets" in dir(om)
    assert om.gadgets.create.__doc__
    with pytest.raises(dynclient.RequestInvalid, match="teeth"):
        om.gadgets.create(name="g", teeth=2, policy=pool.unique())
    made = om.gadgets.create(**pool.ready(pool.payloads.least(om.release.entities[NEW])))
    assert made.policy.type == "policy"
    assert om.contract["gadgets"].route == "/v1/gadgets"


def test_the_matrix_takes_a_directory(tree: Path) -> None:
    """The same by the command that a user has."""
    if tree.is_dir():
        pytest.skip("one layout will do: the others differ in how they are read alone")
    environment = {**os.environ, "DYNCLIENT_TREES": str(tree.parent)}
    environment.pop("PYTEST_XDIST_WORKER", None)
    ran = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-m", "matrix",
            "-k", f"test_the_life_of and {VERSION} and ({NEW} or {RENAMED} or {VERSION}-query-)",
            "tests/matrix/test_life.py",
        ],
        cwd=Path(__file__).resolve().parent.parent.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    kinds = [NEW, RENAMED, *({"query"} & {*release_named(ALL_RELEASES[-1]).entities})]
    assert f"{2 * len(kinds)} passed" in ran.stdout, ran.stdout
    assert f"real schema trees: {VERSION}" in ran.stdout


def test_missing_files_take_only_what_needs_them(pool: Pool) -> None:
    spec = next(each for each in pool.om.release.entities.values() if each.votes and each.create)
    collection = pool.om[spec.name]
    assert "restore" in applicable(collection._spec)
    assert "vote" in dir(collection)
