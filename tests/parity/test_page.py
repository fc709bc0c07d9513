"""docs/parity.md is what the data says, and the tests that it names exist."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import jsonschema
import pytest

from dynclient.compat.ometa.request_methods import rows
from tests.parity.page import FOLDER, PAGE, calls, missing, page

ROOT = Path(__file__).parents[2]
FILES = sorted(FOLDER.glob("*.json"))


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


def test_every_test_that_the_calls_name_exists() -> None:
    missing = []
    for name, entry in calls().items():
        if "test" in entry:
            file, _, function = entry["test"].partition("::")
            path = ROOT / file
            tree = ast.parse(path.read_text()) if path.is_file() else ast.Module([], [])
            if function not in {each.name for each in tree.body if hasattr(each, "name")}:
                missing.append(f"{name}: {entry['test']}")
    assert not missing
