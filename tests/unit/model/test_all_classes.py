"""Each object schema of each available release has a class with documentation."""

from __future__ import annotations

import inspect

import pytest

from dynclient.model import Entity, class_for
from dynclient.schema.pointers import walk
from tests.support.trees import ALL_RELEASES, release_named


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_every_class_builds_and_is_documented(name: str) -> None:
    release = release_named(name)
    built = 0
    for path in release.paths:
        for pointer, _ in walk(release.document(path)):
            node = release.node(path, pointer)
            if node.kind not in {"object", "enum"} or node.target is not node:
                continue
            cls = class_for(node)
            if not isinstance(cls, type) or not issubclass(cls, (Entity, str)):
                continue
            built += 1
            assert cls.__name__.isidentifier(), node
            assert cls.__module__ == "dynclient.types"
            assert cls.__doc__
            assert class_for(node) is cls
            if issubclass(cls, Entity):
                parameters = inspect.signature(cls).parameters
                assert {n for n in node.required if n in parameters} <= set(node.properties)
                assert repr(cls())
    assert built > 100
