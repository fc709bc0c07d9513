"""Names and kinds of classes: those of the official SDK, for every module of its 1.6.0."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dynclient.compat.models import class_names
from dynclient.compat.models.class_registry import PACKAGE, class_registry, module_of
from dynclient.schema import Release
from tests.support.trees import ALL_RELEASES, TREES, real_release, release_named

DATA = Path(__file__).parent / "data"
LISTED: list[dict[str, Any]] = json.loads((DATA / "names-absent.json").read_text("utf-8"))
RECORDED: dict[str, dict[str, str]] = json.loads((DATA / "names-1.6.0.json").read_text("utf-8"))
EXPECTED = {
    f"{module}:{name}": kind
    for module, kinds in RECORDED.items()
    for kind, listed_names in kinds.items()
    for name in listed_names.split()
}
"""Kind by module and class, as the package of 1.6.0.0 has them."""


def path_of(module: str) -> str:
    return module.replace(".", "/") + ".json"


def names_of_release(release: Release) -> dict[str, str]:
    return {
        f"{module_of(path).removeprefix(f'{PACKAGE}.')}:{named.name}": named.kind
        for path in release.paths
        for named in class_names.classes(release, path).values()
    }


def listed_names(kind: str | None = None) -> set[str]:
    """Return the names that are listed as different, those of whole modules too."""
    found: set[str] = set()
    for entry in LISTED:
        if kind in {None, entry["kind"]}:
            modules = set(entry.get("modules", ()))
            found |= {name for name in EXPECTED if name.split(":")[0] in modules}
            found |= set(entry.get("names", ()))
    return found


def test_every_name_is_served_or_listed_with_a_reason() -> None:
    here = names_of_release(real_release("1.6.0"))
    different = {name for name, kind in EXPECTED.items() if here.get(name) != kind}
    assert different == listed_names()
    assert all(entry["reason"] for entry in LISTED)


def test_what_the_tree_has_is_named_as_the_official_generator_names_it() -> None:
    here = names_of_release(real_release("1.6.0"))
    known = set(EXPECTED) - listed_names("later")
    same = sum(1 for name in known if here.get(name) == EXPECTED[name])
    assert len(known) > 1000
    assert same / len(known) >= 0.995


@pytest.mark.parametrize("name", [name for name in TREES if name.split(".") > ["1", "6"]])
def test_most_of_what_is_listed_as_later_is_in_later_trees(name: str) -> None:
    """So the reason is true, and the rules of naming hold for documents of later releases too."""
    here = names_of_release(real_release(name))
    if "governance.workflows.workflowDefinition:WorkflowDefinition" not in here:
        pytest.skip(f"{name} is no later tree")
    later = listed_names("later")
    assert sum(1 for other in later if here.get(other) == EXPECTED[other]) / len(later) >= 0.85


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_names_of_a_module_are_identifiers_and_lead_to_classes(name: str) -> None:
    release = release_named(name)
    classes = class_registry(release)
    for path in release.paths:
        assert all(part.isidentifier() for part in module_of(path).split(".")), path
        for key, named in classes.names(path).items():
            assert key.isidentifier(), (path, key)
            assert key == named.name
            cls = classes.class_at(named.node)
            assert cls.__name__ == key
            assert cls.__module__ == module_of(path)
