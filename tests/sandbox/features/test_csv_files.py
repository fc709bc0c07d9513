"""CSV: an export can be imported, a dry run changes nothing, lines fail one by one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest

from dynclient import sandbox
from tests.support.sandbox_api import Api
from tests.support.trees import ALL_RELEASES, TREES, release_named

PLAIN = {"Content-Type": "text/plain"}


class Sheets(Api):
    """A sandbox whose entities are exported and imported as CSV."""

    def export(self, path: str) -> list[dict[str, str]]:
        response = self.request("GET", path)
        if response.status_code == 500 and "HTTP 404" in response.text:
            pytest.skip(f"this release does not have {path}")
        assert response.status_code == 200, response.text
        assert response.headers["Content-Type"].startswith("text/plain")
        return list(csv.DictReader(io.StringIO(response.text, newline="")))

    def import_csv(self, path: str, lines: list[dict[str, str]], query: str = "") -> dict[str, Any]:
        text = io.StringIO()
        writer = csv.DictWriter(text, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
        response = self.request("PUT", path + query, data=text.getvalue().encode(), headers=PLAIN)
        assert response.status_code == 200, response.text
        result: dict[str, Any] = response.json()
        return result


@pytest.fixture(scope="module", params=ALL_RELEASES)
def api(request: pytest.FixtureRequest) -> Iterator[Sheets]:
    release_named(request.param)
    with sandbox.start(tree=TREES.get(request.param)) as started:
        api = Sheets(started)
        api.with_schema()
        api.create("/v1/users", name="ada", email="ada@example.com")
        if api.request("GET", "/v1/teams/documentation/csv").status_code != 200:
            pytest.skip("this release does not have CSV files")
        yield api


def _check_applied(result: dict[str, Any], lines: int) -> None:
    assert result["status"] == "success", result["importResultsCsv"]
    assert result["numberOfRowsPassed"] == result["numberOfRowsProcessed"] == 1 + lines
    assert result["numberOfRowsFailed"] == 0


def test_glossary_terms_are_exported_and_imported(api: Sheets) -> None:
    api.create("/v1/glossaries", name="g", description="x")
    term = {"glossary": "g", "description": 'odd; "text",\nin lines'}
    api.create("/v1/glossaryTerms", name="a", synonyms=["one;two", "three"], **term)
    label = {"tagFQN": "PII.Sensitive", "source": "Classification", "labelType": "Manual",
             "state": "Confirmed"}  # fmt: skip
    link = {"name": "r", "endpoint": "https://r.example.com"}
    api.create("/v1/glossaryTerms", name="b.c", parent="g.a", relatedTerms=["g.a"], tags=[label],
             references=[link], **term)  # fmt: skip
    at = "/v1/glossaries/name/g"
    lines = api.export(f"{at}/export")
    assert [(line["parent"], line["name*"]) for line in lines] == [("", "a"), ("g.a", "b.c")]
    assert lines[0]["description"] == term["description"]
    expected = ("g.a", "PII.Sensitive", "r;https://r.example.com")
    assert tuple(lines[1][name] for name in ("relatedTerms", "tags", "references")) == expected
    before = api.get("/v1/glossaryTerms/name/g.a")
    lines[0] |= {"displayName": "A", "synonyms": '"four;five"'}
    trial = api.import_csv(f"{at}/import", lines)
    assert trial["dryRun"] is True
    _check_applied(trial, 2)
    assert api.get("/v1/glossaryTerms/name/g.a")["version"] == before["version"]
    done = api.import_csv(f"{at}/import", lines, "?dryRun=nope")
    assert done["dryRun"] is False
    _check_applied(done, 2)
    after = api.get("/v1/glossaryTerms/name/g.a")
    assert (after["displayName"], after["synonyms"]) == ("A", ["four;five"])
    assert after["version"] > before["version"]
    assert api.export(f"{at}/export")[1] == lines[1]


def test_a_line_sees_the_lines_before_it_and_fails_alone(api: Sheets) -> None:
    api.create("/v1/glossaries", name="h", description="x")
    api.create("/v1/glossaryTerms", name="first", glossary="h", description="x")
    at = "/v1/glossaries/name/h"
    blank = dict.fromkeys(api.export(f"{at}/export")[0], "")
    lines = [
        {**blank, "name*": "up", "description": "x"},
        {**blank, "name*": "down", "description": "x", "parent": "h.up"},
        {**blank, "name*": "lost", "description": "x", "parent": "h.nowhere"},
        {**blank, "name*": "", "description": "x"},
    ]
    result = api.import_csv(f"{at}/import", lines, "?dryRun=false")
    assert result["status"] == "partialSuccess"
    counts = ("numberOfRowsProcessed", "numberOfRowsPassed", "numberOfRowsFailed")
    assert [result[name] for name in counts] == [5, 3, 2]
    header, *results = csv.reader(io.StringIO(result["importResultsCsv"], newline=""))
    assert header == ["status", "details", *blank]
    assert [one[0] for one in results] == ["success", "success", "failure", "failure"]
    assert "h.nowhere" in results[2][1]
    assert results[3][1].startswith("#FIELD_REQUIRED: Field 2")
    names = [line["name*"] for line in api.export(f"{at}/export")]
    assert sorted(names) == ["down", "first", "up"]
    # A dry run leaves nothing behind.
    api.import_csv(f"{at}/import", [{**blank, "name*": "trial", "description": "x"}])
    assert api.request("GET", "/v1/glossaryTerms/name/h.trial").status_code == 404


@pytest.mark.parametrize(
    ("text", "reason"),
    [("zzz,yyy\n1,2\n", "#INVALID_HEADER"), ('"open\n', "#PARSER_FAILURE")],
)
def test_an_import_of_another_format_is_aborted(api: Sheets, text: str, reason: str) -> None:
    path = "/v1/teams/name/Organization/import"
    result = api.request("PUT", path, data=text.encode(), headers=PLAIN).json()
    assert result["status"] == "aborted"
    assert result["abortReason"].startswith(reason)
    assert (result["numberOfRowsPassed"], result["numberOfRowsFailed"]) == (0, 1)


def test_an_import_must_be_text_and_not_empty(api: Sheets) -> None:
    path = "/v1/teams/name/Organization/import"
    assert api.request("PUT", path, data=b"", headers=PLAIN).status_code == 500
    assert api.request("PUT", path, json={"a": 1}).status_code == 500
    assert (
        api.request("PUT", "/v1/teams/name/nope/import", data=b"a", headers=PLAIN).status_code
        == 404
    )


def test_teams_and_their_users(api: Sheets) -> None:
    top = api.create("/v1/teams", name="top", teamType="Department")
    api.create("/v1/teams", name="side", teamType="Group")
    group = api.create("/v1/teams", name="group", teamType="Group", parents=[top["id"]])
    api.create("/v1/users", name="eve", email="eve@example.com", teams=[group["id"]])
    teams = api.export("/v1/teams/name/top/export")
    assert [(one["name*"], one["parents*"]) for one in teams] == [("group", "top")]
    users = api.export("/v1/users/export?team=top")
    assert [(one["name*"], one["email*"], one["teams*"]) for one in users] == [
        ("eve", "eve@example.com", "group")
    ]
    users[0]["displayName"] = "Eve"
    users.append({**users[0], "name*": "bob", "email*": "bob@example.com", "displayName": "Bob"})
    _check_applied(api.import_csv("/v1/users/import", users, "?team=top&dryRun=false"), 2)
    assert api.get("/v1/users/name/eve")["displayName"] == "Eve"
    bob = api.get("/v1/users/name/bob?fields=teams")
    assert [team["name"] for team in bob["teams"]] == ["group"]
    teams.append({**teams[0], "name*": "new", "Owner": "ada"})
    teams.append({**teams[0], "name*": "wrong", "parents*": "side"})
    result = api.import_csv("/v1/teams/name/top/import", teams, "?dryRun=false")
    assert result["numberOfRowsFailed"] == 1
    assert "side" in result["importResultsCsv"]
    names = [one["name*"] for one in api.export("/v1/teams/name/top/export")]
    assert names == ["group", "new"]


def test_columns_of_a_table(api: Sheets) -> None:
    columns = [
        {"name": "id", "dataType": "BIGINT", "constraint": "PRIMARY_KEY"},
        {"name": "at", "dataType": "STRUCT", "dataTypeDisplay": "struct<x:int>",
         "children": [{"name": "x", "dataType": "INT"}]},
    ]  # fmt: skip
    api.create("/v1/tables", name="t", databaseSchema="s.d.c", columns=columns)
    at = "/v1/tables/name/s.d.c.t"
    lines = api.export(f"{at}/export")
    key = "column.fullyQualifiedName*"
    assert [line[key] for line in lines] == ["id", "at", "at.x"]
    lines[2] |= {"column.description": "deep", "column.tags": "PII.Sensitive"}
    lines.append({**lines[2], key: "at.y", "column.dataType": "DOUBLE"})
    lines.append({**lines[2], key: "nowhere.z"})
    result = api.import_csv(f"{at}/import", lines, "?dryRun=false")
    assert (result["numberOfRowsPassed"], result["numberOfRowsFailed"]) == (5, 1)
    table = api.get(f"{at}?fields=tags,columns")
    assert table["columns"][0]["constraint"] == "PRIMARY_KEY"
    x, y = table["columns"][1]["children"]
    assert [label["tagFQN"] for label in x["tags"]] == ["PII.Sensitive"]
    assert (x["description"], y["fullyQualifiedName"]) == ("deep", "s.d.c.t.at.y")
    assert y["dataType"] == "DOUBLE"
    lines[0]["column.dataType"] = "QUBIT"
    text = ",".join(lines[0]) + "\n" + ",".join(lines[0].values()) + "\n"
    response = api.request("PUT", f"{at}/import", data=text.encode(), headers=PLAIN)
    assert (response.status_code, response.json()["message"]) == (400, "QUBIT")


def test_tables_of_a_schema(api: Sheets) -> None:
    columns = [{"name": "id", "dataType": "INT"}]
    api.create("/v1/databaseSchemas", name="full", database="s.d")
    created = api.create("/v1/tables", name="u", databaseSchema="s.d.full", columns=columns)
    at = "/v1/databaseSchemas/name/s.d.full"
    lines = api.export(f"{at}/export")
    assert [line["name*"] for line in lines] == ["u"]
    several = "owners" in api.get(f"/v1/tables/{created['id']}?fields=owners")
    lines[0] |= {
        "owner": "user:ada" if several else "user;ada", "tiers": "Tier.Tier1",
        "tags": "PII.Sensitive", "description": "changed",
    }  # fmt: skip
    _check_applied(api.import_csv(f"{at}/import", lines, "?dryRun=false"), 1)
    table = api.get(f"/v1/tables/{created['id']}?fields=owners,tags")
    assert table["owners"][0]["name"] == "ada"
    assert [label["tagFQN"] for label in table["tags"]] == ["PII.Sensitive", "Tier.Tier1"]
    assert (table["description"], len(table["columns"])) == ("changed", 1)
    assert api.export(f"{at}/export") == lines
    api.create("/v1/teams", name="owners", teamType="Group")
    _check_applied(api.import_csv(f"{at}/import", [{**lines[0], "owner": "team;owners"}],
                          "?dryRun=false"), 1)  # fmt: skip
    owners = api.get(f"/v1/tables/{created['id']}?fields=owners")["owners"]
    assert [(one["type"], one["name"]) for one in owners] == [("team", "owners")]


def test_the_documentation_lists_the_columns(api: Sheets) -> None:
    result = api.get("/v1/teams/documentation/csv")
    named = [f"{one['name']}{'*' if one['required'] else ''}" for one in result["headers"]]
    api.create("/v1/teams", name="changed", teamType="Group")
    assert named == list(api.export("/v1/teams/name/Organization/export")[0])
    assert all(one["description"] and one["examples"] for one in result["headers"])
