"""Entities: built, read, changed, compared, copied and pickled."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import threading

import pytest

from dynclient import errors
from dynclient.model import asdict, changes, load, original, schema_of
from dynclient.model.classes import class_for
from dynclient.model.namespace import types
from dynclient.releases import Cache
from dynclient.releases.registry import add_documents
from tests.support.small_tree import SMALL
from tests.support.trees import ALL_RELEASES, release_named


def test_keywords_dicts_and_entities_mix(named) -> None:
    column = named.Column(name="id", dataType="BIGINT")
    request = named.CreateTableRequest(
        {"name": "orders"},
        databaseSchema="svc.db.sch",
        columns=[column, {"name": "x", "dataType": "INT"}],
    )
    assert asdict(request) == {
        "name": "orders",
        "databaseSchema": "svc.db.sch",
        "columns": [{"name": "id", "dataType": "BIGINT"}, {"name": "x", "dataType": "INT"}],
    }
    assert isinstance(request.columns[1], named.Column)


def test_nested_entities_stay_part_of_their_owner(named) -> None:
    column = named.Column(name="id", dataType="BIGINT")
    request = named.CreateTableRequest(name="o", databaseSchema="a.b.c", columns=[column])
    assert request.columns[0] is column
    column.description = "key"
    assert asdict(request)["columns"][0]["description"] == "key"


def test_what_belongs_to_another_is_copied(named) -> None:
    column = named.Column(name="id", dataType="BIGINT")
    first = named.CreateTableRequest(name="a", databaseSchema="a.b.c", columns=[column])
    second = named.CreateTableRequest(name="b", databaseSchema="a.b.c", columns=[column])
    column.description = "key"
    assert first.columns[0].description == "key"
    assert second.columns[0].description is None


def test_an_entity_cannot_be_put_into_itself(named) -> None:
    column = named.Column(name="id", dataType="STRUCT")
    column.children = [column]
    assert asdict(column)["children"] == [{"name": "id", "dataType": "STRUCT"}]


def test_the_users_own_data_is_never_touched(named) -> None:
    given = {"name": "id", "dataType": "BIGINT", "tags": []}
    columns = [given]
    request = named.CreateTableRequest(name="o", databaseSchema="a.b.c", columns=columns)
    request.columns[0].description = "changed"
    request.columns.append({"name": "x", "dataType": "INT"})
    assert columns == [{"name": "id", "dataType": "BIGINT", "tags": []}]


def test_none_means_not_set(named) -> None:
    assert asdict(named.Column(name="id", dataType="INT", description=None)) == {
        "name": "id",
        "dataType": "INT",
    }


def test_all_unknown_names_are_listed(named) -> None:
    with pytest.raises(errors.BadArguments) as caught:
        named.Column(nam="id", dattype="INT")
    assert [problem.path for problem in caught.value.problems] == ["nam", "dattype"]
    assert "did you mean name" in str(caught.value)
    assert isinstance(caught.value, TypeError)


def test_fields_that_the_data_lacks_read_as_none(table) -> None:
    assert table.displayName is None
    assert table["displayName"] is None


def test_fields_that_the_schema_lacks_are_readable(table) -> None:
    assert table.fromTomorrow["list"][0]["a"] == 1
    assert table["fromTomorrow"]["list"][0]["a"] == 1
    assert table.columns[2].dataType == "QUBIT"
    table.fromTomorrow["list"].append(2)
    assert changes(table) == [{"op": "add", "path": "/fromTomorrow/list/1", "value": 2}]


def test_typos_show_close_names(table) -> None:
    with pytest.raises(AttributeError) as caught:
        table.colums  # noqa: B018  # the access is the test
    assert caught.value.name == "colums"
    with pytest.raises(errors.UnknownField, match="did you mean columns"):
        table["colums"]
    with pytest.raises(errors.UnknownField, match="did you mean description"):
        table.descripton = "x"
    with pytest.raises(errors.UnknownField):
        del table.descripton
    assert not hasattr(table, "_repr_png_")


def test_keywords_and_clashes_are_items(named) -> None:
    release = schema_of(named.Table).release
    clashing = 0
    for path in release.paths:
        node = release.node(path)
        if node.kind != "object":
            continue
        cls = class_for(node)
        for name in node.properties:
            entity = load(cls, {name: "x"})
            assert entity[name] is not None, (path, name)
            entity[name] = None
            assert name not in entity
            clashing += not hasattr(cls, name) or name in {"from", "items", "values", "keys"}
    assert clashing or release.name == "starter"


def test_assigning_deleting_and_none(table) -> None:
    table.description = "x"
    assert table.description == "x"
    del table.description
    assert table.description is None
    table.displayName = "Orders"
    table.displayName = None
    assert changes(table) == [{"op": "remove", "path": "/description"}]
    assert original(table)["description"] == "all orders"


def test_an_unchanged_entity_has_no_changes(table) -> None:
    assert changes(table) == []
    table.description = table.description
    table.columns[0].name = "id"
    assert changes(table) == []


def test_changes_deep_inside_are_seen(table) -> None:
    table.columns[1].children[0].description = "the street"
    assert changes(table) == [
        {"op": "add", "path": "/columns/1/children/0/description", "value": "the street"}
    ]


def test_an_entity_that_was_created_here_has_no_changes(named) -> None:
    with pytest.raises(errors.UsageError, match="was not returned by a server"):
        changes(named.Column(name="id", dataType="INT"))


def test_a_part_of_an_entity_has_no_changes_of_its_own(table) -> None:
    with pytest.raises(errors.UsageError, match="this Column is part of a Table; pass the entity"):
        changes(table.columns[0])


def test_equality_and_hash(named, table) -> None:
    assert named.Column(name="a", dataType="INT") == named.Column(name="a", dataType="INT")
    assert named.Column(name="a", dataType="INT") != named.Column(name="b", dataType="INT")
    assert named.Column(name="a", dataType="INT") != {"name": "a", "dataType": "INT"}
    with pytest.raises(TypeError, match="a Column without an id cannot be hashed"):
        hash(named.Column(name="a", dataType="INT"))
    before = hash(table)
    table.description = "other"
    assert hash(table) == before
    assert len({table, copy.copy(table)}) == 1


@pytest.mark.parametrize(
    "copier", [copy.copy, copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))]
)
def test_copies_are_equal_and_apart(table, copier) -> None:
    table.description = "changed"
    other = copier(table)
    assert other == table
    assert type(other) is type(table)
    assert changes(other) == changes(table)
    other.columns[0].name = "x"
    assert table.columns[0].name == "id"


def test_classes_pickle(named) -> None:
    for cls in (
        named.Table,
        named.Column,
        class_for(schema_of(named.Column).properties["dataType"]),
    ):
        assert pickle.loads(pickle.dumps(cls)) is cls
    assert copy.deepcopy(named.Table) is named.Table


@pytest.mark.skipif(len(ALL_RELEASES) < 2, reason="needs two releases")
def test_two_releases_live_side_by_side() -> None:
    one, two = (types(release_named(name)) for name in ALL_RELEASES[-2:])
    assert one.Table is not two.Table
    pair = (load(one.Table, {"name": "a"}), load(two.Table, {"name": "a"}))
    again = pickle.loads(pickle.dumps(pair))
    assert again == pair
    assert [type(entity) for entity in again] == [one.Table, two.Table]
    assert pair[0] != pair[1]


def test_pickles_hold_no_secret(named) -> None:
    request = named.CreateDatabaseServiceRequest(
        name="s",
        serviceType="Mysql",
        connection={"config": {"type": "Mysql", "authType": {"password": "hunter2"}}},
    )
    pickled = pickle.dumps(request)
    assert b"hunter2" not in pickled
    assert pickle.loads(pickled) == request
    script = (
        "import pickle, sys; request = pickle.load(sys.stdin.buffer);"
        " print(request.connection.config.authType)"
    )
    process = subprocess.run(
        [sys.executable, "-c", script], input=pickled, capture_output=True, check=True
    )
    assert b"**********" in process.stdout
    assert b"hunter2" not in process.stdout


def test_one_class_whatever_thread_comes_first(named) -> None:
    release = schema_of(named.Table).release
    nodes = [release.node(path) for path in release.paths if "entity/services" in path]
    found: list[list[type]] = []
    start = threading.Barrier(16)

    def build() -> None:
        start.wait()
        found.append([class_for(node) for node in nodes])

    threads = [threading.Thread(target=build) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(classes == found[0] for classes in found)


def test_repr_is_short_and_keeps_secrets(named, table) -> None:
    assert repr(table).startswith("Table(fullyQualifiedName='svc.db.sch.orders'")
    assert len(repr(table)) < 200
    assert repr(named.Column(name="id", dataType="INT")) == "Column(name='id', dataType='INT')"
    assert "hush" not in repr(table.fromTomorrow)


def test_help_lists_fields_and_their_types(named) -> None:
    import inspect
    import pydoc

    text = pydoc.render_doc(named.CreateTableRequest, renderer=pydoc.plaintext)
    assert "Required fields:" in text
    assert "columns: list of Column" in text
    signature = inspect.signature(named.CreateTableRequest)
    assert signature.parameters["name"].default is inspect.Parameter.empty
    assert signature.parameters["description"].default is None
    assert named.Table.columns.__doc__.startswith("columns: list of Column")


def test_names_that_are_not_identifiers_are_not_completed_as_attributes(named) -> None:
    thing = load(named.Table, {"id": "1", "\x1b[31mred": 1, "two words": 2, "fine": 3})
    assert "fine" in dir(thing)
    assert all(name.isidentifier() for name in dir(thing))
    assert thing["two words"] == 2


def test_completion(named, table) -> None:
    assert "columns" in dir(table)
    assert "fromTomorrow" in dir(table)
    assert "columns" in table._ipython_key_completions_()
    assert "CreateTableRequest" in dir(named)
    with pytest.raises(AttributeError, match="did you mean Table"):
        named.Tabel  # noqa: B018  # the access is the test


def test_entities_are_accepted_as_references(named) -> None:
    schema = load(named.DatabaseSchema, {"id": "1", "name": "c", "fullyQualifiedName": "a.b.c"})
    user = load(named.User, {"id": "2", "name": "jo", "fullyQualifiedName": "jo"})
    request = named.CreateTableRequest(
        name="t", databaseSchema=schema, columns=[], owners=[user], domains=None
    )
    assert asdict(request) == {
        "name": "t",
        "databaseSchema": "a.b.c",
        "columns": [],
        "owners": [{"id": "2", "type": "user", "fullyQualifiedName": "jo"}],
    }
    team = named.CreateTeamRequest(name="t", teamType="Group", users=[user])
    assert asdict(team)["users"] == ["2"]


@pytest.mark.parametrize("data", [3, "x", [1]])
def test_an_entity_is_created_from_a_mapping_only(named, data: object) -> None:
    with pytest.raises(
        errors.BadArguments, match="Column must be created from keywords or a mapping, not"
    ):
        named.Column(data)


# -- fields that the schema does not have ----------------------------------------------------------


def thing_class(tmp_path, *, closed: bool):
    """Return the class of a type with the fields ``name`` and ``size``."""
    tree = copy.deepcopy(SMALL)
    text = {"type": "string"}
    tree["entity/data/thing.json"] = {
        "title": "Thing",
        "type": "object",
        "properties": {"name": text, "size": {"type": "integer"}},
        "additionalProperties": not closed,
    }
    release = add_documents(tree, "7.0.0", cache=Cache(tmp_path), origin="a test")
    return class_for(release.node("entity/data/thing.json"))


@pytest.mark.parametrize(
    "fields", [{"colour": 1}, {"name": "a", "colour": 1}, {"name": "a", "size": 1, "colour": 1}]
)
def test_a_closed_type_takes_no_other_field(tmp_path, fields) -> None:
    closed = thing_class(tmp_path, closed=True)
    with pytest.raises(errors.BadArguments) as caught:
        closed(**fields)
    text = "Thing does not have this field:\n  colour: is not a known property"
    assert str(caught.value).startswith(text)
    with pytest.raises(
        errors.BadArguments, match=r"Thing does not have these fields:\n  colour.*\n  form"
    ):
        closed(**fields, form=2)


@pytest.mark.parametrize(
    "fields", [{"colour": 1}, {"name": "a", "colour": 1}, {"name": "a", "size": 1, "colour": 1}]
)
def test_other_fields_of_an_open_type_are_attributes(tmp_path, fields) -> None:
    thing = thing_class(tmp_path, closed=False)(**fields)
    assert thing.colour == 1
    assert "colour" in vars(thing)
    assert asdict(thing) == fields
    assert "colour" in dir(thing)


def test_without_other_fields_nothing_is_read_when_an_entity_is_created(tmp_path) -> None:
    thing = thing_class(tmp_path, closed=False)(name="a", size=1)
    assert vars(thing) == {}
    with pytest.raises(AttributeError):
        thing.colour  # noqa: B018


def test_names_of_fields_are_escaped_in_reprs(named) -> None:
    from dynclient.model import load

    column = load(named.Column, {"name": "a", "dataType": "INT", "x\x1b[2J": "\x1b[0m"})
    assert "\x1b" not in repr(column)
    assert r"x\x1b[2J='\x1b[0m'" in repr(column)
