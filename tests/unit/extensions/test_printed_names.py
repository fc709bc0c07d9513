"""What extensions print of names: nothing that a terminal obeys."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

import dynclient
from dynclient import model
from dynclient.bulk.result import BulkResult
from dynclient.bulk.result import Outcome as Row
from dynclient.display.displayed import Displayed, media_types
from dynclient.errors import DynclientError
from dynclient.extensions.csv_files import ImportResult
from dynclient.extensions.entity_diff import EntityDiff, FieldChange
from dynclient.extensions.hierarchy import Branch, Tree
from dynclient.extensions.lineage_graph import Lineage, LineageEdge
from dynclient.extensions.people import Permissions, TypePermissions
from dynclient.extensions.quality import Outcome, QualityReport
from dynclient.extensions.runs import Run, Runs
from dynclient.extensions.search_hits import Hit, Hits
from dynclient.extensions.versions import Blame, History, Rollback, Version
from tests.support.blocks import check_outputs

NAME = "<s>.\x1b[31m\u202et"
NAMED = {"id": "x", "name": NAME, "fullyQualifiedName": NAME}
HIT = {"_id": "x", "_source": NAMED}


def _hits() -> Hits:
    response = {"hits": {"total": 1, "hits": [HIT]}}
    hits = Hits(
        lambda _: response, lambda raw: Hit(raw, "table", lambda *_: None),
        limit=None, page_size=10, continues=False, order={}, release="x",
    )  # fmt: skip
    assert len(hits) == 1
    return hits


def _team() -> Branch:
    return Branch(model.load(dynclient.release("starter").find("Team"), NAMED))


def _bulk_result() -> BulkResult:
    result = BulkResult()
    result.add(Row("created", NAME, 0))
    result.add(Row("failed", NAME, 1, error=DynclientError(NAME)))
    return result


def _version() -> Version:
    raw = {**NAMED, "changeDescription": {"fieldsUpdated": [{"name": NAME}]}}
    return Version("0.1", None, NAME, model.load(dynclient.release("starter").find("Team"), raw))


_CHANGE = FieldChange(NAME, NAME, f"{NAME}2")
_CSV = f"status,details,name\nfailure,{NAME},{NAME}\n"
_STEP = {"status": [{"name": NAME}], "runId": NAME, "pipelineState": NAME}
_RULE = {"operation": NAME, "access": NAME, "rule": {"name": NAME}}
VALUES = [
    EntityDiff(NAME, NAME, []),
    EntityDiff(NAME, NAME, [_CHANGE]),
    Rollback(EntityDiff(NAME, NAME, [_CHANGE]), {}, lambda: None),
    History(NAME, []),
    History(NAME, [_version()], NAME),
    Blame(NAME, {}),
    Blame(NAME, {NAME: _version()}),
    LineageEdge(NAMED, NAMED),
    Hit(HIT, "table", lambda *_: None),
    _hits(),
    QualityReport(NAME, [Outcome({}, NAME, NAME, "Failed", NAME, {}, None, None, ())]),
    _bulk_result(),
    Run(None, NAME, _STEP),
]
DISPLAYED_ONLY = [
    Tree([_team()]),
    Lineage(NAMED, {"x": NAMED}, [LineageEdge(NAMED, NAMED)]),
    ImportResult({"status": "failure", "importResultsCsv": _CSV}),
    Permissions(NAME, [_RULE]),
    TypePermissions({NAME: Permissions(NAME, [_RULE])}),
    Runs([Run(None, NAME, _STEP)]),
]


def _name(value: Any) -> str:
    return type(value).__name__


@pytest.mark.parametrize("value", VALUES, ids=_name)
def test_control_characters_of_names_are_escaped(value: Any) -> None:
    texts = [str(value), repr(value)]
    assert any(r"\u202e" in text for text in texts)
    for text in texts:
        assert "\x1b" not in text
        assert "\u202e" not in text


@pytest.mark.parametrize(
    "value", [each for each in VALUES if isinstance(each, Displayed)] + DISPLAYED_ONLY, ids=_name
)
def test_nothing_that_is_displayed_has_control_characters_or_markup(value: Displayed) -> None:
    console = Console(file=io.StringIO(), width=300, color_system=None)
    console.print(value)
    assert isinstance(console.file, io.StringIO)
    texts = [*media_types(value).values(), console.file.getvalue()]
    for text in texts:
        assert not {"\x1b", "\u202e"} & {*text}
    assert "<s>" not in texts[1]
    assert "&lt;s&gt;" in texts[1]


def test_control_characters_of_names_in_trees_are_escaped() -> None:
    team = dynclient.release("starter").find("Team")
    branch = Branch(model.load(team, NAMED))
    for value in (branch, Tree([branch])):
        assert r"\u202e" in str(value)
        assert not {"\x1b", "\u202e"} & {*str(value), *repr(value)}
    check_outputs(list(Tree([branch])._blocks()))
