"""Displays of results whose texts are hostile: trees, imports, permissions and runs."""

from __future__ import annotations

from typing import Any

import pytest

import dynclient
from dynclient import model
from dynclient.display.text import draw_text
from dynclient.extensions.csv_files import ImportResult
from dynclient.extensions.hierarchy import Branch, Tree
from dynclient.extensions.people import Permissions
from dynclient.extensions.runs import Run
from tests.support.blocks import HOSTILE, check_outputs


def branch(name: str, *below: Branch) -> Branch:
    team = dynclient.release("starter").find("Team")
    made = Branch(model.load(team, {"id": "x", "name": name}))
    made.children.extend(below)
    return made


def result(**raw: Any) -> ImportResult:
    return ImportResult({"status": "success", "numberOfRowsProcessed": 3, **raw})


def test_a_tree_may_be_deeper_than_python_allows() -> None:
    deep = branch("leaf")
    for _ in range(2000):
        deep = branch("inner", deep)
    assert draw_text(Tree([deep])._blocks(), 100).endswith("└─ …")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_harmless(text: str) -> None:
    row = {"operation": text, "access": text, "rule": {"name": text}}
    record = {"runId": text, "pipelineState": text}
    quoted = '"' + text.replace('"', '""') + '"'
    csv = f"status,details,{quoted}\nfailure,{quoted},{quoted}\n"
    for value in (
        Permissions(text, [row]),
        Run(None, text, record),
        result(status=text, abortReason=text, importResultsCsv=csv),
        Tree([branch(text, branch(text))]),
    ):
        check_outputs(list(value._blocks()))
