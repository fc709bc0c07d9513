"""What can follow in a command line."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from dynclient.cli.app import command_infos
from dynclient.cli.candidates import candidates


def texts(line: str) -> list[str]:
    """Return what can follow in a line; the word that is completed is behind the last space."""
    *words, incomplete = line.split(" ")
    return [each.text or each.kind for each in candidates(words, incomplete)]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("wh", ["whoami"]),
        ("schemas f", ["fetch"]),
        ("schemas verify star", ["starter"]),
        ("nonsense a", []),
        ("--ver", ["--version"]),
        ("get databaseSer", ["databaseService"]),
        ("get --fields owners databaseSer", ["databaseService"]),
        ("get --output", ["--output"]),
        ("get --output js", ["json"]),
        ("get --output=js", ["--output=json"]),
        ("get -- --output", []),
        ("get table a --output json --outp", []),
        ("list tables --filter a=b --filte", ["--filter"]),
        ("import glossary a --no", ["--no-dry-run"]),
        ("import glossary a ", ["file"]),
        ("import glossary:a ", ["file"]),
        ("create table ", ["file"]),
        ("edit table a --from ", ["file"]),
        ("count table databaseSer", ["databaseService"]),
        ("list table databaseSer", []),
        ("explain databaseSer", ["databaseService"]),
        ("doctor --release star", ["starter"]),
        ("completion ", ["bash", "zsh", "fish"]),
        ("whoami ", []),
        ("search ", []),
        ("run script.py ", []),
    ],
)
def test_a_line_continues(line: str, found: list[str]) -> None:
    assert texts(line) == found


def test_all_commands_and_their_descriptions_are_offered() -> None:
    found = {each.text: each.help for each in candidates([], "")}
    assert found == command_infos()
    assert {"get", "schemas", "completion"} <= found.keys()
    assert all(found.values())


def test_options_have_descriptions() -> None:
    found = {each.text: each.help for each in candidates(["get"], "--")}
    assert {"--help", "--output", "--columns", "--release"} <= found.keys()
    assert all(found.values())


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """The names that a server is asked for, and the options of the connection."""
    found: list[tuple[Any, ...]] = []

    class Client:
        def __init__(self, **options: Any) -> None:
            self.session = options

        def __enter__(self) -> Client:
            return self

        def __exit__(self, *_: object) -> None:
            pass

    def names(session: Any, kind: str, prefix: str, limit: int, *, wait: float) -> list[str]:
        found.append((kind, prefix, session))
        assert 0 < wait <= 0.3
        return ["shop.main.", "shop.b"] if kind != "glossaryTerm" else []

    # The package has a function of the name of its module.
    monkeypatch.setattr(import_module("dynclient.client.connect"), "connect", Client)
    monkeypatch.setattr("dynclient.extensions.name_completion.complete_names", names)
    return found


@pytest.mark.parametrize(
    ("line", "kind", "prefix"),
    [
        ("get table shop.", "table", "shop."),
        ("restore tables shop.", "tables", "shop."),
        ("tag table shop.", "table", "shop."),
        ("diff table a 0.1", None, ""),
        ("open table ", "table", ""),
        ("get table a b", None, ""),
    ],
)
def test_names_are_those_of_the_type(
    asked: list[tuple[Any, ...]], line: str, kind: str | None, prefix: str
) -> None:
    found = list(candidates(line.split(" ")[:-1], line.rsplit(" ", maxsplit=1)[-1]))
    if kind is None:
        assert (asked, found) == ([], [])
    else:
        assert asked == [(kind, prefix, {})]
        assert [(each.text, each.kind) for each in found] == [
            ("shop.main.", "partial"),
            ("shop.b", "word"),
        ]


def test_a_type_and_a_name_may_be_one_word(asked: list[tuple[Any, ...]]) -> None:
    assert texts("get table:shop.") == ["table:shop.main.", "table:shop.b"]
    assert texts("get table:shop.b ") == []
    assert asked == [("table", "shop.", {})]


def test_tags_are_those_of_classifications_and_glossaries(asked: list[tuple[Any, ...]]) -> None:
    assert texts("tag table a PII.None PI") == ["shop.main.", "shop.b"]
    assert [each[:2] for each in asked] == [("tag", "PI"), ("glossaryTerm", "PI")]


def test_the_server_of_the_line_is_asked(asked: list[tuple[Any, ...]]) -> None:
    assert texts("get --host http://x --release=1.6.0 table shop.") != []
    assert asked == [("table", "shop.", {"host": "http://x", "release": "1.6.0"})]


def test_without_a_server_there_are_no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    assert texts("get table shop.") == []
    monkeypatch.setenv("OPENMETADATA_HOST", "http://127.0.0.1:1")
    assert texts("get table shop.") == []


def test_profiles_are_those_of_the_configuration_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[profile.prod]\nhost = "http://x"\n[profile.test]\nhost = "http://y"\n')
    monkeypatch.setenv("DYNCLIENT_CONFIG", str(file))
    assert texts("get --profile ") == ["prod", "test"]
    assert texts("whoami --profile=p") == ["--profile=prod"]
    monkeypatch.setenv("DYNCLIENT_CONFIG", str(tmp_path / "none.toml"))
    assert texts("get --profile ") == []
