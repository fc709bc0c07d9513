"""Configurations of test workflows in YAML."""

from __future__ import annotations

from pathlib import Path

import pytest

from dynclient.compat.sdk.data_quality.workflow_files import read_workflow
from dynclient.errors import BadArguments, UsageError

pytest.importorskip("yaml")

TEXT = """
source:
  sourceConfig: {config: {type: TestSuite, entityFullyQualifiedName: s.d.c.t}}
processor:
  config:
    testCases:
      - {name: rows, testDefinitionName: tableRowCountToEqual,
         parameterValues: [{name: value, value: 3}]}
      - {name: ids, testDefinitionName: columnValuesToBeUnique, columnName: id}
"""


def test_a_workflow_has_a_table_and_tests(tmp_path: Path) -> None:
    workflow = read_workflow(TEXT, None)
    assert workflow.table == "s.d.c.t"
    rows, ids = workflow.tests
    assert [(each.name, each.value) for each in rows.parameterValues or ()] == [("value", "3")]
    assert (ids.columnName, ids.parameterValues) == ("id", [])
    file = tmp_path / "tests.yaml"
    file.write_text(TEXT, "utf-8")
    assert read_workflow(None, file) == workflow


def test_either_a_text_or_a_file_is_given(tmp_path: Path) -> None:
    for text, file in ((None, None), (TEXT, tmp_path)):
        with pytest.raises(ValueError, match="pass either yaml_string or file_path"):
            read_workflow(text, file)
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read_workflow(None, tmp_path / "no.yaml")


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("- a", ["configuration: must be a mapping with source and processor, not list"]),
        ("token: [sesame", ["configuration: is not YAML", "in line 1"]),
        ("a: 1", ["source.sourceConfig.config.entityFullyQualifiedName: must be the fully"]),
        (TEXT.replace("rows,", "rows, colum: a,"), ["testCases[0].colum: is not a field"]),
        (TEXT.replace("value: 3}", "valu: 3}"), ["[0].parameterValues: must have a name and a"]),
        (TEXT.replace("value: 3}", "value: .nan}"), ["[0].value: must be a text, a finite"]),
        ("processor: {config: {testCases: 3}}", ["testCases: must be a list, not int", "source."]),
    ],
)
def test_all_that_is_wrong_is_listed_by_its_place(text: str, messages: list[str]) -> None:
    with pytest.raises(ValueError, match=r"TestRunner\.from_yaml") as caught:
        read_workflow(text, None)
    assert isinstance(caught.value, BadArguments)
    for message in messages:
        assert message in str(caught.value)
    assert "sesame" not in str(caught.value)


def test_a_server_is_needed_to_connect() -> None:
    with pytest.raises(ValueError, match=r"openMetadataServerConfig: must have hostPort"):
        read_workflow(TEXT, None).client()
