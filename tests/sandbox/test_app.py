"""The application: which features it mounts, and in which order."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from dynclient.sandbox import features
from dynclient.sandbox.features import FEATURES


@pytest.mark.parametrize("name", FEATURES)
def test_every_feature_has_its_documents_and_a_mount(name: str) -> None:
    module = import_module(f"dynclient.sandbox.features.{name}")
    assert isinstance(module.NEEDS, tuple)
    assert all(path.endswith(".json") for path in module.NEEDS)
    assert callable(module.mount)


def test_every_module_that_mounts_by_itself_is_a_feature() -> None:
    folder = Path(str(features.__file__)).parent
    mounting = {
        path.stem
        for path in folder.glob("*.py")
        if "\ndef mount(routes: Routes, models: EntityModels, where:" in path.read_text("utf-8")
    }
    assert mounting == set(FEATURES)


def test_single_features_precede_the_routes_of_every_collection() -> None:
    """Of two routes for one path the first counts, which is the special one."""
    building_on_others = ("background_deletes", "pipeline_service")
    assert FEATURES[-4:] == ("collection_routes", "time_series", *building_on_others)
    assert len(FEATURES) == len(set(FEATURES))
