"""CSV out of a server, and back into it."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from dynclient.client.client import Client
from dynclient.errors import BadArguments, NotFound, NotSupported, UsageError
from tests.support.external_server import own

WORDS = own("words")
"""The glossary of these tests."""


@pytest.fixture
def om(each: Client) -> Client:
    """A client of a release that has CSV."""
    if not each.supports("glossaries.export_csv"):
        pytest.skip(f"release {each.release.name} has no CSV")
    return each


@pytest.fixture
def glossary(om: Client) -> Iterator[Any]:
    """A glossary of two terms."""
    glossary = om.glossaries.create(name=WORDS, displayName=WORDS, description="x")
    for name in ("Order", "Revenue"):
        om.glossary_terms.create(
            name=name, displayName=name, glossary=glossary, description=f"about {name}"
        )
    yield glossary
    om.glossaries.delete(glossary, recursive=True, hard=True)


def test_a_glossary_goes_out_and_comes_back(om: Client, glossary: Any, tmp_path: Path) -> None:
    text = om.glossaries.export_csv(glossary)
    assert text == om.glossaries.export_csv(WORDS)
    assert "about Revenue" in text
    changed = text.replace("about Revenue", "money")
    trial = om.glossaries.import_csv(glossary, changed)
    assert trial
    assert trial.is_dry_run
    assert om.glossary_terms[f"{WORDS}.Revenue"].description == "about Revenue"
    file = tmp_path / "terms.csv"
    file.write_text(changed, "utf-8-sig")
    for data in (file, StringIO(changed), changed.encode()):
        done = om.glossaries.import_csv(WORDS, data, dry_run=False)
        assert (done.status, done.is_dry_run, done.failed) == ("success", False, 0)
    assert om.glossary_terms[f"{WORDS}.Revenue"].description == "money"
    assert [row.status for row in done.rows] == ["success", "success"]


def test_rows_that_are_not_right_are_reported(om: Client, glossary: Any) -> None:
    text = om.glossaries.export_csv(glossary)
    header, first, second, *_ = text.splitlines()
    broken = second.replace("Order", "Lost", 1).replace("Revenue", "Lost", 1)
    lines = [header, first, "Nowhere" + broken, second]
    result = om.glossaries.import_csv(glossary, "\r\n".join(lines) + "\r\n")
    assert not result
    [row] = result.errors
    assert row.number == 2
    assert "INVALID_FIELD" in row.details
    assert f"row 2: {row.details}" in str(result)
    aborted = om.glossaries.import_csv(glossary, "zzz,yyy\r\na,b\r\n")
    assert aborted.status == "aborted"
    assert "INVALID_HEADER" in str(aborted.reason)
    assert aborted.rows == []


def test_users_go_out_with_their_team(om: Client) -> None:
    team = om.teams.create(name="crew", teamType="Group")
    user = om.users.create(name="cora", email="cora@example.com", teams=[team])
    try:
        text = om.users.export_csv(team)
        assert "cora@example.com" in text
        assert om.users.import_csv("crew", text).is_dry_run
        assert "name*" in om.teams.export_csv("crew")
    finally:
        om.users.delete(user, hard=True)
        om.teams.delete(team, hard=True)


def test_columns_of_tables_need_a_newer_release(om: Client) -> None:
    if om.supports("tables.export_csv"):
        with pytest.raises(NotFound):
            om.tables.export_csv("a.b.c.d")
        assert "export_csv" in dir(om.tables)
    else:
        with pytest.raises(NotSupported, match=r"since 1\.3"):
            _ = om.tables.export_csv
        assert "export_csv" not in dir(om.tables)
    assert "export_csv" not in dir(om.topics)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("terms.csv", r"pass Path\('terms\.csv'\)"),
        ("  \n", "first line must have the names"),
        (b"", "is empty"),
        (["a,b"], "not list"),
        (b"a,b\n\xff,1\n", "must be UTF-8"),
        (None, "not NoneType"),
        ("a,b\n1\n1,2\n1,2,3\n", r"row 1: has 1 cells.*\n.*row 3: has 3 cells"),
    ],
)
def test_what_is_not_csv_is_refused(om: Client, data: Any, message: str) -> None:
    with pytest.raises(BadArguments, match=message):
        om.glossaries.import_csv(WORDS, data)


def test_a_file_that_cannot_be_read_is_named(om: Client, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nope\.csv cannot be read: No such file"):
        om.glossaries.import_csv("Words", tmp_path / "nope.csv")


def test_the_columns_are_described(om: Client) -> None:
    assert "parent" in str(om.glossaries.csv_documentation())
