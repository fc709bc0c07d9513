"""Fields of other releases on models of this one, and the one warning for each place."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest

from dynclient import compat
from dynclient.errors import DriftWarning
from tests.support.trees import ALL_RELEASES, TREES, release_named

Get = Callable[[str, str], Any]

OLD = [name for name in TREES if name.startswith("1.0")]
NEW = [name for name in ALL_RELEASES if name not in OLD]
IDENTITY = "6c4fd3bf-c0af-5331-bf78-b4edd4a86ed0"
OWNER = {"id": IDENTITY, "type": "user"}

pytestmark = pytest.mark.filterwarnings("ignore::dynclient.errors.DriftWarning")


def _getter(name: str) -> Iterator[Get]:
    compat.install(release_named(name))
    yield lambda module, cls: getattr(import_module(f"metadata.generated.schema.{module}"), cls)
    compat.uninstall()


@pytest.fixture(params=NEW)
def new(request: pytest.FixtureRequest) -> Iterator[Get]:
    yield from _getter(request.param)


@pytest.fixture(params=OLD)
def old(request: pytest.FixtureRequest) -> Iterator[Get]:
    yield from _getter(request.param)


def create(get: Get, **fields: Any) -> Any:
    table = get("api.data.createTable", "CreateTableRequest")
    return table(name="t", databaseSchema="s.d.x", columns=[], **fields)


def test_one_owner_becomes_a_list(new: Get) -> None:
    reference = get_reference(new)
    for request in (create(new, owner=reference), create(new, owner=OWNER)):
        assert [each.id.root for each in request.owners.root] == [reference.id.root]
        assert request.owner.id == reference.id
        assert "owner" not in request.model_dump()
        assert compat.payload(request)["owners"] == [OWNER]


def get_reference(get: Get) -> Any:
    return get("type.entityReference", "EntityReference")(**OWNER)


def test_it_can_be_set_and_unset_afterwards(new: Get) -> None:
    request = create(new)
    assert request.owner is None
    request.owner = get_reference(new)
    assert len(request.owners.root) == 1
    request.owner = None
    assert request.owners is None
    assert "owners" not in compat.payload(request)


def test_responses_of_a_server_can_be_read(new: Get) -> None:
    table = compat.wrap(
        new("entity.data.table", "Table"),
        {"id": IDENTITY, "name": "t", "columns": [], "owners": [{**OWNER, "name": "ada"}]},
    )
    assert table.owner.name == "ada"


def test_a_list_of_one_becomes_one(old: Get) -> None:
    request = create(old, owners=[OWNER])
    assert request.owner.type == "user"
    assert [each.type for each in request.owners.root] == ["user"]
    assert compat.payload(request)["owner"] == OWNER


def test_several_owners_are_too_many_for_one(old: Get) -> None:
    with pytest.raises(
        ValueError,
        match=r"CreateTableRequest.owners is called owner in release .* and takes one value, not 2",
    ):
        create(old, owners=[OWNER, OWNER])


def test_other_names_of_one_value(old: Get) -> None:
    chart = old("api.data.createChart", "CreateChartRequest")
    request = chart(name="c", service="s", sourceUrl="http://bi/1")
    assert request.chartUrl == "http://bi/1"
    assert request.sourceUrl == "http://bi/1"


def test_each_place_is_reported_once(new: Get) -> None:
    request = create(new)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            request.owner  # noqa: B018
    assert [(one.category, one.filename) for one in caught] == [(DriftWarning, __file__)]
    assert "CreateTableRequest.owner is called owners in release" in str(caught[0].message)


def test_only_instances_have_the_field_and_do_not_list_it(new: Get) -> None:
    request = create(new, owner=OWNER)
    assert not hasattr(type(request), "owner")
    assert hasattr(request, "owner")
    for listed in (dir(request), dir(type(request))):
        assert "owners" in listed
        assert "owner" not in listed


def test_an_unknown_field_stays_unknown(new: Get) -> None:
    with pytest.raises(ValueError, match="colour"):
        create(new, colour="red")
    request = create(new)
    with pytest.raises(AttributeError, match="colour"):
        request.colour  # noqa: B018
    with pytest.raises(ValueError, match="colour"):
        request.colour = "red"


def test_a_release_that_refuses_drift_has_no_alias_fields() -> None:
    release = release_named(NEW[-1]).with_drift("error")
    request = compat.entity_class(release, "api/data/createTable.json")
    fields = {"name": "t", "databaseSchema": "s.d.x", "columns": []}
    message = r"CreateTableRequest\.owner is called owners in release"
    with pytest.raises(ValueError, match=message):
        request(**fields, owner=OWNER)
    instance = request(**fields)
    with pytest.raises(AttributeError, match=message):
        instance.owner  # noqa: B018
    with pytest.raises(ValueError, match=message):
        instance.owner = OWNER


def test_one_value_does_not_replace_several(new: Get) -> None:
    instance = create(new, owners=[OWNER, {**OWNER, "type": "team"}])
    with pytest.raises(ValueError, match="has 2 values; set owners to say which of them to keep"):
        instance.owner = OWNER
    assert len(instance.owners.root) == 2


def test_nothing_is_set_where_the_warning_is_an_error(new: Get) -> None:
    for instance, name in ((create(new), "owner"), (mysql(new), "password")):
        before = compat.payload(instance)
        with warnings.catch_warnings():
            warnings.simplefilter("error", DriftWarning)
            with pytest.raises(DriftWarning):
                setattr(instance, name, OWNER if name == "owner" else SECRET)
        assert compat.payload(instance) == before


# -- parts of objects ------------------------------------------------------------------------------

MYSQL = "entity.services.connections.database.mysqlConnection"
SECRET = "open-sesame"


def mysql(get: Get, **fields: Any) -> Any:
    return get(MYSQL, "MysqlConnection")(username="u", hostPort="h:1", **fields)


def test_a_password_is_set_where_the_release_has_it(new: Get) -> None:
    connection = mysql(new, password=SECRET)
    assert connection.authType.password.get_secret_value() == SECRET
    assert connection.password.get_secret_value() == SECRET
    assert "password" not in connection.model_dump()
    assert compat.payload(connection)["authType"] == {"password": SECRET}
    assert SECRET not in f"{connection!r}{connection.json()}"
    connection.password = "mellon"
    assert compat.payload(connection)["authType"] == {"password": "mellon"}
    empty = mysql(new)
    assert empty.password is None
    empty.password = SECRET
    assert compat.payload(empty)["authType"] == {"password": SECRET}


def test_an_object_is_split_into_its_fields(old: Get) -> None:
    connection = mysql(old, authType={"password": SECRET})
    assert connection.password.get_secret_value() == SECRET
    assert compat.payload(connection)["password"] == SECRET
    with pytest.raises(ValueError, match="authType"):
        mysql(old, authType={"awsConfig": {}})


def test_a_field_set_twice_is_rejected(new: Get) -> None:
    with pytest.raises(ValueError, match="password"):
        mysql(new, password=SECRET, authType={"password": "mellon"})


def test_a_removed_field_is_rejected_with_its_replacement(new: Get) -> None:
    request = new("api.tests.createTestCase", "CreateTestCaseRequest")
    if "testSuite" in request.model_fields:
        return
    fields = {"name": "c", "testDefinition": "d", "entityLink": "<#E::table::s.d.x.t>"}
    with pytest.raises(ValueError, match="entityLink names") as caught:
        request(**fields, testSuite="s")
    assert [error["loc"] for error in caught.value.errors()] == [("testSuite",)]


SERVICE = {"id": IDENTITY, "name": "s"}


def drift_messages(call: Callable[[], Any]) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    return [str(each.message) for each in caught]


def test_branches_that_are_not_chosen_are_not_reported(new: Get) -> None:
    request = new("api.services.createDatabaseService", "CreateDatabaseServiceRequest")
    kinds = new("entity.services.databaseService", "DatabaseServiceType")
    if "Snowflake" not in kinds.__members__:
        pytest.skip("this release has no services of Snowflake")
    config = {"type": "Snowflake", "username": "u", "password": "p", "account": "a"}
    config["warehouse"] = "w"
    data = {"name": "s", "serviceType": "Snowflake", "connection": {"config": config}}
    assert drift_messages(lambda: request.model_validate(data)) == []
    assert drift_messages(lambda: request(**data)) == []


def test_printing_a_service_reports_nothing(new: Get) -> None:
    service = new("entity.services.databaseService", "DatabaseService")
    config = {"type": "Mysql", "username": "u", "hostPort": "h:1", "password": "p"}
    data = {**SERVICE, "serviceType": "Mysql", "connection": {"config": config}}
    found = compat.wrap(service, data)
    assert drift_messages(lambda: repr(found)) == []


def test_the_chosen_branch_is_reported(new: Get) -> None:
    get = new("api.services.createDatabaseService", "CreateDatabaseServiceRequest")
    mysql = new("entity.services.connections.database.mysqlConnection", "MysqlConnection")
    if "password" in mysql.model_fields:
        pytest.skip("this release has the password of MySQL beside the user")
    config = {"type": "Mysql", "username": "u", "hostPort": "h:1", "password": "p"}
    data = {"name": "s", "serviceType": "Mysql", "connection": {"config": config}}
    messages = drift_messages(lambda: get(**data))
    assert len(messages) == 1
    assert messages[0].startswith("MysqlConnection.password is authType.password in release")
