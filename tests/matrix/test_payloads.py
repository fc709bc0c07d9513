"""Requests follow the schemas of the release, and the grid goes on where none can be generated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dynclient.releases import release
from dynclient.schema import EntityType
from tests.matrix import grid
from tests.matrix.lifecycle import GREEN, NONE
from tests.matrix.payloads import EntityPlaceholder, Payloads, UnknownEntityType
from tests.support.external_server import only_on_sandbox
from tests.support.small_tree import files, make_folder
from tests.support.trees import release_named


def older_tree(folder: Path) -> Path:
    """Write the starter release with what releases before 1.0 have, and return its folder.

    Labels of tags are of the source Tag, and a bot names its user by a reference.
    """
    starter = release_named("starter")
    documents = {path: starter.document(path) for path in starter.paths}
    text = json.dumps(documents["type/tagLabel.json"])
    assert '"Classification"' in text
    documents["type/tagLabel.json"] = json.loads(text.replace('"Classification"', '"Tag"'))
    bot = json.loads(json.dumps(documents["api/createBot.json"]))
    bot["properties"]["botUser"] = {"$ref": "../type/entityReference.json"}
    documents["api/createBot.json"] = bot
    return make_folder(folder, files(documents))


def test_labels_and_references_are_those_of_an_older_release(tmp_path: Path) -> None:
    payloads = Payloads(release("0.9.0", source=older_tree(tmp_path / "older")))
    entities = payloads.release.entities
    assert [each["source"] for each in payloads.full(entities["table"])["tags"]] == ["Tag"]
    user = payloads.least(entities["bot"])["botUser"]
    assert isinstance(user, EntityPlaceholder)
    assert (user.entity, user.form) == ("user", "entity")


@only_on_sandbox("it starts a sandbox of the starter release")
def test_the_grid_is_written_where_no_request_can_be_generated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    starter = release_named("starter")
    chosen = {name: starter.entities[name] for name in ("role", "user")}
    monkeypatch.setattr(grid, "kinds", lambda _: chosen)
    plain = Payloads.full

    def full(payloads: Payloads, entity: EntityType) -> dict[str, Any]:
        if entity.name == "role":
            raise UnknownEntityType("role.thing must name an entity, but its type is not known")
        return plain(payloads, entity)

    monkeypatch.setattr(Payloads, "full", full)
    said: list[str] = []
    cells = grid.run("starter", said.append)
    (line,) = said
    assert line.startswith("starter role: no request can be generated: role.thing must name")
    assert {*cells["role"].values()} == {grid.UNTRIED, NONE}
    assert {*cells["user"].values()} <= {GREEN, NONE}
    assert "| role | all |" in grid.document({"starter": cells})
