"""Fields, defaults and members of all classes, beside the official package of 1.6.0.

``data/described-differs.json`` lists every difference with its reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import Enum
from typing import Any

import pytest

from dynclient.compat.models import class_names
from dynclient.compat.models.class_registry import class_registry
from dynclient.compat.models.fields import UNDEFINED
from dynclient.compat.models.serialization import Options, dump
from tests.compat.official import DATA, RELEASE, official_python, run_script
from tests.support.trees import real_release

NO_DEFAULT = "<none>"
LISTED: list[dict[str, Any]] = json.loads((DATA / "described-differs.json").read_text("utf-8"))


def differences(cls: Any, official: dict[str, Any]) -> Iterator[str]:
    """Yield the name of what differs, and how."""
    if issubclass(cls, Enum):
        members = {name: member.value for name, member in cls.__members__.items()}
        yield from unequal(members, official["members"])
        return
    if official["kind"] != "model":
        return
    if cls.model_config["extra"] != official["extra"]:
        yield "extra"
    fields = {
        name: [field.alias, field.is_required(), default(field)]
        for name, field in cls.model_fields.items()
    }
    yield from unequal(fields, official["fields"])
    common = [name for name in fields if name in official["fields"]]
    if common != [name for name in official["fields"] if name in fields]:
        yield "order"


def unequal(here: dict[str, Any], there: dict[str, Any]) -> Iterator[str]:
    for name in sorted({*here, *there}):
        if here.get(name) != there.get(name):
            yield name


def default(field: Any) -> Any:
    value = field.get_default()
    return NO_DEFAULT if value is UNDEFINED else dump(value, Options("json"))


@pytest.mark.official
def test_classes_are_described_as_the_official_ones() -> None:
    official = run_script(official_python(), "describe.py")
    release = real_release(RELEASE)
    met: set[str] = set()
    compared = 0
    for module, classes in official.items():
        path = module.replace(".", "/") + ".json"
        here = class_names.classes(release, path) if path in release.paths else {}
        for name, described in classes.items():
            if name in here and here[name].kind == described["kind"] and len(described) > 1:
                cls = class_registry(release).class_at(here[name].node)
                met |= {f"{module}:{name}.{what}" for what in differences(cls, described)}
                compared += 1
    assert compared > 900
    assert met == {place for entry in LISTED for place in entry["places"]}
    assert all(entry["reason"] for entry in LISTED)
