"""What entities look like to people, and lists and maps in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest

import dynclient
from dynclient import model
from dynclient.display.blocks import Fields, Heading, Label, Link, Table, Text
from dynclient.display.text import draw_text
from dynclient.model.cards import entity_table
from dynclient.model.entity import Entity, Origin, new_entity
from dynclient.model.namespace import Types
from dynclient.schema import Node
from tests.support.blocks import HOSTILE, check_outputs
from tests.support.hostile_entities import HIDDEN, HostileValues
from tests.support.trees import ALL_RELEASES, release_named

ID = "00000000-0000-4000-8000-000000000001"


class Response(Origin):
    """A response that left out some fields, and that must not be asked for them."""

    __slots__ = ("names",)

    def __init__(self, names: dict[str, Sequence[str]]) -> None:
        self.paths = None
        self.names = names

    def read(self, root: Entity, node: Node, name: str | None) -> Sequence[str]:
        raise AssertionError(f"{name} was requested")

    def unread(self, root: Entity, node: Node) -> Sequence[str]:
        return self.names.get(node.type_name, ())

    def page_address(self, root: Entity) -> str | None:
        return f"https://host/table/{root._raw['name']}"


def returned(cls: Any, raw: dict[str, Any], **unread: Sequence[str]) -> Entity:
    """Return an entity as a response contains it."""
    return new_entity(cls, raw, Response(unread))


def found(value: Any, kind: type[Any]) -> list[Any]:
    """Return the blocks of a kind that a value consists of."""
    return [block for block in value._blocks() if isinstance(block, kind)]


def fields(value: Any) -> dict[str, Any]:
    """Return the fields of a card."""
    return {name: cell for block in found(value, Fields) for name, cell in block.rows}


def test_a_table_is_a_card_with_its_columns(table: Any) -> None:
    heading, text, *_ = blocks = list(table._blocks())
    assert heading == Heading("Table", "svc.db.sch.orders")
    assert text == Text("all orders")
    drawn = next(block for block in blocks if isinstance(block, Table))
    assert (drawn.title, list(drawn.columns)) == ("columns", ["name", "dataType"])
    assert [row[0] for row in drawn.rows] == ["id", "address", "  street", "new"]
    assert drawn.total is None
    assert fields(table)["fromTomorrow"] == "{secretToken, list}"


def test_the_repr_stays_a_line(table: Any) -> None:
    assert repr(table).startswith("Table(fullyQualifiedName='svc.db.sch.orders'")
    assert "\n" not in repr(table)


COLUMNS = [
    {
        "name": "email",
        "dataType": "VARCHAR",
        "dataTypeDisplay": "varchar(20)",
        "constraint": "PRIMARY_KEY",
        "description": "Where to write to",
        "tags": [{"tagFQN": "PII.Sensitive", "source": "Classification"}],
    },
    {"name": "age", "dataType": "INT", "tags": []},
]


def test_columns_have_types_constraints_tags_and_descriptions(named: Types) -> None:
    table = returned(named.Table, {"name": "t", "columns": COLUMNS})
    (drawn,) = found(table, Table)
    assert list(drawn.columns) == ["name", "dataType", "constraint", "tags", "description"]
    assert [list(row) for row in drawn.rows] == [
        ["email", "varchar(20)", "PRIMARY_KEY", [Label("PII.Sensitive")], "Where to write to"],
        ["age", "INT", None, [], None],
    ]


def test_what_was_not_read_is_marked_and_not_requested(named: Types) -> None:
    raw = {"id": ID, "name": "t", "columns": [{"name": "id", "dataType": "INT"}]}
    table = returned(named.Table, raw, Table=["followers", "owners", "tags"], Column=["tags"])
    assert fields(table)["owners"] == Label("not read", "quiet")
    (drawn,) = found(table, Table)
    assert list(drawn.columns) == ["name", "dataType", "tags"]
    assert drawn.rows[0][2] == Label("not read", "quiet")
    last = found(table, Text)[-1]
    assert last.text == "not read: tags, owners, followers; reading .tags requests it"
    for text in (table._repr_html_(), draw_text(table.columns._blocks())):
        assert "not read" in text


def test_labels_and_owners_come_first_whether_they_were_read_or_not(named: Types) -> None:
    raw = {"name": "t", "tableType": "View", "owners": [{"name": "ada"}]}
    table = returned(named.Table, raw, Table=["tags", "domains"])
    assert list(fields(table)) == ["tags", "owners", "domains", "tableType"]


def test_the_page_is_that_of_the_entity_only(named: Types) -> None:
    table = returned(named.Table, {"name": "t", "columns": COLUMNS})
    assert found(table, Heading)[0].url == "https://host/table/t"
    assert found(table.columns[0], Heading)[0].url is None


def test_a_part_is_a_card(named: Types) -> None:
    column = returned(named.Table, {"name": "t", "columns": COLUMNS}).columns[0]
    assert found(column, Heading) == [Heading("Column", "email")]
    assert found(column, Text)[0] == Text("Where to write to")
    assert fields(column)["tags"] == [Label("PII.Sensitive")]
    assert fields(column)["constraint"] == "PRIMARY_KEY"


MAIN_PARTS = [
    ("Pipeline", {"tasks": [{"name": "load"}]}, ["tasks"]),
    ("MlModel", {"mlFeatures": [{"name": "f"}], "mlHyperParameters": [{}] * 3}, ["mlFeatures"]),
    ("Topic", {"messageSchema": {"schemaFields": [{"name": "f"}]}}, ["messageSchema.schemaFields"]),
    ("Container", {"dataModel": {"columns": [{"name": "c"}]}}, ["dataModel.columns"]),
    ("Policy", {"rules": [{"name": "r"}], "roles": [{"id": ID, "type": "role"}]}, ["rules"]),
    ("Dashboard", {"charts": [{"name": "c"}], "owners": [{"name": "o"}] * 9}, ["charts"]),
    (
        "GlossaryTerm",
        {"references": [{"name": "r"}], "children": [{"name": "c"}]},
        ["references", "children"],
    ),
    ("User", {"teams": [{"name": "t"}], "roles": [{"name": "r"}, {"name": "s"}]}, ["roles"]),
    ("Table", {"columns": [], "tableConstraints": [{"columns": ["a"]}]}, ["tableConstraints"]),
    ("Table", {"columns": []}, []),
    ("Table", {"columns": "not a list", "dataModel": 3}, []),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "raw", "titles"), MAIN_PARTS)
def test_the_main_part_is_chosen_by_the_schema(
    named: Types, kind: str, raw: dict[str, Any], titles: list[str]
) -> None:
    entity = new_entity(getattr(named, kind), {"name": "x", **raw}, None)
    assert [block.title for block in found(entity, Table)] == titles


def test_an_entity_of_two_lists_of_one_type_has_both(named: Types) -> None:
    schema = {"schemaFields": [{"name": "f"}]}
    if "APIEndpoint" not in dir(named):
        pytest.skip("the release has no entity with two schemas")
    raw = {"name": "x", "requestSchema": schema, "responseSchema": schema}
    endpoint = new_entity(named.APIEndpoint, raw, None)
    titles = [block.title for block in found(endpoint, Table)]
    assert titles == ["requestSchema.schemaFields", "responseSchema.schemaFields"]


def test_times_are_in_words_and_addresses_are_links(named: Types) -> None:
    raw = {"name": "t", "updatedAt": 1767225600000, "version": 0.1, "sourceUrl": "https://x/y"}
    card = fields(new_entity(named.Table, raw, None))
    assert re.fullmatch(r"\d+ (day|month|year)s? ago \(2026-01-01 00:00 UTC\)", card["updatedAt"])
    assert card["version"] == "0.1"
    assert card["sourceUrl"] == Link("https://x/y", "https://x/y")


def test_a_secret_is_masked_in_every_place(named: Types) -> None:
    config = {
        "type": "Mysql",
        "username": "u",
        "password": HIDDEN,
        "authType": {"password": HIDDEN},
    }
    raw = {
        "name": "s",
        "serviceType": "Mysql",
        "connection": {"config": config},
        "newToken": HIDDEN,
        "privateKeys": [HIDDEN],
    }
    service = new_entity(named.DatabaseService, raw, None)
    connection = service.connection.config
    for value in (service, connection, connection.authType, service["privateKeys"]):
        check_outputs(list(value._blocks()), HIDDEN)
    assert fields(connection)["password"] == "**********"
    assert fields(connection)["username"] == "u"
    extension = new_entity(
        named.Table, {"extension": {"apiKey": HIDDEN, "size": 3}}, None
    ).extension
    assert fields(extension) == {"apiKey": "**********", "size": 3}


def test_lists_of_objects_are_tables(table: Any) -> None:
    (drawn,) = found(table.columns, Table)
    assert drawn.title == "list of Column"
    assert len(drawn.rows) == 4


def test_other_lists_are_lines(named: Types) -> None:
    term = new_entity(named.GlossaryTerm, {"synonyms": ["a", "b\x1b"], "owners": []}, None)
    assert draw_text(term.synonyms._blocks()) == "list of EntityName\n\na\nb\\x1b"
    assert draw_text(term.owners._blocks()) == "list of EntityReference\n\nempty"


def test_long_lists_and_maps_say_how_long_they_are(named: Types) -> None:
    columns = [{"name": f"c{number}", "dataType": "INT"} for number in range(2000)]
    extension = {f"k{number}": number for number in range(60)}
    table = new_entity(named.Table, {"name": "t", "columns": columns, "extension": extension}, None)
    (drawn,) = found(table, Table)
    assert (len(drawn.rows), drawn.total, drawn.more) == (50, 2000, ".columns")
    assert "50 of 2,000 rows; a loop over the list returns all" in draw_text(
        table.columns._blocks()
    )
    assert "… 10 more" in draw_text(table.extension._blocks())
    names = new_entity(named.GlossaryTerm, {"synonyms": ["s"] * 60}, None).synonyms
    assert "… 10 more" in draw_text(names._blocks())


def test_deep_nesting_is_counted_and_cut(named: Types) -> None:
    column: dict[str, Any] = {"name": "leaf", "dataType": "INT"}
    for _ in range(3000):
        column = {"name": "inner", "dataType": "STRUCT", "children": [column]}
    table = new_entity(named.Table, {"name": "t", "columns": [column]}, None)
    (drawn,) = found(table, Table)
    assert (len(drawn.rows), drawn.total) == (50, 3001)
    check_outputs(list(table._blocks()))


def test_a_list_of_entities_is_a_table_of_what_differs(named: Types) -> None:
    rows = [
        {"fullyQualifiedName": "s.d.c.a", "name": "a", "tableType": "View", "serviceType": "Mysql"},
        {"fullyQualifiedName": "s.d.c.b", "name": "b", "description": "B", "serviceType": "Mysql"},
    ]
    for row in rows:
        row |= {"id": ID, "version": 0.1, "updatedBy": "x", "service": {"name": "s"}}
    drawn = entity_table([new_entity(named.Table, row, None) for row in rows], total=9)
    assert list(drawn.columns) == ["name", "tableType", "description"]
    assert [list(row) for row in drawn.rows] == [["s.d.c.a", "View", None], ["s.d.c.b", None, "B"]]
    assert drawn.total == 9


def test_entities_of_several_types_have_their_type(named: Types) -> None:
    rows = [
        new_entity(named.Table, {"name": "a"}, None),
        new_entity(named.User, {"name": "b"}, None),
    ]
    drawn = entity_table(rows)
    assert [list(row) for row in drawn.rows] == [["Table", "a"], ["User", "b"]]


def test_show_prints_a_plain_list_of_entities_as_a_table(
    named: Types, capsys: pytest.CaptureFixture[str]
) -> None:
    dynclient.show([new_entity(named.Table, {"name": name}, None) for name in "ab"])
    assert capsys.readouterr().out.splitlines() == ["name", "────", "a", "b"]


def test_ipython_displays_cards_at_the_top_only(table: Any) -> None:
    pretty = pytest.importorskip("IPython.lib.pretty").pretty
    assert "svc.db.sch.orders\n\nall orders" in pretty(table)
    assert "list of Column" in pretty(table.columns)
    assert pretty([table]) == f"[{table!r}]"
    assert pretty(list(table.columns)).startswith("[Column(name='id', dataType='BIGINT'),")
    assert "list of Column" in pretty(table.columns)  # of the class that lists become when read


def test_rich_prints_cards_at_the_top_only(table: Any) -> None:
    from io import StringIO

    from rich.console import Console

    output = StringIO()
    console = Console(file=output, width=80)
    console.print(table)
    console.print(table.columns)
    console.print([table])
    text = output.getvalue()
    assert text.startswith("Table svc.db.sch.orders")
    assert "list of Column" in text
    assert "[\n    Table(\n        fullyQualifiedName=" in text


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_are_harmless(named: Types, text: str) -> None:
    raw = {
        "name": text,
        "description": text,
        text: text,
        "tags": [{"tagFQN": text}],
        "owners": [{"name": text}],
        "sourceUrl": f"https://h/{text}",
        "columns": [{"name": text, "dataType": text, text: text, "children": [{"name": text}]}],
        "extension": {text: text},
    }
    table = new_entity(named.Table, raw, None)
    check_outputs(list(table._blocks()))
    check_outputs(list(table.columns._blocks()))
    check_outputs(list(table.extension._blocks()))
    check_outputs([entity_table([table] * 2)])


@pytest.mark.parametrize("release", ALL_RELEASES)
def test_every_entity_type_is_drawn_by_every_renderer(release: str) -> None:
    tree, values = release_named(release), HostileValues()
    drawn = 0
    for entity in tree.entities.values():
        path, _, pointer = entity.path.partition("#")
        node = tree.node(path, pointer)
        instance = model.load(node, values.value(node))
        blocks = list(instance._blocks())
        check_outputs(blocks, HIDDEN)
        assert isinstance(blocks[0], Heading)
        drawn += 1
    assert drawn
