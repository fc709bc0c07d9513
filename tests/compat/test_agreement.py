"""Data passed to official models and to ours: the same dumps, the same errors at the same places.

``data/agreement-differs.json`` lists where they differ on purpose, with reasons.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from dynclient import compat
from dynclient.compat.models.class_registry import module_of
from dynclient.compat.models.validation_errors import ValidationError
from dynclient.schema import Node
from dynclient.secrets import MASK
from tests.compat.official import DATA, HERE, RELEASE, official_python
from tests.property.data import draw_instance, mutate
from tests.support.trees import TREES, real_release

pytestmark = pytest.mark.official
LISTED: dict[str, Any] = json.loads((DATA / "agreement-differs.json").read_text("utf-8"))
CHANGED = {
    place.rpartition(".")[2]
    for entry in json.loads((DATA / "described-differs.json").read_text("utf-8"))
    for place in entry["places"]
}
"""Names of the fields whose schema differs between the tree and the package."""


def models() -> list[str]:
    """Return the documents that are compared: entities and create requests both sides have."""
    if RELEASE not in TREES:
        return []
    known = real_release(RELEASE).entities.values()
    paths = {path for entity in known for path in (entity.path, entity.create) if path is not None}
    return sorted(paths - set(LISTED["left out"]))


class Official:
    """The official SDK in a process of its own."""

    def __init__(self, python: str) -> None:
        self._process = subprocess.Popen(
            [python, str(HERE / "respond.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, cls: type, data: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(
            json.dumps([cls.__module__, cls.__name__, data]), file=self._process.stdin, flush=True
        )
        response: dict[str, Any] = json.loads(self._process.stdout.readline())
        return response

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.fixture(scope="module")
def official() -> Iterator[Official]:
    opened = Official(official_python())
    yield opened
    opened.close()


def without_listed_differences(here: Any, there: Any, given: Any) -> Any:
    """Return what official models convert data to, without the differences that are listed.

    Args:
        here: the result of ours.
        there: the result of the official ones.
        given: the data.
    """
    if isinstance(here, dict) and isinstance(there, dict):
        sent = given if isinstance(given, dict) else {}
        return {
            name: without_listed_differences(here.get(name), value, sent.get(name))
            for name, value in there.items()
            if name in here or name in sent or name not in CHANGED
        }
    if isinstance(here, list) and isinstance(there, list) and len(here) == len(there):
        sent = given if isinstance(given, list) else [None] * len(here)
        return [without_listed_differences(*three) for three in zip(here, there, sent, strict=True)]
    return here if here == MASK and isinstance(there, str) else there


def compare(cls: Any, official: Official, given: Any) -> None:
    ours, theirs = here(cls, given), official(cls, given)
    if "dump" in ours and "dump" in theirs:
        theirs = {"dump": without_listed_differences(ours["dump"], theirs["dump"], given)}
    if "faults" in ours and "faults" in theirs:
        # The official branches of a union are tried in another order.
        ours, theirs = ({"faults": sorted(map(str, both["faults"]))} for both in (ours, theirs))
    assert ours == theirs


def here(cls: Any, data: Any) -> dict[str, Any]:
    try:
        value = cls.model_validate(data)
    except ValidationError as error:
        return {"faults": [[item["type"], list(item["loc"])] for item in error.errors()]}
    return {"dump": json.loads(json.dumps(value.model_dump(mode="json", exclude_none=True)))}


def class_of(path: str) -> Any:
    cls = compat.entity_class(real_release(RELEASE), path)
    assert cls.__module__ == module_of(path)
    return cls


def node_of(path: str) -> Node:
    return real_release(RELEASE).node(path)


@pytest.mark.parametrize("path", models())
def test_valid_data_is_dumped_alike(path: str, official: Official) -> None:
    cls = class_of(path)

    @hypothesis.given(st.data())
    @hypothesis.settings(max_examples=25)
    def holds(data: st.DataObject) -> None:
        given = draw_instance(data.draw, node_of(path))
        compare(cls, official, given)

    holds()


@pytest.mark.parametrize("path", models())
def test_broken_data_has_the_same_faults(path: str, official: Official) -> None:
    cls = class_of(path)

    @hypothesis.given(st.data())
    @hypothesis.settings(max_examples=25)
    def holds(data: st.DataObject) -> None:
        given = mutate(data.draw, deepcopy(draw_instance(data.draw, node_of(path))))
        compare(cls, official, given)

    holds()
