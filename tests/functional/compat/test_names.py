"""Names of every kind go to the server and come back as they were."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dynclient import fqn
from dynclient.client.client import Client
from tests.support.external_server import own

AWKWARD = ["a.b", "a/b", "a b", "100%", "a#b", "a?b", "a&b=c", "naïve", "表", "a%2Fb", "a+b", ";"]


@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_names_round_trip(each: Client, name: str) -> None:
    mysql = {"hostPort": "mysql:3306", "username": "reader"}
    service = each.database_services.create(
        name=own("names"), serviceType="Mysql", connection={"config": mysql}
    )
    try:
        database = each.databases.create(name=name, service=service)
        assert database.fullyQualifiedName == fqn.build(own("names"), name)
        assert each.databases.get(own("names"), name).id == database.id
        assert each.databases[str(database.fullyQualifiedName)].name == name
        assert fqn.split(str(database.fullyQualifiedName)) == [own("names"), name]
    finally:
        each.database_services.delete(service, recursive=True, hard=True)


# Servers take letters, marks, digits and most punctuation; `::` and controls they refuse.
names = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1).filter(
    lambda text: "::" not in text and '"' not in text and len(text) <= 40
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(names)
def test_any_name_round_trips(om: Client, name: str) -> None:
    name = own(name)
    try:
        service = om.database_services.create(name=name, serviceType="Mysql")
        assert om.database_services.get(fqn=fqn.build(name)).id == service.id
    finally:
        found = om.database_services.get(fqn=fqn.build(name), include="all")
        if found is not None:
            om.database_services.delete(found, recursive=True, hard=True)
