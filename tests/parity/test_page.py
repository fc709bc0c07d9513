"""docs/parity.md is what the data says, and the tests that it names make the calls."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

from dynclient.compat.ometa.request_methods import rows
from tests.parity.call_names import names_of_call, names_of_test
from tests.parity.page import FLUENT, FOLDER, PAGE, calls, missing, page
from tests.support.trees import shared

FILES = sorted([*FOLDER.glob("*.json"), *FLUENT.glob("*.json")])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_calls_are_valid_by_their_schema(file: Path) -> None:
    schema = json.loads(Path(__file__).with_name("calls.schema.json").read_text())
    jsonschema.validate(json.loads(file.read_text()), schema)


def test_the_page_is_generated_from_the_calls() -> None:
    assert PAGE.read_text("utf-8") == page(), "run python -m tests.parity"


def test_every_official_method_has_a_native_call_or_a_reason() -> None:
    assert missing() == []


def test_every_method_of_the_calls_is_an_official_one() -> None:
    assert calls().keys() <= {row["name"] for row in rows()}


def test_every_name_of_the_fluent_sdk_has_a_native_call_or_a_reason() -> None:
    listed, surface = shared("openmetadata/PEER.md"), shared("openmetadata/sdk2_surface.json")
    if listed is None or surface is None:
        pytest.skip("the shared folder does not have the names of the official SDK")
    text = listed.read_text("utf-8").partition("## Fluent SDK")[2]
    methods = re.findall(r"^\| \S+ \| `(?:\(module\)\.)?([\w.]+)", text, re.MULTILINE)
    classes = re.search(r"^Classes: (.+)$", text, re.MULTILINE)
    assert classes is not None
    names = {*methods, *re.findall(r"`(\w+)`", classes[1])} - {"module"}
    for module, found in json.loads(surface.read_text("utf-8")).items():
        if ".data_quality" in module:
            names |= {*found.get("functions", ())}
            for name, members in found.get("classes", {}).items():
                names |= {f"{name}.{each}" for each in members["members"] if each[0] != "_"}
    assert len(names) > len(methods) > 100
    assert calls(FLUENT).keys() == names


@pytest.mark.parametrize("folder", [FOLDER, FLUENT], ids=lambda folder: folder.name)
def test_every_test_that_the_calls_name_exists_and_makes_the_call(folder: Path) -> None:
    wrong = []
    for name, entry in calls(folder).items():
        if "call" not in entry:
            continue
        used = names_of_test(entry["test"])
        unused = {"test"} if used is None else names_of_call(entry["call"]) - used
        if unused:
            wrong.append(f"{name}: {entry['test']} does not have {', '.join(sorted(unused))}")
    assert not wrong, "\n".join(wrong)
